"""Reading a stop condition that was typed, and what is offered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.money import BITCOIN, CLORE, USD, Money, Rates
from bot.domain.stop_setting import (
    StopProblem,
    Typed,
    preset,
    presets,
    problem,
    read_cost,
    read_runway,
    read_time,
)
from bot.domain.stops import AtCost, AtRunway, AtTime, Condition
from tests.domain.test_stops import HOUR, NOW, ORDER, SEEN, clore

RATES = Rates({CLORE: Decimal("0.004"), BITCOIN: Decimal(20_000)}, NOW)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("14:30", NOW + timedelta(hours=2, minutes=30)),
        ("  14:30 UTC ", NOW + timedelta(hours=2, minutes=30)),
        ("11:59", NOW + timedelta(hours=23, minutes=59)),
        ("12:00", NOW + timedelta(hours=24)),
        ("2026-03-01 14:30", NOW + timedelta(hours=2, minutes=30)),
        ("2026-3-2T00:05z", NOW + timedelta(hours=12, minutes=5)),
        ("in 90 min", NOW + timedelta(minutes=90)),
        ("90m", NOW + timedelta(minutes=90)),
        ("3h", NOW + 3 * HOUR),
        ("1 h 30 min", NOW + timedelta(minutes=90)),
        ("1,5 hours", NOW + timedelta(minutes=90)),
        ("2 days", NOW + timedelta(days=2)),
    ],
)
def test_a_time_that_is_understood(text: str, at: datetime) -> None:
    assert read_time(text, NOW) == Typed(AtTime(at))


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "14:61", "2026-02-30 10:00", "3 weeks", "h", "3", "-3h", "in", "0 min", "99999 days", "3h x"]
)  # fmt: skip
def test_a_time_that_is_not(text: str) -> None:
    assert read_time(text, NOW) is StopProblem.NOT_A_TIME


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("12 clore", Typed(AtCost(clore(12)))),
        ("12.5 CLORE-Blockchain", Typed(AtCost(clore("12.5")))),
        (",5CLORE", Typed(AtCost(clore("0.5")))),
        ("2 usd", Typed(AtCost(clore(500)), Money(Decimal(2), USD))),
        ("$2", Typed(AtCost(clore(500)), Money(Decimal(2), USD))),
        ("2", StopProblem.NO_COIN),
        ("0.1 btc", StopProblem.OTHER_COIN),
        ("12 apples", StopProblem.OTHER_COIN),
        ("$2 usd", StopProblem.NOT_AN_AMOUNT),
        ("0 clore", StopProblem.NOT_AN_AMOUNT),
        ("much", StopProblem.NOT_AN_AMOUNT),
        ("1e5 clore", StopProblem.NOT_AN_AMOUNT),
        ("0.0000001 usd", StopProblem.NOT_AN_AMOUNT),
    ],
)
def test_a_cost_in_the_coin_or_in_dollars(text: str, read: Typed | StopProblem) -> None:
    assert read_cost(text, ORDER, RATES) == read


def test_dollars_without_a_rate_are_not_guessed() -> None:
    assert read_cost("2 usd", ORDER, None) is StopProblem.NO_RATE
    paid_in_dollars = replace(ORDER, price=Money(Decimal(24), USD))
    assert read_cost("2", paid_in_dollars, None) == Typed(AtCost(Money(Decimal(2), USD)))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("6 h", Typed(AtRunway(CLORE, 6 * HOUR))),
        ("90 min", Typed(AtRunway(CLORE, timedelta(minutes=90)))),
        ("14:30", StopProblem.NOT_A_SPAN),
        ("500 days", StopProblem.TOO_LONG),
    ],
)
def test_a_runway(text: str, read: Typed | StopProblem) -> None:
    assert read_runway(text, ORDER) == read


@given(st.text(max_size=60) | st.from_regex(r"[$in 0-9:hdm,.-]{1,30}", fullmatch=True))
def test_nothing_typed_breaks_it(text: str) -> None:
    for read in (read_time(text, NOW), read_cost(text, ORDER, RATES), read_runway(text, ORDER)):
        assert isinstance(read, StopProblem | Typed)


@pytest.mark.parametrize(
    ("condition", "wrong"),
    [
        (AtTime(NOW), StopProblem.PAST),
        (AtTime(ORDER.ends_at), StopProblem.AFTER_END),
        (AtTime(NOW + HOUR), None),
        (AtCost(clore(10)), StopProblem.SPENT),
        (AtCost(clore(11)), None),
        (AtRunway(CLORE, 20 * HOUR), StopProblem.SHORT),
        (AtRunway(CLORE, 19 * HOUR), None),
    ],
)
def test_what_would_end_it_at_once_is_not_set(condition: Condition, wrong: StopProblem | None) -> None:
    assert problem(condition, ORDER, SEEN, NOW) is wrong


def test_what_is_not_known_cannot_be_watched() -> None:
    silent = replace(SEEN, order=replace(ORDER, spent=None), balance=None)
    assert problem(AtCost(clore(99)), ORDER, silent, NOW) is StopProblem.NOT_REPORTED
    assert problem(AtRunway(CLORE, HOUR), ORDER, silent, NOW) is StopProblem.NO_RUNWAY


def test_what_is_offered_can_be_set_and_is_what_its_button_sets() -> None:
    offered = presets(ORDER, SEEN, NOW)
    assert [each.word for each in offered] == ["t1", "t3", "t6", "t12", "t24", "c12", "c24", "r1", "r6"]
    for each in offered:
        assert preset(each.word, ORDER, NOW) == each.condition
        assert problem(each.condition, ORDER, SEEN, NOW) is None


def test_near_its_end_fewer_times_are_offered() -> None:
    short = replace(ORDER, max_length=timedelta(hours=14))
    assert [each.word for each in presets(short, SEEN, NOW) if each.word.startswith("t")] == ["t1", "t3"]


@pytest.mark.parametrize("word", ["", "t", "t2", "c5", "x1", "r", "t٣", "t999999"])
def test_a_forged_button_sets_nothing(word: str) -> None:
    assert preset(word, ORDER, NOW) is None


def test_a_date_is_read_in_utc_whatever_the_zone_of_the_clock() -> None:
    assert read_time("2026-03-01 14:30", NOW.astimezone()) == Typed(AtTime(datetime(2026, 3, 1, 14, 30, tzinfo=UTC)))
