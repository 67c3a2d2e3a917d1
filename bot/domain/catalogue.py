"""A copy of the marketplace in which machines are found at once, with what they truly cost."""

from __future__ import annotations

import operator
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from bot.domain.columns import Columns
from bot.domain.hardware import Specs
from bot.domain.ids import OwnerId, ServerId
from bot.domain.market import Listing, Market
from bot.domain.money import Rates
from bot.domain.offers import Hit, Offers
from bot.domain.search.conditions import Price, Search, Shown, Sort, SortKey
from bot.domain.search.gpus import MIXED, GpuName, gpu_name
from bot.domain.search.limits import Figure, Limit, Sign
from bot.domain.search.places import countries_of

__all__ = ["NOTHING_UNWANTED", "Catalogue", "Hit", "Unwanted"]

_COMPARED: Final[dict[Sign, Callable[[Decimal, Decimal], bool]]] = {
    Sign.UNDER: operator.lt,
    Sign.AT_MOST: operator.le,
    Sign.OVER: operator.gt,
    Sign.AT_LEAST: operator.ge,
    Sign.IS: operator.eq,
}


@dataclass(frozen=True, slots=True)
class Unwanted:
    """What a chat has blocked."""

    servers: frozenset[ServerId] = frozenset()
    owners: frozenset[OwnerId] = frozenset()


NOTHING_UNWANTED: Final = Unwanted()


