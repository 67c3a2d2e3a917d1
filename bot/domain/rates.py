"""Dollar rates from the marketplace itself: what hosts ask in dollars beside what they ask in coins."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from statistics import median
from typing import Final

from bot.domain.market import Market
from bot.domain.money import Rates

ENOUGH_LISTINGS = 5
"""Fewer prices than this make no rate: one host's typing error would be everybody's dollar."""


LISTINGS_A_STEP: Final = 512
"""About a millisecond of work."""


class Ratios:
    """The median ratio of dollar price to coin price over all listings, by coin; coins with few prices have none.

    `rates` are whole once `steps` has been gone through.
    """

    def __init__(self, market: Market) -> None:
        self.rates = Rates({}, market.read_at)
        self._listings = market.listings

    def steps(self) -> Iterator[None]:
        """A few milliseconds each."""
        ratios: dict[str, list[Decimal]] = {}
        for begin in range(0, len(self._listings), LISTINGS_A_STEP):
            for listing in self._listings[begin : begin + LISTINGS_A_STEP]:
                for coin, dollars in listing.usd_on_demand.items():
                    price = listing.on_demand.get(coin)
                    if price and dollars > 0:
                        ratios.setdefault(coin, []).append(dollars / price)
            yield
        usd: dict[str, Decimal] = {}
        for coin, found in ratios.items():
            if len(found) >= ENOUGH_LISTINGS:
                usd[coin] = median(found)
                yield
        self.rates = Rates(usd, self.rates.at)


def rates_of(market: Market) -> Rates:
    """All at once."""
    ratios = Ratios(market)
    for _ in ratios.steps():
        pass
    return ratios.rates
