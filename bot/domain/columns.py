"""The figures of thousands of listings by column, each sorted once, so that a bound is found by halving."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from bot.domain.ids import OwnerId, ServerId
from bot.domain.market import Listing
from bot.domain.query.gpus import GpuName, gpu_name
from bot.domain.query.limits import Figure, Limit

ROWS_A_STEP: Final = 128
"""About two milliseconds of work."""
_VERSION: Final = re.compile(r"(\d{1,6})(?:\.(\d{1,6}))?", re.ASCII)


class Column:
    """One figure of every row. What a listing leaves out has no place in the order."""

    __slots__ = ("_rows", "_unknown", "_values", "rank")

    def __init__(self, values: Sequence[Any]) -> None:
        self._unknown = [row for row, value in enumerate(values) if value is None]
        self._rows = sorted((row for row, value in enumerate(values) if value is not None), key=values.__getitem__)
        self._values = [values[row] for row in self._rows]
        self.rank: list[int] = [-1] * len(values)
        """By row: equal figures have one rank; -1 where it is not known."""
        before, rank = None, -1
        for row, value in zip(self._rows, self._values, strict=True):
            rank += value != before
            self.rank[row], before = rank, value

    def beyond(self, limit: Limit) -> list[int]:
        """The rows that are not within it, those of which nothing is known among them."""
        low, high = limit.span
        begin = 0 if low is None else (bisect_left if low.included else bisect_right)(self._values, low.value)
        end = (
            len(self._rows)
            if high is None
            else (bisect_right if high.included else bisect_left)(self._values, high.value)
        )
        return self._unknown + self._rows[:begin] + self._rows[max(begin, end) :]


class Columns:
    """Everything of a market that a search looks at, but for prices; rows go by server number. A server that is listed twice counts once."""

    def __init__(self, listings: Sequence[Listing]) -> None:
        """Empty until `steps` has been gone through."""
        self._source = listings
        self.listings: list[Listing] = []
        self.row_of: dict[ServerId, int] = {}
        self.of_owner: dict[OwnerId, list[int]] = {}
        self.of_country: dict[str, list[int]] = {}
        self.of_card: dict[GpuName | None, list[int]] = {}
        self.counts: list[int | None] = []
        self.cards: list[GpuName | None] = []
        self.rented: list[int] = []
        self.free: list[int] = []
        self.by_figure: Mapping[Figure, Column] = {}

    def steps(self) -> Iterator[None]:
        named: dict[str | None, tuple[int | None, GpuName | None]] = {}
        source = sorted(self._source, key=_number)
        yield
        for begin in range(0, len(source), ROWS_A_STEP):
            for listing in source[begin : begin + ROWS_A_STEP]:
                if listing.id not in self.row_of:
                    self._add(listing, named)
            yield
        found: dict[Figure, Column] = {}
        for figure, read in _READ.items():
            values = []
            for begin in range(0, len(self.listings), 8 * ROWS_A_STEP):
                values += [read(listing) for listing in self.listings[begin : begin + 8 * ROWS_A_STEP]]
                yield
            found[figure] = Column(values)
            yield
        found[Figure.COUNT] = Column(self.counts)
        self.by_figure = found

    def _add(self, listing: Listing, named: dict[str | None, tuple[int | None, GpuName | None]]) -> None:
        row = len(self.listings)
        self.row_of[listing.id] = row
        self.listings.append(listing)
        specs = listing.specs
        if specs.gpu not in named:
            named[specs.gpu] = (specs.gpu_count or None, gpu_name(specs.gpu_model) if specs.gpu_model else None)
        count, card = named[specs.gpu]
        self.counts.append(count)
        self.cards.append(card)
        self.of_card.setdefault(card, []).append(row)
        self.of_country.setdefault((specs.country or "").strip().upper(), []).append(row)
        if listing.owner is not None:
            self.of_owner.setdefault(listing.owner, []).append(row)
        (self.rented if listing.rented else self.free).append(row)


def _number(listing: Listing) -> int:
    return listing.id


def _percent(listing: Listing) -> Decimal | None:
    return None if listing.reliability is None else listing.reliability * 100


def _hours(listing: Listing) -> Decimal | None:
    return None if listing.max_length is None else Decimal(int(listing.max_length.total_seconds())) / 3600


def _cuda(listing: Listing) -> tuple[int, int] | None:
    found = _VERSION.search(listing.cuda or "")
    return (int(found[1]), int(found[2] or 0)) if found else None


_READ: Final = {
    Figure.VRAM: lambda listing: listing.specs.gpu_ram_gb,
    Figure.RELIABILITY: _percent,
    Figure.RATING: lambda listing: listing.rating,
    Figure.RAM: lambda listing: listing.specs.ram_gb,
    Figure.CORES: lambda listing: listing.specs.cores,
    Figure.THREADS: lambda listing: listing.specs.threads,
    Figure.DISK: lambda listing: listing.specs.disk_gb,
    Figure.DOWN: lambda listing: listing.specs.down_mbit,
    Figure.UP: lambda listing: listing.specs.up_mbit,
    Figure.CUDA: _cuda,
    Figure.LENGTH: _hours,
}
