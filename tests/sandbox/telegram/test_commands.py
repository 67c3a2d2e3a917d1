"""The command menu: the narrowest scope wins, the person's language first."""

import pytest

from tests.sandbox.telegram.conftest import Person

pytestmark = pytest.mark.looptime


async def put(tg: Person, name: str, language: str = "", **scope: object) -> None:
    commands = [{"command": name, "description": name}]
    await tg.ok("setMyCommands", commands=commands, language_code=language, **({"scope": scope} if scope else {}))


async def menu(tg: Person, chat: int, user: int) -> list[str]:
    return [one["command"] for one in await tg.sees("commands", chat=chat, user=user)]


async def test_private_chats_and_groups_have_their_own_menus(tg: Person, anna: int, boris: int) -> None:
    group = await tg.group([anna, boris])
    assert await menu(tg, anna, anna) == []
    await put(tg, "default")
    assert await menu(tg, group, boris) == ["default"]
    await put(tg, "private", type="all_private_chats")
    await put(tg, "groups", type="all_group_chats")
    await put(tg, "admins", type="all_chat_administrators")
    assert await menu(tg, anna, anna) == ["private"]
    assert (await menu(tg, group, boris), await menu(tg, group, anna)) == (["groups"], ["admins"])


async def test_one_chat_its_administrators_and_one_member(tg: Person, anna: int, boris: int) -> None:
    group = await tg.group([anna, boris])
    await put(tg, "admins", type="all_chat_administrators")
    await put(tg, "here", type="chat", chat_id=group)
    assert (await menu(tg, group, boris), await menu(tg, group, anna)) == (["here"], ["here"])
    await put(tg, "bosses", type="chat_administrators", chat_id=group)
    assert (await menu(tg, group, boris), await menu(tg, group, anna)) == (["here"], ["bosses"])
    await put(tg, "boris", type="chat_member", chat_id=group, user_id=boris)
    assert await menu(tg, group, boris) == ["boris"]


async def test_the_language_of_the_person_comes_first_within_a_scope(tg: Person, anna: int, boris: int) -> None:
    await put(tg, "start")
    await put(tg, "anfang", "de")
    assert (await menu(tg, anna, anna), await menu(tg, boris, boris)) == (["anfang"], ["start"])
    await put(tg, "private", type="all_private_chats")
    assert await menu(tg, anna, anna) == ["private"]


async def test_a_deleted_list_uncovers_the_wider_one(tg: Person, anna: int) -> None:
    await put(tg, "default")
    await put(tg, "private", type="all_private_chats")
    assert (await tg.ok("getMyCommands", scope={"type": "all_private_chats"}))[0]["command"] == "private"
    await tg.ok("deleteMyCommands", scope={"type": "all_private_chats"})
    assert await menu(tg, anna, anna) == ["default"]
    assert await tg.ok("getMyCommands", scope={"type": "all_private_chats"}) == []
    await tg.ok("setMyCommands", commands=[])
    assert await menu(tg, anna, anna) == []
