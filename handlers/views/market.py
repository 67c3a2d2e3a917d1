"""Where a search begins: how to write one, what was searched before, and what is wrong with what was written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.domain.ids import NO_RESULTS, ResultsId
from bot.domain.search import ANY, Choice, Misread
from handlers.actions import Home
from handlers.market_actions import AskSearch, SetFilter, ShowMarket, ShowMarks, ShowResults, ShowSearches
from handlers.screen import Press, Row, Screen
from handlers.views.frame import copying, label, navigation, screen, title
from handlers.views.html import Html, bold, code, join, say, text, tidy
from handlers.word import Word

EXAMPLES: Final = (
    ("4090 x4 <2/gpu", "four RTX 4090, under 2 USD a day per GPU"),
    ("3090 eu rel>98 ram>=64 sort:price", "in Europe, reliable, cheapest first"),
    ("a100 spot <10 mrl>72", "for bids, for more than 72 hours"),
)
LEGEND: Final = (
    "A bare number is USD a day for the whole machine, fee included: <8; <2/gpu is per GPU, <0.1/h per hour.",
    "btc and clore after a number are coins: <0.0001btc.",
    "x4, ram>=64, vram>=24, disk>500, net>100, rel>98, rating>4, cuda>=12, mrl>72 (hours), a country or eu.",
    "spot for bids instead of renting on demand; sort:price, sort:rel and others.",
)
POPULAR: Final = 6
GPU: Final = Word("gpu")
USUAL: Final = tuple(
    Choice(key, title)
    for key, title in (
        ("4090", "RTX 4090"),
        ("3090", "RTX 3090"),
        ("5090", "RTX 5090"),
        ("3080", "RTX 3080"),
        ("a100", "A100"),
        ("h100", "H100"),
    )
)
"""Cards to begin with before the marketplace was read."""


def home(
    *,
    last: tuple[ResultsId, str] | None,
    saved: int,
    marked: int,
    popular: Sequence[Choice] = (),
    note: str | None = None,
) -> Screen:
    """`last`: the list that was looked at last, with its search in words. `note`: why this is shown instead."""
    return screen(
        (
            title("🛒", "Market", "find a machine to rent"),
            text(note, 160) if note else None,
            say("Write what you look for after /market, in one line:"),
            *(join((code(query), say(meaning)), " – ") for query, meaning in EXAMPLES),
        ),
        (
            (Press("🔎 Search…", AskSearch()),),
            (Press(label(f"↩ {last[1] or 'every machine'}"), ShowResults(last[0])),) if last else (),
            *_popular(popular),
            (Press(f"💾 Saved {saved}", ShowSearches()), Press(tidy(f"★ Marked {marked}", 14), ShowMarks())),
            navigation(Home()),
        ),
        details=[text(line, 160) for line in LEGEND],
    )


def _popular(choices: Sequence[Choice]) -> tuple[Row, ...]:
    """A search for one card with one tap."""
    cards = [choice for choice in choices if choice.key != ANY][:POPULAR]
    buttons = [Press(tidy(card.label, 14), SetFilter(NO_RESULTS, GPU, Word(card.key))) for card in cards]
    return tuple(tuple(buttons[start : start + 3]) for start in range(0, len(buttons), 3))


def ask_search(query: str | None, *, results: ResultsId, misread: Misread | None = None, typed: str = "") -> Screen:
    """The question. `query`: what is to be changed; `misread`: what could not be read of what was `typed`."""
    lines = (
        title("🔎", "What do you look for?", "one line"),
        *(_problem(misread, typed) if misread else ()),
        say("Now: {query}", query=code(query, 160)) if query else None,
        say("For example {query}", query=code(misread.example if misread else EXAMPLES[0][0])),
        say("Write it below; /cancel leaves it."),
    )
    back = ShowResults(results) if results else ShowMarket()
    screened = screen(
        lines,
        (copying("📋 Copy the present words", query or None), navigation(back)),
        details=[text(line, 160) for line in LEGEND],
    )
    return Screen(screened.text, screened.rows, asks=True)


def _problem(misread: Misread, typed: str) -> tuple[Html, ...]:
    """The words as they were written, the one that was not understood in bold."""
    before, after = typed[: misread.start], typed[misread.start + len(misread.word) :]
    pointed = say(
        "⚠️ {before}{gap}{word}{space}{after}",
        before=text(before, 120),
        gap=Html(" " * before.endswith(" ")),
        word=bold(tidy(misread.word, 40) or "…"),
        space=Html(" " * after.startswith(" ")),
        after=text(after, 120),
    )
    return pointed, text(misread.problem[:1].upper() + misread.problem[1:], 160)
