"""A typed line made plain without moving a letter: small, full-width and other digits as usual ones, commas decided."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_ALIKE: Final = {
    "×": "x",
    "✕": "x",
    "х": "x",
    "–": "-",
    "—": "-",
    "−": "-",
    "≦": "≤",
    "≧": "≥",
    "’": "'",
    "¬": "!",
    "_": " ",
}
_COMMA: Final = re.compile(r"(?<!\d)(\d{1,12}),(?=(\d{1,12})(?!\d))")
_LIKE_A_CARD: Final = re.compile(r"[1-9]0[1-9]0|16[356]0")


def plain_letters(text: str) -> str:
    """As long as before, so that a place in it is the same place in the text."""
    return _COMMA.sub(_decided, "".join(map(_plain, text)))


def _plain(letter: str) -> str:
    if letter.isascii():
        return _ALIKE.get(letter, letter.lower())
    if letter in _ALIKE:
        return _ALIKE[letter]
    digit = unicodedata.decimal(letter, None)
    if digit is not None:
        return str(digit)
    small = unicodedata.normalize("NFKC", letter).lower()
    return small if len(small) == 1 else letter


def _decided(found: re.Match[str]) -> str:
    """Between digits: a decimal point, or a mere comma between two cards, or (`1,000`) nobody knows, and it stays."""
    left, right = found[1], found[2]
    if _LIKE_A_CARD.fullmatch(right) or len(left) == 4:
        return f"{left} "
    if len(right) == 3 and len(left) <= 3 and left.strip("0"):
        return found[0]
    return f"{left}."
