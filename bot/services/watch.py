"""Watching the keys: which are due, what is read of each, and when it is looked at again."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.snapshot import Snapshot
from bot.alerts.wanted import markets_of, wanted
from bot.clore.errors import CloreError, KeyRejected
from bot.clore.gate import Priority
from bot.domain.ids import KeyId
from bot.services.clock import Clock
from bot.services.feeds import Auction, Feed, Feeds, Orders, PastOrders, Wallets
from bot.services.market import MarketCopy
from bot.services.tasks import Tasks
from storage.store import Store

log = logging.getLogger(__name__)

POLL_EVERY: Final = timedelta(seconds=60)
JITTER: Final = 0.1
"""So that a thousand keys that start together do not ask together."""
AT_ONCE: Final = 64
"""Polls under way at the most; the rest stay due."""


class Watch:
    """Polls due keys, each key at most once at a time. `tick` is all that a clock has to call."""

    def __init__(
        self,
        store: Store,
        feeds: Feeds,
        market: MarketCopy,
        tasks: Tasks,
        clock: Clock,
        *,
        every: timedelta = POLL_EVERY,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._feeds = feeds
        self._market = market
        self._tasks = tasks
        self._clock = clock
        self._every = every
        self._chance = chance

    def tick(self) -> None:
        """Starts the polls that are due; returns at once."""
        now = self._clock()
        due = self._store.keys.due(now, AT_ONCE)
        for key in due:
            self._tasks.start(("poll", key), self.poll(key))
        if due:
            self._tasks.start("rates", self._market.keep_rates())

    async def poll(self, key: KeyId) -> None:
        """One look at everything of one key that the alerts need, then its next time."""
        began = self._clock()
        self._store.keys.schedule(key, began + self._every)
        feed = self._feeds.of(key)
        try:
            await self._look(feed)
        except KeyRejected:
            log.info("key %s is not accepted", key)
        except CloreError as error:
            log.info("key %s could not be read: %s", key, error)
        self._store.keys.schedule(key, self._next(began, feed.last))

    async def _look(self, feed: Feed) -> None:
        plan, before = wanted(feed.last, self._clock()), feed.last
        markets = plan.markets
        if plan.orders:
            snapshot = await feed.read(Orders(), Priority.POLL)
            markets = tuple({*markets, *markets_of(before, snapshot.orders)})
        if plan.past_orders:
            await feed.read(PastOrders(), Priority.POLL)
        for server in markets:
            snapshot = await feed.read(Auction(server), Priority.POLL)
            market = snapshot.markets.get(server)
            self._market.note(market.rates if market else None)
        if plan.wallets:
            await feed.read(Wallets(), Priority.POLL)

    def _next(self, began: datetime, snapshot: Snapshot | None) -> datetime:
        """The usual interval counts from the beginning of this look, so that many bids do not slow the watch down."""
        now = self._clock()
        soon = wanted(snapshot, now).again_in
        if soon is not None:
            return now + soon
        return max(now, began + self._every * (1 + JITTER * (2 * self._chance() - 1)))
