"""Choosing the terms of a guard: what is proposed and offered, and what is understood of what is typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.guard import Terms
from bot.domain.guard_setting import Basis, Bid, GuardProblem, Term, choices, proposed, read, seen
from bot.domain.ids import OrderId, ServerId
from bot.domain.market import Listing
from bot.domain.money import BITCOIN, CLORE, USD, Money, Rates, unit, with_fee
from bot.domain.spot import Offer, SpotMarket

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RATES = Rates({BITCOIN: Decimal(50_000), CLORE: Decimal("0.01")}, NOW)
FEE = Decimal("1.25")


def btc(amount: str) -> Money:
    return Money(Decimal(amount), BITCOIN)


TERMS = Terms(btc("0.0001"))
MINE = Offer(OrderId(7), btc("0.00002"), active=True, mine=True)
RIVAL = Offer(OrderId(3), btc("0.00003"))


def market(*offers: Offer, rates: Rates | None = RATES) -> SpotMarket:
    return SpotMarket(ServerId(6), NOW, offers=offers, minimum={BITCOIN: Decimal("0.00001")}, rates=rates)


def test_the_ceiling_that_is_proposed_is_what_the_machine_costs_on_demand() -> None:
    found = seen(MINE, market(MINE, RIVAL), Listing(ServerId(6), on_demand={BITCOIN: Decimal("0.00004")}), FEE, RATES)
    terms, basis = proposed(found)
    assert basis is Basis.ON_DEMAND
    assert with_fee(terms.ceiling, FEE) <= with_fee(btc("0.00004"), Decimal(5))
    assert with_fee(terms.ceiling + btc("0.00000001"), FEE) > with_fee(btc("0.00004"), Decimal(5))
    assert terms == Terms(terms.ceiling, Decimal(0), timedelta(minutes=1), None)


def test_a_price_on_demand_in_another_coin_counts_by_its_rate() -> None:
    dollars = Listing(ServerId(6), on_demand={USD: Decimal(2)})
    assert seen(MINE, market(MINE), dollars, FEE, RATES).on_demand == btc("0.00004148")
    assert seen(MINE, market(MINE, rates=None), dollars, FEE, None).on_demand is None


def test_without_a_price_on_demand_it_is_a_quarter_over_the_bid_or_what_wins() -> None:
    assert proposed(seen(MINE, market(MINE), None, FEE, RATES)) == (Terms(btc("0.000025")), Basis.BID)
    assert proposed(seen(MINE, market(MINE, RIVAL), None, FEE, RATES)) == (Terms(btc("0.00003752")), Basis.WINS)


@pytest.mark.parametrize(
    ("term", "text", "terms"),
    [
        (Term.CEILING, "5 USD", replace(TERMS, ceiling=Money(Decimal(5), USD))),
        (Term.CEILING, "$5", replace(TERMS, ceiling=Money(Decimal(5), USD))),
        (Term.CEILING, "0.00008", replace(TERMS, ceiling=btc("0.00008"))),
        (Term.CEILING, " 0,00008  btc ", replace(TERMS, ceiling=btc("0.00008"))),
        (Term.MARGIN, "2.5 %", replace(TERMS, margin_percent=Decimal("2.5"))),
        (Term.MARGIN, "0", TERMS),
        (Term.MARGIN, "100", replace(TERMS, margin_percent=Decimal(100))),
        (Term.PAUSE, "1 h 30 min", replace(TERMS, pause=timedelta(minutes=90))),
        (Term.BUDGET, "1 usd", replace(TERMS, budget=Money(Decimal(1), USD))),
        (Term.BUDGET, "None", TERMS),
    ],
)
def test_what_is_typed_is_understood(term: Term, text: str, terms: Terms) -> None:
    assert read(term, text, TERMS, BITCOIN) == terms


@pytest.mark.parametrize(
    ("term", "text", "problem"),
    [
        (Term.CEILING, "0", GuardProblem.NOT_AN_AMOUNT),
        (Term.CEILING, "-1 usd", GuardProblem.NOT_AN_AMOUNT),
        (Term.CEILING, "1e9", GuardProblem.OTHER_COIN),
        (Term.CEILING, "5 clore", GuardProblem.OTHER_COIN),
        (Term.MARGIN, "-1", GuardProblem.NOT_A_PERCENTAGE),
        (Term.MARGIN, "100.01 %", GuardProblem.TOO_MUCH),
        (Term.PAUSE, "10 s", GuardProblem.NOT_A_SPAN),
        (Term.PAUSE, "25 h", GuardProblem.TOO_LONG),
        (Term.BUDGET, "", GuardProblem.NOT_AN_AMOUNT),
    ],
)
def test_what_is_no_term_is_named(term: Term, text: str, problem: GuardProblem) -> None:
    assert read(term, text, TERMS, BITCOIN) is problem


@given(st.sampled_from(Term), st.text(max_size=20))
def test_no_text_breaks_it_or_sets_a_limit_of_nothing(term: Term, text: str) -> None:
    terms = read(term, text, TERMS, BITCOIN)
    if isinstance(terms, Terms):
        assert terms.ceiling.amount > 0
        assert 0 <= terms.margin_percent <= 100
        assert timedelta(minutes=1) <= terms.pause <= timedelta(days=1)
        assert terms.budget is None or terms.budget.amount > 0


@given(st.integers(1, 10**12), st.none() | st.integers(1, 10**12), st.sampled_from([BITCOIN, CLORE, USD]))
def test_each_choice_changes_its_term_alone_and_has_a_word_of_its_own(bid: int, wins: int | None, coin: str) -> None:
    step = unit(coin)
    found = Bid(Money(bid * step, coin), None if wins is None else Money(wins * step, coin))
    terms = replace(TERMS, ceiling=Money(Decimal(1), coin))
    names = {Term.CEILING: "ceiling", Term.MARGIN: "margin_percent", Term.PAUSE: "pause", Term.BUDGET: "budget"}
    for term, name in names.items():
        offered = choices(term, terms, found)
        assert len({choice.word for choice in offered}) == len(offered)
        for choice in offered:
            assert replace(choice.terms, **{name: getattr(terms, name)}) == terms
            assert len(choice.word) <= 8
