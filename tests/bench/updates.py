"""What people say: how many updates a second are answered when all come at once, and what each costs.

`/orders` from a fresh snapshot, by the bot as a process with its database, sealed inbox and turns, against the barest
bot of python-telegram-bot, which answers every update with a message. Both have a simulated Telegram of their own in
one third process, whose work (about 2 ms an update) is part of the seconds and not of the processor time. Ours runs
without its limits of 28 messages a second and of one to each chat, which a burst would measure instead.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx

from bot.sandbox.clore.demo import DEMO_KEY
from storage.master_keys import MasterKeys
from tests.bench.children import python
from tests.bench.clocks import MILLI, cpu_of_process
from tests.bench.rooms import account, people, room
from tests.bench.sizes import Size
from tests.bench.stand_ins import TOKENS
from tests.bench.table import Goal, Row

BESIDE: Final = "python-telegram-bot as it comes, one sendMessage"
SETTLED_SECONDS: Final = 1.0
ALONE: Final = 20


async def rows(size: Size, folder: Path) -> list[Row]:
    keys = MasterKeys.generate()
    settle(folder / "bot.db", keys, size.updates)
    async with (
        python(folder, "stand-ins", "-m", "tests.bench.stand_ins") as there,
        httpx.AsyncClient(timeout=150, trust_env=False) as hands,
    ):
        root = f"http://127.0.0.1:{await there.port()}"
        async with (
            python(folder, "ours", "-m", "tests.bench.unpaced_bot", settings=_settings(folder, root, keys)) as ours,
            python(folder, "bare", "-m", "tests.bench.bare_bot", f"{root}/bare", TOKENS["bare"]) as bare,
        ):
            bots = Talk(hands, f"{root}/ours", ours.pid), Talk(hands, f"{root}/bare", bare.pid)
            for bot in (ours, bare):
                await bot.says("ready")
            for talk in bots:
                await talk.burst(size.updates)  # connections, imports, the first snapshot
            await asyncio.sleep(SETTLED_SECONDS)
            bursts = [
                (await bots[0].burst(size.updates), await bots[1].burst(size.updates)) for _ in range(size.repetitions)
            ]
            alone = [
                (await bots[0].one_by_one(size.updates, turn), await bots[1].one_by_one(size.updates, turn))
                for turn in range(size.repetitions)
            ]
    rates = [(1 / mine.seconds, 1 / its.seconds) for mine, its in bursts]
    costs = [(MILLI * mine.cpu, MILLI * its.cpu) for mine, its in bursts]
    waits = [(MILLI * mine.seconds, MILLI * its.seconds) for mine, its in alone]
    return [
        Row(f"updates: {size.updates} at once, answered", "updates/s", rates, BESIDE, Goal(1.0, least=True)),
        Row("updates: CPU of one", "ms", costs, BESIDE, Goal(1.0)),
        Row("updates: one alone, answered after", "ms", waits, BESIDE, Goal(50, "ms")),
    ]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one update: seconds on the wall, processor seconds of the bot."""

    seconds: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Talk:
    """With one of the two bots, through its Telegram."""

    hands: httpx.AsyncClient
    root: str
    pid: int

    async def burst(self, count: int, first: int = 0) -> Cost:
        before = cpu_of_process(self.pid)
        asked: dict[str, str | int] = {"first": first, "count": count, "text": "/orders"}
        answer = await self.hands.post(f"{self.root}/burst", params=asked)
        told = answer.raise_for_status().json()
        assert told["sent"] == count
        assert told["lint"] == []
        return Cost(told["seconds"] / count, (cpu_of_process(self.pid) - before) / count)

    async def one_by_one(self, people: int, turn: int) -> Cost:
        """The median of some of them, others each turn, each after the one before was answered."""
        every = max(1, people // ALONE)
        costs = [await self.burst(1, person) for person in range(turn % every, people, every)]
        return sorted(costs, key=lambda cost: cost.seconds)[len(costs) // 2]


def settle(database: Path, keys: MasterKeys, count: int) -> None:
    """Everybody is connected, to the same simulated account."""
    now = datetime.now(UTC)
    with room(database, keys) as store:
        for chat in people(store, count, now):
            account(store, chat, DEMO_KEY, now)


def _settings(folder: Path, root: str, keys: MasterKeys) -> dict[str, str]:
    return {
        "TELEGRAM_BOT_TOKEN": TOKENS["ours"],
        "TELEGRAM_API_URL": f"{root}/ours",
        "CLORE_API_URL": f"{root}/clore/v1",
        "BOT_DATABASE": str(folder / "bot.db"),
        "BOT_MASTER_KEYS": keys.first.text,
        "BOT_POLL_SECONDS": "3600",
        "BOT_CLORE_GAP_SECONDS": "0.001",
    }
