"""What every test of the Telegram edge needs before `telegram` is imported, and the edge itself."""

from __future__ import annotations

import os

os.environ["PTB_TIMEDELTA"] = "1"  # otherwise a 429 is a deprecation warning

from collections.abc import AsyncIterator
from pathlib import Path

import looptime
import pytest

from bot.sandbox.telegram.app import TelegramStandIn
from storage.master_keys import MasterKeys
from storage.store import Store, open_store
from tests.handlers.edge import ANNA, BORIS, GROUP, START, TOKEN, Edge, seconds


@pytest.fixture
def telegram() -> TelegramStandIn:
    return TelegramStandIn(TOKEN, now=lambda: START.timestamp() + seconds())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "bot.db", MasterKeys.generate())


@pytest.fixture
async def edge(telegram: TelegramStandIn, store: Store) -> AsyncIterator[Edge]:
    """Started, with two people and a group of them; nothing that a strict reader of the Bot API objects to."""
    with looptime.enabled(strict=True):
        edge = await _started(Edge(store, telegram))
    yield edge
    with looptime.enabled(strict=True):
        await edge.stop()
    store.close()
    assert telegram.lint == []


async def _started(edge: Edge) -> Edge:
    await edge.does("user", id=ANNA, first_name="Anna", language_code="de")
    await edge.does("user", id=BORIS, first_name="Boris")
    await edge.does("chat", id=GROUP, type="supergroup", title="Miners", members=[ANNA, BORIS], bot="administrator")
    await edge.run()
    await edge.settled()
    edge.house.back.clear()
    return edge
