"""The time of a rental runs out: four warnings at the most, each once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.journeys.stories import (
    SERVER,
    auction,
    bid,
    by_hand,
    edited,
    offer,
    polled,
    rental,
    renter,
    sent,
    silent,
    told,
)
from tests.stage import Stage, labels

pytestmark = pytest.mark.looptime

HOUR = 3600


async def test_each_stage_is_told_once_the_first_silently(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 1, left=25))
        await polled(stage)
        assert not sent(stage, "ends soon")
        for hours, count in ((1.5, 1), (18, 2), (4.8, 3), (0.5, 4)):
            _age(stage, hours)
            await polled(stage, 2)
            assert len(sent(stage, "ends soon", "#1")) == count
        first, *others = sent(stage, "ends soon")
        assert silent(first)
        assert not any(map(silent, others))
        words = ("Info", "Warning", "Critical", "Critical")
        assert all(word in call.params["text"] for word, call in zip(words, (first, *others), strict=True))
        numbers = [call.answer["result"]["message_id"] for call in (first, *others)]
        answered = [call.params["reply_parameters"]["message_id"] for call in others]
        assert answered == numbers[:-1], "a later stage is an answer to the one before"
        newest = [message for message in await ada.from_bot() if message["message_id"] == numbers[-1]]
        assert any("SSH" in label for label in labels(newest[0]))


async def test_the_first_look_tells_the_most_urgent_stage_only(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1, left=0.7))
        await polled(stage, 3)
        (warning,) = sent(stage, "ends soon")
        assert "Critical" in warning.params["text"]


async def test_an_absence_over_several_stages_is_one_warning(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1, left=25))
        await polled(stage)
        await stage.stop()
        await asyncio.sleep(24.5 * HOUR)
        await stage.start()
        await polled(stage, 2)
        (warning,) = sent(stage, "ends soon")
        assert "Critical" in warning.params["text"]


async def test_a_short_rental_is_not_warned_of_from_its_beginning(tmp_path: Path) -> None:
    """Its 24 and 6 hours would come with the start, or right after it."""
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1, hours=10))
        await polled(stage)
        _age(stage, 5)
        await polled(stage, 2)
        assert not sent(stage, "ends soon")
        _age(stage, 4.2)
        await polled(stage, 2)
        assert len(sent(stage, "ends soon")) == 1


async def test_an_extended_rental_ends_its_warning(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1, left=5))
        key = stage.clore.calls()[-1].key
        await told(stage, "ends soon")
        stage.clore.load({"orders": [rental(stage, 1, hours=144, left=77)]}, key=key)
        await polled(stage, 2)
        assert len(edited(stage, "Resolved", "#1")) == 1
        assert len(sent(stage, "#1")) == 1


async def test_its_end_is_one_message_and_closes_the_warning(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1, left=0.2))
        warning = await told(stage, "ends soon")
        _age(stage, 0.21)
        news = await told(stage, "Rental ended", "#1")
        await polled(stage, 2)
        (closed,) = edited(stage, "Ended", "#1")
        assert closed.params["message_id"] == warning.answer["result"]["message_id"]
        assert closed.at <= news.at + 5
        assert len(sent(stage, "#1")) == 2


async def test_a_waiting_bid_does_not_run_out(tmp_path: Path) -> None:
    """It has no machine, so there is nothing that could end."""
    async with by_hand(tmp_path) as stage:
        await _waiting(stage, left=0.5)
        await polled(stage, 3)
        assert not sent(stage, "ends soon")


async def _waiting(stage: Stage, left: float) -> None:
    rival = offer(900, 0.00003, mine=False)
    market = {str(SERVER + 1): auction(offer(1, active=False), rival)}
    await renter(stage, bid(stage, 1, left=left), markets=market)


def _age(stage: Stage, hours: float) -> None:
    key = stage.clore.calls()[-1].key
    stage.clore.act("age", key=key, seconds=int(hours * HOUR))
