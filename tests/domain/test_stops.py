"""When a stop condition warns, acts, asks, or lets be; never by old data, and never by one reading alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import OrderId, ServerId
from bot.domain.money import BITCOIN, CLORE, Money
from bot.domain.rental import Order
from bot.domain.stops import (
    LATEST,
    PATIENCE,
    SECOND_READING,
    AtCost,
    AtRunway,
    AtTime,
    Condition,
    Seen,
    Step,
    Verdict,
    extended,
    judge,
    outlook,
    terms,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
STALE = 3 * MINUTE
SINCE = NOW - timedelta(days=1)


def clore(amount: str | int) -> Money:
    return Money(Decimal(amount), CLORE)


ORDER = Order(
    OrderId(7),
    ServerId(6),
    clore(24),
    NOW - 10 * HOUR,
    timedelta(days=9),
    fee_percent=Decimal(0),
    spent=clore(10),
)
"""One CLORE an hour, for ten hours now."""
SEEN = Seen(order=ORDER, orders_at=NOW, wallets_at=NOW, balance=clore(20), burn=clore(24))


def verdict(
    condition: Condition,
    seen: Seen = SEEN,
    now: datetime = NOW,
    *,
    warned: bool = False,
    sign: datetime | None = None,
    since: datetime = SINCE,
) -> Verdict:
    return judge(condition, seen, now, since=since, stale_after=STALE, warned=warned, sign=sign)


@pytest.mark.parametrize(
    ("away", "warned", "step"),
    [
        (timedelta(hours=2), False, Step.NOTHING),
        (timedelta(minutes=15, seconds=1), False, Step.NOTHING),
        (timedelta(minutes=15), False, Step.WARN),
        (timedelta(minutes=15), True, Step.NOTHING),
        (timedelta(seconds=1), True, Step.NOTHING),
        (timedelta(0), True, Step.ACT),
        (timedelta(0), False, Step.ACT),
        (-LATEST, True, Step.ACT),
        (-LATEST - timedelta(seconds=1), True, Step.ASK),
        (timedelta(days=-3), False, Step.ASK),
    ],
)
def test_a_time_is_warned_of_acted_on_and_asked_about_when_too_late(away: timedelta, warned: bool, step: Step) -> None:
    assert verdict(AtTime(NOW + away), warned=warned).step is step


def test_a_time_needs_no_fresh_data_but_the_rental_must_be_listed() -> None:
    old = replace(SEEN, orders_at=NOW - 5 * HOUR, wallets_at=None)
    assert verdict(AtTime(NOW), old).step is Step.ACT
    assert verdict(AtTime(NOW), replace(SEEN, order=None, in_question=True)).step is Step.NOTHING
    assert verdict(AtTime(NOW), Seen()).step is Step.NOTHING


def test_a_time_waits_a_while_for_clore_to_answer() -> None:
    silent = replace(SEEN, answering=False)
    assert verdict(AtTime(NOW), silent).step is Step.NOTHING
    assert verdict(AtTime(NOW - PATIENCE), silent).step is Step.ACT


@pytest.mark.parametrize("condition", [AtTime(NOW), AtCost(clore(10)), AtRunway(CLORE, 30 * HOUR)])
def test_a_rental_that_is_gone_ends_its_stop(condition: Condition) -> None:
    gone = replace(SEEN, order=None)
    assert verdict(condition, gone).step is Step.OVER
    assert verdict(condition, replace(gone, in_question=True)).step is Step.NOTHING, "a second answer has yet to say so"
    assert verdict(condition, gone, since=NOW).step is Step.NOTHING, "nothing was read since it was armed"
    assert verdict(condition, replace(gone, orders_at=None)).step is Step.NOTHING


@pytest.mark.parametrize(
    ("limit", "due"),
    [
        ("10", timedelta(0)),
        ("10.1", timedelta(minutes=6)),
        ("12", 2 * HOUR),
    ],
)
def test_the_time_of_a_cost_follows_from_the_price(limit: str, due: timedelta) -> None:
    assert outlook(AtCost(clore(limit)), SEEN).due == NOW + due


def test_the_creation_fee_counts_once_it_is_due() -> None:
    young = replace(ORDER, created_at=NOW - 2 * MINUTE, spent=clore("0"), creation_fee=clore(1))
    assert outlook(AtCost(clore(2)), replace(SEEN, order=young)).due == NOW + HOUR
    assert outlook(AtCost(clore("0.1")), replace(SEEN, order=young)).due == NOW + 6 * MINUTE, "before the fee is due"
    assert outlook(AtCost(clore("0.5")), replace(SEEN, order=young)).due == NOW + 8 * MINUTE, "the fee reaches it"
    assert outlook(AtCost(clore(99)), replace(SEEN, order=replace(ORDER, creation_fee=clore(1)))).cost == clore(11)


def test_a_bid_that_waits_reaches_no_cost() -> None:
    assert outlook(AtCost(clore(12)), replace(SEEN, waiting=True)).due is None


def test_the_time_of_a_runway_follows_from_the_burn() -> None:
    assert outlook(AtRunway(CLORE, 6 * HOUR), SEEN).due == NOW + 14 * HOUR
    assert outlook(AtRunway(CLORE, 6 * HOUR), replace(SEEN, burn=None)).due is None, "nothing burns"
    assert outlook(AtRunway(CLORE, 6 * HOUR), replace(SEEN, balance=None)).due is None, "not known is not empty"


@pytest.mark.parametrize("condition", [AtCost(clore(10)), AtRunway(CLORE, 20 * HOUR)])
def test_what_is_met_is_warned_of_confirmed_and_only_then_acted_on(condition: Condition) -> None:
    first = verdict(condition)
    assert (first.step, first.sign) == (Step.WARN, NOW)
    assert verdict(condition, warned=True, sign=NOW).step is Step.NOTHING, "the same reading confirms nothing"
    later = NOW + SECOND_READING
    again = replace(SEEN, orders_at=later, wallets_at=later)
    assert verdict(condition, again, later, warned=True, sign=NOW).step is Step.ACT
    assert verdict(condition, again, later, warned=True).step is Step.NOTHING, "the first sign was lost by a restart"


def test_what_nobody_reported_is_never_reached() -> None:
    silent = replace(SEEN, order=replace(ORDER, spent=None))
    assert verdict(AtCost(clore(1)), silent, warned=True, sign=SINCE).step is Step.NOTHING
    other = AtCost(Money(Decimal(1), BITCOIN))
    assert verdict(other, warned=True, sign=SINCE).step is Step.NOTHING, "another coin is not compared"


spans = st.timedeltas(timedelta(days=-2), timedelta(days=2))
conditions = st.one_of(
    st.builds(AtCost, st.builds(clore, st.integers(1, 100))),
    st.builds(AtRunway, st.just(CLORE), st.timedeltas(MINUTE, timedelta(days=9))),
)
readings = st.builds(
    lambda orders, wallets, balance, spent, listed: Seen(
        order=replace(ORDER, spent=clore(spent)) if listed else None,
        orders_at=None if orders is None else NOW + orders,
        wallets_at=None if wallets is None else NOW + wallets,
        balance=clore(balance),
        burn=clore(24),
    ),
    st.none() | spans,
    st.none() | spans,
    st.integers(0, 200),
    st.integers(0, 200),
    st.booleans(),
)


@given(conditions, readings, st.booleans(), st.none() | spans)
def test_old_data_neither_warns_nor_acts(
    condition: Condition, seen: Seen, warned: bool, sign: timedelta | None
) -> None:
    found = verdict(condition, seen, warned=warned, sign=None if sign is None else NOW + sign)
    needed = [seen.orders_at] if isinstance(condition, AtCost) else [seen.orders_at, seen.wallets_at]
    fresh = all(at is not None and timedelta(0) <= NOW - at <= STALE for at in needed)
    if found.step in {Step.WARN, Step.ACT}:
        assert fresh
        assert seen.order is not None
    if found.step is Step.ACT:
        assert warned
        assert outlook(condition, seen).reached
    assert found.step is not Step.ASK, "cost and runway are never too late"


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 40), st.booleans()), max_size=40), conditions)
def test_one_bad_reading_never_ends_a_rental(story: list[tuple[int, int, bool]], condition: Condition) -> None:
    """Readings at growing times, of any balance and spending: acting takes two in a row that show it met."""
    now, sign, warned, met_before = NOW, None, False, False
    for seconds, amount, read in story:
        now += timedelta(seconds=seconds)
        if not read:
            continue
        seen = replace(
            SEEN, order=replace(ORDER, spent=clore(amount)), orders_at=now, wallets_at=now, balance=clore(amount)
        )
        found = verdict(condition, seen, now, warned=warned, sign=sign)
        if found.step is Step.ACT:
            assert met_before
            return
        warned = warned or found.step is Step.WARN
        sign = sign if found.sign is not None and sign is not None else found.sign
        met_before = outlook(condition, seen).reached


@pytest.mark.parametrize(
    ("condition", "later"),
    [
        (AtTime(NOW + HOUR), AtTime(NOW + 2 * HOUR)),
        (AtTime(NOW - 5 * HOUR), AtTime(NOW + HOUR)),
        (AtCost(clore(10)), AtCost(clore(11))),
        (AtRunway(CLORE, 6 * HOUR), AtRunway(CLORE, 5 * HOUR)),
        (AtRunway(CLORE, HOUR), None),
        (AtCost(Money(Decimal(1), BITCOIN)), None),
    ],
)
def test_an_hour_more(condition: Condition, later: Condition | None) -> None:
    assert extended(condition, 1, ORDER, NOW) == later


@pytest.mark.parametrize("condition", [AtTime(NOW), AtCost(clore(10)), AtRunway(CLORE, HOUR)])
def test_terms_hold_one_condition(condition: Condition) -> None:
    assert terms(condition, 3).condition == condition
    assert terms(condition, 3).changes == 3
