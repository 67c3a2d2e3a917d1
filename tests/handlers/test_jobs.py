"""Letters of the outbox reach their chats: told is what Telegram accepted."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from collections import Counter
from pathlib import Path

import httpx
import pytest

from bot.domain.ids import MessageId, TelegramChatId
from handlers.jobs import Delivery
from handlers.screen import Screen
from storage.letters import Letter
from tests.handlers.edge import ANNA, BORIS, GROUP, Edge, clock, seconds

pytestmark = pytest.mark.looptime

CRITICAL, WARNING, INFO = 1, 2, 3
LOST = httpx.ReadTimeout("no answer")


def states(edge: Edge) -> dict[str, str]:
    rows = edge.store.db.fetch("SELECT once, state FROM outbox ORDER BY id")
    return {row["once"]: row["state"] for row in rows}


async def test_a_letter_is_sent_and_its_message_remembered(edge: Edge) -> None:
    chat = edge.letter("outbid", episode="e1")
    edge.letter("quiet", chat=BORIS, silent=True)
    edge.delivery.wake()
    await asyncio.sleep(1)
    (message,) = await edge.chat()
    (letter,) = edge.store.outbox.delivered(chat, "e1")
    assert (message["text"], letter.message, message["silent"]) == ("outbid", message["message_id"], False)
    assert (await edge.chat(BORIS))[0]["silent"]


async def test_a_chat_gets_its_letters_in_order_and_chats_side_by_side(edge: Edge) -> None:
    await edge.does("fault", method="sendMessage", delay=2, times=100)
    for n in range(3):
        edge.letter(f"info {n}")
        edge.letter(f"to Boris {n}", chat=BORIS)
    edge.letter("critical", priority=CRITICAL)
    edge.delivery.tick()
    await asyncio.sleep(8.1)
    assert await edge.texts() == ["critical", "info 0", "info 1", "info 2"]
    assert await edge.texts(BORIS) == ["to Boris 0", "to Boris 1", "to Boris 2"]


async def test_a_letter_written_in_a_transaction_goes_out_after_it(edge: Edge) -> None:
    with edge.store.transaction():
        edge.letter("news")
        edge.delivery.wake()
    await asyncio.sleep(0.1)
    assert await edge.texts() == ["news"]


async def test_while_telegram_fails_a_letter_waits_longer_each_time(edge: Edge) -> None:
    await edge.does("fault", method="sendMessage", code=502, times=3)
    edge.wire.lose("sendMessage", httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"))
    edge.letter("news", priority=CRITICAL)
    await edge.tick_for(60)
    assert await edge.texts() == ["news"]
    tries = [round(at) for at, method in edge.wire.tries if method == "sendMessage"]
    assert [later - earlier for earlier, later in itertools.pairwise(tries)] == [1, 2, 4, 8, 16]


async def test_retry_after_holds_only_that_chat(edge: Edge) -> None:
    await edge.does("fault", method="sendMessage", chat_id=ANNA, retry_after=20)
    edge.letter("one")
    edge.letter("two")
    edge.letter("other", chat=BORIS)
    started = seconds()
    await edge.tick_for(19)
    assert await edge.texts() == []
    assert await edge.texts(BORIS) == ["other"]
    await edge.tick_for(4)
    assert await edge.texts() == ["one", "two"]
    tries = [call.at for call in edge.calls("sendMessage", ANNA)]
    assert tries[1] - tries[0] >= 20
    assert seconds() - started < 30


@pytest.mark.parametrize(
    ("code", "description"),
    [
        (403, "Forbidden: bot was blocked by the user"),
        (400, "Bad Request: chat not found"),
        (400, "Bad Request: not enough rights to send text messages to the chat"),
    ],
)
async def test_a_chat_that_cannot_be_reached_is_paused_after_one_attempt(
    edge: Edge, code: int, description: str
) -> None:
    await edge.does("fault", method="sendMessage", chat_id=ANNA, code=code, description=description, times=100)
    for n in range(3):
        edge.letter(f"news {n}")
    await edge.tick_for(10)
    assert len(edge.calls("sendMessage", ANNA)) == 1
    assert edge.house.gone == [
        (ANNA, description.removeprefix("Bad Request: ").capitalize() if code == 400 else description)
    ]
    assert set(states(edge).values()) == {"queued"}, "a person who comes back is told what is still news"


async def test_a_letter_follows_its_group_to_the_supergroup(edge: Edge) -> None:
    group = (await edge.does("chat", type="group", title="Small", members=[ANNA]))["id"]
    edge.store.chats.of(TelegramChatId(group), "group", "Small", clock())
    await edge.app.updater.stop()  # type: ignore[union-attr]  # the letter hears of it first
    successor = (await edge.does("migrate", chat=group))["id"]
    edge.letter("news", chat=group)
    await edge.tick_for(3)
    assert "news" in await edge.texts(successor)
    assert edge.house.moves == [(group, successor)]
    assert states(edge) == {"news": "sent"}


async def test_a_critical_letter_without_an_answer_goes_once_more_marked(edge: Edge) -> None:
    edge.wire.lose("sendMessage", LOST, after=True)
    edge.letter("outbid", priority=CRITICAL)
    await edge.tick_for(5)
    assert await edge.texts() == ["outbid", "outbid\n(repeat)"]
    await edge.tick_for(120)
    assert len(await edge.texts()) == 2


async def test_the_mark_outlives_other_errors(edge: Edge) -> None:
    edge.wire.lose("sendMessage", LOST, httpx.ConnectError("refused"))
    edge.letter("outbid", priority=CRITICAL)
    await edge.tick_for(10)
    assert await edge.texts() == ["outbid\n(repeat)"]


async def test_a_critical_letter_goes_on_until_telegram_answers(edge: Edge) -> None:
    edge.wire.lose("sendMessage", *[LOST] * 4)
    edge.letter("outbid", priority=CRITICAL)
    await edge.tick_for(240)
    assert await edge.texts() == ["outbid\n(repeat)"]


async def test_any_other_letter_without_an_answer_goes_once_more_after_thirty_seconds(edge: Edge) -> None:
    edge.wire.lose("sendMessage", LOST, LOST, after=True)
    edge.letter("ended", priority=WARNING)
    await edge.tick_for(29)
    assert await edge.texts() == ["ended"]
    await edge.tick_for(300)
    assert await edge.texts() == ["ended", "ended"]
    assert states(edge) == {"ended": "dead"}


async def test_what_was_being_sent_when_the_process_died_goes_once_more(edge: Edge) -> None:
    for once, priority in (("outbid", CRITICAL), ("ended", WARNING)):
        edge.letter(once, priority=priority, chat=ANNA if priority == CRITICAL else BORIS)
    for letter in edge.store.outbox.due(clock(), 10):
        edge.store.outbox.claim(letter.id, clock())
    assert edge.delivery.recover() == 2
    await edge.tick_for(2)
    assert await edge.texts() == ["outbid\n(repeat)"]
    assert await edge.texts(BORIS) == []
    await edge.tick_for(30)
    assert await edge.texts(BORIS) == ["ended"]


async def test_old_news_is_dropped_and_what_is_behind_it_goes(edge: Edge) -> None:
    def only_new(letter: Letter) -> Screen | None:
        return None if letter.body == "over" else Screen(letter.body)

    edge.render_as = only_new
    edge.letter("over")
    edge.letter("new")
    edge.letter("late", chat=BORIS, expires_at=clock())
    edge.delivery.tick()
    await asyncio.sleep(1)
    assert await edge.texts() == ["new"]
    assert states(edge) == {"over": "dropped", "new": "sent", "late": "dropped"}


async def test_a_letter_that_cannot_be_shown_holds_up_nobody(edge: Edge) -> None:
    def fails(letter: Letter) -> Screen | None:
        if letter.body == "odd":
            raise ValueError(letter.body)
        return Screen(letter.body)

    edge.render_as = fails
    edge.letter("odd")
    edge.letter("even")
    await edge.tick_for(2)
    assert await edge.texts() == ["even"]


async def test_a_letter_that_telegram_rejects_is_dead_and_the_next_one_goes(edge: Edge) -> None:
    edge.letter(" ")
    edge.letter("news")
    await edge.tick_for(2)
    assert states(edge) == {" ": "dead", "news": "sent"}


async def test_a_letter_edits_the_message_it_names_or_the_one_of_its_episode(edge: Edge) -> None:
    edge.letter("outbid")
    edge.letter("expiring")
    await edge.tick_for(1)
    first, second = (MessageId(message["message_id"]) for message in await edge.chat())
    edge.letter("outbid: over", edits=first)
    edge.targets["expiring: over"] = second
    edge.letter("expiring: over")
    await edge.tick_for(2)
    assert await edge.texts() == ["outbid: over", "expiring: over"]
    rows = edge.store.db.fetch("SELECT message_id FROM outbox ORDER BY id")
    assert [row["message_id"] for row in rows] == [first, second, first, second]


async def test_a_letter_may_be_a_reply_to_an_earlier_one(edge: Edge) -> None:
    edge.letter("outbid")
    await edge.tick_for(1)
    edge.answered["over"] = MessageId((await edge.chat())[0]["message_id"])
    edge.letter("over")
    await edge.tick_for(1)
    assert (await edge.chat())[1]["reply_to_message"]["text"] == "outbid"


async def test_an_edit_of_a_message_that_is_gone_becomes_a_new_one(edge: Edge) -> None:
    edge.letter("over", edits=MessageId(4711))
    await edge.tick_for(1)
    assert await edge.texts() == ["over"]
    assert states(edge) == {"over": "sent"}


async def test_an_edit_without_an_answer_is_simply_made_again(edge: Edge) -> None:
    edge.letter("outbid")
    await edge.tick_for(1)
    edge.wire.lose("editMessageText", LOST, LOST, LOST, after=True)
    edge.letter("over", edits=MessageId((await edge.chat())[0]["message_id"]))
    await edge.tick_for(20)
    assert await edge.texts() == ["over"]
    assert states(edge)["over"] == "sent"


async def test_a_letter_is_not_sent_again_because_the_database_was_locked(edge: Edge, tmp_path: Path) -> None:
    await edge.does("fault", method="sendMessage", delay=2)
    edge.letter("news")
    edge.delivery.tick()
    await asyncio.sleep(1)
    other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    await edge.tick_for(5)
    other.execute("ROLLBACK")
    other.close()
    await edge.tick_for(5)
    assert await edge.texts() == ["news"]
    assert states(edge) == {"news": "sent"}


async def test_a_chat_that_was_forgotten_meanwhile_is_told_nothing(edge: Edge) -> None:
    chat = edge.letter("news")
    (letter,) = edge.store.outbox.due(clock(), 1)
    edge.store.outbox.claim(letter.id, clock())
    edge.store.forget(chat)
    await edge.delivery._deliver(letter, Screen("news"))
    assert await edge.texts() == []


async def test_five_hundred_alerts_drain_as_fast_as_telegram_allows(edge: Edge) -> None:
    await edge.does("flood", on=True)
    people = [(await edge.does("user", first_name=f"P{n}"))["id"] for n in range(500)]
    for person in people:
        edge.letter("down", chat=person, priority=CRITICAL)
    started = seconds()
    while edge.store.outbox.counts().get("sent", 0) < 500:
        await edge.tick_for(1)
    assert seconds() - started <= 500 / 28 * 1.1
    assert not [call for call in edge.calls("sendMessage") if not call.answer["ok"]]


async def test_a_busy_group_keeps_room_for_what_is_critical(edge: Edge) -> None:
    await edge.does("flood", on=True)
    for n in range(40):
        edge.letter(f"info {n}", chat=GROUP)
    await edge.tick_for(30)
    edge.letter("critical", chat=GROUP, priority=CRITICAL)
    await edge.tick_for(60)
    texts = await edge.texts(GROUP)
    assert texts.index("critical") == 15 + 1  # behind the one letter that already waited for the limit
    assert not [call for call in edge.calls("sendMessage") if not call.answer["ok"]]


async def test_stopping_with_alerts_under_way_loses_none(edge: Edge) -> None:
    people = [(await edge.does("user", first_name=f"P{n}"))["id"] for n in range(200)]
    for person in people:
        edge.letter("down", chat=person, priority=WARNING)
    await edge.tick_for(3)
    started = seconds()
    await edge.delivery.stop(patience=2)
    assert seconds() - started <= 3
    edge.delivery = Delivery(
        edge.store.outbox, edge.store.chats, edge.messages, edge.house, clock, render=edge.render, target=edge.target
    )
    edge.delivery.recover()
    await edge.tick_for(60)
    told = Counter(call.params["chat_id"] for call in edge.calls("sendMessage"))
    assert set(told) == set(people)
    assert sum(told.values()) <= 200 + 64  # twice at most what was under way when it stopped
