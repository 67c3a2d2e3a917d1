"""The bot stops and starts again at awkward moments: nothing is lost, nothing comes twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.sandbox.clore.journal import Entry
from tests.journeys.stories import bid, by_hand, ends, happens, in_the_demo, polled, rental, renter, sent, told
from tests.stage import Person, Stage, connected, labels

pytestmark = pytest.mark.looptime

SET, CANCEL = "set_spot_price", "cancel_order"


@pytest.mark.parametrize("seconds", [0.5, 18, 21, 24, 29])
async def test_a_stop_at_any_moment_around_an_outbid_leaves_one_alarm(tmp_path: Path, seconds: float) -> None:
    """Before the first sign, between sign and confirmation, and after the news."""
    async with in_the_demo(tmp_path) as stage:
        await connected(stage)
        await polled(stage)
        stage.clore.act("outbid")
        await asyncio.sleep(seconds)
        await _crash(stage)
        await asyncio.sleep(3)
        await stage.start()
        await told(stage, "Outbid")
        await polled(stage, 2)
        assert len(sent(stage, "Outbid")) == 1


@pytest.mark.parametrize("seconds", [5, 21, 40, 56])
async def test_a_stop_at_any_moment_around_an_end_leaves_one_message(tmp_path: Path, seconds: float) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1))
        await polled(stage)
        ends(stage, 1)
        await asyncio.sleep(seconds)
        await _crash(stage)
        await asyncio.sleep(3)
        await stage.start()
        await told(stage, "Rental ended")
        await polled(stage, 2)
        assert len(sent(stage, "Rental ended")) == 1


@pytest.mark.parametrize("away", [1, 60])
async def test_a_confirmed_change_that_was_not_sent_is_carried_out_soon_after(tmp_path: Path, away: float) -> None:
    async with in_the_demo(tmp_path) as stage:
        ada = await _about_to_raise(stage)
        await _confirms_while_the_gate_is_shut(stage, ada)
        await _crash(stage)
        assert not stage.clore.calls(operation=SET)
        await asyncio.sleep(away)
        await stage.start()
        await ada.sees("Bid changed")
        await polled(stage)
        assert len(_executed(stage, SET)) == 1


async def test_a_confirmed_change_that_was_not_sent_is_too_old_after_two_minutes(tmp_path: Path) -> None:
    async with in_the_demo(tmp_path) as stage:
        ada = await _about_to_raise(stage)
        await _confirms_while_the_gate_is_shut(stage, ada)
        await _crash(stage)
        await asyncio.sleep(150)
        await stage.start()
        await ada.sees("Not sent")
        await polled(stage)
        assert not stage.clore.calls(operation=SET)


async def test_a_change_that_was_sent_and_carried_out_is_looked_up_and_not_repeated(tmp_path: Path) -> None:
    async with in_the_demo(tmp_path) as stage:
        ada = await _about_to_raise(stage)
        stage.clore.fault("timeout_executed", operation=SET)
        await ada.presses("Raise to")
        await happens(lambda: stage.clore.calls(operation=SET), "it is sent")
        await _crash(stage)
        await asyncio.sleep(400)
        await stage.start()
        await ada.sees("Bid changed", "holds the machine")
        assert len(stage.clore.calls(operation=SET)) == 1


async def test_a_change_that_was_sent_and_lost_is_sent_once_more(tmp_path: Path) -> None:
    async with in_the_demo(tmp_path) as stage:
        ada = await _about_to_raise(stage)
        stage.clore.fault("timeout", operation=SET)
        await ada.presses("Raise to")
        await happens(lambda: stage.clore.calls(operation=SET), "it is sent")
        await _crash(stage)
        await asyncio.sleep(10)
        await stage.start()
        await ada.sees("Bid changed", "holds the machine")
        assert [call.executed for call in stage.clore.calls(operation=SET)] == [False, True]


async def test_a_change_that_was_sent_and_lost_is_not_sent_again_after_two_minutes(tmp_path: Path) -> None:
    async with in_the_demo(tmp_path) as stage:
        ada = await _about_to_raise(stage)
        stage.clore.fault("timeout", operation=SET)
        question = await ada.last()
        await ada.presses("Raise to")
        await happens(lambda: stage.clore.calls(operation=SET), "it is sent")
        await _crash(stage)
        await asyncio.sleep(400)
        await stage.start()
        await polled(stage, 2)
        assert len(stage.clore.calls(operation=SET)) == 1
        (shown,) = [message for message in await ada.from_bot() if message["message_id"] == question["message_id"]]
        assert "Changing the bid" not in shown["text"], "how it stands is said"
        assert "Bid changed" not in shown["text"]


async def test_a_cancellation_that_was_carried_out_is_found_gone(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 1), rental(stage, 2))
        await ada.says("/cancel 1")
        await ada.sees("Cancel this rental?")
        stage.clore.fault("reset_executed", operation=CANCEL, times=1)
        stage.clore.fault("timeout", operation="my_orders")
        await ada.presses("🛑 Cancel rental")
        await happens(lambda: stage.clore.calls(operation=CANCEL), "it is sent")
        await _crash(stage)
        await asyncio.sleep(300)
        await stage.start()
        await ada.sees("Cancelled", "#1")
        await polled(stage, 2)
        assert len(_executed(stage, CANCEL)) == 1
        assert not sent(stage, "Rental ended")


async def test_a_stop_does_not_wait_for_a_poll(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1))
        stage.clore.fault("slow", operation="my_orders", seconds=25)
        await polled(stage, operation="my_orders")
        asked = stage.seconds()
        await stage.stop()
        assert stage.seconds() - asked < 2


async def test_a_press_before_the_stop_is_answered_after_the_start(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 1), bid(stage, 2))
        await stage.stop()
        await ada.says("/orders")
        await asyncio.sleep(3600)
        await stage.start()
        listed = await ada.sees("Rentals", "#1")
        assert any("#1" in label for label in labels(listed))


async def _about_to_raise(stage: Stage) -> Person:
    ada = await connected(stage)
    await polled(stage)
    stage.clore.act("outbid")
    alarm = await told(stage, "Outbid")
    await ada.presses("Raise to", alarm.answer["result"]["message_id"])
    await ada.sees("Raise this bid?")
    return ada


async def _confirms_while_the_gate_is_shut(stage: Stage, person: Person) -> None:
    """A slow answer of a poll is in flight, so the change has to wait for its turn."""
    stage.clore.fault("slow", operation="my_orders", seconds=25)
    await polled(stage, operation="my_orders")
    await person.presses("Raise to")
    await person.sees("Changing the bid")


async def _crash(stage: Stage) -> None:
    """As by kill -9, all that is under way is cut off at once; the rows are as they were."""
    assert stage.app is not None
    await stage.app.house.tasks.close(0)
    await stage.stop()


def _executed(stage: Stage, operation: str) -> list[Entry]:
    return [call for call in stage.clore.calls(operation=operation) if call.executed]
