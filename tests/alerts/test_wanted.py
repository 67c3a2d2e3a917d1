"""What the next look asks for."""

from dataclasses import replace
from datetime import timedelta

from bot.alerts.alert import News
from bot.alerts.wanted import Wanted, markets_of, wanted
from bot.domain.rental import Orders
from tests.alerts.world import START, World, order, seconds


def ask(world: World) -> Wanted:
    return wanted(world.snapshot, world.now)


def test_the_first_look_asks_for_orders_and_wallets() -> None:
    assert wanted(None, START) == Wanted()


def test_a_quiet_key_is_read_at_its_usual_pace_with_the_markets_of_its_bids() -> None:
    world = World()
    world.rent(1)
    mine = world.hold(7)
    world.look()
    assert ask(world) == Wanted(markets=(mine.server,))


def test_a_first_sign_of_outbid_is_read_again_in_5_to_10_seconds_and_only_once() -> None:
    world = World()
    mine, _ = world.hold(7), world.hold(8)
    world.look()
    world.outbid(mine)
    world.look()
    soon = ask(world)
    assert (soon.markets, soon.orders, soon.wallets, soon.past_orders) == ((mine.server,), False, False, False)
    assert soon.again_in is not None
    assert seconds(5) <= soon.again_in <= seconds(10)
    world.look(7, orders=False, wallets=False, past=False)
    assert ask(world).again_in is None


def test_a_market_that_cannot_be_read_is_not_asked_for_in_haste_for_ever() -> None:
    world = World()
    mine = world.hold(7)
    world.look()
    world.outbid(mine)
    world.look()
    paces = set()
    for _ in range(6):
        world.look(markets=False)
        paces.add(ask(world).again_in)
    assert ask(world) == Wanted(markets=(mine.server,))
    assert len(paces) == 2


def test_a_missing_order_wants_past_orders_and_a_second_answer_late_enough() -> None:
    world = World()
    gone = world.rent(1)
    world.look()
    world.vanish(gone)
    world.look()
    want = ask(world)
    assert (want.past_orders, want.orders, want.wallets) == (True, True, True)
    assert want.again_in is not None
    assert seconds(30) <= want.again_in <= seconds(35)
    world.look(want.again_in.total_seconds())
    assert len(world.told) == 1
    assert ask(world) == Wanted()


def test_a_vanished_bid_is_confirmed_first_and_then_its_end() -> None:
    world = World()
    mine = world.hold(7)
    world.look()
    world.vanish(mine, rival="2")
    world.look()
    first = ask(world)
    assert first.again_in is not None
    assert (first.markets, first.orders) == ((mine.server,), True)
    assert seconds(5) <= first.again_in <= seconds(10)
    world.look(7)
    second = ask(world)
    assert second.again_in is not None
    assert seconds(23) <= second.again_in <= seconds(28)
    assert (second.markets, second.past_orders) == ((mine.server,), True)
    assert [notice.news for notice in world.look(second.again_in.total_seconds())] == [News.ENDED]


def test_an_order_that_stays_in_question_is_asked_for_at_the_usual_pace() -> None:
    world = World()
    gone = world.rent(1)
    world.look()
    world.vanish(gone)
    world.past.append(gone)
    for _ in range(7):
        world.look()
    assert ask(world) == Wanted(past_orders=True)


def test_a_rejected_key_is_tried_again_soon_and_then_hourly_with_wallets_alone() -> None:
    world = World()
    world.hold(7)
    world.look()
    world.reject()
    assert ask(world) == Wanted(orders=False, again_in=seconds(10))
    world.reject(5)  # a person pressed "Test" in between
    assert ask(world) == Wanted(orders=False, again_in=seconds(10))
    world.reject(10)
    assert ask(world) == Wanted(orders=False, again_in=timedelta(hours=1))
    world.look()
    assert ask(world).again_in is None


def test_the_hourly_tries_begin_only_when_the_rejection_was_told() -> None:
    world = World()
    world.look()
    while ask(world).again_in != timedelta(hours=1):
        world.reject(9.9)
    assert len(world.told) == 1


def test_an_outage_is_not_met_with_haste() -> None:
    world = World()
    mine = world.hold(7)
    world.look()
    world.vanish(mine, rival="2")
    world.look()
    world.fail()
    assert ask(world) == Wanted(past_orders=True, markets=(mine.server,))


def test_the_markets_to_read_beside_an_answer() -> None:
    world = World()
    mine = world.hold(7)
    world.rent(1)
    world.look()
    new = order(8, spot=True)
    assert markets_of(None, Orders((new,))) == (new.server,)
    assert markets_of(world.snapshot, Orders((new,))) == (mine.server, new.server)
    assert markets_of(world.snapshot, None) == (mine.server,)
    assert markets_of(None, Orders((replace(new, expired=True),))) == ()
