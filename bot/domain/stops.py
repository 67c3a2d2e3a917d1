"""Conditions under which a rental is to be ended, and whether the moment has come: warned of before, never by old data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Final, assert_never

from bot.domain.money import Money
from bot.domain.rental import FREE_OF_CREATION_FEE, Order
from bot.domain.spending import FOREVER, runway

WARN_BEFORE: Final = timedelta(minutes=15)
LATEST: Final = timedelta(minutes=10)
"""A time that passed longer ago, while the bot was away, is not acted on: a person is asked."""
PATIENCE: Final = timedelta(minutes=8)
"""While CLORE.AI does not answer, a time that has come waits so long for it: a cancellation would only fail."""
SECOND_READING: Final = timedelta(seconds=30)
"""Between the reading that shows a cost or a runway reached and the one that confirms it: one bad answer ends nothing."""


@dataclass(frozen=True, slots=True)
class AtTime:
    at: datetime


@dataclass(frozen=True, slots=True)
class AtCost:
    """What the rental has cost altogether, with its fees, in its own coin."""

    limit: Money


@dataclass(frozen=True, slots=True)
class AtRunway:
    """How long a coin lasts at its burn, all rentals of the account together."""

    currency: str
    left: timedelta


Condition = AtTime | AtCost | AtRunway


@dataclass(frozen=True, slots=True)
class Terms:
    """A condition as its row keeps it: one of the three. `changes` counts how often it was set anew."""

    time: AtTime | None = None
    cost: AtCost | None = None
    runway: AtRunway | None = None
    changes: int = 0

    @property
    def condition(self) -> Condition:
        found = self.time or self.cost or self.runway
        if found is None:
            raise ValueError("terms without a condition")
        return found


def terms(condition: Condition, changes: int = 0) -> Terms:
    match condition:
        case AtTime():
            return Terms(time=condition, changes=changes)
        case AtCost():
            return Terms(cost=condition, changes=changes)
        case AtRunway():
            return Terms(runway=condition, changes=changes)
    assert_never(condition)


@dataclass(frozen=True, slots=True)
class Seen:
    """What CLORE.AI showed last of one rental and of one coin.

    `order` is `None` where the last answer does not list it as open; `in_question`: a second answer has yet to confirm
    that. `waiting`: a bid that burns nothing. `balance`, `burn`: of the coin, `burn` per day with fees; `None`: not known,
    or nothing burns. `answering`: CLORE.AI gave something when it was last asked.
    """

    order: Order | None = None
    in_question: bool = False
    waiting: bool = False
    orders_at: datetime | None = None
    wallets_at: datetime | None = None
    balance: Money | None = None
    burn: Money | None = None
    answering: bool = True


@dataclass(frozen=True, slots=True)
class Outlook:
    """How far a condition is. `due`: when it is met at the present pace; `None`: not known, or not at this pace."""

    due: datetime | None = None
    cost: Money | None = None
    lasts: timedelta | None = None
    read_at: datetime | None = None
    reached: bool = False


class Step(Enum):
    NOTHING = "nothing"
    WARN = "warn"
    ACT = "act"
    ASK = "ask"  # too late to act without a question
    OVER = "over"  # the rental has ended


@dataclass(frozen=True, slots=True)
class Verdict:
    """`measured`: fresh readings were there to judge by. `sign`: the time of those, where they show the condition met."""

    step: Step
    due: datetime | None = None
    sign: datetime | None = None
    measured: bool = False


def judge(
    condition: Condition,
    seen: Seen,
    now: datetime,
    *,
    since: datetime,
    stale_after: timedelta,
    warned: bool = False,
    sign: datetime | None = None,
) -> Verdict:
    """What is to be done now. `since`: when it was armed; `sign`: the earlier reading that showed it met.

    A time needs no data, but the rental must be listed. Cost and runway are judged by readings not older than
    `stale_after`, and met only where two of them say so.
    """
    if seen.order is None:
        gone = not seen.in_question and seen.orders_at is not None and seen.orders_at > since
        return Verdict(Step.OVER if gone else Step.NOTHING)
    if isinstance(condition, AtTime):
        return Verdict(_by_time(condition.at, now, answering=seen.answering, warned=warned), condition.at)
    found = outlook(condition, seen)
    if found.read_at is None or not timedelta(0) <= now - found.read_at <= stale_after:
        return Verdict(Step.NOTHING)
    met = found.read_at if found.reached else None
    if met is not None and warned and sign is not None and met - sign >= SECOND_READING:
        return Verdict(Step.ACT, found.due, met, measured=True)
    near = found.due is not None and found.due - now <= WARN_BEFORE
    return Verdict(Step.WARN if near and not warned else Step.NOTHING, found.due, met, measured=True)


def _by_time(at: datetime, now: datetime, *, answering: bool, warned: bool) -> Step:
    late = now - at
    if late < timedelta(0):
        return Step.WARN if -late <= WARN_BEFORE and not warned else Step.NOTHING
    if late > LATEST:
        return Step.ASK
    return Step.ACT if answering or late >= PATIENCE else Step.NOTHING


def outlook(condition: Condition, seen: Seen) -> Outlook:
    """By the last reading, however old that is."""
    match condition:
        case AtTime(at):
            return Outlook(due=at)
        case AtCost(limit):
            return _of_cost(limit, seen)
        case AtRunway():
            return _of_runway(condition, seen)
    assert_never(condition)


def cost_so_far(order: Order, at: datetime, *, waiting: bool) -> Money | None:
    """What CLORE.AI has billed, with the fee, and the creation fee once that is due. `None`: it does not say."""
    spent = order.spent_with_fee
    if spent is None or waiting or order.creation_fee_avoidable(at):
        return spent
    return spent + _creation_fee(order, spent.currency)


def extended(condition: Condition, hours: int, order: Order | None, now: datetime) -> Condition | None:
    """So many hours later. `None`: not possible (a runway of less than nothing, a cost whose price is not known)."""
    span = timedelta(hours=hours)
    match condition:
        case AtTime(at):
            return AtTime(max(at, now) + span)
        case AtCost(limit):
            if order is None or order.price.currency != limit.currency:
                return None
            return AtCost(limit + order.cost_per_hour * hours)
        case AtRunway(currency, left):
            return AtRunway(currency, left - span) if left > span else None
    assert_never(condition)


def _creation_fee(order: Order, coin: str) -> Money:
    fee = order.creation_fee
    return fee if fee is not None and fee.currency == coin else Money(Decimal(0), coin)


def _of_cost(limit: Money, seen: Seen) -> Outlook:
    order, read_at = seen.order, seen.orders_at
    if order is None or read_at is None or order.price.currency != limit.currency:
        return Outlook()
    cost = cost_so_far(order, read_at, waiting=seen.waiting)
    if cost is None or cost.currency != limit.currency:
        return Outlook()
    reached = cost >= limit
    due = read_at if reached else _cost_due(limit - cost, order, read_at, waiting=seen.waiting)
    return Outlook(due=due, cost=cost, read_at=read_at, reached=reached)


def _cost_due(missing: Money, order: Order, read_at: datetime, *, waiting: bool) -> datetime | None:
    """The creation fee comes on top where its free minutes end before that."""
    if waiting:
        return None
    due = _after(read_at, runway(missing, order.cost_per_day))
    free_until = order.created_at + FREE_OF_CREATION_FEE
    if read_at >= free_until or (due is not None and due <= free_until):
        return due
    rest = missing - _creation_fee(order, missing.currency)
    with_it = _after(read_at, runway(rest, order.cost_per_day))
    return with_it if with_it is None else max(with_it, free_until)


def _of_runway(condition: AtRunway, seen: Seen) -> Outlook:
    if seen.balance is None or seen.wallets_at is None or seen.orders_at is None:
        return Outlook()
    lasts = runway(seen.balance, seen.burn)
    if lasts is None:
        return Outlook()
    read_at = min(seen.wallets_at, seen.orders_at)
    reached = lasts <= condition.left
    due = read_at if reached else _after(seen.wallets_at, None if lasts >= FOREVER else lasts - condition.left)
    return Outlook(due=due, lasts=lasts, read_at=read_at, reached=reached)


def _after(moment: datetime, span: timedelta | None) -> datetime | None:
    """`None`: not within ten years."""
    return None if span is None or span >= FOREVER else moment + span
