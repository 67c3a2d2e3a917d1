"""What else people do: edit, share, start, ask inline, send files."""

import asyncio
from base64 import b64encode
from typing import Any

import pytest

from bot.sandbox.telegram.files import SMALL_PICTURE
from tests.sandbox.telegram.conftest import TOKEN, Person

pytestmark = pytest.mark.looptime


async def test_a_message_carries_its_entities(tg: Person, anna: int) -> None:
    await tg.does("message", chat=anna, user=anna, text="/connect see https://clore.ai @clore_sandbox_bot 🖥️")
    message = await tg.update("message")
    assert [entity["type"] for entity in message["entities"]] == ["bot_command", "url", "mention"]
    assert message["from"]["language_code"] == "de"


async def test_an_edited_message_is_told_as_such(tg: Person, anna: int, boris: int) -> None:
    number = (await tg.does("message", chat=anna, user=anna, text="/rent 5"))["message_id"]
    await tg.updates()
    await tg.does("edit", chat=anna, message=number, user=anna, text="/rent 6")
    edited = await tg.update("edited_message")
    assert (edited["message_id"], edited["text"], "edit_date" in edited) == (number, "/rent 6", True)
    await tg.does("edit", 404, chat=anna, message=number, user=boris, text="x")


async def test_a_document_can_be_fetched(tg: Person, anna: int) -> None:
    await tg.does("message", chat=anna, user=anna, document={"name": "keys.txt", "text": "secret"}, text="here")
    message = await tg.update("message")
    assert (message["document"]["file_name"], message["caption"]) == ("keys.txt", "here")
    file = await tg.ok("getFile", file_id=message["document"]["file_id"])
    assert (await tg.http.get(f"/file/bot{TOKEN}/{file['file_path']}")).text == "secret"


@pytest.mark.parametrize("photo", [True, b64encode(SMALL_PICTURE).decode()])
async def test_a_photo_has_a_size(tg: Person, anna: int, photo: Any) -> None:
    await tg.does("message", chat=anna, user=anna, photo=photo)
    (size,) = (await tg.update("message"))["photo"]
    assert (size["width"], size["height"]) == (1, 1)


async def test_a_group_link_adds_the_bot_and_starts_it(tg: Person, anna: int) -> None:
    group = await tg.group([anna], bot="left")
    await tg.does("start", user=anna, payload="token", chat=group)
    updates = await tg.updates()
    assert [list(update)[1] for update in updates] == ["my_chat_member", "message", "message"]
    assert updates[2]["message"]["text"] == "/start@clore_sandbox_bot token"


async def test_a_link_carries_no_more_than_telegram_allows(tg: Person, anna: int) -> None:
    for payload in ("a" * 65, "a b", "ä"):
        await tg.does("start", 400, user=anna, payload=payload)


async def test_a_chat_is_shared_by_its_button_only(tg: Person, anna: int, boris: int) -> None:
    group = await tg.group([boris, anna])
    request = {
        "request_id": 7,
        "chat_is_channel": False,
        "bot_is_member": True,
        "request_title": True,
        "user_administrator_rights": {"is_anonymous": False},
    }
    about = {"chat": anna, "user": anna, "request_id": 7, "shared_chat": group}
    await tg.does("share", 404, **about)
    keyboard = {"keyboard": [[{"text": "Pick a group", "request_chat": request}]]}
    await tg.ok("sendMessage", chat_id=anna, text="?", reply_markup=keyboard)
    assert (await tg.sees("messages", chat=anna))["messages"][-1]["keyboard"] == keyboard
    assert "administers" in (await tg.does("share", 400, **about))["error"]
    await tg.does("member", chat=group, user=anna, status="administrator")
    await tg.updates()
    await tg.does("share", **about)
    assert (await tg.update("message"))["chat_shared"] == {"request_id": 7, "chat_id": group, "title": "Miners"}


async def test_an_inline_query_gets_the_bots_results(tg: Person, anna: int) -> None:
    asked = asyncio.create_task(tg.does("inline", user=anna, query="4090"))
    query = await tg.update("inline_query", timeout=30)
    article = {
        "type": "article",
        "id": "1",
        "title": "RTX 4090",
        "input_message_content": {"message_text": "<b>RTX</b>", "parse_mode": "HTML"},
    }
    await tg.ok("answerInlineQuery", inline_query_id=query["id"], results=[article], is_personal=True)
    (result,) = (await asked)["results"]
    assert (result["text"], result["entities"]) == ("RTX", [{"offset": 0, "length": 3, "type": "bold"}])


