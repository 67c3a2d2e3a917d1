"""A confirmed change while the database or our own code fails: sent once at most, and its person hears of it."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.clore.client import KeyedClient
from tests.journeys.hands import asks, data_of, forges, small_market
from tests.journeys.stories import happens
from tests.stage import Person, Stage, connected

pytestmark = pytest.mark.looptime

SET = "set_spot_price"


async def test_a_change_waits_for_a_locked_database_and_is_sent_then(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await _confirmed(stage)
        with locked(tmp_path):
            await asyncio.sleep(4)
            assert stage.clore.calls(operation=SET) == [], "no request leaves without its row"
        await ada.sees("Bid changed", "holds the machine")
        assert len(stage.clore.calls(operation=SET)) == 1


async def test_an_outcome_that_cannot_be_written_is_looked_up_not_sent_again(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await _confirmed(stage)
        await happens(lambda: stage.clore.calls(operation=SET), "the request left")
        with locked(tmp_path):
            await asyncio.sleep(4)
        await ada.sees("Bid changed", "holds the machine")
        assert len(stage.clore.calls(operation=SET)) == 1


async def test_a_change_that_could_not_be_sent_for_too_long_is_not_sent_any_more(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await _confirmed(stage)
        with locked(tmp_path):
            await stage.stop()
        await asyncio.sleep(130)
        await stage.start()
        await ada.sees("Not sent", "held up before I could send this", "Nothing was sent to CLORE.AI")
        assert stage.clore.calls(operation=SET) == []


async def test_a_mistake_of_ours_leaves_nobody_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_client: KeyedClient, *_args: Any, leaving: Any) -> None:
        leaving()
        raise RuntimeError("a mistake")

    monkeypatch.setattr(KeyedClient, "set_spot_price", broken)
    async with small_market(tmp_path) as stage:
        ada = await _confirmed(stage)
        await ada.sees("Outcome unknown", "I do not send it again by myself")
        assert "a mistake" in caplog.text


async def _confirmed(stage: Stage) -> Person:
    """Ada has just confirmed a raise; the request waits for its turn."""
    ada = await connected(stage)
    await asks(ada, "/bid 400020 0.00009", "Raise this bid?")
    data = await data_of(ada, "Raise to")
    assert await forges(ada, data) == "Confirmed. Asking CLORE.AI …"
    return ada


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another process writes, for as long as this lasts."""
    other = sqlite3.connect(folder / "bot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()
