"""One copy of the marketplace for the whole process, with the dollar rates that follow from it."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from decimal import Decimal
from functools import partial

from bot.clore.client import Clore
from bot.clore.errors import CloreError
from bot.clore.gate import Priority
from bot.domain.catalogue import Catalogue
from bot.domain.ids import ServerId
from bot.domain.market import Market, OnDemand
from bot.domain.money import Rates
from bot.domain.rates import Ratios
from bot.services.clock import Clock
from bot.services.shared import Shared

log = logging.getLogger(__name__)

RATES_LIVE = timedelta(minutes=15)
RETRY_AFTER = timedelta(minutes=1)
MOVED = Decimal("0.01")


class MarketCopy:
    """The marketplace answers without a key, so one copy serves every chat. Two reads at once are one."""

    def __init__(self, clore: Clore, clock: Clock) -> None:
        self._clore = clore
        self._clock = clock
        self._reading: Shared[None, Market] = Shared()
        self._building: Shared[None, Catalogue] = Shared()
        self._tried_at = clock() - RETRY_AFTER
        self.last: Market | None = None
        self.rates: Rates | None = None
        self.last_catalogue: Catalogue | None = None

    def note(self, rates: Rates | None) -> None:
        """Takes rates that came with another reply, where they are newer; the age is that of the oldest of them."""
        if rates is None or not rates.usd:
            return
        if self.rates is None or self.rates.usd.keys() <= rates.usd.keys():
            self.rates = rates if self.rates is None or rates.at >= self.rates.at else self.rates
        else:
            self.rates = Rates({**self.rates.usd, **rates.usd}, min(self.rates.at, rates.at))

    def on_demand(self, server: ServerId) -> OnDemand | None:
        """What the copy says of this server, however old it is; `None` where that is nothing."""
        return None if self.last is None else self.last.on_demand(server)

    async def fresh(self, max_age: timedelta, priority: Priority) -> Market:
        """A copy not older than this. Raises `CloreError` where it cannot be had."""
        if self.last is not None and self._clock() - self.last.read_at <= max_age:
            return self.last
        return await self._reading.get(None, lambda: self._read(priority))

    async def catalogue(self, max_age: timedelta, priority: Priority) -> Catalogue:
        """The same copy, made ready for searching: once for all who ask. Raises `CloreError` where it cannot be had."""
        market = await self.fresh(max_age, priority)
        while (known := self.last_catalogue) is None or known.market is not market or _moved(known.rates, self.rates):
            await self._building.get(None, partial(self._build, market))
            market = self.last or market
        return known

    async def keep_rates(self) -> None:
        """Reads the market where the rates have grown old; a failure is logged and tried again a minute later."""
        now = self._clock()
        old = self.rates is None or now - self.rates.at > RATES_LIVE
        if not old or now - self._tried_at < RETRY_AFTER:
            return
        self._tried_at = now
        await self.renew(RATES_LIVE)

    async def renew(self, max_age: timedelta = timedelta(0)) -> None:
        """Reads the market where the copy is older than this; a failure is logged, and what was known stays."""
        try:
            await self.fresh(max_age, Priority.POLL)
        except CloreError as error:
            log.info("the marketplace could not be read: %s", error)

    async def _read(self, priority: Priority) -> Market:
        market = await self._clore.marketplace(priority=priority)
        ratios = Ratios(market)
        for _ in ratios.steps():
            await asyncio.sleep(0)
        self.last = market
        self.note(ratios.rates)
        return market

    async def _build(self, market: Market) -> Catalogue:
        """A step at a time, so that nobody else waits for it."""
        made = Catalogue(market, self.rates, self.last_catalogue)
        for _ in made.steps():
            await asyncio.sleep(0)
        self.last_catalogue = made
        return made


def _moved(known: Rates | None, now: Rates | None) -> bool:
    """Whether prices in dollars would differ by more than can be seen: a coin has its first rate, or a rate moved by 1 %."""
    if now is None or known is now:
        return False
    before = {} if known is None else known.usd
    return any(coin not in before or abs(rate - before[coin]) > MOVED * before[coin] for coin, rate in now.usd.items())
