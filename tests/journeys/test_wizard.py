"""Renting by the wizard: two taps with a template, every step for a newcomer, each limit explained, each price shown."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from bot.domain.draft import Draft
from tests.journeys.hands import asks, data_of, forges, taps
from tests.journeys.renting import MACHINE, SECRET, account_of, body, creations, draft_of, lists, machine, market
from tests.journeys.stories import coins
from tests.stage import Stage, labels, shown
from tests.storage.world import turn_a_bit

pytestmark = pytest.mark.looptime

TOKEN: Final = "Bearer-abc-123"
KEY: Final = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAr9X0aZ0Jp0M5n4V6bT8Yw2Xq7cQhRr1KkS3uWvLmNo"


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
        before = draft_of(stage, ada)
        await taps(ada, step, "step ")
        await asks(ada, text, problem, "/cancel leaves")
        assert draft_of(stage, ada) == before


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


async def test_only_an_auction_that_was_just_read_says_what_a_bid_would_do(tmp_path: Path) -> None:
    """The card has read it a moment ago; what somebody bids meanwhile it does not show."""
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/server {MACHINE}", "Free")
        reads = len(stage.clore.calls(operation="spot_marketplace"))
        await asks(ada, f"/rent {MACHINE} spot", "Draft")
        await taps(ada, "Bid…", "would win now: nobody else bids")
        assert len(stage.clore.calls(operation="spot_marketplace")) > reads
        await taps(ada, "Bid 0.00001 BTC: would win", "Set.")
        stage.clore.fault("500", operation="spot_marketplace", times=None)
        await asks(ada, "/rent", "Draft")
        await taps(ada, "Bid…", "Who bids could not be read just now")


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


def _no_secret_anywhere(stage: Stage, folder: Path, *secrets: str) -> None:
    """In nothing that the bot has said, and in no byte of its files."""
    said = "\n".join(str(call.params) for call in stage.telegram.calls.find())
    stored = b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())
    for secret in secrets:
        assert secret not in said
        assert secret.encode() not in stored
