"""Flood control: off until asked for, then exact."""

from typing import Any

import pytest

from tests.sandbox.telegram.conftest import TOKEN, Clock, Person

pytestmark = pytest.mark.looptime


async def send(tg: Person, chat: int) -> int:
    """0 when the message passes, otherwise the seconds to wait."""
    answer: dict[str, Any] = await tg.call("sendMessage", chat_id=chat, text="x")
    return 0 if answer["ok"] else int(answer["parameters"]["retry_after"])


async def test_nothing_is_limited_until_it_is_switched_on(tg: Person, anna: int) -> None:
    assert [await send(tg, anna) for _ in range(50)] == [0] * 50


async def test_a_chat_takes_three_at_once_and_then_one_a_second(
    tg: Person, anna: int, boris: int, clock: Clock
) -> None:
    await tg.does("flood", on=True)
    assert [await send(tg, anna) for _ in range(5)] == [0, 0, 0, 1, 1]
    assert await send(tg, boris) == 0
    clock.seconds += 1
    assert [await send(tg, anna) for _ in range(2)] == [0, 1]
    clock.seconds += 60
    assert [await send(tg, anna) for _ in range(4)] == [0, 0, 0, 1]


async def test_a_group_takes_twenty_in_any_minute(tg: Person, anna: int, clock: Clock) -> None:
    group = await tg.group([anna])
    await tg.does("flood", on=True)
    for _ in range(20):
        assert await send(tg, group) == 0
        clock.seconds += 1
    assert await send(tg, group) == 40
    clock.seconds += 39
    assert await send(tg, group) == 1
    clock.seconds += 1
    assert [await send(tg, group) for _ in range(2)] == [0, 1]


async def test_all_chats_together_take_thirty_a_second(tg: Person, clock: Clock) -> None:
    people = [(await tg.does("user", first_name=str(n)))["id"] for n in range(31)]
    await tg.does("flood", on=True)
    assert [await send(tg, person) for person in people] == [0] * 30 + [1]
    clock.seconds += 1
    assert await send(tg, people[30]) == 0


async def test_edits_count_as_sends_and_answers_to_presses_do_not(tg: Person, anna: int) -> None:
    markup = {"inline_keyboard": [[{"text": "go", "callback_data": "x"}]]}
    number = (await tg.ok("sendMessage", chat_id=anna, text="0", reply_markup=markup))["message_id"]
    await tg.does("flood", on=True, burst=1)
    await tg.ok("editMessageText", chat_id=anna, message_id=number, text="1", reply_markup=markup)
    refusal = await tg.refused("editMessageText", chat_id=anna, message_id=number, text="2")
    assert refusal == "429 Too Many Requests: retry after 1"
    pressed = await tg.does("press", chat=anna, user=anna, label="go")
    await tg.ok("answerCallbackQuery", callback_query_id=pressed["callback_id"])
    await tg.ok("sendChatAction", chat_id=anna, action="typing")
    await tg.ok("deleteMessage", chat_id=anna, message_id=number)


async def test_what_is_refused_for_another_reason_costs_nothing(tg: Person, anna: int) -> None:
    await tg.does("flood", on=True, burst=1)
    await tg.refused("sendMessage", chat_id=anna, text="<b>", parse_mode="HTML")
    assert [await send(tg, anna) for _ in range(2)] == [0, 1]


async def test_the_wait_stands_in_the_header_too_and_may_be_huge(tg: Person, anna: int) -> None:
    await tg.does("flood", on=True, burst=0, retry_after=10_072)
    answer = await tg.http.post(f"/bot{TOKEN}/sendMessage", json={"chat_id": anna, "text": "x"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "10072")
    assert answer.json()["parameters"] == {"retry_after": 10_072}


async def test_a_limit_that_does_not_exist_is_refused(tg: Person) -> None:
    await tg.does("flood", 400, on=True, brust=1)
