"""The command menu and the description, as people see them."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.commands import COMMANDS
from handlers.menus import Profile, publish
from handlers.visit import Command
from tests.handlers.edge import ANNA, GROUP, Edge

pytestmark = pytest.mark.looptime

PROFILE = Profile(COMMANDS, description="Rent machines.", short="CLORE.AI")


async def menu(edge: Edge, chat: int) -> list[str]:
    answer = await edge.person.get("/commands", params={"chat": chat, "user": ANNA})
    return [row["command"] for row in answer.json()]


async def test_private_chats_and_groups_have_menus_of_their_own(edge: Edge) -> None:
    assert await publish(edge.app.bot, PROFILE, None) == PROFILE.fingerprint()
    assert await menu(edge, ANNA) == [one.name for one in COMMANDS if one.menu and one.private]
    assert await menu(edge, GROUP) == [one.name for one in COMMANDS if one.menu and one.group]
    assert [call.params["scope"]["type"] for call in edge.calls("setMyCommands")] == [
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
    ]


async def test_what_telegram_knows_already_is_not_sent_again(edge: Edge) -> None:
    assert await publish(edge.app.bot, PROFILE, PROFILE.fingerprint()) == PROFILE.fingerprint()
    assert edge.calls("setMyCommands") == []


@pytest.mark.parametrize(
    "change", [{"description": "Other."}, {"short": "Other"}, {"commands": (Command("start", "Begin"),)}]
)
def test_any_change_is_noticed(change: dict[str, Any]) -> None:
    changed = {"commands": COMMANDS, "description": "Rent machines.", "short": "CLORE.AI"} | change
    assert Profile(**changed).fingerprint() != PROFILE.fingerprint()


async def test_a_telegram_that_refuses_leaves_it_for_the_next_start(edge: Edge) -> None:
    await edge.does("fault", method="setMyDescription", retry_after=600)
    assert await publish(edge.app.bot, PROFILE, "before") == "before"
