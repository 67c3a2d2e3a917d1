"""Hot auctions are watched with the turns that a key has left over: soon, and at nobody's cost."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.domain.ids import ServerId
from tests.journeys.heat import (
    GAP,
    TURN,
    USUAL,
    account_of,
    age_of,
    all_answered,
    gaps,
    guarded,
    heated,
    key_of,
    last_of,
    reads,
    rival,
)
from tests.journeys.stories import (
    SERVER,
    bid,
    by_hand,
    edited,
    happens,
    polled,
    renter,
    told,
)
from tests.stage import Stage, eventually

pytestmark = pytest.mark.looptime


async def test_where_somebody_moved_the_next_move_is_seen_within_seconds(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=USUAL) as stage:
        await renter(stage, bid(stage, 1))
        key = stage.clore.calls()[-1].key
        await polled(stage)
        await heated(stage, 1)
        for _ in range(5):
            await asyncio.sleep(7.3)
            rival(stage)
            at = stage.seconds()
            await happens(lambda at=at: reads(stage, since=at), "it is read")  # type: ignore[misc]
            assert reads(stage, since=at)[0].at - at <= 2 * TURN, "the turn of a poll may come in between"
        stage.clore.act("outbid", key=key, order=1)
        at = stage.seconds()
        await told(stage, "Outbid", "#1")
        assert stage.seconds() - at <= 2 * TURN + 10
        assert all_answered(stage)


async def test_where_nobody_moves_no_spare_turn_is_taken(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=USUAL) as stage:
        await renter(stage, bid(stage, 1), bid(stage, 2), bid(stage, 3))
        await polled(stage)
        before = len(stage.clore.calls())
        await asyncio.sleep(3600)
        assert 0.93 * 60 * 5 <= len(stage.clore.calls()) - before <= 1.03 * 60 * 5, (
            "the list, three auctions, the wallets"
        )


async def test_ten_minutes_after_the_last_move_an_auction_is_as_any_other(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=USUAL) as stage:
        await renter(stage, bid(stage, 1), bid(stage, 2))
        await polled(stage)
        await heated(stage, 1)
        await asyncio.sleep(300)
        at = stage.seconds()
        await asyncio.sleep(200)
        assert len(reads(stage, 1, since=at)) > 100
        assert len(reads(stage, 2, since=at)) <= 4
        await asyncio.sleep(200)
        at = stage.seconds()
        await asyncio.sleep(600)
        assert len(reads(stage, 1, since=at)) <= 11


async def test_a_guarded_bid_is_watched_closely_until_its_guard_is_off(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=USUAL) as stage:
        await renter(stage, bid(stage, 1), bid(stage, 2))
        await polled(stage)
        guarded(stage)
        at = stage.seconds()
        await asyncio.sleep(120)
        assert len(reads(stage, 1, since=at)) >= 0.85 * 120 / TURN
        assert len(reads(stage, 2, since=at)) <= 3
        assert stage.store is not None
        assert stage.app is not None
        (guard,) = stage.store.guards.of_chat(account_of(stage).chat)
        assert stage.app.house.guards.switch_off(guard)
        await asyncio.sleep(10)
        at = stage.seconds()
        await asyncio.sleep(120)
        assert len(reads(stage, 1, since=at)) <= 3


async def test_after_a_restart_a_guarded_bid_is_watched_closely_again(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=USUAL) as stage:
        await renter(stage, bid(stage, 1))
        await polled(stage)
        guarded(stage)
        await asyncio.sleep(30)
        await stage.restart()
        await asyncio.sleep(70)
        at = stage.seconds()
        await asyncio.sleep(60)
        assert len(reads(stage, 1, since=at)) >= 25


async def test_an_auction_that_is_as_it_was_is_known_to_be_fresh_and_not_stored_each_time(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=USUAL) as stage:
        await renter(stage, bid(stage, 1))
        await polled(stage)
        guarded(stage)
        await asyncio.sleep(60)
        await polled(stage)
        await asyncio.sleep(30)
        assert stage.store is not None
        assert age_of(stage, last_of(stage).markets[ServerId(SERVER + 1)]) <= 2 * TURN
        stored = stage.store.keys.snapshot(key_of(stage))
        assert stored is not None
        assert age_of(stage, stored.markets[ServerId(SERVER + 1)]) >= 25


async def test_ten_hot_auctions_take_turns_and_starve_nothing(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=USUAL) as stage:
        await renter(stage, *[bid(stage, number) for number in range(1, 14)])
        await polled(stage)
        await heated(stage, *range(1, 11))
        at = stage.seconds()
        await asyncio.sleep(400)
        for number in range(1, 11):
            assert max(gaps(reads(stage, number, since=at))) <= 20 * TURN
        for number in (11, 12, 13):
            assert max(gaps(reads(stage, number, since=at))) <= 100
        for operation, most in (("my_orders", 100), ("wallets", 150)):
            assert max(gaps([call for call in stage.clore.calls(operation=operation) if call.at >= at])) <= most
        assert all_answered(stage)


async def test_a_tap_waits_for_one_request_and_one_gap_at_most(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=USUAL, latency=0.9) as stage:
        ada = await renter(stage, bid(stage, 1))
        await ada.says("/orders")
        await ada.sees("#1")
        await polled(stage)
        await heated(stage, 1)
        for wait in (20.0, 20.3, 20.9, 21.4, 21.9):
            await asyncio.sleep(wait)
            before, at = len(edited(stage, "#1")), stage.seconds()
            await ada.presses("Refresh")
            await _answered(stage, before)
            assert stage.seconds() - at <= 0.9 + GAP + 0.9 + 0.5


async def test_after_a_tap_the_next_one_does_not_wait(tmp_path: Path) -> None:
    """A person who has just pressed presses again."""
    async with by_hand(tmp_path, settings=USUAL, latency=0.9) as stage:
        ada = await renter(stage, bid(stage, 1))
        await ada.says("/orders")
        await ada.sees("#1")
        await polled(stage)
        await heated(stage, 1)
        for _ in range(4):
            before = len(edited(stage, "#1"))
            await ada.presses("Refresh")
            await _answered(stage, before)
        await asyncio.sleep(GAP + 2)
        before, at = len(edited(stage, "#1")), stage.seconds()
        await ada.presses("Refresh")
        await _answered(stage, before)
        assert stage.seconds() - at <= 0.9 + 0.5


async def _answered(stage: Stage, before: int) -> None:
    async def changed() -> bool | None:
        return len(edited(stage, "#1")) > before or None

    await eventually(changed, "the answer")


async def test_a_key_that_is_forgotten_is_asked_nothing_more(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=USUAL, latency=0.9) as stage:
        ada = await renter(stage, bid(stage, 1))
        await polled(stage)
        guarded(stage)
        await asyncio.sleep(30)
        await ada.says("/forget")
        await ada.sees("Delete everything?")
        await happens(lambda: stage.clore.calls()[-1].at > stage.seconds() - 0.8, "a request is under way")
        await ada.presses("Delete everything")
        await asyncio.sleep(2)
        before = len(stage.clore.calls())
        await asyncio.sleep(200)
        assert len(stage.clore.calls()) == before


async def test_a_refusal_sends_it_back_to_the_base_interval_for_ten_minutes(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=USUAL) as stage:
        await renter(stage, bid(stage, 1))
        await polled(stage)
        guarded(stage)
        await asyncio.sleep(30)
        stage.clore.fault("429", operation="spot_marketplace")
        await asyncio.sleep(5)
        at = stage.seconds()
        await asyncio.sleep(540)
        assert len(reads(stage, since=at)) <= 10
        await asyncio.sleep(120)
        at = stage.seconds()
        await asyncio.sleep(60)
        assert len(reads(stage, since=at)) >= 20


async def test_a_key_that_is_rejected_is_not_asked_with_spare_turns(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=USUAL) as stage:
        await renter(stage, bid(stage, 1))
        key = stage.clore.calls()[-1].key
        await polled(stage)
        guarded(stage)
        await asyncio.sleep(30)
        stage.clore.act("revoke_key", key=key)
        await asyncio.sleep(5)
        at = stage.seconds()
        await asyncio.sleep(300)
        assert len([call for call in stage.clore.calls() if call.at >= at]) <= 4


async def test_in_an_outage_only_the_watch_asks(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=USUAL) as stage:
        await renter(stage, bid(stage, 1))
        key = stage.clore.calls()[-1].key
        await polled(stage)
        guarded(stage)
        await asyncio.sleep(30)
        stage.clore.act("down", key=key, on=True)
        await asyncio.sleep(5)
        at = stage.seconds()
        await asyncio.sleep(600)
        assert len([call for call in stage.clore.calls() if call.at >= at]) <= 12 * 2 * 3, "the watch's own tries"
        stage.clore.act("down", key=key, on=False)
        await polled(stage)
        at = stage.seconds()
        await asyncio.sleep(60)
        assert len(reads(stage, since=at)) >= 20


async def test_one_bad_auction_does_not_stop_the_others(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=USUAL) as stage:
        await renter(stage, bid(stage, 1), bid(stage, 2))
        await polled(stage)
        guarded(stage, 1)
        guarded(stage, 2)
        await asyncio.sleep(30)
        stage.clore.answer("spot_marketplace", '{"code":1}', status=500)
        await asyncio.sleep(120)
        at = stage.seconds()
        await asyncio.sleep(60)
        assert max(len(reads(stage, number, since=at)) for number in (1, 2)) >= 25


async def test_while_turns_are_short_wallets_are_read_in_every_second_look(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=USUAL) as stage:
        await renter(stage, bid(stage, 1))
        await polled(stage)
        guarded(stage)
        await asyncio.sleep(60)
        at = stage.seconds()
        await asyncio.sleep(600)
        wallets, orders = (
            [call for call in stage.clore.calls(operation=operation) if call.at >= at]
            for operation in ("wallets", "my_orders")
        )
        assert len(orders) >= 9
        assert len(orders) / 2 - 1 <= len(wallets) <= len(orders) / 2 + 1
        assert max(gaps(wallets)) <= 150
