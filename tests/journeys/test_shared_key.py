"""One feed for each key: whoever looks, CLORE.AI is asked once, and what is read is stored whole or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.journeys.stories import BOB, bid, by_hand, edited, ends, guest, happens, polled, rental, renter, sent, told
from tests.stage import ADA, Stage

pytestmark = pytest.mark.looptime


async def test_two_refreshes_at_the_same_moment_are_one_request(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 1))
        bob = await guest(stage, stage.clore.calls()[-1].key, BOB)
        for person in (ada, bob):
            await person.says("/orders")
            await person.sees("#1")
        await asyncio.sleep(30)
        before = len(stage.clore.calls())
        for person in (ada, bob):
            await person.presses("Refresh")
        await happens(lambda: all(edited(stage, "#1", chat=chat) for chat in (ADA, BOB)), "both are answered")
        assert [call.operation for call in stage.clore.calls()[before:]] == ["my_orders"]


async def test_a_tap_is_asked_for_before_the_rest_of_a_poll(tmp_path: Path) -> None:
    async with by_hand(tmp_path, latency=0.9) as stage:
        ada = await renter(stage, *[bid(stage, number) for number in range(1, 7)])
        await ada.says("/orders")
        await ada.sees("#1")
        await polled(stage)
        await happens(lambda: stage.clore.calls()[-1].operation == "spot_marketplace", "a look is under way")
        before = len(stage.clore.calls())
        await ada.presses("Refresh")
        await happens(lambda: edited(stage, "#1"), "the answer")
        tap, *_ = stage.clore.calls()[before:]
        assert tap.operation == "my_orders"


async def test_a_look_ends_with_the_account_that_it_is_for(tmp_path: Path) -> None:
    async with by_hand(tmp_path, latency=0.9) as stage:
        ada = await renter(stage, *[bid(stage, number) for number in range(1, 9)])
        key = stage.clore.calls()[-1].key
        await polled(stage)
        await ada.says("/forget")
        await ada.sees("Delete everything?")
        await happens(lambda: stage.clore.calls(key=key)[-1].operation == "spot_marketplace", "a look is under way")
        await ada.presses("Delete everything")
        await asyncio.sleep(2)
        before = len(stage.clore.calls(key=key))
        await asyncio.sleep(60)
        assert len(stage.clore.calls(key=key)) == before


async def test_while_the_database_is_locked_nothing_is_stored_and_afterwards_nothing_is_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1), bid(stage, 2))
        key = stage.clore.calls()[-1].key
        await polled(stage)
        rows = _rows(stage)
        caplog.clear()
        stage.clore.act("outbid", key=key, order=2)
        ends(stage, 1)
        with _locked(stage):
            await asyncio.sleep(30)
            assert _rows(stage) == rows
        assert not sent(stage, "#")
        await told(stage, "Outbid", "#2")
        await told(stage, "Rental ended", "#1")
        await polled(stage, 2)
        assert len(sent(stage, "#")) == 2
        lines = [line for line in caplog.records if line.name.startswith("bot.services")]
        assert [line.getMessage().partition(":")[0] for line in lines] == ["polls wait for the database"]


async def test_a_lock_in_the_middle_of_a_look_costs_that_look_only(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1), bid(stage, 2), bid(stage, 3))
        await polled(stage)
        await polled(stage, operation="my_orders")
        with _locked(stage):
            await asyncio.sleep(5)
        ends(stage, 1)
        stage.clore.act("outbid", key=stage.clore.calls()[-1].key, order=3)
        await told(stage, "Outbid", "#3")
        await told(stage, "Rental ended", "#1")


async def test_a_notice_that_cannot_be_stored_takes_its_reading_with_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Or else the next reading would find nothing new, and nobody would ever be told."""
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1))
        await polled(stage)
        ends(stage, 1)
        with sqlite3.connect(stage.settings.database) as other:
            other.execute("CREATE TRIGGER nothing_new BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'no'); END")
        await happens(lambda: any(line.exc_info for line in caplog.records), "the notice is refused")
        await stage.stop()
        with sqlite3.connect(stage.settings.database) as other:
            other.execute("DROP TRIGGER nothing_new")
        await stage.start()
        await told(stage, "Rental ended", "#1")
        await polled(stage, 2)
        assert len(sent(stage, "Rental ended")) == 1


async def test_a_key_whose_readings_always_fail_has_one_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1))
        await polled(stage)
        with sqlite3.connect(stage.settings.database) as other:
            other.execute(
                "CREATE TRIGGER not_this_key BEFORE UPDATE OF snapshot ON keys BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
        await polled(stage, 4, operation="my_orders")
        assert len([line for line in caplog.records if line.exc_info]) == 1


async def test_an_alert_state_of_another_version_is_begun_anew(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1, left=5), rental(stage, 2))
        await told(stage, "ends soon", "#1")
        await stage.stop()
        with sqlite3.connect(stage.settings.database) as other:
            other.execute('UPDATE alert_states SET body = \'{"type":"order.expiring","shape":"unknown"}\'')
        await stage.start()
        ends(stage, 2)
        await told(stage, "Rental ended", "#2")


async def test_a_clock_that_is_set_back_does_not_stop_the_watch(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1), rental(stage, 2))
        back, right = timedelta(0), stage.clock
        stage.clock = lambda: right() - back  # type: ignore[method-assign]
        await stage.restart()
        await polled(stage)
        back = timedelta(hours=2)
        ends(stage, 1)
        await told(stage, "Rental ended", "#1")
        await stage.stop()
        back = timedelta(days=1)
        await stage.start()
        ends(stage, 2)
        await told(stage, "Rental ended", "#2")
        assert len(sent(stage, "Rental ended")) == 2


@contextlib.contextmanager
def _locked(stage: Stage) -> Iterator[None]:
    """Another process holds the write lock."""
    with contextlib.closing(sqlite3.connect(stage.settings.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def _rows(stage: Stage) -> list[list[tuple[object, ...]]]:
    """What is known and what is to be told, as it stands on the disk."""
    with sqlite3.connect(stage.settings.database) as other:
        tables = ("keys", "alert_states", "outbox")
        return [other.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
