"""What must not stay in a chat, and who sends too much."""

from __future__ import annotations

import pytest

from tests.handlers.edge import GROUP, MENU, SECRET, Edge, seconds, until

pytestmark = pytest.mark.looptime


async def test_a_secret_is_deleted_before_anything_else(edge: Edge) -> None:
    edge.house.answers["start"] = MENU
    edge.house.takes = 6
    await edge.says("/start")
    await until(lambda: edge.house.asked)
    said_at = seconds()
    await edge.says(f"/connect {SECRET}")
    await until(lambda: edge.calls("deleteMessage"))
    assert seconds() - said_at < 0.1
    await edge.settled()
    assert edge.house.texts == ["start", f"connect {SECRET}"]
    assert edge.house.deletions == [None, True]
    assert not any(SECRET in text for text in await edge.texts())


async def test_a_secret_in_a_group_is_deleted_though_nobody_spoke_to_us(edge: Edge) -> None:
    await edge.does("settings", privacy=False)
    await edge.says(f"look, my key is {SECRET}", chat=GROUP)
    await edge.says(f"/frobnicate {SECRET}", chat=GROUP)
    await edge.says(f"a picture of {SECRET}", chat=GROUP, photo=True)
    await edge.settled()
    assert await edge.texts(GROUP) == []
    assert edge.house.deletions == [True, True, True]


async def test_a_secret_that_cannot_be_deleted_is_said_to_be_there(edge: Edge) -> None:
    await edge.does("fault", method="deleteMessage", code=400, description="Bad Request: message can't be deleted")
    await edge.says(SECRET)
    await edge.settled()
    assert edge.house.deletions == [False]


async def test_a_secret_is_deleted_even_when_its_sender_floods_us(edge: Edge) -> None:
    for n in range(20):
        await edge.says(f"hello {n}")
    await edge.settled()
    await edge.says(SECRET)
    await edge.says(SECRET)
    await edge.settled()
    assert len(edge.house.asked) == 20
    assert not any(SECRET in text for text in await edge.texts())
    lines = [text for text in await edge.texts() if text.startswith("You are sending faster")]
    assert len(lines) == 1


async def test_who_floods_us_can_still_stop_everything(edge: Edge) -> None:
    edge.house.urgent, edge.house.answers["panic"] = frozenset({"panic"}), MENU
    for n in range(20):
        await edge.says(f"hello {n}")
    await edge.settled()
    await edge.says("/panic")
    await edge.settled()
    assert [kind for kind, _, _ in edge.house.asked[20:]] == ["at once", "command"]
    assert (await edge.texts())[-1] == "the menu"


async def test_presses_of_a_flood_are_answered_and_do_nothing(edge: Edge) -> None:
    edge.house.answers["start"] = MENU
    await edge.says("/start")
    await edge.settled()
    for _ in range(25):
        await edge.presses("Accounts")
    await edge.settled()
    toasts = await edge.toasts()
    assert len(toasts) == 25
    assert [toast.startswith("You are sending faster") for toast in toasts] == [False] * 19 + [True] * 6


async def test_the_surplus_of_a_busy_chat_is_left_out_with_one_line(edge: Edge) -> None:
    people = [(await edge.does("user", first_name=f"P{n}"))["id"] for n in range(25)]
    crowd = (await edge.does("chat", type="supergroup", title="Crowd", members=people, bot="member"))["id"]
    edge.house.takes = 3
    edge.house.answers["start"] = MENU
    for person in people:
        await edge.says("/start@clore_sandbox_bot", user=person, chat=crowd)
    await edge.settled()
    assert [arrival.user for _, arrival, _ in edge.house.asked] == people[:21]
    assert len([text for text in await edge.texts(crowd) if text.startswith("Too much is waiting")]) == 1
    assert edge.store.inbox.pending() == []


async def test_an_answer_is_a_secret_too_where_it_was_asked_for_while_it_waited(edge: Edge) -> None:
    edge.house.takes = 6
    await edge.says("/start")
    await until(lambda: edge.house.asked)
    await edge.says("hunter2")
    await until(lambda: edge.per_chat.waiting == 2)
    assert edge.calls("deleteMessage") == []
    edge.house.asks_secret = True
    await edge.settled()
    assert edge.house.texts == ["start", "hunter2"]
    assert edge.house.deletions == [None, True]


async def test_a_command_answers_no_question_but_a_script_may_look_like_one(edge: Edge) -> None:
    edge.house.asks_secret = True
    await edge.says("/orders")
    await edge.says("/entrypoint --now")
    await edge.settled()
    assert edge.house.asked[0][0] == "command"
    assert edge.house.asked[1][0] == "typed"
    assert edge.house.texts == ["orders", "/entrypoint --now"]
    assert edge.house.deletions == [None, True]


async def test_a_file_of_a_flood_goes_where_a_secret_was_asked_for(edge: Edge) -> None:
    for n in range(20):
        await edge.says(f"hello {n}")
    await edge.settled()
    edge.house.asks_secret, edge.house.most_file = True, 100
    await edge.says("", document={"name": ".env", "text": "A=hunter2"})
    await edge.settled()
    assert [message for message in await edge.chat() if "document" in message] == []
    assert len(edge.house.asked) == 20
