"""How a screen reaches its chat: edits, new messages, fallbacks, and what happens while Telegram fails."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from bot.domain.ids import TelegramChatId
from handlers.actions import Close, ShowAccounts
from handlers.screen import Copy, Link, Press, Screen, Style, Toast
from handlers.visit import Leave
from tests.handlers.edge import ANNA, MENU, Edge, clock, seconds

pytestmark = pytest.mark.looptime


async def test_a_screen_that_stands_apart_leaves_the_pressed_message_as_it_is(edge: Edge) -> None:
    edge.house.answers["start"] = MENU
    edge.house.pressed_answers[ShowAccounts] = Screen("the accounts", apart=True)
    await edge.says("/start")
    await edge.settled()
    await edge.presses("Accounts")
    await edge.settled()
    assert await edge.texts() == ["/start", "the menu", "the accounts"]


async def test_a_long_screen_after_a_press_begins_in_its_message(edge: Edge) -> None:
    edge.house.answers["start"] = MENU
    edge.house.pressed_answers[ShowAccounts] = Screen("\n".join("x" * 99 for _ in range(50)), MENU.rows)
    await edge.says("/start")
    await edge.settled()
    await edge.presses("Accounts")
    await edge.settled()
    _, first, last = await edge.chat()
    assert (len(first["text"]), len(last["text"])) == (40 * 100 - 1, 10 * 100 - 1)
    assert ["reply_markup" in part for part in (first, last)] == [False, True]
    assert edge.house.screens[-1][2] == last["message_id"]


async def test_an_edit_that_telegram_cannot_parse_is_made_as_plain_text(edge: Edge) -> None:
    edge.house.answers["start"] = MENU
    edge.house.pressed_answers[ShowAccounts] = Screen("<b>5 &lt; 6", MENU.rows)
    await edge.says("/start")
    await edge.settled()
    await edge.presses("Accounts")
    await edge.settled()
    assert await edge.texts() == ["/start", "5 < 6"]


async def test_every_kind_of_button_arrives_as_telegram_wants_it(edge: Edge) -> None:
    edge.house.answers["start"] = Screen(
        "buttons",
        (
            (Press("Cancel", Close(), Style.DANGER), Copy("SSH", "ssh root@example -p 22")),
            (Link("Site", "https://clore.ai"),),
            (Copy("too long", "x" * 257),),
        ),
    )
    await edge.says("/start")
    await edge.settled()
    assert (await edge.chat())[-1]["reply_markup"]["inline_keyboard"] == [
        [
            {"text": "Cancel", "callback_data": "1:x", "style": "danger"},
            {"text": "SSH", "copy_text": {"text": "ssh root@example -p 22"}},
        ],
        [{"text": "Site", "url": "https://clore.ai/"}],
    ]


async def test_close_takes_the_screen_away(edge: Edge) -> None:
    edge.house.answers["start"] = MENU
    edge.house.pressed_answers[Close] = Leave()
    await edge.says("/start")
    await edge.settled()
    await edge.presses("Close")
    await edge.settled()
    assert await edge.texts() == ["/start"]


async def test_a_screen_too_old_to_delete_loses_its_buttons(edge: Edge) -> None:
    edge.house.answers["start"] = MENU
    edge.house.pressed_answers[Close] = Leave()
    await edge.says("/start")
    await edge.settled()
    await edge.does("fault", method="deleteMessage", code=400, description="Bad Request: message can't be deleted")
    await edge.presses("Close")
    await edge.settled()
    assert "reply_markup" not in (await edge.chat())[-1]


async def test_an_old_inaccessible_message_gets_a_new_one(edge: Edge) -> None:
    edge.house.answers["start"] = MENU
    edge.house.pressed_answers[ShowAccounts] = Screen("the accounts")
    await edge.says("/start")
    await edge.settled()
    await edge.presses("Accounts", inaccessible=True)
    await edge.settled()
    assert await edge.texts() == ["/start", "the menu", "the accounts"]


@pytest.mark.parametrize(
    "refusal", ["message to edit not found", "message can't be edited", "there is no text in the message to edit"]
)
async def test_a_message_that_cannot_be_edited_gets_a_new_one(edge: Edge, refusal: str) -> None:
    edge.house.answers["start"] = MENU
    edge.house.pressed_answers[ShowAccounts] = Screen("the accounts")
    await edge.says("/start")
    await edge.settled()
    await edge.does("fault", method="editMessageText", code=400, description=f"Bad Request: {refusal}")
    await edge.presses("Accounts")
    await edge.settled()
    assert await edge.texts() == ["/start", "the menu", "the accounts"]


async def test_the_same_screen_again_is_no_error(edge: Edge) -> None:
    edge.house.answers["start"] = MENU
    edge.house.pressed_answers[ShowAccounts] = MENU
    await edge.says("/start")
    await edge.settled()
    await edge.presses("Accounts")
    await edge.settled()
    assert edge.reports == []
    assert len(edge.house.screens) == 2


async def test_a_screen_that_telegram_cannot_parse_goes_out_as_plain_text(edge: Edge) -> None:
    edge.house.answers["orders"] = Screen("<b>5 &lt; 6</b> <oops>", MENU.rows)
    await edge.says("/orders")
    await edge.settled()
    assert (await edge.texts())[-1] == "5 < 6"
    assert (await edge.chat())[-1]["reply_markup"]


async def test_a_long_screen_becomes_several_messages_with_the_buttons_under_the_last(edge: Edge) -> None:
    edge.house.answers["orders"] = Screen("\n".join(f"<b>line {n} of a long list</b>" for n in range(400)), MENU.rows)
    await edge.says("/orders")
    await edge.settled()
    parts = (await edge.chat())[1:]
    assert len(parts) == 3
    assert ["reply_markup" in part for part in parts] == [False, False, True]
    assert "\n".join(part["text"] for part in parts).count("\n") == 399


async def test_a_protected_screen_is_sent_anew_because_an_edit_cannot_protect(edge: Edge) -> None:
    access = Screen("ssh root@example", MENU.rows, protected=True)
    edge.house.answers["start"] = MENU
    edge.house.pressed_answers[ShowAccounts] = access
    await edge.says("/start")
    await edge.settled()
    await edge.presses("Accounts")
    await edge.settled()
    assert [message["protected"] for message in await edge.chat()] == [False, False, True]
    edge.house.pressed_answers[ShowAccounts] = Screen("ssh again", MENU.rows, protected=True)
    await edge.presses("Accounts")
    await edge.settled()
    assert await edge.texts() == ["/start", "the menu", "ssh again"]


async def test_a_message_that_vanishes_is_deleted_when_its_time_has_come(edge: Edge) -> None:
    edge.store.chats.of(TelegramChatId(ANNA), "private", "Anna", clock())
    edge.house.answers["orders"] = Screen("for two minutes", vanishes_after=120)
    await edge.says("/orders")
    await edge.settled()
    await asyncio.sleep(119)
    await edge.messages.take_away_due()
    assert (await edge.texts())[-1] == "for two minutes"
    await asyncio.sleep(1)
    await edge.messages.take_away_due()
    assert await edge.texts() == ["/orders"]


async def test_an_answer_is_tried_again_while_telegram_fails(edge: Edge) -> None:
    edge.house.answers["orders"] = MENU
    await edge.does("fault", method="sendMessage", code=502, times=2)
    edge.wire.lose("sendMessage", httpx.ConnectError("refused"))
    await edge.says("/orders")
    await edge.settled()
    assert (await edge.texts())[-1] == "the menu"
    assert len(edge.house.screens) == 1


async def test_an_answer_that_may_have_arrived_is_sent_at_most_twice(edge: Edge) -> None:
    edge.house.answers["orders"] = MENU
    edge.wire.lose("sendMessage", *[httpx.ReadTimeout("slow")] * 5, after=True)
    await edge.says("/orders")
    await edge.settled()
    assert (await edge.texts()).count("the menu") == 2


async def test_an_answer_waits_when_telegram_asks_for_it(edge: Edge) -> None:
    edge.house.answers["orders"] = MENU
    await edge.does("fault", method="sendMessage", retry_after=7)
    await edge.says("/orders")
    asked = seconds()
    await edge.settled()
    assert (await edge.texts())[-1] == "the menu"
    assert 7 <= seconds() - asked < 8


async def test_a_toast_for_a_command_becomes_a_short_message(edge: Edge) -> None:
    edge.house.answers["orders"] = Toast("nothing <here>")
    await edge.says("/orders")
    await edge.settled()
    assert (await edge.texts())[-1] == "nothing <here>"
