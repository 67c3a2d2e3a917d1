"""What may be wished for before a rental begins, and what becomes of it with the order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.money import BITCOIN, CLORE, USD, Money, Rates
from bot.domain.stop_setting import StopProblem
from bot.domain.stops import AtCost, AtRunway, AtTime
from bot.domain.wish import AFTER_HOURS, Wish, offered, read_wish, settled, untimely
from storage.codec import decode, encode
from tests.domain.test_stops import HOUR, NOW, ORDER

RATES = Rates({CLORE: Decimal("0.004"), BITCOIN: Decimal(20_000)}, NOW)
DOLLARS = Money(Decimal(2), USD)
WISHES = [
    Wish(after=3 * HOUR),
    Wish(at=NOW + HOUR),
    Wish(cost=Money(Decimal("0.0001"), BITCOIN), dollars=DOLLARS),
    Wish(runway=6 * HOUR),
]


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("6 h", Wish(after=6 * HOUR)),
        ("in 90 min", Wish(after=timedelta(minutes=90))),
        ("3d", Wish(after=timedelta(days=3))),
        ("14:30", Wish(at=NOW + timedelta(hours=2, minutes=30))),
        ("2026-03-02 12:00", Wish(at=NOW + timedelta(days=1))),
        ("2 usd", Wish(cost=DOLLARS)),
        ("$2", Wish(cost=DOLLARS)),
        ("0.0001 btc", Wish(cost=Money(Decimal("0.0001"), BITCOIN))),
        ("Runway  6 h", Wish(runway=6 * HOUR)),
    ],
)
def test_what_is_understood(text: str, wish: Wish) -> None:
    assert read_wish(text, NOW, BITCOIN) == wish


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", StopProblem.NOT_A_WISH),
        ("soon", StopProblem.NOT_A_WISH),
        ("-3 h", StopProblem.NOT_A_WISH),
        ("0 btc", StopProblem.NOT_A_WISH),
        ("2", StopProblem.NO_COIN),
        ("2 clore", StopProblem.OTHER_COIN),
        ("2 doge", StopProblem.OTHER_COIN),
        ("runway", StopProblem.NOT_A_SPAN),
        ("runway 2 usd", StopProblem.NOT_A_SPAN),
        ("runway 500 days", StopProblem.TOO_LONG),
    ],
)
def test_what_is_not(text: str, problem: StopProblem) -> None:
    assert read_wish(text, NOW, BITCOIN) is problem


def test_before_a_coin_is_chosen_any_known_coin_is_understood() -> None:
    assert read_wish("2 clore", NOW, None) == Wish(cost=Money(Decimal(2), CLORE))


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    for coin in (None, BITCOIN, USD):
        assert isinstance(read_wish(text, NOW, coin), Wish | StopProblem)


def test_only_spans_below_the_maximum_length_are_offered() -> None:
    assert offered(None) == AFTER_HOURS
    assert offered(12 * HOUR) == (1, 3, 6)
    assert offered(timedelta()) == ()


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        (Wish(after=12 * HOUR), StopProblem.AFTER_END),
        (Wish(after=11 * HOUR), None),
        (Wish(at=NOW), StopProblem.PAST),
        (Wish(at=NOW + 12 * HOUR), StopProblem.AFTER_END),
        (Wish(at=NOW + HOUR), None),
        (Wish(runway=24 * HOUR), None),
    ],
)
def test_a_time_lies_between_now_and_its_end(wish: Wish, problem: StopProblem | None) -> None:
    assert untimely(wish, NOW, 12 * HOUR) is problem


def _settled(wish: Wish, *, lasts: timedelta | None = 24 * HOUR, rates: Rates | None = RATES) -> Wish | StopProblem:
    return settled(wish, BITCOIN, NOW, longest=72 * HOUR, lasts=lasts, rates=rates)


def test_dollars_are_turned_into_the_rentals_coin_and_remembered() -> None:
    wish = _settled(Wish(cost=DOLLARS))
    assert wish == Wish(cost=Money(Decimal("0.0001"), BITCOIN), dollars=DOLLARS)
    assert isinstance(wish, Wish)
    assert wish.typed == Wish(cost=DOLLARS)
    assert _settled(Wish(cost=DOLLARS), rates=None) is StopProblem.NO_RATE


def test_what_is_in_the_rentals_coin_is_kept_to_the_digit() -> None:
    exact = Wish(cost=Money(Decimal("0.00001234567891"), BITCOIN))
    assert _settled(exact) == exact
    assert _settled(Wish(cost=Money(Decimal(1), CLORE))) is StopProblem.OTHER_COIN


def test_a_runway_that_is_reached_with_it_is_not_taken() -> None:
    wish = Wish(runway=6 * HOUR)
    assert _settled(wish, lasts=6 * HOUR + timedelta(seconds=1)) == wish
    assert _settled(wish, lasts=6 * HOUR) is StopProblem.SHORT_THEN
    assert _settled(wish, lasts=None) is StopProblem.NO_RUNWAY


def test_a_span_counts_from_the_orders_own_beginning() -> None:
    assert Wish(after=HOUR).condition(ORDER) == AtTime(ORDER.created_at + HOUR)
    assert Wish(at=NOW).condition(ORDER) == AtTime(NOW)
    assert Wish(cost=ORDER.price).condition(ORDER) == AtCost(ORDER.price)
    assert Wish(runway=HOUR).condition(ORDER) == AtRunway(ORDER.price.currency, HOUR)
    with pytest.raises(ValueError, match="nothing"):
        Wish().condition(ORDER)


def test_an_order_from_the_end_of_time_breaks_nothing() -> None:
    far = replace(ORDER, created_at=datetime(9999, 12, 31, 23, tzinfo=UTC))
    assert Wish(after=2 * HOUR).condition(far) == AtTime(datetime.max.replace(tzinfo=UTC))


@pytest.mark.parametrize("wish", WISHES)
def test_it_is_stored_and_read_back(wish: Wish) -> None:
    assert decode(Wish, encode(wish)) == wish
