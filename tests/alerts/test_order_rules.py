"""The rules about orders: when each fires, when it does not, when it is clear, and what makes it worse."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.alerts.alert import AlertType, Ended, EndReason, Expiring, News, Phase, Severity
from bot.domain.money import BITCOIN, CLORE, Money, Rates
from bot.domain.rental import Order
from tests.alerts.world import START, World, bid, news, seconds

EXPIRING = AlertType.ORDER_EXPIRING
ENDED = AlertType.ORDER_ENDED
HOUR = 3600.0


# order.expiring


@pytest.mark.parametrize(
    ("length", "left", "stage"),
    [
        (100, 24.01, None),
        (100, 24, 1),
        (100, 6.01, 1),
        (100, 6, 2),
        (100, 1, 3),
        (100, 0.25, 4),
        (100, 0, None),  # past its length, still listed: nothing left to warn of
        (100, -5, None),
        (48, 24, 1),
        (47.9, 24, None),  # a stage of more than half the length is skipped
        (47.9, 6, 2),
        (11, 6, None),
        (2, 1, 3),
        (1.9, 1, None),
        (0.5, 0.25, 4),
        (0.4, 0.25, None),
    ],
)
def test_expiring_by_the_time_left(length: float, left: float, stage: int | None) -> None:
    world = World()
    world.rent(1, hours=length)
    told = world.look((length - left) * HOUR)
    assert [notice.stage for notice in told] == ([] if stage is None else [stage])


def test_every_stage_of_the_end_is_told_once() -> None:
    world = World()
    world.rent(1, hours=60)
    world.look()
    while world.now < START + timedelta(hours=62):
        world.look(600)
    told = [(notice.news, notice.stage, notice.severity, notice.loud) for notice in world.told]
    assert told == [
        (News.FIRED, 1, Severity.INFO, False),
        (News.ESCALATED, 2, Severity.WARNING, True),
        (News.ESCALATED, 3, Severity.CRITICAL, True),
        (News.ESCALATED, 4, Severity.CRITICAL, True),
    ]
    assert len({notice.episode for notice in world.told}) == 1


@pytest.mark.parametrize(
    ("longer", "expected"),
    [
        (timedelta(minutes=1), []),  # within the tenth that keeps a stage
        (timedelta(hours=2), [News.CHANGED]),  # milder, not over
        (timedelta(hours=200), [News.RESOLVED]),
    ],
)
def test_an_extended_rental(longer: timedelta, expected: list[News]) -> None:
    world = World()
    listed = world.rent(1, hours=100)
    world.look(99.01 * HOUR)
    world.change(listed, max_length=listed.max_length + longer)
    told = world.look()
    assert [notice.news for notice in told] == expected
    assert not any(notice.loud for notice in told)
    assert all(isinstance(notice.facts, Expiring) and notice.facts.order == world.orders[0] for notice in told)


def test_a_stage_that_was_told_is_not_told_again_in_the_episode() -> None:
    world = World()
    listed = world.rent(1, hours=100)
    world.look(99.01 * HOUR)
    longer = world.change(listed, max_length=listed.max_length + timedelta(hours=2))
    world.look()
    world.change(longer, max_length=listed.max_length)
    assert [notice.news for notice in world.look()] == [News.CHANGED]


def test_a_bid_that_waits_has_no_end_to_warn_of() -> None:
    world = World()
    waiting = world.rent(1, spot=True, hours=20)
    world.outbid(waiting)
    assert world.look(19.5 * HOUR) == []


def test_a_stage_that_is_reached_while_orders_cannot_be_read_waits_for_them() -> None:
    world = World()
    world.rent(1, hours=3)
    world.look(1.99 * HOUR)
    assert world.look(60, orders=False) == []
    assert [notice.stage for notice in world.look(1)] == [3]


# order.ended


@pytest.mark.parametrize("between", [1, 10, 29])
def test_two_answers_too_near_are_one(between: float) -> None:
    world = World()
    gone = world.rent(1)
    world.look()
    world.vanish(gone)
    assert [world.look(), world.look(between)] == [[], []]
    assert news(world.look(30 - between)) == [(ENDED, News.EDGE)]


def test_an_order_that_the_past_orders_show_active_has_not_ended() -> None:
    world = World()
    gone = world.rent(1)
    world.look()
    world.vanish(gone)
    world.past.append(gone)
    assert [world.look() for _ in range(5)] == [[]] * 5
    world.past[:] = [replace(gone, expired=True)]
    (told,) = world.look()
    assert isinstance(told.facts, Ended)
    assert (told.facts.reason, told.facts.absent_since) == (EndReason.COMPLETED, START + seconds(120))


def test_the_last_price_comes_from_the_past_orders() -> None:
    world = World()
    gone = world.rent(1)
    world.look()
    world.vanish(gone)
    world.past.append(replace(gone, expired=True, spent=Money(Decimal(9), CLORE)))
    (told,) = world.look() + world.look()
    assert isinstance(told.facts, Ended)
    assert told.facts.order == world.past[0]


def test_without_the_past_orders_nothing_is_known_to_have_ended() -> None:
    world = World()
    gone = world.rent(1)
    world.look()
    world.vanish(gone)
    assert [world.look(past=False) for _ in range(5)] == [[]] * 5
    assert news(world.look()) == [(ENDED, News.EDGE)]


def test_past_orders_read_with_the_first_sign_confirm_nothing() -> None:
    world = World()
    gone = world.rent(1)
    world.look()
    world.vanish(gone)
    world.look(past=True)
    assert world.look(past=False) == []


def test_an_order_listed_as_ended_twice_has_ended_without_a_look_at_the_past() -> None:
    world = World()
    listed = world.rent(1)
    world.look()
    world.change(listed, expired=True, spent=Money(Decimal(3), CLORE))
    assert world.look(past=False) == []
    (told,) = world.look(past=False)
    assert isinstance(told.facts, Ended)
    assert (told.facts.reason, told.facts.order.spent) == (EndReason.COMPLETED, Money(Decimal(3), CLORE))
    assert [world.look() for _ in range(3)] == [[]] * 3


def _past_its_length(world: World, gone: Order) -> None:
    world.now = gone.ends_at


def _host_went_offline(world: World, gone: Order) -> None:
    world.change(gone, online=False)
    world.look()


def _wallet_ran_dry(world: World, _gone: Order) -> None:
    world.wallets[CLORE] = Decimal("0.0001")


def _nothing(_world: World, _gone: Order) -> None:
    pass


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        (_past_its_length, EndReason.LENGTH),
        (_host_went_offline, EndReason.HOST_OFFLINE),
        (_wallet_ran_dry, EndReason.NO_FUNDS),
        (_nothing, EndReason.UNKNOWN),
    ],
)
def test_the_likely_reason(before: object, reason: EndReason) -> None:
    world = World()
    gone = world.rent(1, hours=0.4)
    world.look()
    before(world, gone)  # type: ignore[operator]
    world.vanish(gone)
    told = world.look() + world.look(31)
    assert [notice.facts.reason for notice in told if isinstance(notice.facts, Ended)] == [reason]


def test_a_wallet_that_was_not_read_again_is_no_reason() -> None:
    world = World()
    gone = world.rent(1)
    world.look()
    world.wallets[CLORE] = Decimal(0)
    world.look()
    world.vanish(gone)
    told = world.look(wallets=False) + world.look(31, wallets=False)
    assert [notice.facts.reason for notice in told if isinstance(notice.facts, Ended)] == [EndReason.UNKNOWN]


# spot.outbid, beside its stories


@pytest.mark.parametrize(
    ("coin", "price", "outbid"),
    [(BITCOIN, "0.00002", True), (BITCOIN, "0.000001", False), ("Coin-Without-Rate", "1", True)],
)
def test_a_rival_in_another_coin_is_compared_in_dollars(coin: str, price: str, outbid: bool) -> None:
    world = World()
    world.rates = Rates({BITCOIN: Decimal(100_000), CLORE: Decimal(1)}, START)
    mine = world.hold(7)
    world.look()
    world.vanish(mine)
    world.offers[mine.server] = [bid(900, price, active=True, coin=coin)]
    told = world.look() + world.look(7)
    assert (news(told) == [(AlertType.SPOT_OUTBID, News.FIRED)]) == outbid


def test_a_vanished_bid_that_reached_its_length_was_not_outbid() -> None:
    world = World()
    mine = world.hold(7)
    world.change(mine, max_length=timedelta(minutes=3))
    world.look()
    world.vanish(mine, rival="2")
    told = world.look(120) + world.look(7) + world.look(31)
    assert [notice.facts.reason for notice in told if isinstance(notice.facts, Ended)] == [EndReason.LENGTH]
    assert len(told) == 1


def test_an_old_market_says_nothing() -> None:
    world = World()
    mine = world.hold(7)
    world.look()
    world.outbid(mine)
    world.look()
    for _ in range(4):
        assert world.look(markets=False) == []
    state = world.state(AlertType.SPOT_OUTBID)
    assert state is not None
    assert state.unknown_since is not None
    assert state.phase is Phase.PENDING
