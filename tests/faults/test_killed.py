"""A creation by a bot that is killed between any two of its steps: before it leaves, in flight, while it is looked for."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config import read_settings
from storage.master_keys import load_master_keys
from storage.store import holds_sealed, open_store
from tests.blackbox import BlackBox, black_box
from tests.journeys.renting import CREATE, asked_in, machine, wanted
from tests.journeys.stories import coins
from tests.stage import Person

pytestmark = pytest.mark.process


async def test_a_creation_that_is_killed_at_each_step_is_sent_once_and_told(tmp_path: Path) -> None:
    async with black_box(tmp_path, lag=(4.0, 4.0), servers=0) as box:
        box.clore.load({"servers": [machine()], "wallets": coins(), "orders": []}, key=box.clore.key)
        await box.start()
        ada = Person(box)
        await ada.says(f"/connect {box.clore.key}")
        shows = (await ada.sees("Connected"))["message_id"]
        await box.kill()
        data = _laid_down(box, ada)
        await box.start()

        press = {"chat": ada.chat, "user": ada.user, "data": data, "message": shows, "forged": True}
        await box.post("press", **press)
        await _killed_at(box, "my_orders")  # read right before it leaves
        await _killed_at(box, CREATE)
        await box.post("press", **press)
        await _killed_at(box, "my_orders")
        told = await ada.sees("Rented", "server 6001")

        (call,) = box.clore.calls(operation=CREATE)
        assert call.executed
        assert told["message_id"] == shows
        assert f"#{call.order}" in told["text"]


async def _killed_at(box: BlackBox, operation: str) -> None:
    """As soon as CLORE.AI sees such a request, whose answer is then lost."""
    await box.asked(operation, len(box.clore.calls(operation=operation)))
    await box.kill()
    await box.start()


def _laid_down(box: BlackBox, person: Person) -> str:
    """The confirmation, as the wizard would have stored it."""
    settings = read_settings(box.settings())
    keys = load_master_keys(
        settings.master_keys, settings.master_key_file, holds_sealed=holds_sealed(settings.database)
    )
    with closing(open_store(settings.database, keys)) as store:
        return asked_in(store, datetime.now(UTC), person, wanted())
