"""Burn, runway and the top-up that buys time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import OrderId, ServerId
from bot.domain.money import BITCOIN, CLORE, Money, unit
from bot.domain.rental import Order
from bot.domain.spending import FOREVER, Wallet, burn_per_day, runway, top_up

AT = datetime(2026, 3, 1, tzinfo=UTC)


def order(number: int, price: str, coin: str = CLORE, fee: str | None = None) -> Order:
    percent = None if fee is None else Decimal(fee)
    return Order(
        OrderId(number), ServerId(number), Money(Decimal(price), coin), AT, timedelta(days=9), fee_percent=percent
    )


def clore(amount: str | int | Decimal) -> Money:
    return Money(Decimal(amount), CLORE)


def test_burn_is_the_sum_of_what_runs_with_its_fee_coin_by_coin() -> None:
    orders = [order(1, "10", fee="5"), order(2, "20", fee="0"), order(3, "0.001", BITCOIN, fee="10")]
    assert burn_per_day(orders, ()) == {CLORE: clore("30.5"), BITCOIN: Money(Decimal("0.0011"), BITCOIN)}


def test_waiting_bids_and_past_orders_burn_nothing() -> None:
    orders = [order(1, "10", fee="0"), order(2, "20"), replace(order(3, "40"), expired=True)]
    assert burn_per_day(orders, {OrderId(2)}) == {CLORE: clore(10)}
    assert burn_per_day(orders, {OrderId(1), OrderId(2)}) == {}


def test_a_fee_that_the_reply_leaves_out_is_the_usual_one() -> None:
    spot = replace(order(2, "100"), spot=True)
    assert burn_per_day([order(1, "100")], ()) == {CLORE: clore(105)}
    assert burn_per_day([spot], ()) == {CLORE: clore("101.25")}


@pytest.mark.parametrize(
    ("balance", "burn", "lasts"),
    [
        ("24", "24", timedelta(days=1)),
        ("1", "24", timedelta(hours=1)),
        ("0", "24", timedelta(0)),
        ("-5", "24", timedelta(0)),
        ("1E+20", "1E-20", FOREVER),
        ("5", "0", None),
        ("5", None, None),
    ],
)
def test_runway(balance: str, burn: str | None, lasts: timedelta | None) -> None:
    assert runway(clore(balance), None if burn is None else clore(burn)) == lasts


@given(st.decimals(0, 10**6, places=8), st.decimals("0.0001", 10**4, places=6), st.integers(1, 500))
def test_a_top_up_buys_the_hours_and_not_a_unit_more(balance: Decimal, burn: Decimal, hours: int) -> None:
    added = top_up(clore(balance), clore(burn), hours)
    needed = burn * hours / 24
    assert balance + added.amount >= needed
    assert added.amount == 0 or balance + added.amount - unit(CLORE) < needed
    assert added.amount % unit(CLORE) == 0


def test_a_wallet_without_a_balance_has_no_money_and_an_empty_one_has_none() -> None:
    assert Wallet(CLORE, None).money is None
    assert Wallet(CLORE, Decimal(0)).money == clore(0)
