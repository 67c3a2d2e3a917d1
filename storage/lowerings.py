"""Bids on their way down to a confirmed target, until they are there, stopped or dropped."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain.ids import AccountId, ChatId, LoweringId, OrderId, ServerId, UserId
from storage.database import Database
from storage.times import from_ms, to_ms

LoweringState = Literal["waiting", "acting", "reached", "stopped", "dropped"]


@dataclass(frozen=True, slots=True)
class Lowering:
    """`body` is JSON. `waiting`: for its next step. `acting`: a step is a row of the ledger, `once_of`, and not followed yet.

    `stopped`: it ended above its target; `dropped`: by a person.
    """

    id: LoweringId
    chat: ChatId
    account: AccountId
    user: UserId
    order: OrderId
    server: ServerId
    state: LoweringState
    body: str
    created_at: datetime
    changed_at: datetime


def once_of(lowering: LoweringId, step: int) -> str:
    """The token of the ledger's row of this step, counted from 1."""
    return f"lowering:{lowering}:{step}"


class Lowerings:
    """Each change is on the disk before its method returns; inside a transaction, that one must be durable."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(
        self,
        chat: ChatId,
        account: AccountId,
        user: UserId,
        order: OrderId,
        server: ServerId,
        body: str,
        now: datetime,
    ) -> Lowering:
        with self._db.transaction(durable=True):
            number = self._db.execute(
                "INSERT INTO lowerings (chat_id, account_id, user_id, order_id, server_id, body, created_ms, changed_ms)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (chat, account, user, order, server, body, to_ms(now), to_ms(now)),
            ).lastrowid
            assert number is not None
            found = self.get(chat, LoweringId(number))
            assert found is not None
            return found

    def get(self, chat: ChatId, lowering: LoweringId) -> Lowering | None:
        """Only within its chat."""
        row = self._db.first("SELECT * FROM lowerings WHERE id = ? AND chat_id = ?", (lowering, chat))
        return None if row is None else _lowering(row)

    def of_order(self, account: AccountId, order: OrderId) -> Lowering | None:
        """The one that still lowers this bid; the newest, where two chats with one became one."""
        found = self._all(
            "account_id = ? AND order_id = ? AND state IN ('waiting', 'acting') ORDER BY id DESC LIMIT 1",
            account,
            order,
        )
        return next(iter(found), None)

    def standing(self) -> tuple[Lowering, ...]:
        """Those that something may still come of, by account; also of paused chats: who left the bot pays all the same."""
        return self._all("state IN ('waiting', 'acting') ORDER BY account_id, id")

    def move(
        self, lowering: LoweringId, state: LoweringState, body: str, *, of: tuple[LoweringState, ...], now: datetime
    ) -> bool:
        """From one of these states to another, with what is known then. False: it was in none of them."""
        marks = ", ".join("?" * len(of))
        with self._db.transaction(durable=True):
            return bool(
                self._db.change(
                    f"UPDATE lowerings SET state = ?, body = ?, changed_ms = ? WHERE id = ? AND state IN ({marks})",  # noqa: S608
                    (state, body, to_ms(now), lowering, *of),
                )
            )

    def prune(self, before: datetime) -> int:
        """Deletes those that were over before this time."""
        return self._db.change(
            "DELETE FROM lowerings WHERE state IN ('reached', 'stopped', 'dropped') AND changed_ms < ?",
            (to_ms(before),),
        )

    def _all(self, where: str, *values: object) -> tuple[Lowering, ...]:
        return tuple(_lowering(row) for row in self._db.fetch(f"SELECT * FROM lowerings WHERE {where}", values))  # noqa: S608


def _lowering(row: sqlite3.Row) -> Lowering:
    return Lowering(
        id=row["id"],
        chat=row["chat_id"],
        account=row["account_id"],
        user=row["user_id"],
        order=row["order_id"],
        server=row["server_id"],
        state=row["state"],
        body=row["body"],
        created_at=from_ms(row["created_ms"]),
        changed_at=from_ms(row["changed_ms"]),
    )
