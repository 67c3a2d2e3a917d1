"""What a reading changes, and what it leaves as it was."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.alerts.reading import gaps, merge, repeats
from bot.alerts.snapshot import Part, Reading, Snapshot
from bot.domain.money import Rates
from tests.alerts.world import BITCOIN, POLL, START, World, bid, order, seconds


def full() -> World:
    world = World()
    world.rent(1)
    world.hold(7)
    world.look()
    return world


@pytest.mark.parametrize("lost", ["orders", "wallets", "markets", "past"])
def test_a_part_that_was_not_read_stays_with_its_age(lost: str) -> None:
    world = full()
    before = world.snapshot
    world.look(**{lost: False})
    after = world.snapshot
    assert before is not None
    assert after is not None
    ages = {"orders": after.orders_at, "wallets": after.wallets_at, "past": after.past_orders_at}
    ages["markets"] = next(iter(after.markets.values())).read_at
    assert {name for name, at in ages.items() if at != world.now} == {lost}
    assert (after.orders, after.wallets) == (before.orders, before.wallets)
    assert len(after.renewed) == 3


def test_a_reading_that_failed_changes_only_the_count_of_failures() -> None:
    world = full()
    before = world.snapshot
    assert before is not None
    once = merge(before, Reading(START + POLL, failed=True))
    twice = merge(once, Reading(START + 2 * POLL, failed=True))
    assert (once.failures, once.down_since) == (1, START + POLL)
    assert (twice.failures, twice.down_since) == (2, START + POLL)
    assert twice.renewed == frozenset()
    kept = replace(twice, at=before.at, failures=0, down_since=None, renewed=before.renewed)
    assert kept == before


def test_a_part_that_came_ends_the_failures() -> None:
    down = merge(None, Reading(START, failed=True))
    back = merge(down, replace(full().reading(orders=False, past=False, markets=False), failed=True))
    assert (back.failures, back.down_since, back.renewed) == (0, None, frozenset({Part.WALLETS}))


def test_a_look_that_asked_for_nothing_says_nothing() -> None:
    down = merge(merge(None, Reading(START, rejected=True)), Reading(START + POLL, failed=True))
    assert merge(down, Reading(START + 2 * POLL)) == replace(down, at=START + 2 * POLL)


def test_a_rejection_is_an_answer_and_its_parts_are_not_used() -> None:
    world = full()
    world.fail()
    world.orders.clear()
    world.now += POLL
    world.take(replace(world.reading(), rejected=True))
    assert world.snapshot is not None
    assert (world.snapshot.failures, world.snapshot.rejections) == (0, 1)
    assert world.snapshot.rejected_since == world.now
    assert world.snapshot.missing == ()
    world.look()
    assert world.snapshot == replace(world.snapshot, rejections=0, rejected_since=None)


def test_the_markets_of_own_bids_are_kept_until_their_order_is_gone() -> None:
    world = full()
    mine = world.orders[1]
    world.offers[5000] = []  # somebody looked at another machine
    world.look()
    assert world.snapshot is not None
    assert set(world.snapshot.markets) == {mine.server}
    world.vanish(mine, rival="3")
    world.look()
    assert set(world.snapshot.markets) == {mine.server}
    assert mine.id in world.snapshot.held
    world.look(31)
    assert [lost.order.id for lost in world.snapshot.gone] == [mine.id]
    assert set(world.snapshot.markets) == {mine.server}
    world.look()
    assert (world.snapshot.markets, world.snapshot.held, world.snapshot.gone) == ({}, frozenset(), ())


def test_missing_counts_complete_answers_only() -> None:
    world = full()
    gone = world.orders[0]
    world.vanish(gone)
    counts: list[int] = []
    for orders in (True, False, False, True):
        world.look(5, orders=orders)
        assert world.snapshot is not None
        counts += [lost.answers for lost in world.snapshot.missing]
    assert counts == [1, 1, 1, 2]


def test_a_missing_order_keeps_its_first_time() -> None:
    world = full()
    world.vanish(world.orders[0])
    for _ in range(4):
        world.look(past=False)
    assert world.snapshot is not None
    assert [lost.since for lost in world.snapshot.missing] == [START + seconds(120)]


def test_an_order_is_found_gone_by_one_reading_only() -> None:
    world = full()
    world.vanish(world.orders[0])
    world.look()
    found = []
    for parts in ({}, {"orders": False}, {}):
        world.look(**parts)
        assert world.snapshot is not None
        found.append(len(world.snapshot.gone))
    assert found == [1, 0, 0]


def test_merging_the_confirming_reading_again_finds_nothing_again() -> None:
    world = full()
    world.vanish(world.orders[0])
    world.look()
    world.look()
    assert world.snapshot is not None
    assert world.snapshot.gone
    assert merge(world.snapshot, world.reading()).gone == ()


def test_the_first_answer_misses_nothing() -> None:
    first = merge(merge(None, Reading(START, failed=True)), World().reading())
    assert (first.missing, first.gone) == ((), ())


def test_orders_that_were_past_from_the_start_do_not_end() -> None:
    world = World()
    world.orders = [replace(order(1), expired=True)]
    world.look()
    world.orders.clear()
    world.look()
    assert world.snapshot is not None
    assert (world.snapshot.missing, world.snapshot.gone) == ((), ())


def test_held_stays_known_while_the_bid_waits() -> None:
    world = full()
    mine = world.orders[1]
    world.outbid(mine)
    for _ in range(3):
        world.look()
    assert world.snapshot is not None
    assert mine.id in world.snapshot.held
    assert world.snapshot.waiting == {mine.id}


def test_the_auction_in_which_a_bid_last_held_is_kept_while_it_does_not() -> None:
    world = full()
    mine = world.orders[1]
    held = world.snapshot.markets[mine.server] if world.snapshot else None
    for price in ("2", "3"):
        world.outbid(mine, price)
        world.look()
        assert world.snapshot is not None
        assert world.snapshot.held_in == {mine.id: held}
    world.win_back(mine, "4")
    world.look()
    assert world.snapshot is not None
    assert world.snapshot.held_in == {}


def test_a_lost_bid_is_in_doubt_until_its_market_is_read_again() -> None:
    world = full()
    mine = world.orders[1]
    world.outbid(mine)
    doubts = []
    for markets in (True, False, True, True):
        world.look(7, markets=markets)
        assert world.snapshot is not None
        doubts.append(mine.id in world.snapshot.in_doubt)
    assert doubts == [True, True, False, False]


def test_a_clock_that_is_set_back_begins_nothing_in_the_future() -> None:
    world = full()
    world.vanish(world.orders[0])
    world.look(3600)
    world.look(-3600)
    assert world.snapshot is not None
    assert [lost.since for lost in world.snapshot.missing] == [world.now]
    assert len(world.look(31)) == 1


@pytest.mark.parametrize(("minutes", "gap"), [(1, False), (3, False), (4, True)])
def test_a_gap_is_more_than_three_polls(minutes: int, gap: bool) -> None:
    world = full()
    server = world.orders[1].server
    everything = {Part.ORDERS, Part.PAST_ORDERS, Part.WALLETS, server}
    assert gaps(world.snapshot, world.now + timedelta(minutes=minutes), POLL) == (everything if gap else set())


def test_each_part_has_a_gap_of_its_own() -> None:
    world = full()
    for _ in range(4):
        world.look(wallets=False)
    assert gaps(world.snapshot, world.now, POLL) == {Part.WALLETS}


def test_what_was_never_read_has_no_gap() -> None:
    assert gaps(None, START, POLL) == gaps(Snapshot(START), START + timedelta(days=9), POLL) == frozenset()


def test_an_order_that_a_reply_lists_twice_ends_once() -> None:
    world = World()
    world.orders = [order(1), order(1)]
    world.look()
    world.orders.clear()
    world.look()
    assert len(world.look()) == 1


def auctions(world: World) -> Reading:
    """Two seconds later, as a spare turn brings it."""
    world.now += seconds(2)
    return world.reading(orders=False, wallets=False, past=False)


def test_an_auction_that_is_as_it_was_tells_only_that() -> None:
    world = full()
    world.offers[world.orders[1].server].append(bid(900, "0.5"))
    world.look()
    world.rates = Rates({BITCOIN: Decimal(67_000)}, world.now)
    world.offers[world.orders[1].server].reverse()
    assert repeats(world.snapshot, auctions(world), POLL)


def test_a_bid_of_somebody_else_or_another_price_is_news() -> None:
    world = full()
    server = world.orders[1].server
    mine = world.offers[server][0]
    for offers in ([mine, bid(900, "0.5")], [replace(mine, active=False)], []):
        world.offers[server] = offers
        assert not repeats(world.snapshot, auctions(world), POLL)


def test_what_comes_with_a_list_of_orders_or_of_wallets_is_news() -> None:
    world = full()
    world.now += seconds(2)
    assert not repeats(world.snapshot, world.reading(wallets=False, past=False), POLL)
    assert not repeats(world.snapshot, world.reading(orders=False, past=False), POLL)


def test_while_something_is_in_question_every_reading_counts() -> None:
    world = full()
    mine = world.orders[1]
    world.outbid(mine)
    world.look(7)
    assert not repeats(world.snapshot, auctions(world), POLL), "the bid is in doubt"
    world = full()
    world.vanish(world.orders[0])
    world.look()
    assert not repeats(world.snapshot, auctions(world), POLL), "an order is missing"
    world = full()
    world.fail()
    assert not repeats(world.snapshot, auctions(world), POLL), "this answer ends an outage"
    world = full()
    world.now += 4 * POLL
    assert not repeats(world.snapshot, auctions(world), POLL), "after a gap every timer starts again"


def test_the_first_reading_of_an_auction_and_a_failed_one_repeat_nothing() -> None:
    world = full()
    assert not repeats(None, auctions(world), POLL)
    assert world.snapshot is not None
    assert not repeats(replace(world.snapshot, markets={}), auctions(world), POLL)
    assert not repeats(world.snapshot, Reading(world.now, failed=True), POLL)
