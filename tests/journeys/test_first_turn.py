"""Connect a key, see the rentals, be told, answer with one tap."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stage import Person, connected, labels, shown, staged

pytestmark = pytest.mark.looptime


async def test_a_key_is_connected_and_its_message_deleted(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = Person(stage)
        await ada.says("/start")
        await ada.sees("Welcome")
        await ada.presses("Connect")
        await ada.sees("Send your API key")
        said = await ada.says(stage.clore.key)
        await ada.sees("Connected", "rket", "was deleted")
        assert said["message_id"] not in [message["message_id"] for message in await ada.messages()]


async def test_outbid_is_told_and_won_back_with_two_taps(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await connected(stage)
        await ada.says("/orders")
        await ada.sees("Rentals", "Running", "Waiting bid")
        stage.clore.act("outbid")
        alert = await ada.sees("Outbid", "Critical")
        await ada.presses("Raise to")
        question = await ada.sees("Raise this bid?")
        assert question["message_id"] > alert["message_id"]
        price = next(label for label in labels(question) if label.startswith("Raise to"))
        await ada.presses("Raise to")
        done = await ada.sees("Bid changed", "holds the machine")
        assert price.removeprefix("Raise to ") in shown(done)
        assert done["message_id"] == question["message_id"]
        resolved = await ada.sees("Won back after")
        texts = {message["message_id"]: shown(message) for message in await ada.from_bot()}
        assert "Won back after" in texts[alert["message_id"]]
        assert resolved["message_id"] > alert["message_id"], "what was critical is answered below as well"
        asked = stage.clore.calls(operation="set_spot_price")
        assert [call.executed for call in asked] == [True]


async def test_a_rental_is_cancelled_only_when_it_is_gone(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await connected(stage)
        await ada.says("/orders")
        await ada.sees("Rentals")
        await ada.presses("Running · 1x RTX 4090")
        await ada.sees("SSH")
        await ada.presses("Cancel…")
        await ada.sees("Cancel this rental?", "cannot be undone")
        await ada.presses("🛑 Cancel rental")
        await ada.sees("Cancelled", "gone from CLORE.AI's list")
        assert [call.executed for call in stage.clore.calls(operation="cancel_order")] == [True]
        await ada.says("/orders")
        await ada.sees("2 of at most")
