"""`/panic`: at once, whatever else is going on, and until a person lifts it, whatever restarts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.clore.journal import Entry
from tests.journeys.guarding import HELD, MINUTE, PAUSE, desk
from tests.journeys.hands import asks, data_of, forges, taps
from tests.journeys.stories import by_hand as plain
from tests.journeys.stories import happens, polled, rental, renter, sent, silent, told
from tests.stage import Person, Stage, labels, shown

pytestmark = pytest.mark.looptime


async def test_a_bid_on_its_way_down_stays_where_it_is_until_it_is_lifted(tmp_path: Path) -> None:
    async with _lowering(tmp_path) as (stage, ada):
        await happens(lambda: _sent(stage), "the first step")
        await polled(stage, 2)
        screen = await asks(ada, "/panic", "Automation stopped", "Held back: 1 lowering", "run on and cost money")
        assert "▶️ Let it go on…" in labels(screen)
        await stage.restart()
        await asyncio.sleep(2 * PAUSE)
        assert _sent(stage) == [Decimal("0.00008165")]
        await asks(ada, "/panic", "It was stopped before")
        await taps(ada, "▶️ Let it go on…", "Let automation go on?", "Held back: 1 lowering")
        await taps(ada, "▶️ Let it go on", "Automation goes on", "At work: 1 lowering")
        await told(stage, "Lowered", patience=3 * PAUSE)
        assert _sent(stage)[-1] == Decimal("0.0000802")


async def test_a_step_that_has_not_left_is_called_off(tmp_path: Path) -> None:
    """Decided, and waiting behind a reading that CLORE.AI does not answer."""
    async with _lowering(tmp_path) as (stage, ada):
        await happens(lambda: _sent(stage), "the first step")
        stage.clore.fault("slow", times=None, seconds=15)
        await happens(lambda: _waiting(stage), "a step that waits for its turn", 2 * PAUSE)
        await asks(ada, "/panic", "Automation stopped")
        assert not _waiting(stage)
        await asyncio.sleep(2 * PAUSE)
        assert len(_calls(stage)) == 2, "the refusal that named the floor, and the first step"


async def test_it_waits_for_no_turn(tmp_path: Path) -> None:
    """The chat is still being answered, and CLORE.AI takes its time."""
    async with _lowering(tmp_path) as (stage, ada):
        stage.clore.fault("slow", times=None, seconds=25)
        await ada.says(f"/order {HELD}")
        await ada.says("/wallets")
        began = stage.seconds()
        await ada.says("/panic")
        await happens(lambda: _stopped(stage), "it stands", 2)
        assert stage.seconds() - began < 2
        await ada.sees("Automation stopped")


async def test_what_was_asked_before_cannot_be_pressed_any_more(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await asks(ada, f"/bid {HELD} 0.00009", "Raise this bid?")
        old = await data_of(ada, "Raise to")
        await asks(ada, "/panic", "Automation stopped", "Open questions ended")
        assert "given up" in await forges(ada, old)
        await asks(ada, f"/bid {HELD} 0.00009", "Raise this bid?")
        await taps(ada, "Raise to", "Bid changed")
        assert _sent(stage) == [Decimal("0.00009")], "a press is no automation"


async def test_nothing_is_begun_that_would_go_on_by_itself(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await asks(ada, "/panic", "Automation stopped")
        await _asked_to_lower(ada)
        await taps(ada, "Lower to 0.0000802 BTC", "Not begun", "stopped by /panic")
        await asyncio.sleep(PAUSE)
        assert not _sent(stage)


async def test_a_condition_that_is_met_is_told_of_and_ends_nothing(tmp_path: Path) -> None:
    async with plain(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 7))
        await polled(stage)
        await asks(ada, "/order 7", "#7")
        await taps(ada, "⏲ Stop…", "Stop conditions")
        await taps(ada, "✏️ Time…", "Stop at which time?")
        await asks(ada, "in 6 min", "✅ Set")
        await asks(ada, "/panic", "Held back: 1 stop condition", "Stop conditions end nothing now")
        loud = await told(stage, "Not stopped: /panic", "still costs money", patience=PAUSE)
        assert not silent(loud)
        await asyncio.sleep(2 * MINUTE)
        assert len(sent(stage, "Not stopped: /panic")) == 1
        assert not stage.clore.calls(operation="cancel_order")
        await taps(ada, "▶️ Let automation go on…", "Let automation go on?", "end their rentals at once")
        await taps(ada, "▶️ Let it go on", "Automation goes on")
        await ada.sees("Cancelled", "#7")


async def test_keeping_it_stopped_is_a_press_too(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await asks(ada, "/panic", "Automation stopped", "Open questions ended")
        await taps(ada, "▶️ Let it go on…", "Let automation go on?", "Nothing waits for it")
        await taps(ada, "⏹ Keep it stopped", "Kept")
        assert _stopped(stage)
        await asks(ada, "/status", "Automation stopped by /panic")


@contextlib.asynccontextmanager
async def _lowering(folder: Path) -> AsyncIterator[tuple[Stage, Person]]:
    async with desk(folder) as (stage, ada):
        await _asked_to_lower(ada)
        await taps(ada, "Lower to 0.0000802 BTC", "Lowering")
        yield stage, ada


async def _asked_to_lower(ada: Person) -> None:
    await asks(ada, f"/bid {HELD} 0.0000802", "Lower this bid?")
    await taps(ada, "Lower to 0.0000802 BTC", "Bid not changed")
    question = await taps(ada, "in time…", "Lower as soon as allowed?")
    assert "about 3 steps" in shown(question)


def _stopped(stage: Stage) -> bool:
    assert stage.store is not None
    return bool(stage.store.chats.in_panic())


def _waiting(stage: Stage) -> bool:
    assert stage.store is not None
    return any(entry.automatic and entry.state == "asked" for entry in stage.store.ledger.unfinished())


def _calls(stage: Stage) -> list[Entry]:
    return stage.clore.calls(operation="set_spot_price")


def _sent(stage: Stage) -> list[Any]:
    return [call.body["desired_price"] for call in _calls(stage) if call.executed]  # type: ignore[index]
