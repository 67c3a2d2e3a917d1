"""A bid's way down to a target that was confirmed once: what the next reading allows, and what each step came to.

It only ever lowers, never below the target, and only the bid that it knows: whatever else is found there ends it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.ids import OrderId, ServerId
from bot.domain.ledger import Cause, Ending, Result
from bot.domain.lowering import Known, Plan, heard, lowered, plan, refused, too_soon
from bot.domain.money import Money, Rates
from bot.domain.spot import Offer, SpotMarket, Winning, minimum_bid, winning_bid

AGAIN_AFTER: Final = timedelta(seconds=60)
"""Where a step was not heard, or nobody knows what became of it. The auction is read anew before."""


class Why(StrEnum):
    """Why it is over."""

    REACHED = "reached"
    GONE = "gone"  # the bid is in no list any more
    CHANGED = "changed"  # by somebody else: `limit` is what the bid is now
    OUTBID = "outbid"  # it does not hold the machine any more; `limit`: the bid that does, if any does
    RIVAL = "rival"  # a lower bid would lose the machine to the one of `limit`, which came after the question
    MINIMUM = "minimum"  # `limit`: the least that the host takes
    STUCK = "stuck"  # CLORE.AI lowers it no further
    KEY = "key"  # the key is refused
    REFUSED = "refused"  # `detail`: in CLORE.AI's own words


@dataclass(frozen=True, slots=True)
class End:
    why: Why
    limit: Money | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Descent:
    """From `began` down to `target`; `bid`: what it is now, as far as it is known. All per day, in one coin.

    `held`: it holds the machine, so that losing it ends this. `keeps`: the target was above every other bid when it was
    confirmed, so that no step may lose the machine. `steps`: how many have been decided. `sending`: the one that is under
    way. `lost`: one that may have arrived, for all that is known. `end`: how it ended.
    """

    target: Money
    began: Money
    bid: Money
    known: Known = field(default_factory=Known)
    held: bool = False
    keeps: bool = False
    steps: int = 0
    sending: Money | None = None
    lost: Money | None = None
    end: End | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person confirms, once for all steps."""

    order: OrderId
    server: ServerId
    descent: Descent


@dataclass(frozen=True, slots=True)
class Send:
    """The next step is due: to this price."""

    price: Money


@dataclass(frozen=True, slots=True)
class Arrived:
    """A step whose reply was lost has arrived: this is what is known with it. It may have ended with that."""

    descent: Descent


Verdict = Send | Arrived | End | None
"""`None`: it waits, for its time or for a reading."""


def begun(market: SpotMarket, offer: Offer, target: Money, known: Known, rates: Rates | None) -> Descent:
    """As it is confirmed."""
    return Descent(
        target,
        offer.bid,
        offer.bid,
        known,
        held=offer.active,
        keeps=offer.active and _keeps(market, offer, target, rates),
    )


def _keeps(market: SpotMarket, offer: Offer, target: Money, rates: Rates | None) -> bool:
    winning = winning_bid(market, offer.bid.currency, own=offer.id, rates=market.rates or rates)
    return isinstance(winning, Winning) and target >= winning.bid


def next_step(descent: Descent, market: SpotMarket, order: OrderId, now: datetime, rates: Rates | None) -> Plan | None:
    """The next lowering by this reading; `None`: none is allowed, or no comparison can be made."""
    floor = _floor(descent, market, order, rates)
    return None if isinstance(floor, _Unknown) else plan(descent.known, descent.bid, descent.target, now, minimum=floor)


def judge(
    descent: Descent, market: SpotMarket, order: OrderId, now: datetime, rates: Rates | None, *, in_doubt: bool
) -> Verdict:
    """What a reading that is newer than the last step says. `in_doubt`: that the machine is lost is not confirmed yet."""
    offer = market.find(order)
    if offer is None:
        return None  # my_orders says whether it is gone
    if descent.lost is not None and offer.bid == descent.lost:
        return Arrived(_went(descent, offer.bid, market.read_at))
    if offer.bid != descent.bid:
        return End(Why.CHANGED, offer.bid)
    if descent.held and not offer.active:
        return None if in_doubt else End(Why.OUTBID, market.holder.bid if market.holder else None)
    floor = _floor(descent, market, order, rates)
    if isinstance(floor, _Unknown):
        return None
    step = plan(descent.known, descent.bid, descent.target, now, minimum=floor)
    if step is None:
        return _over(descent, market, order, floor, rates)
    return Send(step.price) if step.due(now) else None


