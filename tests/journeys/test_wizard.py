"""Renting by the wizard: two taps with a template, every step for a newcomer, each limit explained, nothing sent twice."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from bot.domain.draft import Draft
from tests.journeys.hands import asks, data_of, forges, taps
from tests.journeys.renting import MACHINE, account_of, creations, machine
from tests.journeys.stories import BOB, by_hand, coins, guest, rental, renter
from tests.stage import Json, Person, Stage, labels, shown
from tests.storage.world import turn_a_bit

pytestmark = pytest.mark.looptime

SECRET: Final = "hunter2-hunter2"
TOKEN: Final = "Bearer-abc-123"
OTHER: Final = MACHINE + 1
KEY: Final = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAr9X0aZ0Jp0M5n4V6bT8Yw2Xq7cQhRr1KkS3uWvLmNo"


@contextlib.asynccontextmanager
async def market(folder: Path, *servers: dict[str, Any], **raw: Any) -> AsyncIterator[tuple[Stage, Person]]:
    """Ada with half a bitcoin, in a market of these machines only."""
    async with by_hand(folder) as stage:
        yield stage, await renter(stage, servers=list(servers or (machine(),)), **raw)


def lists(stage: Stage, *servers: dict[str, Any]) -> None:
    """The marketplace as it is from now on."""
    (account,) = stage.clore.world.accounts.values()
    stage.clore.load({"servers": list(servers)}, key=account.key)


def body(stage: Stage) -> Json:
    """What the one create_order of this story has sent."""
    (call,) = creations(stage)
    assert isinstance(call.body, dict)
    return call.body


# The quick way


async def test_a_machine_is_rented_with_two_taps(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        draft = await asks(ada, f"/rent {MACHINE}", "Draft", "2x RTX 4090 · on demand · at most 72 hours", "Data from")
        assert "0.000105 BTC a day with 5 % fee" in shown(draft)
        question = await taps(ada, "Rent…", "Rent this machine?", "📌 Exactly 0.0001 BTC a day before the fee")
        assert "creation fee once 10 minutes are over" in shown(question)
        assert "💰 0.5 BTC · burns nothing now · 10 years or more with it" in shown(question)
        assert labels(question) == ["✏️ Change…", "Rent for 0.000105 BTC a day", "◀ Not now"]
        await taps(ada, "Rent for 0.000105 BTC a day", "Rented")
        sent = body(stage)
        assert (sent["renting_server"], sent["required_price"]) == (MACHINE, Decimal("0.0001"))
        assert sent["ports"] == {"22": "tcp", "8888": "http"}
        assert len(sent["ssh_password"]) == 18


async def test_a_draft_begins_with_the_template_that_is_the_default(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        assert stage.store is not None
        chat = account_of(stage, ada).chat
        setup = Draft(image="me/mine:1", ports={22: "tcp"}, env={"TOKEN": SECRET}, ssh_key=KEY)
        template = stage.store.templates.add(chat, "mine", setup, stage.clock())
        stage.store.templates.set_default(chat, template.id)
        await asks(ada, f"/rent {MACHINE}", "me/mine:1", "22 tcp", "From template mine")
        await taps(ada, "Rent…", "Rent this machine?", "🧩 Variables: 1 variable")
        await taps(ada, "Rent for", "Rented")
        sent = body(stage)
        assert (sent["image"], sent["env"], sent["ssh_key"]) == ("me/mine:1", {"TOKEN": SECRET}, KEY)
        assert "ssh_password" not in sent


async def test_a_template_takes_the_place_of_what_was_set(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        assert stage.store is not None
        stage.store.templates.add(account_of(stage, ada).chat, "mine", Draft(image="me/mine:1"), stage.clock())
        await asks(ada, f"/rent {MACHINE}", "Draft")
        await taps(ada, "Template", "step 1/12")
        await taps(ada, "📄 mine", "Draft", "me/mine:1", "0.000105 BTC a day")


# Step by step


async def test_a_damaged_template_is_left_out_and_said(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        assert stage.store is not None
        chat, setup = account_of(stage, ada).chat, Draft(image="me/mine:1", ssh_password="correct-horse-battery")
        bad = stage.store.templates.add(chat, "mine", setup, stage.clock())
        stage.store.templates.set_default(chat, bad.id)
        stage.store.templates.add(chat, "whole", Draft(image="me/whole:1"), stage.clock())
        turn_a_bit(stage.store, "templates", bad.id)
        await asks(ada, f"/rent {MACHINE}", "cloreai/", "Your default template mine is damaged and was left out")
        step = await taps(ada, "Template", "Template", "1 damaged one cannot be used")
        assert not any("mine" in label for label in labels(step))
        await forges(ada, (await data_of(ada, "📄 whole"))[:-1] + str(bad.id))
        await ada.sees("That template is damaged. Nothing was changed.")
        await taps(ada, "📄 whole", "me/whole:1")


async def test_a_newcomer_goes_through_every_step(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        await taps(ada, "Template", "Template", "step 1/12", "No template is saved yet")
        await taps(ada, "Next ▶", "Kind", "step 2/12", "On demand: 0.000105 BTC", "Spot: bids from 0.00001 BTC")
        await taps(ada, "Next ▶", "Coin", "step 3/12", "you hold 0.5 BTC")
        await taps(ada, "Next ▶", "Image", "step 4/12")
        await taps(ada, "Ubuntu 22.04", "step 4/12", "Set.", "cloreai/ubuntu22.04-cuda12")
        await taps(ada, "Next ▶", "Ports", "step 5/12")
        await asks(ada, "22/tcp 8080/http", "step 5/12", "Set.", "22 tcp, 8080 http")
        await taps(ada, "Next ▶", "Variables", "step 6/12", "Your message is deleted at once")
        await asks(ada, f"TOKEN={SECRET}", "Set.", "1 variable", "Your message was deleted")
        await taps(ada, "Next ▶", "SSH key", "step 7/12")
        await asks(ada, f"{KEY} me_home", "Set.", "ssh-ed25519")
        await taps(ada, "Next ▶", "SSH password", "step 8/12")
        await asks(ada, SECRET, "Set.", "set, 15 characters")
        await taps(ada, "Next ▶", "Jupyter token", "step 9/12")
        await taps(ada, "Make a new one", "Set.", "set, 18 characters")
        await taps(ada, "Next ▶", "Start command", "step 10/12")
        await asks(ada, f"#!/bin/sh\ncurl -H {TOKEN}", "Set.")
        await taps(ada, "Next ▶", "entrypoint", "step 11/12")
        await taps(ada, "Switch on", "Set.", "Now: on")
        await taps(ada, "◀ Back", "Draft", "ubuntu22.04-cuda12")
        await taps(ada, "Rent…", "Rent this machine?")
        await taps(ada, "Rent for", "Rented")
        sent = body(stage)
        assert (sent["env"], sent["ssh_password"]) == ({"TOKEN": SECRET}, SECRET)
        assert (sent["command"], sent["autossh_entrypoint"]) == (f"#!/bin/sh\ncurl -H {TOKEN}", True)
        assert "_" not in sent["ssh_key"]
        _no_secret_anywhere(stage, tmp_path, SECRET, TOKEN)


@pytest.mark.parametrize(
    ("step", "text", "problem"),
    [
        ("Image", "ghcr.io/me/mine", "Nothing was changed"),
        ("Ports", "1/tcp 2/tcp 3/tcp 4/tcp 5/tcp 6/tcp", "Nothing was changed"),
        ("Variables", "A=b&c", "Nothing was changed"),
        ("SSH key", "-----BEGIN OPENSSH PRIVATE KEY-----", "Nothing was changed"),
        ("Password", "x" * 33, "at most 32 characters; this one has 33"),
        ("Jupyter", "under_score", "Nothing was changed"),
    ],
)
async def test_each_limit_is_explained_at_its_step_and_asked_again(
    tmp_path: Path, step: str, text: str, problem: str
) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        before = _draft(stage, ada)
        await taps(ada, step, "step ")
        await asks(ada, text, problem, "/cancel leaves")
        assert _draft(stage, ada) == before


# The price


async def test_a_price_that_moved_is_shown_old_and_new_before_it_is_paid(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        lists(stage, machine(price=Decimal("0.0002")))
        await asyncio.sleep(40)
        await taps(ada, "Rent…", "The price moved: 0.0001 BTC → 0.0002 BTC a day", "Exactly 0.0002 BTC a day")
        lists(stage, machine(price=Decimal("0.0003")))
        await taps(ada, "Rent for 0.00021 BTC a day", "0.0002 BTC → 0.0003 BTC a day", "Nothing was rented")
        await taps(ada, "At 0.0003 BTC a day", "Rent this machine?", "Exactly 0.0003 BTC a day")
        await taps(ada, "Rent for 0.000315 BTC a day", "Rented")
        assert [call.executed for call in creations(stage)].count(True) == 1


async def test_a_bid_is_placed_with_the_price_that_would_win(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE} spot", "Draft", "spot bid", "No bid yet", "Missing or wrong: price")
        await taps(
            ada, "Bid…", "Price", "This is still missing", "would win now: nobody else bids", "On demand it costs"
        )
        await asks(ada, "0.000001", "The host takes 0.00001 BTC a day or more", "Nothing was changed")
        await asks(ada, "soon", "That is no price")
        await taps(ada, "Bid 0.00001 BTC: would win", "Set.", "Now: 0.00001 BTC a day")
        await asks(ada, "/rent", "Draft", "spot bid")
        await taps(ada, "Bid…", "Place this bid?", "It would hold the machine: nobody else bids")
        await taps(ada, "Bid 0.00001 BTC a day", "Bid placed")
        assert body(stage)["spotprice"] == Decimal("0.00001")
        assert "required_price" not in body(stage)


async def test_another_coin_has_another_price(tmp_path: Path) -> None:
    price = {"on_demand": {"bitcoin": Decimal("0.0001"), "CLORE-Blockchain": 500}, "spot": {}}
    held = [*coins(), {"name": "CLORE-Blockchain", "balance": 1000}]
    async with market(tmp_path, {**machine(), "price": price}, wallets=held) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft", "525 CLORE a day")
        await taps(ada, "Coin", "525 CLORE a day", "you hold 1000 CLORE", "you hold 0.5 BTC")
        await taps(ada, "BTC: 0.000105 a day", "Set.")
        await taps(ada, "◀ Back", "0.000105 BTC a day")
        await taps(ada, "Rent…", "Exactly 0.0001 BTC a day", "💰 0.5 BTC")
        await taps(ada, "Rent for 0.000105 BTC a day", "Rented")
        assert body(stage)["currency"] == "bitcoin"


# What stands in the way


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


# Once, and only what was shown


async def test_a_question_overtaken_by_a_change_sends_nothing(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        question = await taps(ada, "Rent…", "Rent this machine?")
        await asks(ada, "/rent", "Draft")
        await taps(ada, "Image", "step 4/12")
        await asks(ada, "me/other", "Set.")
        await ada.presses("Rent for", question["message_id"])
        await ada.sees("Not sent", "The draft was changed after you were asked", "Nothing was sent")
        assert creations(stage) == []
        await taps(ada, "Ask again", "Rent this machine?", "me/other")
        await taps(ada, "Rent for", "Rented")
        assert body(stage)["image"] == "me/other"


async def test_two_questions_of_one_draft_rent_one_machine(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        first = await taps(ada, "Rent…", "Rent this machine?")
        await asks(ada, "/rent", "Draft")
        await ada.presses("Rent…")
        second = await ada.sees("Rent this machine?", after=first["message_id"])
        await ada.presses("Rent for", first["message_id"])
        await ada.presses("Rent for", second["message_id"])
        await ada.sees("Draft is over", "was sent before")
        await ada.sees("Rented")
        assert len(creations(stage)) == 1


async def test_a_question_that_has_ended_is_asked_anew_with_fresh_prices(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        await taps(ada, "Rent…", "This question ends")
        await asyncio.sleep(130)
        await taps(ada, "Rent for", "This question has ended", "Nothing was sent")
        await taps(ada, "Ask again", "Rent this machine?")
        await taps(ada, "Rent for", "Rented")
        assert len(creations(stage)) == 1


async def test_a_draft_survives_a_restart_at_every_step(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        await _restarts(stage)
        await taps(ada, "Variables", "step 6/12")
        await _restarts(stage)
        await asks(ada, f"TOKEN={SECRET}", "Set.")
        await _restarts(stage)
        await taps(ada, "◀ Back", "Draft")
        await taps(ada, "Rent…", "Rent this machine?")
        await _restarts(stage)
        await taps(ada, "Rent for", "Rented")
        assert body(stage)["env"] == {"TOKEN": SECRET}
        assert len(creations(stage)) == 1


async def test_an_answer_that_was_taken_and_not_shown_before_a_restart_is_shown_after_it(tmp_path: Path) -> None:
    """The update comes once more, and finds the question that it has answered already."""
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        await taps(ada, "Variables", "step 6/12")
        await stage.post("fault", method="sendMessage", text="Set.", times=1, retry_after=90)
        said = await ada.says(f"TOKEN={SECRET}")
        await asyncio.sleep(5)
        assert _draft(stage, ada).env == {"TOKEN": SECRET}
        await _restarts(stage)
        await ada.sees("Set.", "1 variable", "Your message was deleted", after=said["message_id"])
        await asks(ada, "OTHER=1", "Help")


async def test_no_is_an_answer_and_the_draft_is_kept(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        await taps(ada, "Rent…", "Rent this machine?")
        await taps(ada, "Not now", "Not rented. Nothing was sent", "The draft is kept")
        await taps(ada, "Resume draft", "Draft")
        await taps(ada, "Discard", "The draft is given up")
        await asks(ada, "/rent", "No draft")
        assert creations(stage) == []


async def test_a_step_is_left_by_cancel_and_by_every_other_command(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        await taps(ada, "Image", "/cancel leaves")
        await asks(ada, "/cancel", "Left the step", "The draft is kept")
        await asks(ada, "me/mine", "Help")
        await taps(ada, "Resume draft", "Draft")
        await taps(ada, "Image", "/cancel leaves")
        await asks(ada, "/orders", "Rentals")
        await asks(ada, "me/mine", "Help")
        assert _draft(stage, ada).image == "cloreai/jupyter:ubuntu24.04-v2"


async def test_buttons_of_a_draft_that_is_over_change_nothing(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        rent, discard = await data_of(ada, "Rent…"), await data_of(ada, "Discard")
        await taps(ada, "Discard", "given up")
        for data in (rent, discard):
            await forges(ada, data)
            await ada.sees("Draft is over", "Nothing was changed, and nothing was sent")
        assert creations(stage) == []


async def test_nobody_reaches_the_draft_of_another_person(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        stolen = [await data_of(ada, words) for words in ("Rent…", "Discard", "Image")]
        before = _draft(stage, ada)
        bob = await guest(stage, stage.clore.add_key(), BOB)
        for data in stolen:
            await forges(bob, data)
            await bob.sees("Draft is over")
        assert _draft(stage, ada) == before


async def test_nothing_is_rented_in_a_group(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        data = await data_of(ada, "Rent…")
        group = (await stage.post("chat", type="group", title="Rigs", members=[ada.user], bot="member"))["id"]
        here = Person(stage, ada.user, group)
        await here.says("/start")
        line = await here.sees("I stay quiet here")
        await here.says(f"/rent {MACHINE}")
        await asyncio.sleep(10)
        assert await here.from_bot() == [line]
        assert await forges(here, data) == "Only in the private chat with me."
        assert creations(stage) == []


async def test_without_an_answer_of_the_marketplace_nothing_is_asked(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        await asyncio.sleep(40)
        stage.clore.fault("500", operation="marketplace", times=None)
        await taps(ada, "Rent…", "CLORE.AI", "Nothing was rented")
        assert creations(stage) == []


def _draft(stage: Stage, person: Person) -> Draft:
    assert stage.store is not None
    chat = account_of(stage, person).chat
    found = stage.store.drafts.open_of(chat, person.user)  # type: ignore[arg-type]
    assert found is not None
    return found.draft


async def _restarts(stage: Stage) -> None:
    await stage.stop()
    await stage.start()


def _no_secret_anywhere(stage: Stage, folder: Path, *secrets: str) -> None:
    """In nothing that the bot has said, and in no byte of its files."""
    said = "\n".join(str(call.params) for call in stage.telegram.calls.find())
    stored = b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())
    for secret in secrets:
        assert secret not in said
        assert secret.encode() not in stored
