"""How far and when a spot bid can be lowered, by what CLORE.AI has said and what it took before.

CLORE.AI lets a bid be lowered once in 600 seconds, and by so much at a time. The refusals name the rest: how long to wait
(`time_to_lowering`) and the lowest price that is allowed now (`max_step`, a price and no step). A refusal changes nothing
and costs nothing, so what is not known yet is found out by one try at the price that is wanted, never by trying ever lower.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING
from enum import Enum
from typing import Final

from bot.domain.ledger import Cause, Ending, Result
from bot.domain.money import Money, round_up

PAUSE: Final = timedelta(seconds=600)
"""Between two lowerings of one bid (API reference, set_spot_price). Raising has no known limit."""


@dataclass(frozen=True, slots=True)
class Floor:
    """`lowest`: the lowest price that CLORE.AI named for a bid of `bid`."""

    bid: Money
    lowest: Money


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of lowering one bid.

    `free_at`: not to be lowered before; `None`: nothing is known that stands against it. `floor`: as it was named last.
    `step`: how far a bid could be lowered at once, by the last floor that was no minimum of the host, or by a lowering
    that went further; `None`: nobody knows.
    """

    free_at: datetime | None = None
    floor: Floor | None = None
    step: Money | None = None


class Basis(Enum):
    """Where the floor of the next step comes from."""

    NAMED = "named"  # by CLORE.AI, for this very bid
    EXPECTED = "expected"  # from the step it allowed at another bid; a refusal puts it right
    UNKNOWN = "unknown"  # never named: the next step is a try at the target, and its refusal names the floor


@dataclass(frozen=True, slots=True)
class Plan:
    """The next lowering: to `price`, not before `at`, on the way to `target`.

    `steps`: how many lowerings it takes with this one, and `done_at` when the last one is due; `None`: not known, or never
    at what is allowed now. `floor`: the lowest price of the next step, where it is known.
    """

    target: Money
    price: Money
    at: datetime
    basis: Basis
    floor: Money | None = None
    steps: int | None = None

    @property
    def done_at(self) -> datetime | None:
        return None if self.steps is None else self.at + PAUSE * (self.steps - 1)

    def due(self, now: datetime) -> bool:
        return now >= self.at


def plan(known: Known, bid: Money, target: Money, now: datetime, *, minimum: Money | None = None) -> Plan | None:
    """The way from `bid` down to `target`, or to the host's minimum where that is higher; `None`: there is none.

    `minimum` `None`: not known; CLORE.AI refuses what is below it. All in one coin: `CurrencyMismatch` otherwise.
    """
    end = round_up(target)
    if minimum is not None and (least := round_up(minimum)) > end:
        end = least
    if end >= bid:
        return None
    at = now if known.free_at is None else max(known.free_at, now)
    floor, basis = _floor(known, bid)
    if floor is None:
        return Plan(end, end, at, basis)
    price = max(end, round_up(floor), key=lambda money: money.amount)
    if price >= bid:
        return None
    return Plan(end, price, at, basis, floor, _steps(known.step, bid, price, end))


def _floor(known: Known, bid: Money) -> tuple[Money | None, Basis]:
    if known.floor is not None and known.floor.bid == bid:
        return known.floor.lowest, Basis.NAMED
    if known.step is not None:
        return bid - known.step, Basis.EXPECTED
    return None, Basis.UNKNOWN


def _steps(step: Money | None, bid: Money, price: Money, end: Money) -> int | None:
    if price <= end:
        return 1
    step = bid - price if step is None else step
    return 1 + int(((price - end).amount / step.amount).to_integral_value(ROUND_CEILING))


def heard(
    known: Known, was: Money, price: Money, result: Result, at: datetime, *, minimum: Money | None = None
) -> Known:
    """After the answer to a change from `was` to `price`, which came `at`. A raise teaches nothing.

    Gone through in order, the changes of a bid in the ledger say all that is known of lowering it. `minimum`: the host's.
    """
    if price >= was:
        return known
    match result.ending, result.cause:
        case Ending.DONE, _:
            return lowered(known, was, price, at)
        case Ending.UNKNOWN, _:  # it may have been done
            return replace(known, free_at=at + PAUSE)
        case _, Cause.STEP_TOO_BIG if result.limit is not None:
            return floor_named(known, was, result.limit, minimum)
        case _, Cause.TOO_SOON if result.wait is not None:
            return too_soon(known, result.wait, at)
        case _, cause:
            return known if cause in NOT_JUDGED else refused(known, at)


NOT_JUDGED: Final = frozenset(
    {Cause.BUSY, Cause.UNREACHABLE, Cause.OVERTAKEN, Cause.TOO_LATE, Cause.KEY_REJECTED, Cause.NO_OFFER}
)
"""Whoever is refused for one of these has not been told whether the price would do."""


def lowered(known: Known, was: Money, price: Money, at: datetime) -> Known:
    """After a lowering from `was` to `price`. `at`: when it was certainly through; the time until the next runs from then."""
    known = replace(known, free_at=at + PAUSE)
    went = was - price
    further = known.step is None or went > known.step
    return replace(known, step=went) if known.step is not None and further else known


def too_soon(known: Known, wait: timedelta, now: datetime) -> Known:
    """CLORE.AI refused: it can be lowered again after `wait`."""
    return replace(known, free_at=now + max(wait, timedelta(0)))


def floor_named(known: Known, bid: Money, lowest: Money, minimum: Money | None = None) -> Known:
    """CLORE.AI refused: a bid of `bid` can be lowered to `lowest`, not further.

    A floor at the host's `minimum` says nothing of how far a step may go elsewhere.
    """
    known = replace(known, floor=Floor(bid, lowest))
    if lowest >= bid or (minimum is not None and round_up(lowest) == round_up(minimum)):
        return known
    return replace(known, step=bid - lowest)


def refused(known: Known, now: datetime) -> Known:
    """CLORE.AI refused without a figure: whatever it was, it is not tried again before the longest wait is over."""
    return replace(known, free_at=now + PAUSE)
