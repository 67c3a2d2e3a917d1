"""An alert that nobody answers is told again, in time and not for ever."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.journeys.losing import MINE, at, holding, mine, queue, rival
from tests.journeys.stories import happens, polled, sent, silent, told
from tests.stage import Json, Person, Stage, labels

pytestmark = pytest.mark.looptime

QUARTER = 15 * 60


async def test_a_lost_bid_is_told_four_times_more_and_no_more(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        alarm, began = await _lost(stage, ada), stage.seconds()
        for number in (1, 2, 3):
            await told(stage, "Outbid", f"reminder {number} of 4", patience=QUARTER + 60)
            assert number * QUARTER - 10 <= stage.seconds() - began <= number * (QUARTER + 60)
        last = await told(stage, "Outbid", "the last reminder", patience=QUARTER + 60)
        await asyncio.sleep(2 * QUARTER)
        alarms = sent(stage, "Outbid", "Critical")
        assert len(alarms) == 5
        assert not any(silent(call) for call in alarms)
        assert all(call.params["reply_parameters"]["message_id"] == alarm["message_id"] for call in alarms[1:])
        standing = [message for message in await ada.from_bot() if any("Raise to" in each for each in labels(message))]
        assert [message["message_id"] for message in standing] == [last.answer["result"]["message_id"]]


async def test_who_has_seen_it_is_not_reminded(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        await _lost(stage, ada)
        await told(stage, "reminder 1 of 4", patience=QUARTER + 60)
        await ada.presses("Got it")
        await ada.sees("Acknowledged by Ada")
        await asyncio.sleep(3 * QUARTER)
        assert len(sent(stage, "Outbid", "Critical")) == 2


async def test_nothing_is_repeated_while_nothing_is_read(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        await _lost(stage, ada)
        stage.clore.fault("500", times=None)
        await asyncio.sleep(2 * QUARTER)
        assert len(sent(stage, "Outbid", "Critical")) == 1


async def test_the_end_changes_the_newest_message(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        alarm = await _lost(stage, ada)
        reminder = await _reminded(stage, ada)
        queue(stage, mine(active=True))
        await told(stage, "Won back after")
        await happens(lambda: stage.telegram.calls.find("editMessageText", ada.chat), "the edit")
        await polled(stage)
        assert not labels(await at(ada, reminder))
        assert not labels(await at(ada, alarm))


async def _reminded(stage: Stage, ada: Person) -> Json:
    await told(stage, "reminder 1 of 4", patience=QUARTER + 60)
    return await ada.sees("reminder 1 of 4")


async def _lost(stage: Stage, ada: Person) -> Json:
    queue(stage, mine(), rival())
    return await ada.sees("Outbid", "Critical", f"#{MINE}")
