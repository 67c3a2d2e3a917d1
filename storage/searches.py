"""The searches that a chat has saved."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.domain.ids import ChatId, SearchId
from storage.database import Database
from storage.times import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """`query`: the search as text."""

    id: SearchId
    chat: ChatId
    query: str
    created_at: datetime


class Searches:
    def __init__(self, db: Database) -> None:
        self._db = db

    def save(self, chat: ChatId, query: str, now: datetime) -> bool:
        """False: the chat has saved this very search before."""
        return bool(
            self._db.change(
                "INSERT INTO searches (chat_id, query, created_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (chat, query, to_ms(now)),
            )
        )

    def of_chat(self, chat: ChatId) -> tuple[SavedSearch, ...]:
        """The newest first."""
        rows = self._db.fetch("SELECT * FROM searches WHERE chat_id = ? ORDER BY id DESC", (chat,))
        return tuple(_search(row) for row in rows)

    def get(self, chat: ChatId, search: SearchId) -> SavedSearch | None:
        row = self._db.first("SELECT * FROM searches WHERE id = ? AND chat_id = ?", (search, chat))
        return None if row is None else _search(row)

    def delete(self, chat: ChatId, search: SearchId) -> bool:
        return bool(self._db.change("DELETE FROM searches WHERE id = ? AND chat_id = ?", (search, chat)))


def _search(row: sqlite3.Row) -> SavedSearch:
    return SavedSearch(row["id"], row["chat_id"], row["query"], from_ms(row["created_ms"]))
