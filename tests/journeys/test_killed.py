"""The whole journey with the bot as a process that is killed in the middle of each step and started again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.blackbox import BlackBox, black_box
from tests.stage import Person, labels, shown

pytestmark = pytest.mark.process


async def test_nothing_is_lost_or_doubled_when_each_step_is_killed(tmp_path: Path) -> None:
    async with black_box(tmp_path) as box:
        await box.start()
        ada = Person(box)

        said = await ada.says(f"/connect {box.clore.key}")
        await box.asked("wallets", 0)
        await _kill_and_start(box)
        await ada.sees("Connected")
        assert said["message_id"] not in [message["message_id"] for message in await ada.messages()]

        before = len(box.clore.calls(operation="my_orders"))
        await ada.says("/orders")
        await box.asked("my_orders", before)
        await _kill_and_start(box)
        await ada.sees("Rentals", "Running")

        await box.until(lambda: box.clore.calls(operation="spot_marketplace"), "the auctions are watched")
        before = len(box.clore.calls(operation="spot_marketplace"))
        box.clore.act("outbid")
        await box.asked("spot_marketplace", before)
        await _kill_and_start(box)
        alert = await ada.sees("Outbid", "Critical")

        await ada.presses("Raise to", alert["message_id"])
        await box.asked("spot_marketplace", len(box.clore.calls(operation="spot_marketplace")))
        await _kill_and_start(box)
        question = await ada.sees("Raise this bid?", after=alert["message_id"])

        await ada.presses("Raise to", question["message_id"])
        await box.asked("set_spot_price", 0)
        await _kill_and_start(box)
        await ada.sees("Bid changed", "holds the machine")

        await ada.sees("Won back after")
        executed = [call for call in box.clore.calls(operation="set_spot_price") if call.executed]
        assert len(executed) == 1
        alarms = [message for message in await ada.from_bot() if "Outbid" in shown(message)]
        assert len([alarm for alarm in alarms if "Critical" in shown(alarm)]) <= 1, "repeated at most once by a kill"
        assert not any("Raise" in label for alarm in alarms for label in labels(alarm) if "Resolved" in shown(alarm))


async def _kill_and_start(box: BlackBox) -> None:
    await box.kill()
    await box.start()
