"""Chats, keys, alerts and moments for the stories of storage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from bot.alerts.alert import AlertState, AlertType, Expiring, News, Notice, Phase, Severity
from bot.domain.draft import Draft
from bot.domain.ids import ChatId, ChatKind, KeyId, MessageId, OrderId, ServerId, TelegramChatId, UserId
from bot.domain.money import BITCOIN, Money
from bot.domain.rental import Order
from bot.domain.secrets import Secrets
from storage.accounts import Account
from storage.marks import MarkKind
from storage.rotation import SEALED_COLUMNS
from storage.store import Store
from storage.vault import Place

NOW = datetime(2022, 11, 2, 16, 0, tzinfo=UTC)
ANN = UserId(1001)
BOB = UserId(1002)
MINUTE = timedelta(minutes=1)


class Crash(Exception):
    """Something went wrong at the very end."""


@contextmanager
def undone(store: Store, *, durable: bool = False) -> Iterator[None]:
    """A transaction in which every step succeeds and which fails before it is committed."""
    with suppress(Crash), store.transaction(durable=durable):
        yield
        raise Crash


def needle(number: int) -> str:
    """An API key by its shape, easy to find among bytes."""
    return f"needle-{number:08d}-{'k' * 15}E"


NEEDLE = re.compile(rb"needle-\d{8}")


def chat(store: Store, telegram_id: int = 500, title: str = "Ann") -> ChatId:
    kind: ChatKind = "private" if telegram_id > 0 else "group"
    return store.chats.of(TelegramChatId(telegram_id), kind, title, NOW).id


def account(store: Store, of: ChatId, number: int = 1, name: str = "main") -> Account:
    return store.accounts.add(of, name, needle(number), ANN, NOW)


def order(number: int = 38) -> Order:
    return Order(
        id=OrderId(number),
        server=ServerId(6),
        price=Money(Decimal("0.00003"), BITCOIN),
        created_at=NOW - timedelta(hours=3),
        max_length=timedelta(hours=73),
    )


def state(number: int = 38, *, stage: int = 1) -> AlertState:
    return AlertState(
        type=AlertType.ORDER_EXPIRING,
        subject=str(number),
        phase=Phase.FIRING,
        severity=Severity.WARNING,
        stage=stage,
        since=NOW,
        episode=f"e{number}",
        facts=Expiring(order(number)),
    )


def notice(severity: Severity = Severity.WARNING, *, news: News = News.FIRED, stage: int = 1) -> Notice:
    return Notice(
        news=news,
        type=AlertType.ORDER_EXPIRING,
        subject="38",
        severity=severity,
        stage=stage,
        episode="e38",
        since=NOW,
        at=NOW,
        facts=Expiring(order()),
    )


def content(path: Path) -> bytes:
    """Every byte of the database and its journal."""
    return b"".join(file.read_bytes() for file in _files(path, "", "-wal"))


def everything(path: Path) -> bytes:
    """Every byte of any file that SQLite keeps for the database."""
    return content(path) + b"".join(file.read_bytes() for file in _files(path, "-shm", "-journal"))


def _files(path: Path, *suffixes: str) -> list[Path]:
    named = [path.with_name(path.name + suffix) for suffix in suffixes]
    return [file for file in named if file.exists()]


def sealed_values(store: Store) -> Iterator[tuple[Place, bytes]]:
    """Every sealed value of the database with the place that it is bound to."""
    for column in SEALED_COLUMNS:
        chat_column = column.chat or "NULL"
        rows = store.db.fetch(
            f"SELECT {column.row} AS row, {chat_column} AS chat, {column.column} AS sealed FROM {column.table}"
            f" WHERE {column.column} IS NOT NULL"
        )
        for row in rows:
            yield column.place(row["row"], row["chat"]), row["sealed"]


def fill(store: Store, of: ChatId, number: int) -> Account:
    """A row of everything for one chat; every secret is a needle."""
    connected = account(store, of, number)
    telegram_id = store.chats.get(of).telegram_id
    secret = needle(number).encode()
    store.alerts.replace(connected.id, [state()])
    store.outbox.put_notice(of, connected.id, notice(), NOW)
    token = store.confirmations.ask(of, ANN, connected.id, "cancel", "{}", NOW, MINUTE, secret=secret)
    store.questions.ask(of, ANN, "name", "{}", NOW, MINUTE, account=connected.id)
    store.inbox.take(number, telegram_id, secret, NOW)
    entry = store.ledger.open(of, connected.id, connected.key, ANN, token, "cancel_order", "{}", NOW, secret=secret)
    store.vanishings.add(telegram_id, MessageId(number), NOW)
    store.results.add(of, "4090", NOW)
    store.searches.save(of, "4090", NOW)
    store.marks.put(of, MarkKind.FAVOURITE, 6, "1x RTX 4090", NOW)
    draft, secrets = Draft(server=ServerId(6), ssh_password=needle(number)), Secrets(ssh_password=needle(number))
    store.drafts.open(of, ANN, connected.id, draft, NOW)
    store.templates.add(of, "usual", draft, NOW)
    store.batches.save(store.batches.open(of, ANN, connected.id, "{}", NOW), "{}", secrets=secrets)
    store.deployments.open(of, connected.id, ANN, entry.id, OrderId(38), ServerId(6), "{}", NOW, secrets=secrets)
    store.stops.arm(of, connected.id, ANN, OrderId(38), ServerId(6), "{}", NOW)
    store.lowerings.begin(of, connected.id, ANN, OrderId(38), ServerId(6), "{}", NOW)
    store.guards.choose(of, connected.id, ANN, OrderId(38), ServerId(6), "{}", NOW)
    store.held.hold(of, connected.id, notice(), NOW)
    return connected


def known(store: Store, key: KeyId) -> bool:
    """Whether there is a row of this API key."""
    return bool(store.db.fetch("SELECT 1 FROM keys WHERE id = ?", (key,)))


def turn_a_bit(store: Store, table: str, row: int) -> None:
    """Damages what is sealed in this row."""
    sealed = bytearray(store.db.fetch(f"SELECT sealed FROM {table} WHERE id = ?", (row,))[0]["sealed"])
    sealed[-1] ^= 1
    store.db.execute(f"UPDATE {table} SET sealed = ? WHERE id = ?", (bytes(sealed), row))
