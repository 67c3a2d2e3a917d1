"""What stands in the way of renting a machine is said before it is sent, and which other machine would do."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from tests.journeys.hands import asks, taps
from tests.journeys.renting import MACHINE, OTHER, body, creations, lists, machine, market
from tests.journeys.stories import by_hand, coins, rental, renter
from tests.stage import Person, labels, shown

pytestmark = pytest.mark.looptime


async def test_a_machine_that_cannot_be_rented_says_why_and_what_next(tmp_path: Path) -> None:
    taken, picky = machine(MACHINE, rented=True), machine(OTHER, allowed_coins=["CLORE-Blockchain"])
    async with market(tmp_path, taken, picky) as (_, ada):
        await asks(ada, "/rent 9", "Not listed", "Nothing was rented")
        screen = await asks(ada, f"/rent {MACHINE}", "Taken", "rented on demand by somebody else", "Nothing was rented")
        assert {"⚖️ Bid…", "🔔 Tell me"} <= set(labels(screen))
        await taps(ada, "⚖️ Bid…", "Draft", "spot bid")
        await asks(ada, f"/rent {OTHER}", "No price", "in a coin that its host takes")


async def test_without_a_coin_that_the_host_takes_no_draft_begins(tmp_path: Path) -> None:
    price = {"on_demand": {"CLORE-Blockchain": 500}, "spot": {}}
    async with market(tmp_path, {**machine(), "price": price}) as (_, ada):
        await asks(ada, f"/rent {MACHINE}", "No coin for it", "The host takes CLORE; you hold 0.5 BTC")
        await asks(ada, "/rent", "No draft")


async def test_an_unknown_balance_keeps_nobody_from_going_on(tmp_path: Path) -> None:
    async with market(tmp_path, wallets=[{"name": "bitcoin", "balance": None}]) as (_, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        await taps(ada, "Rent…", "Rent this machine?", "Your balance of BTC is not known")


async def test_a_balance_that_does_not_reach_for_an_hour_is_no_confirmation(tmp_path: Path) -> None:
    async with market(tmp_path, wallets=coins("0.000001")) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "does not reach for an hour")
        await taps(ada, "Rent…", "Not enough", "you hold 0.000001 BTC", "Nothing was rented")
        assert creations(stage) == []


async def test_a_full_account_rents_nothing_more(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 3), servers=[machine()], limit=1)
        await asks(ada, f"/rent {MACHINE}", "Draft")
        await taps(ada, "Rent…", "Too many orders", "allows this account 1 active orders", "Nothing was rented")


async def test_my_own_machine_is_not_rented(tmp_path: Path) -> None:
    mine = {
        "name": "rig",
        "id": 70,
        "visibility": "public",
        "online": True,
        "connected": True,
        "pricing": {"bitcoin": 1},
    }
    async with market(tmp_path, my_servers=[mine]) as (_, ada):
        await asks(ada, "/rent 70", "Your own machine", "Nothing was rented")


async def test_nobody_without_an_account_begins_a_draft(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await asks(Person(stage), "/rent 6001", "No account yet", "Nothing was rented")


async def test_words_that_are_no_number_are_explained(tmp_path: Path) -> None:
    async with market(tmp_path) as (_, ada):
        await asks(ada, "/rent soon", "soon is no server number")
        await asks(ada, f"/rent {MACHINE} now please", "more after the number")


# Another machine


async def test_the_next_similar_machine_is_asked_for_at_once(tmp_path: Path) -> None:
    dearer = machine(OTHER, Decimal("0.00012"), specs={**machine()["specs"], "net": {"cc": "NO"}})
    unlike = machine(OTHER + 1, Decimal("0.00001"), specs={"gpu": "1x NVIDIA GeForce RTX 4090"})
    async with market(tmp_path, machine(), dearer, unlike) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        lists(stage, machine(rented=True), dearer, unlike)
        await asyncio.sleep(40)
        await taps(ada, "Rent…", "Taken", "Nothing was rented")
        question = await taps(
            ada, "Next similar", "Rent this machine?", f"server {OTHER}", f"instead of server {MACHINE}"
        )
        assert "0.000105 BTC → 0.000126 BTC a day" in shown(question)
        assert "country unknown → NO" in shown(question)
        await taps(ada, "Rent for 0.000126 BTC a day", "Rented")
        assert body(stage)["renting_server"] == OTHER


async def test_where_no_other_machine_is_like_it_the_draft_is_kept(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        lists(stage, machine(rented=True))
        await asyncio.sleep(40)
        await taps(ada, "Rent…", "Taken")
        await taps(ada, "Next similar", "No other one", "Nothing was rented")
        await asks(ada, "/rent", "Draft", str(MACHINE))


async def test_an_earlier_rental_is_rented_again_with_its_image_and_ports(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        past = rental(stage, 3, si=MACHINE, expired=True, image="me/mine:2", http_port="8080")
        ada = await renter(stage, past, servers=[machine()])
        await asks(ada, "/order 3", "Ended")
        draft = await taps(ada, "Rent again", "Draft", "me/mine:2", "22 tcp, 8080 http")
        assert "CLORE.AI does not give back its variables" in shown(draft)
        await taps(ada, "Rent…", "Rent this machine?")
        await taps(ada, "Rent for", "Rented")
        assert (body(stage)["image"], body(stage)["ports"]) == ("me/mine:2", {"22": "tcp", "8080": "http"})


async def test_a_setup_that_was_changed_moves_to_the_next_machine(tmp_path: Path) -> None:
    async with market(tmp_path, machine(), machine(OTHER)) as (_, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        await taps(ada, "Image", "step 4/12")
        await asks(ada, "me/mine:3", "Set.")
        note = f"Your draft for server {MACHINE} was given up; its setup was taken over"
        await asks(ada, f"/rent {OTHER}", "Draft", "me/mine:3", note)
