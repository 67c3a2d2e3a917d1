"""Setting a stop condition: what is offered, what is typed, and why one is not taken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Final, assert_never

from bot.domain.money import SYMBOLS, USD, Money, Rates, round_down, round_up
from bot.domain.rental import Order
from bot.domain.stops import AtCost, AtRunway, AtTime, Condition, Seen, outlook

TIME_HOURS: Final = (1, 3, 6, 12, 24)
RUNWAY_HOURS: Final = (1, 6)
COST_HOURS: Final = (1, 3, 6, 12, 24, 48, 72, 168, 336, 720)
"""Costs are offered as what so many hours cost altogether."""
COSTS_OFFERED: Final = 2
LONGEST_RUNWAY: Final = timedelta(days=365)

_CLOCK: Final = re.compile(r"(?:(\d{4})-(\d{1,2})-(\d{1,2})[\sT]+)?(\d{1,2}):(\d{2})(?:\s*(?:UTC|Z))?", re.IGNORECASE)
_SPAN: Final = re.compile(r"(?:in\s+)?((?:\d{1,5}(?:[.,]\d{1,3})?\s*[a-z]+[\s,]*)+)", re.IGNORECASE)
_PIECE: Final = re.compile(r"(\d{1,5}(?:[.,]\d{1,3})?)\s*([a-z]+)", re.IGNORECASE)
_AMOUNT: Final = re.compile(r"(\$)?\s*(\d{1,12}(?:[.,]\d{1,18})?|[.,]\d{1,18})\s*([^\s\d.,]\S{0,31})?")
_SECONDS: Final = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3_600),
    **dict.fromkeys(("d", "day", "days"), 86_400),
}
_COINS: Final = {
    **{name.casefold(): name for name in SYMBOLS},
    **{said.casefold(): name for name, said in SYMBOLS.items()},
}


class StopProblem(Enum):
    """Why a condition is not taken; nothing was set then."""

    NOT_A_TIME = "not a time"
    PAST = "in the past"
    AFTER_END = "after its end"
    NOT_AN_AMOUNT = "not an amount"
    NO_COIN = "no coin named"
    OTHER_COIN = "other coin"
    NO_RATE = "no rate"
    SPENT = "spent already"
    NOT_REPORTED = "cost not reported"
    NOT_A_SPAN = "not a span of time"
    TOO_LONG = "too long"
    SHORT = "runway is shorter already"
    SHORT_THEN = "runway too short with it"
    NO_RUNWAY = "runway not known"
    NOT_A_WISH = "no time, cost or runway"


@dataclass(frozen=True, slots=True)
class Preset:
    """A condition that is offered. `word`: what its button carries."""

    word: str
    hours: int
    condition: Condition


@dataclass(frozen=True, slots=True)
class Typed:
    """A condition that was read. `dollars`: what was typed, where it was turned into the rental's coin."""

    condition: Condition
    dollars: Money | None = None


def presets(order: Order, seen: Seen, now: datetime) -> tuple[Preset, ...]:
    """Those that can be set now: times before its end, costs and runways that are not reached."""
    times = [Preset(f"t{hours}", hours, AtTime(now + timedelta(hours=hours))) for hours in TIME_HOURS]
    costs = [Preset(f"c{hours}", hours, _cost_of(order, hours)) for hours in COST_HOURS]
    runways = [
        Preset(f"r{hours}", hours, AtRunway(order.price.currency, timedelta(hours=hours))) for hours in RUNWAY_HOURS
    ]
    possible = [
        [each for each in offered if problem(each.condition, order, seen, now) is None]
        for offered in (times, costs, runways)
    ]
    return (*possible[0], *possible[1][:COSTS_OFFERED], *possible[2])


def preset(word: str, order: Order, now: datetime) -> Condition | None:
    """The condition of a button; `None`: there is no such button."""
    kind, digits = word[:1], word[1:]
    hours = int(digits) if digits.isascii() and digits.isdecimal() else 0
    if kind == "t" and hours in TIME_HOURS:
        return AtTime(now + timedelta(hours=hours))
    if kind == "c" and hours in COST_HOURS:
        return _cost_of(order, hours)
    if kind == "r" and hours in RUNWAY_HOURS:
        return AtRunway(order.price.currency, timedelta(hours=hours))
    return None


