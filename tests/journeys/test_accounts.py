"""Connecting keys, and everything that can be done with the accounts of a chat."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.services.connect import PATIENCE_SECONDS
from tests.journeys.hands import asks, small_market, taps
from tests.journeys.stories import happens, rental, renter
from tests.stage import Person, connected, labels, shown

pytestmark = pytest.mark.looptime

REJECTED = "Rejected-key_0123456789_ABCDEFGH"


async def test_start_without_an_account_welcomes_and_with_one_shows_the_menu(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = Person(stage)
        assert labels(await asks(ada, "/start private", "Welcome"))[0] == "🔑 Connect"
        await asks(ada, "/orders", "No account yet", "Nothing was done")
        await connected(stage)
        assert "📋 Rentals" in labels(await asks(ada, "/help", "Help", "/orders", "/forget"))


async def test_a_key_is_asked_for_by_name_and_a_wrong_one_keeps_the_question_open(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = Person(stage)
        await asks(ada, "/connect  the  lab ", "Send your API key", "for account the lab")
        await asks(ada, "what do you mean?", "That is no API key", "for account the lab")
        await asks(ada, REJECTED, "Key rejected", "The key was not stored", "Your message with the key was deleted")
        assert not await _stands(ada, REJECTED)
        await asks(ada, f"here it is: {stage.clore.key}", "Connected", "acct the lab")


async def test_a_bare_key_needs_no_question_and_the_same_one_is_known_again(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = Person(stage)
        await asks(ada, stage.clore.key, "Connected", "key ending in rket", "acct main")
        await asks(ada, stage.clore.key, "Already connected", "Nothing was changed")
        assert not await _stands(ada, stage.clore.key)


async def test_a_name_can_come_with_the_key_and_is_refused_when_taken(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        ada = Person(stage)
        first, second = stage.clore.add_key(), stage.clore.add_key()
        await asks(ada, f"/connect lab {first}", "Connected", "acct lab")
        await asks(
            ada, f"/connect {second} LAB", "Not connected", "has this name", "The key was not stored", "was deleted"
        )
        assert not await _stands(ada, second)
        await asks(ada, "/connect Lab", "I did not understand", "has this name")
        await asks(ada, f"/connect {second}", "Connected", "acct main")


async def test_a_part_of_a_key_is_no_name(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = Person(stage)
        await asks(ada, f"/connect {stage.clore.key[:-1]}", "That looks like an API key")
        await asks(ada, "and now?", "Welcome")


@pytest.mark.parametrize("mode", ["500", "timeout"])
async def test_a_key_that_could_not_be_tried_is_not_kept(tmp_path: Path, mode: str) -> None:
    async with small_market(tmp_path) as stage:
        ada = Person(stage)
        stage.clore.act("down", on=True, mode=mode)
        began = stage.seconds()
        await asks(ada, f"/connect {stage.clore.key}", "Could not try the key", "The key was not stored", "was deleted")
        assert stage.seconds() - began < PATIENCE_SECONDS + 5
        assert not await _stands(ada, stage.clore.key)
        await asks(ada, "/accounts", "Accounts", "none yet")
        stage.clore.act("down", on=False)
        await asks(ada, stage.clore.key, "Connected")


async def test_a_key_that_is_asked_too_often_is_not_called_an_outage(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = Person(stage)
        stage.clore.fault("429", operation="wallets", times=None)
        await asks(ada, stage.clore.key, "Could not try the key", "slows this key down", "The key was not stored")


async def test_an_account_is_renamed_made_default_tested_and_removed(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        ada = await connected(stage, stage.clore.add_key())
        await asks(ada, f"/connect lab {stage.clore.add_key()}", "Connected", "acct lab")
        await asks(ada, "/accounts", "2 accounts")
        await taps(ada, "lab", "account lab")
        await taps(ada, "Make default", "account lab", "Default account of this chat")
        await taps(ada, "Test key", "Key works", "acct lab")
        await taps(ada, "Back", "account lab")
        await taps(ada, "Rename", "New name")
        await asks(ada, "MAIN", "New name", "Another account of this chat has this name")
        await asks(ada, "  night   shift ", "Renamed", "it was lab", "acct night shift")
        await taps(ada, "Open account", "account night shift")
        await taps(ada, "Remove", "Remove this account?", "run on and cost money", "Older backups keep them")
        await taps(ada, "🗑 Remove night shift", "Removed", "night shift")
        assert "main" in labels(await taps(ada, "Accounts", "1 account"))


async def test_a_question_that_was_left_swallows_nothing(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/accounts", "1 account")
        await taps(ada, "main", "account main")
        await taps(ada, "Rename", "New name")
        await taps(ada, "Back", "account main")
        await asks(ada, "good morning", "Help", "what you can do here")
        assert "main" in labels(await asks(ada, "/accounts", "1 account"))
        await asks(ada, "/cancel", "Nothing is under way")


async def test_a_new_key_takes_the_place_of_a_rejected_one_also_after_a_slip(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        old, new = stage.clore.add_key(), stage.clore.add_key()
        ada = await connected(stage, old)
        stage.clore.act("revoke_key", key=old, on=True)
        await asks(ada, "/accounts", "1 account")
        await taps(ada, "main", "account main")
        await taps(ada, "Test key", "Key rejected", "tried again every hour")
        await taps(ada, "Replace key", "Send your API key", "a new one", "acct main")
        await asks(ada, REJECTED, "Key rejected", "The old key stays")
        await asks(ada, new, "Key replaced", f"key ending in {new[-4:]}", "acct main")
        await asks(ada, "/accounts", "1 account", f"key …{new[-4:]}")
        before = len(stage.clore.calls(key=old))
        await happens(lambda: len(stage.clore.calls(key=new)) > 6, "the new key is watched")
        assert len(stage.clore.calls(key=old)) == before


async def test_another_account_is_found_by_the_number_of_its_order(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        ada = await renter(stage, rental(stage, 71))
        other = stage.clore.add_key()
        stage.clore.load({"orders": [rental(stage, 72), rental(stage, 70, expired=True)]}, key=other)
        await asks(ada, f"/connect lab {other}", "Connected", "acct lab")
        for number, where in ((71, "main"), (72, "lab"), (70, "lab")):
            await asks(ada, f"/order {number}", f"#{number} · acct {where}")
        await asks(ada, "/cancel 72", "Cancel this rental?", "#72 · acct lab")
        await asks(ada, "/order 73", "Not found", "#73 · acct main")


async def test_many_accounts_have_pages(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        ada = Person(stage)
        for number in range(8):
            await asks(ada, f"/connect rig{number} {stage.clore.add_key()}", "Connected", f"acct rig{number}")
        first = await asks(ada, "/accounts", "8 accounts")
        assert "rig5" in labels(first)
        assert "rig7" not in labels(first)
        await taps(ada, "▶", "8 accounts", "rig7")
        await taps(ada, "rig7", "account rig7")


async def _stands(person: Person, key: str) -> bool:
    """Whether any message of the chat still shows this key."""
    return any(key in shown(message) for message in await person.messages())
