"""A search: its conditions, the text that stands for it, and what was understood, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar

from bot.domain.ids import OwnerId, ServerId
from bot.domain.money import BITCOIN, CLORE, HOURS_A_DAY, USD, plain, symbol
from bot.domain.query.gpus import GpuName
from bot.domain.query.limits import Figure, Limit, Sign, bounded
from bot.domain.query.places import place_title, typed_place

T = TypeVar("T")

COIN_WORDS: Final = {BITCOIN: "btc", CLORE: "clore", USD: "usd"}
"""The coins that a search can name."""
_FIGURES: Final = {figure: place for place, figure in enumerate(Figure)}


class Shown(StrEnum):
    """Which machines are looked at. A machine counts as rented while somebody rents it on demand."""

    FREE = "free"
    RENTED = "rented"
    ALL = "all"


class SortKey(StrEnum):
    PRICE = "price"
    GPU = "gpu"
    RELIABILITY = "rel"
    RATING = "rating"
    COUNT = "x"
    VRAM = "vram"
    RAM = "ram"
    CORES = "cores"
    DISK = "disk"
    DOWN = "down"
    UP = "up"
    CUDA = "cuda"
    LENGTH = "mrl"


CHEAPEST_FIRST: Final = frozenset({SortKey.PRICE, SortKey.GPU})
"""Of these the least is the best; of all others people want the most first, unless they say so."""


@dataclass(frozen=True, slots=True)
class Sort:
    """By what, and from which end. Machines of which the figure is not known come last either way."""

    by: SortKey
    descending: bool = False

    @property
    def text(self) -> str:
        """`sort:price`, `sort:-price`, `sort:-rel`; of what is the better the more there is, the least first is `sort:+rel`."""
        sign = "-" if self.descending else "" if self.by in CHEAPEST_FIRST else "+"
        return f"sort:{sign}{self.by}"

    @property
    def label(self) -> str:
        first, last = _ENDS[self.by]
        return f"{last if self.descending else first} first"


_ENDS: Final = {
    SortKey.PRICE: ("cheapest", "most expensive"),
    SortKey.GPU: ("cheapest per GPU", "most expensive per GPU"),
    SortKey.RELIABILITY: ("least reliable", "most reliable"),
    SortKey.RATING: ("lowest rating", "best rating"),
    SortKey.COUNT: ("fewest GPUs", "most GPUs"),
    SortKey.VRAM: ("least VRAM", "most VRAM"),
    SortKey.RAM: ("least RAM", "most RAM"),
    SortKey.CORES: ("fewest CPU cores", "most CPU cores"),
    SortKey.DISK: ("smallest disk", "largest disk"),
    SortKey.DOWN: ("slowest download", "fastest download"),
    SortKey.UP: ("slowest upload", "fastest upload"),
    SortKey.CUDA: ("oldest CUDA", "newest CUDA"),
    SortKey.LENGTH: ("shortest length", "longest length"),
}


@dataclass(frozen=True, slots=True)
class Price:
    """A bound of the price with the renter's fee. `coin`: `None` for what it is worth in dollars, whatever the coin."""

    sign: Sign
    amount: Decimal
    coin: str | None = None
    per_gpu: bool = False
    per_hour: bool = False

    @property
    def text(self) -> str:
        coin = COIN_WORDS[self.coin] if self.coin else ""
        return f"{self.sign}{plain(self.amount)}{coin}{'/gpu' * self.per_gpu}{'/h' * self.per_hour}"

    @property
    def label(self) -> str:
        """`under 2 USD a day per GPU`."""
        amount = f"{plain(self.amount)} {symbol(self.coin or USD)}"
        span = "an hour" if self.per_hour else "a day"
        return f"{bounded(self.sign, amount)} {span}{' per GPU' * self.per_gpu}"

    @property
    def per_day(self) -> Decimal:
        return self.amount * HOURS_A_DAY if self.per_hour else self.amount


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition as it was understood: in words for a button, and as the words of the search line."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. Without any condition: every machine that is free, on demand, the cheapest first.

    Of `gpus`, `coins`, `places`, `servers` and `owners` any one will do; of `not_places` none; all the rest must hold.
    Places are words of `bot.domain.query.places`. What a listing leaves out is within no limit and in no place, so it
    is not left out by `not_places` either.
    """

    gpus: tuple[GpuName, ...] = ()
    limits: tuple[Limit, ...] = ()
    prices: tuple[Price, ...] = ()
    places: tuple[str, ...] = ()
    not_places: tuple[str, ...] = ()
    servers: tuple[ServerId, ...] = ()
    owners: tuple[OwnerId, ...] = ()
    coins: tuple[str, ...] = ()
    shown: Shown = Shown.FREE
    spot: bool = False
    sort: Sort | None = None

    @property
    def text(self) -> str:
        """The one way to write it: `parse(search.text) == search`."""
        return " ".join(chip.text for chip in self.chips)

    @property
    def chips(self) -> tuple[Chip, ...]:
        """Every condition, in the order in which `without` counts them."""
        return tuple(chip for chip, _ in self._parts())

    def without(self, chip: int) -> Search:
        """The search without one of its conditions; itself where there is no such chip."""
        parts = list(self._parts())
        return parts[chip][1] if 0 <= chip < len(parts) else self

    def _parts(self) -> Iterator[tuple[Chip, Search]]:
        for lead, gpu, gpus in _each(self.gpus):
            yield Chip(lead + gpu.title, gpu.word), replace(self, gpus=gpus)
        yield from self._limits(count=True)
        for _, price, prices in _each(self.prices):
            yield Chip(price.label, price.text), replace(self, prices=prices)
        for lead, place, places in _each(self.places):
            yield Chip(f"{lead}in {place_title(place)}", typed_place(place)), replace(self, places=places)
        for _, place, places in _each(self.not_places):
            yield Chip(f"not in {place_title(place)}", f"!{typed_place(place)}"), replace(self, not_places=places)
        yield from self._limits(count=False)
        for lead, server, servers in _each(self.servers):
            yield Chip(f"{lead}server {server}", f"id:{server}"), replace(self, servers=servers)
        for lead, owner, owners in _each(self.owners):
            yield Chip(f"{lead}of owner {owner}", f"owner:{owner}"), replace(self, owners=owners)
        for lead, coin, coins in _each(self.coins):
            yield Chip(f"{lead}takes {symbol(coin)}", f"coin:{COIN_WORDS[coin]}"), replace(self, coins=coins)
        if self.shown is not Shown.FREE:
            label = "rented ones" if self.shown is Shown.RENTED else "rented ones too"
            yield Chip(label, self.shown.value), replace(self, shown=Shown.FREE)
        if self.spot:
            yield Chip("spot", "spot"), replace(self, spot=False)
        if self.sort is not None:
            yield Chip(self.sort.label, self.sort.text), replace(self, sort=None)

    def _limits(self, *, count: bool) -> Iterator[tuple[Chip, Search]]:
        """How many GPUs is said beside the card, all else further on."""
        for _, limit, limits in _each(self.limits):
            if (limit.figure is Figure.COUNT) is count:
                yield Chip(limit.label, limit.text), replace(self, limits=limits)

    def with_gpu(self, gpu: GpuName) -> Search:
        return replace(self, gpus=tuple(sorted({*self.gpus, gpu})))

    def with_limit(self, limit: Limit) -> Search:
        """In the place of what bounded that figure from the same side."""
        kept = [each for each in self.limits if each.figure is not limit.figure or _both(each.sign, limit.sign)]
        return replace(self, limits=tuple(sorted([*kept, limit], key=_limit_order)))

    def with_price(self, price: Price) -> Search:
        """In the place of what bounded the same price from the same side."""
        kept = [each for each in self.prices if _measured(each) != _measured(price) or _both(each.sign, price.sign)]
        return replace(self, prices=tuple(sorted([*kept, price], key=_price_order)))

    def with_place(self, place: str, *, out: bool = False) -> Search:
        """In it, or not in it: the last word counts."""
        places, others = {*self.places} - {place}, {*self.not_places} - {place}
        (others if out else places).add(place)
        return replace(self, places=tuple(sorted(places)), not_places=tuple(sorted(others)))

    def with_coin(self, coin: str) -> Search:
        return replace(self, coins=tuple(known for known in COIN_WORDS if known == coin or known in self.coins))

    def with_server(self, server: ServerId) -> Search:
        return replace(self, servers=tuple(sorted({*self.servers, server})))

    def with_owner(self, owner: OwnerId) -> Search:
        return replace(self, owners=tuple(sorted({*self.owners, owner})))


_SIDES: Final = ">=<"
"""From below first."""


def _each(items: tuple[T, ...]) -> Iterator[tuple[str, T, tuple[T, ...]]]:
    """Each of several of which any will do: how its label begins, itself, and all the others."""
    for place, item in enumerate(items):
        yield "or " if place else "", item, items[:place] + items[place + 1 :]


def _both(one: Sign, other: Sign) -> bool:
    """Whether two bounds of one figure stand side by side: one from below, one from above."""
    return one.side != other.side and Sign.IS not in {one, other}


def _limit_order(limit: Limit) -> tuple[int, int]:
    return _FIGURES[limit.figure], _SIDES.index(limit.sign.side)


def _measured(price: Price) -> tuple[str, bool]:
    return price.coin or "", price.per_gpu


def _price_order(price: Price) -> tuple[str, bool, int]:
    return *_measured(price), _SIDES.index(price.sign.side)
