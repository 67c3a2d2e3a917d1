"""What one search found in one copy of the marketplace: the frozen list that a person turns the pages of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain.catalogue import Catalogue, Hit, Unwanted
from bot.domain.money import Rates
from bot.domain.search import Search

MOST_KEPT: Final = 300
"""Nobody turns fifty pages: who has found more than this wants another condition."""
MOST_LOOSENED: Final = 4


@dataclass(frozen=True, slots=True)
class Found:
    """`hits`: the first ones of `total`. `left_out`: how many more there are of servers and owners that the chat blocked."""

    search: Search
    hits: tuple[Hit, ...]
    total: int
    left_out: int
    read_at: datetime
    rates: Rates | None


@dataclass(frozen=True, slots=True)
class Looser:
    """The search without one of its conditions, and how many machines it would find."""

    chip: int
    label: str
    total: int


def find(catalogue: Catalogue, search: Search, unwanted: Unwanted) -> Found:
    hits = catalogue.search(search, unwanted)
    everything = catalogue.search(search) if unwanted.servers or unwanted.owners else hits
    return Found(
        search=search,
        hits=hits[:MOST_KEPT],
        total=len(hits),
        left_out=len(everything) - len(hits),
        read_at=catalogue.read_at,
        rates=catalogue.rates,
    )


def loosened(catalogue: Catalogue, search: Search, unwanted: Unwanted) -> tuple[Looser, ...]:
    """Which condition leaves out the most: those whose absence would find something, the best first."""
    without = [
        Looser(place, chip.label, len(catalogue.search(search.without(place), unwanted)))
        for place, chip in enumerate(search.chips)
    ]
    helping = [looser for looser in without if looser.total]
    return tuple(sorted(helping, key=lambda looser: -looser.total)[:MOST_LOOSENED])
