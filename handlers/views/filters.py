"""The conditions of a search as buttons: which there are, and the values of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from bot.domain.found import Found
from bot.domain.ids import ResultsId
from bot.domain.search import FILTERS, Choice, Filter
from handlers.market_actions import SetFilter, ShowFilter, ShowFilters, ShowResults
from handlers.screen import Press, Row, Screen
from handlers.views.frame import age, label, navigation, screen, title
from handlers.views.html import Html, say, tidy
from handlers.views.results import SHORT, chips, machines, understood
from handlers.word import Word

MOST_CHIPS: Final = 9
MOST_LONG: Final = 10
"""Choices with long names stand one in a row; more of them would not fit a screen."""

SEVERAL: Final = Html(" Several may be chosen: any of them will do.")

_SHORT: Final = {
    "x": "GPU count",
    "day": "$ a day",
    "gpuday": "$ per GPU",
    "vram": "VRAM",
    "mrl": "Length",
    "kind": "Spot?",
    "sort": "Sort",
}
"""Names for a button that has neighbours."""


def filters(found: Found, results: ResultsId, now: datetime) -> Screen:
    """Every condition that has buttons; those that are set can be taken away."""
    buttons = [
        Press(tidy(_SHORT.get(key, _capital(each.title)), SHORT), ShowFilter(results, Word(key)))
        for key, each in FILTERS.items()
    ]
    return screen(
        (
            title("🎛", "Filters", understood(found)),
            say(
                "{count} fit now. Choose what to change, or tap ✖ to take a condition away.",
                count=machines(found.total),
            ),
            age(found.read_at, now),
        ),
        (
            *chips(found, results, MOST_CHIPS),
            *_in_threes(buttons),
            _show(found, results),
            navigation(ShowResults(results)),
        ),
    )


def values(
    found: Found,
    results: ResultsId,
    which: Filter,
    choices: Sequence[Choice],
    chosen: Collection[str],
    now: datetime,
) -> Screen:
    """What one condition can be; a tap sets it, and the count says what is left."""
    buttons = [
        Press(
            f"{'✓ ' * (choice.key in chosen)}{tidy(choice.label, 32) or choice.key}",
            SetFilter(results, Word(which.key), Word(choice.key)),
        )
        for choice in choices
    ]
    long = any(len(button.label) > SHORT for button in buttons)
    rows = (
        tuple((button,) for button in buttons[:MOST_LONG])
        if long and len(buttons) <= MOST_LONG
        else _in_threes(buttons)
    )
    return screen(
        (
            title("🎛", _capital(which.title), understood(found)),
            say("{count} fit now.{several}", count=machines(found.total), several=SEVERAL if which.several else ""),
            age(found.read_at, now),
        ),
        (*rows, _show(found, results), navigation(ShowFilters(results))),
    )


def _show(found: Found, results: ResultsId) -> Row:
    return (Press(label(f"🔎 Show {machines(found.total)}"), ShowResults(results)),)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _in_threes(buttons: list[Press]) -> tuple[Row, ...]:
    """Never more than a screen holds."""
    short = [Press(tidy(button.label, SHORT), button.action) for button in buttons[:27]]
    return tuple(tuple(short[start : start + 3]) for start in range(0, len(short), 3))
