"""A list of machines as it was shown, beside what is known now: passed over with a reason, never dearer than shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain.batch import BatchPlan, Price, Skip, State
from bot.domain.catalogue import NOTHING_UNWANTED, Catalogue, Unwanted
from bot.domain.found import find
from bot.domain.ids import OwnerId, ServerId
from bot.domain.market import Listing, Market
from bot.domain.money import BITCOIN, CLORE, USD, Money, Rates
from bot.domain.search import Search
from bot.domain.shortlist import MOST_CANDIDATES, Present, listed, looked_at, shortened, with_stops
from bot.domain.spending import Wallet
from bot.domain.stop_setting import StopProblem
from bot.domain.wish import Wish

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RATES = Rates({BITCOIN: Decimal(20_000), CLORE: Decimal("0.01")}, NOW)
PLENTY = (Wallet(BITCOIN, Decimal(1)), Wallet(CLORE, Decimal(100_000)))


def machine(number: int, bitcoin: str = "0.0001", **more: object) -> Listing:
    made = Listing(ServerId(number), OwnerId(70 + number), timedelta(hours=72), {BITCOIN: Decimal(bitcoin)})
    return replace(made, **more)  # type: ignore[arg-type]


def catalogue(listings: Iterable[Listing], rates: Rates | None = RATES) -> Catalogue:
    return Catalogue.of(Market(tuple(listings), NOW), rates)


def shown(*listings: Listing) -> BatchPlan:
    """As a person looked at it, the cheapest first."""
    return BatchPlan(listed(find(catalogue(listings), Search(), NOTHING_UNWANTED)), NOW)


def present(*listings: Listing, wallets: tuple[Wallet, ...] = PLENTY, **more: Unwanted) -> Present:
    unwanted = {"own": NOTHING_UNWANTED, "blocked": NOTHING_UNWANTED, **more}
    return Present(catalogue(listings), wallets, unwanted["own"], unwanted["blocked"])


def skips(plan: BatchPlan) -> dict[int, Skip | None]:
    return {each.server: each.skip for each in plan.candidates}


def test_the_order_is_that_of_the_list_whatever_things_cost_now() -> None:
    plan = shown(machine(1, "0.0001"), machine(2, "0.0002"), machine(3, "0.0003"))
    cheaper = looked_at(plan, present(machine(3, "0.00001"), machine(2, "0.0002"), machine(1, "0.0001")), NOW)
    assert [each.server for each in cheaper.candidates] == [1, 2, 3]
    assert cheaper.candidates[2].price(None) == Price(Money(Decimal("0.00001"), BITCOIN), Decimal("0.21"))
    assert cheaper.first == (cheaper.candidates[0].price(None), cheaper.candidates[1].price(None))
    assert cheaper.costs == {BITCOIN: Money(Decimal("0.000315"), BITCOIN)}


@pytest.mark.parametrize(
    ("now", "skip"),
    [
        ((), Skip.GONE),
        ((machine(1, rented=True),), Skip.TAKEN),
        ((machine(1, "0.00011"),), Skip.DEARER),
        ((machine(1, allowed_coins=(CLORE,)),), Skip.COIN),
        ((machine(1),), None),
    ],
)
def test_what_cannot_be_rented_any_more_has_its_reason(now: tuple[Listing, ...], skip: Skip | None) -> None:
    looked = looked_at(shown(machine(1)), present(*now), NOW)
    assert skips(looked) == {1: skip}
    assert bool(looked.first) is (skip is None)


def test_a_machine_that_is_dearer_in_one_coin_can_be_had_in_the_other() -> None:
    both = machine(1, on_demand={BITCOIN: Decimal("0.0001"), CLORE: Decimal(300)})
    dearer = replace(both, on_demand={BITCOIN: Decimal("0.0002"), CLORE: Decimal(300)})
    looked = looked_at(shown(both), present(dearer), NOW)
    assert looked.coins == (CLORE,)
    assert [price.price.currency for price in looked.first] == [CLORE]


def test_own_blocked_and_unpayable_ones_are_passed_over() -> None:
    machines = [machine(number) for number in (1, 2, 3, 4)]
    own, blocked = Unwanted(frozenset({ServerId(1)})), Unwanted(owners=frozenset({OwnerId(72)}))
    looked = looked_at(shown(*machines), present(*machines, own=own, blocked=blocked), NOW)
    assert skips(looked) == {1: Skip.OWN, 2: Skip.BLOCKED, 3: None, 4: None}
    poor = looked_at(looked, present(*machines, wallets=(Wallet(BITCOIN, Decimal("0.000001")),)), NOW)
    assert set(skips(poor).values()) == {Skip.NO_FUNDS}
    unknown = looked_at(poor, present(*machines, wallets=(Wallet(BITCOIN, None),)), NOW)
    assert set(skips(unknown).values()) == {Skip.NO_FUNDS}, "nobody knows that it reaches"
    assert looked_at(poor, present(*machines), NOW).first, "what reaches now can be rented"


def test_without_a_price_in_dollars_none_is_rented_within_a_budget() -> None:
    found = find(catalogue([machine(1)], None), Search(), NOTHING_UNWANTED)
    plan = BatchPlan(listed(found), NOW)
    assert skips(looked_at(plan, present(machine(1)), NOW)) == {1: Skip.NO_PRICE}


def test_the_list_is_cut_after_enough_that_can_be_rented() -> None:
    machines = [machine(number, rented=number % 2 == 0) for number in range(1, 201)]
    found = find(catalogue(machine(number) for number in range(1, 201)), Search(), NOTHING_UNWANTED)
    looked = shortened(looked_at(BatchPlan(listed(found), NOW), present(*machines), NOW))
    assert len(looked.of(State.PENDING)) == MOST_CANDIDATES
    assert len(looked.candidates) == 2 * MOST_CANDIDATES - 1


def test_one_that_ends_by_itself_before_the_stop_is_passed_over() -> None:
    machines = [machine(1, max_length=timedelta(hours=6)), machine(2), machine(3, max_length=None)]
    plan = replace(shown(*machines), stop=Wish(after=timedelta(hours=6)))
    assert skips(looked_at(plan, present(*machines), NOW)) == {1: Skip.STOP, 2: None, 3: None}


def test_a_cost_in_dollars_is_turned_into_the_coin_of_each() -> None:
    two = machine(2, on_demand={CLORE: Decimal(300)})
    plan = replace(looked_at(shown(machine(1), two), present(machine(1), two), NOW), stop=dollars(2))
    settled = with_stops(plan, PLENTY, {}, RATES, NOW)
    assert isinstance(settled, BatchPlan)
    assert {coin: wish.cost for coin, wish in settled.stops.items()} == {
        BITCOIN: Money(Decimal("0.0001"), BITCOIN),
        CLORE: Money(Decimal(200), CLORE),
    }
    assert with_stops(plan, PLENTY, {}, None, NOW) is StopProblem.NO_RATE
    one_coin = replace(plan, stop=Wish(cost=Money(Decimal("0.001"), BITCOIN)))
    assert with_stops(one_coin, PLENTY, {}, RATES, NOW) is StopProblem.OTHER_COIN
    assert isinstance(with_stops(replace(one_coin, wanted=1), PLENTY, {}, RATES, NOW), BatchPlan)


def test_a_runway_is_judged_with_all_of_them() -> None:
    machines = [machine(1, "0.01"), machine(2, "0.01")]
    wallets = (Wallet(BITCOIN, Decimal("0.021")),)
    plan = looked_at(shown(*machines), present(*machines, wallets=wallets), NOW)
    stopping = replace(plan, stop=Wish(runway=timedelta(hours=30)))
    assert with_stops(stopping, wallets, {}, RATES, NOW) is StopProblem.SHORT_THEN
    assert isinstance(with_stops(replace(stopping, wanted=1), wallets, {}, RATES, NOW), BatchPlan)
    burning = {BITCOIN: Money(Decimal("0.01"), BITCOIN)}
    assert with_stops(replace(stopping, wanted=1), wallets, burning, RATES, NOW) is StopProblem.SHORT_THEN


def dollars(amount: int) -> Wish:
    return Wish(cost=Money(Decimal(amount), USD))
