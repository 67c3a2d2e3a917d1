"""What a market offers on demand, or by spot: every price of every machine, the cheapest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.columns import ROWS_A_STEP
from bot.domain.market import Listing
from bot.domain.money import Rates
from bot.domain.quote import Quote, dollars_per_day, quotes, suspicious


@dataclass(frozen=True, slots=True)
class Hit:
    """A machine that was found, with the quote that the search is about: the cheapest in the coins that it allows.

    `usd_per_day`: with the fee, of the whole machine; `None` where the coin has no rate. `suspicious`: its prices in
    several coins disagree.
    """

    listing: Listing
    quote: Quote
    usd_per_day: Decimal | None
    suspicious: bool


class Offers:
    """Hits in the order of their dollars; then those of unknown worth, coin by coin. Equal ones go by server number."""

    def __init__(self, listings: Sequence[Listing], rates: Rates | None, *, spot: bool) -> None:
        """Empty until `steps` has been gone through."""
        self._listings = listings
        self._rates = rates
        self._spot = spot
        self.hits: list[Hit] = []
        self.rows: list[int] = []
        """By hit: the row of its listing."""
        self.best: list[int] = []
        """The places of each machine's cheapest hit."""
        self.of_coin: dict[str, list[int]] = {}
        """The places of all hits of a coin."""

    def steps(self) -> Iterator[None]:
        found: list[tuple[Hit, int]] = []
        for begin in range(0, len(self._listings), ROWS_A_STEP):
            for row, listing in enumerate(self._listings[begin : begin + ROWS_A_STEP], begin):
                found += [(hit, row) for hit in self._hits(listing)]
            yield
        known = [each for each in found if each[0].usd_per_day is not None]
        known.sort(key=_number)
        yield
        known.sort(key=_dollars)
        yield
        unknown = [each for each in found if each[0].usd_per_day is None]
        unknown.sort(key=_number)
        unknown.sort(key=_amount)
        yield
        unknown.sort(key=_coin)
        ordered = known + unknown
        self.hits = [hit for hit, _ in ordered]
        self.rows = [row for _, row in ordered]
        yield
        seen: set[int] = set()
        for place, (hit, row) in enumerate(ordered):
            self.of_coin.setdefault(hit.quote.price.currency, []).append(place)
            if row not in seen:
                seen.add(row)
                self.best.append(place)

    def _hits(self, listing: Listing) -> Iterator[Hit]:
        asked = quotes(listing, spot=self._spot)
        odd = len(asked) > 0 and suspicious(listing, self._rates)
        for quote in asked:
            yield Hit(listing, quote, dollars_per_day(quote, self._rates), odd)


def _number(each: tuple[Hit, int]) -> int:
    return each[0].listing.id


def _dollars(each: tuple[Hit, int]) -> Decimal:
    return each[0].usd_per_day or Decimal(0)


def _amount(each: tuple[Hit, int]) -> Decimal:
    return each[0].quote.price.amount


def _coin(each: tuple[Hit, int]) -> str:
    return each[0].quote.price.currency
