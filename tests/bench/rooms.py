"""Databases to measure in: ours with people and keys in it, and a bare one beside it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.domain.ids import ChatId, TelegramChatId, UserId
from storage.accounts import Account
from storage.master_keys import MasterKeys
from storage.store import Store, open_store
from tests.bench.stand_ins import FIRST_PERSON


@contextlib.contextmanager
def room(path: Path, keys: MasterKeys | None = None) -> Iterator[Store]:
    """A database of ours."""
    store = open_store(path, keys or MasterKeys.generate())
    try:
        yield store
    finally:
        store.close()


def people(store: Store, count: int, now: datetime) -> list[ChatId]:
    """So many private chats, of the people of the simulated Telegram."""
    with store.transaction():
        return [
            store.chats.of(TelegramChatId(FIRST_PERSON + number), "private", "Ada", now).id for number in range(count)
        ]


def account(store: Store, chat: ChatId, api_key: str, now: datetime) -> Account:
    return store.accounts.add(chat, "main", api_key, UserId(store.chats.get(chat).telegram_id), now)


def invented_key(number: int) -> str:
    return f"bench-key-{number:022d}"


@contextlib.contextmanager
def bare_room(path: Path, table: str) -> Iterator[sqlite3.Connection]:
    """SQLite and nothing else: one table, a write-ahead journal, every statement a transaction of its own."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", table):
            connection.execute(statement)
        yield connection
    finally:
        connection.close()
