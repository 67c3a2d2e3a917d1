"""Carries out what was confirmed: a row before a request, once, and looked up instead of repeated blindly."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, assert_never

from bot.clore.client import Leaving
from bot.domain.guard import FRESH
from bot.domain.ids import ChatId, MessageId, UserId
from bot.domain.ledger import CHANGES, BidChange, Cancellation, Cause, Change, Creation, Ending, Operation, Result, Told
from bot.domain.rental import Order
from bot.domain.secrets import NO_SECRETS, Secrets
from bot.services.bids import change_bid
from bot.services.cancel import cancel
from bot.services.clock import Clock
from bot.services.desk import Desk, Desks
from bot.services.market import MarketCopy
from bot.services.rent import NeverSent, Rent
from bot.services.tasks import Tasks
from storage.accounts import Account
from storage.codec import decode, encode
from storage.errors import DatabaseUnavailable, Unopenable
from storage.ledger import Entry
from storage.letters import Rank
from storage.sealing import unpacked
from storage.store import Store

log = logging.getLogger(__name__)

CONFIRMED_FOR: Final = timedelta(seconds=120)
"""How long a press holds: what could not be sent within this time, because the bot was away, is not sent any more."""

CHECKING: Final = "checking"
FOUND_LATE: Final = "found late"
"""How the `once` of the letters ends that tell of these steps of a creation."""

DATABASE_PAUSE_SECONDS: Final = 1.0
LOOK_AGAIN_SECONDS: Final = 0.5
"""For who waits for the end of a change: the row says it, whoever ends it."""

TOLD_OF_ALL: Final = frozenset({"asked", CHECKING, "ended"})
"""Steps of a change that one of several is told of in the message of all of them."""


OnRented = Callable[[Entry, Creation, Order, Secrets], object]
"""What begins with a new order, in the transaction that writes down that it was found."""


class Writes:
    """The changes under way. `wake` is called when there is something new to tell."""

    def __init__(
        self,
        store: Store,
        desks: Desks,
        market: MarketCopy,
        tasks: Tasks,
        clock: Clock,
        wake: Callable[[], None],
        on_rented: OnRented,
    ) -> None:
        self._store = store
        self._desks = desks
        self._market = market
        self._tasks = tasks
        self._clock = clock
        self._wake = wake
        self._on_rented = on_rented

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
        self._tell(entry.id, "asked")
        return entry

    def start(self, entry: int) -> None:
        """Carries out the change of this row, unless that is under way."""
        self._wake()
        self._tasks.start(("write", entry), self._carry_out(entry))

    async def ended(self, number: int) -> Entry | None:
        """Waits until it is known what became of this row; `None`: it went with its chat."""
        while True:
            entry = self._store.ledger.get(number)
            if entry is None or entry.ended_at is not None:
                return entry
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

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
            outcome = await self._outcome(entry)
        except NeverSent:
            return
        except DatabaseUnavailable:
            raise
        except Exception:  # somebody waits for the outcome, also of a mistake of ours
            log.exception("%s of account %s failed", entry.operation, entry.account)
            outcome = self._undecided(entry)
        with self._store.transaction(durable=True):
            result = self._end(entry.id, outcome)
            if result is not None:
                self._tell(entry.id, "ended")
        if result is not None:
            log.info("%s of account %s: %s (%s)", entry.operation, entry.account, result.ending, result.cause)
        self._wake()

    def found(self, entry: Entry, order: Order) -> None:
        """The order of a creation that had ended unknown is listed after all. Edits its message, and says it aloud."""
        with self._store.transaction(durable=True):
            if self._end(entry.id, order) is not None:
                self._tell(entry.id, FOUND_LATE)
                self._tell(entry.id, f"apart, {FOUND_LATE}", apart=True)
        log.info("%s of account %s: found after all", entry.operation, entry.account)
        self._wake()

    def call_off(self, chat: ChatId) -> int:
        """Ends the steps of a chat that nobody pressed for and that have not left; returns how many. The caller wakes."""
        waiting = [each for each in self._store.ledger.unfinished() if each.chat == chat and each.automatic]
        ended = [
            each
            for each in waiting
            if each.state == "asked" and self._end(each.id, Result(Ending.ABANDONED, Cause.CALLED_OFF)) is not None
        ]
        for each in ended:
            self._tell(each.id, "ended")
        return len(ended)

    def give_up(self, entry: Entry, cause: Cause) -> None:
        """The last word on a creation that stays unknown: a new press may rent again."""
        result = Result(Ending.UNKNOWN, cause)
        with self._store.transaction(durable=True):
            if self._store.ledger.give_up(entry.id, encode(result), self._clock()):
                self._reopen(entry, change_of(entry), late=True)
                self._tell(entry.id, "given up")
        log.info("%s of account %s: %s", entry.operation, entry.account, cause)
        self._wake()

    def _end(self, number: int, outcome: Order | Result) -> Result | None:
        """Writes down how it ended with what follows from it. `None`: it had ended, or its chat was forgotten."""
        entry = self._store.ledger.get(number)
        if entry is None:
            return None
        made = outcome if isinstance(outcome, Order) else None
        result = outcome if isinstance(outcome, Result) else Result(Ending.DONE, Cause.RENTED, order=outcome.id)
        change, secrets = change_of(entry), self._remaining_secrets(entry) if made is not None else NO_SECRETS
        if not self._store.ledger.end(entry.id, result.ending.value, encode(result), self._clock()):
            return None
        if isinstance(change, Creation):
            self._follow(entry, change, result, made, secrets)
        return result

    def _follow(self, entry: Entry, change: Creation, result: Result, made: Order | None, secrets: Secrets) -> None:
        """What an order begins with, or what a draft comes back to."""
        if made is not None:
            claimed = self._store.ledger.claim_order(entry.id, made.id)
            assert claimed, "what is found is free to be claimed: nothing else runs in between"
            if change.draft is not None:
                self._store.drafts.send(entry.chat, change.draft, self._clock())
            self._on_rented(entry, change, made, secrets)
        elif result.ending in {Ending.REFUSED, Ending.ABANDONED}:
            self._reopen(entry, change)
        elif result.cause is Cause.NOT_RENTED:
            self._reopen(entry, change, late=True)

    def _reopen(self, entry: Entry, change: Change, *, late: bool = False) -> None:
        """What nothing was rented of can be changed and confirmed again.

        `late`: the person may have begun another draft since, which then stays in its place.
        """
        if not isinstance(change, Creation) or change.draft is None:
            return
        if late and self._store.drafts.open_of(entry.chat, entry.user) is not None:
            return
        self._store.drafts.reopen(entry.chat, change.draft, self._clock())

    def _secrets(self, entry: Entry) -> Secrets:
        """What is sent with a creation beside its row. Raises `Unopenable` where it was damaged."""
        return unpacked(self._store.ledger.secret(entry))

    def _remaining_secrets(self, entry: Entry) -> Secrets:
        """Where they were damaged, the order runs all the same, without our knowing them."""
        try:
            return self._secrets(entry)
        except Unopenable:
            log.warning("the secrets of change %d cannot be opened", entry.id)
            return NO_SECRETS

    def _undecided(self, entry: Entry) -> Result:
        found = self._store.ledger.get(entry.id)
        sent = found is not None and found.sent_at is not None
        return Result(Ending.UNKNOWN, Cause.LOST) if sent else Result(Ending.ABANDONED, Cause.TOO_LATE)

    async def _outcome(self, entry: Entry) -> Order | Result:
        desk = self._desks.get(entry.chat, entry.account) if entry.account is not None else None
        may_send = self._clock() - entry.asked_at <= CONFIRMED_FOR
        sent_before = entry.sent_at is not None
        if desk is None and sent_before:
            return Result(Ending.UNKNOWN, Cause.LOST)
        if desk is None or not (may_send or sent_before):
            return Result(Ending.ABANDONED, Cause.TOO_LATE)
        return await self._send(desk, entry, sent_before=sent_before, may_send=may_send)

    async def _send(self, desk: Desk, entry: Entry, *, sent_before: bool, may_send: bool) -> Order | Result:
        def leaving() -> None:
            self._mark_sent(entry)

        match change_of(entry):
            case Cancellation() as change:
                return await cancel(desk, change, leaving, sent_before=sent_before, may_send=may_send)
            case BidChange() as change:
                return await change_bid(desk, change, leaving, sent_before=sent_before, may_send=may_send)
            case Creation() as change:
                return await self._rent(desk, entry, change, leaving)
            case never:
                assert_never(never)

    async def _rent(self, desk: Desk, entry: Entry, change: Creation, leaving: Leaving) -> Order | Result:
        def checking() -> None:
            with self._store.transaction():
                self._tell(entry.id, CHECKING)
            self._wake()

        try:
            secrets = self._secrets(entry) if entry.sent_at is None else NO_SECRETS
        except Unopenable:
            return Result(Ending.REFUSED, Cause.INVALID, detail="its password or variables cannot be read any more")
        rent = Rent(
            desk=desk,
            entry=entry,
            change=change,
            secrets=secrets,
            ledger=self._store.ledger,
            market=self._market,
            clock=self._clock,
            until=entry.asked_at + CONFIRMED_FOR,
            leaving=leaving,
            checking=checking,
        )
        return await rent.carry_out()

    def _mark_sent(self, entry: Entry) -> None:
        """The row says "sent" before the request leaves. Without a row that is open, nothing leaves.

        Nor does a step that nobody pressed for, once a person has stopped it or what it was decided by is old.
        """
        ledger, now = self._store.ledger, self._clock()
        if (cause := self._called_off(entry, now)) is not None:
            self._end(entry.id, Result(Ending.ABANDONED, cause))
            raise NeverSent
        if not (ledger.sent(entry.id, now) or ledger.sent_again(entry.id, now)):
            raise NeverSent

    def _called_off(self, entry: Entry, now: datetime) -> Cause | None:
        if not entry.automatic:
            return None
        if self._store.chats.get(entry.chat).panic_at is not None:
            return Cause.CALLED_OFF
        change = change_of(entry)
        if not isinstance(change, BidChange) or change.guard is None:
            return None
        guard = self._store.guards.get(entry.chat, change.guard)
        if guard is None or not guard.stands:
            return Cause.CALLED_OFF
        read_at = change.reason.read_at if change.reason is not None else None
        return Cause.TOO_LATE if read_at is None or now - read_at > FRESH else None

    def _tell(self, number: int, what: str, *, apart: bool = False) -> None:
        """`apart`: in a message of its own, which is heard where a changed one is not.

        The row is read anew: its account may have been removed meanwhile, and then there is nobody to tell.
        """
        entry = self._store.ledger.get(number)
        if entry is None or entry.account is None or (what in TOLD_OF_ALL and _of_several(entry)):
            return
        self._store.outbox.put(
            entry.chat,
            entry.account,
            f"{entry.once}:{what}",
            "outcome",
            Rank.INTERACTIVE,
            encode(Told(entry.id)),
            self._clock(),
            episode=None if apart else entry.once,
            edits=None if apart else entry.message,
        )


def operation_of(change: Change) -> Operation:
    return next(operation for operation, kind in CHANGES.items() if isinstance(change, kind))


def _of_several(entry: Entry) -> bool:
    match change := change_of(entry):
        case Creation(batch=batch):
            return batch is not None
        case BidChange():
            return change.automatic
        case Cancellation():
            return False
        case never:
            assert_never(never)


def change_of(entry: Entry) -> Change:
    return decode(CHANGES[Operation(entry.operation)], entry.body)
