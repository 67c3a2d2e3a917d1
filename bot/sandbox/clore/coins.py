"""The coins of the simulated marketplace: their names, what they are worth in USD, their smallest units."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Final

BITCOIN: Final = "bitcoin"
CLORE: Final = "CLORE-Blockchain"
USD: Final = "USD-Blockchain"
COINS: Final = (BITCOIN, CLORE, USD)

RATES_IN_USD: Final[Mapping[str, Decimal]] = {BITCOIN: Decimal(67000), CLORE: Decimal("0.0112"), USD: Decimal(1)}
"""What one coin is worth at the start of a world."""

UNIT: Final[Mapping[str, Decimal]] = {BITCOIN: Decimal("1e-8"), CLORE: Decimal("1e-4"), USD: Decimal("1e-4")}
"""The smallest difference between two bids."""

LARGEST_STEP_DOWN: Final[Mapping[str, Decimal]] = {BITCOIN: Decimal("1e-6"), CLORE: Decimal(5), USD: Decimal("0.05")}
"""How far set_spot_price may lower an offer at once. API reference for bitcoin; the others are worth about the same."""


def in_usd(amount: Decimal, coin: str, rates: Mapping[str, Decimal]) -> Decimal:
    """USD. Raises KeyError for a coin without a rate."""
    return amount * rates[coin]


def from_usd(amount: Decimal, coin: str, rates: Mapping[str, Decimal]) -> Decimal:
    """The nearest amount of the coin, in whole units."""
    return (amount / rates[coin]).quantize(UNIT[coin], ROUND_HALF_UP)


def above(amount_in_usd: Decimal, coin: str, rates: Mapping[str, Decimal]) -> Decimal:
    """The smallest amount of the coin, in whole units, that is worth more."""
    amount = (amount_in_usd / rates[coin]).quantize(UNIT[coin], ROUND_CEILING)
    return amount if amount * rates[coin] > amount_in_usd else amount + UNIT[coin]
