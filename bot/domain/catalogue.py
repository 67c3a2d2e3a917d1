"""A copy of the marketplace in which machines are found at once, with what they truly cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from bot.domain.columns import Columns
from bot.domain.hardware import Specs
from bot.domain.ids import OwnerId, ServerId
from bot.domain.market import Listing, Market
from bot.domain.money import Rates
from bot.domain.offers import Hit, Hits, Offers, Pricing
from bot.domain.query.conditions import Price, Search, Shown, Sort, SortKey
from bot.domain.query.gpus import MIXED, GpuName, gpu_name
from bot.domain.query.limits import Figure, Limit, Sign
from bot.domain.query.places import countries_of

__all__ = ["NOTHING_UNWANTED", "Catalogue", "Hit", "Hits", "Unwanted"]


@dataclass(frozen=True, slots=True)
class Unwanted:
    """What a chat has blocked."""

    servers: frozenset[ServerId] = frozenset()
    owners: frozenset[OwnerId] = frozenset()

    def holds(self, listing: Listing) -> bool:
        return listing.id in self.servers or (listing.owner is not None and listing.owner in self.owners)


NOTHING_UNWANTED: Final = Unwanted()


class Catalogue:
    """Made by `of`, or in steps. It stays as it is: a newer market, or other rates, make another catalogue."""

    def __init__(self, market: Market, rates: Rates | None, before: Catalogue | None = None) -> None:
        """Empty until `steps` has been gone through. `before`: one that may be of the same market, at other rates."""
        self.market = market
        self.rates = rates
        known = before is not None and before.market is market
        self._known = known
        self._columns: Columns = before._columns if before is not None and known else Columns(market.listings)
        self._on_demand = Offers(self._columns.listings, self._columns.counts, spot=False)
        self._spot = Offers(self._columns.listings, self._columns.counts, spot=True)

    @classmethod
    def of(cls, market: Market, rates: Rates | None) -> Catalogue:
        """All at once: some hundred milliseconds for thousands of listings."""
        catalogue = cls(market, rates)
        for _ in catalogue.steps():
            pass
        return catalogue

    def steps(self) -> Iterator[None]:
        """A few milliseconds each."""
        if not self._known:
            yield from self._columns.steps()
        pricing = Pricing(self._columns.listings, self.rates)
        yield from pricing.steps()
        suspicious = frozenset(pricing.suspicious)
        yield from self._on_demand.fill(pricing.on_demand, suspicious)
        yield from self._spot.fill(pricing.spot, suspicious)

    @property
    def read_at(self) -> datetime:
        return self.market.read_at

    def find(self, server: ServerId) -> Listing | None:
        """`None` for a server that is not listed: hidden, offline, or gone."""
        row = self._columns.row_of.get(server)
        return None if row is None else self._columns.listings[row]

    def search(self, search: Search, unwanted: Unwanted = NOTHING_UNWANTED) -> Hits:
        """In the order that the search asks for, equal ones the cheapest first, then by server number.

        A machine that cannot be had for any coin is no hit. Own machines are: whoever shows them says that they cannot
        be rented.
        """
        offers = self._spot if search.spot else self._on_demand
        out = self._left_out(search, unwanted)
        keep = self._kept(search)
        coin = next((price.coin for price in search.prices if price.coin), None)
        rows, places = offers.rows, offers.cheapest({coin} if coin else {*search.coins})
        if keep is not None:
            places = [place for place in places if rows[place] in keep]
        if out:
            places = [place for place in places if rows[place] not in out]
        for price in search.prices:
            places = offers.priced(places, price)
        if search.coins and coin:
            taking = offers.taking(search.coins)
            places = [place for place in places if rows[place] in taking]
        if search.sort is not None:
            places = self._sorted(offers, places, search.sort)
        return Hits(offers, places)

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
    ) -> Hits:
        """Free machines with the same card, as many of it (`count`: another number) and no less VRAM, the cheapest first.

        `max_usd`: what a day may cost at most, with the fee. `but`: not this server. `own`: nor these, nor those that
        the market itself calls the asker's. Nothing where the card or the count is not known, or cards are mixed.
        """
        specs = machine.specs if isinstance(machine, Listing) else machine
        card = gpu_name(specs.gpu_model) if specs.gpu_model else None
        wanted = count or specs.gpu_count
        if card is None or card.core == (MIXED,) or not wanted:
            return Hits(self._on_demand, ())
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

    def _sorted(self, offers: Offers, places: list[int], sort: Sort) -> list[int]:
        if sort.by is SortKey.PRICE:
            return offers.by_price(places, descending=sort.descending)
        if sort.by is SortKey.GPU:
            return offers.by_price_per_gpu(places, descending=sort.descending)
        rows, rank = offers.rows, self._columns.by_figure[Figure(sort.by.value)].rank
        known = [place for place in places if rank[rows[place]] >= 0]
        unknown = [place for place in places if rank[rows[place]] < 0]
        known.sort(key=lambda place: rank[rows[place]], reverse=sort.descending)
        return known + unknown


def _countries(places: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(countries_of(place) for place in places))
