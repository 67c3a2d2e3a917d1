"""A rental is not listed any more: who is told, how sure that is, and what is no news."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.sandbox.clore.journal import Entry
from tests.journeys.stories import BOB, by_hand, ends, guest, happens, polled, rental, renter, sent, silent, told
from tests.stage import Person, Stage

pytestmark = pytest.mark.looptime

NO_LIST = (
    "<html><body><h1>502 Bad Gateway</h1></body></html>",
    '{"orders":[{"id":1,"si":5001,"price":0.0001,',
    "{}",
    '{"code":0}',
    '{"code":0,"orders":null}',
    '{"code":0,"orders":{"id":1}}',
    "",
)


async def test_an_end_is_told_once_after_two_answers_30_seconds_apart(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1), rental(stage, 2))
        await polled(stage)
        ends(stage, 1)
        at = stage.seconds()
        alarm = await told(stage, "Rental ended", "#1")
        assert not silent(alarm)
        assert "Warning" in alarm.params["text"]
        without, *_ = _lists(stage, at)
        looks = [call for call in stage.clore.calls(operation="my_orders") if without.at < call.at <= alarm.at]
        assert any("return_completed" in call.query for call in looks)
        assert any("return_completed" not in call.query and call.at - without.at >= 30 for call in looks)
        assert alarm.at - without.at <= 45
        await polled(stage, 3)
        assert len(sent(stage, "ended")) == 1


async def test_what_this_chat_cancelled_is_no_further_news(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 1))
        await polled(stage)
        await _cancels(ada, 1)
        await polled(stage, 4)
        assert not sent(stage, "Rental ended")


async def test_what_was_cancelled_before_a_long_absence_is_no_further_news(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 1))
        await polled(stage)
        await _cancels(ada, 1)
        await stage.stop()
        await asyncio.sleep(2 * 3600)
        await stage.start()
        await polled(stage, 3)
        assert not sent(stage, "Rental ended")


async def test_what_another_chat_cancelled_is_told_as_its_doing(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 1))
        bob = await guest(stage, stage.clore.calls()[-1].key, BOB)
        await polled(stage)
        await _cancels(bob, 1)
        news = await told(stage, "Rental ended", "#1", chat=ada.chat)
        assert "Info" in news.params["text"]
        assert "cancelled in a private chat" in news.params["text"]
        await polled(stage, 2)
        assert not sent(stage, "Rental ended", chat=bob.chat)


async def test_an_answer_that_fails_in_between_counts_for_nothing(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1))
        await polled(stage)
        stage.clore.answer("my_orders", '{"orders":[],"limit":10,"code":0}')
        await happens(lambda: stage.clore.calls()[-1].fault == "canned", "an answer leaves it out")
        stage.clore.fault("500", operation="my_orders", times=9)
        await polled(stage, 4)
        assert not sent(stage, "ended")


async def test_an_answer_without_a_list_is_not_an_empty_list(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1))
        await polled(stage)
        for body in NO_LIST:
            stage.clore.answer("my_orders", body, times=2)
        await polled(stage, 2 * len(NO_LIST), operation="my_orders")
        assert not sent(stage, "ended")
        ends(stage, 1)
        await told(stage, "Rental ended", "#1")


async def test_what_ended_before_the_first_look_is_no_news(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1), rental(stage, 2, expired=True), rental(stage, 3, hours=2, left=-1))
        await polled(stage, 3)
        assert not sent(stage, "ended")


async def test_an_end_at_full_length_says_so_and_what_it_cost(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1, left=0.05))
        news = await told(stage, "Rental ended", "#1")
        assert "reached its maximum length" in news.params["text"]
        assert "spent" in news.params["text"]


async def test_an_order_that_comes_back_was_never_gone(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1))
        await polled(stage)
        stage.clore.answer("my_orders", json.dumps({"orders": [], "limit": 10, "code": 0}))
        await polled(stage, 4)
        assert not sent(stage, "ended")


async def _cancels(person: Person, order: int) -> None:
    await person.says(f"/cancel {order}")
    question = await person.sees("Cancel this rental?", f"#{order}")
    await person.presses("🛑 Cancel rental", question["message_id"])
    await person.sees("Cancelled")


def _lists(stage: Stage, since: float) -> list[Entry]:
    calls = [call for call in stage.clore.calls(operation="my_orders") if call.at > since and not call.query]
    return [call for call in calls if '"id":1,' not in (call.answer or "").replace(" ", "")]
