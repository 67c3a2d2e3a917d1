"""Searching the marketplace from a chat: typed, tapped, turned, saved, and found anew after a restart."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.journeys.hands import asks, forges, taps
from tests.journeys.markets import fleet, key_of, listed, offered, restock, stranger
from tests.journeys.stories import by_hand, coins, polled, renter
from tests.stage import Person, labels, shown

pytestmark = pytest.mark.looptime


async def test_a_search_shows_machines_with_their_true_price(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(5))
        text = shown(await asks(ada, "/market 4090 x4 <20", "5 machines", "Data and rate from just now"))
        assert "1. 4x RTX 4090 24 GB" in text
        assert "(≈ $8.40) a day" in text
        assert "a day per GPU" in text
        assert "an hour" in text
        assert "reliability 99.1 %" in text
        assert "rated 4.8 (12)" in text
        assert "126 GB RAM" in text
        assert "takes BTC, USD" in text
        assert "you can pay" not in text


async def test_conditions_are_echoed_and_taken_away_one_by_one(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(3), listed(200, gpu="1x NVIDIA GeForce RTX 3090", usd=1))
        await asks(ada, "/m 4090 <9.5", "2 machines", "RTX 4090")
        await taps(ada, "✖ <9.5", "3 machines")
        await taps(ada, "✖ RTX 4090", "4 machines", "every machine")


async def test_nothing_found_says_what_to_loosen(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(3))
        await asks(ada, "/market 4090 rel>99.9", "Nothing found", "Without “", "3 machines")
        await taps(ada, "✖ reliability", "3 machines", "1. 4x RTX 4090")


async def test_a_word_that_is_not_understood_is_pointed_at_and_asked_again(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(2))
        await asks(ada, "/market 4090 ram>=banana", "What do you look for?", "⚠️ 4090 ram>=banana", "For example")
        await asks(ada, "4090", "2 machines")
        await asks(ada, "and now?", "Welcome")


async def test_the_question_of_the_home_screen_is_answered_by_typing(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(2))
        await asks(ada, "/market", "find a machine to rent", "4090 x4 <2/gpu")
        await taps(ada, "Search…", "What do you look for?")
        await asks(ada, "x4", "2 machines")
        await asks(ada, "/market", "find a machine to rent")
        await taps(ada, "↩", "2 machines")
        await taps(ada, "Change…", "Now: x4")
        await asks(ada, "3090", "Nothing found")


async def test_pages_turn_within_the_list_that_was_found(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(8))
        await asks(ada, "/market 4090", "8 machines", "1. 4x RTX 4090")
        restock(stage, *fleet(1))
        await asyncio.sleep(300)
        page = await taps(ada, "▶", "7. 4x RTX 4090", "8 machines", "5 min ago")
        assert "2/2" in labels(page)
        await taps(ada, "Refresh", "1 machine ·", "just now")


async def test_a_list_is_found_anew_after_a_restart(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(8))
        await asks(ada, "/market 4090", "8 machines")
        await stage.restart()
        await taps(ada, "▶", "7. 4x RTX 4090", "found anew")
        await taps(ada, "◀", "1. 4x RTX 4090")
        assert "found anew" not in shown(await ada.last())


async def test_the_table_holds_ten_and_the_layout_stays(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(12))
        await asks(ada, "/market 4090", "12 machines")
        await taps(ada, "▶", "7. 4x")
        table = shown(await taps(ada, "Table", "machine", " 1  4x 4090"))
        lines = [line for line in table.split("\n") if "4x 4090" in line]
        assert len(lines) == 10
        assert max(map(len, lines)) <= 30
        await taps(ada, "▶", "12  4x 4090")
        await taps(ada, "Filters", "12 machines fit now")
        await taps(ada, "Show 12", "12  4x 4090")
        await taps(ada, "Cards", "7. 4x RTX 4090")
        await taps(ada, "◀ Back", "find a machine to rent")
        await taps(ada, "↩ RTX 4090", "7. 4x RTX 4090")


async def test_conditions_are_chosen_with_buttons(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(3), listed(200, gpu="1x NVIDIA GeForce RTX 3090", usd=1, rented=True))
        await asks(ada, "/market 4090", "3 machines")
        await taps(ada, "Filters", "3 machines fit now")
        screen = await ada.last()
        for label in ("GPU", "Sort"):
            assert any(label.lower() in each.lower() for each in labels(screen)), labels(screen)
        await taps(ada, "◀ Back", "1. 4x RTX 4090")


async def test_a_search_is_saved_run_deleted_and_saved_again(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(2))
        await asks(ada, "/market 4090 <20", "2 machines")
        await ada.presses("💾 Save")
        await offered(ada, "💾 Saved ✓")
        await taps(ada, "💾 Saved ✓", "Saved searches · 1 search")
        await taps(ada, "RTX 4090 · under 20", "2 machines")
        await taps(ada, "💾 Saved ✓", "Saved searches · 1 search")
        await taps(ada, "✖", "Deleted: RTX 4090 · under 20", "0 searches")
        await taps(ada, "Save it again", "Saved searches · 1 search")


async def test_blocked_machines_and_owners_are_left_out(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(3), listed(200, usd=30, owner=7100))
        await asks(ada, "/market 4090", "4 machines")
        await taps(ada, "1 · ", "Free · server 100")
        await ada.presses("🚫 Block")
        await offered(ada, "🚫 Blocked ✓")
        assert "Blocked: new searches leave it out. Tap again to undo." in await ada.toasts()
        await taps(ada, "◀ Back", "4 machines", "🚫 blocked")
        await taps(ada, "Refresh", "3 machines", "1 left out: you blocked them")
        await taps(ada, "1 · ", "Free · server 101")
        await asks(ada, "/server 200", "server 200")
        await ada.presses("Block owner")
        await offered(ada, "🚫 Owner ✓")
        await asks(ada, "/market 4090", "2 machines", "2 left out")
        await asks(ada, "/market", "find a machine")
        await taps(ada, "★ Marked", "Marked servers · 2 marks", "owner 7100")
        await taps(ada, "✖ Take away", "1 mark", "Taken away: 🚫 Blocked, server 100")
        await taps(ada, "↩ Undo", "2 marks")


async def test_only_what_is_known_of_the_wallets_is_said(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=fleet(3), wallets=coins("0.5"))
        await polled(stage)
        await asks(ada, "/market 4090", "you can pay with BTC")
        stage.clore.load({"wallets": coins("0.0000001")}, key=key_of(stage))
        await polled(stage, 2)
        await asks(ada, "/market 4090 x4", "3 machines")
        assert "you can pay" not in shown(await ada.last())


async def test_own_machines_are_marked(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        key = stage.clore.add_key()
        row = listed(300, usd=1)
        mine = {"id": 300, "name": "Rig", "connected": True, "online": True, "visibility": "public"}
        config = {"pricing": row["price"]["on_demand"], "specs": row["specs"]}
        stage.clore.load(
            {"servers": fleet(2), "my_servers": [mine | config], "orders": [], "wallets": coins()}, key=key
        )
        ada = Person(stage)
        await ada.says(f"/connect {key}")
        await ada.sees("Connected")
        await asks(ada, "/market 4090", "yours: cannot be rented")
        await asks(ada, "/server 300", "Yours", "CLORE.AI does not rent it to you")
        assert not [label for label in labels(await ada.last()) if "Rent" in label]


async def test_the_marketplace_that_does_not_answer_is_no_empty_one(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(2))
        stage.clore.act("down", key=key_of(stage), on=True)
        await asks(ada, "/market 4090", "CLORE.AI does not answer")
        stage.clore.act("down", key=key_of(stage), on=False)
        await taps(ada, "Try again", "2 machines")
        stage.clore.act("down", key=key_of(stage), on=True)
        await asyncio.sleep(200)
        await taps(ada, "Refresh", "2 machines", "CLORE.AI did not answer just now; this is the last known")


async def test_buttons_of_lists_that_are_gone_lead_to_a_new_search(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(2))
        await asks(ada, "/market", "find a machine")
        for data in (
            "1:mP:77:0",
            "1:mR:77",
            "1:mT:77",
            "1:mX:77:0",
            "1:mF:77",
            "1:mf:77:gpu",
            "1:mV:77:gpu:x",
            "1:mS:77:0",
        ):
            await forges(ada, data)
            await ada.sees("This list is not kept any more")
        await forges(ada, "1:mV:0:nosuch:value")
        await forges(ada, "1:mG:99")
        await ada.sees("That search was deleted before")
