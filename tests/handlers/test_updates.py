"""No update that Telegram was told is taken gets lost, whatever happens to the process or the disk."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from pathlib import Path

import httpx
import pytest
from telegram import Update

from bot.sandbox.telegram.app import TelegramStandIn
from handlers.actions import ShowAccounts
from handlers.screen import Screen
from handlers.updates import DurableQueue
from storage.store import Store
from tests.handlers.edge import ANNA, GROUP, MENU, SECRET, Edge, clock, seconds, until

pytestmark = pytest.mark.looptime


async def restarted(edge: Edge) -> Edge:
    """The bot ends, and starts anew on the same database and the same Telegram."""
    await edge.stop()
    again = Edge(edge.store, edge.telegram)
    again.house.answers, again.house.pressed_answers = edge.house.answers, edge.house.pressed_answers
    return again


async def confirmed(edge: Edge) -> int:
    """How many updates Telegram still holds."""
    state = (await edge.person.get("/state")).json()
    pending: int = state["updates"]["pending"]
    return pending


async def test_sigterm_with_three_hundred_updates_waiting_loses_none(edge: Edge) -> None:
    people = [(await edge.does("user", first_name=f"P{n}"))["id"] for n in range(30)]
    edge.house.answers["orders"] = MENU
    edge.house.takes = 5
    for n in range(10):
        for person in people:
            await edge.says(f"/orders {n}", user=person)
    await until(lambda: len(edge.house.asked) >= 60)
    before = seconds()
    again = await restarted(edge)
    assert seconds() - before < 10
    finished = len(edge.house.screens)
    await again.run()
    await again.settled()
    assert finished < 300
    assert finished + len(again.house.screens) == 300
    for person in people:
        answered = [edge.house.screens, again.house.screens]
        order = [arrival.update for run in answered for arrival, _, _ in run if arrival.chat == person]
        assert order == sorted(order)
    await again.stop()


async def test_a_press_and_a_group_survive_the_restart_as_they_were(edge: Edge) -> None:
    edge.house.answers["start"] = MENU
    edge.house.pressed_answers[ShowAccounts] = Screen("the accounts")
    await edge.says("/start@clore_sandbox_bot", chat=GROUP)
    await edge.settled()
    edge.house.takes = 1000
    await edge.presses("Accounts", chat=GROUP)
    await until(lambda: edge.house.texts[-1] == "ShowAccounts")
    again = await restarted(edge)
    await again.run()
    await again.settled()
    (_, arrival, _), (_, pressed, _) = again.house.asked
    assert arrival == pressed == edge.house.asked[-1][1]
    assert (await again.texts(GROUP))[-1] == "the accounts"
    await again.stop()


async def test_a_secret_that_was_taken_is_deleted_by_the_next_run(edge: Edge) -> None:
    edge.wire.lose("deleteMessage", *[httpx.ConnectError("refused")] * 100)
    await edge.says(f"/connect {SECRET}")
    await until(lambda: any(method == "deleteMessage" for _, method in edge.wire.tries))
    again = await restarted(edge)
    await again.run()
    await again.settled()
    assert await again.texts() == []
    assert again.house.deletions == [True]
    await again.stop()


async def test_a_secret_deleted_by_the_last_run_counts_as_deleted(edge: Edge) -> None:
    edge.house.takes = 1000
    await edge.says(f"/connect {SECRET}")
    await until(lambda: edge.house.asked)
    again = await restarted(edge)
    await again.run()
    await again.settled()
    assert again.house.deletions == [True]
    await again.stop()


async def test_an_answer_that_telegram_cannot_be_given_waits_for_the_next_start(edge: Edge) -> None:
    edge.house.answers["orders"] = MENU
    edge.wire.lose("sendMessage", *[httpx.ConnectError("refused")] * 4)
    await edge.says("/orders")
    await edge.settled()
    assert len(edge.store.inbox.pending()) == 1
    assert edge.reports == []
    again = await restarted(edge)
    await again.run()
    await again.settled()
    assert (await again.texts())[-1] == "the menu"
    assert again.store.inbox.pending() == []
    await again.stop()


async def test_what_failed_is_not_tried_again_by_the_next_run(edge: Edge) -> None:
    edge.house.fails = RuntimeError("a mistake")
    await edge.says("/orders")
    await edge.settled()
    assert edge.store.inbox.pending() == []


async def test_while_the_database_is_locked_telegram_keeps_the_updates(edge: Edge, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    for n in range(3):
        await edge.says(f"hello {n}")
    await asyncio.sleep(30)
    assert await confirmed(edge) == 3
    assert edge.house.asked == []
    other.execute("ROLLBACK")
    await edge.settled()
    assert edge.house.texts == ["hello 0", "hello 1", "hello 2"]
    assert await confirmed(edge) == 0
    other.close()


async def test_a_full_disk_holds_polling_until_there_is_room(
    edge: Edge, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    pages = store.db.fetch("PRAGMA page_count")[0][0]
    store.db.fetch(f"PRAGMA max_page_count = {pages}")
    texts = [f"{n} " + "x" * 3900 for n in range(3)]
    edge.house.takes = 40  # what is handled makes room
    with caplog.at_level(logging.INFO, "handlers.updates"):
        for text in texts:
            await edge.says(text)
        await asyncio.sleep(30)
        assert await confirmed(edge) > 0
        store.db.fetch("PRAGMA max_page_count = 1000000")
        await edge.settled()
        await edge.says("more")
        await edge.settled()
    assert edge.house.texts == [*texts, "more"]
    told = [record.message.split(":")[0] for record in caplog.records]
    assert told == ["updates cannot be stored, so none are taken from Telegram", "updates can be stored again"]


async def test_stopping_while_the_database_is_locked_leaves_the_updates_with_telegram(
    edge: Edge, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    await edge.says("hello")
    await asyncio.sleep(5)
    again = await restarted(edge)
    assert await confirmed(edge) == 1
    other.execute("ROLLBACK")
    other.close()
    await again.run()
    await again.settled()
    assert again.house.texts == ["hello"]
    await again.stop()


async def test_a_mark_that_cannot_be_written_is_written_later(edge: Edge, tmp_path: Path) -> None:
    edge.house.takes = 3
    await edge.says("hello")
    await until(lambda: edge.house.asked)
    other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    await edge.settled()
    edge.queue.tick()
    other.execute("ROLLBACK")
    other.close()
    assert len(edge.store.inbox.pending()) == 1
    edge.queue.tick()
    assert edge.store.inbox.pending() == []


async def test_nothing_of_an_update_is_logged_and_its_row_is_sealed(
    edge: Edge, store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        edge.house.takes = 30
        await edge.says(f"/connect {SECRET}")
        await until(lambda: edge.house.asked)
    assert SECRET not in caplog.text
    assert any(SECRET.encode() in payload for _, payload in store.inbox.pending())
    store.db.fetch("PRAGMA wal_checkpoint(TRUNCATE)")
    assert not any(SECRET.encode() in content for content in contents(tmp_path))


async def test_a_row_that_is_no_update_is_given_up(telegram: TelegramStandIn, store: Store) -> None:
    for number, payload in enumerate([b"[]", b"{", b'{"no": "update"}', json.dumps({"update_id": 4}).encode()], 1):
        store.inbox.take(number, None, payload, clock())
    edge = Edge(store, telegram)
    queue = DurableQueue(store.inbox, clock)
    queue.resume(edge.app.bot)
    assert [update.update_id for update in iter_updates(queue)] == [4]
    assert [number for number, _ in store.inbox.pending()] == [4]
    store.close()


async def test_an_update_that_is_hard_to_read_does_not_end_polling(edge: Edge) -> None:
    reads = edge.queue.acts

    def fails_once(update: Update) -> bool:
        edge.queue.acts = reads
        raise RuntimeError("a mistake")

    edge.queue.acts = fails_once
    await edge.says("one")
    await edge.says("two")
    await edge.settled()
    assert edge.house.texts == ["one", "two"]
    assert ANNA in {arrival.user for _, arrival, _ in edge.house.asked}


def contents(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in folder.iterdir()]


def iter_updates(queue: DurableQueue) -> list[Update]:
    found = []
    while not queue.empty():
        update = queue.get_nowait()
        assert isinstance(update, Update)
        found.append(update)
    return found
