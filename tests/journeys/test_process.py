"""The program as a process: how it starts, what it says when it cannot, and how it stops."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import httpx
import pytest

from bot.sandbox.child import environment
from bot.sandbox.telegram.app import TelegramStandIn
from tests.blackbox import black_box
from tests.stage import TOKEN, Person, staged

process = pytest.mark.process


@process
async def test_everything_wrong_with_the_settings_is_named_at_once(tmp_path: Path) -> None:
    code, said = await _run(
        tmp_path, BOT_POLL_SECONDS="soon", BOT_WEBHOOK_URL="https://bot.example", BOT_OPERATORS="me"
    )
    assert code == 2
    for name in ("TELEGRAM_BOT_TOKEN", "BOT_POLL_SECONDS", "BOT_WEBHOOK_URL", "BOT_OPERATORS"):
        assert name in said, said
    assert "not in this version" in said


@process
async def test_a_token_that_telegram_rejects_is_exit_2(tmp_path: Path) -> None:
    async with black_box(tmp_path) as box:
        assert await box.run(TELEGRAM_BOT_TOKEN="1000000009:ANOTHER-token-that-nobody-gave-out-00") == 2
        assert "BotFather" in box.log.read_text()
        assert "ANOTHER-token" not in box.log.read_text()


@process
async def test_a_wrong_master_key_is_exit_2_and_changes_nothing(tmp_path: Path) -> None:
    async with black_box(tmp_path) as box:
        await box.start()
        await box.terminate()
        before = (tmp_path / "bot.db").read_bytes()
        (tmp_path / "master.key").write_text("A" * 42 + "B\n")
        assert await box.run() == 2
        assert (tmp_path / "bot.db").read_bytes() == before
        (tmp_path / "master.key").unlink()
        assert await box.run() == 2
        assert not (tmp_path / "master.key").exists(), "a key that opens nothing is not made"


@process
async def test_a_second_instance_on_the_database_is_exit_3_at_once(tmp_path: Path) -> None:
    async with black_box(tmp_path) as box:
        await box.start()
        code, said = await _run(tmp_path, **box.settings())
        assert code == 3
        assert box.process is not None
        assert f"process {box.process.pid}" in said
        assert await box.terminate() == 0


@process
async def test_a_stop_in_the_middle_of_a_cancellation_loses_nothing(tmp_path: Path) -> None:
    async with black_box(tmp_path, latency=1.0) as box:
        await box.start()
        ada = Person(box)
        await ada.says(f"/connect {box.clore.key}")
        await ada.sees("Connected")
        await ada.says("/orders")
        await ada.sees("Rentals")
        await ada.presses("Running · 1x RTX 4090")
        await ada.sees("SSH")
        await ada.presses("Cancel…")
        question = await ada.sees("Cancel this rental?")
        await ada.presses("🛑 Cancel rental", question["message_id"])
        await box.asked("cancel_order", 0)
        assert await box.terminate() == 0
        await box.start()
        await ada.sees("Cancelled", "gone from CLORE.AI's list")
        executed = [call for call in box.clore.calls(operation="cancel_order") if call.executed]
        assert {call.status for call in executed} == {200}
        assert len({call.order for call in executed}) == 1


@pytest.mark.looptime
async def test_another_poller_on_the_token_for_thirty_seconds_ends_the_bot_with_3(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        app = stage.app
        assert app is not None
        rival = asyncio.create_task(_poll(stage.telegram))
        try:
            async with asyncio.timeout(90):
                await app.ended.wait()
        finally:
            rival.cancel()
            await asyncio.gather(rival, return_exceptions=True)
        assert app.exit_code == 3


async def _poll(telegram: TelegramStandIn) -> None:
    """Somebody else's bot with the same token."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(telegram.app), base_url="http://telegram", timeout=None
    ) as hands:
        while True:
            await hands.post(f"/bot{TOKEN}/getUpdates", data={"timeout": 5})
            await asyncio.sleep(0.1)


async def _run(folder: Path, **settings: str) -> tuple[int, str]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        cwd=folder,
        env=environment(os.environ, settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await child.communicate()
    assert child.returncode is not None
    return child.returncode, said.decode()
