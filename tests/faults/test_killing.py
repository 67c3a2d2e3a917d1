"""The emulated kill itself: what it leaves on the disk, what it cuts off, and what goes on without the bot."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.ids import TelegramChatId
from storage.store import Store
from tests.faults.killing import Mortal
from tests.stage import ADA, Person, shown

pytestmark = pytest.mark.looptime

CHAT = TelegramChatId(5)


@contextlib.asynccontextmanager
async def _alive(folder: Path) -> AsyncIterator[Mortal]:
    """A bot that is killed when the story says so."""
    stage = Mortal(folder, demo=False, servers=0)
    await stage.post("user", id=ADA, first_name="Ada", language_code="en")
    lives = asyncio.create_task(stage.lives())
    try:
        await _says_something(stage)
        yield stage
    finally:
        lives.cancel()
        await asyncio.gather(lives, return_exceptions=True)
        await stage.close()


async def test_what_is_committed_stays_and_an_open_transaction_never_was(tmp_path: Path) -> None:
    async with _alive(tmp_path) as stage:
        store = _store(stage)
        store.inbox.take(1, CHAT, b"kept", stage.clock())
        _killed_once(stage, "before COMMIT")
        store.inbox.take(2, CHAT, b"on its way", stage.clock())
        store.inbox.take(3, CHAT, b"written by the dead", stage.clock())
        await _says_something(stage)
        assert _store(stage) is not store
        taken = _store(stage).db.fetch("SELECT update_id FROM inbox WHERE update_id < 10")
        assert [row["update_id"] for row in taken] == [1]
        assert _store(stage).db.fetch("PRAGMA integrity_check")[0][0] == "ok"
        assert [what for _, what, _ in stage.died_at] == ["before COMMIT"]


@pytest.mark.parametrize(("what", "times"), [("before sendMessage", 1), ("after sendMessage", 2)])
async def test_a_message_is_sent_twice_only_where_its_answer_was_lost(tmp_path: Path, what: str, times: int) -> None:
    async with _alive(tmp_path) as stage:
        before = len(stage.telegram.calls.find("sendMessage"))
        _killed_once(stage, what)
        await _says_something(stage)
        await asyncio.sleep(10)
        assert [died for _, died, _ in stage.died_at] == [what]
        assert len(stage.telegram.calls.find("sendMessage")) - before == times


async def test_what_is_on_its_way_is_carried_out_without_the_bot(tmp_path: Path) -> None:
    async with _alive(tmp_path) as stage:
        await stage.post("fault", method="sendMessage", delay=5.0, times=1)
        await Person(stage).says("/help")
        await asyncio.sleep(2)
        _killed_once(stage, "after INSERT")
        _store(stage).installation.published("anything")
        await asyncio.sleep(30)
        assert len(stage.died_at) == 1
        assert len([each for each in await Person(stage).from_bot() if "Welcome" in shown(each)]) >= 2


def _killed_once(stage: Mortal, here: str) -> None:
    """At the next point of this kind."""
    stage.kills = lambda _, what: what == here and not stage.died_at


def _store(stage: Mortal) -> Store:
    assert stage.store is not None
    return stage.store


async def _says_something(stage: Mortal) -> None:
    """And waits until a living bot has answered."""
    said = await Person(stage).says("/help")
    await Person(stage).sees("Welcome", after=said["message_id"])
