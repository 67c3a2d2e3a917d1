"""Creations of which nobody knows whether they rented: looked for in my_orders for half an hour more."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from typing import Final

from bot.clore.errors import CloreError
from bot.clore.gate import Priority
from bot.domain.ids import KeyId
from bot.domain.ledger import Cause, Creation
from bot.services.clock import Clock
from bot.services.feeds import Feeds, Orders
from bot.services.rent import made_in
from bot.services.tasks import Tasks
from bot.services.writes import Writes, change_of
from storage.ledger import Entry
from storage.store import Store

WATCHED_FOR: Final = timedelta(minutes=30)
LOOK_EVERY: Final = timedelta(seconds=40)
"""How old the list of orders may be while something is looked for in it, whoever has read it."""
LAST_CHANCE: Final = timedelta(minutes=10)
"""Where the half hour brought no answer at its end (the bot was away, CLORE.AI was down): so long one is waited for."""


class Lookout:
    """`tick` is all that a clock has to call. What it goes by is in the ledger, so that a restart loses nothing."""

    def __init__(self, store: Store, feeds: Feeds, writes: Writes, tasks: Tasks, clock: Clock) -> None:
        self._store = store
        self._feeds = feeds
        self._writes = writes
        self._tasks = tasks
        self._clock = clock
        self._asked_at: dict[KeyId, datetime] = {}
        self._overdue_since: dict[int, datetime] = {}

    def tick(self) -> None:
        """Compares with what was read last; asks for a newer list now and then. Returns at once."""
        entries = self._store.ledger.unknown_creations()
        for entry in entries:
            self._look(entry)
        still = {entry.id for entry in entries}
        self._overdue_since = {number: at for number, at in self._overdue_since.items() if number in still}
        if not entries:
            self._asked_at.clear()

    def _look(self, entry: Entry) -> None:
        change, now = change_of(entry), self._clock()
        assert isinstance(change, Creation)
        assert entry.ended_at is not None
        if entry.account is None or not self._store.accounts.of_key(entry.key):
            self._writes.give_up(entry, Cause.LOST)  # nobody can be asked any more
            return
        last = self._feeds.of(entry.key).last
        read_at = last.orders_at if last is not None else None
        if last is not None and last.orders is not None and read_at is not None and read_at >= entry.ended_at:
            made = made_in(last.orders, entry, change, self._store.ledger)
            if made is not None:
                self._writes.found(entry, made)
                return
        ends_at = entry.ended_at + WATCHED_FOR
        if now < ends_at:
            self._ask(entry.key, read_at, now)
        elif read_at is not None and read_at >= ends_at:
            self._writes.give_up(entry, Cause.NEVER_SEEN)
        elif now - self._overdue_since.setdefault(entry.id, now) >= LAST_CHANCE:
            self._writes.give_up(entry, Cause.LOST)
        else:
            self._ask(entry.key, read_at, now)

    def _ask(self, key: KeyId, read_at: datetime | None, now: datetime) -> None:
        latest = max((at for at in (read_at, self._asked_at.get(key)) if at is not None), default=None)
        if latest is None or now - latest >= LOOK_EVERY:
            self._asked_at[key] = now
            self._tasks.start(("lookout", key), self._read(key), expendable=True)

    async def _read(self, key: KeyId) -> None:
        with contextlib.suppress(CloreError):  # the feed keeps the failure, and the alerts tell of it
            await self._feeds.of(key).read(Orders(), Priority.POLL)
