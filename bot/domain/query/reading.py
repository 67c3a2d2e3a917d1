"""Reads a search from one forgiving line: `4090 x4 <2/gpu eu rel>98 ram>=64 cuda>=12 mrl>72 usd spot sort:price`.

Order, case, commas and plus signs do not matter; a decimal comma is understood. `<2` is a price: USD a day for the whole
machine with the fee, whatever the coin; `/gpu`, `/h`, `btc`, `clore` say otherwise, and `usd` in a price is what a price is
in anyway. Apart from a price, `btc`, `clore`, `usd` mean machines that take that coin. A number alone is a card where it
can be one (`4090`, `980`), else the most that a day may cost. A figure without a sign (`ram 64`, `64 GB RAM`) is the least;
only a count is exact (`x4`) unless it says otherwise (`x>=4`, `x2-4`, `4x+`). A later word takes the place of an earlier
one that says the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, NoReturn

from bot.domain.ids import OwnerId, ServerId
from bot.domain.query import words
from bot.domain.query.amounts import bounded, figure, price, quantity
from bot.domain.query.cards import gpu, times
from bot.domain.query.conditions import CHEAPEST_FIRST, Search, Shown, Sort, SortKey
from bot.domain.query.letters import plain_letters
from bot.domain.query.line import COIN, END, MARK, USUAL_EXAMPLE, WORD, B, Line, Stuck, few
from bot.domain.query.places import MOST_WORDS, place_of
from bot.domain.query.words import alternatives

LONGEST: Final = 4_096
_LONGEST_ECHO: Final = 120
_LONGEST_WORD: Final = 32

_WORD: Final = re.compile(WORD)
_POINTED: Final = re.compile(rf"(?:{MARK})?{B}{WORD}")
_LETTERS: Final = re.compile(r"[^\W\d_]{1,24}(?:['’.-][^\W\d_]{1,24}){0,4}")
_BLANK: Final = re.compile(r"[ \t]+")
_SMALL: Final = re.compile(r"\d{1,3}(?![\w.])")
_LEAD: Final = re.compile(
    rf"({alternatives(*words.LEADS_PLACE, *words.LEADS_COIN, *words.LEADS_GPU)}){B}(?:[:=]|\s){B}(?=[^\W_])"
)
_IDENTITY: Final = re.compile(rf"({alternatives(*words.SERVER, *words.OWNER)}){B}[:=#]?{B}#?(\d+){END}")
_NEGATED: Final = re.compile(rf"(?:!|non-|-(?=\S)|(?:{alternatives(*words.NOT)})\s){B}(?:in\s)?{B}")
_SORT: Final = re.compile(
    rf"(?:sort|order)(?:ed)?(?:{B}by)?{B}[:=]?{B}([-+]?){B}([a-z]+(?:/gpu)?)(?:{B}([-+↓↑]|[a-z]+))?"
)
_SORT_ALONE: Final = re.compile(rf"(?:sort|order)(?:ed)?(?:by)?{END}")
_CHEAPEST: Final = re.compile(rf"cheap(?:est)?(?:{B}first)?{END}")
_FLAGS: Final = (*words.FREE, *words.RENTED, *words.ALL, *words.SPOT, *words.ON_DEMAND)
_FLAG: Final = re.compile(rf"({alternatives(*_FLAGS)}){END}")
_FILLING: Final = re.compile(rf"(?:{alternatives(*words.FILLING)}){END}")


@dataclass(frozen=True, slots=True)
class Misread:
    """A word that cannot be read, as it was typed; `start`: where it begins. `example`: how it could be said."""

    word: str
    start: int
    problem: str
    example: str


def parse(text: str) -> Search | Misread:
    """Any text at all."""
    if len(text) > LONGEST:
        return Misread(text[:_LONGEST_WORD], 0, f"a search has at most {LONGEST:,} characters", USUAL_EXAMPLE)
    line = Line(plain_letters(text))
    try:
        while line.more():
            if not any(reader(line) for reader in _READERS):
                _unknown(line)
    except Stuck as stuck:
        found = _POINTED.match(text, stuck.at)
        word = found[0] if found else text[stuck.at : stuck.at + 2]
        return Misread(word[:_LONGEST_WORD], stuck.at, stuck.problem, stuck.example)
    return line.search


def _identity(line: Line) -> bool:
    """`id:123`, `server 123`, `owner=5`."""
    begin = line.at
    found = line.take(_IDENTITY)
    if found is None:
        return False
    if len(found[2]) > 18:
        raise Stuck(begin, "no server or owner has such a number", "id:1234")
    if found[1] in words.SERVER:
        line.search = line.search.with_server(ServerId(int(found[2])))
        few(line.search.servers, "servers", begin)
    else:
        line.search = line.search.with_owner(OwnerId(int(found[2])))
        few(line.search.owners, "owners", begin)
    return True


def _lead(line: Line) -> bool:
    """`in`, `country:`, `gpu:` and their like, in front of what says more."""
    found = _LEAD.match(line.text, line.at)
    if found is None:
        return False
    if found[1] in words.LEADS_PLACE and ":" not in found[0] and "=" not in found[0]:
        if _place_at(line, found.end()) is None:
            return False
    elif ":" not in found[0] and "=" not in found[0]:
        return False
    if found[1] in words.LEADS_GPU and line.follows(_SMALL, found.end()):
        return False
    line.at = found.end()
    return True


def _negated(line: Line) -> bool:
    """`!cn`, `-cn`, `not in china`."""
    begin = line.at
    found = _NEGATED.match(line.text, begin)
    if found is None:
        return False
    if found[0].startswith("-") and line.text[begin - 1 : begin].isalnum():
        line.at += 1  # 4090-eu: a mere dash
        return True
    place = _place_at(line, found.end())
    if place is None:
        raise Stuck(begin, "only a country or region can be left out", "!cn")
    word, line.at = place
    line.search = line.search.with_place(word, out=True)
    few(line.search.not_places, "places", begin)
    return True


def _place(line: Line) -> bool:
    begin = line.at
    place = _place_at(line, begin)
    if place is None:
        return False
    word, line.at = place
    line.search = line.search.with_place(word)
    few(line.search.places, "places", begin)
    return True


def _place_at(line: Line, at: int) -> tuple[str, int] | None:
    """The longest name of a place that begins here, and where it ends."""
    ends: list[int] = []
    end = at
    while len(ends) < MOST_WORDS and (word := _LETTERS.match(line.text, end)):
        ends.append(word.end())
        blank = _BLANK.match(line.text, word.end())
        end = blank.end() if blank else len(line.text)
    for end in reversed(ends):
        name = " ".join(line.text[at:end].split())
        found = place_of(name) or place_of(name.replace("-", " ")) or place_of(name.replace(".", ""))
        if found and not line.text[end : end + 1].isdigit():
            return found, end
    return None


def _sort(line: Line) -> bool:
    """`sort:price`, `sort:rel` (the best first), `sort by ram asc`."""
    begin = line.at
    if line.take(_CHEAPEST):
        line.search = replace(line.search, sort=Sort(SortKey.PRICE))
        return True
    found = _SORT.match(line.text, begin)
    if found is None:
        if line.follows(_SORT_ALONE):
            raise Stuck(begin, "sort by what?", "sort:price")
        return False
    key = words.SORTS.get(found[2])
    if key is None:
        near = ", ".join(SortKey)
        raise Stuck(found.start(2), f"machines cannot be sorted by {found[2]}; they can by {near}", "sort:price")
    turned = found[3] in words.DOWNWARD | words.UPWARD
    upward = found[1] == "+" or found[3] in words.UPWARD
    downward = found[1] == "-" or found[3] in words.DOWNWARD or (not upward and key not in CHEAPEST_FIRST)
    line.at = found.end() if turned or found[3] is None else found.end(2)
    line.search = replace(line.search, sort=Sort(key, downward))
    return True


def _flag(line: Line) -> bool:
    found = _FLAG.match(line.text, line.at)
    if found is None:
        return False
    word = words.joined(found[1])
    if word in words.SPOT or word in words.ON_DEMAND:
        line.search = replace(line.search, spot=word in words.SPOT)
    else:
        shown = Shown.FREE if word in words.FREE else Shown.RENTED if word in words.RENTED else Shown.ALL
        line.search = replace(line.search, shown=shown)
    line.at = found.end()
    return True


def _coin(line: Line) -> bool:
    found = line.take(COIN)
    if found is None:
        return False
    line.search = line.search.with_coin(words.COINS[found[1]])
    return True


def _filling(line: Line) -> bool:
    return line.take(_FILLING) is not None


def _unknown(line: Line) -> NoReturn:
    found = _WORD.match(line.text, line.at)
    word = found[0] if found else line.text[line.at]
    near = words.nearest(word)
    if near is None:
        raise Stuck(line.at, "this word is not known here")
    end = line.at + len(word)
    mended = line.text[: line.at] + near + line.text[end:]
    raise Stuck(line.at, f"this word is not known here; maybe {near}", mended if len(mended) <= _LONGEST_ECHO else near)


_READERS: Final = (
    *(_identity, _flag, bounded, _negated, _sort, _lead, price, figure, times),
    *(gpu, quantity, _place, _coin, _filling),
)
"""Each takes what it knows at the place where the line is read, or says that it is not its own."""
