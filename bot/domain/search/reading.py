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
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from bot.domain.ids import OwnerId, ServerId
from bot.domain.search import words
from bot.domain.search.conditions import Price, Search, Shown, Sort, SortKey
from bot.domain.search.gpus import SERIES, goes_on_gpu, gpu_name, starts_gpu
from bot.domain.search.letters import plain_letters
from bot.domain.search.limits import MEASURES, Figure, Limit, Sign, Version
from bot.domain.search.places import MOST_WORDS, place_of
from bot.domain.search.words import alternatives

LONGEST: Final = 4_096
MOST_OF_A_KIND: Final = 12
"""Cards, places, servers or owners in one search."""
USUAL_EXAMPLE: Final = "4090 x4 <2/gpu eu rel>98"
_LONGEST_ECHO: Final = 120

_NUMBER: Final = r"(\d+(?:[.,]\d+)*|\.\d+)"
_END: Final = r"(?![^\W_])"
_SKIP: Final = re.compile(r"(?:[\s,;+|&\"'()\[\]{}/?•·:#~*]|\.(?!\d))+")
_WORD: Final = re.compile(r"(?:[^\s,;+|&\"()\[\]{}<>=≤≥:]|(?<=\d),(?=\d))+")
_LETTERS: Final = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_CHUNK: Final = re.compile(r"[a-z0-9]+(?![a-z0-9.]*[.]\d)")
_MARK: Final = r"<=|>=|=<|=>|==|<|>|=|≤|≥"
_SIGN: Final = re.compile(rf"({_MARK})")
_SPOKEN: Final = re.compile(
    rf"({alternatives(*(word for word in words.SIGNS if word[0].isalpha()))}):?(?=\s*[$]?\s*[.]?\d)"
)
_QUANTITY: Final = re.compile(rf"\s*(\$?)\s*{_NUMBER}(?:\s*(?:-|\.\.|…)\s*{_NUMBER})?")
_UNIT: Final = re.compile(r"\s?(%|[a-z]+(?:/s)?)(?![a-z0-9])")
_PER: Final = re.compile(r"\s*(?:/|\b(?:per|an?|each)\s)\s*([a-z]+)(?![a-z0-9])")
_COIN: Final = re.compile(rf"\s?({alternatives(*words.COINS)}){_END}")
_KEY: Final = re.compile(rf"({alternatives(*words.KEYS)})(?:{_END}|(?=\d))")
_PRICE: Final = re.compile(rf"({alternatives(*words.LEADS_PRICE)}){_END}(/gpu\b)?")
_LEAD: Final = re.compile(
    rf"({alternatives(*words.LEADS_PLACE, *words.LEADS_COIN, *words.LEADS_GPU)})\s*(?:[:=]|\s)\s*(?=[^\W_])"
)
_IDENTITY: Final = re.compile(rf"({alternatives(*words.SERVER, *words.OWNER)})\s*[:=#]*\s*(\d+){_END}")
_NEGATED: Final = re.compile(rf"(?:!|-|non-|(?:{alternatives(*words.NOT)})\s)\s*(?:in\s+)?")
_SORT: Final = re.compile(
    r"(?:sort(?:ed)?(?:\s*by)?|order(?:ed)?(?:\s*by)?)\s*[:=]?\s*([-+]?)\s*([a-z]+(?:/gpu)?)(?:\s*([-+↓↑]|[a-z]+))?"
)
_COUNT: Final = re.compile(rf"x\s*({_MARK})?\s*(\d+)(?:\s*-\s*(\d+))?(\+(?!\S))?{_END}")
_TIMES: Final = re.compile(r"(\d{1,12})(?:\s*-\s*(\d{1,12}))?(?:\s?x(\+(?!\S))?(?![a-z0-9])|x(?=([a-z0-9]+)))")
_CHEAPEST: Final = re.compile(rf"cheap(?:est)?(?:\s+first)?{_END}")


@dataclass(frozen=True, slots=True)
class Misread:
    """A word that cannot be read, as it was typed; `start`: where it begins. `example`: how it could be said."""

    word: str
    start: int
    problem: str
    example: str


class _Stuck(Exception):
    """What follows at `at` is wrong."""

    def __init__(self, at: int, problem: str, example: str = USUAL_EXAMPLE) -> None:
        super().__init__(problem)
        self.at, self.problem, self.example = at, problem, example


