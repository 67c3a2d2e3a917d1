"""The figures that a search can bound: what each is called, its unit, and what it says in words."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from bot.domain.money import plain


class Sign(StrEnum):
    """How a figure is compared, as it is typed."""

    UNDER = "<"
    AT_MOST = "<="
    OVER = ">"
    AT_LEAST = ">="
    IS = "="

    @property
    def side(self) -> str:
        """Two bounds of one figure stand together only where one is from below and one from above."""
        return "=" if self is Sign.IS else self.value[0]


COMPARED: Final[Mapping[Sign, Callable[[Decimal, Decimal], bool]]] = {
    Sign.UNDER: operator.lt,
    Sign.AT_MOST: operator.le,
    Sign.OVER: operator.gt,
    Sign.AT_LEAST: operator.ge,
    Sign.IS: operator.eq,
}
"""The figure first, then its bound."""


class Figure(StrEnum):
    """The canonical word of each figure."""

    COUNT = "x"
    VRAM = "vram"
    RELIABILITY = "rel"
    RATING = "rating"
    RAM = "ram"
    CORES = "cores"
    THREADS = "threads"
    DISK = "disk"
    DOWN = "down"
    UP = "up"
    CUDA = "cuda"
    LENGTH = "mrl"


@dataclass(frozen=True, slots=True)
class Measure:
    """`says` takes the figure with its unit: `{} of memory`. `usual` is how `ram 64` without a sign is meant."""

    says: Callable[[str], str]
    unit: str
    most: int
    synonyms: tuple[str, ...]
    usual: Sign = Sign.AT_LEAST


def _named(name: str) -> Callable[[str], str]:
    return lambda figure: f"{name} {figure}"


def _counted(figure: str) -> str:
    return f"{figure} GPU" if figure == "1" else f"{figure} GPUs"


MEASURES: Final[Mapping[Figure, Measure]] = {
    Figure.COUNT: Measure(_counted, "", 1_000, ("count", "gpus", "gpu", "cards", "card"), Sign.IS),
    Figure.VRAM: Measure(_named("VRAM"), " GB", 10_000, ("gpuram", "gmem", "vmem", "videoram")),
    Figure.RELIABILITY: Measure(_named("reliability"), " %", 100, ("reliability", "reliable", "uptime", "reli")),
    Figure.RATING: Measure(_named("rating"), "", 5, ("stars", "rated", "score")),
    Figure.RAM: Measure(_named("RAM"), " GB", 100_000, ("memory", "mem")),
    Figure.CORES: Measure(_named("CPU cores"), "", 10_000, ("cpu", "cpus", "core")),
    Figure.THREADS: Measure(_named("CPU threads"), "", 10_000, ("thread",)),
    Figure.DISK: Measure(_named("disk"), " GB", 10_000_000, ("ssd", "nvme", "hdd", "storage", "space")),
    Figure.DOWN: Measure(_named("download"), " Mbit/s", 10_000_000, ("download", "net", "inet", "dl", "bandwidth")),
    Figure.UP: Measure(_named("upload"), " Mbit/s", 10_000_000, ("upload", "ul")),
    Figure.CUDA: Measure(_named("CUDA"), "", 100, ("cudaversion",)),
    Figure.LENGTH: Measure(_named("rentable for"), " h", 1_000_000, ("len", "length", "hours", "duration", "rental")),
}
FIGURES: Final[Mapping[str, Figure]] = {
    **{figure.value: figure for figure in Figure},
    **{word: figure for figure, measure in MEASURES.items() for word in measure.synonyms},
}
"""Every name of a figure."""


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """`12` or `12.4`: parts are compared as numbers, so 12.10 is newer than 12.4. `minor` is `None` for a whole series."""

    major: int
    minor: int | None = None

    def __str__(self) -> str:
        return str(self.major) if self.minor is None else f"{self.major}.{self.minor}"


@dataclass(frozen=True, slots=True)
class End:
    """One end of what a limit allows."""

    value: Decimal | tuple[int, int]
    included: bool = True


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound of one figure: percent, GB, Mbit/s, hours or a plain number; of CUDA a `Version`."""

    figure: Figure
    sign: Sign
    value: Decimal | Version

    @property
    def text(self) -> str:
        value = str(self.value) if isinstance(self.value, Version) else plain(self.value)
        if self.figure is Figure.COUNT and self.sign is Sign.IS:
            return f"x{value}"
        return f"{self.figure}{self.sign}{value}"

    @property
    def label(self) -> str:
        """`RAM 64 GB or more`, `4 GPUs`."""
        measure = MEASURES[self.figure]
        value = str(self.value) if isinstance(self.value, Version) else plain(self.value)
        figure = value + measure.unit
        if self.figure is Figure.COUNT:
            return bounded(self.sign, _counted(value))
        return measure.says(bounded(self.sign, figure))

    @property
    def span(self) -> tuple[End | None, End | None]:
        """The least and the greatest figure within it: percent, GB... as `Decimal`, CUDA as (12, 4).

        `12` stands for all of CUDA 12.x in `=` and `<=`, and for 12.0 elsewhere.
        """
        value: Decimal | tuple[int, int]
        if isinstance(self.value, Version):
            value = (self.value.major, self.value.minor or 0)
            if self.value.minor is None and self.sign in {Sign.IS, Sign.AT_MOST}:
                next_series = End((self.value.major + 1, 0), included=False)
                return (End(value) if self.sign is Sign.IS else None), next_series
        else:
            value = self.value
        match self.sign:
            case Sign.UNDER:
                return None, End(value, included=False)
            case Sign.AT_MOST:
                return None, End(value)
            case Sign.OVER:
                return End(value, included=False), None
            case Sign.AT_LEAST:
                return End(value), None
            case Sign.IS:
                return End(value), End(value)


def bounded(sign: Sign, figure: str) -> str:
    """`under 2`, `at most 2`, `over 2`, `2 or more`, `2`."""
    match sign:
        case Sign.UNDER:
            return f"under {figure}"
        case Sign.AT_MOST:
            return f"at most {figure}"
        case Sign.OVER:
            return f"over {figure}"
        case Sign.AT_LEAST:
            return f"{figure} or more"
        case Sign.IS:
            return figure