class _Unknown:
    """Whether a lower bid would keep the machine cannot be said now."""


def _floor(descent: Descent, market: SpotMarket, order: OrderId, rates: Rates | None) -> Money | _Unknown | None:
    """The lowest that this reading allows; `None`: nothing is known that stands against the target."""
    coin, rates = descent.target.currency, market.rates or rates
    if not descent.keeps:
        return minimum_bid(market, coin, rates)
    winning = winning_bid(market, coin, own=order, rates=rates)
    return winning.bid if isinstance(winning, Winning) else _Unknown()


def _over(descent: Descent, market: SpotMarket, order: OrderId, floor: Money | None, rates: Rates | None) -> End:
    """Why nothing is left to lower."""
    if descent.bid <= descent.target:
        return End(Why.REACHED)
    if floor is None or floor < descent.bid:
        return End(Why.STUCK)
    rates = market.rates or rates
    least = minimum_bid(market, descent.target.currency, rates)
    winning = winning_bid(market, descent.target.currency, own=order, rates=rates)
    if (least is None or least < floor) and isinstance(winning, Winning) and winning.beats is not None:
        return End(Why.RIVAL, winning.beats.bid)
    return End(Why.MINIMUM, floor)


def sent(descent: Descent, price: Money) -> Descent:
    """A step is on its way."""
    assert descent.target <= price < descent.bid, "it only ever lowers, and never below what was confirmed"
    return replace(descent, steps=descent.steps + 1, sending=price)


def ended(descent: Descent, end: End) -> Descent:
    return replace(descent, sending=None, end=end)


def after(descent: Descent, result: Result, at: datetime) -> Descent:
    """What a step came to; `at`: when that was known."""
    price, known, kept = descent.sending, descent.known, replace(descent, sending=None)
    assert price is not None, "a step is under way"
    if result.ending is Ending.DONE:
        went = _went(kept, price, at)
        lost = descent.held and result.cause is Cause.WAITS and went.end is None
        return ended(went, End(Why.OUTBID, result.limit)) if lost else went
    match result.cause:
        case Cause.STEP_TOO_BIG if result.limit is not None:
            named = heard(known, descent.bid, price, result, at)
            # Refused where it had named the floor: it is not asked in a row what it means.
            again = known.floor is not None and known.floor.bid == descent.bid
            return replace(kept, known=refused(named, at) if again or result.limit <= price else named)
        case Cause.TOO_SOON if result.wait is not None:
            return replace(kept, known=heard(known, descent.bid, price, result, at))
        case Cause.BUSY | Cause.UNREACHABLE | Cause.TOO_LATE:
            return replace(kept, known=too_soon(known, AGAIN_AFTER, at))
        case Cause.LOST:
            return replace(kept, known=too_soon(known, AGAIN_AFTER, at), lost=price)
        case cause:
            return ended(kept, _stopped_by(cause, result))


def _stopped_by(cause: Cause, result: Result) -> End:
    match cause:
        case Cause.TOO_LOW:
            return End(Why.MINIMUM, result.limit)
        case Cause.KEY_REJECTED:
            return End(Why.KEY)
        case Cause.OVERTAKEN:
            return End(Why.CHANGED, result.limit)
        case Cause.NO_OFFER:
            return End(Why.GONE)
        case _:
            return End(Why.REFUSED, detail=result.detail)


def _went(descent: Descent, price: Money, at: datetime) -> Descent:
    end = End(Why.REACHED) if price <= descent.target else None
    return replace(descent, bid=price, known=lowered(descent.known, descent.bid, price, at), lost=None, end=end)


def leads_on(result: Result) -> bool:
    """Whether a refused lowering has told how far or when the bid can go down."""
    return result.cause in {Cause.STEP_TOO_BIG, Cause.TOO_SOON}
