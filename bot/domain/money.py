"""Amounts of coins, and what they are worth in dollars.

Amounts are `Decimal` from the JSON text on. Every price of CLORE.AI is *per day* and for the *whole machine*,
before the renter's fee; an hour is a twenty-fourth of a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal

BITCOIN = "bitcoin"
CLORE = "CLORE-Blockchain"
USD = "USD-Blockchain"

HOURS_A_DAY = 24
DEFAULT_UNIT = Decimal("0.00000001")
UNITS: Mapping[str, Decimal] = {BITCOIN: DEFAULT_UNIT, CLORE: Decimal("0.0001"), USD: Decimal("0.0001")}
"""The smallest useful step of a bid in each coin."""

SYMBOLS: Mapping[str, str] = {BITCOIN: "BTC", CLORE: "CLORE", USD: "USD"}


class CurrencyMismatch(TypeError):
    """Two amounts of different coins were added or compared."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of one coin. Adds and compares only within its coin; `CurrencyMismatch` otherwise."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{plain(self.amount)} {symbol(self.currency)}"

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    def __truediv__(self, divisor: Decimal | int) -> Money:
        return Money(self.amount / divisor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        raise TypeError("ask for `amount`: whether a sum of nothing counts as false is not for Money to say")

    def _same(self, other: Money) -> Decimal:
        if not isinstance(other, Money):
            raise TypeError(f"Money goes with Money, not with {type(other).__name__}")
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} does not go with {other.currency}")
        return other.amount


@dataclass(frozen=True, slots=True)
class Rates:
    """What one coin is worth in dollars, and since when that is known. A coin without a rate has no dollar value."""

    usd: Mapping[str, Decimal]
    at: datetime

    def of(self, currency: str) -> Decimal | None:
        """Dollars for one coin. A dollar is a dollar."""
        if currency == USD:
            return Decimal(1)
        rate = self.usd.get(currency)
        return rate if rate is not None and rate > 0 else None

    def dollars(self, money: Money) -> Decimal | None:
        rate = self.of(money.currency)
        return None if rate is None else money.amount * rate

    def convert(self, money: Money, currency: str) -> Money | None:
        """The same worth in another coin, unrounded; `None` where either rate is unknown."""
        if money.currency == currency:
            return money
        dollars, rate = self.dollars(money), self.of(currency)
        return None if dollars is None or rate is None else Money(dollars / rate, currency)


def symbol(currency: str) -> str:
    """What people call a coin; an unknown one keeps the name that CLORE.AI gives it."""
    return SYMBOLS.get(currency, currency)


def unit(currency: str) -> Decimal:
    return UNITS.get(currency, DEFAULT_UNIT)


def plain(amount: Decimal) -> str:
    """Every digit, never an exponent: `3E-7` is `0.0000003`."""
    text = format(amount, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def rounded(amount: Decimal, digits: int = 3) -> str:
    """For reading only, never for sending: so many significant digits, and never an exponent."""
    if amount == 0 or not amount.is_finite():
        return plain(amount)
    whole_digits = amount.adjusted() + 1
    kept = Context(prec=max(digits, whole_digits), rounding=ROUND_HALF_EVEN).plus(amount)
    return plain(kept)


def round_up(money: Money) -> Money:
    """The next amount that is a whole number of units: a bid that must win is never rounded down."""
    return Money(_whole_units(money, ROUND_CEILING), money.currency)


def round_down(money: Money) -> Money:
    return Money(_whole_units(money, ROUND_FLOOR), money.currency)


def _whole_units(money: Money, rounding: str) -> Decimal:
    """Exact for amounts of any size: an absurd price in a reply is a number like any other."""
    step = unit(money.currency)
    digits = max(money.amount.adjusted() - step.adjusted(), 0) + 2
    return money.amount.quantize(step, rounding, Context(prec=digits))


def with_fee(price: Money, fee_percent: Decimal) -> Money:
    return price * (1 + fee_percent / 100)


def per_hour(per_day: Money) -> Money:
    return per_day / HOURS_A_DAY
