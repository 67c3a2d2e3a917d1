"""A bid loses its machine: who is told, when, and how the story of it ends."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from bot.sandbox.clore.demo import DEMO_ACCOUNT
from bot.sandbox.clore.journal import Entry
from tests.journeys.stories import (
    BOB,
    SERVER,
    auction,
    bid,
    by_hand,
    edited,
    ends,
    guest,
    happens,
    in_the_demo,
    offer,
    polled,
    rental,
    renter,
    sent,
    silent,
    told,
)
from tests.stage import Stage, connected, labels, shown, staged

pytestmark = pytest.mark.looptime


async def test_being_outbid_is_told_once_and_loud(tmp_path: Path) -> None:
    async with in_the_demo(tmp_path) as stage:
        ada = await connected(stage)
        await polled(stage)
        stage.clore.act("outbid")
        await ada.sees("Outbid", "Critical")
        await polled(stage, 3)
        (alarm,) = sent(stage, "Outbid")
        assert not silent(alarm)


@pytest.mark.parametrize("first", [True, False])
async def test_a_sign_of_it_is_read_again_5_to_10_seconds_later(tmp_path: Path, first: bool) -> None:
    """However many bids the account has, and whichever of them it is."""
    async with staged(tmp_path, demo=False, servers=0, latency=0.9) as stage:
        bids = [bid(stage, number) for number in (1, 2, 3, 4, 5, 6)]
        await renter(stage, *bids)
        key = stage.clore.calls()[-1].key
        await polled(stage)
        lost = 1 if first else 6
        stage.clore.act("outbid", key=key, order=lost)
        at = stage.seconds()
        await told(stage, "Outbid", f"#{lost}")
        sign, *later = _reads(stage, SERVER + lost, at)
        assert any(5 <= each.at - sign.at <= 10 for each in later)
        assert 5 <= stage.seconds() - sign.at <= 12


async def test_a_rival_who_leaves_before_the_second_reading_is_no_news(tmp_path: Path) -> None:
    async with in_the_demo(tmp_path) as stage:
        await connected(stage)
        await polled(stage)
        lost = stage.clore.act("outbid")
        await happens(lambda: _shows_a_loss(_reads(stage, lost["server"])), "the sign is read")
        stage.clore.act("holder_leaves", order=lost["order"])
        await polled(stage, 3)
        assert not sent(stage, "Outbid")
        assert not sent(stage, "Won back")


async def test_a_bid_that_holds_again_ends_the_alarm_and_is_answered_silently(tmp_path: Path) -> None:
    async with in_the_demo(tmp_path) as stage:
        ada = await connected(stage)
        await polled(stage)
        lost = stage.clore.act("outbid")
        alarm = await ada.sees("Outbid", "Critical")
        stage.clore.act("holder_leaves", order=lost["order"])
        await polled(stage, 3)
        (original,) = [message for message in await ada.from_bot() if message["message_id"] == alarm["message_id"]]
        assert "Won back after" in shown(original)
        assert not labels(original)
        (answer,) = sent(stage, "Won back after")
        assert silent(answer)
        assert answer.params["reply_parameters"]["message_id"] == alarm["message_id"]
        assert len(edited(stage, "Won back after")) == 1


async def test_a_tenant_on_demand_takes_the_machine(tmp_path: Path) -> None:
    async with in_the_demo(tmp_path) as stage:
        await connected(stage)
        await polled(stage)
        lost = stage.clore.act("on_demand_takes")
        alarm = await told(stage, "Critical", f"#{lost['order']}")
        assert "is held by" not in alarm.params["text"], "the auction shows no holder"
        await polled(stage, 2)
        assert len(sent(stage, "Critical")) == 1


async def test_an_offer_that_vanishes_is_told_and_its_message_becomes_its_end(tmp_path: Path) -> None:
    async with in_the_demo(tmp_path) as stage:
        ada = await connected(stage)
        await polled(stage)
        stage.clore.act("vanish_when_outbid", on=True)
        stage.clore.act("outbid")
        alarm = await ada.sees("Outbid", "Critical", "nothing to raise")
        assert not any("Raise" in label for label in labels(alarm))
        ended = await ada.sees("Ended", "CLORE.AI does not list the order any more")
        assert ended["message_id"] == alarm["message_id"]
        await polled(stage, 3)
        assert len(sent(stage, "Outbid")) == 1
        assert not sent(stage, "Rental ended")


async def test_an_offer_that_vanishes_is_told_within_20_seconds_of_its_sign(tmp_path: Path) -> None:
    async with staged(tmp_path, demo=False, servers=0, latency=0.9) as stage:
        ada = await renter(stage, *[bid(stage, number) for number in (1, 2, 3, 4)])
        key = stage.clore.calls()[-1].key
        await polled(stage)
        stage.clore.act("vanish_when_outbid", key=key, on=True)
        stage.clore.act("outbid", key=key, order=2)
        await polled(stage, operation="my_orders")
        sign = stage.seconds()
        await ada.sees("Outbid", "#2")
        assert stage.seconds() - sign <= 20


async def test_lowering_an_own_bid_that_still_holds_is_not_being_outbid(tmp_path: Path) -> None:
    async with in_the_demo(tmp_path) as stage:
        ada = await connected(stage)
        await polled(stage)
        held = next(order for order in stage.clore.world.orders_of(DEMO_ACCOUNT) if order.spot and order.active)
        await ada.says(f"/bid {held.id} {held.price - Decimal('1e-8')}")
        await ada.sees("Lower this bid?")
        await ada.presses("Lower to")
        await ada.sees("Bid changed", "holds the machine")
        await polled(stage, 3)
        assert not sent(stage, "Outbid")


async def test_a_bid_that_never_held_its_machine_is_not_outbid(tmp_path: Path) -> None:
    async with staged(tmp_path, demo=False, servers=0) as stage:
        rival = offer(900, 0.00003, mine=False)
        market = {str(SERVER + 1): auction(offer(1, active=False), rival)}
        await renter(stage, bid(stage, 1), markets=market)
        await polled(stage, 3)
        assert not sent(stage, "Outbid")


async def test_two_chats_with_one_key_are_both_told_from_one_set_of_polls(tmp_path: Path) -> None:
    async with in_the_demo(tmp_path) as stage:
        ada = await connected(stage)
        bob = await guest(stage, stage.clore.key, BOB)
        await polled(stage)
        before = len(stage.clore.calls(operation="my_orders"))
        await asyncio.sleep(100)
        assert 4 <= len(stage.clore.calls(operation="my_orders")) - before <= 6
        lost = stage.clore.act("outbid")
        for person in (ada, bob):
            await told(stage, "Outbid", "Critical", chat=person.chat)
        stage.clore.act("holder_leaves", order=lost["order"])
        for person in (ada, bob):
            await told(stage, "Won back after", chat=person.chat)
            assert len(sent(stage, "Outbid", "Critical", chat=person.chat)) == 1


async def test_a_loss_while_the_bot_was_away_is_told_at_the_first_look(tmp_path: Path) -> None:
    async with in_the_demo(tmp_path) as stage:
        await connected(stage)
        await polled(stage)
        await stage.stop()
        await asyncio.sleep(3 * 3600)
        lost = stage.clore.act("outbid")
        at = stage.seconds()
        await stage.start()
        await told(stage, "Outbid", "Critical")
        assert len(_reads(stage, lost["server"], at)) == 1
        await polled(stage, 3)
        assert len(sent(stage, "Outbid")) == 1


async def test_what_was_lost_and_won_back_while_the_bot_was_away_is_no_news(tmp_path: Path) -> None:
    async with in_the_demo(tmp_path) as stage:
        await connected(stage)
        await polled(stage)
        await stage.stop()
        lost = stage.clore.act("outbid")
        await asyncio.sleep(3600)
        stage.clore.act("holder_leaves", order=lost["order"])
        await stage.start()
        await polled(stage, 3)
        assert not sent(stage, "Outbid")
        assert not sent(stage, "Won back")


async def test_a_bid_won_back_while_the_bot_was_away_ends_its_alarm(tmp_path: Path) -> None:
    async with in_the_demo(tmp_path) as stage:
        ada = await connected(stage)
        await polled(stage)
        lost = stage.clore.act("outbid")
        alarm = await ada.sees("Outbid", "Critical")
        await stage.stop()
        stage.clore.act("holder_leaves", order=lost["order"])
        await asyncio.sleep(3600)
        await stage.start()
        await ada.sees("Won back after")
        (original,) = [message for message in await ada.from_bot() if message["message_id"] == alarm["message_id"]]
        assert "Won back after" in shown(original)


async def test_a_person_who_looks_first_hastens_the_confirmation(tmp_path: Path) -> None:
    """The sign came with somebody's own look, a good while before the watch's next turn."""
    async with in_the_demo(tmp_path, settings={}) as stage:
        ada = await connected(stage)
        await polled(stage)
        lost = stage.clore.act("outbid")
        await ada.says(f"/order {lost['order']}")
        card = await ada.sees(f"#{lost['order']}")
        await ada.presses("Refresh", card["message_id"])
        before = stage.seconds()
        await ada.sees("Outbid", "Critical")
        assert stage.seconds() - before < 15


def _reads(stage: Stage, server: object, since: float = 0) -> list[Entry]:
    """The readings of this server's auction."""
    calls = stage.clore.calls(operation="spot_marketplace")
    return [call for call in calls if call.query == f"market={server}" and call.at >= since]


def _shows_a_loss(reads: list[Entry]) -> bool:
    return bool(reads) and '"active":false,"my":true' in "".join((reads[-1].answer or "").split())


async def test_a_sign_is_confirmed_in_time_while_an_order_is_missing(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1), bid(stage, 2), bid(stage, 3))
        key = stage.clore.calls()[-1].key
        await polled(stage)
        ends(stage, 1)
        stage.clore.act("outbid", key=key, order=3)
        at = stage.seconds()
        await told(stage, "Outbid", "#3")
        auctions = stage.clore.calls(operation="spot_marketplace")
        reads = [call.at for call in auctions if call.query == f"market={SERVER + 3}" and call.at > at]
        assert reads[1] - reads[0] <= 10
