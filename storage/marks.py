"""What a chat thinks of servers and their owners: favourites, servers that are watched once, what is blocked."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import ChatId
from storage.database import Database
from storage.times import from_ms, to_ms


class MarkKind(StrEnum):
    FAVOURITE = "favourite"
    WATCH = "watch"
    BLOCKED = "blocked"
    BLOCKED_OWNER = "blocked owner"


@dataclass(frozen=True, slots=True)
class Mark:
    """`number` is a server's, or an owner's. `body`: JSON of what was known when it was last looked at."""

    chat: ChatId
    kind: MarkKind
    number: int
    title: str
    body: str | None
    created_at: datetime


class Marks:
    def __init__(self, db: Database) -> None:
        self._db = db

    def put(
        self, chat: ChatId, kind: MarkKind, number: int, title: str, now: datetime, *, body: str | None = None
    ) -> bool:
        """False: it was marked so before, and stays as it was."""
        return bool(
            self._db.change(
                "INSERT INTO marks (chat_id, kind, number, title, body, created_ms) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (chat, kind, number, title, body, to_ms(now)),
            )
        )

    def drop(self, chat: ChatId, kind: MarkKind, number: int) -> bool:
        """False: it was not marked so."""
        return bool(
            self._db.change("DELETE FROM marks WHERE chat_id = ? AND kind = ? AND number = ?", (chat, kind, number))
        )

    def note(self, mark: Mark, body: str) -> None:
        """What is known of it now."""
        self._db.execute(
            "UPDATE marks SET body = ? WHERE chat_id = ? AND kind = ? AND number = ?",
            (body, mark.chat, mark.kind, mark.number),
        )

    def of_chat(self, chat: ChatId, *kinds: MarkKind) -> tuple[Mark, ...]:
        """The oldest first; of these kinds, where any are named."""
        rows = self._db.fetch("SELECT * FROM marks WHERE chat_id = ? ORDER BY created_ms, number", (chat,))
        return tuple(mark for row in rows if (mark := _mark(row)).kind in (kinds or tuple(MarkKind)))

    def looked_for(self) -> tuple[Mark, ...]:
        """Favourites and watched servers of every active chat."""
        rows = self._db.fetch(
            "SELECT marks.* FROM marks JOIN chats ON chats.id = marks.chat_id AND chats.state = 'active'"
            " WHERE marks.kind IN ('favourite', 'watch') ORDER BY marks.number"
        )
        return tuple(_mark(row) for row in rows)


def _mark(row: sqlite3.Row) -> Mark:
    return Mark(
        chat=row["chat_id"],
        kind=MarkKind(row["kind"]),
        number=row["number"],
        title=row["title"],
        body=row["body"],
        created_at=from_ms(row["created_ms"]),
    )
