"""Updates come in and are answered: the real library over the Telegram stand-in."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from telegram import Update
from telegram.ext import CallbackContext

from handlers.actions import Home, ShowAccounts
from handlers.screen import Screen, Toast
from handlers.visit import Decision
from tests.handlers.edge import ANNA, GROUP, MENU, Edge, seconds, until

pytestmark = pytest.mark.looptime


async def test_a_command_is_answered_with_a_new_message(edge: Edge) -> None:
    edge.house.answers["orders"] = MENU
    await edge.says("/orders 12  now")
    await edge.settled()
    (kind, arrival, text), *_ = edge.house.asked
    assert (kind, text) == ("command", "orders 12  now")
    assert (arrival.user, arrival.kind, arrival.user_name) == (ANNA, "private", "Anna")
    assert await edge.texts() == ["/orders 12  now", "the menu"]
    assert edge.house.screens[0][2] == (await edge.chat())[-1]["message_id"]
    assert edge.store.inbox.pending() == []


async def test_an_alias_means_its_command(edge: Edge) -> None:
    await edge.says("/Balance")
    await edge.settled()
    assert edge.house.texts == ["wallets"]


async def test_a_press_is_answered_at_once_and_edits_its_message(edge: Edge) -> None:
    edge.house.answers["start"] = MENU
    edge.house.pressed_answers[ShowAccounts] = Screen("the accounts")
    edge.house.takes = 3
    await edge.says("/start")
    await edge.settled()
    pressed_at = seconds()
    await edge.presses("Accounts")
    await until(lambda: edge.calls("answerCallbackQuery"))
    assert seconds() - pressed_at < 0.1
    await edge.settled()
    assert await edge.toasts() == ["got it"]
    assert await edge.texts() == ["/start", "the accounts"]
    assert len(edge.calls("sendMessage")) == 1


async def test_a_press_is_answered_even_while_the_chat_is_busy(edge: Edge) -> None:
    edge.house.answers["start"] = MENU
    await edge.says("/start")
    await edge.settled()
    edge.house.takes = 8
    await edge.says("/orders")
    await until(lambda: "orders" in edge.house.texts)
    pressed_at = seconds()
    await edge.presses("Accounts")
    await until(lambda: edge.calls("answerCallbackQuery"))
    assert seconds() - pressed_at < 0.1
    assert "ShowAccounts" not in edge.house.texts
    await edge.settled()
    assert edge.house.texts[-1] == "ShowAccounts"


async def test_a_decision_without_an_action_is_only_a_toast(edge: Edge) -> None:
    edge.house.answers["start"] = MENU
    edge.house.decision = lambda _arrival, _action: Decision(Toast("not yours", alert=True))
    await edge.says("/start")
    await edge.settled()
    await edge.presses("Accounts")
    await edge.settled()
    assert await edge.toasts() == ["not yours"]
    assert edge.house.texts[-1] != "ShowAccounts"
    assert await edge.texts() == ["/start", "the menu"]


@pytest.mark.parametrize("data", ["1:zz", "nonsense", "1:O:1:" + "9" * 30, "2:h"])
async def test_data_that_no_button_carries_gets_a_neutral_answer(edge: Edge, data: str) -> None:
    edge.house.answers["start"] = MENU
    await edge.says("/start")
    await edge.settled()
    await edge.does("press", user=ANNA, chat=ANNA, data=data, forged=True)
    await edge.settled()
    assert (await edge.toasts())[0].startswith("This button is no longer in use")
    assert [kind for kind, _, _ in edge.house.asked] == ["command"]


async def test_a_decision_may_bring_its_answer_along(edge: Edge) -> None:
    edge.house.answers["start"] = MENU
    edge.house.decision = lambda _arrival, _action: Decision(Toast(), answer=Screen("given up"))
    await edge.says("/start")
    await edge.settled()
    await edge.presses("Accounts")
    await edge.settled()
    assert await edge.texts() == ["/start", "given up"]


async def test_edited_messages_and_channel_posts_do_nothing(edge: Edge) -> None:
    number = await edge.says("hello")
    await edge.settled()
    channel = (await edge.does("chat", type="channel", title="News", members=[ANNA], bot="administrator"))["id"]
    await edge.does("edit", chat=ANNA, user=ANNA, message=number, text="/orders")
    await edge.does("message", chat=channel, user=ANNA, text="/orders")
    await edge.settled()
    await asyncio.sleep(15)
    assert edge.house.texts == ["hello"]


@pytest.mark.parametrize("kind", ["edited_message", "channel_post", "edited_channel_post", "business_message"])
async def test_even_if_telegram_sent_them_they_would_do_nothing(edge: Edge, kind: str) -> None:
    """`CommandHandler` matches them too: an edited old command would act a second time."""
    number = await edge.says("hello")
    await edge.settled()
    message = next(one for one in await edge.chat() if one["message_id"] == number)
    told = {name: message[name] for name in ("message_id", "date", "chat", "from")}
    command = {"text": "/orders", "entities": [{"type": "bot_command", "offset": 0, "length": 7}]}
    update = Update.de_json({"update_id": 5, kind: told | command}, edge.app.bot)
    await edge.queue.put(update)
    await edge.dispatch(update, CallbackContext(edge.app))
    await edge.settled()
    assert edge.house.texts == ["hello"]
    assert edge.store.inbox.pending() == []


async def test_an_update_served_twice_is_answered_once(edge: Edge) -> None:
    edge.house.answers["orders"] = MENU
    await edge.says("/orders")
    await edge.settled()
    update = edge.house.asked[0][1].update
    await edge.does("replay", update_id=update)
    await edge.does("replay", update_id=update)
    await edge.settled()
    assert edge.house.texts == ["orders"]


async def test_typing_is_shown_in_private_when_it_takes_a_moment(edge: Edge) -> None:
    edge.house.takes = 0.5
    await edge.says("/orders")
    await edge.settled()
    assert edge.calls("sendChatAction") == []
    edge.house.takes = 6
    await edge.says("/orders")
    await edge.says("/orders@clore_sandbox_bot", chat=GROUP)
    await edge.settled()
    assert [call.params["chat_id"] for call in edge.calls("sendChatAction")] == [ANNA, ANNA]


async def test_help_is_one_press_away_from_an_unknown_command(edge: Edge) -> None:
    edge.house.pressed_answers[Home] = Screen("help")
    await edge.says("/frobnicate")
    await edge.settled()
    await edge.presses("Help")
    await edge.settled()
    assert (await edge.texts())[-1] == "help"


async def test_an_inline_query_waits_for_no_chat_and_is_not_stored(edge: Edge) -> None:
    edge.house.takes = 8
    await edge.says("/orders")
    await until(lambda: "orders" in edge.house.texts)
    asked_at = seconds()
    answer = await edge.does("inline", user=ANNA, query="4090 <2")
    assert answer["results"] == []
    assert seconds() - asked_at < 1
    assert edge.house.inline_asked == [(ANNA, "4090 <2")]
    assert len(edge.store.inbox.pending()) == 1
    await edge.settled()


async def test_an_inline_query_whose_answer_is_lost_stops_nothing(edge: Edge) -> None:
    edge.wire.lose("answerInlineQuery", httpx.ConnectError("down"))
    edge.house.answers["orders"] = MENU
    asked = asyncio.create_task(edge.person.post("/inline", json={"user": ANNA, "query": "4090"}))
    await until(lambda: edge.house.inline_asked)
    await edge.says("/orders")
    await edge.settled()
    assert await edge.texts() == ["/orders", "the menu"]
    assert (await asked).status_code == 504
    assert edge.reports == []
