"""Fits a text of Telegram HTML into messages: cut at line ends, with every tag closed and opened again.

Lengths are UTF-16 units of what is left after parsing, the stricter of the counts that Telegram uses.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

MOST_UNITS: Final = 4096

_TOKEN: Final = re.compile(
    r"(?P<tag></?[a-zA-Z][^<>]*>)|(?P<entity>&(?:lt|gt|amp|quot|#\d+|#[xX][0-9a-fA-F]+);)|.", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class _Token:
    raw: str
    tag: bool
    units: int


@dataclass(slots=True)
class _Part:
    tokens: list[_Token] = field(default_factory=list)
    units: int = 0

    def add(self, token: _Token) -> None:
        self.tokens.append(token)
        self.units += token.units


def units(text: str) -> int:
    """How long Telegram finds this HTML: tags count nothing, `&amp;` counts one, an emoji two or more."""
    return sum(token.units for token in _tokens(text))


def split(text: str, most: int = MOST_UNITS) -> list[str]:
    """The text as one or more messages of at most `most` units each. `most` must be at least 2, for an emoji."""
    if 2 * len(text) <= most or units(text) <= most:  # a character has two units at most
        return [text]
    parts, part = [], _Part()
    for token in _tokens(text):
        part.add(token)
        if part.units > most:
            whole, part = _cut(part)
            parts.append(whole)
    parts.append("".join(token.raw for token in part.tokens))
    return [one for one in parts if plain(one).strip()]


def plain(text: str) -> str:
    """What a reader sees of this HTML, without formatting: for when Telegram cannot parse it."""
    return html.unescape("".join(token.raw for token in _tokens(text) if not token.tag))


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        raw = match.group()
        tag = match["tag"] is not None
        seen = "" if tag else html.unescape(raw) if match["entity"] else raw
        yield _Token(raw, tag, len(seen.encode("utf-16-le", "surrogatepass")) // 2)


def _cut(part: _Part) -> tuple[str, _Part]:
    """What goes now, closed properly, and the beginning of what follows, with the same tags open."""
    end, start = _place(part.tokens)
    opened = _open_tags(part.tokens[:end])
    closers = "".join(f"</{_name(tag.raw)}>" for tag in reversed(opened))
    following = _Part()
    for token in (*opened, *part.tokens[start:]):
        following.add(token)
    return "".join(token.raw for token in part.tokens[:end]) + closers, following


def _place(tokens: list[_Token]) -> tuple[int, int]:
    """Where to cut: the end of this part and the start of the next. At the last line end or blank, else before the last token."""
    for separator in ("\n", " "):
        for at in range(len(tokens) - 1, 0, -1):
            if tokens[at].raw == separator and any(token.units for token in tokens[:at]):
                return at, at + 1
    return len(tokens) - 1, len(tokens) - 1


def _open_tags(tokens: list[_Token]) -> list[_Token]:
    opened: list[_Token] = []
    for token in tokens:
        if token.tag and token.raw.startswith("</"):
            del opened[-1:]
        elif token.tag:
            opened.append(token)
    return opened


def _name(tag: str) -> str:
    match = re.match(r"</?([a-zA-Z][\w-]*)", tag)
    assert match is not None
    return match[1]