async def test_a_chosen_result_is_a_message_of_the_person_by_way_of_the_bot(tg: Person, anna: int) -> None:
    group = await tg.group([anna])
    await tg.updates()
    asked = asyncio.create_task(tg.does("inline", user=anna, query="4090"))
    query = await tg.update("inline_query", timeout=30)
    article = {
        "type": "article",
        "id": "1",
        "title": "RTX 4090",
        "input_message_content": {"message_text": "RTX"},
        "reply_markup": {"inline_keyboard": [[{"text": "open", "url": "https://example.org"}]]},
    }
    await tg.ok("answerInlineQuery", inline_query_id=query["id"], results=[article])
    shown = await asked
    for chat in (anna, group):
        await tg.does("inline/choose", chat=chat, user=anna, query=shown["query"], result="1")
        message = await tg.update("message")
        assert (message["text"], message["from"]["id"], message["via_bot"]["is_bot"]) == ("RTX", anna, True)
        assert message["reply_markup"] == article["reply_markup"]
    await tg.does("inline/choose", 404, chat=anna, user=anna, query=shown["query"], result="2")


async def test_an_inline_query_without_an_answer_ends(tg: Person, anna: int) -> None:
    await tg.does("inline", 504, user=anna, query="4090")
    assert asyncio.get_running_loop().time() == 10


IMPOSSIBLE: list[tuple[str, int, dict[str, Any]]] = [
    ("message", 404, {"chat": "anna", "user": 99, "text": "x"}),
    ("message", 400, {"chat": "anna", "user": "boris", "text": "x"}),
    ("message", 404, {"chat": "anna", "user": "anna", "text": "x", "reply_to": 99}),
    ("message", 404, {"chat": "group", "user": "anna", "text": "x", "topic": 99}),
    ("message", 400, {"chat": "group", "user": "anna", "text": "x", "as": "ghost"}),
    ("message", 400, {"chat": "anna", "user": "anna", "photo": "bm8gcGljdHVyZQ=="}),
    ("press", 404, {"chat": "anna", "user": "anna", "data": "x", "forged": True}),
    ("topic", 400, {"chat": "group", "name": "x"}),
    ("migrate", 400, {"chat": "group"}),
    ("member", 400, {"chat": "group", "user": "boris"}),
    ("member", 400, {"chat": "group", "user": "boris", "status": "boss"}),
    ("share", 404, {"chat": "anna", "user": "anna", "request_id": 1, "shared_chat": "group"}),
]


@pytest.mark.parametrize(("act", "code", "body"), IMPOSSIBLE)
async def test_impossible(tg: Person, anna: int, boris: int, act: str, code: int, body: dict[str, Any]) -> None:
    numbers = {"anna": anna, "boris": boris, "group": await tg.group([anna])}
    await tg.updates()
    real = {name: numbers.get(value, value) if isinstance(value, str) else value for name, value in body.items()}
    assert (await tg.does(act, code, **real))["error"]
    assert await tg.updates() == []


@pytest.mark.parametrize(
    ("request_chat", "status", "granted"),
    [
        ({"chat_is_channel": True}, "creator", False),
        ({"user_administrator_rights": {}}, "member", False),
        ({"user_administrator_rights": {}}, "administrator", True),
        ({"bot_is_member": True}, "member", False),
        ({}, "member", True),
        ({}, "left", False),
    ],
)
async def test_a_button_offers_only_chats_that_fit(
    tg: Person, anna: int, boris: int, request_chat: dict[str, Any], status: str, granted: bool
) -> None:
    group = await tg.group([boris, anna], bot="left")
    await tg.does("member", chat=group, user=anna, status=status)
    request = {"request_id": 1, "chat_is_channel": False} | request_chat
    keyboard = {"keyboard": [[{"text": "Pick", "request_chat": request}]]}
    await tg.ok("sendMessage", chat_id=anna, text="?", reply_markup=keyboard)
    await tg.does("share", 200 if granted else 400, chat=anna, user=anna, request_id=1, shared_chat=group)


async def test_a_button_that_asks_for_the_bots_rights_makes_it_an_administrator(tg: Person, anna: int) -> None:
    group = await tg.group([anna], bot="left")
    request = {"request_id": 1, "chat_is_channel": False, "bot_administrator_rights": {"can_pin_messages": True}}
    keyboard = {"keyboard": [[{"text": "Pick", "request_chat": request}]]}
    await tg.ok("sendMessage", chat_id=anna, text="?", reply_markup=keyboard)
    await tg.does("share", chat=anna, user=anna, request_id=1, shared_chat=group)
    kinds = [list(update)[1] for update in await tg.updates()]
    assert kinds == ["my_chat_member", "message", "message"]


async def test_what_is_missing_or_impossible_is_said(tg: Person, anna: int) -> None:
    assert await tg.does("message", 400, user=anna, text="x") == {"error": "chat is missing"}
    assert await tg.does("message", 404, chat=5, user=anna, text="x") == {"error": "there is no chat 5"}
    assert await tg.does("message", 400, chat=anna, user=anna) == {"error": "nobody sends an empty message"}
    assert await tg.does("chat", 400, type="club", title="x") == {
        "error": "a chat is a group, a supergroup or a channel"
    }
