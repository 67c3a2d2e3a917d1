"""How a rental is to end, said before it is rented: the stop condition that is armed once its order is found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.domain.money import USD, Money, Rates, round_down
from bot.domain.rental import Order
from bot.domain.stop_setting import LONGEST_RUNWAY, StopProblem, Typed, read_amount, read_span, read_time
from bot.domain.stops import AtCost, AtRunway, AtTime, Condition

AFTER_HOURS: Final = (1, 3, 6, 12, 24, 72)
RUNWAY: Final = "runway"
"""The word before a span that says that the coin is to last so long."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One of the four. `after` counts from when the order is made (`ct`), also while a bid waits.

    `cost`: altogether with fees; in dollars where it was typed so, until `settled` turns it into the rental's coin and
    keeps what was typed in `dollars`.
    """

    after: timedelta | None = None
    at: datetime | None = None
    cost: Money | None = None
    runway: timedelta | None = None
    dollars: Money | None = None

    @property
    def typed(self) -> Wish:
        """As it was before it was settled."""
        return self if self.dollars is None else replace(self, cost=self.dollars, dollars=None)

    def condition(self, order: Order) -> Condition:
        """What is to be armed for this order."""
        if self.after is not None:
            return AtTime(_later(order.created_at, self.after))
        if self.at is not None:
            return AtTime(self.at)
        if self.cost is not None:
            return AtCost(self.cost)
        if self.runway is not None:
            return AtRunway(order.price.currency, self.runway)
        raise ValueError("a wish for nothing")


def offered(longest: timedelta | None) -> tuple[int, ...]:
    """The hours after which it can be ended. `longest`: its maximum length, where that is known."""
    return tuple(hours for hours in AFTER_HOURS if longest is None or timedelta(hours=hours) < longest)


def read_wish(text: str, now: datetime, coin: str | None) -> Wish | StopProblem:
    """`6 h` or `14:30` (UTC), `2 usd` or `0.0001 btc`, `runway 6 h`. `coin`: what the rental is paid in, once chosen."""
    words = " ".join(text.split())
    first, _, rest = words.partition(" ")
    if first.casefold() == RUNWAY:
        lasting = read_span(rest)
        if lasting is None:
            return StopProblem.NOT_A_SPAN
        return StopProblem.TOO_LONG if lasting > LONGEST_RUNWAY else Wish(runway=lasting)
    span = read_span(words)
    if span is not None:
        return Wish(after=span)
    clock = read_time(words, now)
    if isinstance(clock, Typed) and isinstance(clock.condition, AtTime):
        return Wish(at=clock.condition.at)
    cost = read_amount(words, coin)
    if isinstance(cost, Money):
        return Wish(cost=cost)
    return StopProblem.NOT_A_WISH if cost is StopProblem.NOT_AN_AMOUNT else cost


def untimely(wish: Wish, now: datetime, longest: timedelta | None) -> StopProblem | None:
    """Why its time makes no sense: it is past, or the rental ends by itself before."""
    if wish.at is not None and wish.at <= now:
        return StopProblem.PAST
    span = wish.after if wish.after is not None else wish.at - now if wish.at is not None else None
    return StopProblem.AFTER_END if span is not None and longest is not None and span >= longest else None


def settled(
    wish: Wish,
    coin: str,
    now: datetime,
    *,
    longest: timedelta | None,
    lasts: timedelta | None,
    rates: Rates | None,
) -> Wish | StopProblem:
    """As it can be armed for a rental in this coin, or why not: what is met at once would end it at once.

    `longest`: its maximum length; `lasts`: how long the coin lasts with it, `None` where that is not known.
    """
    wrong = untimely(wish, now, longest)
    if wrong is not None:
        return wrong
    if wish.cost is not None:
        return _in_coin(wish, wish.cost, coin, rates)
    if wish.runway is not None and lasts is None:
        return StopProblem.NO_RUNWAY
    if wish.runway is not None and lasts is not None and lasts <= wish.runway:
        return StopProblem.SHORT_THEN
    return wish


def _in_coin(wish: Wish, cost: Money, coin: str, rates: Rates | None) -> Wish | StopProblem:
    """Dollars are turned into the rental's coin, rounded down to its unit."""
    if cost.currency == coin:
        return wish
    if cost.currency != USD:
        return StopProblem.OTHER_COIN
    converted = rates.convert(cost, coin) if rates else None
    if converted is None:
        return StopProblem.NO_RATE
    limit = round_down(converted)
    return replace(wish, cost=limit, dollars=cost) if limit.amount > 0 else StopProblem.NOT_AN_AMOUNT


def _later(moment: datetime, span: timedelta) -> datetime:
    try:
        return moment + span
    except OverflowError:  # a beginning in the far future is a reply's mistake, not a reason to fail
        return datetime.max.replace(tzinfo=UTC)
