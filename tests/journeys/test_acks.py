"""Somebody has seen an alert and says so: its message names them, and a dead alert has no buttons."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.journeys.hands import data_of, forges
from tests.journeys.losing import MINE, at, holding, mine, queue, rival
from tests.journeys.stories import edited, polled
from tests.stage import Json, Person, Stage, labels, shown

pytestmark = pytest.mark.looptime

GOT_IT = "Got it"


async def test_who_has_seen_an_alert_stands_in_its_message(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        alarm = await _lost(stage, ada)
        await ada.presses(GOT_IT, alarm["message_id"])
        seen = await ada.sees("Outbid", "Acknowledged by Ada")
        assert seen["message_id"] == alarm["message_id"]
        assert not any(GOT_IT in label for label in labels(seen))
        assert any("Raise to" in label for label in labels(seen)), "what helps stays"
        assert await ada.toasts() == ["Acknowledged: no reminders. If it gets worse, you are told."]


async def test_two_presses_are_one(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        alarm = await _lost(stage, ada)
        await asyncio.gather(*[ada.presses(GOT_IT, alarm["message_id"]) for _ in range(2)])
        await ada.sees("Acknowledged by Ada")
        assert len(edited(stage, "Acknowledged by")) == 1
        assert (await ada.toasts())[-1].startswith("Acknowledged before")
        assert labels(await at(ada, alarm)), "the alert lives on, and so do its other buttons"


async def test_what_was_acknowledged_before_a_restart_is_so_after_it(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        alarm = await _lost(stage, ada)
        data = await data_of(ada, GOT_IT)
        await ada.presses(GOT_IT, alarm["message_id"])
        await ada.sees("Acknowledged by Ada")
        await stage.restart()
        assert (await forges(ada, data, alarm["message_id"])).startswith("Acknowledged before")
        await polled(stage, 2)
        assert "Acknowledged by Ada" in shown(await at(ada, alarm))


async def test_an_alert_that_is_over_says_so_and_loses_its_buttons(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        alarm = await _lost(stage, ada)
        data = await data_of(ada, GOT_IT)
        queue(stage, mine(active=True))
        await ada.sees("Won back after")
        assert await forges(ada, data, alarm["message_id"]) == "This alert is over."
        await asyncio.sleep(5)
        assert not labels(await at(ada, alarm))


async def _lost(stage: Stage, ada: Person) -> Json:
    queue(stage, mine(), rival())
    return await ada.sees("Outbid", "Critical", f"#{MINE}")
