"""An alert that somebody wants to be silent: for how long, what breaks it, and what comes at its end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.journeys.losing import MINE, at, holding, mine, queue, rival
from tests.journeys.stories import happens, polled, sent, silent, told
from tests.stage import Json, Person, Stage, labels, shown

pytestmark = pytest.mark.looptime

HOUR = 3600
QUARTER = 15 * 60


async def test_an_hour_of_silence_ends_with_one_notice(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        alarm = await _lost(stage, ada)
        began = stage.seconds()
        await _snooze(ada, "1 hour", "Silent until")
        assert "Snoozed by Ada until" in shown(await at(ada, alarm))
        await asyncio.sleep(HOUR - 120)
        assert len(sent(stage, "Outbid", "Critical")) == 1
        woken = await told(stage, "Outbid", "The snooze has ended")
        assert HOUR - 10 <= stage.seconds() - began <= HOUR + 90
        assert not silent(woken)
        assert woken.params["reply_parameters"]["message_id"] == alarm["message_id"]
        await polled(stage, 3)
        assert len(sent(stage, "The snooze has ended")) == 1
        await happens(lambda: stage.telegram.calls.find("editMessageReplyMarkup", ada.chat), "the old buttons go")
        assert not labels(await at(ada, alarm))


async def test_what_ends_in_silence_is_edited_in_silence(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        alarm = await _lost(stage, ada)
        await _snooze(ada, "Until it is over", "Silent until it is over")
        await stage.restart()
        await asyncio.sleep(2 * QUARTER)
        queue(stage, mine(active=True))
        await ada.sees("Won back after")
        await polled(stage, 2)
        assert "Won back after" in shown(await at(ada, alarm))
        assert not sent(stage, "Won back after")
        assert len(sent(stage, "Outbid", "Critical")) == 1


async def test_the_morning_is_nine_o_clock(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        await _lost(stage, ada)
        screen = await _snooze(ada, "Until 09:00", "Silent until")
        assert "09:00" in shown(screen)


async def test_an_alert_that_is_over_cannot_be_snoozed(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        await _lost(stage, ada)
        await ada.presses("Snooze")
        question = await ada.sees("how long?")
        queue(stage, mine(active=True))
        await ada.sees("Won back after")
        await ada.presses("1 hour", question["message_id"])
        await ada.sees("Nothing was snoozed")


async def _snooze(ada: Person, choice: str, *words: str) -> Json:
    await ada.presses("Snooze")
    await ada.sees("how long?")
    await ada.presses(choice)
    seen = await ada.sees("Snoozed", *words)
    await ada.sees("Outbid", "Snoozed by Ada")
    return seen


async def _lost(stage: Stage, ada: Person) -> Json:
    queue(stage, mine(), rival())
    return await ada.sees("Outbid", "Critical", f"#{MINE}")
