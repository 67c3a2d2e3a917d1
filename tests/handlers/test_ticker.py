"""The heartbeat: late is better than never, and one slow part holds up no other."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest
from telegram.ext import ApplicationBuilder

from handlers.ticker import Ticker
from tests.handlers.edge import TOKEN, seconds


@pytest.mark.looptime
async def test_a_slow_part_runs_once_at_a_time_and_holds_up_no_other() -> None:
    began: dict[str, list[float]] = {"slow": [], "quick": []}

    async def slow() -> None:
        began["slow"].append(seconds())
        await asyncio.sleep(2.5)

    ticker = Ticker({"slow": slow, "quick": lambda: began["quick"].append(seconds())})
    for _ in range(6):
        ticker.tick()
        await asyncio.sleep(1)
    assert began == {"slow": [0, 3], "quick": [0, 1, 2, 3, 4, 5]}


@pytest.mark.looptime
async def test_a_part_that_fails_is_called_again_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    calls: list[float] = []

    def fails_twice() -> None:
        calls.append(seconds())
        if len(calls) <= 2:
            raise RuntimeError("a mistake")

    caplog.set_level("INFO", "handlers.ticker")
    ticker = Ticker({"part": fails_twice})
    for _ in range(3):
        ticker.tick()
        await asyncio.sleep(1)
    assert calls == [0, 1, 2]
    assert [record.message for record in caplog.records] == ["the tick of part failed", "the tick of part works again"]


@pytest.mark.looptime
async def test_at_the_end_nothing_new_begins_and_what_runs_gets_time() -> None:
    ended: list[str] = []

    async def part(name: str, takes: float) -> None:
        await asyncio.sleep(takes)
        ended.append(name)

    ticker = Ticker({"short": lambda: part("short", 1), "long": lambda: part("long", 100)})
    ticker.tick()
    await asyncio.sleep(0.5)
    assert await ticker.stop(patience=2) == 1
    ticker.tick()
    await asyncio.sleep(10)
    assert ended == ["short"]
    assert seconds() == 12.5


async def test_a_tick_that_is_late_still_comes(caplog: pytest.LogCaptureFixture) -> None:
    """On wall time, because the scheduler reads it: by its own default it drops a run that is a second late."""
    ticked = asyncio.Event()
    app = ApplicationBuilder().token(TOKEN).build()
    assert app.job_queue is not None
    Ticker({"part": ticked.set}).schedule(app.job_queue)
    (job,) = app.job_queue.jobs()
    assert (job.job.misfire_grace_time, job.job.coalesce) == (None, True)
    job.job.modify(next_run_time=datetime.now(UTC) - timedelta(seconds=3))
    with caplog.at_level(logging.WARNING):
        app.job_queue.scheduler.start()
        await asyncio.wait_for(ticked.wait(), 5)
        app.job_queue.scheduler.shutdown(wait=False)
        await asyncio.sleep(0)
    assert [record.message for record in caplog.records] == []
