"""Auctions of machines that nobody here bids on: read when somebody looks, and kept for half a minute."""

from __future__ import annotations

import logging
from collections import OrderedDict
from datetime import timedelta
from typing import Final

from bot.clore.errors import CloreError
from bot.domain.ids import KeyId, ServerId
from bot.domain.spot import SpotMarket
from bot.services.clock import Clock
from bot.services.desk import Desk
from bot.services.market import MarketCopy
from bot.services.shared import Shared

log = logging.getLogger(__name__)

RECENT: Final = timedelta(seconds=30)
MOST_KEPT: Final = 500


class Auctions:
    """A feed keeps the auctions of its key's own orders only; those of other machines are kept here, by key.

    Whose bids are mine depends on the key, who holds the machine does not.
    """

    def __init__(self, market: MarketCopy, clock: Clock) -> None:
        self._market = market
        self._clock = clock
        self._last: OrderedDict[tuple[KeyId, ServerId], SpotMarket] = OrderedDict()
        self._reading: Shared[tuple[KeyId, ServerId], SpotMarket] = Shared()

    def last(self, desk: Desk, server: ServerId) -> SpotMarket | None:
        """As it was read last, however long ago (see its `read_at`)."""
        return self._last.get((desk.account.key, server))

    async def fresh(self, desk: Desk, server: ServerId, max_age: timedelta) -> SpotMarket:
        """The auction not older than this. Raises `CloreError` where it cannot be had."""
        known = self.last(desk, server)
        if known is not None and self._clock() - known.read_at < max_age:
            return known
        try:
            return await self._reading.get((desk.account.key, server), lambda: self._read(desk, server))
        except CloreError as error:
            log.info("the auction of server %d could not be read: %s", server, error)
            raise

    def seen(self) -> tuple[SpotMarket, ...]:
        """The auctions that were read, whoever read them."""
        return tuple(self._last.values())

    def forget(self, key: KeyId) -> None:
        """For a key that no account uses any more."""
        for place in [place for place in self._last if place[0] == key]:
            del self._last[place]
        self._reading.drop(lambda place: place[0] == key)

    async def _read(self, desk: Desk, server: ServerId) -> SpotMarket:
        place = (desk.account.key, server)
        market = await desk.client.spot_marketplace(server)
        self._market.note(market.rates)
        self._last[place] = market
        self._last.move_to_end(place)
        while len(self._last) > MOST_KEPT:
            self._last.popitem(last=False)
        return market
