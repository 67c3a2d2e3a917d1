"""Favourites and watched servers: told once when one is free, never twice, also across a restart."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.journeys.hands import asks, taps
from tests.journeys.markets import fleet, listed, offered, restock, stranger
from tests.journeys.stories import by_hand, sent, told
from tests.stage import labels, shown

pytestmark = pytest.mark.looptime

IS_FREE = "It can be rented on demand"
"""Stands in the letter and on no card."""


async def test_a_favourite_that_becomes_free_is_told_once(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, listed(100, rented=True), *fleet(2, 200))
        await asks(ada, "/server 100", "Rented")
        await taps(ada, "☆ Favourite", "★ favourite")
        await asyncio.sleep(300)
        assert sent(stage, IS_FREE, "100") == []
        restock(stage, listed(100), *fleet(2, 200))
        await told(stage, IS_FREE, "100", "4x RTX 4090")
        letter = await ada.last()
        assert labels(letter)[:3] == ["🛒 Rent…", "Open", "🔕 Stop telling me"]
        await asyncio.sleep(600)
        assert len(sent(stage, IS_FREE, "100")) == 1
        restock(stage, listed(100, rented=True), *fleet(2, 200))
        await asyncio.sleep(300)
        restock(stage, listed(100), *fleet(2, 200))
        await asyncio.sleep(300)
        assert len(sent(stage, IS_FREE, "100")) == 2
        await ada.presses("Stop telling me")
        await offered(ada, "☆ Favourite")


async def test_what_became_free_while_the_bot_was_away_is_told_after_the_start(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, listed(100, rented=True), *fleet(2, 200))
        await asks(ada, "/server 100", "Rented")
        await taps(ada, "☆ Favourite", "★ favourite")
        await asyncio.sleep(150)
        await stage.stop()
        restock(stage, listed(100), *fleet(2, 200))
        await stage.start()
        await told(stage, IS_FREE, "100")
        await stage.restart()
        await asyncio.sleep(300)
        assert len(sent(stage, IS_FREE, "100")) == 1


async def test_one_that_is_free_at_the_first_look_is_no_news(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(3))
        await asks(ada, "/server 100", "Free")
        await taps(ada, "☆ Favourite", "★ favourite")
        await asyncio.sleep(200)
        restock(stage, *fleet(2, 101))
        await asyncio.sleep(130)
        restock(stage, *fleet(3))
        await asyncio.sleep(300)
        assert sent(stage, IS_FREE, "100") == []


async def test_one_that_was_long_gone_and_comes_back_is_news(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(2))
        await asks(ada, "/server 777", "Not listed")
        await taps(ada, "👁 Watch", "Not listed")
        await asyncio.sleep(400)
        restock(stage, *fleet(2), listed(777))
        await told(stage, IS_FREE, "777", "You were watching it")
        await asks(ada, "/market", "find a machine")
        await taps(ada, "★ Marked 0", "Nothing is marked")


async def test_a_watched_server_is_told_when_it_is_cheaper_and_then_no_more(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, listed(100, usd=10), *fleet(2, 200))
        await asks(ada, "/server 100", "Free")
        await taps(ada, "👁 Watch", "watched: told once")
        restock(stage, listed(100, usd=9.8), *fleet(2, 200))
        await asyncio.sleep(300)
        assert sent(stage, "Cheaper") == []
        restock(stage, listed(100, usd=9), *fleet(2, 200))
        letter = await told(stage, "Cheaper", "100", "→")
        assert "You were watching it: that ends with this message." in str(letter.params["text"])
        restock(stage, listed(100, usd=5), *fleet(2, 200))
        await asyncio.sleep(300)
        assert len(sent(stage, "Cheaper")) == 1


async def test_the_marketplace_is_read_for_those_who_look_out_and_for_nobody_else(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(2))
        await asks(ada, "/server 100", "Free")
        before = len(stage.clore.calls(operation="marketplace"))
        await asyncio.sleep(400)
        assert len(stage.clore.calls(operation="marketplace")) == before
        await taps(ada, "☆ Favourite", "★ favourite")
        before = len(stage.clore.calls(operation="marketplace"))
        await asyncio.sleep(600)
        assert 4 <= len(stage.clore.calls(operation="marketplace")) - before <= 6


async def test_a_failed_or_empty_read_says_nothing_of_a_favourite(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(2))
        await asks(ada, "/server 100", "Free")
        await taps(ada, "☆ Favourite", "★ favourite")
        stage.clore.fault("500", operation="marketplace", times=None)
        await asyncio.sleep(600)
        stage.clore.heal()
        restock(stage)
        await asyncio.sleep(600)
        restock(stage, *fleet(2))
        await asyncio.sleep(300)
        assert sent(stage, IS_FREE, "100") == []
        assert "★ favourite" in shown(await asks(ada, "/server 100", "Free"))
