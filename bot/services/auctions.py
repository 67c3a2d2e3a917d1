"""Auctions of machines that nobody here bids on: read when somebody looks, and kept for half a minute."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import timedelta
from typing import Final

from bot.clore.errors import CloreError, Unavailable
from bot.domain.ids import KeyId, ServerId
from bot.domain.spot import SpotMarket
from bot.services.clock import Clock
from bot.services.desk import Desk
from bot.services.feeds import within

RECENT: Final = timedelta(seconds=30)
MOST_KEPT: Final = 500


class Auctions:
    """A feed keeps the auctions of its key's own orders only; those of other machines are kept here, by key.

    Whose bids are mine depends on the key, who holds the machine does not.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: OrderedDict[tuple[KeyId, ServerId], SpotMarket] = OrderedDict()
        self._reading: dict[tuple[KeyId, ServerId], asyncio.Task[SpotMarket]] = {}

    async def market(self, desk: Desk, server: ServerId, max_age: timedelta, patience: float) -> SpotMarket | None:
        """The auction, where it comes within `patience` seconds; else an older one (see its `read_at`), or `None`."""
        known = self._last.get((desk.account.key, server))
        if known is not None and self._clock() - known.read_at < max_age:
            return known
        try:
            return await within(patience, self._shared(desk, server)) or known
        except CloreError:
            return known

    def seen(self) -> tuple[SpotMarket, ...]:
        """The auctions that were read, whoever read them."""
        return tuple(self._last.values())

    def forget(self, key: KeyId) -> None:
        """For a key that no account uses any more."""
        for place in [place for place in self._last if place[0] == key]:
            del self._last[place]
        for place, task in [(place, task) for place, task in self._reading.items() if place[0] == key]:
            del self._reading[place]
            task.cancel()

    async def _shared(self, desk: Desk, server: ServerId) -> SpotMarket:
        place = (desk.account.key, server)
        if place not in self._reading:
            self._reading[place] = asyncio.create_task(self._read(desk, server))
            self._reading[place].add_done_callback(lambda done: self._ended(place, done))
        task = self._reading[place]
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():  # not this waiter: nobody uses the key any more
                raise Unavailable("no account has this key any more") from None
            raise

    async def _read(self, desk: Desk, server: ServerId) -> SpotMarket:
        place = (desk.account.key, server)
        market = await desk.client.spot_marketplace(server)
        self._last[place] = market
        self._last.move_to_end(place)
        while len(self._last) > MOST_KEPT:
            self._last.popitem(last=False)
        return market

    def _ended(self, place: tuple[KeyId, ServerId], task: asyncio.Task[SpotMarket]) -> None:
        if self._reading.get(place) is task:
            del self._reading[place]
        if not task.cancelled():
            task.exception()  # whoever waits sees it; nobody waiting is no error of its own
