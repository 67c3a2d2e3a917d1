"""A bid's way down: only ever lower, never below the target, and over as soon as anything is not as it was known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.descent import Arrived, Descent, End, Send, Why, after, begun, judge, leads_on, next_step, sent
from bot.domain.ids import OrderId, ServerId
from bot.domain.ledger import Cause, Ending, Result
from bot.domain.lowering import PAUSE, Known
from bot.domain.money import BITCOIN, Money, unit
from bot.domain.spot import Offer, SpotMarket
from storage.codec import decode, encode

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINE, RIVAL = OrderId(5), OrderId(900)
STEP = 100
"""Units of bitcoin that the host of these stories lets a bid go down at once."""


def sat(units: int) -> Money:
    return Money(units * unit(BITCOIN), BITCOIN)


def auction(mine: int | None, *, rival: int | None = None, minimum: int = 1, active: bool = True) -> SpotMarket:
    offers = (
        *((Offer(MINE, sat(mine), active=active, mine=True),) if mine is not None else ()),
        *((Offer(RIVAL, sat(rival), active=not active),) if rival is not None else ()),
    )
    return SpotMarket(ServerId(7), NOW, offers=offers, minimum={BITCOIN: sat(minimum).amount}, online=True)


def descent(target: int, bid: int = 1000, *, rival: int | None = None, active: bool = True) -> Descent:
    market = auction(bid, rival=rival, active=active)
    return begun(market, market.offers[0], sat(target), Known(), None)


def says(found: Descent, market: SpotMarket, now: datetime = NOW, *, in_doubt: bool = False) -> object:
    return judge(found, market, MINE, now, None, in_doubt=in_doubt)


DONE = Result(Ending.DONE, Cause.HOLDS)


def refusal(cause: Cause, limit: int | None = None, wait: float | None = None) -> Result:
    return Result(
        Ending.REFUSED,
        cause,
        limit=None if limit is None else sat(limit),
        wait=None if wait is None else timedelta(seconds=wait),
    )


def test_what_is_not_known_is_tried_at_the_target_and_then_goes_in_steps_as_named() -> None:
    first = descent(750)
    assert says(first, auction(1000)) == Send(sat(750))
    named = after(sent(first, sat(750)), refusal(Cause.STEP_TOO_BIG, 900), NOW)
    assert says(named, auction(1000)) == Send(sat(900))
    went = after(sent(named, sat(900)), DONE, NOW)
    assert (went.bid, went.steps, went.end) == (sat(900), 2, None)
    assert says(went, auction(900), NOW + PAUSE - timedelta(seconds=1)) is None
    assert says(went, auction(900), NOW + PAUSE) == Send(sat(800))
    plan = next_step(went, auction(900), MINE, NOW, None)
    assert plan is not None
    assert (plan.at, plan.steps) == (NOW + PAUSE, 2)


def test_the_last_step_ends_it() -> None:
    went = after(sent(descent(950), sat(950)), DONE, NOW)
    assert went.end == End(Why.REACHED)


@pytest.mark.parametrize("found", [999, 1001])
def test_a_bid_that_somebody_else_changed_is_left_alone(found: int) -> None:
    assert says(descent(900), auction(found)) == End(Why.CHANGED, sat(found))


def test_a_machine_that_is_lost_ends_it_once_that_is_certain() -> None:
    lost = auction(1000, rival=1200, active=False)
    assert says(descent(900), lost, in_doubt=True) is None
    assert says(descent(900), lost) == End(Why.OUTBID, sat(1200))


def test_a_bid_that_waits_may_be_lowered_all_the_same() -> None:
    waiting = descent(900, rival=1200, active=False)
    assert says(waiting, auction(1000, rival=1200, active=False)) == Send(sat(900))


def test_a_step_that_loses_the_machine_is_the_last() -> None:
    waits = Result(Ending.DONE, Cause.WAITS, limit=sat(950))
    went = after(sent(descent(800, rival=850), sat(900)), waits, NOW)
    assert (went.bid, went.end) == (sat(900), End(Why.OUTBID, sat(950)))


def test_no_step_goes_below_a_rival_that_came_after_the_question() -> None:
    alone = descent(800)
    assert says(alone, auction(1000, rival=900)) == Send(sat(901))
    lower = replace(alone, bid=sat(901))
    assert says(lower, auction(901, rival=900)) == End(Why.RIVAL, sat(900))


def test_who_confirmed_a_price_below_a_rival_gets_it() -> None:
    below = descent(800, rival=900)
    assert not below.keeps
    assert says(below, auction(1000, rival=900)) == Send(sat(800))


def test_a_minimum_that_was_raised_ends_it_where_it_is() -> None:
    assert says(descent(800), auction(1000, minimum=1000)) == End(Why.MINIMUM, sat(1000))
    assert says(descent(800), auction(1000, minimum=900)) == Send(sat(900))
    refused = after(sent(descent(800), sat(800)), refusal(Cause.TOO_LOW, 900), NOW)
    assert refused.end == End(Why.MINIMUM, sat(900))


def test_where_no_comparison_can_be_made_it_waits() -> None:
    other = Offer(RIVAL, Money(Decimal(3), "DOGE"))
    unknown = replace(auction(1000), offers=(*auction(1000).offers, other))
    assert says(descent(800), unknown) is None
    assert says(descent(800), auction(None)) is None, "my_orders says whether it is gone"


def test_a_lost_step_that_has_arrived_counts_and_one_that_has_not_is_sent_again() -> None:
    lost = after(sent(descent(950), sat(950)), Result(Ending.UNKNOWN, Cause.LOST), NOW)
    assert (lost.bid, lost.lost, lost.sending, lost.end) == (sat(1000), sat(950), None, None)
    found = says(lost, auction(950))
    assert isinstance(found, Arrived)
    assert (found.descent.bid, found.descent.end) == (sat(950), End(Why.REACHED))
    later = NOW + timedelta(seconds=60)
    assert says(lost, auction(1000), later - timedelta(seconds=1)) is None
    assert says(lost, auction(1000), later) == Send(sat(950))
    refused = after(sent(lost, sat(950)), refusal(Cause.TOO_SOON, wait=500), later)
    assert isinstance(says(refused, auction(950), later), Arrived), "it was the first sending that was too soon"


def test_a_floor_that_is_refused_itself_is_not_asked_for_in_a_row() -> None:
    named = after(sent(descent(800), sat(800)), refusal(Cause.STEP_TOO_BIG, 900), NOW)
    odd = after(sent(named, sat(900)), refusal(Cause.STEP_TOO_BIG, 950), NOW)
    assert says(odd, auction(1000)) is None
    assert says(odd, auction(1000), NOW + PAUSE) == Send(sat(950))


@pytest.mark.parametrize("cause", [Cause.BUSY, Cause.UNREACHABLE, Cause.TOO_LATE])
def test_what_was_never_heard_is_sent_a_minute_later(cause: Cause) -> None:
    unheard = after(sent(descent(950), sat(950)), Result(Ending.REFUSED, cause), NOW)
    assert unheard.end is None
    assert says(unheard, auction(1000)) is None
    assert says(unheard, auction(1000), NOW + timedelta(seconds=60)) == Send(sat(950))


@pytest.mark.parametrize(
    ("result", "end"),
    [
        (refusal(Cause.KEY_REJECTED), End(Why.KEY)),
        (refusal(Cause.OVERTAKEN, 1100), End(Why.CHANGED, sat(1100))),
        (refusal(Cause.NO_OFFER), End(Why.GONE)),
        (Result(Ending.REFUSED, Cause.REFUSED, detail="closed"), End(Why.REFUSED, detail="closed")),
    ],
)
def test_a_refusal_that_time_does_not_mend_ends_it(result: Result, end: End) -> None:
    assert after(sent(descent(950), sat(950)), result, NOW).end == end


def test_only_refusals_that_lead_further_down_are_followed() -> None:
    assert leads_on(refusal(Cause.STEP_TOO_BIG, 900))
    assert leads_on(refusal(Cause.TOO_SOON, wait=500))
    assert not leads_on(refusal(Cause.TOO_LOW, 900))


def test_it_is_the_same_after_a_restart() -> None:
    lost = after(sent(descent(950), sat(950)), Result(Ending.UNKNOWN, Cause.LOST), NOW)
    over = after(sent(lost, sat(950)), DONE, NOW)
    assert [decode(Descent, encode(each)) for each in (lost, over)] == [lost, over]


@given(st.integers(1, 999), st.integers(1, 1100), st.integers(0, 1100), st.data())
def test_no_step_is_below_target_or_minimum_and_the_way_ends(
    target: int, minimum: int, rival: int, data: st.DataObject
) -> None:
    """Against a CLORE.AI with a timer and a step, replies lost now and then, and a rival who comes after the question."""
    found, bid, now, free_at = descent(target), 1000, NOW, NOW
    there = rival if rival < bid else None
    for _ in range(60):
        market = replace(auction(bid, rival=there, minimum=minimum), read_at=now)
        match says(found, market, now):
            case Send(price):
                assert sat(max(target, min(minimum, bid))) <= price < sat(bid)
                assert there is None or price > sat(there)
                assert now >= free_at or found.known.free_at is None or found.lost is not None
                found = sent(found, price)
                if now < free_at:
                    found = after(found, refusal(Cause.TOO_SOON, wait=(free_at - now).total_seconds()), now)
                elif price < sat(bid - STEP):
                    found = after(found, refusal(Cause.STEP_TOO_BIG, bid - STEP), now)
                elif data.draw(st.integers(0, 3)) == 0:
                    arrived = data.draw(st.booleans())
                    bid, free_at = (int(price.amount / unit(BITCOIN)), now + PAUSE) if arrived else (bid, free_at)
                    found = after(found, Result(Ending.UNKNOWN, Cause.LOST), now)
                else:
                    bid, free_at = int(price.amount / unit(BITCOIN)), now + PAUSE
                    found = after(found, DONE, now)
            case Arrived(known):
                found = known
            case End(why):
                assert why in {Why.REACHED, Why.RIVAL, Why.MINIMUM}
                assert why is not Why.REACHED or bid <= target
                return
            case _:
                now += timedelta(seconds=60)
        if found.end is not None:
            assert found.end == End(Why.REACHED)
            assert bid == target
            return
        now += timedelta(seconds=30)
