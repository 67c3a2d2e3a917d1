"""Guarded bids: what their owners allow, and how each guard stands between two steps."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain.ids import AccountId, ChatId, GuardId, KeyId, OrderId, ServerId, UserId
from storage.database import Database
from storage.times import from_ms, to_ms

GuardState = Literal["off", "on", "acting", "ending", "over"]

STANDING = "guards.state IN ('on', 'acting')"


@dataclass(frozen=True, slots=True)
class GuardedBid:
    """The guard of one bid of one account. `terms` and `body` are JSON.

    `off`: it does nothing, and keeps its terms. `on`: it judges each reading. `acting`: a step is a row of the ledger,
    `once_of`, and not followed yet. `ending`: the same, and then it is off. `over`: the order is gone. `terms`: as they are being chosen; what is in force stands
    in `body`, which is `None` until it was switched on for the first time. `moves`: how many steps were decided.
    """

    id: GuardId
    chat: ChatId
    account: AccountId
    user: UserId
    order: OrderId
    server: ServerId
    state: GuardState
    terms: str
    body: str | None
    moves: int
    created_at: datetime
    changed_at: datetime

    @property
    def stands(self) -> bool:
        return self.state in {"on", "acting"}


@dataclass(frozen=True, slots=True)
class GuardPost:
    """Where a guard stands: what is looked at every second for each of them, without its terms."""

    id: GuardId
    chat: ChatId
    key: KeyId
    order: OrderId
    server: ServerId
    state: GuardState
    changed_at: datetime


def once_of(guard: GuardId, move: int) -> str:
    """The token of the ledger's row of this step, counted from 1."""
    return f"guard:{guard}:{move}"


class Guards:
    """Each change is on the disk before its method returns; inside a transaction, that one must be durable."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def choose(
        self,
        chat: ChatId,
        account: AccountId,
        user: UserId,
        order: OrderId,
        server: ServerId,
        terms: str,
        now: datetime,
    ) -> GuardedBid:
        """Terms that are being chosen; what is in force stays as it is until it is switched on with them."""
        with self._db.transaction(durable=True):
            self._db.execute(
                "INSERT INTO guards (chat_id, account_id, user_id, order_id, server_id, terms, created_ms, changed_ms)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (account_id, order_id) DO UPDATE SET terms = excluded.terms",
                (chat, account, user, order, server, terms, to_ms(now), to_ms(now)),
            )
            found = self.of_order(account, order)
            assert found is not None
            return found

    def switch_on(self, guard: GuardId, user: UserId, terms: str, body: str, now: datetime) -> bool:
        """From now on, in this person's name. False: the order is gone, or a step is under way."""
        with self._db.transaction(durable=True):
            return bool(
                self._db.change(
                    "UPDATE guards SET state = 'on', user_id = ?, terms = ?, body = ?, changed_ms = ?"
                    " WHERE id = ? AND state IN ('off', 'on')",
                    (user, terms, body, to_ms(now), guard),
                )
            )

    def get(self, chat: ChatId, guard: GuardId) -> GuardedBid | None:
        """Only within its chat."""
        return next(iter(self._all("id = ? AND chat_id = ?", guard, chat)), None)

    def of_order(self, account: AccountId, order: OrderId) -> GuardedBid | None:
        return next(iter(self._all("account_id = ? AND order_id = ?", account, order)), None)

    def of_chat(self, chat: ChatId) -> tuple[GuardedBid, ...]:
        """Those of a chat that are on, the oldest first."""
        return self._all(f"{STANDING} AND chat_id = ? ORDER BY id", chat)

    def posts(self) -> tuple[GuardPost, ...]:
        """Those that something may still come of, by account; also of paused chats: who left the bot keeps the machine."""
        rows = self._db.fetch(
            "SELECT guards.id, guards.chat_id, key_id, order_id, server_id, state, changed_ms"
            " FROM guards JOIN accounts ON accounts.id = account_id"
            " WHERE state IN ('on', 'acting', 'ending') ORDER BY account_id, guards.id"
        )
        return tuple(
            GuardPost(
                row["id"],
                row["chat_id"],
                row["key_id"],
                row["order_id"],
                row["server_id"],
                row["state"],
                from_ms(row["changed_ms"]),
            )
            for row in rows
        )

    def orders(self) -> frozenset[OrderId]:
        """Every bid that some guard of this installation is on for."""
        rows = self._db.fetch(f"SELECT order_id FROM guards WHERE {STANDING}")  # noqa: S608
        return frozenset(OrderId(row["order_id"]) for row in rows)

    def servers_of(self, key: KeyId) -> frozenset[ServerId]:
        """The machines for which some guard of this key is on."""
        rows = self._db.fetch(
            f"SELECT DISTINCT server_id FROM guards JOIN accounts ON accounts.id = account_id"  # noqa: S608
            f" WHERE key_id = ? AND {STANDING}",
            (key,),
        )
        return frozenset(ServerId(row["server_id"]) for row in rows)

    def elsewhere(self, account: AccountId, order: OrderId) -> bool:
        """Whether another account, in whichever chat, guards this very bid."""
        return bool(self._all(f"{STANDING} AND order_id = ? AND account_id <> ?", order, account))

    def move(
        self,
        guard: GuardId,
        state: GuardState,
        body: str,
        *,
        of: tuple[GuardState, ...],
        now: datetime,
        moves: int | None = None,
    ) -> bool:
        """From one of these states to another, with what is known then. False: it was in none of them."""
        marks = ", ".join("?" * len(of))
        with self._db.transaction(durable=True):
            return bool(
                self._db.change(
                    "UPDATE guards SET state = ?, body = ?, moves = coalesce(?, moves), changed_ms = ?"  # noqa: S608
                    f" WHERE id = ? AND state IN ({marks})",
                    (state, body, moves, to_ms(now), guard, *of),
                )
            )

    def prune(self, before: datetime) -> int:
        """Deletes those that did nothing since before this time."""
        return self._db.change("DELETE FROM guards WHERE state IN ('off', 'over') AND changed_ms < ?", (to_ms(before),))

    def _all(self, where: str, *values: object) -> tuple[GuardedBid, ...]:
        return tuple(_guarded(row) for row in self._db.fetch(f"SELECT * FROM guards WHERE {where}", values))  # noqa: S608


def _guarded(row: sqlite3.Row) -> GuardedBid:
    return GuardedBid(
        id=row["id"],
        chat=row["chat_id"],
        account=row["account_id"],
        user=row["user_id"],
        order=row["order_id"],
        server=row["server_id"],
        state=row["state"],
        terms=row["terms"],
        body=row["body"],
        moves=row["moves"],
        created_at=from_ms(row["created_ms"]),
        changed_at=from_ms(row["changed_ms"]),
    )
