"""Reads the cards of a search and how many of them a machine shall have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.domain.query import words
from bot.domain.query.amounts import value
from bot.domain.query.gpus import SERIES, goes_on_gpu, gpu_name, starts_gpu
from bot.domain.query.limits import Figure, Limit, Sign
from bot.domain.query.line import COIN, MARK, B, Line, Stuck, few

_TIMES: Final = re.compile(
    rf"(\d{{1,3}})(?:{B}-{B}(\d{{1,3}}))?(?:\s?x(\+(?!\S))?(?![a-z0-9]|{B}(?:{MARK}))|x(?=([a-z0-9]+)))"
)
_NUMBER_BEHIND: Final = re.compile(rf"{B}\d{{1,3}}(?![\w.])")
_UNIT: Final = re.compile(r"[$%]|/\s?([a-z][a-z0-9]*)")
_CHUNK: Final = re.compile(r"[ \t-]?([a-z0-9]+)(?!\.\d|[^\W_])")
_ROUND: Final = re.compile(r"[1-9]\d00")


def times(line: Line) -> bool:
    """`4x`, `4x4090`."""
    begin = line.at
    found = _TIMES.match(line.text, begin)
    if found is None or (found[4] and not starts_gpu(found[4]) and found[4] not in SERIES):
        return False
    if starts_gpu(found[1]) and line.follows(_NUMBER_BEHIND, found.end()):
        return False  # 980 x 4
    line.at = found.end()
    _counted(line, found[1], found[2], Sign.AT_LEAST if found[3] else Sign.IS, begin)
    return True


def _counted(line: Line, least: str, most: str | None, sign: Sign, begin: int) -> None:
    signs = (Sign.AT_LEAST, Sign.AT_MOST) if most else (sign,)
    for text, each in zip((least, most or ""), signs, strict=False):
        line.search = line.search.with_limit(Limit(Figure.COUNT, each, value(Figure.COUNT, text, 1, begin)))


def gpu(line: Line) -> bool:
    """A card, as far as its name goes: `rtx 4070 ti super`, `a100-80gb`."""
    begin = line.at
    parts = list(_chunks(line, begin))
    first = next((place for place, (word, _) in enumerate(parts) if word not in SERIES and word != "pro"), None)
    if first is None or not starts_gpu(parts[first][0]):
        if parts and parts[0][0] in SERIES - words.FILLING:
            raise Stuck(begin, f"which {parts[0][0].upper()}?", "rtx 4090")
        return False
    if first == 0 and _rather_a_price(line, parts[0]):
        return False
    last = first
    while last + 1 < len(parts) and _goes_on(line, parts[first][0], parts[last], parts[last + 1]):
        last += 1
    _named(line, line.text[begin : parts[last][1]], begin)
    line.at = parts[last][1]
    return True


def _chunks(line: Line, at: int) -> Iterator[tuple[str, int]]:
    """The next few words with letters and digits only, and where each ends."""
    for _ in range(8):
        found = _CHUNK.match(line.text, at)
        if found is None:
            return
        at = found.end()
        yield found[1], at


def _goes_on(line: Line, core: str, last: tuple[str, int], further: tuple[str, int]) -> bool:
    """Whether the next word still belongs to the card: `ti`, `80gb`, and the `100` of `p106-100`."""
    dashed = line.text[last[1] : last[1] + 1] == "-" and further[0].isdigit() and core[0].isalpha()
    return goes_on_gpu(further[0]) or (dashed and len(further[0]) <= 3)


def _rather_a_price(line: Line, first: tuple[str, int]) -> bool:
    """`1000 clore`, `5000/h`: a number that a price's unit follows; but `4090 usd` is a card and a coin."""
    word, end = first
    if not word.isdigit():
        return False
    if unit := _UNIT.match(line.text, end):
        return not (unit[1] and starts_gpu(unit[1]))
    return _ROUND.fullmatch(word) is not None and line.follows(COIN, end)


def _named(line: Line, text: str, begin: int) -> None:
    gpu = gpu_name(text)
    assert gpu is not None, "it starts like one"
    line.search = line.search.with_gpu(gpu)
    few(line.search.gpus, "GPU models", begin)
