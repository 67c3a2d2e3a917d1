"""What a market offers on demand, or by spot: every price of every machine, the cheapest first."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.columns import ROWS_A_STEP
from bot.domain.market import Listing
from bot.domain.money import Money, Rates
from bot.domain.quote import SUSPICIOUS_ABOVE, Quote, fee_factor, fee_of, rate_of, takes
from bot.domain.search.conditions import Price
from bot.domain.search.limits import COMPARED, Sign


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
    """Hits in the order of their dollars; then those of unknown worth, coin by coin. Equal ones in the order of their rows.

    A *place* is a hit's number in that order.
    """

    def __init__(self, counts: Sequence[int | None], *, spot: bool) -> None:
        """Empty until it is filled. `counts`: how many GPUs, by row."""
        self.hits: list[Hit] = []
        self.rows: list[int] = []
        """By place: the row of its listing."""
        self.best: list[int] = []
        """The places of each machine's cheapest hit."""
        self.of_coin: dict[str, list[int]] = {}
        """The places of all hits of a coin."""
        self.rank: list[int] = []
        """By place, where the dollars are known: equal dollars have one rank."""
        self._dollars: list[Decimal] = []
        self._counts = counts
        self._factor = fee_factor(spot=spot)

    def fill(self, found: Sequence[tuple[Hit, int]]) -> Iterator[None]:
        """Takes hits with their rows, in the order of the rows."""
        known = [each for each in found if each[0].usd_per_day is not None]
        known.sort(key=_about)
        yield
        known.sort(key=_dollars)  # already in order, but for what floats cannot tell apart
        yield
        unknown = [each for each in found if each[0].usd_per_day is None]
        unknown.sort(key=_amount)
        yield
        unknown.sort(key=_coin)
        yield
        ordered = known + unknown
        self.hits = [hit for hit, _ in ordered]
        self.rows = [row for _, row in ordered]
        self._dollars = [_dollars(each) for each in known]
        yield
        seen: set[int] = set()
        for place, (hit, row) in enumerate(ordered):
            self.of_coin.setdefault(hit.quote.price.currency, []).append(place)
            if row not in seen:
                seen.add(row)
                self.best.append(place)
        yield
        before, rank = None, -1
        for dollars in self._dollars:
            rank += dollars != before
            self.rank.append(rank)
            before = dollars

    def cheapest(self, coins: set[str]) -> list[int]:
        """One place a machine, in order: its cheapest hit in these coins, in any where none is named."""
        if not coins:
            return self.best
        if len(coins) == 1:
            return self.of_coin.get(next(iter(coins)), [])
        seen: set[int] = set()
        found = []
        for place in sorted(place for coin in coins for place in self.of_coin.get(coin, ())):
            if self.rows[place] not in seen:
                seen.add(self.rows[place])
                found.append(place)
        return found

    def taking(self, coins: Sequence[str]) -> set[int]:
        """The rows of the machines that can be had for one of these coins."""
        return {self.rows[place] for coin in coins for place in self.of_coin.get(coin, ())}

    def priced(self, places: list[int], price: Price) -> list[int]:
        """Those of the places, which are in order, within a price. Exactly: no float decides it.

        Without a rate there are no dollars, without a count nothing per GPU: then nothing is known to be within.
        """
        if price.coin is None and not price.per_gpu:
            return self._slice(places, price)
        within, bound, rows, counts = COMPARED[price.sign], price.per_day, self.rows, self._counts
        bounds = {count: bound * count for count in set(counts) if count} if price.per_gpu else {}
        if price.coin is None:
            dollars = self._dollars
            known = places[: bisect_left(places, len(dollars))]
            return [
                place
                for place in known
                if (least := bounds.get(counts[rows[place]] or 0)) is not None and within(dollars[place], least)
            ]
        hits, factor = self.hits, self._factor
        if not price.per_gpu:
            return [place for place in places if within(hits[place].quote.price.amount * factor, bound)]
        return [
            place
            for place in places
            if (least := bounds.get(counts[rows[place]] or 0)) is not None
            and within(hits[place].quote.price.amount * factor, least)
        ]

    def by_price(self, places: list[int], *, descending: bool) -> list[int]:
        if not descending:
            return places
        end = bisect_left(places, len(self._dollars))
        return sorted(places[:end], key=self.rank.__getitem__, reverse=True) + places[end:]

    def by_price_per_gpu(self, places: list[int], *, descending: bool) -> list[int]:
        """Floats put them in order here. Those of unknown worth or count come last."""
        counts, dollars, rows = self._counts, self._dollars, self.rows
        worth = {
            place: float(dollars[place]) / count
            for place in places[: bisect_left(places, len(dollars))]
            if (count := counts[rows[place]])
        }
        ordered = sorted(worth, key=worth.__getitem__, reverse=descending)
        return ordered + [place for place in places if place not in worth]

    def _slice(self, places: list[int], price: Price) -> list[int]:
        """By halving, for both the places and their dollars go upward."""
        dollars, bound, sign = self._dollars, price.per_day, price.sign
        begin, end = 0, len(dollars)
        if sign in {Sign.OVER, Sign.AT_LEAST, Sign.IS}:
            begin = (bisect_right if sign is Sign.OVER else bisect_left)(dollars, bound)
        if sign in {Sign.UNDER, Sign.AT_MOST, Sign.IS}:
            end = (bisect_left if sign is Sign.UNDER else bisect_right)(dollars, bound)
        return places[bisect_left(places, begin) : bisect_left(places, end)]


