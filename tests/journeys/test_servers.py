"""The servers that an account provides, to look at; and the health of the bot."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.examples import load
from tests.journeys.hands import asks, small_market, taps
from tests.stage import connected, labels, shown

pytestmark = pytest.mark.looptime


async def test_own_servers_are_listed_with_state_and_prices(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        text = shown(await asks(ada, "/servers", "Servers · 3 of at most 16"))
        assert "🟢 Online · Rig Praha · public" in text
        assert "⚪ Never connected · Michael" in text
        assert "on demand 0.00008 BTC a day" in text
        await taps(ada, "Refresh", "Data from just now")


async def test_the_servers_of_the_reference_are_shown(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        key = stage.clore.add_key()
        stage.clore.answer("my_servers", load("my_servers_1.reply"), times=None)
        ada = await connected(stage, key)
        text = shown(await asks(ada, "/servers", "Servers"))
        assert "Never connected · Michael" in text
        assert "init_token" not in text


async def test_nobody_has_servers_before_clore_says_so(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        ada = await connected(stage, stage.clore.add_key())
        stage.clore.fault("500", operation="my_servers", times=None)
        await asks(ada, "/servers", "CLORE.AI does not answer")
        stage.clore.heal()
        await taps(ada, "Try again", "This account hosts no server", "0 of at most 16")


async def test_servers_read_before_stay_while_clore_is_silent(tmp_path: Path) -> None:
    """Silent, not failing: the answer does not come for a minute, the screen comes after seconds."""
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/servers", "3 of at most 16")
        await asyncio.sleep(120)
        stage.clore.fault("timeout", operation="my_servers", times=None)
        began = stage.seconds()
        await asks(ada, "/servers", "3 of at most 16", "takes long to answer; this is the last known")
        assert stage.seconds() - began < 12


async def test_status_says_how_old_the_data_is_and_what_fails(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asyncio.sleep(70)
        fine = shown(await asks(ada, "/status", "All is well", "main · well · data from"))
        assert "Messages still to be sent here: 0" in fine
        stage.clore.act("down", on=True)
        await asyncio.sleep(400)
        bad = await asks(ada, "/status", "Not all is well", "main · CLORE.AI stopped answering")
        assert "Account main" in labels(bad)
        stage.clore.act("down", on=False)
        stage.clore.act("revoke_key", on=True)
        await asyncio.sleep(120)
        await asks(ada, "/status", "Not all is well", "🔴 main · key rejected")


async def test_status_without_an_account_says_that_there_is_none(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/forget", "Delete everything?")
        await taps(ada, "Delete everything", "Deleted")
        await asks(ada, "/status", "No account is connected here")
