"""Conditions under which rentals are to be ended, until they are carried out, dropped or over."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain.ids import AccountId, ChatId, OrderId, ServerId, StopId, UserId
from storage.database import Database
from storage.times import from_ms, to_ms

StopState = Literal["armed", "warned", "missed", "acting", "carried out", "failed", "dropped", "over"]


@dataclass(frozen=True, slots=True)
class Stop:
    """`body` is JSON. `missed`: its time passed while the bot was away, and a person is asked.

    `acting`: the cancellation is a row of the ledger, `once(stop)`; `failed`: that did not end with the rental gone.
    `over`: the rental ended by itself.
    """

    id: StopId
    chat: ChatId
    account: AccountId
    user: UserId
    order: OrderId
    server: ServerId
    state: StopState
    body: str
    created_at: datetime
    changed_at: datetime


def once(stop: StopId) -> str:
    """The token of the one cancellation that a stop condition may ever lead to."""
    return f"stop:{stop}"


class Stops:
    """Each change is on the disk before its method returns; inside a transaction, that one must be durable."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def arm(
        self,
        chat: ChatId,
        account: AccountId,
        user: UserId,
        order: OrderId,
        server: ServerId,
        body: str,
        now: datetime,
        *,
        state: StopState = "armed",
    ) -> Stop:
        """`state`: `warned` where its time is so near that no other warning comes."""
        with self._db.transaction(durable=True):
            number = self._db.execute(
                "INSERT INTO stops (chat_id, account_id, user_id, order_id, server_id, state, body, created_ms,"
                " changed_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (chat, account, user, order, server, state, body, to_ms(now), to_ms(now)),
            ).lastrowid
            assert number is not None
            found = self.get(chat, StopId(number))
            assert found is not None
            return found

    def get(self, chat: ChatId, stop: StopId) -> Stop | None:
        """Only within its chat."""
        row = self._db.first("SELECT * FROM stops WHERE id = ? AND chat_id = ?", (stop, chat))
        return None if row is None else _stop(row)

    def of_order(self, account: AccountId, order: OrderId) -> tuple[Stop, ...]:
        """Those that may still end it, the oldest first."""
        return self._all(
            "account_id = ? AND order_id = ? AND state IN ('armed', 'warned', 'missed') ORDER BY id", account, order
        )

    def standing(self) -> tuple[Stop, ...]:
        """Those that something may still come of, by account; also of paused chats: who left the bot pays all the same."""
        return self._all("state IN ('armed', 'warned', 'missed', 'acting') ORDER BY account_id, id")

    def change(self, stop: StopId, body: str, now: datetime, *, state: StopState = "armed") -> bool:
        """Another condition in its place. False: it is over."""
        with self._db.transaction(durable=True):
            return bool(
                self._db.change(
                    "UPDATE stops SET body = ?, state = ?, changed_ms = ?"
                    " WHERE id = ? AND state IN ('armed', 'warned', 'missed')",
                    (body, state, to_ms(now), stop),
                )
            )

    def move(self, stop: StopId, state: StopState, *, of: tuple[StopState, ...], now: datetime) -> bool:
        """From one of these states to another. False: it was in none of them."""
        marks = ", ".join("?" * len(of))
        with self._db.transaction(durable=True):
            return bool(
                self._db.change(
                    f"UPDATE stops SET state = ?, changed_ms = ? WHERE id = ? AND state IN ({marks})",  # noqa: S608
                    (state, to_ms(now), stop, *of),
                )
            )

    def prune(self, before: datetime) -> int:
        """Deletes those that were over before this time."""
        return self._db.change(
            "DELETE FROM stops WHERE state IN ('carried out', 'failed', 'dropped', 'over') AND changed_ms < ?",
            (to_ms(before),),
        )

    def _all(self, where: str, *values: object) -> tuple[Stop, ...]:
        return tuple(_stop(row) for row in self._db.fetch(f"SELECT * FROM stops WHERE {where}", values))  # noqa: S608


def _stop(row: sqlite3.Row) -> Stop:
    return Stop(
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
