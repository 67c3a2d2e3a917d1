"""A search line while it is read, from left to right, and what its parts look like."""

from __future__ import annotations

import re
from typing import Final

from bot.domain.query import words
from bot.domain.query.conditions import Search
from bot.domain.query.words import alternatives

USUAL_EXAMPLE: Final = "4090 x4 <2/gpu eu rel>98"
MOST_WORDS: Final = 200
MOST_OF_A_KIND: Final = 12
"""Cards, places, servers or owners in one search."""

B: Final = r"\s{0,8}"
"""Blanks. Never any number of them: beside one another they would take for ever to tell apart."""
END: Final = r"(?![^\W_])"
NUMBER: Final = r"(\d+(?:[.,]\d+)*|\.\d+)"
MARK: Final = r"<=|>=|=<|=>|==|<|>|=|≤|≥"
WORD: Final = r"(?:[^\s,;+|&\"()\[\]{}<>=≤≥:]|(?<=\d),(?=\d))+"
COIN: Final = re.compile(rf"\s?({alternatives(*words.COINS)}){END}")

_SKIP: Final = re.compile(r"(?:[\s,;+|&\"'()\[\]{}/?•·:#~*]|\.(?!\d)|-(?=\s|$))+")


class Stuck(Exception):
    """What begins at `at` cannot be read."""

    def __init__(self, at: int, problem: str, example: str = USUAL_EXAMPLE) -> None:
        super().__init__(problem)
        self.at, self.problem, self.example = at, problem, example


class Line:
    """`at`: how far it is read. `search`: what was understood so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.search = Search()
        self._words = 0

    def more(self) -> bool:
        """Whether another word is left, behind what merely separates words."""
        if skipped := _SKIP.match(self.text, self.at):
            self.at = skipped.end()
        if self.at == len(self.text):
            return False
        self._words += 1
        if self._words > MOST_WORDS:
            raise Stuck(self.at, f"a search has at most {MOST_WORDS} words")
        return True

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def follows(self, pattern: re.Pattern[str], at: int | None = None) -> bool:
        return pattern.match(self.text, self.at if at is None else at) is not None


def few(items: tuple[object, ...], what: str, at: int) -> None:
    if len(items) > MOST_OF_A_KIND:
        raise Stuck(at, f"a search has at most {MOST_OF_A_KIND} {what}")
