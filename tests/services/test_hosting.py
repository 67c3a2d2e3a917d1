"""The servers that an account provides: read once for all who ask, and given up with the key."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clore.errors import Unavailable
from bot.services.desk import Desk
from bot.services.feeds import NOW
from bot.services.house import House
from tests.journeys.hands import small_market
from tests.journeys.renting import account_of
from tests.stage import Stage, connected

pytestmark = pytest.mark.looptime

PATIENCE = 8.0


async def test_two_who_ask_at_once_cause_one_request(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        house, desk = await _desk(stage)
        first, second = await asyncio.gather(*(house.hosting.servers(desk, NOW, PATIENCE) for _ in range(2)))
        assert first == second
        assert first.servers is not None
        assert len(stage.clore.calls(operation="my_servers")) == 1


async def test_an_answer_that_comes_late_is_kept_for_the_next_who_asks(tmp_path: Path) -> None:
    async with small_market(tmp_path, latency=20.0) as stage:
        house, desk = await _desk(stage)
        impatient = await house.hosting.servers(desk, timedelta(minutes=1), 5.0)
        assert (impatient.servers, impatient.slow, impatient.error) == (None, True, None)
        await asyncio.sleep(120)
        later = await house.hosting.servers(desk, timedelta(minutes=10), 5.0)
        assert later.servers is not None
        assert not later.slow


async def test_who_waits_while_the_key_is_given_up_gets_an_answer(tmp_path: Path) -> None:
    async with small_market(tmp_path, latency=4.0) as stage:
        house, desk = await _desk(stage)
        waiting = asyncio.create_task(house.hosting.servers(desk, NOW, PATIENCE))
        await asyncio.sleep(1)
        house.remove_account(desk.account)
        assert isinstance((await waiting).error, Unavailable)


async def _desk(stage: Stage) -> tuple[House, Desk]:
    ada = await connected(stage)
    assert stage.app is not None
    house = stage.app.house
    desk = house.desks.default(account_of(stage, ada).chat)
    assert desk is not None
    return house, desk
