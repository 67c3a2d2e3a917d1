"""One row of figures beside its baseline, and the table of all rows as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

NOT_MEASURED = "-"
HEADS = ("row", "figure", "baseline", "ratio", "from-to", "goal", "", "the baseline is")
LEFT_ALIGNED = (0, 5, 6, 7)


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound of the ratio, or of the figure itself where `unit` names one."""

    bound: float
    unit: str = "x"
    least: bool = False

    def __str__(self) -> str:
        return f"{'>=' if self.least else '<='} {shown(self.bound)} {self.unit}"

    def is_met(self, row: Row) -> bool:
        measured = row.ratio if self.unit == "x" else row.figure
        return measured is not None and (measured >= self.bound if self.least else measured <= self.bound)


@dataclass(frozen=True, slots=True)
class Row:
    """`pairs` holds (figure, baseline) of every repetition, each pair measured right after one another."""

    name: str
    unit: str
    pairs: Sequence[tuple[float, float]]
    beside: str
    """What the baseline is, in words."""
    goal: Goal | None = None

    @property
    def figure(self) -> float:
        return median(ours for ours, _ in self.pairs)

    @property
    def baseline(self) -> float:
        return median(base for _, base in self.pairs)

    @property
    def ratios(self) -> list[float]:
        return sorted(ours / base for ours, base in self.pairs if base > 0)

    @property
    def ratio(self) -> float | None:
        """The median of the ratios, which is steadier on a busy machine than the ratio of the medians."""
        return median(self.ratios) if self.ratios else None

    @property
    def is_missed(self) -> bool:
        return self.goal is not None and not self.goal.is_met(self)

    def cells(self) -> tuple[str, ...]:
        ratios = self.ratios
        return (
            self.name,
            f"{shown(self.figure)} {self.unit}",
            f"{shown(self.baseline)} {self.unit}",
            NOT_MEASURED if self.ratio is None else f"{self.ratio:.2f}",
            f"{ratios[0]:.2f}-{ratios[-1]:.2f}" if ratios else NOT_MEASURED,
            "" if self.goal is None else str(self.goal),
            "MISSED" if self.is_missed else "",
            self.beside,
        )


def shown(value: float) -> str:
    """Three digits that count, without an exponent."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(rows: Iterable[Row]) -> str:
    """Columns as wide as they need be, figures to the right."""
    lines = [HEADS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADS))]
    return "".join(_line(cells, widths) + "\n" for cells in (HEADS, tuple("-" * width for width in widths), *lines[1:]))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    aligned = (
        cell.ljust(width) if column in LEFT_ALIGNED else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(aligned).rstrip()