def problem(condition: Condition, order: Order, seen: Seen, now: datetime) -> StopProblem | None:
    """Why this cannot be set: above all, what is met already would end the rental at once."""
    match condition:
        case AtTime(at):
            if at <= now:
                return StopProblem.PAST
            return StopProblem.AFTER_END if at >= order.ends_at else None
        case AtCost():
            found = outlook(condition, seen)
            if found.cost is None:
                return StopProblem.NOT_REPORTED
            return StopProblem.SPENT if found.reached else None
        case AtRunway():
            found = outlook(condition, seen)
            if found.lasts is None:
                return StopProblem.NO_RUNWAY
            return StopProblem.SHORT if found.reached else None
    assert_never(condition)


def read_time(text: str, now: datetime) -> Typed | StopProblem:
    """`14:30` or `2026-03-01 14:30` in UTC, `in 90 min`, `3h`; a bare time of day is the next one."""
    words = " ".join(text.split())
    if clock := _CLOCK.fullmatch(words):
        at = _at_clock(clock, now)
        return StopProblem.NOT_A_TIME if at is None else Typed(AtTime(at))
    span = read_span(words)
    return StopProblem.NOT_A_TIME if span is None else Typed(AtTime(now + span))


def read_cost(text: str, order: Order, rates: Rates | None) -> Typed | StopProblem:
    """`2 usd` or `0.0001 btc`. Dollars are turned into the rental's coin, rounded down to its unit."""
    coin = order.price.currency
    money = read_amount(text, coin)
    if isinstance(money, StopProblem) or money.currency == coin:
        return money if isinstance(money, StopProblem) else Typed(AtCost(money))
    converted = rates.convert(money, coin) if rates else None
    if converted is None:
        return StopProblem.NO_RATE
    limit = round_down(converted)
    return Typed(AtCost(limit), dollars=money) if limit.amount > 0 else StopProblem.NOT_AN_AMOUNT


def read_amount(text: str, coin: str | None) -> Money | StopProblem:
    """An amount in dollars, or in the rental's coin; in any coin where that is not chosen yet."""
    found = _AMOUNT.fullmatch(" ".join(text.split()))
    if found is None or (found[1] and found[3]):
        return StopProblem.NOT_AN_AMOUNT
    amount = Decimal(found[2].replace(",", "."))
    if amount <= 0:
        return StopProblem.NOT_AN_AMOUNT
    named = USD if found[1] else _coin(found[3], coin)
    if named is None:
        return StopProblem.NO_COIN if found[3] is None else StopProblem.OTHER_COIN
    return Money(amount, named) if coin is None or named in {coin, USD} else StopProblem.OTHER_COIN


def read_runway(text: str, order: Order) -> Typed | StopProblem:
    """`6 h`, `90 min`, `2 days`, of the rental's coin."""
    span = read_span(" ".join(text.split()))
    if span is None:
        return StopProblem.NOT_A_SPAN
    return StopProblem.TOO_LONG if span > LONGEST_RUNWAY else Typed(AtRunway(order.price.currency, span))


def read_span(words: str) -> timedelta | None:
    """`90 min`, `1 h 30 min`, `1.5h`; at least a minute and at most ten years."""
    found = _SPAN.fullmatch(words)
    if found is None:
        return None
    seconds = Decimal(0)
    for piece in _PIECE.finditer(found[1]):
        size = _SECONDS.get(piece[2].casefold())
        if size is None:
            return None
        seconds += Decimal(piece[1].replace(",", ".")) * size
    return timedelta(seconds=int(seconds)) if 60 <= seconds <= 3_650 * 86_400 else None


def _cost_of(order: Order, hours: int) -> AtCost:
    return AtCost(round_up(order.cost_per_hour * hours))


def _at_clock(clock: re.Match[str], now: datetime) -> datetime | None:
    today = now.astimezone(UTC)
    year, month, day, hour, minute = clock.groups()
    try:
        if year is not None:
            return datetime(int(year), int(month), int(day), int(hour), int(minute), tzinfo=UTC)
        at = today.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    except ValueError:
        return None
    return at if at > now else at + timedelta(days=1)


def _coin(said: str | None, own: str | None) -> str | None:
    """The coin that a word names; without a word none, but where the rental is paid in dollars."""
    if said is None:
        return own if own == USD else None
    return own if own and said.casefold() == own.casefold() else _COINS.get(said.casefold())
