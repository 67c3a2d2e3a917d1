"""What arrives without this bot: orders that others made with the key, and coins."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.alerts.alert import AlertType, Deposited, News, Started
from bot.alerts.conditions import Context
from bot.domain.ids import OrderId, ServerId
from bot.domain.money import BITCOIN, CLORE, Money
from tests.alerts.world import World, news

STARTED, DEPOSIT = AlertType.ORDER_STARTED, AlertType.WALLET_DEPOSIT


def world() -> World:
    """Looked at once."""
    made = World(deaf_to=frozenset())
    made.rent(1)
    assert made.look() == []
    return made


# order.started_elsewhere


def test_an_order_of_somebody_else_is_told_once_by_the_second_answer_that_lists_it() -> None:
    it = world()
    new = it.rent(2)
    assert it.look() == []
    (told,) = it.look()
    assert (told.type, told.news, told.facts, told.loud) == (STARTED, News.EDGE, Started(new), True)
    assert [it.look() for _ in range(3)] == [[]] * 3


def test_what_is_there_at_the_first_look_is_no_news() -> None:
    it = World(deaf_to=frozenset())
    it.rent(1)
    assert [it.look() for _ in range(3)] == [[]] * 3


def test_one_that_a_single_answer_lists_is_no_news() -> None:
    it = world()
    it.rent(2)
    assert it.look() == []
    it.orders.pop()
    assert [notice for notice in it.look() if notice.type is STARTED] == []


@pytest.mark.parametrize(
    "context", [Context(created=frozenset({OrderId(2)})), Context(awaited=frozenset({ServerId(1002)}))]
)
def test_what_this_bot_has_made_or_may_have_made_is_no_news(context: Context) -> None:
    it = world()
    it.context = context
    it.rent(2)
    assert [it.look() for _ in range(3)] == [[]] * 3


def test_an_order_that_an_answer_left_out_is_no_new_one() -> None:
    it = world()
    left_out = it.orders.pop()
    it.look(1)
    it.orders.append(left_out)
    assert [notice for notice in it.look(1) + it.look() + it.look() if notice.type is STARTED] == []


# wallet.deposit


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("100", "110", True),
        ("100", "106", True),
        ("100", "104.9", False),  # some cents
        ("10000", "10099", False),  # less than a hundredth
        ("10000", "10101", True),
        ("0", "6", True),
        ("100", "90", False),
    ],
)
def test_a_rise_is_told_silently_if_it_is_no_trifle(before: str, after: str, told: bool) -> None:
    it = world()
    it.wallets[CLORE] = Decimal(before)
    for _ in range(3):
        it.look()
    it.told.clear()
    it.wallets[CLORE] = Decimal(after)
    found = it.look()
    assert news(found) == ([(DEPOSIT, News.EDGE)] if told else [])
    assert not any(notice.loud for notice in found)
    assert it.look() == []


def test_a_deposit_says_what_was_and_what_is() -> None:
    it = world()
    it.wallets[BITCOIN] = Decimal("0.5")
    it.look()
    it.wallets[BITCOIN] = Decimal("0.75")
    (told,) = it.look()
    assert told.facts == Deposited(Money(Decimal("0.5"), BITCOIN), Money(Decimal("0.75"), BITCOIN))
    assert told.subject == BITCOIN


def test_a_balance_that_comes_back_after_a_misreading_is_no_deposit() -> None:
    it = world()
    for balance in (Decimal(0), Decimal(100_000), None, Decimal(100_000)):
        it.wallets[CLORE] = balance
        assert it.look() == []


def test_two_deposits_are_told_of_both() -> None:
    it = world()
    for balance in (120_000, 120_000, 150_000):
        it.wallets[CLORE] = Decimal(balance)
        it.look()
    assert news(it.told) == [(DEPOSIT, News.EDGE)] * 2
