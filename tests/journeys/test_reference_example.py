"""The example that the API reference prints for my_orders, on the day on which it was taken."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.examples import load
from tests.stage import connected, labels, shown, staged

pytestmark = pytest.mark.looptime

WEDNESDAY = datetime(2022, 11, 2, 16, 0, tzinfo=UTC)
_EXPONENT = re.compile(r"\d[eE][+-]?\d")


async def test_the_orders_of_the_reference_are_listed_and_shown(tmp_path: Path) -> None:
    async with staged(tmp_path, beginning=WEDNESDAY, demo=False) as stage:
        key = stage.clore.add_key()
        example = json.loads(load("my_orders_1.reply"))
        wallets = json.loads(load("wallets_1.reply"))
        stage.clore.load({"orders": example["orders"], "limit": 13, "wallets": wallets["wallets"]}, key=key)
        ada = await connected(stage, key)
        await ada.says("/orders")
        listed = await ada.sees("Rentals", "#38", "73 hours")
        assert any("#38" in label for label in labels(listed))
        assert "#36" not in shown(listed), "what has expired is among the past rentals"
        await ada.says("/order 38")
        card = await ada.sees("ssh root@n1.c1.clorecloud.net -p 10000")
        assert "73 hours" in shown(card)
        await ada.presses("Past")
        await ada.sees("Past rentals", "#36")
        await ada.says("/wallets")
        await ada.sees("0.00153176")
        for message in await ada.from_bot():
            assert not _EXPONENT.search(shown(message)), shown(message)
