"""The guards of bids: each judges its bid by every new reading, and takes its steps like every confirmed change."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.alerts.alert import AlertType
from bot.alerts.snapshot import Snapshot
from bot.alerts.wanted import surely_rejected
from bot.domain.announcements import GuardNews, GuardTold
from bot.domain.guard import Action, Guard, Move, Sight, Terms, settled, step
from bot.domain.ids import GuardId, KeyId, OrderId, ServerId, UserId
from bot.domain.ledger import BidChange, Cause, Ending, Result
from bot.domain.reason import Reason, Why
from bot.services.clock import Clock
from bot.services.feeds import Feeds
from bot.services.lowerings import known_of
from bot.services.market import MarketCopy
from bot.services.tasks import Tasks
from bot.services.writes import Writes
from storage.accounts import Account
from storage.codec import decode, encode
from storage.errors import Unreadable
from storage.guards import GuardedBid, GuardPost, GuardState, once_of
from storage.letters import Rank
from storage.store import Store

log = logging.getLogger(__name__)

MARKET_RECENT: Final = timedelta(minutes=2)
"""How old the marketplace's word on a tenant on demand may be, where no bid holds the machine."""
LOUD_AGAIN_AFTER: Final = timedelta(minutes=15)
"""A guard that stops and goes on in turns is not heard more often."""
OF_A_BID: Final = frozenset({AlertType.SPOT_OUTBID, AlertType.ORDER_ENDED})


class Refused(StrEnum):
    """Why a guard is not switched on."""

    PANIC = "panic"  # a person has stopped all automation of this chat
    ELSEWHERE = "elsewhere"  # another account of this installation guards this very bid
    UNDER_WAY = "under way"  # a step of it, or of a lowering, was sent just now
    OVER = "over"  # the order is gone


