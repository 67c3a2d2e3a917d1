"""`/settings`: the clock of a chat and its quiet hours, by buttons or typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.hands import asks, data_of, forges, small_market, taps
from tests.stage import Person, connected, labels, shown

pytestmark = pytest.mark.looptime


async def test_a_place_is_chosen_by_its_clock_and_kept_over_a_restart(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/settings", "not chosen, so UTC · 12:00", "Quiet hours: none")
        await taps(ada, "Time zone", "Choose the place")
        assert "Kolkata 17:30" in labels(await ada.last())
        await taps(ada, "Kolkata", "Asia/Kolkata · 17:30 there now")
        await taps(ada, "Quiet hours", "What is not critical waits")
        await taps(ada, "22:00–07:00", "Quiet hours: 22:00–07:00")
        await stage.restart()
        await asks(ada, "/settings", "Asia/Kolkata", "22:00–07:00")
        await taps(ada, "Quiet hours", "What is not critical waits")
        await taps(ada, "No quiet hours", "Quiet hours: none")


async def test_a_zone_is_typed_and_what_is_none_changes_nothing(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = Person(stage)
        await asks(ada, "/settings", "not chosen")
        await taps(ada, "Time zone", "Choose the place")
        for wrong in ("Mars/Olympus", "../../etc/passwd", "x" * 300):
            await asks(ada, wrong, "is no time zone that I know", "not chosen")
        await asks(ada, "america/argentina/buenos aires", "America/Argentina/Buenos_Aires · 09:0")
        assert "Market" in " ".join(labels(await asks(ada, "Europe/Berlin", "Welcome"))), "nothing asks any more"


async def test_forged_hours_and_places_are_refused(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = Person(stage)
        await asks(ada, "/settings", "not chosen")
        await taps(ada, "Quiet hours", "What is not critical waits")
        real = await data_of(ada, "22:00–07:00")
        await _is_refused(ada, real.replace("1320", "1440"))
        await _is_refused(ada, "1:qz:nowhere")
        assert "Quiet hours: none" in shown(await asks(ada, "/settings", "Settings"))


async def _is_refused(ada: Person, data: str) -> None:
    before = (await ada.last())["message_id"]
    await forges(ada, data)
    await ada.sees("does not work", after=before)
