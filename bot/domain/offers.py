"""What a market offers on demand, or by spot: every price of every machine, the cheapest first."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import overload

from bot.domain.columns import ROWS_A_STEP
from bot.domain.market import Listing
from bot.domain.money import Money, Rates
from bot.domain.query.conditions import Price
from bot.domain.query.limits import COMPARED, Sign
from bot.domain.quote import SUSPICIOUS_ABOVE, Quote, fee_factor, fee_of, rate_of, takes


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


class Hits(Sequence[Hit]):
    """What was found, in order. A hit is made when it is looked at; a slice is a tuple, and keeps nothing else alive."""

    __slots__ = ("_offers", "_places")

    def __init__(self, offers: Offers, places: Sequence[int]) -> None:
        self._offers = offers
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> Hit: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Hit, ...]: ...

    def __getitem__(self, index: int | slice) -> Hit | tuple[Hit, ...]:
        if isinstance(index, slice):
            return tuple(map(self._offers.hit, self._places[index]))
        return self._offers.hit(self._places[index])


class Offers:
    """Prices in the order of their dollars; then those of unknown worth, coin by coin. Equal ones in the order of rows.

    A *place* is a price's number in that order. Kept in plain lists of numbers, for the garbage collector looks at
    every object that lives as long as a market does, and holds up everybody meanwhile.
    """

    def __init__(self, listings: Sequence[Listing], counts: Sequence[int | None], *, spot: bool) -> None:
        """Empty until it is filled. `counts`: how many GPUs, by row as the listings are."""
        self.rows: list[int] = []
        """By place: the row of its listing."""
        self.best: list[int] = []
        """The places of each machine's cheapest price."""
        self.of_coin: dict[str, list[int]] = {}
        """The places of all prices in a coin."""
        self._listings = listings
        self._counts = counts
        self._spot = spot
        self._factor = fee_factor(spot=spot)
        self._coins: list[str] = []
        self._amounts: list[Decimal] = []
        """Before the fee."""
        self._dollars: list[Decimal] = []
        """With the fee; they end where the places of unknown worth begin."""
        self._rank: list[int] = []
        """By place, where the dollars are known: equal dollars have one rank."""
        self._per_gpu: list[float] = []
        """By place, for the order only; -1 where it is not known."""
        self._suspicious: frozenset[int] = frozenset()

    def fill(self, asked: Asked, suspicious: frozenset[int]) -> Iterator[None]:
        about = [-1.0 if dollars is None else float(dollars) for dollars in asked.dollars]
        known = [each for each, dollars in enumerate(asked.dollars) if dollars is not None]
        yield
        known.sort(key=about.__getitem__)
        yield
        worth = [Decimal(0) if dollars is None else dollars for dollars in asked.dollars]
        known.sort(key=worth.__getitem__)  # in order already, but for what floats cannot tell apart
        yield
        unknown = [each for each, dollars in enumerate(asked.dollars) if dollars is None]
        unknown.sort(key=asked.amounts.__getitem__)
        yield
        unknown.sort(key=asked.coins.__getitem__)
        yield
        order = known + unknown
        self.rows = [asked.rows[each] for each in order]
        self._coins = [asked.coins[each] for each in order]
        self._amounts = [asked.amounts[each] for each in order]
        self._dollars = [worth[each] for each in known]
        self._suspicious = suspicious
        yield
        seen: set[int] = set()
        for place, row in enumerate(self.rows):
            if row not in seen:
                seen.add(row)
                self.best.append(place)
        yield
        for place, coin in enumerate(self._coins):
            self.of_coin.setdefault(coin, []).append(place)
        yield
        self._per_gpu = [
            about[each] / count if about[each] >= 0 and (count := self._counts[asked.rows[each]]) else -1.0
            for each in order
        ]
        yield
        before, rank = None, -1
        for dollars in self._dollars:
            rank += dollars != before
            self._rank.append(rank)
            before = dollars

    def hit(self, place: int) -> Hit:
        price = Money(self._amounts[place], self._coins[place])
        row = self.rows[place]
        return Hit(
            self._listings[row],
            Quote(price, fee_of(spot=self._spot), self._spot),
            self._dollars[place] if place < len(self._dollars) else None,
            row in self._suspicious,
        )

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
        amounts, factor = self._amounts, self._factor
        if not price.per_gpu:
            return [place for place in places if within(amounts[place] * factor, bound)]
        return [
            place
            for place in places
            if (least := bounds.get(counts[rows[place]] or 0)) is not None and within(amounts[place] * factor, least)
        ]

    def by_price(self, places: list[int], *, descending: bool) -> list[int]:
        if not descending:
            return places
        end = bisect_left(places, len(self._dollars))
        return sorted(places[:end], key=self._rank.__getitem__, reverse=True) + places[end:]

    def by_price_per_gpu(self, places: list[int], *, descending: bool) -> list[int]:
        """Those of unknown worth or count come last."""
        worth = self._per_gpu
        known = [place for place in places if worth[place] >= 0]
        unknown = [place for place in places if worth[place] < 0]
        return sorted(known, key=worth.__getitem__, reverse=descending) + unknown

    def _slice(self, places: list[int], price: Price) -> list[int]:
        """By halving, for both the places and their dollars go upward."""
        dollars, bound, sign = self._dollars, price.per_day, price.sign
        begin, end = 0, len(dollars)
        if sign in {Sign.OVER, Sign.AT_LEAST, Sign.IS}:
            begin = (bisect_right if sign is Sign.OVER else bisect_left)(dollars, bound)
        if sign in {Sign.UNDER, Sign.AT_MOST, Sign.IS}:
            end = (bisect_left if sign is Sign.UNDER else bisect_right)(dollars, bound)
        return places[bisect_left(places, begin) : bisect_left(places, end)]


