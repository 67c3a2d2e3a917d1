"""A chat wants quiet: what is not critical waits, and is summed up; what is critical comes through."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.alerts.alert import AlertType
from bot.alerts.preferences import Loudness, Preferences, QuietHours
from bot.domain.ids import ChatId, TelegramChatId
from tests.journeys.stories import by_hand, edited, polled, rental, renter, sent, silent, told
from tests.stage import ADA, Stage

pytestmark = pytest.mark.looptime

NIGHTLY: dict[str, str] = {}
"""The base interval is a minute, as people have it: a night is long."""

HOUR = 3600
QUIET = Preferences(quiet=QuietHours(12 * 60, 14 * 60))
"""The stage begins at noon."""


async def test_a_warning_is_held_until_the_end_and_then_told_below_a_summary(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=NIGHTLY) as stage:
        ada = await renter(stage, rental(stage, 1, left=25))
        await polled(stage)
        _prefers(stage, QUIET)
        _age(stage, 19.5)
        await polled(stage, 3)
        assert not sent(stage, "ends soon")
        await stage.restart()
        await asyncio.sleep(2 * HOUR)
        await ada.sees("While it was quiet", "1 still open")
        warning = await told(stage, "ends soon", "#1")
        assert silent(warning)
        assert not silent(sent(stage, "While it was quiet")[0])
        await polled(stage, 2)
        assert len(sent(stage, "ends soon")) == len(sent(stage, "While it was quiet")) == 1


async def test_what_is_over_by_then_is_only_counted(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=NIGHTLY) as stage:
        ada = await renter(stage, rental(stage, 1, left=25))
        key = stage.clore.calls()[-1].key
        await polled(stage)
        _prefers(stage, QUIET)
        _age(stage, 19.5)
        await polled(stage, 2)
        stage.clore.load({"orders": [rental(stage, 1, hours=144, left=77)]}, key=key)
        await asyncio.sleep(2 * HOUR)
        await ada.sees("While it was quiet", "1 fired and resolved")
        assert not sent(stage, "ends soon")


async def test_what_is_held_is_told_as_it_stands_at_the_end(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=NIGHTLY) as stage:
        await renter(stage, rental(stage, 1, left=25))
        key = stage.clore.calls()[-1].key
        await polled(stage)
        _prefers(stage, QUIET)
        _age(stage, 19.5)
        await polled(stage, 2)
        stage.clore.load({"orders": [rental(stage, 1, hours=144, left=20)]}, key=key)
        await asyncio.sleep(2 * HOUR)
        await told(stage, "ends soon", "Info")
        assert not sent(stage, "ends soon", "🟠")


async def test_what_is_critical_comes_through_and_is_closed_where_it_stands(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=NIGHTLY) as stage:
        await renter(stage, rental(stage, 1, left=25))
        key = stage.clore.calls()[-1].key
        await polled(stage)
        _prefers(stage, QUIET)
        _age(stage, 24.3)
        await polled(stage, 2)
        (warning,) = sent(stage, "ends soon", "Critical")
        assert not silent(warning)
        stage.clore.load({"orders": [rental(stage, 1, hours=144, left=77)]}, key=key)
        await polled(stage, 2)
        assert edited(stage, "Resolved", "#1")
        await asyncio.sleep(2 * HOUR)
        assert not sent(stage, "While it was quiet")


async def test_a_silent_type_rings_nobody_and_one_that_is_off_says_nothing(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=NIGHTLY) as stage:
        await renter(stage, rental(stage, 1, left=25))
        await polled(stage)
        _prefers(stage, Preferences().choosing(AlertType.ORDER_EXPIRING, Loudness.SILENT))
        _age(stage, 19.5)
        assert silent(await told(stage, "ends soon", "Warning"))
        _prefers(stage, Preferences().choosing(AlertType.ORDER_EXPIRING, Loudness.OFF))
        _age(stage, 4.8)
        await polled(stage, 3)
        assert len(sent(stage, "ends soon")) == 1


async def test_a_mute_that_is_lifted_is_over_at_once(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings=NIGHTLY) as stage:
        ada = await renter(stage, rental(stage, 1, left=25))
        await polled(stage)
        _prefers(stage, Preferences(muted_until=stage.clock() + timedelta(hours=8)))
        _age(stage, 19.5)
        await polled(stage, 2)
        assert not sent(stage, "ends soon")
        _prefers(stage, Preferences())
        await ada.sees("While it was quiet", "1 still open")
        assert len(sent(stage, "While it was quiet")) == 1


def _prefers(stage: Stage, preferences: Preferences) -> None:
    assert stage.store is not None
    stage.store.chats.prefer(_chat(stage), preferences)


def _chat(stage: Stage) -> ChatId:
    assert stage.store is not None
    chat = stage.store.chats.find(TelegramChatId(ADA))
    assert chat is not None
    return chat.id


def _age(stage: Stage, hours: float) -> None:
    stage.clore.act("age", key=stage.clore.calls()[-1].key, seconds=int(hours * HOUR))
