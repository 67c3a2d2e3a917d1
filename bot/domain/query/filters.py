"""The same conditions as buttons: what can be chosen, and the search that a choice makes of another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from bot.domain.hardware import Specs
from bot.domain.market import Listing
from bot.domain.query.conditions import COIN_WORDS, Price, Search, Shown, Sort, SortKey
from bot.domain.query.gpus import MIXED, GpuName, gpu_name
from bot.domain.query.limits import MEASURES, Figure, Limit, Sign, Version
from bot.domain.query.places import place_of
from bot.domain.query.reading import parse

ANY: Final = "any"
"""Takes a condition away again."""
LONGEST_KEY: Final = 8
"""Of a filter and of a value: what fits into a button."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter. `key` is what its button carries."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Filter:
    """`choices` are empty for cards, which the market gives (`popular_gpus`). `several`: a second press takes one value back."""

    key: str
    title: str
    choices: tuple[Choice, ...] = ()
    several: bool = False


def _choices(values: str, label: str) -> tuple[Choice, ...]:
    """The first choice takes the condition away; the others fill the blank."""
    return (Choice(ANY, "any"), *(Choice(value, label.format(value)) for value in values.split()))


_PLACES: Final = "eu=EU europe=Europe na=North_America sa=South_America asia=Asia oceania=Oceania"
_SORTS: Final = (
    ("price", Sort(SortKey.PRICE)),
    ("gpu", Sort(SortKey.GPU)),
    ("rel", Sort(SortKey.RELIABILITY, descending=True)),
    ("rating", Sort(SortKey.RATING, descending=True)),
    ("vram", Sort(SortKey.VRAM, descending=True)),
    ("ram", Sort(SortKey.RAM, descending=True)),
    ("disk", Sort(SortKey.DISK, descending=True)),
    ("down", Sort(SortKey.DOWN, descending=True)),
    ("up", Sort(SortKey.UP, descending=True)),
    ("mrl", Sort(SortKey.LENGTH, descending=True)),
)

_ALL: Final = (
    Filter("gpu", "GPU", several=True),
    Filter("x", "how many GPUs", (*_choices("1 2 4 6 8", "{}"), Choice("2-", "2 or more"), Choice("4-", "4 or more"))),
    Filter("day", "USD a day, whole machine", _choices("1 2 3 5 10 20 50", "under {}")),
    Filter("gpuday", "USD a day per GPU", _choices("0.25 0.5 1 2 3 5 10", "under {}")),
    Filter(
        "place",
        "place",
        (Choice(ANY, "anywhere"), *(Choice(*each.replace("_", " ").split("=")) for each in _PLACES.split())),
        several=True,
    ),
    Filter("notin", "not in", (Choice(ANY, "no matter"), Choice("cn", "China"), Choice("ru", "Russia")), several=True),
    Filter("rel", "reliability", _choices("90 95 98 99 99.5", "{} % or more")),
    Filter("rating", "rating", _choices("3 4 4.5", "{} or more")),
    Filter("vram", "VRAM of a GPU", _choices("8 12 16 24 32 48 80", "{} GB or more")),
    Filter("ram", "RAM", _choices("15 30 60 120 250 500", "{} GB or more")),
    Filter("disk", "disk", _choices("50 100 200 500 1000", "{} GB or more")),
    Filter("cores", "CPU cores", _choices("4 8 16 32 64", "{} or more")),
    Filter("down", "download", _choices("100 250 500 1000", "{} Mbit/s or more")),
    Filter("up", "upload", _choices("50 100 250 500", "{} Mbit/s or more")),
    Filter("cuda", "CUDA", _choices("11.8 12 12.2 12.4 12.8", "{} or newer")),
    Filter("mrl", "can be kept for", _choices("24 72 168 336 720", "{} h or more")),
    Filter(
        "coin",
        "paid in",
        (Choice(ANY, "any coin"), *(Choice(word, word.upper()) for word in COIN_WORDS.values())),
        several=True,
    ),
    Filter("kind", "on demand or spot", (Choice("demand", "on demand"), Choice("spot", "spot"))),
    Filter(
        "shown",
        "rented ones",
        (Choice("free", "only free"), Choice("all", "rented too"), Choice("rented", "only rented")),
    ),
    Filter("sort", "order", tuple(Choice(key, sort.label) for key, sort in _SORTS)),
)
FILTERS: Final[Mapping[str, Filter]] = {each.key: each for each in _ALL}
"""In the order in which they are shown."""


def with_filter(search: Search, key: str, value: str) -> Search:
    """The search after a press. An unknown filter or value (an old button) changes nothing.

    A value of a filter that takes several is taken back by a second press.
    """
    change = _CHANGES.get(key)
    return search if change is None else change(search, value)


def popular_gpus(listings: Iterable[Listing], most: int = 24) -> tuple[Choice, ...]:
    """The cards that are listed most often, free ones counted alone, as values of the filter `gpu`."""
    seen = Counter(listing.specs.gpu for listing in listings if not listing.rented)
    cards: Counter[GpuName] = Counter()
    for text, count in seen.items():
        model = Specs(gpu=text).gpu_model
        name = gpu_name(model) if model else None
        if name is not None and name.core != (MIXED,) and _card(name.card.word) == name.card:
            cards[name.card] += count
    known = sorted((card for card in cards if len(card.word) <= LONGEST_KEY), key=lambda card: (-cards[card], card))
    return (Choice(ANY, "any GPU"), *(Choice(card.word, card.title) for card in known[:most]))


