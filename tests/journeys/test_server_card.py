"""The card of one listed server: what it costs for how long, who bids, whether it can be had."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.journeys.hands import asks, taps
from tests.journeys.markets import fleet, key_of, listed, restock, stranger
from tests.journeys.stories import auction, bid, by_hand, coins, happens, offer, rental, renter
from tests.stage import Person, labels, shown

pytestmark = pytest.mark.looptime

OTHER = 9001


async def test_the_card_says_what_it_costs_and_how_long_the_money_lasts(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=fleet(6), wallets=coins("0.01"))
        card = await asks(ada, "/server 100", "Free · server 100")
        text = shown(card)
        assert "4x RTX 4090 24 GB · 126 GB RAM" in text
        assert "reliability 99.1 %" in text
        assert "at most 7 days" in text
        assert "a day per GPU" in text
        assert "With fee: 1 h" in text
        assert "to its maximum length" in text
        assert "cancelling before avoids it" in text
        assert "you can pay with BTC" in text
        assert "your balance lasts" in text
        assert "On demand 0.00008 BTC a day before 5 % fee" in text
        assert "CUDA 12.4" in text
        assert "Owner 7100" in text
        for label in ("🛒 Rent…", "🔨 Bid…", "👁 Watch", "☆ Favourite", "🚫 Block", "🚫 Block owner", "🔄 Refresh"):
            assert label in labels(card)


async def test_the_queue_of_a_machine_that_nobody_here_bids_on_is_read(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        held = auction(offer(OTHER, 0.00005, mine=False), offer(OTHER + 1, 0.00004, active=False, mine=False))
        ada = await renter(stage, servers=fleet(6), markets={"100": held})
        await asks(ada, "/server 100", "2 bids", "held with 0.00005 BTC", "or more wins it")
        reads = len(stage.clore.calls(operation="spot_marketplace"))
        await asks(ada, "/server 100", "2 bids")
        assert len(stage.clore.calls(operation="spot_marketplace")) == reads
        await ada.presses("Refresh")
        await happens(lambda: len(stage.clore.calls(operation="spot_marketplace")) == reads + 1, "a new look")
        await asks(ada, "/market 4090", "held by a spot tenant")


async def test_without_an_account_the_card_offers_to_connect(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(1))
        card = await asks(ada, "/server #100", "Free · server 100", "connect an account to see the bids")
        assert "🔑 Connect" in labels(card)
        assert not [label for label in labels(card) if "Rent" in label]
        assert stage.clore.calls(operation="spot_marketplace") == []


async def test_a_server_that_is_not_listed_is_not_called_gone(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(1))
        await asks(ada, "/server 777", "Not listed", "hidden, offline or gone; CLORE.AI does not say which", "just now")
        await asks(ada, "/server seven", "seven is no server number")
        await asks(ada, "/server", "A server's number is missing")


async def test_a_rented_machine_is_said_to_be_rented(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, listed(100, rented=True))
        await asks(ada, "/server 100", "🔴 Rented · server 100")


async def test_a_card_leads_back_to_the_page_that_it_came_from(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(8))
        await asks(ada, "/market 4090", "8 machines")
        await taps(ada, "▶", "7. 4x RTX 4090")
        await taps(ada, "7 · ", "server 106")
        await taps(ada, "☆ Favourite", "★ favourite")
        assert "A favourite: you are told when it becomes free." in await ada.toasts()
        await taps(ada, "◀ Back", "7. 4x RTX 4090", "★ favourite")


async def test_a_link_of_the_inline_mode_opens_the_card(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(1))
        await stage.post("start", user=ada.user, payload="s100")
        await ada.sees("Free · server 100")
        await stage.post("start", user=ada.user, payload="private")
        await ada.sees("Welcome")


async def test_similar_machines_are_found_from_an_order(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        specs = {"gpu": "1x NVIDIA GeForce RTX 3090"}
        rows = [*fleet(3), listed(200, gpu="1x NVIDIA GeForce RTX 3090", usd=1)]
        ada = await renter(stage, rental(stage, 1, specs=specs), bid(stage, 2, specs=specs), servers=rows)
        await asks(ada, "/order 1", "#1")
        card = await taps(ada, "🖥 Machine", "Not listed")
        assert labels(card)
        stage.clore.load({"orders": [rental(stage, 3, specs=specs, expired=True)]}, key=key_of(stage))
        await asyncio.sleep(120)
        await asks(ada, "/order 3", "Ended")
        await taps(ada, "🔎 Similar", "1 machine · RTX 3090", "1. 1x RTX 3090")


async def test_an_old_marketplace_stands_in_and_says_so(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(1))
        await asks(ada, "/server 100", "just now")
        stage.clore.act("down", key=key_of(stage), on=True)
        await asyncio.sleep(200)
        await asks(ada, "/server 100", "Free · server 100", "did not answer just now; this is the last known")
        stage.clore.act("down", key=key_of(stage), on=False)
        restock(stage)
        await taps(ada, "Refresh", "Not listed")


async def test_nobody_elses_marks_are_shown(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await stranger(stage, *fleet(1))
        await stage.post("user", id=102, first_name="Bob", language_code="en")
        bob = Person(stage, 102)
        await asks(ada, "/server 100", "Free")
        await taps(ada, "☆ Favourite", "★ favourite")
        await asks(bob, "/server 100", "Free")
        assert "★" not in shown(await bob.last())
