"""Machines that could stand in for a running rental, and cost less: as good as it where it counts, by a rule that is said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from bot.domain.hardware import Specs
from bot.domain.market import Listing
from bot.domain.money import Money, Rates
from bot.domain.quote import Quote, by_dollars, can_pay, dollars_per_day, quotes
from bot.domain.rental import Order
from bot.domain.spending import Wallet

RAM_SHARE: Final = Decimal("0.9")
RELIABILITY_LESS: Final = Decimal("0.01")
"""A percentage point."""
NET_SHARE: Final = Decimal("0.9")
"""A network that is slower than this share of the rental's is called worse."""


class Worse(StrEnum):
    """In what a cheaper machine is not as good; the views say how much."""

    RELIABILITY = "reliability"
    COUNTRY = "country"
    DOWN = "download"
    UP = "upload"
    RAM = "ram"
    LENGTH = "length"


@dataclass(frozen=True, slots=True)
class Cheaper:
    """`saving`: dollars a day with fees; `saving_in_coin`: where both are paid in one coin. One of the two is known."""

    listing: Listing
    quote: Quote
    usd_per_day: Decimal | None
    saving: Decimal | None
    saving_in_coin: Money | None
    worse: tuple[Worse, ...]


def cheaper(
    order: Order,
    own: Listing | None,
    found: Iterable[Listing],
    wallets: Sequence[Wallet],
    rates: Rates | None,
    now: datetime,
) -> tuple[Cheaper, ...]:
    """Of free machines with the same cards, those that keep up, cost less on demand and can be paid; the cheapest first.

    `own`: the rental's machine in the marketplace, which alone says how reliable it is. What is not known of a machine
    does not count as good enough.
    """
    return tuple(
        sorted(
            (
                each
                for listing in found
                if keeps_up(order, own, listing)
                and (each := _offer(order, own, listing, wallets, rates, now)) is not None
            ),
            key=lambda each: (*by_dollars(each.quote, rates), each.listing.id),
        )
    )


def keeps_up(order: Order, own: Listing | None, listing: Listing) -> bool:
    """No less VRAM, at least nine tenths of the RAM, and no more than a percentage point less reliable."""
    return (
        not listing.rented
        and listing.id != order.server
        and _at_least(listing.specs.gpu_ram_gb, order.specs.gpu_ram_gb)
        and _at_least(listing.specs.ram_gb, _times(order.specs.ram_gb, RAM_SHARE))
        and (
            own is None or own.reliability is None or _at_least(listing.reliability, own.reliability - RELIABILITY_LESS)
        )
    )


def _offer(
    order: Order,
    own: Listing | None,
    listing: Listing,
    wallets: Sequence[Wallet],
    rates: Rates | None,
    now: datetime,
) -> Cheaper | None:
    """With its cheapest quote that a wallet reaches for; `None` where that saves nothing, or nobody can tell."""
    payable = [quote for quote in quotes(listing) if can_pay(quote, wallets)]
    offers = [each for quote in payable if (each := _compared(order, own, listing, quote, rates, now)) is not None]
    return min(offers, key=lambda each: by_dollars(each.quote, rates), default=None)


def _compared(
    order: Order, own: Listing | None, listing: Listing, quote: Quote, rates: Rates | None, now: datetime
) -> Cheaper | None:
    cost, usd = order.cost_per_day, dollars_per_day(quote, rates)
    cost_usd = rates.dollars(cost) if rates else None
    saving = cost_usd - usd if cost_usd is not None and usd is not None else None
    in_coin = cost - quote.per_day if cost.currency == quote.price.currency else None
    saves = in_coin.amount > 0 if in_coin is not None else saving is not None and saving > 0
    if not saves:
        return None
    return Cheaper(listing, quote, usd, saving, in_coin, worse_in(order, own, listing, now))


def worse_in(order: Order, own: Listing | None, listing: Listing, now: datetime) -> tuple[Worse, ...]:
    here, there = order.specs, listing.specs
    reliability = own.reliability if own is not None else None
    left = max(order.left(now), timedelta(0))
    found = {
        Worse.RELIABILITY: _less(listing.reliability, reliability),
        Worse.COUNTRY: _other_country(here, there),
        Worse.DOWN: _less(there.down_mbit, _times(here.down_mbit, NET_SHARE)),
        Worse.UP: _less(there.up_mbit, _times(here.up_mbit, NET_SHARE)),
        Worse.RAM: _less(there.ram_gb, here.ram_gb),
        Worse.LENGTH: listing.max_length is not None and listing.max_length < left,
    }
    return tuple(what for what, is_so in found.items() if is_so)


def _other_country(here: Specs, there: Specs) -> bool:
    """Another country is no worse by itself, but who rents there should know."""
    return bool(here.country and there.country) and here.country != there.country


def _times(value: Decimal | None, share: Decimal) -> Decimal | None:
    return None if value is None else value * share


def _at_least(value: Decimal | None, bound: Decimal | None) -> bool:
    return bound is None or (value is not None and value >= bound)


def _less(value: Decimal | None, bound: Decimal | None) -> bool:
    return value is not None and bound is not None and value < bound
