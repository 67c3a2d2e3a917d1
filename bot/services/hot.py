"""Hot auctions: read with a key's spare turns, round robin, and each reading serves every key that bids there.

Hot is an auction of an own spot order that a guard holds, or in which others moved in the last ten minutes. Nothing of it
is stored: guards are rows, and what moves is seen by the next readings.

* A spare turn is a single request behind everything else of its key, one at a time, at the gate's pace; so many keys side
  by side and no more. After a tap it rests, since a person who has just pressed presses again.
* While CLORE.AI refuses, rejects the key or does not answer, there are none: the watch with its base interval reads what
  there is, and each of its readings is the occasion to begin again.
* Without hot auctions nothing runs here, not even a timer.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
from collections.abc import Callable, Collection, Hashable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.snapshot import Snapshot
from bot.alerts.wanted import markets_of
from bot.clore.client import KeyedClient
from bot.clore.errors import CloreError, RateLimited
from bot.clore.gate import Priority
from bot.domain.heat import HOT_FOR, as_seen_by, moved
from bot.domain.ids import KeyId, ServerId
from bot.domain.spot import SpotMarket
from bot.services.clock import Clock
from bot.services.feeds import Auction, Feed, Feeds
from bot.services.market import MarketCopy
from bot.services.tasks import Tasks
from storage.errors import StorageError

log = logging.getLogger(__name__)

AT_ONCE: Final = 16
"""Keys that take a spare turn at the same time: a quarter of what may be in flight, and a dozen requests a second."""
AT_EASE: Final = 1.25
"""How far a gap may be widened by refusals: after one of them it takes ten minutes to be back at that."""
AFTER_A_TAP_SECONDS: Final = 5.0
AILING_FOR: Final = timedelta(minutes=5)
"""An auction that could not be read is left to the watch for so long; the others are not."""
STALE_POLLS: Final = 3

Guarded = Callable[[KeyId], Collection[ServerId]]
"""The machines of this key whose bids a guard holds."""


@dataclass(slots=True)
class Turn:
    """A spare turn that is being taken, or waited for at the gate."""

    number: int
    server: ServerId
    over: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class HotMarkets:
    """`noticed` after each reading is all that has to be called; it begins by itself what is to be read."""

    def __init__(
        self, feeds: Feeds, market: MarketCopy, tasks: Tasks, clock: Clock, guarded: Guarded, every: timedelta
    ) -> None:
        self._feeds = feeds
        self._market = market
        self._tasks = tasks
        self._clock = clock
        self._guarded = guarded
        self._every = every
        self._moved_at: dict[KeyId, dict[ServerId, datetime]] = {}
        self._bids: dict[KeyId, tuple[ServerId, ...]] = {}
        self._bidders: dict[ServerId, set[KeyId]] = {}
        self._hot: dict[KeyId, tuple[ServerId, ...]] = {}
        """In the order of their last turns, the longest ago first."""
        self._turns: dict[KeyId, Turn] = {}
        self._numbers = itertools.count(1)
        self._ailing: dict[tuple[KeyId, ServerId], datetime] = {}
        self._next: asyncio.Handle | None = None

    def noticed(self, key: KeyId, before: Snapshot | None, snapshot: Snapshot) -> None:
        """A reading of this key was recorded."""
        self._bids_at(key, markets_of(None, snapshot.orders))
        self._note_moves(key, before, snapshot)
        self._consider(key, snapshot)

    def consider(self, key: KeyId) -> None:
        """After a guard was switched on or off: looks again at what is hot, without waiting for a reading."""
        if (last := self._feeds.of(key).last) is not None:
            self._consider(key, last)

    def forget(self, key: KeyId) -> None:
        """For a key that no account uses any more."""
        self._hot.pop(key, None)
        self._moved_at.pop(key, None)
        self._bids_at(key, ())
        self._ailing = {place: until for place, until in self._ailing.items() if place[0] != key}
        if turn := self._turns.get(key):
            self._tasks.cancel(_name(turn))
            self._end(key, turn)

    def watched(self, server: ServerId) -> bool:
        """Whether this auction is read with spare turns now, whichever key's."""
        return any(server in servers for servers in self._hot.values())

    def short_of_turns(self, key: KeyId) -> bool:
        """Whether this key has hot auctions, which take whatever turns there are."""
        return key in self._hot

    async def let_pass(self, key: KeyId, left: int) -> None:
        """Between two parts of a look: lets the spare turn pass that waits, unless so many parts that are left to be
        asked for would not all fit into the interval then.

        At the gate every poll goes first: without this a hot auction would not be read for as long as a look takes.
        """
        turn = self._turns.get(key)
        if turn is not None and 2 * left * self._seconds_of_a_turn(key) <= self._every.total_seconds():
            await asyncio.wait({turn.over})

    # What is hot

    def _bids_at(self, key: KeyId, servers: tuple[ServerId, ...]) -> None:
        before = self._bids.pop(key, ())
        if servers:
            self._bids[key] = servers
        if before == servers:
            return
        for server in before:
            self._bidders[server].discard(key)
            if not self._bidders[server]:
                del self._bidders[server]
        for server in servers:
            self._bidders.setdefault(server, set()).add(key)

    def _note_moves(self, key: KeyId, before: Snapshot | None, snapshot: Snapshot) -> None:
        known = before.markets if before is not None else {}
        read = [(known.get(server), market) for server, market in snapshot.markets.items()]
        news = [after for first, after in read if first is not None and first is not after and moved(first, after)]
        if news:
            self._moved_at.setdefault(key, {}).update({market.server: market.read_at for market in news})

    def _consider(self, key: KeyId, snapshot: Snapshot) -> None:
        try:
            servers = self._hot_of(key, snapshot)
        except StorageError as error:  # the reading is recorded all the same
            log.info("the guards of key %s could not be read: %s", key, error)
            return
        if servers:
            self._hot[key] = servers
            self._deal_soon()
        else:
            self._hot.pop(key, None)

    def _hot_of(self, key: KeyId, snapshot: Snapshot) -> tuple[ServerId, ...]:
        servers = markets_of(None, snapshot.orders)
        if not servers:
            self._moved_at.pop(key, None)
            return ()
        now, moves, guarded = self._clock(), self._moved_at.get(key, {}), self._guarded(key)
        recent = {server for server, at in moves.items() if timedelta(0) <= now - at < HOT_FOR}
        if moves and not recent:
            del self._moved_at[key]
        return tuple(server for server in servers if server in recent or server in guarded)

    # Whose turn it is

    def _deal_soon(self) -> None:
        """Not at once: the feed has yet to take what was just recorded for the last that is known."""
        self._deal_in(0.0)

    def _deal_in(self, seconds: float) -> None:
        if self._next is not None:
            self._next.cancel()
        loop = asyncio.get_running_loop()
        self._next = loop.call_later(seconds, self._deal) if seconds else loop.call_soon(self._deal)

    def _deal(self) -> None:
        """Begins what can be begun; what is due later is looked at when the first of it is due."""
        self._next = None
        later = math.inf
        for key in list(self._hot):
            if len(self._turns) >= AT_ONCE:
                return  # the end of a turn deals again
            if key in self._hot and key not in self._turns:
                later = min(later, self._begin(key))
        if later < math.inf:
            self._deal_in(max(later, 0.001))

    def _begin(self, key: KeyId) -> float:
        """Begins a turn of this key, where one is due: infinite. Else the seconds until then."""
        feed = self._feeds.of(key)
        client = self._at_ease(feed)
        if client is None:
            del self._hot[key]  # until its next reading
            return math.inf
        found = min(self._due(key, feed, client), default=None)
        if found is None:
            return math.inf
        due, server = found
        wait = max(due, AFTER_A_TAP_SECONDS - client.untapped_seconds)
        if wait > 0:
            return wait
        self._hot[key] = self._hot.pop(key)
        turn = self._turns[key] = Turn(next(self._numbers), server)
        if not self._tasks.start(_name(turn), self._take(key, turn), expendable=True):
            self._hot.clear()  # the end has begun
            self._end(key, turn)
        return math.inf

    def _due(self, key: KeyId, feed: Feed, client: KeyedClient) -> Iterator[tuple[float, ServerId]]:
        """In how many seconds each may be read, a gap after its last reading, whoever read it; negative where it waits.

        Where several keys bid, none asks for what another is asking for.
        """
        now, asked_for = self._clock(), {turn.server for turn in self._turns.values()}
        for server in self._hot[key]:
            if server in asked_for or self._ailing.get((key, server), now) > now:
                continue
            age = feed.age_of(Auction(server))
            if age is None or age < timedelta(0):
                yield -math.inf, server
            else:
                yield client.gap_seconds - age.total_seconds(), server

    def _seconds_of_a_turn(self, key: KeyId) -> float:
        """A gap, and an answer that is taken to come as soon as that."""
        client = self._at_ease(self._feeds.of(key))
        return math.inf if client is None else 2 * client.gap_seconds

    # A turn

    async def _take(self, key: KeyId, turn: Turn) -> None:
        began, feed = self._clock(), self._feeds.of(key)
        try:
            snapshot = await feed.read(Auction(turn.server), Priority.SPARE)
        except RateLimited as error:
            log.info("key %s takes no spare turns for now: %s", key, error)
        except CloreError as error:
            self._ailing[key, turn.server] = self._clock() + AILING_FOR
            log.info("the auction of server %d could not be read by key %s: %s", turn.server, key, error)
        else:
            self._ailing.pop((key, turn.server), None)
            if market := snapshot.markets.get(turn.server):
                self._market.note(market.rates)
                self._share(key, market, began)
        finally:
            self._end(key, turn)

    def _end(self, key: KeyId, turn: Turn) -> None:
        if self._turns.get(key) is turn:
            del self._turns[key]
            turn.over.set_result(None)
            self._deal_soon()

    def _share(self, key: KeyId, market: SpotMarket, began: datetime) -> None:
        """Gives the reading to the other keys that bid there; one that it does not serve reads for itself."""
        for other in [other for other in self._bidders.get(market.server, ()) if other != key]:
            feed = self._feeds.of(other)
            if (seen := self._seen_by(feed, market, began)) is not None:
                feed.take_over(seen)

    def _seen_by(self, feed: Feed, market: SpotMarket, began: datetime) -> SpotMarket | None:
        """Not where that key is in trouble, which its own answers have to end; nor where it has asked or changed something
        since this reading was begun, and may know more than that brings.
        """
        last, client = feed.last, self._in_order(feed)
        if client is None or last is None or last.orders is None or last.missing:
            return None
        known = last.markets.get(market.server)
        if known is None or known.read_at >= began or not client.unchanged_since(began):
            return None
        own = {order.id for order in last.orders.open if order.spot and order.server == market.server}
        return as_seen_by(market, known, own)

    def _at_ease(self, feed: Feed) -> KeyedClient | None:
        """`None` where spare turns are out of place: CLORE.AI refused lately, there is much else to ask, or something is
        not in order.
        """
        client = self._in_order(feed)
        return client if client is not None and client.slowness <= AT_EASE and not client.crowded else None

    def _in_order(self, feed: Feed) -> KeyedClient | None:
        """`None` where CLORE.AI rejected the key or did not answer when it was last asked, where the watch does not read
        this key any more, or too slowly.
        """
        last = feed.last
        if last is None or last.failures or last.rejections or last.orders_at is None:
            return None
        if self._clock() - last.orders_at > STALE_POLLS * self._every:
            return None
        try:
            return feed.client
        except CloreError:
            return None


def _name(turn: Turn) -> Hashable:
    """Of its own for each: a key's next turn may begin before the last task is quite gone."""
    return "hot", turn.number
