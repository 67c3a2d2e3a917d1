"""Passwords and tokens: typed ones read, new ones made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.domain.draft import STARRED
from bot.domain.typed import Typed, Unread

GENERATE: Final = "generate"
SHORT: Final = 8

_LENGTH: Final = 18
_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without what is mistaken for something else: l and 1 and I, o and O and 0."""

Chance = Callable[[int], int]
"""A number from 0 up to, not including, its argument, like `secrets.randbelow`: the domain draws no lots itself."""


def make_password(chance: Chance) -> str:
    """18 letters and digits that can be read out: about 104 bits."""
    return "".join(_ALPHABET[chance(len(_ALPHABET))] for _ in range(_LENGTH))


def read_password(text: str, what: str, most: int) -> Typed[str] | Unread:
    """`what`: "password" or "token". Blanks around it are not meant. No problem or note repeats it."""
    word = text.strip()
    if not word:
        return Unread(f"That is no {what}.", GENERATE)
    if len(word) > most:
        return Unread(f"CLORE.AI takes a {what} of at most {most} characters; this one has {len(word):,}.", GENERATE)
    if not STARRED.fullmatch(word) or len(word.splitlines()) > 1:
        return Unread(f"CLORE.AI takes only letters, digits, blanks and - = . @ + / in a {what}.", GENERATE)
    if len(word) < SHORT:
        return Typed(word, f"A {what} of {len(word)} characters is soon guessed: 8 or more are better.")
    return Typed(word)
