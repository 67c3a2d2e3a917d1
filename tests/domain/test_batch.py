"""Several machines one after the other: what comes next, and what a price may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.batch import (
    AWAY,
    FOR_ALL,
    Await,
    BatchPlan,
    Candidate,
    Done,
    Go,
    Price,
    Rent,
    Skip,
    State,
    Why,
    asked,
    ended,
    next_step,
    price_now,
    settled,
    skipped,
    still,
)
from bot.domain.ids import OrderId, ServerId
from bot.domain.ledger import Cause, Ending, Result
from bot.domain.market import Listing
from bot.domain.money import BITCOIN, CLORE, USD, Money
from bot.domain.wish import Wish
from storage.codec import decode, encode

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def price(usd: str | int, coin: str = BITCOIN) -> Price:
    return Price(Money(Decimal(usd) / 10_000, coin), Decimal(usd))


def candidate(number: int, usd: str | int = 2, *more: Price) -> Candidate:
    return Candidate(ServerId(number), "2x RTX 4090", (price(usd), *more))


def plan(*candidates: Candidate, wanted: int = 2, budget: str | None = "100", **more: object) -> BatchPlan:
    made = BatchPlan(candidates, NOW, wanted=wanted, budget=None if budget is None else Decimal(budget), moved_at=NOW)
    return replace(made, **more)  # type: ignore[arg-type]


def step(of: BatchPlan, *, stopping: bool = False, after: timedelta = timedelta(0)) -> Rent | Await | Done:
    return next_step(of, NOW + after, stopping=stopping)


def rented(of: BatchPlan, place: int) -> BatchPlan:
    with_row = asked(of, place, 100 + place, of.candidates[place].prices[0], NOW)
    return settled(with_row, place, Result(Ending.DONE, Cause.RENTED, order=OrderId(place)), NOW)


def refused(of: BatchPlan, place: int, cause: Cause) -> BatchPlan:
    with_row = asked(of, place, 100 + place, of.candidates[place].prices[0], NOW)
    return settled(with_row, place, Result(Ending.REFUSED, cause), NOW)


THREE = plan(candidate(1), candidate(2), candidate(3))


def test_they_come_in_the_order_of_the_list_and_one_at_a_time() -> None:
    assert step(THREE) == Rent(0, price(2))
    waiting = asked(THREE, 0, 100, price(2), NOW)
    assert step(waiting) == Await(0)
    assert step(rented(THREE, 0)) == Rent(1, price(2))
    assert step(rented(rented(THREE, 0), 1)) == Done(Why.ALL)


def test_one_that_is_taken_makes_room_for_the_next() -> None:
    taken = refused(THREE, 0, Cause.TAKEN)
    assert step(taken) == Rent(1, price(2))
    assert taken.usd_rented == 0
    assert step(skipped(taken, 1, Skip.DEARER, NOW)) == Rent(2, price(2))


def test_an_unknown_one_stops_everything() -> None:
    unknown = settled(asked(THREE, 0, 100, price(2), NOW), 0, Result(Ending.UNKNOWN, Cause.LOST), NOW)
    assert step(unknown) == Done(Why.UNKNOWN)
    assert unknown.usd_rented == 2, "it may cost its price"
    assert step(settled(asked(THREE, 0, 100, price(2), NOW), 0, None, NOW)) == Done(Why.UNKNOWN)


@pytest.mark.parametrize("cause", sorted(FOR_ALL))
def test_what_would_refuse_each_stops_everything(cause: Cause) -> None:
    assert step(refused(THREE, 0, cause)) == Done(Why.CAUSE, cause)


def test_the_budget_is_never_passed_and_a_cheaper_one_may_fit() -> None:
    mixed = plan(candidate(1, 6), candidate(2, 5), candidate(3, 4), budget="10")
    assert step(rented(mixed, 0)) == Rent(2, price(4))
    assert step(rented(plan(candidate(1, 6), candidate(2, 5), budget="10"), 0)) == Done(Why.BUDGET)


def test_the_budget_that_is_offered_is_what_the_first_cost_and_five_percent() -> None:
    offered = plan(candidate(1, 2), candidate(2, 4), candidate(3, 9), budget=None)
    assert (offered.usd_first, offered.limit) == (Decimal(6), Decimal("6.3"))


def test_what_the_budget_has_no_room_for_says_so() -> None:
    mixed = plan(candidate(1, 6), candidate(2, 5), candidate(3, 4), candidate(4, 1, price(9, CLORE)), budget="10")
    later = asked(rented(mixed, 0), 2, 102, price(4), NOW)
    assert [each.skip for each in later.candidates] == [None, Skip.BUDGET, None, None]
    assert step(later) == Await(2)
    over = ended(rented(plan(candidate(1, 6), candidate(2, 5), budget="10"), 0), Done(Why.BUDGET), NOW)
    assert [each.skip for each in over.candidates] == [None, Skip.BUDGET]
    enough = ended(rented(rented(THREE, 0), 1), Done(Why.ALL), NOW)
    assert enough.candidates[2].state is State.PENDING, "it was not needed"


def test_one_without_the_coin_is_passed_over_with_that_reason() -> None:
    two = plan(candidate(1, 2), candidate(2, 2, price(3, CLORE)), coin=CLORE)
    assert step(two) == Rent(1, price(3, CLORE))
    assert asked(two, 1, 100, price(3, CLORE), NOW).candidates[0].skip is Skip.COIN


def test_each_gets_the_stop_condition_of_its_coin_or_is_passed_over() -> None:
    wish, listing = Wish(after=timedelta(hours=6)), Listing(ServerId(1), on_demand={BITCOIN: Decimal("0.0002")})
    stopping = replace(THREE, stop=wish, stops={BITCOIN: wish})
    assert still(THREE, price(2), listing, NOW) == Go(price(2), None)
    assert still(stopping, price(2), listing, NOW) == Go(price(2), wish)
    assert still(stopping, price(2), replace(listing, max_length=timedelta(hours=7)), NOW) == Go(price(2), wish)
    assert still(stopping, price(2), replace(listing, max_length=timedelta(hours=6)), NOW) is Skip.STOP
    assert still(replace(stopping, stops={}), price(2), listing, NOW) is Skip.STOP
    assert still(stopping, price(2), None, NOW) is Skip.GONE


def test_a_list_that_ends_ends_it() -> None:
    assert step(rented(plan(candidate(1)), 0)) == Done(Why.NO_MORE)
    assert step(plan(candidate(1), coin=CLORE)) == Done(Why.NO_MORE), "none can be paid in this coin"


def test_a_stop_waits_for_what_is_on_its_way() -> None:
    waiting = asked(THREE, 0, 100, price(2), NOW)
    assert step(waiting, stopping=True) == Await(0)
    assert step(rented(THREE, 0), stopping=True) == Done(Why.STOPPED)


def test_what_stood_still_for_long_is_not_gone_on_with() -> None:
    assert step(THREE, after=AWAY) == Rent(0, price(2))
    assert step(THREE, after=AWAY + timedelta(seconds=1)) == Done(Why.AWAY)
    waiting = asked(THREE, 0, 100, price(2), NOW)
    assert step(waiting, after=timedelta(days=1)) == Await(0), "what became of it is looked up all the same"


def test_what_has_ended_stays_ended() -> None:
    over = ended(THREE, Done(Why.CAUSE, Cause.FULL), NOW)
    assert step(over) == Done(Why.CAUSE, Cause.FULL)


def test_the_cheapest_coin_is_taken_unless_one_is_named() -> None:
    two = candidate(1, 5, price(3, CLORE))
    assert two.price(None) == price(3, CLORE)
    assert two.price(BITCOIN) == price(5)
    assert two.price("other") is None


@pytest.mark.parametrize(
    ("listing", "now"),
    [
        (None, Skip.GONE),
        (Listing(ServerId(1), on_demand={BITCOIN: Decimal("0.0002")}, rented=True), Skip.TAKEN),
        (Listing(ServerId(1), on_demand={BITCOIN: Decimal("0.0002")}, allowed_coins=(CLORE,)), Skip.COIN),
        (Listing(ServerId(1), on_demand={CLORE: Decimal(1)}), Skip.COIN),
        (Listing(ServerId(1), on_demand={BITCOIN: Decimal("0.0002001")}), Skip.DEARER),
        (Listing(ServerId(1), on_demand={BITCOIN: Decimal("0.0002")}), price(2)),
        (Listing(ServerId(1), on_demand={BITCOIN: Decimal("0.0001")}), price(1)),
    ],
)
def test_the_price_is_the_one_shown_or_less(listing: Listing | None, now: Price | Skip) -> None:
    assert price_now(price(2), listing) == now


def test_a_plan_is_kept_in_a_row() -> None:
    wish = Wish(cost=Money(Decimal("0.001"), BITCOIN), dollars=Money(Decimal(20), USD))
    stopping = replace(THREE, stop=wish.typed, stops={BITCOIN: wish}, checked_at=NOW, anew=True)
    kept = ended(rented(refused(stopping, 0, Cause.TAKEN), 1), Done(Why.NO_MORE), NOW)
    assert decode(BatchPlan, encode(kept)) == kept


outcomes = st.one_of(
    st.just(Result(Ending.DONE, Cause.RENTED, order=OrderId(1))),
    st.builds(Result, st.just(Ending.REFUSED), st.sampled_from(list(Cause))),
    st.builds(Result, st.just(Ending.UNKNOWN), st.sampled_from([Cause.LOST, Cause.NOT_RENTED])),
    st.none(),
)


@given(
    st.lists(st.integers(1, 20), max_size=12),
    st.integers(1, 6),
    st.integers(1, 60),
    st.lists(outcomes, min_size=12, max_size=12),
)
def test_never_more_than_wanted_nor_than_the_budget(
    prices: list[int], wanted: int, budget: int, results: list[Result | None]
) -> None:
    going = plan(*(candidate(n, usd) for n, usd in enumerate(prices)), wanted=wanted, budget=str(budget))
    requests = 0
    while not isinstance(following := step(going), Done):
        assert isinstance(following, Rent)
        assert not going.of(State.UNKNOWN)
        requests += 1
        going = asked(going, following.place, requests, following.price, NOW)
        assert step(going) == Await(following.place)
        going = settled(going, following.place, results[following.place], NOW)
    assert requests <= len(prices)
    assert len(going.of(State.RENTED, State.UNKNOWN)) <= wanted
    assert going.usd_rented <= budget
