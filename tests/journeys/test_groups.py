"""In a group that nothing is bound to the bot keeps quiet, but for a line about itself and for keys in the wrong place."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.journeys.hands import asks, data_of, forges, small_market
from tests.journeys.stories import BOB
from tests.stage import ADA, Json, Person, Stage, connected, shown

pytestmark = pytest.mark.looptime

BOT = "clore_sandbox_bot"


async def test_the_line_goes_after_two_minutes_also_over_a_restart(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await _group(stage, "supergroup")
        await asks(ada, f"/help@{BOT}", "Nothing to do in this group yet")
        await stage.restart()
        await asyncio.sleep(110)
        assert len(await ada.from_bot()) == 1
        await asyncio.sleep(15)
        assert await ada.from_bot() == []


@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_only_start_help_and_connect_answer_with_one_line(tmp_path: Path, kind: str) -> None:
    async with small_market(tmp_path) as stage:
        await connected(stage)
        ada = await _group(stage, kind)
        for command, words in (
            (f"/start@{BOT}", "no account is bound to this group"),
            (f"/help@{BOT}", "Nothing to do in this group yet"),
            (f"/connect@{BOT}", "Never send an API key to a group"),
            (f"/connect@{BOT} lab", "Never send an API key to a group"),
        ):
            answer = await asks(ada, command, words)
            assert "\n" not in shown(answer)
            assert _link(answer) == f"https://t.me/{BOT}?start=private"
        for name in ("orders", "wallets", "balance", "accounts", "servers", "forget", "status", "rent", "nonsense"):
            await ada.says(f"/{name}@{BOT}")
        for name, arguments in (("order", "400019"), ("bid", "400020 1"), ("cancel", "400019")):
            await ada.says(f"/{name}@{BOT} {arguments}")
        assert len(await _settled(ada)) == 4
        assert [call for call in stage.clore.calls() if call.operation in {"cancel_order", "set_spot_price"}] == []


async def test_what_is_meant_for_another_bot_or_for_nobody_is_not_answered(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await _group(stage, "supergroup")
        for text in (
            "/start@another_bot",
            f"/connect@another_bot {BOT}",
            "hello everybody",
            "0.00001",
            "/cancel@other 38",
        ):
            await ada.says(text)
        assert await _settled(ada) == []


@pytest.mark.parametrize(
    "text",
    [
        "{key}",
        "/connect {key}",
        f"/connect@{BOT} {{key}} lab",
        "/orders {key}",
        "look: {key}!",
        "/connect@other_bot {key}",
    ],
)
async def test_a_key_in_a_group_is_deleted_never_used_and_its_owner_told(tmp_path: Path, text: str) -> None:
    async with small_market(tmp_path) as stage:
        await stage.post("settings", privacy=False)
        ada = await _group(stage, "supergroup", bot="administrator")
        said = await ada.says(text.format(key=stage.clore.key))
        told = await ada.sees("Key in a group", "not used, not stored", "I deleted the message", "make a new one")
        assert said["message_id"] not in [message["message_id"] for message in await ada.messages()]
        assert told.get("reply_markup", {}).get("inline_keyboard"), "the way to the private chat"
        await asyncio.sleep(90)
        assert stage.clore.calls(key=stage.clore.key) == []
        assert stage.store is not None
        assert stage.store.db.fetch("SELECT * FROM chats") == []


async def test_a_key_that_cannot_be_deleted_is_said_to_stand_there(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        await stage.post("settings", privacy=False)
        ada = await _group(stage, "group")
        await ada.says(stage.clore.key)
        await ada.sees("Key in a group", "I could not delete the message: delete it")
        assert stage.clore.calls(key=stage.clore.key) == []


async def test_the_key_of_an_anonymous_admin_is_treated_the_same(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await _group(stage, "supergroup", bot="administrator")
        anonymous = {"as": "anonymous_admin"}
        await ada.says(f"/connect@{BOT} {stage.clore.key}", **anonymous)
        await ada.sees("Key in a group", "I deleted the message")
        await ada.says(f"/start@{BOT}", **anonymous)
        await ada.sees("no account is bound to this group")
        await ada.says(f"/orders@{BOT}", **anonymous)
        assert len(await _settled(ada)) == 2
        assert stage.clore.calls(key=stage.clore.key) == []


async def test_no_button_of_a_private_chat_works_in_a_group(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/bid 400020 0.00009", "Raise this bid?")
        confirm = await data_of(ada, "Raise to")
        group = await _group(stage, "supergroup")
        await asks(group, f"/start@{BOT}", "no account is bound")
        for data in (confirm, "1:F", "1:w:1:1", "1:c", "1:R:1:400020"):
            assert await forges(group, data) == "Only in the private chat with me."
        assert len(await _settled(group)) == 1
        assert stage.clore.calls(operation="set_spot_price") == []


async def test_strangers_get_one_line_and_their_presses_a_toast(tmp_path: Path) -> None:
    async with small_market(tmp_path, settings={"BOT_ALLOWED_USERS": str(ADA)}) as stage:
        await connected(stage)
        await stage.post("user", id=BOB, first_name="Bob", language_code="en")
        bob = Person(stage, BOB)
        key = stage.clore.add_key()
        for text in ("/start", "/orders", "hello", key, f"/connect {key}", "/forget"):
            assert shown(await asks(bob, text, "This bot is private")).count("\n") == 0
        assert await forges(bob, "1:F") == "You may not do this here. Nothing was done."
        assert stage.clore.calls(key=key) == []
        assert not any(key in shown(message) for message in await bob.messages()), "a key is deleted whoever sends it"
        assert stage.store is not None
        assert [chat["telegram_id"] for chat in stage.store.db.fetch("SELECT * FROM chats")] == [ADA]


async def _group(stage: Stage, kind: str, **more: str) -> Person:
    """Ada in a group with the bot."""
    body = {"type": kind, "title": "Rigs", "members": [ADA], **more}
    return Person(stage, ADA, (await stage.post("chat", **body))["id"])


async def _settled(person: Person) -> list[Json]:
    """What the bot has written here, once it has had the time for more."""
    await asyncio.sleep(20)
    return [message for message in await person.from_bot() if message["from"].get("username") == BOT]


def _link(message: Json) -> str:
    rows: Iterable[list[Json]] = message["reply_markup"]["inline_keyboard"]
    return str(next(button["url"] for row in rows for button in row))
