"""Dollar rates from the marketplace itself: what hosts ask in dollars beside what they ask in coins."""

from __future__ import annotations

from decimal import Decimal
from statistics import median

from bot.domain.market import Market
from bot.domain.money import Rates

ENOUGH_LISTINGS = 5
"""Fewer prices than this make no rate: one host's typing error would be everybody's dollar."""


def rates_of(market: Market) -> Rates:
    """The median ratio of dollar price to coin price over all listings, by coin; coins with few prices have none."""
    ratios: dict[str, list[Decimal]] = {}
    for listing in market.listings:
        for coin, dollars in listing.usd_on_demand.items():
            price = listing.on_demand.get(coin)
            if price and dollars > 0:
                ratios.setdefault(coin, []).append(dollars / price)
    usd = {coin: median(found) for coin, found in ratios.items() if len(found) >= ENOUGH_LISTINGS}
    return Rates(usd, market.read_at)
