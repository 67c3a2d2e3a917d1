"""Hot auctions of several keys: one reading serves all who bid there, and many keys take their turns side by side."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.domain.ids import ServerId
from bot.services.hot import AT_ONCE
from tests.journeys.heat import (
    TURN,
    USUAL,
    age_of,
    all_answered,
    guarded,
    heated,
    last_of,
    reads,
    rival,
)
from tests.journeys.stories import (
    BOB,
    SERVER,
    auction,
    bid,
    by_hand,
    guest,
    happens,
    offer,
    polled,
    renter,
    sent,
    told,
)
from tests.stage import ADA, Person, Stage

pytestmark = pytest.mark.looptime


async def test_the_keys_that_bid_for_one_machine_share_its_readings(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=USUAL) as stage:
        ada, bob = await _two_bidders(stage)
        await polled(stage, 2)
        rival(stage)
        at = stage.seconds()
        await happens(lambda: len(reads(stage, since=at)) >= 10, "it is hot")
        at = stage.seconds()
        await asyncio.sleep(120)
        assert 0.8 * 120 / TURN <= len(reads(stage, since=at)) <= 1.1 * 120 / TURN, "as if one key watched it"
        for key in (ada, bob):
            assert 0.3 <= len(reads(stage, since=at, key=key)) / len(reads(stage, since=at)) <= 0.7
        for chat in (ADA, BOB):
            market = last_of(stage, chat).markets[ServerId(SERVER + 1)]
            assert age_of(stage, market) <= 2 * TURN
            assert [each.id for each in market.offers if each.mine] == [1 if chat == ADA else 2]
        assert all_answered(stage)


async def test_who_shares_readings_is_told_of_a_loss_by_an_own_one(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=USUAL) as stage:
        ada, _ = await _two_bidders(stage)
        await polled(stage, 2)
        rival(stage)
        await asyncio.sleep(120)
        stage.clore.act("outbid", key=ada, order=1)
        at = stage.seconds()
        await told(stage, "Outbid", "#1")
        assert reads(stage, since=at, key=ada)
        assert stage.seconds() - at <= 20
        assert not sent(stage, "Outbid", chat=BOB), "that bid had waited all the time"


async def _two_bidders(stage: Stage) -> tuple[str, str]:
    """Ada holds a machine, and Bob's bid for it waits."""
    keys = stage.clore.add_key(), stage.clore.add_key()
    await renter(stage, bid(stage, 1), key=keys[0])
    waits = {**bid(stage, 2, 0.000012), "si": SERVER + 1}
    world = {"wallets": [{"name": "bitcoin", "balance": 0.5}], "orders": [waits], "markets": {}}
    stage.clore.load(world, key=keys[1])
    await guest(stage, keys[1], BOB)
    return keys


async def test_many_hot_keys_at_once_take_their_turns_side_by_side_up_to_a_bound(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=USUAL, latency=2.5) as stage:
        people = [await _bidder(stage, 300 + number) for number in range(AT_ONCE + 8)]
        await polled(stage, 2 * len(people))
        for person in people:
            guarded(stage, person.user, person.user)
        await asyncio.sleep(20)
        at = stage.seconds()
        await asyncio.sleep(120)
        calls = [call for call in stage.clore.calls(operation="spot_marketplace") if call.at >= at]
        in_flight = max(sum(call.at <= other.at < call.at + 2.5 for call in calls) for other in calls)
        assert in_flight <= AT_ONCE + 3, "and some of the watch's own"
        counts = [len(reads(stage, person.user, since=at)) for person in people]
        assert max(counts) <= min(counts) + 6, "each has its turn"
        assert all_answered(stage)


async def _bidder(stage: Stage, number: int) -> Person:
    key = stage.clore.add_key()
    stage.clore.load(
        {
            "wallets": [{"name": "bitcoin", "balance": 0.5}],
            "orders": [bid(stage, number)],
            "markets": {str(SERVER + number): auction(offer(number))},
        },
        key=key,
    )
    return await guest(stage, key, number)


async def test_a_bid_that_vanishes_from_a_hot_auction_is_told_as_lost_to_the_bid_that_took_its_machine(
    tmp_path: Path,
) -> None:
    """The auction shows it before the list of orders does."""
    async with by_hand(tmp_path, settings=USUAL) as stage:
        await renter(stage, bid(stage, 1))
        key = stage.clore.calls()[-1].key
        await polled(stage)
        await heated(stage, 1)
        stage.clore.act("vanish_when_outbid", key=key, on=True)
        at = stage.seconds()
        stage.clore.act("outbid", key=key, order=1)
        lost = await told(stage, "Outbid", "#1", "The order is gone")
        assert lost.at - at <= 30
        await asyncio.sleep(300)
        assert not sent(stage, "Rental ended")