class GuardWatch:
    """Judges every guarded bid by what its key's feed has read last. `tick` is all that a clock has to call.

    It asks CLORE.AI nothing of its own, but for the marketplace where no bid holds a guarded machine.
    """

    def __init__(
        self,
        store: Store,
        feeds: Feeds,
        market: MarketCopy,
        writes: Writes,
        tasks: Tasks,
        clock: Clock,
        wake: Callable[[], None],
        guarded: Callable[[KeyId], object],
    ) -> None:
        """`guarded` is called with the key of a bid whose guard was switched on or off."""
        self._store = store
        self._feeds = feeds
        self._market = market
        self._writes = writes
        self._tasks = tasks
        self._clock = clock
        self._wake = wake
        self._guarded = guarded
        self._judged: dict[GuardId, tuple[object, ...]] = {}
        self._heard_at: dict[GuardId, datetime] = {}
        self._unreadable: set[GuardId] = set()

    def tick(self) -> None:
        now, panic = self._clock(), self._store.chats.in_panic()
        posts = self._store.guards.posts()
        for post in posts:
            if post.state in {"acting", "ending"}:
                self._follow(post, now)
            elif post.chat not in panic:
                self._judge(post, now)
        known = {post.id for post in posts}
        self._judged = {guard: mark for guard, mark in self._judged.items() if guard in known}
        self._heard_at = {guard: at for guard, at in self._heard_at.items() if guard in known}

    def switch_on(
        self, account: Account, user: UserId, order: OrderId, server: ServerId, terms: Terms
    ) -> GuardedBid | Refused:
        """From now on within these terms; call it in the transaction that claims the press.

        What the bid's guard has learned, and spent of its day's budget, stays. A lowering of the bid ends: the guard does that.
        """
        now, guards = self._clock(), self._store.guards
        with self._store.transaction(durable=True):
            if self._store.chats.get(account.chat).panic_at is not None:
                return Refused.PANIC
            if guards.elsewhere(account.id, order):
                return Refused.ELSEWHERE
            row = guards.choose(account.chat, account.id, user, order, server, encode(terms), now)
            lowering = self._store.lowerings.of_order(account.id, order)
            if row.state in {"acting", "ending"} or (lowering is not None and lowering.state == "acting"):
                return Refused.UNDER_WAY
            guard = self._taken_up(account, row, terms)
            if not guards.switch_on(row.id, user, encode(terms), encode(guard), now):
                return Refused.OVER
            if lowering is not None:
                self._store.lowerings.move(lowering.id, "dropped", lowering.body, of=("waiting",), now=now)
            self._judged.pop(row.id, None)
            found = guards.get(account.chat, row.id)
            assert found is not None
        self._guarded(account.key)
        log.info("account %d: guard %d is on", account.id, row.id)
        return found

    def switch_off(self, row: GuardedBid) -> bool:
        """It takes no further step; one that has left cannot be called back, and is told of. False: it was off."""
        guards, now, body = self._store.guards, self._clock(), row.body or ""
        with self._store.transaction(durable=True):
            off = guards.move(row.id, "off", body, of=("on",), now=now) or guards.move(
                row.id, "ending", body, of=("acting",), now=now
            )
        account = self._store.accounts.get(row.chat, row.account) if off else None
        if account is not None:
            self._guarded(account.key)
            log.info("account %d: guard %d is off", account.id, row.id)
        return off

    def would(self, account: Account, order: OrderId, server: ServerId, terms: Terms) -> Action:
        """What it would do now within these terms, by the last reading. Nothing is done."""
        row = self._store.guards.of_order(account.id, order)
        guard = Guard(order, terms) if row is None else self._taken_up(account, row, terms)
        now, snapshot = self._clock(), self._feeds.of(account.key).last
        gone = snapshot is not None and snapshot.is_gone(order)
        return step(guard, self._sight(snapshot, server, gone=gone, now=now), now)[1]

    def _taken_up(self, account: Account, row: GuardedBid, terms: Terms) -> Guard:
        """As it stood; what was learned of lowering the bid while it was off, the ledger knows."""
        guard = replace(read_guard(row) or Guard(row.order, terms), terms=terms, stopped=None)
        return guard if row.stands else replace(guard, known=known_of(self._store, account.key, row.order), sent=None)

    def _judge(self, post: GuardPost, now: datetime) -> None:
        """Once by each reading."""
        snapshot = self._feeds.of(post.key).last
        if snapshot is None:
            return
        market = snapshot.markets.get(post.server)
        refused, gone = surely_rejected(snapshot), snapshot.is_gone(post.order, post.changed_at)
        mark = (market.read_at if market is not None else None, refused, gone, post.changed_at)
        if self._judged.get(post.id) == mark:
            return
        self._judged[post.id] = mark
        row = self._store.guards.get(post.chat, post.id)
        account = self._store.accounts.get(row.chat, row.account) if row is not None else None
        guard = read_guard(row) if row is not None else None
        if row is None or account is None or guard is None:
            self._note_unreadable(post)
            return
        sight = self._sight(snapshot, row.server, gone=gone, now=now, look=True)
        after, action = step(guard, sight, now)
        if action.move in {Move.RAISE, Move.LOWER}:
            self._carry_out(row, account, guard, after, action, now)
        elif after != guard:
            self._rest(row, account, guard, after, action, now)

    def _sight(
        self,
        snapshot: Snapshot | None,
        server: ServerId,
        *,
        gone: bool,
        now: datetime,
        look: bool = False,
    ) -> Sight:
        """`look`: where bids alone do not show who has the machine, the marketplace is asked for the next reading."""
        market = snapshot.markets.get(server) if snapshot is not None else None
        on_demand = self._market.on_demand(server)
        recent = on_demand is not None and now - on_demand.read_at <= MARKET_RECENT
        if look and not recent and market is not None and market.exists and market.holder is None:
            self._tasks.start("tenants", self._market.renew(MARKET_RECENT), expendable=True)
        return Sight(
            market,
            rates=self._market.rates,
            rented_on_demand=on_demand.rented if recent and on_demand is not None else None,
            guarded=self._store.guards.orders(),
            key_refused=snapshot is not None and surely_rejected(snapshot),
            gone=gone,
        )

    def _carry_out(
        self, row: GuardedBid, account: Account, before: Guard, after: Guard, action: Action, now: datetime
    ) -> None:
        """The state, the row of the step and its reason are on the disk together, before any request leaves."""
        assert action.price is not None, "a step has a price"
        change = BidChange(row.order, row.server, action.price, action.was, guard=row.id, reason=action.reason)
        with self._store.transaction(durable=True):
            moves = row.moves + 1
            if not self._store.guards.move(row.id, "acting", encode(after), of=("on",), now=now, moves=moves):
                return
            self._tell_stop(row, account, before, after, action.reason, now)
            entry = self._writes.claim(account, row.user, change, once=once_of(row.id, moves), message=None)
        log.info("account %d: guard %d takes step %d (%s)", account.id, row.id, moves, action.why.value)
        self._writes.start(entry.id)

    def _follow(self, post: GuardPost, now: datetime) -> None:
        """Once its step has ended."""
        row = self._store.guards.get(post.chat, post.id)
        if row is None:
            return
        entry = self._store.ledger.of_once(once_of(row.id, row.moves))
        if entry is not None and entry.ended_at is None:
            return
        result = decode(Result, entry.result) if entry is not None and entry.result is not None else None
        result = result or Result(Ending.UNKNOWN, Cause.LOST)
        at = entry.ended_at if entry is not None and entry.ended_at is not None else now
        before = read_guard(row)
        after = None if before is None else settled(before, result, at)
        state: GuardState = "off" if row.state == "ending" else "on"
        body = row.body or "" if after is None else encode(after)
        with self._store.transaction(durable=True):
            if not self._store.guards.move(row.id, state, body, of=(row.state,), now=now) or entry is None:
                return
            if result.ending in {Ending.DONE, Ending.UNKNOWN}:
                self._announce(row, GuardNews.MOVED, now, entry=entry.id)
            elif after is not None and after.stopped is Why.REFUSED and state == "on":
                self._announce(row, GuardNews.STOPPED, now, entry=entry.id, reason=Reason(Why.REFUSED), silent=False)
        self._wake()

    def _rest(
        self, row: GuardedBid, account: Account, before: Guard, after: Guard, action: Action, now: datetime
    ) -> None:
        """It waits, or can do nothing: told once when that begins, and once when it is over."""
        with self._store.transaction(durable=True):
            state: GuardState = "over" if after.over else "on"
            if not self._store.guards.move(row.id, state, encode(after), of=("on",), now=now):
                return
            self._tell_stop(row, account, before, after, action.reason, now)
        self._wake()

    def _tell_stop(
        self, row: GuardedBid, account: Account, before: Guard, after: Guard, reason: Reason, now: datetime
    ) -> None:
        """Also beside a step down: it may have to wait for what is out of reach, and be too high for that."""
        if after.stopped is not None and after.stopped is not before.stopped:
            silent = self._is_told(row, account, now)
            self._announce(row, GuardNews.STOPPED, now, reason=replace(reason, why=after.stopped), silent=silent)
            log.info("account %d: guard %d cannot raise (%s)", row.account, row.id, after.stopped.value)
        elif before.stopped is not None and after.stopped is None:
            self._announce(row, GuardNews.GOES_ON, now, reason=reason)

    def _is_told(self, row: GuardedBid, account: Account, now: datetime) -> bool:
        """Whether somebody hears of it anyway: an alert of the same bid says it loudly, or this guard did just now."""
        heard_at = self._heard_at.get(row.id)
        try:
            states = self._store.alerts.states(row.account)
        except Unreadable:
            states = ()
        alerted = any(
            state.type is AlertType.KEY_INVALID or (state.type in OF_A_BID and state.subject == str(row.order))
            for state in states
        )
        cancelled = self._store.ledger.cancelled(account.key, now - LOUD_AGAIN_AFTER)
        here = any(entry.order == row.order and entry.chat == row.chat for entry in cancelled)
        if alerted or here or (heard_at is not None and now - heard_at < LOUD_AGAIN_AFTER):
            return True
        self._heard_at[row.id] = now
        return False

    def _announce(
        self,
        row: GuardedBid,
        news: GuardNews,
        now: datetime,
        *,
        entry: int = 0,
        reason: Reason | None = None,
        silent: bool = True,
    ) -> None:
        what = entry or f"{now.isoformat()}"
        self._store.outbox.announce(
            row.chat,
            row.account,
            GuardTold(row.id, news, entry, reason),
            f"guard:{row.id}:{news}:{what}",
            now,
            rank=Rank.INFO if silent else Rank.CRITICAL,
            episode=f"guard:{row.id}:{'moves' if news is GuardNews.MOVED else 'stops'}",
            silent=silent,
        )

    def _note_unreadable(self, post: GuardPost) -> None:
        if post.id not in self._unreadable:
            log.error("guard %d of key %s cannot be read", post.id, post.key)
            self._unreadable.add(post.id)


def read_guard(row: GuardedBid) -> Guard | None:
    """`None`: it was never switched on, or its row cannot be read."""
    if row.body is None:
        return None
    try:
        return decode(Guard, row.body)
    except Unreadable:
        return None


def read_terms(row: GuardedBid) -> Terms | None:
    """As they are being chosen; `None`: the row cannot be read."""
    try:
        return decode(Terms, row.terms)
    except Unreadable:
        return None
