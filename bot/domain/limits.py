"""What an owner allows, in the coin and at the moment of one bid."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from bot.domain.money import Money, Rates, round_up, unit


def within(limit: Money, coin: str, rates: Rates | None) -> Money | None:
    """The highest bid in `coin` that is not over the limit, in whole units and exactly; `None`: a rate is missing."""
    worth = Fraction(limit.amount)
    if limit.currency != coin:
        there, here = (rates.of(limit.currency), rates.of(coin)) if rates else (None, None)
        if there is None or here is None:
            return None
        worth = worth * Fraction(there) / Fraction(here)
    return Money(int(worth / Fraction(unit(coin))) * unit(coin), coin)


def with_margin(least: Money, percent: Decimal, ceiling: Money) -> Money:
    """`least` and so much more, never over the ceiling."""
    return smaller(max(least, round_up(least * (1 + percent / 100)), key=_amount), ceiling)


def smaller(one: Money, other: Money) -> Money:
    return min(one, other)


def rest_of_day(at: datetime) -> Decimal:
    """The share of its day (UTC) that is left."""
    at = at.astimezone(UTC)
    gone = timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
    return 1 - Decimal(gone // timedelta(microseconds=1)) / Decimal(86_400_000_000)


def _amount(money: Money) -> Decimal:
    return money.amount
