"""CLORE.AI takes a key no more, or it cannot be opened any more: one notice, a pause, and a way back."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.journeys.stories import BOB, by_hand, edited, guest, polled, rental, renter, sent, silent, told
from tests.stage import Stage

pytestmark = pytest.mark.looptime


async def test_two_rejections_ten_seconds_apart_are_one_notice(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1))
        key = _key(stage)
        await polled(stage)
        before = len(stage.clore.calls())
        stage.clore.act("revoke_key", key=key, on=True)
        alarm = await told(stage, "Key rejected", "Critical")
        refused = [call.at for call in stage.clore.calls()[before:] if call.status == 401]
        assert len(refused) == 2
        assert 10 <= refused[1] - refused[0] <= 15
        assert not silent(alarm)


async def test_one_rejection_alone_is_no_news(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1))
        await polled(stage)
        stage.clore.answer("my_orders", '{"code":3}', status=401)
        await polled(stage, 2)
        assert not sent(stage, "Key rejected")


async def test_the_polls_pause_and_a_press_of_test_takes_them_up_again(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 1))
        key = _key(stage)
        stage.clore.act("revoke_key", key=key, on=True)
        alarm = await told(stage, "Key rejected")
        paused = len(stage.clore.calls(key=key))
        await asyncio.sleep(300)
        assert len(stage.clore.calls(key=key)) == paused
        await stage.stop()
        await asyncio.sleep(3200)
        await stage.start()
        await asyncio.sleep(300)
        assert [call.operation for call in stage.clore.calls(key=key)[paused:]] == ["wallets"], "an hour later, once"
        assert len(sent(stage, "Key rejected")) == 1
        stage.clore.act("revoke_key", key=key, on=False)
        await ada.presses("Test key", alarm.answer["result"]["message_id"])
        await polled(stage, 2, operation="my_orders")
        (over,) = edited(stage, "Resolved")
        assert over.params["message_id"] == alarm.answer["result"]["message_id"]


async def test_a_key_given_anew_takes_the_polls_up_again(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 1))
        stage.clore.act("revoke_key", key=_key(stage), on=True)
        alarm = await told(stage, "Key rejected")
        await ada.presses("Replace key", alarm.answer["result"]["message_id"])
        await ada.sees("Send")
        new = stage.clore.add_key()
        await ada.says(new)
        await ada.sees("ending in", new[-4:])
        await polled(stage, 2, operation="my_orders")
        assert stage.clore.calls()[-1].key == new
        assert len(edited(stage, "Resolved")) == 1


async def test_the_accounts_of_others_are_watched_as_ever(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1))
        key = _key(stage)
        await renter(stage, rental(stage, 2, left=0.7), user=BOB)
        stage.clore.act("revoke_key", key=key, on=True)
        await told(stage, "Key rejected")
        await told(stage, "ends soon", "#2", chat=BOB)
        await polled(stage, 3)
        assert not sent(stage, "Key rejected", chat=BOB)


async def test_a_damaged_stored_key_is_told_and_stops_nobody_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 1))
        key = _key(stage)
        await renter(stage, rental(stage, 2), user=BOB)
        await _damaged(stage, tmp_path / "bot.db")
        await told(stage, "Key rejected")
        await polled(stage, 3)
        assert {call.key for call in stage.clore.calls()[-6:]} == {stage.clore.calls()[-1].key} != {key}
        assert [line for line in caplog.records if line.levelno >= logging.ERROR] == []
        lines = [line for line in caplog.records if "cannot be opened" in line.getMessage()]
        assert len(lines) == 1, "not with every look"
        await ada.says("/orders")
        await ada.sees("Key rejected")
        await ada.presses("Replace key")
        await ada.sees("Send")
        await ada.says(key)
        await ada.sees("ending in", key[-4:])
        await polled(stage, 2, operation="my_orders")
        assert key in {call.key for call in stage.clore.calls()[-8:]}
        assert len(edited(stage, "Resolved")) == 1


async def test_the_other_copy_of_a_key_stands_in_for_a_damaged_one(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        await renter(stage, rental(stage, 1, left=7))
        key = _key(stage)
        await guest(stage, key, BOB)
        await _damaged(stage, tmp_path / "bot.db")
        await polled(stage, 2)
        assert not sent(stage, "Key rejected")
        stage.clore.act("age", key=key, seconds=3 * 3600)
        await told(stage, "ends soon")
        await told(stage, "ends soon", chat=BOB)


async def _damaged(stage: Stage, database: Path) -> None:
    """One bit of Ada's sealed key is turned over while the bot is off."""
    await stage.stop()
    with closing(sqlite3.connect(database, isolation_level=None)) as file:
        number, sealed = file.execute("SELECT id, sealed_key FROM accounts ORDER BY id LIMIT 1").fetchone()
        broken = bytes([*sealed[:-1], sealed[-1] ^ 1])
        file.execute("UPDATE accounts SET sealed_key = ? WHERE id = ?", (broken, number))
    await stage.start()


def _key(stage: Stage) -> str:
    return stage.clore.calls()[-1].key
