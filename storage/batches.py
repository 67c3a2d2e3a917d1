"""Several machines that are rented one after the other: what was asked for, and how far it is."""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain.ids import AccountId, BatchId, ChatId, MessageId, UserId
from bot.domain.secrets import NO_SECRETS, Secrets
from storage.database import Database
from storage.errors import Unopenable, Unreadable
from storage.rotation import BATCHES
from storage.sealing import SealedSecrets
from storage.times import from_ms, maybe_from_ms, to_ms
from storage.vault import Vault

log = logging.getLogger(__name__)

BatchState = Literal["open", "running", "stopping", "ended", "dropped"]


@dataclass(frozen=True, slots=True)
class Batch:
    """`body` is JSON. `open`: being put together. `stopping`: a person wants nothing more rented.

    `damaged`: its secrets cannot be read any more, so nothing must be rented with it until it gets others.
    """

    id: BatchId
    chat: ChatId
    user: UserId
    account: AccountId | None
    state: BatchState
    body: str
    secrets: Secrets
    message: MessageId | None
    created_at: datetime
    ended_at: datetime | None
    damaged: bool = False


class Batches:
    """Each change is on the disk before its method returns; inside a transaction, that one must be durable."""

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._secrets = SealedSecrets(db, vault, BATCHES)

    def open(self, chat: ChatId, user: UserId, account: AccountId, body: str, now: datetime) -> Batch:
        with self._db.transaction(durable=True):
            number = self._db.execute(
                "INSERT INTO batches (chat_id, user_id, account_id, body, created_ms) VALUES (?, ?, ?, ?, ?)",
                (chat, user, account, body, to_ms(now)),
            ).lastrowid
            assert number is not None
            found = self.get(chat, BatchId(number))
            assert found is not None
            return found

    def get(self, chat: ChatId, batch: BatchId) -> Batch | None:
        """Only within its chat."""
        row = self._db.first("SELECT * FROM batches WHERE id = ? AND chat_id = ?", (batch, chat))
        return None if row is None else self._batch(row)

    def running(self) -> tuple[Batch, ...]:
        """Those that a new start goes on with."""
        rows = self._db.fetch("SELECT * FROM batches WHERE state IN ('running', 'stopping') ORDER BY id")
        return tuple(self._batch(row) for row in rows)

    def save(self, batch: Batch, body: str, *, secrets: Secrets | None = None) -> bool:
        """What it holds now; `None`: its secrets stay. False: it is over, and nothing was changed.

        Who read it while it was put together does not overwrite what was begun since.
        """
        of = "'open'" if batch.state == "open" else "'running', 'stopping'"
        with self._db.transaction(durable=True):
            changed = self._db.change(
                f"UPDATE batches SET body = ? WHERE id = ? AND state IN ({of})",  # noqa: S608
                (body, batch.id),
            )
            if changed and secrets is not None:
                self._secrets.put(batch.id, batch.chat, secrets)
            return bool(changed)

    def move(self, batch: BatchId, state: BatchState, *, of: tuple[BatchState, ...], now: datetime) -> bool:
        """From one of these states to another; what is over loses its secrets. False: it was in none of them."""
        over = state in ("ended", "dropped")
        marks = ", ".join("?" * len(of))
        with self._db.transaction(durable=True):
            return bool(
                self._db.change(
                    "UPDATE batches SET state = ?, ended_ms = ?, sealed = CASE ? WHEN 1 THEN NULL ELSE sealed END"  # noqa: S608
                    f" WHERE id = ? AND state IN ({marks})",
                    (state, to_ms(now) if over else None, int(over), batch, *of),
                )
            )

    def set_message(self, batch: BatchId, message: MessageId) -> None:
        with self._db.transaction(durable=True):
            self._db.execute("UPDATE batches SET message_id = ? WHERE id = ?", (message, batch))

    def prune(self, before: datetime) -> int:
        """Deletes those that were over before this time, and those that nobody went on with since."""
        return self._db.change(
            "DELETE FROM batches WHERE state NOT IN ('running', 'stopping') AND coalesce(ended_ms, created_ms) < ?",
            (to_ms(before),),
        )

    def _batch(self, row: sqlite3.Row) -> Batch:
        secrets, damaged = NO_SECRETS, False
        try:
            secrets = self._secrets.of(row)
        except (Unopenable, Unreadable) as error:
            log.warning("the secrets of batch %d cannot be read: %s", row["id"], error)
            damaged = True
        return Batch(
            id=row["id"],
            chat=row["chat_id"],
            user=row["user_id"],
            account=row["account_id"],
            state=row["state"],
            body=row["body"],
            secrets=secrets,
            message=row["message_id"],
            created_at=from_ms(row["created_ms"]),
            ended_at=maybe_from_ms(row["ended_ms"]),
            damaged=damaged,
        )
