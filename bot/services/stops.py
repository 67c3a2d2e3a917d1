"""Ending rentals when their stop conditions are met: warned of before, decided in a row, sent like every confirmed change."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.snapshot import Snapshot
from bot.domain.announcements import StopTold
from bot.domain.ids import AccountId, OrderId, StopId, UserId
from bot.domain.ledger import Cancellation, Creation
from bot.domain.rental import Order
from bot.domain.spending import burn_per_day
from bot.domain.stops import WARN_BEFORE, AtRunway, Condition, Seen, Step, Terms, Verdict, judge, outlook, terms
from bot.services.clock import Clock
from bot.services.feeds import Feeds
from bot.services.writes import Writes
from storage.accounts import Account
from storage.codec import decode, encode
from storage.errors import Unreadable
from storage.ledger import Entry
from storage.letters import Rank
from storage.stops import Stop, StopState, once
from storage.store import Store

log = logging.getLogger(__name__)

EVERY: Final = timedelta(seconds=5)
STALE_POLLS: Final = 3
MAY_ACT: Final[tuple[StopState, ...]] = ("armed", "warned")
MAY_END: Final[tuple[StopState, ...]] = ("armed", "warned", "missed")

WARNED: Final = "warned"
MISSED: Final = "missed"
ACTING: Final = "acting"
FAILED: Final = "failed"
HELD: Final = "held"

_RANKS: Final = {
    WARNED: Rank.WARNING,
    MISSED: Rank.CRITICAL,
    ACTING: Rank.CRITICAL,
    FAILED: Rank.CRITICAL,
    HELD: Rank.CRITICAL,
}


class StopWatch:
    """Judges every armed condition by what its key's feed has read last; it asks CLORE.AI nothing of its own."""

    def __init__(
        self, store: Store, feeds: Feeds, writes: Writes, clock: Clock, wake: Callable[[], None], poll_every: timedelta
    ) -> None:
        self._store = store
        self._feeds = feeds
        self._writes = writes
        self._clock = clock
        self._wake = wake
        self._stale_after = STALE_POLLS * poll_every
        self._signs: dict[tuple[StopId, int], datetime] = {}
        """The first reading that showed a cost or runway reached. A restart waits for two again."""
        self._held: set[tuple[StopId, int]] = set()
        self._unreadable: set[StopId] = set()
        self._looked_at: datetime | None = None

    def tick(self) -> None:
        now = self._clock()
        if self._looked_at is not None and timedelta(0) <= now - self._looked_at < EVERY:
            return
        self._looked_at = now
        standing, panic = self._store.stops.standing(), self._store.chats.in_panic()
        for stop in standing:
            if stop.state == "acting":
                self._follow(stop, now)
            else:
                self._judge(stop, now, held=stop.chat in panic)
        known = {stop.id for stop in standing}
        self._signs = {key: sign for key, sign in self._signs.items() if key[0] in known}

    def arm(self, account: Account, user: UserId, order: Order, condition: Condition) -> Stop:
        """Sets a condition in the place of an earlier one of its kind. One that is near counts as warned of already."""
        now = self._clock()
        due = outlook(condition, seen_of(self._feeds.of(account.key).last, order.id, condition)).due
        state: StopState = "warned" if due is not None and due - now <= WARN_BEFORE else "armed"
        stops = self._store.stops
        with self._store.transaction(durable=True):
            for stop in stops.of_order(account.id, order.id):
                before = read_terms(stop)
                if before is not None and type(before.condition) is type(condition):
                    stops.change(stop.id, encode(terms(condition, before.changes + 1)), now, state=state)
                    changed = stops.get(account.chat, stop.id)
                    assert changed is not None
                    return changed
            body = encode(terms(condition))
            return stops.arm(account.chat, account.id, user, order.id, order.server, body, now, state=state)

    def _judge(self, stop: Stop, now: datetime, *, held: bool) -> None:
        """`held`: a person has stopped all automation, so that it is told and not done."""
        account, found = self._store.accounts.get(stop.chat, stop.account), read_terms(stop)
        if account is None or found is None:
            self._note_unreadable(stop)
            return
        seen, key = seen_of(self._feeds.of(account.key).last, stop.order, found.condition), (stop.id, found.changes)
        verdict = judge(
            found.condition,
            seen,
            now,
            since=stop.changed_at,
            stale_after=self._stale_after,
            warned=stop.state != "armed",
            sign=self._signs.get(key),
        )
        self._note_sign(key, verdict)
        match verdict.step:
            case Step.OVER:
                self._store.stops.move(stop.id, "over", of=MAY_END, now=now)
            case Step.WARN if stop.state == "armed":
                self._tell_as(stop, found, "warned", WARNED, now)
            case Step.ASK if stop.state in MAY_ACT:
                self._tell_as(stop, found, "missed", MISSED, now)
            case Step.ACT if held and stop.state in MAY_ACT:
                self._tell_held(stop, found, now)
            case Step.ACT if stop.state in MAY_ACT:
                self._carry_out(stop, account, found, now)
            case _:
                pass

    def _note_sign(self, key: tuple[StopId, int], verdict: Verdict) -> None:
        if verdict.sign is not None:
            self._signs.setdefault(key, verdict.sign)
        elif verdict.measured:
            self._signs.pop(key, None)

    def _tell_as(self, stop: Stop, found: Terms, state: StopState, phase: str, now: datetime) -> None:
        with self._store.transaction(durable=True):
            if self._store.stops.move(stop.id, state, of=MAY_ACT, now=now):
                self._announce(stop, found.changes, phase, now)
        self._wake()

    def _tell_held(self, stop: Stop, found: Terms, now: datetime) -> None:
        """Once; the state stays, so that it acts when a person lets automation go on, if it is not too late then."""
        if (stop.id, found.changes) in self._held:
            return
        with self._store.transaction(durable=True):
            self._announce(stop, found.changes, HELD, now)
        self._held.add((stop.id, found.changes))
        self._wake()

    def _carry_out(self, stop: Stop, account: Account, found: Terms, now: datetime) -> None:
        """The state, the cancellation's row and the reason are on the disk together, before any request leaves."""
        with self._store.transaction(durable=True):
            if not self._store.stops.move(stop.id, "acting", of=MAY_ACT, now=now):
                return
            self._announce(stop, found.changes, ACTING, now)
            change = Cancellation(stop.order, stop.server)
            entry = self._writes.claim(account, stop.user, change, once=once(stop.id), message=None)
        log.info("account %d: stop %d ends an order", account.id, stop.id)
        self._writes.start(entry.id)

    def _follow(self, stop: Stop, now: datetime) -> None:
        """Once its cancellation has ended: anything but "gone" is told aloud, and left to a person."""
        entry = self._store.ledger.of_once(once(stop.id))
        if entry is not None and entry.ended_at is None:
            return
        done = entry is not None and entry.state == "done"
        with self._store.transaction(durable=True):
            moved = self._store.stops.move(stop.id, "carried out" if done else "failed", of=("acting",), now=now)
            if moved and not done:
                found = read_terms(stop)
                self._announce(stop, found.changes if found else 0, FAILED, now)
        self._wake()

    def _announce(self, stop: Stop, changes: int, phase: str, now: datetime) -> None:
        self._store.outbox.announce(
            stop.chat,
            stop.account,
            StopTold(stop.id, phase),
            f"stop:{stop.id}:{phase}:{changes}",
            now,
            rank=_RANKS[phase],
            episode=f"stop:{stop.id}:told",
        )

    def _note_unreadable(self, stop: Stop) -> None:
        if stop.id not in self._unreadable:
            log.error("stop %d of account %d cannot be read", stop.id, stop.account)
            self._unreadable.add(stop.id)


