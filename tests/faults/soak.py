"""Every story, killed first at each of its early points and then again and again, in processes of their own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import looptime

from tests.faults.killing import Kills
from tests.faults.played import Run, played
from tests.faults.stories import STORIES

RUNS: Final = 2
"""For each point of a gap."""


@dataclass(frozen=True, slots=True)
class Played:
    """All runs of one story; `undisturbed` is the one without a kill."""

    undisturbed: Run
    runs: tuple[Run, ...]

    @property
    def wrong(self) -> list[tuple[Run, tuple[str, ...]]]:
        undisturbed = [(self.undisturbed, self.undisturbed.wrong)] if self.undisturbed.wrong else []
        return undisturbed + [(run, found) for run in self.runs if (found := run.faults(self.undisturbed))]

    @property
    def row(self) -> tuple[str, ...]:
        runs = self.runs
        told = sum(run.told.total() for run in runs)
        repeated = sum(run.repeated(self.undisturbed).total() for run in runs)
        figures = (
            self.undisturbed.points,
            len(runs),
            sum(len(run.died_at) for run in runs),
            sum(run.wanted for run in runs),
            sum(run.in_doubt for run in runs),
            sum(run.bought for run in runs),
            told,
            repeated,
            len(self.wrong),
        )
        return (self.undisturbed.story, *map(str, figures))


HEAD: Final = ("story", "points", "runs", "kills", "confirmed", "in doubt", "bought", "told", "repeated", "wrong")


def one(asked: tuple[str, int | None, bool]) -> Run:
    """One run of one story in this process."""
    name, first, twice = asked
    loop = looptime.new_event_loop(start=0, noop_cycles=1)  # as tests/conftest.py has it
    try:
        with tempfile.TemporaryDirectory() as folder:
            kills = None if first is None else Kills(STORIES[name].every, first)
            return loop.run_until_complete(played(Path(folder), STORIES[name], kills, twice=twice))
    finally:
        loop.close()


def all_of(pool: Executor) -> Iterator[Played]:
    """Each story so often as its kills are apart, every second time with double taps and replayed updates."""
    for name, story in STORIES.items():
        undisturbed, *runs = pool.map(
            one, [(name, None, False), *((name, n, n % 2 == 1) for n in range(1, RUNS * story.every + 1))]
        )
        yield Played(undisturbed, tuple(runs))


def table(stories: list[Played]) -> str:
    rows = [HEAD, *(story.row for story in stories)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(HEAD))]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]
    wrong = [
        f"WRONG  {run.story} {run.kills}: {what}" for story in stories for run, found in story.wrong for what in found
    ]
    return "\n".join(lines + wrong)
