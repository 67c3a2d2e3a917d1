"""Walking a bid down: what is known is used, what is not known is asked once, and no step breaks floor or timer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ledger import Cause, Ending, Result
from bot.domain.lowering import PAUSE, Basis, Known, Plan, floor_named, heard, lowered, plan, refused, too_soon
from bot.domain.money import BITCOIN, CLORE, Money, unit
from storage.codec import decode, encode

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def btc(amount: str) -> Money:
    return Money(Decimal(amount), BITCOIN)


NAMED = floor_named(Known(), btc("0.0000042"), btc("0.0000032"))
"""The example of the API reference: `max_step` is a price."""


def test_what_is_not_known_is_tried_once_at_the_price_that_is_wanted() -> None:
    assert plan(Known(), btc("0.0000042"), btc("0.000002"), NOW) == Plan(
        btc("0.000002"), btc("0.000002"), NOW, Basis.UNKNOWN
    )


def test_the_refusal_names_the_floor_and_the_next_step_is_that_floor() -> None:
    found = plan(NAMED, btc("0.0000042"), btc("0.000002"), NOW)
    assert found == Plan(btc("0.000002"), btc("0.0000032"), NOW, Basis.NAMED, btc("0.0000032"), steps=3)
    assert found.done_at == NOW + 2 * PAUSE


def test_the_step_that_was_named_is_expected_of_the_next_bid() -> None:
    known = lowered(NAMED, btc("0.0000042"), btc("0.0000032"), NOW)
    found = plan(known, btc("0.0000032"), btc("0.000002"), NOW + SECOND)
    assert found == Plan(btc("0.000002"), btc("0.0000022"), NOW + PAUSE, Basis.EXPECTED, btc("0.0000022"), steps=2)
    assert not found.due(NOW + PAUSE - SECOND)
    assert found.due(NOW + PAUSE)


def test_a_small_step_to_the_target_is_the_last() -> None:
    found = plan(NAMED, btc("0.0000042"), btc("0.0000041"), NOW)
    assert found is not None
    assert (found.price, found.steps, found.done_at) == (btc("0.0000041"), 1, NOW)


def test_nothing_goes_below_the_minimum_of_the_host() -> None:
    found = plan(NAMED, btc("0.0000042"), btc("0.000002"), NOW, minimum=btc("0.000003999"))
    assert found is not None
    assert (found.target, found.price) == (btc("0.000004"), btc("0.000004"))


@pytest.mark.parametrize("minimum", [None, btc("0.000005")])
def test_a_bid_that_is_low_enough_has_no_plan(minimum: Money | None) -> None:
    target = btc("0.0000042") if minimum is None else btc("0.000002")
    assert plan(NAMED, btc("0.0000042"), target, NOW, minimum=minimum) is None


def test_where_nothing_lower_is_allowed_there_is_no_plan() -> None:
    stuck = floor_named(Known(), btc("0.0000042"), btc("0.0000042"))
    assert plan(stuck, btc("0.0000042"), btc("0.000002"), NOW) is None
    assert stuck.step is None


def test_a_floor_that_is_the_minimum_of_the_host_teaches_no_step() -> None:
    known = floor_named(NAMED, btc("0.0000042"), btc("0.000004"), minimum=btc("0.000004"))
    assert known.step == btc("0.000001")
    found = plan(known, btc("0.0000042"), btc("0.000002"), NOW)
    assert found is not None
    assert (found.price, found.basis) == (btc("0.000004"), Basis.NAMED)


def test_a_lowering_that_went_further_teaches_a_longer_step() -> None:
    assert lowered(NAMED, btc("0.000009"), btc("0.000007"), NOW).step == btc("0.000002")
    assert lowered(NAMED, btc("0.000009"), btc("0.0000089"), NOW).step == btc("0.000001")
    assert lowered(Known(), btc("0.000009"), btc("0.0000089"), NOW).step is None  # more may have been allowed


def test_the_wait_that_is_named_is_kept() -> None:
    found = plan(too_soon(Known(), timedelta(seconds=513), NOW), btc("0.0000042"), btc("0.000002"), NOW)
    assert found is not None
    assert found.at == NOW + timedelta(seconds=513)


def test_a_refusal_without_a_figure_is_not_repeated_at_once() -> None:
    found = plan(refused(Known(), NOW), btc("0.0000042"), btc("0.000002"), NOW)
    assert found is not None
    assert found.at == NOW + PAUSE


def test_a_floor_between_two_units_is_rounded_up() -> None:
    known = floor_named(Known(), btc("0.0000042"), btc("0.00000320000001"))
    found = plan(known, btc("0.0000042"), btc("0.000002"), NOW)
    assert found is not None
    assert found.price == btc("0.00000321")


def test_what_is_known_goes_through_a_row() -> None:
    known = lowered(NAMED, btc("0.0000042"), btc("0.0000032"), NOW)
    assert decode(Known, encode(known)) == known


@pytest.mark.parametrize(
    ("result", "free_at"),
    [
        (Result(Ending.DONE, Cause.HOLDS), NOW + PAUSE),
        (Result(Ending.UNKNOWN, Cause.LOST), NOW + PAUSE),
        (Result(Ending.REFUSED, Cause.TOO_SOON, wait=513 * SECOND), NOW + 513 * SECOND),
        (Result(Ending.REFUSED, Cause.TOO_SOON), NOW + PAUSE),
        (Result(Ending.REFUSED, Cause.REFUSED, detail="no-such-thing"), NOW + PAUSE),
        (Result(Ending.REFUSED, Cause.BUSY), None),
        (Result(Ending.REFUSED, Cause.OVERTAKEN), None),
        (Result(Ending.ABANDONED, Cause.TOO_LATE), None),
    ],
)
def test_what_the_ledger_holds_of_a_lowering_says_when_the_next_may_be(
    result: Result, free_at: datetime | None
) -> None:
    assert heard(Known(), btc("0.0000042"), btc("0.0000032"), result, NOW) == Known(free_at=free_at)
    assert heard(Known(), btc("0.0000032"), btc("0.0000042"), result, NOW) == Known()


def test_what_may_have_been_done_teaches_no_step() -> None:
    lost = Result(Ending.UNKNOWN, Cause.LOST)
    assert heard(NAMED, btc("0.000009"), btc("0.000007"), lost, NOW).step == btc("0.000001")


@given(
    st.integers(1, 400),
    st.integers(0, 400),
    st.integers(0, 400),
    st.integers(1, 60),
    st.sampled_from([BITCOIN, CLORE]),
    st.booleans(),
)
def test_a_walk_down_ends_at_its_target_and_breaks_no_rule(
    start: int, target: int, minimum: int, step: int, coin: str, timer_runs: bool
) -> None:
    """CLORE.AI's side is played in full: one lowering in 600 s, by `step` at most, not below the minimum."""

    def money(units: int) -> Money:
        return Money(units * unit(coin), coin)

    known, bid, at = Known(), start, NOW
    last = NOW - 300 * SECOND if timer_runs else NOW - PAUSE
    refusals = lowerings = promised = 0
    while found := plan(known, money(bid), money(target), at, minimum=money(minimum)):
        at = found.at
        wanted = int(found.price.amount / unit(coin))
        assert target <= wanted < bid
        assert wanted >= minimum
        if at < last + PAUSE:
            refusals += 1
            known = too_soon(known, last + PAUSE - at, at)
        elif wanted < bid - step:
            refusals += 1
            known = floor_named(known, money(bid), money(bid - step), money(minimum))
        else:
            if found.steps is not None and not promised:
                promised = lowerings + found.steps
            known = lowered(known, found.price + money(bid - wanted), found.price, at)
            bid, last, lowerings = wanted, at, lowerings + 1
        assert refusals <= 2  # the timer once, the floor once
    assert bid == max(min(start, max(target, minimum)), 0)
    assert promised in {0, lowerings}
