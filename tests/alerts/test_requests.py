"""The same stories where each request is a reading of its own, as the watch makes them."""

from dataclasses import replace
from decimal import Decimal

from bot.alerts.alert import AlertType, Ended, EndReason, News
from bot.alerts.wanted import Wanted, wanted
from bot.domain.money import CLORE
from tests.alerts.world import World, news, seconds

OUTBID = AlertType.SPOT_OUTBID
ENDED = AlertType.ORDER_ENDED
RUNWAY = AlertType.WALLET_RUNWAY


def by_the_plan(world: World) -> float:
    """When the next look is due, in seconds."""
    want = wanted(world.snapshot, world.now)
    return 60 if want.again_in is None else want.again_in.total_seconds()


def as_wanted(world: World) -> list[News]:
    """Looks as the plan says: when, and at what."""
    want: Wanted = wanted(world.snapshot, world.now)
    told = world.look(
        by_the_plan(world), orders=want.orders, past=want.past_orders, markets=bool(want.markets), wallets=want.wallets
    )
    return [notice.news for notice in told]


def test_outbid_is_told_by_the_second_reading_of_its_market() -> None:
    world = World(split=True)
    mine = world.hold(7)
    world.look()
    world.outbid(mine)
    began = world.now
    assert [as_wanted(world), as_wanted(world), as_wanted(world)] == [[], [News.FIRED], []]
    assert world.told[0].at - began < seconds(68)


def test_a_vanished_bid_is_told_within_ten_seconds_of_its_first_sign_and_ended_in_its_message() -> None:
    world = World(split=True)
    mine = world.hold(7)
    world.look()
    world.vanish(mine, rival="2")
    assert [as_wanted(world) for _ in range(4)] == [[], [News.FIRED], [News.ENDED], []]
    assert [notice.type for notice in world.told] == [OUTBID, OUTBID]
    assert world.told[0].at - world.told[0].since < seconds(10)
    assert world.told[1].lasted is not None
    assert world.told[1].lasted < seconds(40)


def test_an_end_is_told_after_two_answers_and_one_look_at_the_past() -> None:
    world = World(split=True)
    gone = world.rent(1)
    world.look()
    world.vanish(gone)
    world.past.append(replace(gone, expired=True))
    assert [as_wanted(world) for _ in range(3)] == [[], [News.EDGE], []]
    facts = world.told[0].facts
    assert isinstance(facts, Ended)
    assert facts.reason is EndReason.COMPLETED
    assert world.told[0].at - facts.absent_since < seconds(35)


def test_a_past_answer_that_comes_late_confirms_what_two_lists_have_shown() -> None:
    world = World(split=True)
    gone = world.rent(1)
    world.look(past=False)
    world.vanish(gone)
    for _ in range(2):
        assert world.look(past=False) == []
    assert news(world.look(5, orders=False, markets=False, wallets=False)) == [(ENDED, News.EDGE)]


def test_an_empty_wallet_read_while_an_order_was_missing_is_the_reason() -> None:
    world = World(split=True)
    gone = world.rent(1)
    world.look()
    world.wallets[CLORE] = Decimal(0)
    world.vanish(gone)
    as_wanted(world)
    as_wanted(world)
    assert [notice.facts.reason for notice in world.told if isinstance(notice.facts, Ended)] == [EndReason.NO_FUNDS]


def test_after_a_gap_the_urgent_is_told_by_the_first_reading_of_its_own_part() -> None:
    world = World(split=True)
    mine = world.hold(7)
    world.rent(1, price="24")
    world.look()
    world.outbid(mine)
    world.wallets[CLORE] = Decimal(5)
    assert news(world.look(3 * 3600)) == [(OUTBID, News.FIRED), (RUNWAY, News.FIRED)]


def test_after_a_gap_a_mild_alert_takes_its_time_from_the_start() -> None:
    world = World(split=True)
    world.rent(1, price="24")
    world.wallets[CLORE] = Decimal(20)
    world.look()
    assert [world.look(3 * 3600), world.look()] == [[], []]
    assert news(world.look()) == [(RUNWAY, News.FIRED)]


def test_a_new_spot_order_is_not_called_short_before_its_auction_was_read() -> None:
    world = World(split=True)
    world.outbid(world.rent(7, spot=True, hours=20))
    assert [world.look(19.5 * 3600), world.look()] == [[], []]
    world.hold(8)
    world.orders[-1] = replace(world.orders[-1], max_length=seconds(20 * 3600))
    assert world.look(1) == []
    assert [notice.subject for notice in world.look(1)] == ["8"]


def test_what_the_past_orders_end_ends_its_warnings_with_it() -> None:
    world = World(split=True)
    ending = world.rent(1, hours=3)
    world.look(2.2 * 3600)
    world.vanish(ending)
    for _ in range(2):
        assert world.look(past=False) == []
    told = world.look(5, orders=False, markets=False, wallets=False)
    assert news(told) == [(AlertType.ORDER_EXPIRING, News.ENDED), (ENDED, News.EDGE)]


def test_a_past_answer_makes_no_late_answer_of_an_early_one() -> None:
    world = World(split=True)
    gone = world.rent(1)
    world.look()
    world.vanish(gone)
    assert [world.look(past=False), world.look(5, past=False)] == [[], []]
    assert world.look(60, orders=False) == []
    assert news(world.look()) == [(ENDED, News.EDGE)]


def test_a_gap_in_one_part_hurries_no_other() -> None:
    world = World(split=True)
    mine = world.hold(7)
    world.look()
    for _ in range(4):
        world.look(wallets=False)
    world.outbid(mine)
    assert world.look() == []
    assert news(world.look(7)) == [(OUTBID, News.FIRED)]
