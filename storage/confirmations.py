"""What a person was asked to confirm: a random token, answered once, by the one who was asked."""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from bot.domain.ids import AccountId, ChatId, MessageId, UserId
from storage.database import Database
from storage.rotation import CONFIRMATIONS
from storage.times import from_ms, maybe_from_ms, to_ms
from storage.vault import Vault

TOKEN_BYTES = 16


class Refusal(Enum):
    """Why a press has no effect. A token of another chat is as unknown as one that never was."""

    UNKNOWN = "unknown"
    NOT_YOURS = "not yours"
    EXPIRED = "expired"
    USED = "used"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """`body` is JSON: exactly what was shown. What is secret of it comes from `Confirmations.secret`."""

    token: str
    chat: ChatId
    user: UserId
    account: AccountId | None
    kind: str
    body: str
    message: MessageId | None
    asked_at: datetime
    expires_at: datetime
    used_at: datetime | None
    declined_at: datetime | None


class Confirmations:
    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def ask(
        self,
        chat: ChatId,
        user: UserId,
        account: AccountId | None,
        kind: str,
        body: str,
        now: datetime,
        lives: timedelta,
        *,
        secret: bytes | None = None,
    ) -> str:
        """The token: 22 characters of base64url, for a button."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        sealed = None if secret is None else self._vault.seal(CONFIRMATIONS.place(token, chat), secret)
        self._db.execute(
            "INSERT INTO confirmations (token, chat_id, user_id, account_id, kind, body, sealed, asked_ms, expires_ms)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (token, chat, user, account, kind, body, sealed, to_ms(now), to_ms(now + lives)),
        )
        return token

    def find(self, token: str) -> Confirmation | None:
        row = self._db.first("SELECT * FROM confirmations WHERE token = ?", (token,))
        return None if row is None else _confirmation(row)

    def claim(self, token: str, chat: ChatId, user: UserId, now: datetime) -> Confirmation | Refusal:
        """Uses it up: of any number of presses one gets the confirmation, the others a refusal."""
        return self._answer("used_ms", token, chat, user, now)

    def decline(self, token: str, chat: ChatId, user: UserId, now: datetime) -> Confirmation | Refusal:
        """The person said no: it cannot be claimed any more."""
        return self._answer("declined_ms", token, chat, user, now)

    def revoke(self, chat: ChatId, now: datetime) -> int:
        """Every question of a chat that could still be answered counts as given up; how many they were."""
        return self._db.change(
            "UPDATE confirmations SET declined_ms = ?1"
            " WHERE chat_id = ?2 AND used_ms IS NULL AND declined_ms IS NULL AND expires_ms > ?1",
            (to_ms(now), chat),
        )

    def secret(self, confirmation: Confirmation) -> bytes | None:
        """What was sealed with it. `Unopenable` where that was damaged."""
        row = self._db.first("SELECT sealed FROM confirmations WHERE token = ?", (confirmation.token,))
        if row is None or row["sealed"] is None:
            return None
        return self._vault.open(CONFIRMATIONS.place(confirmation.token, confirmation.chat), row["sealed"])

    def set_message(self, token: str, message: MessageId) -> None:
        """The message that shows the buttons, to be edited once they are answered."""
        self._db.execute("UPDATE confirmations SET message_id = ? WHERE token = ?", (message, token))

    def prune(self, before: datetime) -> int:
        """Deletes those that expired before this time."""
        return self._db.change("DELETE FROM confirmations WHERE expires_ms < ?", (to_ms(before),))

    def _answer(self, column: str, token: str, chat: ChatId, user: UserId, now: datetime) -> Confirmation | Refusal:
        with self._db.transaction():
            answered = self._db.change(
                f"UPDATE confirmations SET {column} = ?1 WHERE token = ?2 AND chat_id = ?3 AND user_id = ?4"  # noqa: S608
                " AND used_ms IS NULL AND declined_ms IS NULL AND expires_ms > ?1",
                (to_ms(now), token, chat, user),
            )
            found = self.find(token)
        if found is None or found.chat != chat:
            return Refusal.UNKNOWN
        return found if answered else _why(found, user)


def _why(found: Confirmation, user: UserId) -> Refusal:
    if found.user != user:
        return Refusal.NOT_YOURS
    if found.used_at is not None:
        return Refusal.USED
    if found.declined_at is not None:
        return Refusal.DECLINED
    return Refusal.EXPIRED


def _confirmation(row: sqlite3.Row) -> Confirmation:
    return Confirmation(
        token=row["token"],
        chat=row["chat_id"],
        user=row["user_id"],
        account=row["account_id"],
        kind=row["kind"],
        body=row["body"],
        message=row["message_id"],
        asked_at=from_ms(row["asked_ms"]),
        expires_at=from_ms(row["expires_ms"]),
        used_at=maybe_from_ms(row["used_ms"]),
        declined_at=maybe_from_ms(row["declined_ms"]),
    )