def parse(text: str) -> Search | Misread:
    """Any text at all."""
    if len(text) > LONGEST:
        return Misread(text[:16], 0, f"a search has at most {LONGEST:,} characters", USUAL_EXAMPLE)
    line = _Line(plain_letters(text))
    try:
        return line.read()
    except _Stuck as stuck:
        found = re.compile(rf"(?:{_MARK})?\s*{_WORD.pattern}").match(text, stuck.at)
        word = found[0] if found else text[stuck.at : stuck.at + 2]
        return Misread(word, stuck.at, stuck.problem, stuck.example)


class _Line:
    """A line that is read from left to right. Each reader takes what it knows at `at`, or says that it is not its own."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.search = Search()

    def read(self) -> Search:
        readers = (
            self._identity, self._bounded, self._negated, self._sort, self._lead, self._price, self._figure, self._count,
            self._times, self._gpu, self._quantity, self._flag, self._place, self._coin, self._filling,
        )  # fmt: skip
        while self._more():
            before = self.at
            if not any(reader() for reader in readers):
                self._unknown()
            assert self.at > before
        return self.search

    def _more(self) -> bool:
        if skipped := _SKIP.match(self.text, self.at):
            self.at = skipped.end()
        return self.at < len(self.text)

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    # --- bounds ---

    def _bounded(self) -> bool:
        """`<2/gpu`, `>98%`, `at least 64 GB RAM`."""
        begin = self.at
        found = self._take(_SIGN) or self._take(_SPOKEN)
        if found is None:
            return False
        self._amount(words.sign(found[1]), begin)
        return True

    def _price(self) -> bool:
        """`price<2`, `price: 2/gpu`."""
        begin = self.at
        found = self._take(_PRICE)
        if found is None:
            return False
        sign = self._any_sign() or Sign.AT_MOST
        self._amount(sign, begin, a_price=True, per_gpu=found[2] is not None)
        return True

    def _any_sign(self) -> Sign | None:
        """The sign that may follow a name; a colon leaves it open."""
        there = re.compile(r"[\s:]*").match(self.text, self.at)
        self.at = there.end() if there else self.at
        found = self._take(_SIGN) or self._take(_SPOKEN)
        return words.sign(found[1]) if found else None

    def _figure(self) -> bool:
        """`ram>=64`, `ram 64`, `ram64`, `cuda:12.4`, `ram 64-128`."""
        begin = self.at
        found = self._take(_KEY)
        if found is None:
            return False
        figure = words.key(found[1])
        if figure is Figure.COUNT and (card := re.compile(r"\s*[:=]?\s*([a-z0-9]+)").match(self.text, self.at)):
            if starts_gpu(card[1]):  # gpus: 4090
                return True
        sign = self._any_sign()
        amount = self._take(_QUANTITY)
        if amount is None:
            if figure is Figure.COUNT and sign is None and found[1] != "x":
                return True  # a mere "gpus"
            raise _Stuck(begin, f"{found[1]} needs a number", words.EXAMPLES[figure])
        self._bound(figure, sign, amount, begin)
        return True

    def _bound(self, figure: Figure, sign: Sign | None, amount: re.Match[str], begin: int) -> None:
        factor = self._unit(figure)
        plus = self.text[self.at : self.at + 1] == "+" and not self.text[self.at + 1 : self.at + 2].strip()
        signs = (sign or (Sign.AT_LEAST if plus else MEASURES[figure].usual),)
        if amount[3]:
            signs = (Sign.AT_LEAST, Sign.AT_MOST)
        for value, each in zip((amount[2], amount[3]), signs, strict=False):
            limit = Limit(figure, each, self._value(figure, value, factor, begin))
            self.search = self.search.with_limit(limit)

    def _value(self, figure: Figure, text: str, factor: int, begin: int) -> Decimal | Version:
        example = words.EXAMPLES[figure]
        value, most = words.number(text), MEASURES[figure].most
        if value is None:
            raise _Stuck(begin, f"{text} can be read in more than one way", example)
        if figure is Figure.CUDA:
            major, _, minor = text.partition(".")
            if value > most or len(minor) > 3:
                raise _Stuck(begin, f"{text} is no version of CUDA", example)
            return Version(int(major or "0"), int(minor) if minor else None)
        value *= factor
        if figure is Figure.RELIABILITY and 0 < value < 1:
            value *= 100  # as CLORE.AI's own figure has it
        if value > most:
            raise _Stuck(begin, f"{figure} goes up to {most:,}{MEASURES[figure].unit}", example)
        if figure is Figure.COUNT and value != value.to_integral_value():
            raise _Stuck(begin, "GPUs are counted in whole numbers", example)
        return value

    def _unit(self, figure: Figure) -> int:
        units = words.UNITS.get(figure, {})
        found = _UNIT.match(self.text, self.at)
        if found is None or found[1] not in units:
            return 1
        self.at = found.end()
        return units[found[1]]

    # --- amounts without a name in front ---

    def _quantity(self) -> bool:
        """`2/gpu`, `$2`, `0.5 clore`, `98%`, `64 GB RAM`, `3 days`, or a number alone."""
        if not re.compile(r"\$?\s*\.?\d").match(self.text, self.at):
            return False
        self._amount(None, self.at)
        return True

    def _amount(self, sign: Sign | None, begin: int, *, a_price: bool = False, per_gpu: bool = False) -> None:
        amount = self._take(_QUANTITY)
        if amount is None:
            raise _Stuck(begin, "a number is missing here", "<2" if a_price else "<2 rel>98")
        if not a_price and not amount[1] and self._named_behind(sign, amount, begin):
            return
        unit_from = self.at
        coin, is_usd, by_gpu, by_hour = self._price_units()
        if sign is None and self.at == unit_from and not amount[1] and not a_price:
            self._alone(amount, begin)
        prices = (sign or Sign.AT_MOST,) if not amount[3] else (Sign.AT_LEAST, Sign.AT_MOST)
        for text, each in zip((amount[2], amount[3]), prices, strict=False):
            self._priced(Price(each, self._sum(text, begin), coin, by_gpu or per_gpu, by_hour), begin)
        assert coin is None or not is_usd

    def _named_behind(self, sign: Sign | None, amount: re.Match[str], begin: int) -> bool:
        """`64 GB RAM`, `98%`, `3 days`: the name, or a unit that stands for one, follows its number."""
        here = self.at
        found = _UNIT.match(self.text, self.at)
        unit = found[1] if found else ""
        if found and unit == "%":
            self._bound(Figure.RELIABILITY, sign, amount, begin)
            self._skip_name(Figure.RELIABILITY)
            return True
        for after in (here, found.end() if found else here):
            name = re.compile(rf"\s*(?:of\s+)?{_KEY.pattern}(?!\s*(?:{_MARK}|:|\d))").match(self.text, after)
            if name is None:
                continue
            figure = words.key(name[1])
            if after != here and unit not in words.UNITS.get(figure, {}):
                continue
            if after == here and name[1] == unit and unit in words.HOURS and len(unit) == 1:
                continue
            self._bound(figure, sign, amount, begin)
            self.at = max(self.at, name.end())
            return True
        if found and unit in words.HOURS:
            self._bound(Figure.LENGTH, sign, amount, begin)
            return True
        if found and unit in words.UNITS[Figure.DISK] | words.UNITS[Figure.DOWN] and unit not in words.COINS:
            raise _Stuck(begin, f"{amount[2]} {unit} of what? RAM, VRAM, disk, download or upload", "ram>=64")
        return False

    def _skip_name(self, figure: Figure) -> None:
        name = re.compile(rf"\s*{_KEY.pattern}(?!\s*(?:{_MARK}|:|\d))").match(self.text, self.at)
        if name and words.key(name[1]) is figure:
            self.at = name.end()

    def _price_units(self) -> tuple[str | None, bool, bool, bool]:
        """The coin (`None` for dollars), whether dollars were named, per GPU, per hour."""
        coin: str | None = None
        is_usd = per_gpu = per_hour = False
        behind = True
        while True:
            if behind and (found := self._take(_COIN)):
                named = words.COINS[found[1]]
                is_usd = named == words.USD
                coin, behind = None if is_usd else named, False
                continue
            found = _PER.match(self.text, self.at)
            if found is None:
                return coin, is_usd, per_gpu, per_hour
            if found[1] in words.PER_GPU:
                per_gpu = True
            elif found[1] in words.PER_HOUR:
                per_hour = True
            elif found[1] not in words.PER_DAY | words.PER_MACHINE:
                if found[0].lstrip().startswith("/"):
                    raise _Stuck(
                        found.start(1), f"a price cannot be per {found[1]}: per GPU or per hour", "<2/gpu <0.1/h"
                    )
                return coin, is_usd, per_gpu, per_hour
            self.at = found.end()
            behind = behind and found[0].lstrip().startswith("/") and self.text[self.at : self.at + 1].isalnum()

    def _alone(self, amount: re.Match[str], begin: int) -> None:
        """Whether a number alone can be a price."""
        digits = amount[2]
        if digits.isdigit() and len(digits) >= 5:
            raise _Stuck(begin, f"{digits} alone can be many things; a server is named with id:", f"id:{digits[:12]}")

    def _sum(self, text: str, begin: int) -> Decimal:
        value = words.number(text)
        if value is None:
            raise _Stuck(begin, f"{text} can be read in more than one way", "<1000 or <1.5")
        if not value:
            raise _Stuck(begin, "a price is above zero", "<2")
        return value

    def _priced(self, price: Price, begin: int) -> None:
        if price.coin and any(each.coin not in {None, price.coin} for each in self.search.prices):
            raise _Stuck(begin, "one search has prices in one coin, or in USD", "<0.0001btc")
        self.search = self.search.with_price(price)

    # --- counts and cards ---

    def _count(self) -> bool:
        """`x4`, `x>=4`, `x2-4`, `x4+`."""
        begin = self.at
        found = self._take(_COUNT)
        if found is None:
            return False
        self._counted(found[2], found[3], words.sign(found[1]) if found[1] else None, found[4] is not None, begin)
        return True

    def _times(self) -> bool:
        """`4x`, `4x4090`."""
        begin = self.at
        found = _TIMES.match(self.text, begin)
        if found is None or (found[4] and not starts_gpu(found[4]) and found[4] not in SERIES):
            return False
        self.at = found.end()
        self._counted(found[1], found[2], None, found[3] is not None, begin)
        return True

    def _counted(self, least: str, most: str | None, sign: Sign | None, more: bool, begin: int) -> None:
        signs = (Sign.AT_LEAST, Sign.AT_MOST) if most else (sign or (Sign.AT_LEAST if more else Sign.IS),)
        for text, each in zip((least, most or ""), signs, strict=False):
            self.search = self.search.with_limit(Limit(Figure.COUNT, each, self._value(Figure.COUNT, text, 1, begin)))

    def _gpu(self) -> bool:
        """A card, as far as its name goes: `rtx 4070 ti super`, `a100-80gb`."""
        begin = self.at
        parts = list(self._chunks(begin))
        first = next((place for place, (word, _) in enumerate(parts) if word not in SERIES and word != "pro"), None)
        if first is None or not starts_gpu(parts[first][0]):
            if parts and parts[0][0] in SERIES - words.FILLING:
                raise _Stuck(begin, f"which {parts[0][0].upper()}?", "rtx 4090")
            return False
        if first == 0 and self._rather_a_price(parts[0]):
            return False
        last = first
        while last + 1 < len(parts) and self._goes_on(parts[first][0], parts[last], parts[last + 1]):
            last += 1
        self._named(self.text[begin : parts[last][1]], begin)
        self.at = parts[last][1]
        return True

    def _chunks(self, at: int) -> Iterator[tuple[str, int]]:
        """The next few words with letters and digits only, and where each ends."""
        for _ in range(8):
            found = re.compile(r"[ \t-]?([a-z0-9]+)(?!\.\d|[^\W_])").match(self.text, at)
            if found is None:
                return
            at = found.end()
            yield found[1], at

    def _goes_on(self, core: str, last: tuple[str, int], further: tuple[str, int]) -> bool:
        """Whether the next word still belongs to the card: `ti`, `80gb`, and the `100` of `p106-100`."""
        dashed = self.text[last[1] : last[1] + 1] == "-" and further[0].isdigit() and core[0].isalpha()
        return goes_on_gpu(further[0]) or (dashed and len(further[0]) <= 3)

    def _rather_a_price(self, first: tuple[str, int]) -> bool:
        """`1000 clore`, `5000/h`: a number that a price's unit follows; but `4090 usd` is a card and a coin."""
        word, end = first
        if not word.isdigit():
            return False
        if self.text[end : end + 1] in {"/", "$", "%"}:
            return True
        return re.fullmatch(r"[1-9]\d?00|1000", word) is not None and _COIN.match(self.text, end) is not None

    def _named(self, text: str, begin: int) -> None:
        gpu = gpu_name(text)
        if gpu is None:
            raise _Stuck(begin, "no such card", "rtx 4090")
        self.search = self.search.with_gpu(gpu)
        self._few(self.search.gpus, "GPU models", begin)

    # --- words ---

    def _identity(self) -> bool:
        """`id:123`, `server 123`, `owner=5`."""
        begin = self.at
        found = self._take(_IDENTITY)
        if found is None:
            return False
        if len(found[2]) > 18:
            raise _Stuck(begin, "no server or owner has such a number", "id:1234")
        if found[1] in words.SERVER:
            self.search = self.search.with_server(ServerId(int(found[2])))
            self._few(self.search.servers, "servers", begin)
        else:
            self.search = self.search.with_owner(OwnerId(int(found[2])))
            self._few(self.search.owners, "owners", begin)
        return True

    def _lead(self) -> bool:
        """`in`, `country:`, `gpu:` and their like, in front of what says more."""
        found = _LEAD.match(self.text, self.at)
        if found is None:
            return False
        if found[1] in words.LEADS_PLACE and ":" not in found[0] and "=" not in found[0]:
            if self._place_at(found.end()) is None:
                return False
        elif ":" not in found[0] and "=" not in found[0]:
            return False
        if found[1] in words.LEADS_GPU and re.compile(r"\d{1,3}(?![\w.])").match(self.text, found.end()):
            return False
        self.at = found.end()
        return True

    def _negated(self) -> bool:
        """`!cn`, `-cn`, `not in china`."""
        begin = self.at
        found = _NEGATED.match(self.text, begin)
        if found is None:
            return False
        place = self._place_at(found.end())
        if place is None:
            raise _Stuck(begin, "only a country or region can be left out", "!cn")
        word, self.at = place
        self.search = self.search.with_place(word, out=True)
        self._few(self.search.not_places, "places", begin)
        return True

    def _place(self) -> bool:
        begin = self.at
        place = self._place_at(begin)
        if place is None:
            return False
        word, self.at = place
        self.search = self.search.with_place(word)
        self._few(self.search.places, "places", begin)
        return True

    def _place_at(self, at: int) -> tuple[str, int] | None:
        """The longest name of a place that begins here, and where it ends."""
        ends, end = [], at
        while len(ends) < MOST_WORDS and (word := _LETTERS.match(self.text, end)):
            ends.append(word.end())
            blank = re.compile(r"[ \t]+").match(self.text, word.end())
            end = blank.end() if blank else len(self.text)
        for end in reversed(ends):
            name = " ".join(self.text[at:end].split())
            found = place_of(name) or place_of(name.replace("-", " ")) or place_of(name.replace(".", ""))
            if found and not re.compile(r"\d").match(self.text, end):
                return found, end
        return None

    def _sort(self) -> bool:
        """`sort:price`, `sort:-rel`, `sort by ram desc`."""
        begin = self.at
        if self._take(_CHEAPEST):
            self.search = replace(self.search, sort=Sort(SortKey.PRICE))
            return True
        found = _SORT.match(self.text, begin)
        if found is None:
            if re.compile(r"(?:sort|order)(?:ed|by)?(?![^\W_])").match(self.text, begin):
                raise _Stuck(begin, "sort by what?", "sort:price")
            return False
        key = words.SORTS.get(found[2])
        if key is None:
            near = ", ".join(SortKey)
            raise _Stuck(found.start(2), f"machines cannot be sorted by {found[2]}; they can by {near}", "sort:price")
        downward = found[1] == "-" or found[3] in words.DOWNWARD
        turned = found[3] in words.DOWNWARD | words.UPWARD
        self.at = found.end() if turned or found[3] is None else found.end(2)
        self.search = replace(self.search, sort=Sort(key, downward))
        return True

    def _flag(self) -> bool:
        found = re.compile(rf"({alternatives(*_FLAGS)}){_END}").match(self.text, self.at)
        if found is None:
            return False
        word = words.joined(found[1])
        if word in words.SPOT or word in words.ON_DEMAND:
            self.search = replace(self.search, spot=word in words.SPOT)
        else:
            shown = Shown.FREE if word in words.FREE else Shown.RENTED if word in words.RENTED else Shown.ALL
            self.search = replace(self.search, shown=shown)
        self.at = found.end()
        return True

    def _coin(self) -> bool:
        found = self._take(_COIN)
        if found is None:
            return False
        self.search = self.search.with_coin(words.COINS[found[1]])
        return True

    def _filling(self) -> bool:
        found = re.compile(rf"({alternatives(*words.FILLING)}){_END}").match(self.text, self.at)
        if found is None:
            return False
        self.at = found.end()
        return True

    def _few(self, items: tuple[object, ...], what: str, begin: int) -> None:
        if len(items) > MOST_OF_A_KIND:
            raise _Stuck(begin, f"a search has at most {MOST_OF_A_KIND} {what}")

    def _unknown(self) -> None:
        found = _WORD.match(self.text, self.at)
        word = found[0] if found else self.text[self.at]
        near = words.nearest(word)
        if near is None:
            raise _Stuck(self.at, "this word is not known here")
        end = self.at + len(word)
        mended = self.text[: self.at] + near + self.text[end:]
        raise _Stuck(
            self.at, f"this word is not known here; maybe {near}", mended if len(mended) <= _LONGEST_ECHO else near
        )


_FLAGS: Final = (*words.FREE, *words.RENTED, *words.ALL, *words.SPOT, *words.ON_DEMAND)