def chosen(search: Search, key: str) -> frozenset[str]:
    """The values of a filter that hold now; `any` where none does."""
    filter_ = FILTERS.get(key)
    if filter_ is None:
        return frozenset()
    if key == "gpu":
        return frozenset(gpu.word for gpu in search.gpus) or frozenset((ANY,))
    found = {choice.key for choice in filter_.choices if choice.key != ANY and _holds(search, filter_, choice.key)}
    return frozenset(
        found or ({ANY} if filter_.choices[0].key == ANY and with_filter(search, key, ANY) == search else ())
    )


def _holds(search: Search, of: Filter, value: str) -> bool:
    if not of.several:
        return with_filter(search, of.key, value) == search
    held = {
        "place": search.places,
        "notin": search.not_places,
        "coin": tuple(COIN_WORDS[coin] for coin in search.coins),
    }
    return value in held[of.key]


def _gpu(search: Search, value: str) -> Search:
    if value == ANY:
        return replace(search, gpus=())
    name = _card(value)
    if name is None:
        return search
    if name in search.gpus:
        return replace(search, gpus=tuple(each for each in search.gpus if each != name))
    return search.with_gpu(name)


def _card(word: str) -> GpuName | None:
    """The card of this word, where a search line would understand it so."""
    found = parse(word)
    return found.gpus[0] if isinstance(found, Search) and len(found.gpus) == 1 == len(found.chips) else None


def _count(search: Search, value: str) -> Search:
    bare = replace(search, limits=tuple(limit for limit in search.limits if limit.figure is not Figure.COUNT))
    if value == ANY:
        return bare
    number = _number(value.rstrip("-"))
    sign = Sign.AT_LEAST if value.endswith("-") else Sign.IS
    if number is None or number > MEASURES[Figure.COUNT].most or number != number.to_integral_value():
        return search
    return bare.with_limit(Limit(Figure.COUNT, sign, number))


def _least(figure: Figure) -> Callable[[Search, str], Search]:
    def change(search: Search, value: str) -> Search:
        bare = replace(search, limits=tuple(limit for limit in search.limits if limit.figure is not figure))
        if value == ANY:
            return bare
        number = _number(value)
        if number is None or number > MEASURES[figure].most:
            return search
        return bare.with_limit(Limit(figure, Sign.AT_LEAST, _version(value) if figure is Figure.CUDA else number))

    return change


def _cap(per_gpu: bool) -> Callable[[Search, str], Search]:  # a table of two
    def change(search: Search, value: str) -> Search:
        bare = replace(search, prices=tuple(price for price in search.prices if price.per_gpu is not per_gpu))
        if value == ANY:
            return bare
        number = _number(value)
        return search if number is None else bare.with_price(Price(Sign.UNDER, number, per_gpu=per_gpu))

    return change


def _place(search: Search, value: str) -> Search:
    if value == ANY:
        return replace(search, places=())
    if value in search.places:
        return replace(search, places=tuple(place for place in search.places if place != value))
    return search.with_place(value) if place_of(value) == value else search


def _not_place(search: Search, value: str) -> Search:
    if value == ANY:
        return replace(search, not_places=())
    if value in search.not_places:
        return replace(search, not_places=tuple(place for place in search.not_places if place != value))
    return search.with_place(value, out=True) if place_of(value) == value else search


def _coin(search: Search, value: str) -> Search:
    if value == ANY:
        return replace(search, coins=())
    coin = next((coin for coin, word in COIN_WORDS.items() if word == value), None)
    if coin in search.coins:
        return replace(search, coins=tuple(each for each in search.coins if each != coin))
    return search if coin is None else search.with_coin(coin)


def _kind(search: Search, value: str) -> Search:
    return replace(search, spot=value == "spot") if value in {"spot", "demand"} else search


def _shown(search: Search, value: str) -> Search:
    return replace(search, shown=Shown(value)) if value in set(Shown) else search


def _sort(search: Search, value: str) -> Search:
    return replace(search, sort=dict(_SORTS)[value]) if value in dict(_SORTS) else search


def _number(value: str) -> Decimal | None:
    """Of at most eight characters, as buttons have them."""
    whole, dot, part = value.partition(".")
    if (
        len(value) > LONGEST_KEY
        or not (whole.isascii() and whole.isdigit())
        or (dot and not (part.isascii() and part.isdigit()))
    ):
        return None
    return Decimal(value) if value.strip("0.") else None


def _version(value: str) -> Version:
    major, _, minor = value.partition(".")
    return Version(int(major), int(minor) if minor else None)


_CHANGES: Final[Mapping[str, Callable[[Search, str], Search]]] = {
    "gpu": _gpu,
    "x": _count,
    "day": _cap(per_gpu=False),
    "gpuday": _cap(per_gpu=True),
    "place": _place,
    "notin": _not_place,
    **{
        figure.value: _least(figure)
        for figure in Figure
        if figure not in {Figure.COUNT, Figure.THREADS} and figure.value in FILTERS
    },
    "coin": _coin,
    "kind": _kind,
    "shown": _shown,
    "sort": _sort,
}
