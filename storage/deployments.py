"""The first minutes of new rentals: what was seen of each, and when to look again."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.domain.ids import AccountId, ChatId, DeploymentId, MessageId, OrderId, ServerId, UserId
from bot.domain.secrets import NO_SECRETS, Secrets
from storage.database import Database
from storage.rotation import DEPLOYMENTS
from storage.sealing import SealedSecrets
from storage.times import from_ms, maybe_from_ms, maybe_ms, to_ms
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Deployment:
    """`entry`: the row of the ledger that made the order. `body` is JSON. `next_at`: when to look again; `None`: never."""

    id: DeploymentId
    chat: ChatId
    account: AccountId
    user: UserId
    entry: int
    order: OrderId
    server: ServerId
    body: str
    created_at: datetime
    next_at: datetime | None
    ended_at: datetime | None


class Deployments:
    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._secrets = SealedSecrets(db, vault, DEPLOYMENTS)

    def open(
        self,
        chat: ChatId,
        account: AccountId,
        user: UserId,
        entry: int,
        order: OrderId,
        server: ServerId,
        body: str,
        now: datetime,
        *,
        secrets: Secrets = NO_SECRETS,
        next_at: datetime | None = None,
    ) -> Deployment | None:
        """In the transaction that ends the ledger's row. `None`: that row has one already.

        Without `next_at` it is looked at at once.
        """
        with self._db.transaction():
            cursor = self._db.execute(
                "INSERT INTO deployments (chat_id, account_id, user_id, entry_id, order_id, server_id, body, created_ms,"
                " next_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (entry_id) DO NOTHING",
                (chat, account, user, entry, order, server, body, to_ms(now), to_ms(next_at or now)),
            )
            if not cursor.rowcount:
                return None
            assert cursor.lastrowid is not None
            number = DeploymentId(cursor.lastrowid)
            if not secrets.empty:
                self._secrets.put(number, chat, secrets)
            return self.get(chat, number)

    def get(self, chat: ChatId, deployment: DeploymentId) -> Deployment | None:
        """Only within its chat."""
        row = self._db.first("SELECT * FROM deployments WHERE id = ? AND chat_id = ?", (deployment, chat))
        return None if row is None else _deployment(row)

    def of_order(self, account: AccountId, order: OrderId) -> Deployment | None:
        row = self._db.first(
            "SELECT * FROM deployments WHERE account_id = ? AND order_id = ? ORDER BY id DESC LIMIT 1",
            (account, order),
        )
        return None if row is None else _deployment(row)

    def due(self, now: datetime, limit: int) -> tuple[Deployment, ...]:
        """Whose time has come, the longest overdue first; those of paused chats wait."""
        rows = self._db.fetch(
            "SELECT deployments.* FROM deployments JOIN chats ON chats.id = deployments.chat_id AND chats.state = 'active'"
            " WHERE next_ms <= ? AND ended_ms IS NULL ORDER BY next_ms, deployments.id LIMIT ?",
            (to_ms(now), limit),
        )
        return tuple(_deployment(row) for row in rows)

    def save(self, deployment: DeploymentId, body: str, next_at: datetime | None) -> bool:
        """What was seen. False: it is over or gone."""
        return bool(
            self._db.change(
                "UPDATE deployments SET body = ?, next_ms = ? WHERE id = ? AND ended_ms IS NULL",
                (body, maybe_ms(next_at), deployment),
            )
        )

    def note(self, deployment: DeploymentId, body: str) -> None:
        """What was measured, also of one that is followed no more."""
        self._db.execute("UPDATE deployments SET body = ? WHERE id = ?", (body, deployment))

    def end(self, deployment: DeploymentId, body: str, now: datetime) -> bool:
        """Followed no more. Secrets that nobody asked for stay until they are shown or pruned. False: it was over."""
        return bool(
            self._db.change(
                "UPDATE deployments SET body = ?, next_ms = NULL, ended_ms = ? WHERE id = ? AND ended_ms IS NULL",
                (body, to_ms(now), deployment),
            )
        )

    def living(self, chat: ChatId, message: MessageId) -> DeploymentId | None:
        """The one that is followed in this message of the chat, which later news will edit."""
        row = self._db.first(
            "SELECT deployments.id AS id FROM outbox JOIN ledger ON ledger.once = outbox.episode"
            " JOIN deployments ON deployments.entry_id = ledger.id AND deployments.ended_ms IS NULL"
            " WHERE outbox.chat_id = ? AND outbox.message_id = ? AND outbox.state = 'sent'",
            (chat, message),
        )
        return None if row is None else DeploymentId(row["id"])

    def secrets(self, deployment: Deployment) -> Secrets | None:
        """`None` once they were forgotten. `Unopenable` where they were damaged."""
        row = self._db.first("SELECT id, chat_id, sealed FROM deployments WHERE id = ?", (deployment.id,))
        return None if row is None or row["sealed"] is None else self._secrets.of(row)

    def has_secrets(self, deployment: DeploymentId) -> bool:
        row = self._db.first("SELECT 1 FROM deployments WHERE id = ? AND sealed IS NOT NULL", (deployment,))
        return row is not None

    def forget_secrets(self, deployment: DeploymentId) -> bool:
        """False: there were none (any more)."""
        return bool(
            self._db.change("UPDATE deployments SET sealed = NULL WHERE id = ? AND sealed IS NOT NULL", (deployment,))
        )

    def forget_unasked(self, before: datetime) -> int:
        """Secrets that nobody asked for since before this time. How many those were."""
        return self._db.change(
            "UPDATE deployments SET sealed = NULL WHERE sealed IS NOT NULL AND created_ms < ?", (to_ms(before),)
        )

    def prune(self, before: datetime) -> int:
        """Deletes those that were over before this time."""
        return self._db.change("DELETE FROM deployments WHERE ended_ms < ?", (to_ms(before),))


def _deployment(row: sqlite3.Row) -> Deployment:
    return Deployment(
        id=row["id"],
        chat=row["chat_id"],
        account=row["account_id"],
        user=row["user_id"],
        entry=row["entry_id"],
        order=row["order_id"],
        server=row["server_id"],
        body=row["body"],
        created_at=from_ms(row["created_ms"]),
        next_at=maybe_from_ms(row["next_ms"]),
        ended_at=maybe_from_ms(row["ended_ms"]),
    )