class Catalogue:
    """Made by `of`, or in steps by `building`. It stays as it is: a newer market is another catalogue."""

    def __init__(self, market: Market, rates: Rates | None, columns: Columns, on_demand: Offers, spot: Offers) -> None:
        self.market = market
        self.rates = rates
        self._columns = columns
        self._on_demand = on_demand
        self._spot = spot

    @classmethod
    def of(cls, market: Market, rates: Rates | None) -> Catalogue:
        """All at once: some hundred milliseconds for thousands of listings."""
        steps = building(market, rates)
        while True:
            try:
                next(steps)
            except StopIteration as done:
                return done.value  # type: ignore[no-any-return]

    @property
    def read_at(self) -> datetime:
        return self.market.read_at

    def find(self, server: ServerId) -> Listing | None:
        """`None` for a server that is not listed: hidden, offline, or gone."""
        row = self._columns.row_of.get(server)
        return None if row is None else self._columns.listings[row]

    def search(self, search: Search, unwanted: Unwanted = NOTHING_UNWANTED) -> tuple[Hit, ...]:
        """In the order that the search asks for, equal ones the cheapest first, then by server number.

        A machine that cannot be had for any coin is no hit. Own machines are: whoever shows them says that they cannot
        be rented.
        """
        offers = self._spot if search.spot else self._on_demand
        out = self._left_out(search, unwanted)
        keep = self._kept(search)
        rows, places = offers.rows, _quoted(offers, search)
        if keep is not None:
            places = [place for place in places if rows[place] in keep]
        if out:
            places = [place for place in places if rows[place] not in out]
        for price in search.prices:
            places = self._priced(offers, places, price)
        if search.coins and any(price.coin for price in search.prices):
            taking = {rows[place] for coin in search.coins for place in offers.of_coin.get(coin, ())}
            places = [place for place in places if rows[place] in taking]
        if search.sort is not None:
            places = self._sorted(offers, places, search.sort)
        hits = offers.hits
        return tuple([hits[place] for place in places])

    def similar(
        self,
        machine: Listing | Specs,
        *,
        count: int | None = None,
        max_usd: Decimal | None = None,
        spot: bool = False,
        unwanted: Unwanted = NOTHING_UNWANTED,
        but: ServerId | None = None,
        own: frozenset[ServerId] = frozenset(),
    ) -> tuple[Hit, ...]:
        """Free machines with the same card, as many of it (`count`: another number) and no less VRAM, the cheapest first.

        `max_usd`: what a day may cost at most, with the fee. `but`: not this server. `own`: nor these, nor those that
        the market itself calls the asker's. Nothing where the card or the count is not known, or cards are mixed.
        """
        specs = machine.specs if isinstance(machine, Listing) else machine
        card = gpu_name(specs.gpu_model) if specs.gpu_model else None
        wanted = count or specs.gpu_count
        if card is None or card.core == (MIXED,) or not wanted:
            return ()
        limits = [Limit(Figure.COUNT, Sign.IS, Decimal(wanted))]
        if specs.gpu_ram_gb is not None:
            limits.append(Limit(Figure.VRAM, Sign.AT_LEAST, specs.gpu_ram_gb))
        prices = () if max_usd is None else (Price(Sign.AT_MOST, max_usd),)
        search = Search(gpus=(card.card,), limits=tuple(limits), prices=prices, spot=spot)
        left_out = self.market.own | own | unwanted.servers | (frozenset() if but is None else {but})
        return self.search(search, replace(unwanted, servers=left_out))

    def _left_out(self, search: Search, unwanted: Unwanted) -> set[int]:
        columns = self._columns
        out: set[int] = set()
        if search.shown is Shown.FREE:
            out.update(columns.rented)
        elif search.shown is Shown.RENTED:
            out.update(columns.free)
        for limit in search.limits:
            out.update(columns.by_figure[limit.figure].beyond(limit))
        for country in _countries(search.not_places):
            out.update(columns.of_country.get(country, ()))
        for owner in unwanted.owners:
            out.update(columns.of_owner.get(owner, ()))
        out.update(row for server in unwanted.servers if (row := columns.row_of.get(server)) is not None)
        return out

    def _kept(self, search: Search) -> set[int] | None:
        """The rows of which any will do, where the search names cards, places, servers or owners."""
        columns = self._columns
        groups: list[set[int]] = []
        if search.gpus:
            groups.append({row for card in self._cards(search.gpus) for row in columns.of_card[card]})
        if search.places:
            groups.append({row for code in _countries(search.places) for row in columns.of_country.get(code, ())})
        if search.servers:
            groups.append({row for server in search.servers if (row := columns.row_of.get(server)) is not None})
        if search.owners:
            groups.append({row for owner in search.owners for row in columns.of_owner.get(owner, ())})
        return set.intersection(*groups) if groups else None

    def _cards(self, asked: tuple[GpuName, ...]) -> list[GpuName]:
        return [card for card in self._columns.of_card if card and any(gpu.finds(card) for gpu in asked)]

    def _priced(self, offers: Offers, places: list[int], price: Price) -> list[int]:
        """Those within a price, decided exactly. Without a rate, or for a price per GPU without a count, none is."""
        hits, rows, counts = offers.hits, offers.rows, self._columns.counts
        within, bound = _COMPARED[price.sign], price.per_day
        found = []
        for place in places:
            hit = hits[place]
            asked = hit.usd_per_day if price.coin is None else hit.quote.per_day.amount
            if asked is None:
                continue
            if not price.per_gpu:
                if within(asked, bound):
                    found.append(place)
            elif (count := counts[rows[place]]) and within(asked, bound * count):
                found.append(place)
        return found

    def _sorted(self, offers: Offers, places: list[int], sort: Sort) -> list[int]:
        rows = offers.rows
        if sort.by in {SortKey.PRICE, SortKey.GPU}:
            known = [place for place in places if self._worth(offers, place, sort.by) is not None]
            ranks = {place: self._worth(offers, place, sort.by) or 0.0 for place in known}
            ordered = sorted(known, key=ranks.__getitem__, reverse=sort.descending)
            return ordered + [place for place in places if place not in ranks]
        rank = self._columns.by_figure[Figure(sort.by.value)].rank
        known = [place for place in places if rank[rows[place]] >= 0]
        unknown = [place for place in places if rank[rows[place]] < 0]
        known.sort(key=lambda place: rank[rows[place]], reverse=sort.descending)
        return known + unknown

    def _worth(self, offers: Offers, place: int, by: SortKey) -> float | None:
        """For the order only: dollars, of the machine or of one GPU."""
        dollars = offers.hits[place].usd_per_day
        count = 1 if by is SortKey.PRICE else self._columns.counts[offers.rows[place]]
        return None if dollars is None or not count else float(dollars) / count


def building(market: Market, rates: Rates | None, before: Catalogue | None = None) -> Generator[None, None, Catalogue]:
    """Makes a catalogue in steps of a few milliseconds. `before`: one of the same market, of which only prices change."""
    if before is not None and before.market is market:
        columns = before._columns  # one of its own kind
    else:
        columns = Columns(market.listings)
        yield from columns.steps()
    boards = [Offers(columns.listings, rates, spot=spot) for spot in (False, True)]
    for offers in boards:
        yield from offers.steps()
    return Catalogue(market, rates, columns, *boards)


def _quoted(offers: Offers, search: Search) -> list[int]:
    """One place a machine: its cheapest quote in the coins that the search allows."""
    coin = next((price.coin for price in search.prices if price.coin), None)
    coins = {coin} if coin else {*search.coins}
    if not coins:
        return offers.best
    if len(coins) == 1:
        return offers.of_coin.get(coins.pop(), [])
    seen: set[int] = set()
    found = []
    for place in sorted(place for each in coins for place in offers.of_coin.get(each, ())):
        if offers.rows[place] not in seen:
            seen.add(offers.rows[place])
            found.append(place)
    return found


def _countries(places: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(countries_of(place) for place in places))