def arm_wish(store: Store, entry: Entry, creation: Creation, order: Order, now: datetime) -> Stop | None:
    """Arms what was wished for before it was rented, in the transaction that ends the ledger's row: once, or not at all.

    `None`: nothing was wished for, the account was removed, or a condition of its kind was set since it was listed.
    """
    if creation.stop is None or entry.account is None:
        return None
    condition = creation.stop.condition(order)
    if any(type(each) is type(condition) for each in conditions(store, entry.account, order.id)):
        return None
    body = encode(terms(condition))
    return store.stops.arm(entry.chat, entry.account, entry.user, order.id, order.server, body, now)


def conditions(store: Store, account: AccountId, order: OrderId) -> tuple[Condition, ...]:
    """What may still end this order, the oldest first."""
    found = [read_terms(stop) for stop in store.stops.of_order(account, order)]
    return tuple(each.condition for each in found if each is not None)


def read_terms(stop: Stop) -> Terms | None:
    """`None`: its row cannot be read, or holds no condition."""
    try:
        found = decode(Terms, stop.body)
    except Unreadable:
        return None
    return found if found.time or found.cost or found.runway else None


def seen_of(snapshot: Snapshot | None, number: OrderId, condition: Condition) -> Seen:
    """What a snapshot shows of this order, and of the coin that the condition is about."""
    if snapshot is None:
        return Seen(in_question=True)
    listed = snapshot.orders.open if snapshot.orders else ()
    order = next((order for order in listed if order.id == number), None)
    coin = condition.currency if isinstance(condition, AtRunway) else (order.price.currency if order else None)
    balance = next((wallet.money for wallet in snapshot.wallets or () if wallet.currency == coin), None)
    return Seen(
        order=order,
        in_question=any(lost.order.id == number for lost in snapshot.missing),
        waiting=order is not None and snapshot.bid_active(order) is False,
        orders_at=snapshot.orders_at,
        wallets_at=snapshot.wallets_at,
        balance=balance,
        burn=burn_per_day(listed, snapshot.waiting).get(coin) if coin is not None else None,
        answering=not snapshot.failures,
    )