@dataclass(slots=True)
class Asked:
    """All prices of one kind as they are found: four lists side by side. Dollars are with the fee, amounts without."""

    rows: list[int] = field(default_factory=list)
    coins: list[str] = field(default_factory=list)
    amounts: list[Decimal] = field(default_factory=list)
    dollars: list[Decimal | None] = field(default_factory=list)


class Pricing:
    """The prices of every row: what `quotes`, `dollars_per_day` and `suspicious` say, worked out in one go."""

    def __init__(self, listings: Sequence[Listing], rates: Rates | None) -> None:
        self.on_demand = Asked()
        self.spot = Asked()
        self.suspicious: set[int] = set()
        self._listings = listings
        self._rates = rates
        self._rate: dict[str, Decimal | None] = {}
        self._factors = fee_factor(spot=False), fee_factor(spot=True)

    def steps(self) -> Iterator[None]:
        on_demand, spot = self._factors
        for begin in range(0, len(self._listings), ROWS_A_STEP):
            for row, listing in enumerate(self._listings[begin : begin + ROWS_A_STEP], begin):
                self._add(row, listing, listing.on_demand, on_demand, self.on_demand)
                self._add(row, listing, listing.spot, spot, self.spot)
            yield

    def _add(self, row: int, listing: Listing, prices: Mapping[str, Decimal], factor: Decimal, asked: Asked) -> None:
        least: Decimal | None = None
        most = Decimal(0)
        for coin, amount in prices.items():
            if amount <= 0 or not takes(listing, coin):
                continue
            rate = self._rate[coin] if coin in self._rate else self._learn(coin)
            asked.rows.append(row)
            asked.coins.append(coin)
            asked.amounts.append(amount)
            asked.dollars.append(None if rate is None else amount * factor * rate)
            if rate is not None:
                worth = amount * rate
                least = worth if least is None else min(least, worth)
                most = max(most, worth)
        if least is not None and most > SUSPICIOUS_ABOVE * least:
            self.suspicious.add(row)

    def _learn(self, coin: str) -> Decimal | None:
        self._rate[coin] = rate = rate_of(coin, self._rates)
        return rate
