"""The question that a person's next typed message answers: at most one a person and chat."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.ids import AccountId, ChatId, MessageId, UserId
from storage.database import Database
from storage.times import from_ms, to_ms


@dataclass(frozen=True, slots=True)
class Question:
    """`body` is JSON: what the answer is for. It holds no secret."""

    chat: ChatId
    user: UserId
    account: AccountId | None
    kind: str
    body: str
    message: MessageId | None
    asked_at: datetime
    expires_at: datetime


class Questions:
    def __init__(self, db: Database) -> None:
        self._db = db

    def ask(
        self,
        chat: ChatId,
        user: UserId,
        kind: str,
        body: str,
        now: datetime,
        lives: timedelta,
        *,
        account: AccountId | None = None,
    ) -> None:
        """Takes the place of the question before. One about an account goes with it."""
        self._db.execute(
            "INSERT OR REPLACE INTO questions (chat_id, user_id, account_id, kind, body, asked_ms, expires_ms)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (chat, user, account, kind, body, to_ms(now), to_ms(now + lives)),
        )

    def find(self, chat: ChatId, user: UserId, now: datetime, update: int) -> Question | None:
        """The open question; `None` once it has expired, or another update than this one has answered it."""
        row = self._db.first(
            "SELECT * FROM questions WHERE chat_id = ? AND user_id = ? AND expires_ms > ?"
            " AND coalesce(answered_by, ?) = ?",
            (chat, user, to_ms(now), update, update),
        )
        return None if row is None else _question(row)

    def answered(self, chat: ChatId, user: UserId, update: int) -> None:
        """The question is over, but for this very update: it comes again where a restart kept it from its end."""
        self._db.execute(
            "UPDATE questions SET answered_by = ? WHERE chat_id = ? AND user_id = ? AND answered_by IS NULL",
            (update, chat, user),
        )

    def set_message(self, chat: ChatId, user: UserId, message: MessageId) -> None:
        """The message that asks."""
        self._db.execute("UPDATE questions SET message_id = ? WHERE chat_id = ? AND user_id = ?", (message, chat, user))

    def prune(self, before: datetime) -> int:
        """Deletes those that expired before this time."""
        return self._db.change("DELETE FROM questions WHERE expires_ms < ?", (to_ms(before),))


def _question(row: sqlite3.Row) -> Question:
    return Question(
        chat=row["chat_id"],
        user=row["user_id"],
        account=row["account_id"],
        kind=row["kind"],
        body=row["body"],
        message=row["message_id"],
        asked_at=from_ms(row["asked_ms"]),
        expires_at=from_ms(row["expires_ms"]),
    )
