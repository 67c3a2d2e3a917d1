"""One story of renting, from the search to the end of the rental, by a bot that is killed between its steps."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path
from typing import Final

import pytest

from bot.sandbox.telegram.calls import Call
from tests.blackbox import BlackBox, black_box
from tests.journeys.markets import BTC_IN_USD, fleet
from tests.journeys.renting import CREATE
from tests.journeys.stories import coins
from tests.stage import Json, Person, labels, shown

pytestmark = pytest.mark.process

CANCEL: Final = "cancel_order"
SECRET: Final = "hunter2-hunter2"
MINUTE_8: Final = 485
LATER: Final = (0.0, 0.004, 0.02)
"""Seconds from when an update was taken to the kill: on its way to the bot, being stored, being answered."""


@dataclass
class Killed:
    """Ada before a bot that dies under her hands; `presses` wait for their answers."""

    box: BlackBox
    ada: Person
    presses: list[str] = field(default_factory=list)
    later: Iterator[float] = field(default_factory=lambda: cycle(LATER))

    async def dies(self) -> None:
        await self.box.kill()
        await self.box.start()

    async def says(self, text: str, *words: str) -> Json:
        """Killed as soon as the bot has taken it; the answer below it."""
        said = await self.ada.says(text)
        await self._taken("message", "message_id", said["message_id"])
        await self.dies()
        return await self.ada.sees(*words, after=said["message_id"])

    async def taps(self, label: str, *words: str, dies: bool = True) -> Json:
        press = await self.ada.presses(label)
        self.presses.append(press["callback_id"])
        if dies:
            await self._taken("callback_query", "id", press["callback_id"])
            await self.dies()
        return await self.ada.sees(*words)

    async def confirms(self, label: str, operation: str) -> None:
        """Killed as soon as the bot has taken it, and once more when the request is on its way.

        What it confirmed is told in the very message, so the press itself may stay without a line.
        """
        press = await self.ada.presses(label)
        await self._taken("callback_query", "id", press["callback_id"])
        await self.dies()
        await self.box.asked(operation, 0)
        await self.dies()

    async def _taken(self, kind: str, name: str, number: object) -> None:
        """Until Telegram has handed this update out, and a moment more."""
        calls = self.box.telegram.calls

        def handed_out() -> bool:
            updates = [update for poll in calls.find("getUpdates") for update in poll.answer.get("result", ())]
            return any(update.get(kind, {}).get(name) == number for update in updates)

        await self.box.until(handed_out, f"the {kind} {number} is taken")
        await asyncio.sleep(next(self.later))


async def test_a_rental_outlives_a_kill_between_its_steps(tmp_path: Path) -> None:
    async with black_box(tmp_path, servers=0, lag=(1.0, 1.0), latency=0.05) as box:
        market = {"servers": fleet(3), "rates": {"bitcoin": BTC_IN_USD}, "wallets": coins(), "orders": []}
        box.clore.load(market, key=box.clore.key)
        await box.start()
        it = Killed(box, Person(box))
        await it.ada.says(f"/connect {box.clore.key}")
        await it.ada.sees("Connected")

        await _drafts(it)
        order = await _rents(it)
        opens = await _uses(it, order)
        await _cancels(it, order)

        assert [call.executed for call in box.clore.calls(operation=CREATE)] == [True]
        assert [call.order for call in box.clore.calls(operation=CANCEL) if call.executed] == [order]
        answered = {call.params["callback_query_id"] for call in _accepted(box, "answerCallbackQuery")}
        assert answered >= set(it.presses)
        heads = Counter(_head(call) for call in _accepted(box, "sendMessage"))
        assert max(heads.values()) <= 2, "a kill repeats a message once at the most"
        await _tells_nobody(it, tmp_path, opens)


async def _drafts(it: Killed) -> None:
    await it.says("/market 4090", "3 machines", "1. 4x RTX 4090")
    await it.taps("1", "Free · server 100", dies=False)
    await it.taps("Rent…", "Draft", "4x RTX 4090")
    await it.taps("Image", "step 4/12", dies=False)
    await it.taps("Ubuntu 22.04", "step 4/12", "Set.", "cloreai/ubuntu22.04-cuda12")
    await it.taps("Next ▶", "Ports", "step 5/12", dies=False)
    await it.taps("Next ▶", "Variables", "step 6/12", "Your message is deleted at once", dies=False)
    await it.says(f"TOKEN={SECRET}", "Set.", "1 variable", "Your message was deleted")
    await it.dies()


async def _rents(it: Killed) -> int:
    """Killed when it is asked for, confirmed, on its way to CLORE.AI, and rented."""
    await it.taps("◀ Back", "Draft", "ubuntu22.04-cuda12", "1 variable", dies=False)
    question = await it.taps("Rent…", "Rent this machine?", "1 variable")
    await it.confirms("Rent for", CREATE)
    (call,) = it.box.clore.calls(operation=CREATE)
    assert call.order is not None
    world = it.box.clore.world
    world.orders[call.order] = replace(world.orders[call.order], deploys_in=0)
    rented = await it.ada.sees("Rented", f"#{call.order}")
    assert rented["message_id"] == question["message_id"]
    it.box.clore.act("age", seconds=MINUTE_8)
    await it.dies()
    return call.order


async def _uses(it: Killed, order: int) -> tuple[str, ...]:
    """It runs at minute 8, is kept, and gets a stop condition. Returns the password and the token that were shown."""
    await it.ada.sees("Running", "ssh root@", f"#{order}")
    await it.ada.sees("Does it work?", f"#{order}")
    access = await it.taps("Show access", "Access", "SSH password", "Jupyter token")
    await it.taps("Keep it", "Kept", "I follow it no more")
    await it.taps("📋 Order", "Ends", dies=False)
    await it.taps("⏲ Stop…", "Stop conditions", "None is set", dies=False)
    await it.taps("⏱ In 1 h", "✅ Set", "To be cancelled in ")
    return tuple(re.findall(r"^(?:SSH password|Jupyter token) (\S+)$", shown(access), re.MULTILINE))


async def _cancels(it: Killed, order: int) -> None:
    card = await it.taps("◀ Back", "Ends", dies=False)
    assert "⏲ Stop… (1)" in labels(card)
    await it.taps("🛑 Cancel…", "Cancel this rental?")
    await it.confirms("🛑 Cancel rental", CANCEL)
    await it.ada.sees("✅ Cancelled", f"#{order}")


async def _tells_nobody(it: Killed, folder: Path, opens: tuple[str, ...]) -> None:
    """In no file of the bot's, and in no message but the one that has to show it."""
    assert len(opens) == 2
    needles = (it.box.clore.key, SECRET, *opens)
    files = _files(folder)
    assert {"bot.db", "bot.log"} <= set(files)
    assert [(name, needle) for name, held in files.items() for needle in needles if needle.encode() in held] == []
    told = [call for call in it.box.telegram.calls.find() if any(needle in str(call.params) for needle in needles)]
    assert told
    assert all(call.params["protect_content"] and "Access" in _head(call) for call in told)
    assert not any(needle in shown(message) for message in await it.ada.messages() for needle in needles[:2])


def _files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def _accepted(box: BlackBox, method: str) -> list[Call]:
    return [call for call in box.telegram.calls.find(method) if call.answer["ok"]]


def _head(call: Call) -> str:
    return str(call.params["text"]).partition("\n")[0]
