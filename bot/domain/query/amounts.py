"""Reads what is bounded: prices, and figures like RAM, with their names, signs and units in whatever order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from bot.domain.money import USD
from bot.domain.query import words
from bot.domain.query.conditions import Price
from bot.domain.query.gpus import starts_gpu
from bot.domain.query.limits import MEASURES, Figure, Limit, Sign, Version
from bot.domain.query.line import COIN, END, MARK, NUMBER, B, Line, Stuck
from bot.domain.query.words import alternatives

_LONGEST_ECHO: Final = 16
_A_HALF: Final = Decimal("0.5")

_SIGN: Final = re.compile(rf"({MARK})")
_SPOKEN: Final = re.compile(
    rf"({alternatives(*(word for word in words.SIGNS if word[0].isalpha()))}):?(?={B}[$]?{B}[.]?\d)"
)
_COLON: Final = re.compile(rf"{B}:?{B}")
_QUANTITY: Final = re.compile(rf"{B}(\$?){B}{NUMBER}(?:{B}(?:-|\.\.|…){B}{NUMBER})?")
_UNIT: Final = re.compile(r"\s?(%|[a-z]+(?:/s)?)(?![a-z0-9])")
_PER: Final = re.compile(rf"{B}(?:/|\b(?:per|an?|each)\s){B}([a-z]+)(?![a-z0-9])")
_KEY: Final = re.compile(rf"({alternatives(*words.KEYS)})(?:{END}|(?=\d))")
_NAME_BEHIND: Final = re.compile(rf"{B}(?:of\s)?({alternatives(*words.KEYS)}){END}(?!{B}(?:{MARK}|:|\d))")
_NAMED: Final = re.compile(rf"{B}[:=]?{B}([a-z0-9]+)")
_PRICE: Final = re.compile(rf"({alternatives(*words.LEADS_PRICE)}){END}(/gpu\b)?")


def bounded(line: Line) -> bool:
    """`<2/gpu`, `>98%`, `at least 64 GB RAM`."""
    begin = line.at
    found = line.take(_SIGN) or line.take(_SPOKEN)
    if found is None:
        return False
    _amount(line, words.sign(found[1]), begin)
    return True


def price(line: Line) -> bool:
    """`price<2`, `price: 2/gpu`."""
    begin = line.at
    found = line.take(_PRICE)
    if found is None:
        return False
    sign = _any_sign(line) or Sign.AT_MOST
    _amount(line, sign, begin, a_price=True, per_gpu=found[2] is not None)
    return True


def figure(line: Line) -> bool:
    """`ram>=64`, `ram 64`, `ram64`, `cuda:12.4`, `ram 64-128`, `x4`."""
    begin = line.at
    found = line.take(_KEY)
    if found is None:
        return False
    figure = words.key(found[1])
    card = _NAMED.match(line.text, line.at)
    if figure is Figure.COUNT and found[1] != "x" and card and starts_gpu(card[1]):
        return True  # gpu: 4090, and the card is read next
    sign = _any_sign(line)
    amount = line.take(_QUANTITY)
    if amount is None:
        if figure is Figure.COUNT and sign is None and found[1] != "x":
            return True  # a mere "gpus"
        raise Stuck(begin, f"{found[1]} needs a number", words.EXAMPLES[figure])
    _bound(line, figure, sign, amount, begin)
    return True


def quantity(line: Line) -> bool:
    """`2/gpu`, `$2`, `0.5 clore`, `98%`, `64 GB RAM`, `3 days`, or a number alone."""
    if not line.follows(_QUANTITY):
        return False
    _amount(line, None, line.at)
    return True


def _any_sign(line: Line) -> Sign | None:
    """The sign that may follow a name; a colon leaves it open."""
    line.take(_COLON)
    found = line.take(_SIGN) or line.take(_SPOKEN)
    return words.sign(found[1]) if found else None


def _bound(line: Line, figure: Figure, sign: Sign | None, amount: re.Match[str], begin: int) -> None:
    factor = _unit(line, figure)
    plus = line.text[line.at : line.at + 1] == "+" and not line.text[line.at + 1 : line.at + 2].strip()
    usual = Sign.AT_LEAST if plus else MEASURES[figure].usual
    signs = (Sign.AT_LEAST, Sign.AT_MOST) if amount[3] else (sign or usual,)
    for text, each in zip((amount[2], amount[3]), signs, strict=False):
        limit = Limit(figure, each, value(figure, text, factor, begin))
        line.search = line.search.with_limit(limit)


def value(figure: Figure, text: str, factor: int, begin: int) -> Decimal | Version:
    """A typed number in the unit of its figure."""
    example = words.EXAMPLES[figure]
    number, most = words.number(text), MEASURES[figure].most
    if number is None:
        raise Stuck(begin, _unclear(text), example)
    if figure is Figure.CUDA:
        major, _, minor = text.partition(".")
        if number > most or len(minor) > 3:
            raise Stuck(begin, f"{text} is no version of CUDA", example)
        return Version(int(major or "0"), int(minor) if minor else None)
    number *= factor
    if figure is Figure.RELIABILITY and _A_HALF <= number < 1:
        number *= 100  # as CLORE.AI's own figure has it
    if number > most:
        raise Stuck(begin, f"{figure} goes up to {most:,}{MEASURES[figure].unit}", example)
    if figure is Figure.COUNT and number != number.to_integral_value():
        raise Stuck(begin, "GPUs are counted in whole numbers", example)
    return number


def _unit(line: Line, figure: Figure) -> int:
    units = words.UNITS.get(figure, {})
    found = _UNIT.match(line.text, line.at)
    if found is None or found[1] not in units:
        return 1
    line.at = found.end()
    return units[found[1]]


def _amount(line: Line, sign: Sign | None, begin: int, *, a_price: bool = False, per_gpu: bool = False) -> None:
    amount = line.take(_QUANTITY)
    if amount is None:
        raise Stuck(begin, "a number is missing here", "<2" if a_price else "<2 rel>98")
    if not a_price and not amount[1] and _named_behind(line, sign, amount, begin):
        return
    unit_from = line.at
    units = _price_units(line)
    if sign is None and line.at == unit_from and not amount[1] and not a_price:
        _alone(amount[2], begin)
    signs = (Sign.AT_LEAST, Sign.AT_MOST) if amount[3] else (sign or Sign.AT_MOST,)
    for text, each in zip((amount[2], amount[3]), signs, strict=False):
        asked = Price(each, _sum(text, begin), units.coin, per_gpu=per_gpu or units.per_gpu, per_hour=units.per_hour)
        _add_price(line, asked, begin)


def _named_behind(line: Line, sign: Sign | None, amount: re.Match[str], begin: int) -> bool:
    """`64 GB RAM`, `98%`, `3 days`: the name, or a unit that stands for one, follows its number."""
    here = line.at
    found = _UNIT.match(line.text, line.at)
    unit = found[1] if found else ""
    if found and unit == "%":
        _bound(line, Figure.RELIABILITY, sign, amount, begin)
        _skip_name(line, Figure.RELIABILITY)
        return True
    for after in (here, found.end() if found else here):
        name = _NAME_BEHIND.match(line.text, after)
        if name is None:
            continue
        figure = words.key(name[1])
        if after != here and unit not in words.UNITS.get(figure, {}):
            continue
        _bound(line, figure, sign, amount, begin)
        line.at = max(line.at, name.end())
        return True
    if found and unit in words.HOURS:
        _bound(line, Figure.LENGTH, sign, amount, begin)
        return True
    if found and unit in words.UNITS[Figure.DISK] | words.UNITS[Figure.DOWN] and unit not in words.COINS:
        raise Stuck(begin, f"{amount[2]} {unit} of what? RAM, VRAM, disk, download or upload", "ram>=64")
    return False


def _skip_name(line: Line, figure: Figure) -> None:
    name = _NAME_BEHIND.match(line.text, line.at)
    if name and words.key(name[1]) is figure:
        line.at = name.end()


@dataclass(slots=True)
class _Units:
    """What stands behind a price. `coin`: `None` for dollars, named or not."""

    coin: str | None = None
    per_gpu: bool = False
    per_hour: bool = False


def _price_units(line: Line) -> _Units:
    """`btc/gpu/h`, ` usd per gpu`. A coin counts right behind the number only: further on it is a word of its own."""
    units = _Units()
    if found := line.take(COIN):
        coin = words.COINS[found[1]]
        units.coin = None if coin == USD else coin
    while found := _PER.match(line.text, line.at):
        if found[1] in words.PER_GPU:
            units.per_gpu = True
        elif found[1] in words.PER_HOUR:
            units.per_hour = True
        elif found[1] not in words.PER_DAY | words.PER_MACHINE:
            if found[0].lstrip().startswith("/"):
                raise Stuck(
                    found.start(1), f"a price cannot be per {found[1]}, only per GPU or per hour", "<2/gpu <0.1/h"
                )
            break
        line.at = found.end()
    return units


def _alone(digits: str, begin: int) -> None:
    """A number alone is a price, unless it can hardly be one."""
    if digits.isdigit() and len(digits) >= 5:
        shown = digits[:_LONGEST_ECHO]
        raise Stuck(begin, f"{shown} alone can be many things; a server is named with id:", f"id:{shown}")


def _sum(text: str, begin: int) -> Decimal:
    amount = words.number(text)
    if amount is None:
        raise Stuck(begin, _unclear(text), "<1000 or <1.5")
    if not amount:
        raise Stuck(begin, "a price is above zero", "<2")
    return amount


def _add_price(line: Line, asked: Price, begin: int) -> None:
    if asked.coin and any(each.coin not in {None, asked.coin} for each in line.search.prices):
        raise Stuck(begin, "one search has prices in one coin, or in USD", "<0.0001btc")
    line.search = line.search.with_price(asked)


def _unclear(text: str) -> str:
    """What is wrong with a number that is none."""
    twofold = "," in text or text.count(".") > 1
    return f"{text[:_LONGEST_ECHO]} {'can be read in more than one way' if twofold else 'has too many digits'}"
