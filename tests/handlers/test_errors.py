"""Errors that nobody foresaw, and how polling fares."""

from __future__ import annotations

import asyncio
import logging
import re

import httpx
import pytest
from telegram.error import Conflict, InvalidToken, NetworkError

from handlers.polling import Polling
from handlers.screen import Screen
from tests.handlers.edge import GROUP, MENU, Edge, until

pytestmark = pytest.mark.looptime


async def test_the_person_and_the_log_get_the_same_reference(edge: Edge, caplog: pytest.LogCaptureFixture) -> None:
    edge.house.fails = RuntimeError("a mistake")
    await edge.says("/orders of mine")
    await edge.settled()
    (said,) = re.findall(r"Reference: ([0-9a-f]{8})$", (await edge.texts())[-1])
    logged = [record for record in caplog.records if record.name == "handlers.errors"]
    assert [record.message.partition(":")[0] for record in logged] == [said]
    assert "of mine" not in caplog.text
    assert "RuntimeError: a mistake" in caplog.text
    assert edge.reports == [f"An update failed (RuntimeError). Reference in the log: {said}"]


async def test_operators_hear_of_one_kind_of_error_once_a_minute(edge: Edge) -> None:
    for error in (RuntimeError(), RuntimeError(), ValueError()):
        edge.house.fails = error
        await edge.says("/orders")
        await edge.settled()
    assert [report.split("(")[1].split(")")[0] for report in edge.reports] == ["RuntimeError", "ValueError"]
    await asyncio.sleep(60)
    edge.house.fails = RuntimeError()
    await edge.says("/orders")
    await edge.settled()
    assert len(edge.reports) == 3


async def test_a_press_is_answered_even_when_its_decision_fails(edge: Edge) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("a mistake")

    edge.house.answers["start"] = MENU
    edge.house.decision = fails  # type: ignore[assignment]
    await edge.says("/start@clore_sandbox_bot", chat=GROUP)
    await edge.settled()
    await edge.presses("Accounts", chat=GROUP)
    await edge.settled()
    assert await edge.toasts() == ["Something went wrong on my side."]
    assert "Something went wrong" in (await edge.texts(GROUP))[-1]


async def test_a_screen_that_telegram_rejects_is_an_error_with_a_reference(edge: Edge) -> None:
    edge.house.answers["orders"] = Screen("  ")
    await edge.says("/orders")
    await edge.settled()
    assert "Reference" in (await edge.texts())[-1]
    assert edge.reports[0].startswith("An update failed (BadRequest)")


async def test_nobody_is_told_when_the_word_cannot_be_delivered(edge: Edge) -> None:
    edge.house.fails = RuntimeError("a mistake")
    await edge.does("fault", method="sendMessage", code=403)
    await edge.says("/orders")
    await edge.settled()
    assert await edge.texts() == ["/orders"]
    assert len(edge.reports) == 1


async def test_an_outage_is_logged_when_it_begins_and_when_it_ends(
    edge: Edge, caplog: pytest.LogCaptureFixture
) -> None:
    errors = (httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.ConnectError("refused"))
    with caplog.at_level(logging.INFO, "handlers.polling"):
        edge.wire.lose("getUpdates", *errors)
        await edge.does("fault", method="getUpdates", code=502, times=3)
        await asyncio.sleep(120)
    assert [record.message.partition(":")[0] for record in caplog.records if record.name == "handlers.polling"] == [
        "Telegram cannot be reached",
        "Telegram can be reached again",
    ]
    await edge.says("hello")
    await edge.settled()
    assert edge.house.texts == ["hello"]


async def test_a_second_poller_ends_this_process_after_thirty_seconds(edge: Edge) -> None:
    await edge.does("fault", method="getUpdates", code=409, times=1000)
    started = asyncio.get_running_loop().time()
    await until(lambda: edge.ended, within=120)
    assert edge.ended == ["conflict"]
    assert 30 <= asyncio.get_running_loop().time() - started < 65
    await asyncio.sleep(120)
    assert edge.ended == ["conflict"]


async def test_two_real_pollers_notice_each_other_even_while_updates_flow(edge: Edge) -> None:
    other = Edge(edge.store, edge.telegram)
    await other.run()
    for n in range(10):
        await asyncio.sleep(5)
        await edge.says(f"hello {n}", user=1001 + n % 2)
    await asyncio.sleep(30)
    assert edge.ended + other.ended
    await other.stop()


async def test_one_conflict_while_a_new_version_takes_over_is_normal() -> None:
    ended: list[str] = []
    polling = Polling(lasting=lambda: ended.append("conflict"), rejected=lambda: ended.append("rejected"))
    for takeover in range(5):
        polling.failed(Conflict("terminated by other getUpdates request"))
        assert ended == [], takeover
        for _ in range(4):
            await asyncio.sleep(10)
            polling.answered()


async def test_a_token_that_telegram_knows_no_more_is_told_once(edge: Edge, caplog: pytest.LogCaptureFixture) -> None:
    await edge.does("fault", method="getUpdates", code=401, times=5)
    await until(lambda: edge.ended)
    await asyncio.sleep(60)
    assert edge.ended == ["rejected"]
    assert edge.app.updater is not None
    with pytest.raises(InvalidToken):
        await edge.app.updater.stop()


async def test_an_outage_is_one_line_however_many_errors_it_has(caplog: pytest.LogCaptureFixture) -> None:
    polling = Polling(lasting=lambda: None, rejected=lambda: None)
    with caplog.at_level(logging.INFO, "handlers.polling"):
        for _ in range(3):
            polling.failed(NetworkError("refused"))
        polling.answered()
        polling.answered()
    assert len(caplog.records) == 2
