"""What can be done about a lost bid, each by its button, and how the same message tells its end."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from bot.sandbox.clore.journal import Entry
from tests.journeys.guarding import HELD
from tests.journeys.hands import asks, small_market, taps
from tests.journeys.losing import MACHINE, MINE, at, holding, mine, queue, rival, text_of
from tests.journeys.markets import answers, key_of, listed, restock
from tests.journeys.renting import CREATE, body, drafted, made, market, rents, wanted
from tests.journeys.renting import MACHINE as RENTED
from tests.journeys.stories import BOB, QUICK, coins, ends, guest, happens, polled, sent
from tests.stage import Json, Person, Stage, connected, labels, shown

pytestmark = pytest.mark.looptime


async def lost(stage: Stage, ada: Person, *, price: float = 0.00003) -> Json:
    """The alert of a higher bid."""
    queue(stage, mine(), rival(price))
    return await ada.sees("Outbid", "Critical", "would win it now")


def prices(stage: Stage) -> list[Entry]:
    return stage.clore.calls(operation="set_spot_price")


# By its buttons


async def test_a_raise_wins_it_back_and_the_message_says_by_whom(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        alarm = await lost(stage, ada)
        await ada.presses("Raise to 0.00003001 BTC…", alarm["message_id"])
        await ada.sees("Raise this bid?")
        await ada.presses("Raise to 0.00003001 BTC")
        await ada.sees("Bid changed", "holds the machine")
        await ada.sees("Won back after")
        text = await text_of(ada, alarm)
        assert "your bid was raised from 0.00002 BTC to 0.00003001 BTC." in text
        assert "0.00003001 BTC a day holds the machine, with fee 0.0000304 BTC (≈ $3.04)." in text
        assert not labels(await at(ada, alarm))
        assert len(prices(stage)) == 1


async def test_another_price_is_asked_for_and_set(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        alarm = await lost(stage, ada)
        await ada.presses("Other price…", alarm["message_id"])
        await ada.sees("Your price", "Now it bids 0.00002 BTC")
        await asks(ada, "0.00005", "Raise this bid?", "0.00002 BTC → 0.00005 BTC")
        await ada.presses("Raise to 0.00005 BTC")
        await ada.sees("Won back after", "your bid was raised from 0.00002 BTC to 0.00005 BTC")
        assert "Won back" in await text_of(ada, alarm)


async def test_a_bid_that_is_let_go_is_taken_back_and_its_message_says_so(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        alarm = await lost(stage, ada)
        await ada.presses("Let it go…", alarm["message_id"])
        await ada.sees("Cancel this bid?", "it costs nothing while it waits")
        assert stage.clore.calls(operation="cancel_order") == []
        await ada.presses(f"Cancel bid #{MINE}")
        await ada.sees("Cancelled")
        await happens(lambda: not stage.clore.world.orders[MINE].live, "the bid is gone")
        await polled(stage, 5)
        text = await text_of(ada, alarm)
        assert "⚫ Ended · Outbid" in text
        assert ": it was cancelled from this chat." in text
        assert not labels(await at(ada, alarm))
        assert not sent(stage, "Rental ended")


async def test_a_bid_that_another_chat_lets_go_says_where(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        bob = await guest(stage, key_of(stage), BOB)
        alarm = await lost(stage, ada)
        await bob.sees("Outbid", "Critical")
        await taps(bob, "Let it go…", "Cancel this bid?")
        await taps(bob, f"Cancel bid #{MINE}", "Cancelled")
        await ada.sees("⚫ Ended")
        assert "it was cancelled in a private chat." in await text_of(ada, alarm)
        await polled(stage, 3)
        assert not sent(stage, "Rental ended")


async def test_a_raise_whose_answer_was_lost_is_still_the_raise_that_won(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        alarm = await lost(stage, ada)
        await ada.presses("Raise to 0.00003001 BTC…", alarm["message_id"])
        await ada.sees("Raise this bid?")
        stage.clore.fault("timeout_executed", operation="set_spot_price")
        await ada.presses("Raise to 0.00003001 BTC")
        await ada.sees("Won back after")
        assert "your bid was raised from 0.00002 BTC to 0.00003001 BTC." in await text_of(ada, alarm)
        assert len(prices(stage)) == 1


async def test_the_machine_can_be_rented_on_demand_instead(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        alarm = await lost(stage, ada)
        await ada.presses("🛒 On demand…", alarm["message_id"])
        await ada.sees("Draft", f"server {MACHINE}", "on demand")
        assert "Critical" in await text_of(ada, alarm), "the alert lives on"


async def test_similar_machines_and_the_auction_are_one_press_away(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        alarm = await lost(stage, ada)
        await ada.presses("🔎 Similar", alarm["message_id"])
        await ada.sees("4090", "server", after=alarm["message_id"])
        await ada.presses("🔨 Auction", alarm["message_id"])
        await ada.sees(f"Held by another bid · auction of server {MACHINE}")
        await ada.presses("Open order", alarm["message_id"])
        await ada.sees("Waiting bid", f"#{MINE}", after=alarm["message_id"])
        assert "Critical" in await text_of(ada, alarm)


async def test_an_empty_wallet_is_topped_up_from_the_alert(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        stage.clore.load({"wallets": coins("0.00000001")}, key=key_of(stage))
        answers(stage, mine())
        alarm = await ada.sees("Machine lost", "about empty")
        await ada.presses("📥 Top up", alarm["message_id"])
        await ada.sees("bc1qexample")


# Won back without a hand


async def test_a_rival_that_leaves_is_named_in_the_end(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        alarm = await lost(stage, ada)
        stage.clore.act("holder_leaves", key=key_of(stage))
        await ada.sees("Won back after")
        assert "the other bid of 0.00003 BTC left." in await text_of(ada, alarm)


async def test_a_tenant_that_leaves_is_named_in_the_end(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        stage.clore.act("on_demand_takes", key=key_of(stage))
        alarm = await ada.sees("Machine lost", "it is rented on demand")
        stage.clore.act("holder_leaves", key=key_of(stage))
        await ada.sees("Won back after")
        text = await text_of(ada, alarm)
        assert text.startswith("✅ Resolved · Machine lost")
        assert "the tenant on demand left." in text


async def test_a_minimum_that_comes_down_is_named_in_the_end(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        answers(stage, mine(), min_pricing={"bitcoin": 0.00003})
        alarm = await ada.sees("Machine lost", "The host takes 0.00003 BTC")
        stage.clore.heal()
        await ada.sees("Won back after")
        assert "the host lowered its minimum to 0.00001 BTC." in await text_of(ada, alarm)


async def test_a_raise_on_the_web_site_is_told_as_such(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        alarm = await lost(stage, ada)
        stage.clore.world.reprice(MINE, Decimal("0.00006"))
        await ada.sees("Won back after")
        assert "your bid is 0.00006 BTC now, it was 0.00002 BTC." in await text_of(ada, alarm)


async def test_an_order_that_is_cancelled_on_the_web_site_ends_its_alert(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        alarm = await lost(stage, ada)
        ends(stage, MINE)
        await ada.sees("⚫ Ended")
        assert "CLORE.AI does not list the order any more." in await text_of(ada, alarm)
        await polled(stage, 3)
        assert not sent(stage, "Rental ended")


# Vanished


def vanishes(stage: Stage) -> None:
    stage.clore.act("vanish_when_outbid", key=key_of(stage), on=True)
    stage.clore.act("outbid", key=key_of(stage), bid=Decimal("0.00003"))


async def vanished(stage: Stage, ada: Person) -> Json:
    vanishes(stage)
    return await ada.sees("Outbid", "Critical", "The order is gone")


async def test_a_vanished_bid_is_placed_again_as_it_was(tmp_path: Path) -> None:
    """Placed elsewhere: what CLORE.AI tells of it, and what it does not give back is said."""
    async with holding(tmp_path) as (stage, ada):
        alarm = await vanished(stage, ada)
        assert labels(alarm)[0] == "🔁 Bid again…"
        await ada.sees("⚫ Ended")
        ended = await at(ada, alarm)
        assert labels(ended)[0] == "🔁 Bid again…", "the order is gone, and the way back stays"
        await ada.presses("Bid again…", alarm["message_id"])
        draft = await ada.sees("Draft", f"server {MACHINE}", "spot bid", "me/mine:2", "22 tcp, 8080 http")
        text = shown(draft)
        assert "A bid of 0.00003001 BTC a day would be in front now; yours was 0.00002 BTC." in text
        assert "does not give back its variables, keys, passwords and commands" in text
        await taps(ada, "🔨 Bid…", "Place this bid?")
        await taps(ada, "Bid 0.00003001 BTC a day", "Bid placed")
        sent_body = body(stage)
        assert (sent_body["image"], sent_body["spotprice"]) == ("me/mine:2", Decimal("0.00003001"))
        assert stage.clore.world.holder(MACHINE) == stage.clore.world.orders[await made(stage)]
        assert "Ended" in await text_of(ada, alarm)


async def test_a_bid_in_no_list_any_more_is_known_by_its_alert(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        alarm = await vanished(stage, ada)
        stage.clore.world.forget_order(MINE)
        await ada.sees("⚫ Ended")
        await stage.restart()
        await asyncio.sleep(120)
        await ada.presses("Bid again…", alarm["message_id"])
        await ada.sees("Draft", f"server {MACHINE}", "me/mine:2", "22 tcp, 8080 http", "yours was 0.00002 BTC")


async def test_a_bid_that_was_made_here_comes_back_with_all_that_it_had(tmp_path: Path) -> None:
    """Whether its loss is told first, or its end at once, hangs on who has read what when the order was missed."""
    async with market(tmp_path) as (stage, ada):
        new = wanted(spot_price=Decimal("0.00002"), env={"MODEL": "tiny"}, command="run.sh")
        await rents(stage, ada, new, draft=drafted(stage, ada, new).id)
        number = await made(stage)
        await ada.sees("Bid placed", f"#{number}")
        await polled(stage, 2)
        vanishes(stage)
        draft = await taps(ada, "Bid again…", "Draft", f"server {RENTED}", "spot bid")
        assert f"Set up as order #{number} was, its passwords, keys and variables too." in shown(draft)
        await taps(ada, "🔨 Bid…", "Place this bid?")
        await taps(ada, "Bid 0.00003001 BTC a day", "Bid placed")
        again = stage.clore.calls(operation=CREATE)[-1].body
        assert isinstance(again, dict)
        assert (again["env"], again["command"]) == ({"MODEL": "tiny"}, "run.sh")


async def test_a_bid_that_vanished_for_a_tenant_on_demand_says_so_and_can_be_placed_again(tmp_path: Path) -> None:
    async with holding(tmp_path, servers=[listed(MACHINE), listed(MACHINE + 1)]) as (stage, ada):
        stage.clore.act("vanish_when_outbid", key=key_of(stage), on=True)
        stage.clore.act("on_demand_takes", key=key_of(stage))
        ended = await ada.sees("Rental ended", "Probably lost to a tenant on demand, who comes before every bid")
        assert labels(ended)[0] == "🔁 Bid again…"
        await ada.presses("Bid again…", ended["message_id"])
        await ada.sees("Draft", f"server {MACHINE + 1}", "spot bid", "me/mine:2")
        await polled(stage, 3)
        assert not sent(stage, "Critical")


async def test_where_the_machine_is_taken_on_demand_another_one_is_offered(tmp_path: Path) -> None:
    async with holding(tmp_path, servers=[listed(MACHINE), listed(MACHINE + 1)]) as (stage, ada):
        alarm = await vanished(stage, ada)
        restock(stage, listed(MACHINE, rented=True), listed(MACHINE + 1))
        await asyncio.sleep(60)
        await ada.presses("Bid again…", alarm["message_id"])
        await ada.sees("Draft", f"server {MACHINE + 1}", f"Server {MACHINE} is not free; this is one like it")


async def test_the_ports_of_a_bid_that_is_over_are_those_that_it_had(tmp_path: Path) -> None:
    """What has ended is listed without its ports."""
    async with small_market(tmp_path, settings=QUICK) as stage:
        ada = await connected(stage)
        await polled(stage)
        stage.clore.act("vanish_when_outbid", on=True)
        stage.clore.act("outbid", order=HELD)
        await ada.sees("Outbid", f"#{HELD}", "The order is gone")
        await ada.sees("⚫ Ended")
        draft = await taps(ada, "Bid again…", "Draft", "spot bid")
        assert "22 tcp" in shown(draft)
