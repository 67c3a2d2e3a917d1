"""Buttons: who presses them, what the bot hears, and how long it may take to answer."""

import pytest

from tests.sandbox.telegram.conftest import Clock, Person

pytestmark = pytest.mark.looptime

TOO_OLD = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
ROW = [
    {"text": "Raise", "callback_data": "raise:1"},
    {"text": "Copy", "copy_text": {"text": "ssh root@n1"}},
    {"text": "Open", "url": "https://clore.ai"},
]


async def ask(tg: Person, chat: int) -> int:
    markup = {"inline_keyboard": [ROW]}
    return int((await tg.ok("sendMessage", chat_id=chat, text="?", reply_markup=markup))["message_id"])


async def test_a_press_reaches_the_bot_and_the_toast_reaches_the_person(tg: Person, anna: int) -> None:
    number = await ask(tg, anna)
    pressed = await tg.does("press", chat=anna, user=anna, label="Raise")
    (update,) = await tg.updates()
    assert update["update_id"] == pressed["update_id"], "by this number it can be served again"
    query = update["callback_query"]
    assert (query["id"], query["data"], query["from"]["id"]) == (pressed["callback_id"], "raise:1", anna)
    assert query["message"]["message_id"] == number
    await tg.ok("answerCallbackQuery", callback_query_id=query["id"], text="Done", show_alert=True)
    (toast,) = await tg.sees("toasts", user=anna)
    assert (toast["n"], toast["chat"], toast["text"], toast["show_alert"]) == (1, anna, "Done", True)
    assert await tg.sees("toasts", user=anna, since=1) == []


async def test_a_query_is_answered_once(tg: Person, anna: int) -> None:
    await ask(tg, anna)
    number = (await tg.does("press", chat=anna, user=anna, data="raise:1"))["callback_id"]
    await tg.ok("answerCallbackQuery", callback_query_id=number)
    assert await tg.refused("answerCallbackQuery", callback_query_id=number) == TOO_OLD


async def test_a_query_lives_for_fifteen_seconds(tg: Person, anna: int, clock: Clock) -> None:
    await ask(tg, anna)
    in_time = (await tg.does("press", chat=anna, user=anna, label="Raise"))["callback_id"]
    clock.seconds += 15
    await tg.ok("answerCallbackQuery", callback_query_id=in_time)
    late = (await tg.does("press", chat=anna, user=anna, label="Raise"))["callback_id"]
    await tg.does("clock", advance=15.1)
    assert await tg.refused("answerCallbackQuery", callback_query_id=late) == TOO_OLD


async def test_the_life_of_a_query_can_be_set(tg: Person, anna: int, clock: Clock) -> None:
    await tg.does("settings", callback_life=2)
    await ask(tg, anna)
    number = (await tg.does("press", chat=anna, user=anna, label="Raise"))["callback_id"]
    clock.seconds += 3
    assert await tg.refused("answerCallbackQuery", callback_query_id=number) == TOO_OLD


async def test_a_button_that_is_not_there_cannot_be_pressed(tg: Person, anna: int) -> None:
    await ask(tg, anna)
    answer = await tg.does("press", 404, chat=anna, user=anna, label="Lower")
    assert answer["labels"] == ["Raise", "Copy", "Open"]
    await tg.does("press", 404, chat=anna, user=anna, data="raise:2")


async def test_forged_data_reaches_the_bot_when_asked_for(tg: Person, anna: int) -> None:
    await ask(tg, anna)
    await tg.does("press", chat=anna, user=anna, data="raise:2", forged=True)
    assert (await tg.update("callback_query"))["data"] == "raise:2"


async def test_other_buttons_call_nobody(tg: Person, anna: int) -> None:
    await ask(tg, anna)
    copied = await tg.does("press", chat=anna, user=anna, label="Copy")
    assert copied == {"ok": True, "callback_id": None, "copy_text": {"text": "ssh root@n1"}}
    assert (await tg.does("press", chat=anna, user=anna, label="Open"))["url"] == "https://clore.ai/"
    assert (await tg.sees("state"))["updates"]["pending"] == 0


async def test_the_newest_message_with_the_button_is_pressed(tg: Person, anna: int) -> None:
    first, second = await ask(tg, anna), await ask(tg, anna)
    await tg.ok("sendMessage", chat_id=anna, text="no buttons")
    await tg.does("press", chat=anna, user=anna, label="Raise")
    assert (await tg.update("callback_query"))["message"]["message_id"] == second
    await tg.does("press", chat=anna, user=anna, label="Raise", message=first)
    assert (await tg.update("callback_query"))["message"]["message_id"] == first


async def test_a_press_under_a_deleted_message_shows_it_as_inaccessible(tg: Person, anna: int) -> None:
    number = await ask(tg, anna)
    await tg.ok("deleteMessage", chat_id=anna, message_id=number)
    await tg.does("press", chat=anna, user=anna, message=number, label="Raise")
    message = (await tg.update("callback_query"))["message"]
    assert (message["message_id"], message["date"], "text" in message) == (number, 0, False)
    await tg.does("press", 404, chat=anna, user=anna, label="Raise")


async def test_only_people_of_the_chat_press_its_buttons(tg: Person, anna: int, boris: int) -> None:
    group = await tg.group([anna])
    await ask(tg, group)
    await tg.does("press", 400, chat=group, user=boris, label="Raise")
    await tg.does("member", chat=group, user=boris, status="member")
    await tg.does("press", chat=group, user=boris, label="Raise")


async def test_keyboards_are_cut_where_telegram_cuts_them(tg: Person, anna: int) -> None:
    wide = [{"text": str(n), "callback_data": "x"} for n in range(14)]
    sent = await tg.ok("sendMessage", chat_id=anna, text="t", reply_markup={"inline_keyboard": [wide] * 30})
    rows = sent["reply_markup"]["inline_keyboard"]
    assert (len(rows), {len(row) for row in rows}) == (25, {12})
    assert [entry["what"] for entry in await tg.sees("lint")] == [
        "more than 8 buttons in a row",
        "more than 100 buttons on a keyboard",
    ]
