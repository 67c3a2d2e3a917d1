"""In groups: who is answered, where, and how quietly; and the life of a group."""

from __future__ import annotations

import pytest

from handlers.actions import ShowAccounts
from handlers.screen import Screen
from tests.handlers.edge import ANNA, BORIS, GROUP, MENU, Edge, until

pytestmark = pytest.mark.looptime


async def test_an_unknown_command_gets_a_line_in_private_and_silence_in_a_group(edge: Edge) -> None:
    await edge.says("/frobnicate now")
    await edge.says("/frobnicate@clore_sandbox_bot now", chat=GROUP)
    await edge.settled()
    assert (await edge.texts())[-1] == "I do not know the command /frobnicate. /help shows what I can do."
    assert await edge.texts(GROUP) == ["/frobnicate@clore_sandbox_bot now"]
    assert edge.house.asked == []


async def test_in_a_group_only_what_is_meant_for_us_is_answered(edge: Edge) -> None:
    edge.house.answers |= {"start": MENU, "a reply": Screen("heard")}
    await edge.does("settings", privacy=False)
    await edge.says("talk among people", chat=GROUP)
    await edge.says("/start@another_bot", chat=GROUP)
    await edge.says("/start@clore_sandbox_bot", chat=GROUP)
    await edge.settled()
    menu = (await edge.chat(GROUP))[-1]
    assert menu["silent"]
    assert menu["reply_to_message"]["text"] == "/start@clore_sandbox_bot"
    await edge.says("a reply", chat=GROUP, reply_to=menu["message_id"])
    await edge.settled()
    assert edge.house.texts == ["start", "a reply"]
    assert edge.house.asked[-1][1].reply_to == menu["message_id"]
    stored = edge.store.db.fetch("SELECT count(*) AS n FROM inbox WHERE telegram_chat_id = ?", (GROUP,))
    assert stored[0]["n"] == 3  # our own place in the group, the command, the reply: the talk was never stored


async def test_a_question_in_a_group_invites_the_person_asked(edge: Edge) -> None:
    question = Screen("Which price?", asks=True)
    edge.house.answers["start"] = MENU
    edge.house.answers["bid"] = question
    edge.house.pressed_answers[ShowAccounts] = question
    await edge.says("/bid@clore_sandbox_bot", chat=GROUP)
    await edge.settled()
    asked = (await edge.chat(GROUP))[-1]
    assert edge.calls("sendMessage", GROUP)[-1].params["reply_markup"] == {"force_reply": True, "selective": True}
    assert asked["reply_to_message"]["text"] == "/bid@clore_sandbox_bot"
    await edge.says("/start@clore_sandbox_bot", chat=GROUP)
    await edge.settled()
    await edge.presses("Accounts", user=BORIS, chat=GROUP)
    await edge.settled()
    asked = (await edge.chat(GROUP))[-1]
    assert asked["text"] == "Boris: Which price?"
    assert asked["entities"][0]["user"]["id"] == BORIS
    assert [screen for _, screen, _ in edge.house.screens].count(question) == 2


async def test_an_answer_stays_in_its_topic_and_survives_the_end_of_it(edge: Edge) -> None:
    forum = (
        await edge.does("chat", type="supergroup", title="Forum", members=[ANNA], is_forum=True, bot="administrator")
    )["id"]
    topic = (await edge.does("topic", chat=forum, name="Rigs"))["message_thread_id"]
    edge.house.answers["orders"] = MENU
    await edge.says("/orders@clore_sandbox_bot", chat=forum, topic=topic)
    await edge.settled()
    assert (await edge.chat(forum))[-1]["message_thread_id"] == topic
    assert edge.house.asked[0][1].thread == topic
    assert edge.house.asked[0][1].reply_to is None
    edge.house.takes = 5
    await edge.says("/orders@clore_sandbox_bot", chat=forum, topic=topic)
    await until(lambda: len(edge.house.asked) == 2)
    await edge.does("topic/delete", chat=forum, topic=topic)
    await edge.settled()
    answer = (await edge.chat(forum))[-1]
    assert answer["text"] == "the menu"
    assert "message_thread_id" not in answer


async def test_an_anonymous_admin_is_no_person_until_a_button_is_pressed(edge: Edge) -> None:
    edge.house.answers["start"] = MENU
    await edge.says("/start@clore_sandbox_bot", chat=GROUP, identity="anonymous_admin")
    await edge.says("/start@clore_sandbox_bot", chat=GROUP, identity="channel")
    await edge.settled()
    assert [(one.user, one.anonymous_admin) for _, one, _ in edge.house.asked] == [(None, True)]
    await edge.presses("Accounts", chat=GROUP)
    await edge.settled()
    assert edge.house.asked[-1][1].user == ANNA


async def test_the_bots_place_in_a_chat_is_passed_on(edge: Edge) -> None:
    await edge.does("block", user=ANNA, blocked=True)
    await edge.does("block", user=ANNA, blocked=False)
    await edge.does("bot", chat=GROUP, status="kicked")
    await edge.settled()
    assert edge.house.gone == [(ANNA, "the bot was blocked"), (GROUP, "the bot was removed from the group")]
    assert edge.house.back == [ANNA]


async def test_a_group_that_becomes_a_supergroup_is_followed(edge: Edge) -> None:
    group = (await edge.does("chat", type="group", title="Small", members=[ANNA]))["id"]
    edge.house.answers["orders"] = MENU
    edge.house.takes = 3
    await edge.says("/orders@clore_sandbox_bot", chat=group)
    await until(lambda: edge.house.asked)
    successor = (await edge.does("migrate", chat=group))["id"]
    await edge.settled()
    assert set(edge.house.moves) == {(group, successor)}
    assert "the menu" in await edge.texts(successor)
    assert edge.house.screens[-1][0].chat == successor


async def test_whoever_blocked_us_before_the_answer_is_noted(edge: Edge) -> None:
    edge.house.answers["orders"] = MENU
    await edge.does("fault", method="sendMessage", code=403, description="Forbidden: user is deactivated")
    await edge.says("/orders")
    await edge.settled()
    assert edge.house.gone == [(ANNA, "Forbidden: user is deactivated")]
    assert edge.store.inbox.pending() == []
