"""Amounts and spans of time in words."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final

from bot.domain.money import USD, Money, Rates, plain, rounded, symbol
from bot.domain.spending import FOREVER

_MOST_DIGITS: Final = 21
"""Before the point, or between the point and the first other digit than 0."""
_LONG: Final = timedelta(days=10)
TOO_LONG: Final = "an amount too long to show"


def duration(span: timedelta) -> str:
    """`45 s`, `12 min`, `72 h 3 min`, `11 days`, `3 years`; how long, whichever direction."""
    seconds = abs(int(span.total_seconds()))
    minutes, hours, days = seconds // 60, seconds // 3_600, seconds // 86_400
    if seconds < 60:
        return f"{seconds} s"
    if minutes < 60:
        return f"{minutes} min"
    if hours < 100:
        return f"{hours} h {minutes % 60} min" if minutes % 60 else f"{hours} h"
    return f"{days} days" if days < 730 else f"{days // 365} years"


def hours(length: timedelta) -> str:
    """`73 hours`, `30 days`, `721 hours (30 days)`: lengths are agreed in hours at CLORE.AI."""
    count = rounded(Decimal(int(length.total_seconds())) / 3_600, 4)
    if length >= _LONG and not length % timedelta(days=1):
        return f"{length.days} days"
    days = f" ({duration(length)})" if length >= _LONG else ""
    return f"{count} hour" if count == "1" else f"{count} hours{days}"


def lasts(runway: timedelta) -> str:
    return "10 years or more" if runway >= FOREVER else duration(runway)


def number(amount: Decimal, digits: int = 3) -> str:
    """For reading: so many significant digits, never an exponent."""
    return rounded(amount, digits) if _can_be_shown(amount) else TOO_LONG


def exact(amount: Decimal) -> str:
    """Every digit, never an exponent."""
    short = len(amount.as_tuple().digits) <= 2 * _MOST_DIGITS
    return plain(amount) if short and _can_be_shown(amount) else TOO_LONG


def coin(money: Money) -> str:
    """`0.0000105 BTC`, rounded for reading."""
    return f"{number(money.amount)} {symbol(money.currency)}"


def exact_coin(money: Money) -> str:
    """`0.00001050 BTC` to the last digit: what is sent, and what the details show."""
    return f"{exact(money.amount)} {symbol(money.currency)}"


def usd(amount: Decimal) -> str:
    """`$0.0665`, `$2.20`, `$106`: a single digit of cents looks like a mistake."""
    shown = number(amount)
    _, point, cents = shown.partition(".")
    return f"${shown}0" if point and len(cents) == 1 and abs(amount) < 10 else f"${shown}"


def about_usd(amount: Decimal) -> str:
    """`≈ $0.21`, which no line of a phone takes apart."""
    return f"≈\N{NO-BREAK SPACE}{usd(amount)}"


def dollars(money: Money, rates: Rates | None) -> str:
    """`≈ $0.21`; nothing where there is no rate, no coin, or where the coin is a dollar itself."""
    value = None if rates is None or money.currency == USD else rates.dollars(money)
    return "" if not value else about_usd(value)


def worth(money: Money, rates: Rates | None, *, to_the_digit: bool = False) -> str:
    """`0.0000105 BTC (≈ $0.21)`."""
    amount = exact_coin(money) if to_the_digit else coin(money)
    value = dollars(money, rates)
    return f"{amount} ({value})" if value else amount


def percent(value: Decimal) -> str:
    return f"{number(value)} %"


def counted(count: int, one: str, many: str) -> str:
    """`1 rental`, `2 rentals`."""
    return f"{count} {one if count == 1 else many}"


def _can_be_shown(amount: Decimal) -> bool:
    return amount.is_finite() and (amount == 0 or abs(amount.adjusted()) < _MOST_DIGITS)
