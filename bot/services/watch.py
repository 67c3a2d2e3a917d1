"""Watching the keys: which are due, and when each is looked at again."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.clore.errors import CloreError
from bot.domain.ids import KeyId
from bot.services.clock import Clock
from bot.services.feeds import Feeds, Wanted
from bot.services.look import Look, SpareTurns
from bot.services.market import MarketCopy
from bot.services.tasks import Tasks
from storage.errors import StorageError
from storage.store import Store

log = logging.getLogger(__name__)

POLL_EVERY: Final = timedelta(seconds=60)
JITTER: Final = 0.1
"""So that a thousand keys that start together do not ask together."""
BEGUN_AT_ONCE: Final = 64
"""Polls that one tick begins at the most; the rest stay due. What is in flight is for the client to limit."""
SET_BACK: Final = timedelta(seconds=5)
"""A clock that goes back by more than this was set."""
LONGEST_WAIT: Final = timedelta(days=1)
"""More than any key ever waits for its turn."""
EVERY_KEY: Final = 1_000_000


class Watch:
    """Polls due keys, each key at most once at a time. `tick` is all that a clock has to call."""

    def __init__(
        self,
        store: Store,
        feeds: Feeds,
        market: MarketCopy,
        tasks: Tasks,
        clock: Clock,
        spare: SpareTurns,
        *,
        every: timedelta = POLL_EVERY,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._feeds = feeds
        self._market = market
        self._tasks = tasks
        self._clock = clock
        self._spare = spare
        self._every = every
        self._chance = chance
        self._ailing: dict[KeyId, frozenset[Wanted]] = {}
        self._troubles: dict[KeyId, str] = {}
        self._held_up = False
        self._ticked_at = store.installation.last_tick() or clock()

    def tick(self) -> None:
        """Starts the polls that are due; returns at once."""
        try:
            due = self._take_due(self._clock())
        except StorageError as error:
            if not self._held_up:
                log.warning("polls wait for the database: %s", error)
            self._held_up = True
            return
        self._held_up = False
        for key in due:
            self._tasks.start(("poll", key), self.poll(key), expendable=True)
        if due:
            self._tasks.start("rates", self._market.keep_rates(), expendable=True)

    async def poll(self, key: KeyId) -> None:
        """One look at everything of one key that the alerts need, then its next time."""
        began = self._clock()
        try:
            look = self._look(key)
        except StorageError as error:
            self._note(key, error)
            return
        try:
            await look.take()
        except Exception as error:  # noqa: BLE001 - logged below, but not every minute
            self._note(key, error)
        else:
            self._note(key, look.trouble)
        if look.failed:
            self._ailing[key] = look.failed
        self._schedule(key, self._next(began, look.again_at, rejected=look.rejected))

    def _look(self, key: KeyId) -> Look:
        """An auction that spare turns read is not older than three half intervals, whenever they end."""
        ailing, recent = self._ailing.pop(key, frozenset()), self._every / 2
        return Look(self._feeds.of(key), self._market, self._clock, self._spare, recent=recent, ailing=ailing)

    def _take_due(self, now: datetime) -> list[KeyId]:
        """Each has its next time before it begins: one that never ends or always fails keeps no other waiting."""
        if now < self._ticked_at - SET_BACK:
            self._bring_forward(now)
        self._ticked_at = now
        due = self._store.keys.due(now, BEGUN_AT_ONCE)
        if due:
            with self._store.transaction():
                for key in due:
                    self._store.keys.schedule(key, now + self._every)
        return due

    def _bring_forward(self, now: datetime) -> None:
        """The clock was set back: what is due by the old time would wait until that comes again."""
        log.warning("the clock was set back by %s; every key gets a new time", self._ticked_at - now)
        with self._store.transaction():
            for key in self._store.keys.due(self._ticked_at + LONGEST_WAIT, EVERY_KEY):
                self._store.keys.schedule(key, now + self._every * self._chance())

    def _next(self, began: datetime, again_at: datetime | None, *, rejected: bool) -> datetime:
        """The usual interval counts from the beginning of this look, so that many bids do not slow the watch down.

        What is to be confirmed never makes it later, but for a key that is refused.
        """
        usual = began + self._every * (1 + JITTER * (2 * self._chance() - 1))
        if again_at is not None:
            usual = again_at if rejected else min(again_at, usual)
        return max(self._clock(), usual)

    def _schedule(self, key: KeyId, at: datetime) -> None:
        try:
            self._store.keys.schedule(key, at)
        except StorageError as error:
            log.info("key %s keeps the time that its last tick gave it: %s", key, error)

    def _note(self, key: KeyId, trouble: Exception | None) -> None:
        """The log tells when a key begins to have a trouble, not each time that it has it."""
        known, new = self._troubles.get(key), f"{type(trouble).__name__}: {trouble}" if trouble else None
        if known == new:
            return
        if trouble is None or new is None:
            del self._troubles[key]
            log.info("key %s is read again", key)
            return
        self._troubles[key] = new
        if isinstance(trouble, CloreError):
            log.info("key %s could not be read: %s", key, trouble)
        else:
            log.error("the look at key %s failed", key, exc_info=trouble)
