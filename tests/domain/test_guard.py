"""The guard: what it does of itself, what it never does, and what it says then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain.guard import (
    AFTER_REFUSAL,
    FRESH,
    RATES_FRESH,
    SETTLES,
    Action,
    Guard,
    Move,
    Sent,
    Sight,
    Terms,
    settled,
    step,
)
from bot.domain.ids import OrderId, ServerId
from bot.domain.ledger import Cause, Ending, Result
from bot.domain.lowering import PAUSE, Known
from bot.domain.money import BITCOIN, CLORE, USD, Money, Rates
from bot.domain.reason import Why
from bot.domain.spot import Offer, SpotMarket
from storage.codec import decode, encode

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
MINE, RIVAL = OrderId(7), OrderId(3)
DONE = Result(Ending.DONE, Cause.HOLDS)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), USD)


def clore(amount: str) -> Money:
    return Money(Decimal(amount), CLORE)


def offer(amount: str, *, order: OrderId = RIVAL, active: bool = False) -> Offer:
    return Offer(order, usd(amount), active=active, mine=order == MINE)


def market(*offers: Offer, minimum: str = "1", at: datetime = NOW, rate: str = "0.01") -> SpotMarket:
    rates = Rates({CLORE: Decimal(rate), BITCOIN: Decimal(60_000)}, at)
    return SpotMarket(ServerId(6), at, offers=offers, minimum={USD: Decimal(minimum)}, online=True, rates=rates)


GUARD = Guard(MINE, Terms(ceiling=usd("3")))
OUTBID = market(offer("2", order=MINE), offer("2.5", active=True))


def acted(shown: SpotMarket, guard: Guard = GUARD, now: datetime | None = None, **sight: object) -> Action:
    """At the time of the reading, unless told otherwise."""
    return step(guard, Sight(shown, **sight), now or shown.read_at)[1]  # type: ignore[arg-type]


def test_an_outbid_bid_is_raised_by_as_much_as_it_takes() -> None:
    guard, action = step(GUARD, Sight(OUTBID), NOW)
    assert (action.move, action.why, action.price, action.was) == (Move.RAISE, Why.OUTBID, usd("2.5001"), usd("2"))
    assert (action.rival, action.rival_bid, action.wins) == (RIVAL, usd("2.5"), usd("2.5001"))
    assert (action.ceiling, action.rate, action.read_at) == (usd("3"), Decimal(1), NOW)
    assert guard.sent == Sent(usd("2.5001"), usd("2"), adds=Decimal("0.25005"))


@pytest.mark.parametrize(("percent", "price"), [("0", "2.5001"), ("1", "2.5252"), ("50", "3")])
def test_the_margin_is_added_up_to_the_ceiling(percent: str, price: str) -> None:
    guard = replace(GUARD, terms=replace(GUARD.terms, margin_percent=Decimal(percent)))
    assert acted(OUTBID, guard).price == usd(price)


def test_a_minimum_that_was_raised_is_followed() -> None:
    action = acted(market(offer("2", order=MINE), minimum="2.2"))
    assert (action.why, action.price, action.limit) == (Why.MINIMUM, usd("2.2"), usd("2.2"))


def test_a_bid_that_holds_below_a_raised_minimum_is_left_alone() -> None:
    assert acted(market(offer("2", order=MINE, active=True), minimum="2.2")).why is Why.HOLDS


def test_a_rival_that_became_worth_more_by_the_rates_is_met_before_the_machine_is_lost() -> None:
    shown = market(offer("2", order=MINE, active=True), Offer(RIVAL, clore("201")))
    action = acted(shown)
    assert (action.move, action.why, action.price) == (Move.RAISE, Why.EXPOSED, usd("2.0101"))
    assert acted(market(offer("2", order=MINE, active=True), Offer(RIVAL, clore("200")))).why is Why.HOLDS


def test_no_second_raise_before_the_reading_that_follows_the_first() -> None:
    guard, _ = step(GUARD, Sight(OUTBID), NOW)
    assert acted(OUTBID, guard, NOW + SECOND).why is Why.STALE
    guard = settled(guard, DONE, NOW + 2 * SECOND)
    on_its_way = market(*OUTBID.offers, at=NOW + SECOND)
    assert acted(on_its_way, guard, NOW + 3 * SECOND).why is Why.STALE
    shown = market(offer("2.5001", order=MINE, active=True), offer("2.5"), at=NOW + 3 * SECOND)
    assert acted(shown, guard).why is Why.HOLDS


def test_a_reading_that_does_not_show_the_raise_is_an_old_one_for_some_minutes() -> None:
    guard, _ = step(GUARD, Sight(OUTBID), NOW)
    guard = settled(guard, DONE, NOW + SECOND)
    assert acted(market(*OUTBID.offers, at=NOW + SETTLES), guard).why is Why.STALE
    assert acted(market(*OUTBID.offers, at=NOW + SECOND + SETTLES), guard).move is Move.RAISE


def test_a_raise_that_was_refused_for_its_rate_is_made_at_the_next_reading() -> None:
    guard, _ = step(replace(GUARD, terms=replace(GUARD.terms, pause=5 * MINUTE)), Sight(OUTBID), NOW)
    guard = settled(guard, Result(Ending.REFUSED, Cause.BUSY), NOW + SECOND)
    assert acted(market(*OUTBID.offers, at=NOW + MINUTE), guard).move is Move.RAISE


def test_a_refusal_is_followed_by_a_reading_before_the_next_try() -> None:
    guard, _ = step(GUARD, Sight(OUTBID), NOW)
    guard = settled(guard, Result(Ending.REFUSED, Cause.BUSY), NOW + SECOND)
    assert acted(OUTBID, guard, NOW + 2 * SECOND).why is Why.STALE


def test_what_is_read_right_after_a_step_counts_if_it_shows_the_step() -> None:
    """The reading that looks whether it was carried out: a rival may have come at the same moment."""
    held = market(offer("2.5", order=MINE, active=True))
    guard, action = step(GUARD, Sight(held), NOW)
    assert (action.move, action.price) == (Move.LOWER, usd("1"))
    guard = settled(guard, DONE, NOW + 3 * SECOND)
    before = market(offer("2.5", order=MINE), offer("2.6", active=True), at=NOW + SECOND)
    assert acted(before, guard, NOW + 3 * SECOND).why is Why.STALE, "read while it was on its way"
    behind = market(offer("1", order=MINE), offer("1.2", active=True), at=NOW + 2 * SECOND)
    assert acted(behind, guard, NOW + 3 * SECOND).price == usd("1.2001")


def test_between_two_raises_is_the_pause() -> None:
    terms = replace(GUARD.terms, pause=5 * MINUTE)
    guard, _ = step(replace(GUARD, terms=terms), Sight(OUTBID), NOW)
    guard = settled(guard, DONE, NOW + SECOND)
    beaten = (offer("2.5001", order=MINE), offer("2.6", active=True))
    action = acted(market(*beaten, at=NOW + MINUTE), guard)
    assert (action.move, action.why, action.until) == (Move.REST, Why.PAUSE, NOW + 5 * MINUTE)
    assert acted(market(*beaten, at=NOW + 5 * MINUTE), guard).price == usd("2.6001")


def test_a_raise_that_is_refused_in_words_stops_it_and_is_tried_again_after_ten_minutes() -> None:
    guard, _ = step(GUARD, Sight(OUTBID), NOW)
    guard = settled(guard, Result(Ending.REFUSED, Cause.REFUSED, detail="not_enough_balance"), NOW + SECOND)
    assert (guard.stopped, guard.added) == (Why.REFUSED, Decimal(0))
    waits, action = step(guard, Sight(market(*OUTBID.offers, at=NOW + MINUTE)), NOW + MINUTE)
    assert (action.move, action.why, waits.stopped) == (Move.REST, Why.PAUSE, Why.REFUSED)
    again, action = step(
        guard, Sight(market(*OUTBID.offers, at=NOW + SECOND + AFTER_REFUSAL)), NOW + SECOND + AFTER_REFUSAL
    )
    assert (action.move, again.stopped) == (Move.RAISE, None)


def test_what_stopped_it_is_over_when_the_bid_holds_again() -> None:
    guard, _ = step(GUARD, Sight(OUTBID), NOW)
    guard = settled(guard, Result(Ending.REFUSED, Cause.REFUSED), NOW + SECOND)
    held = market(offer("2", order=MINE, active=True), at=NOW + MINUTE)
    assert step(guard, Sight(held), NOW + MINUTE)[0].stopped is None


def test_a_minimum_that_moved_meanwhile_is_no_reason_to_stop() -> None:
    guard, _ = step(GUARD, Sight(OUTBID), NOW)
    guard = settled(guard, Result(Ending.REFUSED, Cause.TOO_LOW, limit=usd("2.7")), NOW + SECOND)
    assert guard.stopped is None
    shown = market(*OUTBID.offers, minimum="2.7", at=NOW + 2 * MINUTE)
    assert acted(shown, guard).price == usd("2.7")


@pytest.mark.parametrize(("late", "move"), [(FRESH, Move.RAISE), (FRESH + SECOND, Move.REST), (-SECOND, Move.REST)])
def test_what_is_too_old_moves_nothing(late: timedelta, move: Move) -> None:
    assert acted(OUTBID, now=NOW + late).move is move


def test_without_any_reading_it_waits() -> None:
    assert step(GUARD, Sight(), NOW) == (GUARD, Action(Move.REST, Why.STALE))


BEYOND = market(offer("2", order=MINE), offer("3", active=True), minimum="2")


@pytest.mark.parametrize(
    ("shown", "sight", "why"),
    [
        (BEYOND, {}, Why.CEILING),
        (market(offer("2", order=MINE), minimum="3.1"), {}, Why.MINIMUM_OVER_CEILING),
        (OUTBID, {"rented_on_demand": True}, Why.ON_DEMAND),
        (replace(OUTBID, online=False), {}, Why.OFFLINE),
        (replace(OUTBID, public=False), {}, Why.HIDDEN),
        (replace(OUTBID, exists=False), {}, Why.NO_MARKET),
        (market(offer("2", order=MINE), Offer(RIVAL, Money(Decimal(1), "doge"))), {}, Why.NO_RATE),
        (OUTBID, {"guarded": frozenset({MINE, RIVAL})}, Why.OWN_BID),
        (OUTBID, {"key_refused": True}, Why.KEY_REFUSED),
        (OUTBID, {"gone": True}, Why.VANISHED),
    ],
)
def test_where_it_can_do_nothing_it_stops_and_says_why(shown: SpotMarket, sight: dict[str, object], why: Why) -> None:
    guard, action = step(GUARD, Sight(shown, **sight), NOW)  # type: ignore[arg-type]
    assert (action.move, action.why, guard.stopped) == (Move.STOP, why, why)
    later = replace(OUTBID, read_at=NOW + MINUTE)
    assert step(guard, Sight(later), later.read_at)[1].move is (Move.STOP if why is Why.VANISHED else Move.RAISE)


def test_a_bid_that_is_not_listed_is_not_gone_yet() -> None:
    assert acted(market(offer("2.5"))).why is Why.NOT_LISTED


def test_the_highest_bid_that_does_not_hold_is_not_raised() -> None:
    assert acted(market(offer("2.6", order=MINE), offer("2.5"))).why is Why.UNSETTLED


@pytest.mark.parametrize("shown", [None, "doge"])
def test_a_bid_that_holds_needs_no_rate(shown: str | None) -> None:
    rivals = () if shown is None else (Offer(RIVAL, Money(Decimal(1), shown)),)
    holds = replace(market(offer("2", order=MINE, active=True), *rivals), minimum={}, rates=None)
    guard, action = step(GUARD, Sight(holds), NOW)
    assert (action.move, action.why, guard.stopped) == (Move.REST, Why.NO_RATE, None)


# The ceiling and the rates


def test_a_ceiling_in_dollars_is_taken_by_the_rate_of_now() -> None:
    mine = Offer(MINE, clore("200"))
    rival = Offer(RIVAL, clore("280"), active=True)
    assert acted(market(mine, rival, rate="0.0107", minimum="2.15")).price == clore("280.0001")  # 2.996 dollars
    action = acted(market(mine, rival, rate="0.0108", minimum="2.15"))  # 3.024 dollars
    assert (action.move, action.why, action.ceiling) == (Move.STOP, Why.CEILING, clore("277.7777"))


def test_without_a_rate_there_is_no_raise_and_rates_from_elsewhere_must_be_fresh() -> None:
    shown = replace(market(Offer(MINE, clore("200")), Offer(RIVAL, clore("280"), active=True)), rates=None)
    rates = Rates({CLORE: Decimal("0.01")}, NOW - RATES_FRESH)
    assert acted(shown).why is Why.NO_RATE
    assert acted(shown, rates=rates).move is Move.RAISE
    assert acted(shown, rates=replace(rates, at=NOW - RATES_FRESH - SECOND)).why is Why.NO_RATE


def test_a_ceiling_in_the_coin_of_the_bid_needs_no_rate() -> None:
    shown = replace(market(offer("2", order=MINE), offer("2.5", active=True)), rates=None)
    assert acted(shown).move is Move.RAISE


def test_a_bid_that_a_rate_has_lifted_over_the_ceiling_comes_down_though_that_loses() -> None:
    shown = market(Offer(MINE, clore("300"), active=True), Offer(RIVAL, clore("290")), rate="0.0108")
    action = acted(shown)
    assert (action.move, action.why, action.price) == (Move.LOWER, Why.OVER_CEILING, clore("0.0001") + clore("92.5925"))


def test_a_minimum_over_the_ceiling_is_as_far_down_as_it_goes() -> None:
    shown = market(offer("3.2", order=MINE, active=True), minimum="3.1")
    action = acted(shown)
    assert (action.move, action.why, action.price) == (Move.LOWER, Why.OVER_CEILING, usd("3.1"))
    assert acted(market(offer("3.1", order=MINE, active=True), minimum="3.1")).why is Why.HOLDS


# Walking down


ALONE = market(offer("2.9", order=MINE, active=True), offer("2"))
WALKING = replace(GUARD, known=Known(step=usd("0.05")))


def test_a_bid_that_need_not_be_so_high_is_lowered_step_by_step() -> None:
    guard, action = step(WALKING, Sight(ALONE), NOW)
    assert (action.move, action.why, action.price, action.was) == (Move.LOWER, Why.CHEAPER, usd("2.85"), usd("2.9"))
    guard = settled(guard, DONE, NOW + SECOND)
    lower = (offer("2.85", order=MINE, active=True), offer("2"))
    action = acted(market(*lower, at=NOW + MINUTE), guard)
    assert (action.move, action.why, action.until) == (Move.REST, Why.TIMER, NOW + SECOND + PAUSE)
    assert acted(market(*lower, at=NOW + SECOND + PAUSE), guard).price == usd("2.8")


def test_a_floor_that_nobody_knows_is_found_out_by_one_try() -> None:
    guard, action = step(GUARD, Sight(ALONE), NOW)
    assert (action.move, action.price) == (Move.LOWER, usd("2.0001"))
    guard = settled(guard, Result(Ending.REFUSED, Cause.STEP_TOO_BIG, limit=usd("2.85")), NOW + SECOND)
    assert acted(replace(ALONE, read_at=NOW + MINUTE), guard).price == usd("2.85")


def test_a_timer_that_nobody_knew_of_is_waited_for() -> None:
    guard, _ = step(GUARD, Sight(ALONE), NOW)
    guard = settled(guard, Result(Ending.REFUSED, Cause.TOO_SOON, wait=timedelta(seconds=513)), NOW)
    assert acted(replace(ALONE, read_at=NOW + MINUTE), guard).until == NOW + timedelta(seconds=513)


def test_a_lowering_without_an_answer_may_have_been_done() -> None:
    guard, _ = step(WALKING, Sight(ALONE), NOW)
    guard = settled(guard, Result(Ending.UNKNOWN, Cause.LOST), NOW + MINUTE)
    assert acted(replace(ALONE, read_at=NOW + 2 * MINUTE), guard).why is Why.STALE
    done = market(offer("2.85", order=MINE, active=True), offer("2"), at=NOW + 2 * MINUTE)
    assert acted(done, guard).until == NOW + MINUTE + PAUSE
    assert acted(replace(ALONE, read_at=NOW + MINUTE + SETTLES), guard).price == usd("2.85")


def test_after_a_kill_the_reading_that_shows_a_lowering_starts_the_timer() -> None:
    guard, _ = step(WALKING, Sight(ALONE), NOW)  # and nothing was heard of it
    done = market(offer("2.85", order=MINE, active=True), offer("2"), at=NOW + 2 * MINUTE)
    assert acted(done, guard).until == NOW + 2 * MINUTE + PAUSE


@pytest.mark.parametrize("cause", [Cause.TOO_LOW, Cause.REFUSED])
def test_a_refusal_that_names_nothing_is_not_tried_again_for_ten_minutes(cause: Cause) -> None:
    guard, _ = step(GUARD, Sight(ALONE), NOW)
    guard = settled(guard, Result(Ending.REFUSED, cause), NOW)
    assert acted(replace(ALONE, read_at=NOW + MINUTE), guard).until == NOW + PAUSE


def test_a_lowering_that_was_never_carried_out_is_made_at_the_next_reading() -> None:
    guard, _ = step(WALKING, Sight(ALONE), NOW)
    guard = settled(guard, Result(Ending.REFUSED, Cause.BUSY), NOW + SECOND)
    assert acted(replace(ALONE, read_at=NOW + MINUTE), guard).price == usd("2.85")


def test_what_a_person_lowered_starts_the_timer_too() -> None:
    guard, _ = step(WALKING, Sight(market(offer("2.92", order=MINE, active=True), offer("2.915"))), NOW)
    at = NOW + MINUTE
    assert acted(market(*ALONE.offers, at=at), guard).until == at + PAUSE


def test_less_than_a_hundredth_is_not_worth_ten_minutes() -> None:
    assert acted(market(offer("2.02", order=MINE, active=True), offer("2"))).why is Why.HOLDS
    assert acted(market(offer("2.03", order=MINE, active=True), offer("2"))).move is Move.LOWER


def test_behind_a_rival_out_of_reach_it_walks_to_what_holds_once_that_is_gone() -> None:
    shown = market(offer("2.9", order=MINE), offer("2"), offer("9", order=OrderId(4), active=True))
    guard, action = step(WALKING, Sight(shown), NOW)
    assert (action.move, action.why, action.price) == (Move.LOWER, Why.BEHIND, usd("2.85"))
    assert guard.stopped is Why.CEILING


def test_coming_down_to_its_ceiling_it_still_waits_for_what_is_out_of_reach() -> None:
    shown = market(offer("3.2", order=MINE), offer("2"), offer("9", order=OrderId(4), active=True))
    guard, action = step(WALKING, Sight(shown), NOW)
    assert (action.move, action.why, guard.stopped) == (Move.LOWER, Why.OVER_CEILING, Why.CEILING)


def test_a_holder_with_a_rival_out_of_reach_leaves_everything_as_it_is() -> None:
    """By the rates of now that rival should hold. A lowering would only remind the auction of it."""
    shown = market(offer("2.9", order=MINE, active=True), offer("2"), offer("9", order=OrderId(4)))
    assert acted(shown, WALKING).why is Why.HOLDS


# The budget


def test_the_raises_of_a_day_add_no_more_than_the_budget() -> None:
    """At noon half a day is left: a raise by 0.5 adds a quarter of a dollar to it."""
    guard = replace(GUARD, terms=replace(GUARD.terms, budget=usd("0.3")))
    guard, action = step(guard, Sight(OUTBID), NOW)
    assert action.price == usd("2.5001")
    guard = settled(guard, DONE, NOW)
    beaten = (offer("2.5001", order=MINE), offer("2.7", active=True))
    guard, action = step(guard, Sight(market(*beaten, at=NOW + MINUTE)), NOW + MINUTE)
    assert (action.move, action.why, action.limit) == (Move.STOP, Why.BUDGET, usd("0.04995"))
    midnight = NOW + timedelta(hours=12)
    assert acted(market(*beaten, at=midnight), guard).price == usd("2.7001")


def test_the_margin_gives_way_to_the_budget() -> None:
    terms = replace(GUARD.terms, budget=usd("0.3"), margin_percent=Decimal(10))
    assert acted(OUTBID, replace(GUARD, terms=terms)).price == usd("2.6")


def test_a_raise_that_was_refused_takes_nothing_of_the_budget() -> None:
    guard, _ = step(GUARD, Sight(OUTBID), NOW)
    assert guard.added == Decimal("0.25005")
    assert settled(guard, Result(Ending.REFUSED, Cause.TOO_LOW), NOW).added == 0


def test_what_a_lowering_takes_off_is_given_back() -> None:
    guard, _ = step(replace(WALKING, added=Decimal(1), day=NOW.date()), Sight(ALONE), NOW)
    guard = settled(guard, DONE, NOW)
    at = NOW + timedelta(hours=6)
    guard, _ = step(guard, Sight(market(offer("2.85", order=MINE, active=True), offer("2"), at=at)), at)
    assert guard.added == Decimal("0.9875")


def test_a_budget_in_a_coin_without_a_rate_allows_no_raise() -> None:
    terms = replace(GUARD.terms, budget=Money(Decimal(1), "doge"))
    assert acted(OUTBID, replace(GUARD, terms=terms)).why is Why.NO_RATE


def test_a_guard_and_what_it_did_go_through_a_row() -> None:
    guard, action = step(replace(WALKING, terms=replace(GUARD.terms, budget=usd("1"))), Sight(ALONE), NOW)
    assert decode(Guard, encode(guard)) == guard
    assert decode(Action, encode(action)) == action
    stopped, _ = step(GUARD, Sight(BEYOND), NOW)
    assert decode(Guard, encode(stopped)) == stopped


def test_an_answer_that_nobody_waits_for_changes_nothing() -> None:
    assert settled(GUARD, DONE, NOW) == GUARD