class Pricing:
    """The hits of every row: what `quotes`, `dollars_per_day` and `suspicious` say, worked out in one go."""

    def __init__(self, listings: Sequence[Listing], rates: Rates | None) -> None:
        self._listings = listings
        self._rates = rates
        self._rate: dict[str, Decimal | None] = {}
        self.on_demand: list[tuple[Hit, int]] = []
        self.spot: list[tuple[Hit, int]] = []

    def steps(self) -> Iterator[None]:
        for begin in range(0, len(self._listings), ROWS_A_STEP):
            for row, listing in enumerate(self._listings[begin : begin + ROWS_A_STEP], begin):
                self._add(listing, row)
            yield

    def _add(self, listing: Listing, row: int) -> None:
        on_demand = self._quoted(listing, listing.on_demand)
        spot = self._quoted(listing, listing.spot)
        odd = _disagree(on_demand) or _disagree(spot)
        for kind, quoted, found in ((False, on_demand, self.on_demand), (True, spot, self.spot)):
            fee, factor = fee_of(spot=kind), fee_factor(spot=kind)
            for price, dollars in quoted:
                with_fee = None if dollars is None else price.amount * factor * (self._rate[price.currency] or 0)
                found.append((Hit(listing, Quote(price, fee, kind), with_fee, odd), row))

    def _quoted(self, listing: Listing, asked: Mapping[str, Decimal]) -> list[tuple[Money, Decimal | None]]:
        """Prices before the fee, with their dollars."""
        found = []
        for coin, amount in asked.items():
            if amount > 0 and takes(listing, coin):
                rate = self._rate[coin] if coin in self._rate else self._learn(coin)
                found.append((Money(amount, coin), None if rate is None else amount * rate))
        return found

    def _learn(self, coin: str) -> Decimal | None:
        self._rate[coin] = rate = rate_of(coin, self._rates)
        return rate


def _disagree(quoted: Sequence[tuple[Money, Decimal | None]]) -> bool:
    if len(quoted) < 2:
        return False
    worth = [dollars for _, dollars in quoted if dollars is not None]
    return len(worth) > 1 and max(worth) > SUSPICIOUS_ABOVE * min(worth)


def _about(each: tuple[Hit, int]) -> float:
    return float(each[0].usd_per_day or 0)


def _dollars(each: tuple[Hit, int]) -> Decimal:
    return each[0].usd_per_day or Decimal(0)


def _amount(each: tuple[Hit, int]) -> Decimal:
    return each[0].quote.price.amount


def _coin(each: tuple[Hit, int]) -> str:
    return each[0].quote.price.currency
