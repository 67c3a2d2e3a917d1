"""The lists of rentals and the card of one: what is known, how old it is, and never more than that."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.journeys.hands import asks, small_market, taps
from tests.journeys.stories import SERVER, auction, bid, offer, rental, renter
from tests.stage import connected, labels, shown

pytestmark = pytest.mark.looptime

NOBODYS = "11111"


async def test_an_empty_list_is_said_to_be_empty_only_after_an_answer(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        key = stage.clore.add_key()
        stage.clore.fault("500", operation="my_orders", times=None)
        ada = await connected(stage, key)
        answer = await asks(ada, "/orders", "CLORE.AI does not answer", "acct main")
        assert "Nothing is rented" not in shown(answer)
        stage.clore.heal()
        await taps(ada, "Try again", "Nothing is rented, and no bid waits", "0 of at most 13")


async def test_a_list_that_cannot_be_read_again_shows_the_last_one_with_its_age(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/orders", "3 of at most 13")
        stage.clore.act("down", on=True)
        await asyncio.sleep(600)
        listed = await asks(ada, "/orders", "CLORE.AI did not answer just now; this is the last known", "10 min ago")
        assert "3 of at most 13" in shown(listed)
        stage.clore.act("down", on=False)
        await taps(ada, "Refresh", "3 of at most 13", "Data from just now")


async def test_a_rejected_key_is_not_called_an_outage(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/orders", "3 of at most 13")
        await asks(ada, "/wallets", "38.4 USD")
        stage.clore.act("revoke_key", on=True)
        await asyncio.sleep(120)
        listed = await asks(ada, "/orders", "CLORE.AI does not take this account's key; this is the last known")
        assert "🔑 Replace key" in labels(listed)
        for screen in ("/wallets", "/order 400019"):
            await asks(ada, screen, "does not take this account's key; this is the last known")


async def test_a_slow_answer_is_not_called_a_missing_one(tmp_path: Path) -> None:
    async with small_market(tmp_path, latency=20.0) as stage:
        ada = await connected(stage)
        await asks(ada, "/orders", "CLORE.AI takes long", "only a look")
        await asyncio.sleep(60)
        await taps(ada, "Try again", "3 of at most 13")


async def test_thirteen_orders_have_pages_and_past_ones_a_list_of_their_own(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        rows = [rental(stage, number, hours=72 + number) for number in range(1, 14)]
        rows += [rental(stage, number, hours=9, expired=True) for number in range(21, 24)]
        ada = await renter(stage, *rows)
        first = await asks(ada, "/orders", "13 of at most 13")
        assert "1/3" in labels(first)
        await taps(ada, "▶", "13 of at most 13", "#7")
        last = await taps(ada, "▶", "13 of at most 13", "#1 ")
        assert "3/3" in labels(last)
        assert sum("#" in label for label in labels(last)) == 1
        past = await taps(ada, "Past rentals", "Past rentals · 3", "#21", "#23")
        assert "Ended" in shown(past)
        await taps(ada, "#22 Ended", "⚫ Ended · #22", "length 9 hours")
        await taps(ada, "Back", "Past rentals · 3")


async def test_a_waiting_bid_says_what_holds_the_machine_and_costs_nothing(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        queue = auction(offer(5, 0.00002, active=False), offer(900, 0.00003, mine=False))
        ada = await renter(stage, bid(stage, 5), markets={str(SERVER + 5): queue})
        listed = await asks(ada, "/orders", "🟡 Waiting bid · #5", "would cost")
        assert "left" not in shown(listed)
        card = await asks(ada, "/order 5", "Waiting bid · #5", "Costs nothing while it waits")
        assert "⏳ 0.00003 BTC (≈ $2.01) a day holds the machine" in shown(card)
        assert "SSH" not in shown(card)
        assert "🛑 Cancel bid…" in labels(card)


async def test_an_order_that_was_made_a_moment_ago_is_found(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        key = stage.clore.add_key()
        ada = await renter(stage, key=key)
        await asks(ada, "/orders", "Nothing is rented")
        await asyncio.sleep(20)
        stage.clore.load({"orders": [rental(stage, 7)]}, key=key)
        await asks(ada, "/order 7", "Rented · #7")


async def test_the_card_shows_the_bid_as_the_auction_has_it_now(tmp_path: Path) -> None:
    """my_orders was read a minute ago; the auction, just now."""
    async with small_market(tmp_path, demo=False) as stage:
        ada = await renter(stage, bid(stage, 5))
        await asks(ada, "/order 5", "0.0000202 BTC", "Rented · #5")
        await asks(ada, "/bid 5 0.00004", "Raise this bid?")
        await taps(ada, "Raise to 0.00004 BTC", "Bid changed")
        for screen in ("/order 5", "/orders"):
            await asks(ada, screen, "0.0000405 BTC (≈ $2.71) a day")


async def test_numbers_that_are_none_and_orders_that_are_not_mine_get_a_clear_answer(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        for text, said in (
            ("/order", "An order's number is missing"),
            ("/order x", "x is no order number"),
            ("/order -5", "-5 is no order number"),
            ("/order 1e5", "1e5 is no order number"),
            ("/order ٣٨", "٣٨ is no order number"),
            (f"/order {'9' * 30}", "is no order number"),
            ("/order 38 39", "more after the number"),
            ("/cancel 38 39", "more after the number"),
            ("/bid", "An order's number is missing"),
            ("/bid x 3", "x is no order number"),
        ):
            answer = await asks(ada, text, said, "Nothing was done", "It goes like this")
            assert "📋 Rentals" in labels(answer)
            await asyncio.sleep(4)
        for text in (f"/order {NOBODYS}", f"/order #{NOBODYS}", f"/cancel {NOBODYS}", f"/bid {NOBODYS} 1"):
            await asks(ada, text, "Not found", f"#{NOBODYS}", "Nothing was changed", "Data from")
            await asyncio.sleep(4)
        changes = [call for call in stage.clore.calls() if call.operation in {"cancel_order", "set_spot_price"}]
        assert changes == []


async def test_an_older_row_without_the_newer_fields_claims_nothing(tmp_path: Path) -> None:
    """No container state, no fee, no web host, no proxy hosts: rented, never running; nothing is made up."""
    async with small_market(tmp_path, demo=False) as stage:
        old = rental(stage, 8, http_port="8888", tcp_ports=["22:10022", "6006:10023"])
        for field in ("fee", "pub_cluster"):
            del old[field]
        ada = await renter(stage, old)
        card = shown(await asks(ada, "/order 8", "🔵 Rented · #8"))
        assert "with the usual 5 % fee" in card
        assert "SSH: port 10022; host: see the order's page on CLORE.AI" in card
        assert "Web: port 8888; address: see the order's page on CLORE.AI" in card
        assert "Running" not in card
        assert "None" not in card


async def test_an_order_past_its_length_is_not_called_ended(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        row = rental(stage, 9, hours=2, left=-0.5)
        ada = await renter(stage)
        answer = json.dumps({"orders": [row], "limit": 13, "code": 0})
        stage.clore.answer("my_orders", answer, times=None)
        await asyncio.sleep(timedelta(minutes=2).total_seconds())
        await asks(ada, "/orders", "⌛ Past its length · #9", "32 min past its 2 hours")
        await asks(ada, "/order 9", "Past its length of 2 hours, still listed by CLORE.AI")


async def test_ssh_and_web_can_be_copied(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        card = await asks(ada, "/order 400019", "Running · #400019")
        copies = {
            button["text"]: button["copy_text"]["text"]
            for row in card["reply_markup"]["inline_keyboard"]
            for button in row
            if "copy_text" in button
        }
        assert copies["📋 SSH"] in shown(card)
        assert copies["📋 SSH"].startswith("ssh root@n1.c")
        assert copies["📋 Web"].startswith("https://")
