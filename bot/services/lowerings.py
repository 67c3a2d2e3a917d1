"""Lowering bids to a confirmed target: a step whenever CLORE.AI allows one, each sent like every confirmed change."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.wanted import surely_rejected
from bot.domain.announcements import LoweringTold
from bot.domain.descent import Arrived, Descent, End, Send, Verdict, Why, after, ended, judge, sent
from bot.domain.ids import KeyId, LoweringId, OrderId, ServerId, UserId
from bot.domain.ledger import BidChange, Cause, Ending, Result
from bot.domain.lowering import Known, heard
from bot.services.clock import Clock
from bot.services.feeds import Feeds
from bot.services.market import MarketCopy
from bot.services.stops import EVERY, STALE_POLLS
from bot.services.writes import Writes, change_of
from storage.accounts import Account
from storage.codec import decode, encode
from storage.errors import Unreadable
from storage.letters import Rank
from storage.lowerings import Lowering, LoweringState, once_of
from storage.store import Store

log = logging.getLogger(__name__)

QUIET: Final = frozenset({Why.REACHED, Why.GONE})
"""Ends that make no noise: as it was wanted, or told aloud by the news of the rental itself."""

STANDING: Final[tuple[LoweringState, ...]] = ("waiting", "acting")


class LoweringWatch:
    """Judges every bid on its way down by what its key's feed has read last; it asks CLORE.AI nothing of its own."""

    def __init__(
        self,
        store: Store,
        feeds: Feeds,
        market: MarketCopy,
        writes: Writes,
        clock: Clock,
        wake: Callable[[], None],
        poll_every: timedelta,
    ) -> None:
        self._store = store
        self._feeds = feeds
        self._market = market
        self._writes = writes
        self._clock = clock
        self._wake = wake
        self._stale_after = STALE_POLLS * poll_every
        self._unreadable: set[LoweringId] = set()
        self._looked_at: datetime | None = None

    def tick(self) -> None:
        now = self._clock()
        if self._looked_at is not None and timedelta(0) <= now - self._looked_at < EVERY:
            return
        self._looked_at, panic = now, self._store.chats.in_panic()
        for lowering in self._store.lowerings.standing():
            account = self._store.accounts.get(lowering.chat, lowering.account)
            descent = read_descent(lowering)
            if account is None or descent is None:
                self._note_unreadable(lowering)
            elif lowering.state == "acting":
                self._follow(lowering, descent, now)
            elif lowering.chat not in panic:
                self._judge(lowering, account, descent, now)

    def begin(
        self, account: Account, user: UserId, order: OrderId, server: ServerId, descent: Descent
    ) -> Lowering | None:
        """In the place of an earlier one of this bid; call it in the transaction that claims the press.

        `None`: a step of the earlier one is under way, and the bid will not be what was confirmed.
        """
        now, lowerings = self._clock(), self._store.lowerings
        with self._store.transaction(durable=True):
            before = lowerings.of_order(account.id, order)
            if before is not None:
                if before.state == "acting":
                    return None
                lowerings.move(before.id, "dropped", before.body, of=("waiting",), now=now)
            return lowerings.begin(account.chat, account.id, user, order, server, encode(descent), now)

    def drop(self, lowering: Lowering) -> bool:
        """No further step is sent; one that is under way cannot be called back. False: it was over."""
        moved = self._store.lowerings.move(lowering.id, "dropped", lowering.body, of=STANDING, now=self._clock())
        if moved:
            log.info("account %d: lowering %d is dropped", lowering.account, lowering.id)
        return moved

    def _judge(self, lowering: Lowering, account: Account, descent: Descent, now: datetime) -> None:
        match self._verdict(lowering, account, descent, now):
            case Send(price):
                step = sent(descent, price)
                change = BidChange(lowering.order, lowering.server, price, descent.bid, lowering.id)
                self._carry_out(lowering, account, step, change, now)
            case Arrived(known):
                self._go_on(lowering, known, now)
            case End() as end:
                self._go_on(lowering, ended(descent, end), now)
            case None:
                pass

    def _verdict(self, lowering: Lowering, account: Account, descent: Descent, now: datetime) -> Verdict:
        """Only readings that are newer than the row's last change count, and old ones do not."""
        snapshot = self._feeds.of(account.key).last
        if snapshot is None:
            return None
        if surely_rejected(snapshot):
            return End(Why.KEY)
        if snapshot.is_gone(lowering.order, lowering.changed_at):
            return End(Why.GONE)
        market = snapshot.markets.get(lowering.server)
        if market is None or market.read_at <= lowering.changed_at or now - market.read_at > self._stale_after:
            return None
        in_doubt = lowering.order in snapshot.in_doubt
        return judge(descent, market, lowering.order, now, self._market.rates, in_doubt=in_doubt)

    def _carry_out(self, lowering: Lowering, account: Account, step: Descent, change: BidChange, now: datetime) -> None:
        """The state and the row of the step are on the disk together, before any request leaves."""
        with self._store.transaction(durable=True):
            if not self._store.lowerings.move(lowering.id, "acting", encode(step), of=("waiting",), now=now):
                return
            once = once_of(lowering.id, step.steps)
            entry = self._writes.claim(account, lowering.user, change, once=once, message=None)
        log.info("account %d: lowering %d takes step %d", account.id, lowering.id, step.steps)
        self._writes.start(entry.id)

    def _follow(self, lowering: Lowering, descent: Descent, now: datetime) -> None:
        """Once its step has ended."""
        entry = self._store.ledger.of_once(once_of(lowering.id, descent.steps))
        if entry is not None and entry.ended_at is None:
            return
        result = decode(Result, entry.result) if entry is not None and entry.result is not None else None
        at = entry.ended_at if entry is not None and entry.ended_at is not None else now
        self._go_on(lowering, after(descent, result or Result(Ending.UNKNOWN, Cause.LOST), at), now)

    def _go_on(self, lowering: Lowering, descent: Descent, now: datetime) -> None:
        """Waits for the next step, or tells that there is none."""
        state: LoweringState = "waiting"
        if descent.end is not None:
            state = "reached" if descent.end.why is Why.REACHED else "stopped"
        with self._store.transaction(durable=True):
            moved = self._store.lowerings.move(lowering.id, state, encode(descent), of=(lowering.state,), now=now)
            if not moved or descent.end is None:
                return
            self._store.outbox.announce(
                lowering.chat,
                lowering.account,
                LoweringTold(lowering.id),
                f"lowering:{lowering.id}:ended",
                now,
                rank=Rank.INFO if descent.end.why in QUIET else Rank.WARNING,
                silent=descent.end.why in QUIET,
            )
        log.info("account %d: lowering %d has ended (%s)", lowering.account, lowering.id, descent.end.why)
        self._wake()

    def _note_unreadable(self, lowering: Lowering) -> None:
        if lowering.id not in self._unreadable:
            log.error("lowering %d of account %d cannot be read", lowering.id, lowering.account)
            self._unreadable.add(lowering.id)


def read_descent(lowering: Lowering) -> Descent | None:
    """`None`: its row cannot be read."""
    try:
        return decode(Descent, lowering.body)
    except Unreadable:
        return None


def known_of(store: Store, key: KeyId, order: OrderId) -> Known:
    """What CLORE.AI has said of lowering this bid, to whichever chat with this key."""
    known = Known()
    for entry in store.ledger.bids(key, order):
        change = change_of(entry)
        if isinstance(change, BidChange) and change.was is not None and entry.result and entry.ended_at is not None:
            known = heard(known, change.was, change.price, decode(Result, entry.result), entry.ended_at)
    return known
