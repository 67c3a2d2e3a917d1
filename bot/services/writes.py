"""Carries out what was confirmed: a row before a request, once, and looked up instead of repeated blindly."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Final, assert_never

from bot.domain.ids import MessageId, UserId
from bot.domain.ledger import CHANGES, BidChange, Cancellation, Cause, Change, Creation, Ending, Operation, Result, Told
from bot.services.bids import change_bid
from bot.services.cancel import cancel
from bot.services.clock import Clock
from bot.services.desk import Desk, Desks
from bot.services.rent import create
from bot.services.tasks import Tasks
from storage.accounts import Account
from storage.codec import decode, encode
from storage.errors import DatabaseUnavailable
from storage.ledger import Entry
from storage.letters import Rank
from storage.store import Store

log = logging.getLogger(__name__)

CONFIRMED_FOR: Final = timedelta(seconds=120)
"""How long a press holds: what could not be sent within this time, because the bot was away, is not sent any more."""

DATABASE_PAUSE_SECONDS: Final = 1.0


class NeverSent(Exception):
    """The ledger does not let this request leave: its entry has ended, or its chat was forgotten."""


class Writes:
    """The changes under way. `wake` is called when there is something new to tell."""

    def __init__(self, store: Store, desks: Desks, tasks: Tasks, clock: Clock, wake: Callable[[], None]) -> None:
        self._store = store
        self._desks = desks
        self._tasks = tasks
        self._clock = clock
        self._wake = wake

    def claim(
        self,
        account: Account,
        user: UserId,
        change: Change,
        *,
        once: str,
        message: MessageId | None,
        secret: bytes | None = None,
    ) -> Entry:
        """Writes the row of a confirmed change and its progress line; call it in the transaction that claims the press.

        `message` is edited to show how it goes; without one a new message is sent. `secret`: what is sent and not in
        `change`; it is sealed.
        """
        entry = self._store.ledger.open(
            account.chat,
            account.id,
            account.key,
            user,
            once,
            operation_of(change),
            encode(change),
            self._clock(),
            order=None if isinstance(change, Creation) else change.order,
            secret=secret,
            message=message,
        )
        self._tell(entry, "asked")
        return entry

    def start(self, entry: int) -> None:
        """Carries out the change of this row, unless that is under way."""
        self._wake()
        self._tasks.start(("write", entry), self._carry_out(entry))

    def resume(self) -> int:
        """Takes up what a restart left unfinished; returns how many changes."""
        unfinished = self._store.ledger.unfinished()
        for entry in unfinished:
            self.start(entry.id)
        return len(unfinished)

    async def _carry_out(self, number: int) -> None:
        """While the database cannot be written, this goes on as after a restart: looked up first, never repeated blindly."""
        waits = False
        while True:
            try:
                await self._carry_on(number)
                return
            except DatabaseUnavailable as error:
                if not waits:
                    log.warning("change %d waits for the database: %s", number, error)
                waits = True
            await asyncio.sleep(DATABASE_PAUSE_SECONDS)

    async def _carry_on(self, number: int) -> None:
        entry = self._store.ledger.get(number)
        if entry is None or entry.ended_at is not None:
            return
        try:
            result = await self._result(entry)
        except NeverSent:
            return
        except DatabaseUnavailable:
            raise
        except Exception:  # somebody waits for the outcome, also of a mistake of ours
            log.exception("%s of account %s failed", entry.operation, entry.account)
            result = self._undecided(entry)
        with self._store.transaction(durable=True):
            self._store.ledger.end(entry.id, result.ending.value, encode(result), self._clock())
            if self._store.ledger.get(entry.id) is not None:
                self._tell(entry, "ended")
        log.info("%s of account %s: %s (%s)", entry.operation, entry.account, result.ending, result.cause)
        self._wake()

    def _undecided(self, entry: Entry) -> Result:
        found = self._store.ledger.get(entry.id)
        sent = found is not None and found.sent_at is not None
        return Result(Ending.UNKNOWN, Cause.LOST) if sent else Result(Ending.ABANDONED, Cause.TOO_LATE)

    async def _result(self, entry: Entry) -> Result:
        desk = self._desks.get(entry.chat, entry.account) if entry.account is not None else None
        may_send = self._clock() - entry.asked_at <= CONFIRMED_FOR
        sent_before = entry.sent_at is not None
        if desk is None and sent_before:
            return Result(Ending.UNKNOWN, Cause.LOST)
        if desk is None or not (may_send or sent_before):
            return Result(Ending.ABANDONED, Cause.TOO_LATE)
        return await self._send(desk, entry, sent_before=sent_before, may_send=may_send)

    async def _send(self, desk: Desk, entry: Entry, *, sent_before: bool, may_send: bool) -> Result:
        def leaving() -> None:
            self._mark_sent(entry)

        match change_of(entry):
            case Cancellation() as change:
                return await cancel(desk, change, leaving, sent_before=sent_before, may_send=may_send)
            case BidChange() as change:
                return await change_bid(desk, change, leaving, sent_before=sent_before, may_send=may_send)
            case Creation() as change:
                return await create(desk, change, leaving, sent_before=sent_before, may_send=may_send)
            case never:
                assert_never(never)

    def _mark_sent(self, entry: Entry) -> None:
        """The row says "sent" before the request leaves. Without a row that is open, nothing leaves."""
        if self._store.ledger.sent(entry.id, self._clock()):
            return
        found = self._store.ledger.get(entry.id)
        if found is None or found.state != "sent":
            raise NeverSent

    def _tell(self, entry: Entry, what: str) -> None:
        self._store.outbox.put(
            entry.chat,
            entry.account,
            f"{entry.once}:{what}",
            "outcome",
            Rank.INTERACTIVE,
            encode(Told(entry.id)),
            self._clock(),
            episode=entry.once,
            edits=entry.message,
        )


def operation_of(change: Change) -> Operation:
    return next(operation for operation, kind in CHANGES.items() if isinstance(change, kind))


def change_of(entry: Entry) -> Change:
    return decode(CHANGES[Operation(entry.operation)], entry.body)
