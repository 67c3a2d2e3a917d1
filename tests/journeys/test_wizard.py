"""Renting by the wizard: two taps with a template, every step for a newcomer, each limit explained, nothing sent twice."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.hands import asks, taps
from tests.journeys.renting import CREATE, MACHINE, creations, machine
from tests.journeys.stories import by_hand, coins, rental, renter
from tests.stage import Person, Stage, labels, shown

pytestmark = pytest.mark.looptime


@contextlib.asynccontextmanager
async def market(tmp_path: Path, *servers: dict[str, Any], **raw: Any) -> AsyncIterator[tuple[Stage, Person]]:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=list(servers or (machine(),)), **raw)
        yield stage, ada


async def test_a_machine_is_rented_with_two_taps(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        screen = await asks(ada, f"/rent {MACHINE}", "Draft", "2x RTX 4090", "on demand", "0.000105 BTC")
        print(shown(screen)); print(labels(screen))
        question = await taps(ada, "Rent…", "Rent this machine?", "Exactly 0.0001 BTC a day", "or nothing is rented")
        print(shown(question)); print(labels(question))
        await taps(ada, "Rent for 0.000105 BTC a day", "Rented")
        (sent,) = creations(stage)
        print(sent.body)
        print(await ada.screenful())
