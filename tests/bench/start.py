"""From the start of the process to `ready`, and what it weighs while nothing happens."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Final

from tests.bench.children import Child, python
from tests.bench.clocks import megabytes_of_process
from tests.bench.sizes import Size
from tests.bench.stand_ins import TOKENS
from tests.bench.table import Goal, Row

IMPORT: Final = "import time, telegram.ext; print('it is ready', flush=True); time.sleep(60)"
BESIDE: Final = "python -c 'import telegram.ext'"
SETTLED_SECONDS: Final = 0.5


async def rows(size: Size, folder: Path) -> list[Row]:
    seconds, megabytes = [], []
    async with python(folder, "stand-ins", "-m", "tests.bench.stand_ins") as there:
        port = await there.port()
        for number in range(size.starts):
            ours = await _bot(folder, first_start(folder, number, port))
            base = await _import(folder)
            seconds.append((ours[0], base[0]))
            megabytes.append((ours[1], base[1]))
    return [
        Row("start: process to ready", "s", seconds, BESIDE, Goal(1.5, "s")),
        Row("start: idle memory", "MB", megabytes, BESIDE, Goal(100, "MB")),
    ]


async def _bot(folder: Path, settings: dict[str, str]) -> tuple[float, float]:
    began = time.perf_counter()
    async with python(folder, "bot", "-m", "bot", settings=settings) as bot:
        return await _weighed(bot, began)


async def _import(folder: Path) -> tuple[float, float]:
    began = time.perf_counter()
    async with python(folder, "import", "-c", IMPORT) as child:
        return await _weighed(child, began)


def first_start(folder: Path, number: int, port: int) -> dict[str, str]:
    """Settings with a database that does not exist yet."""
    root = f"http://127.0.0.1:{port}"
    return {
        "TELEGRAM_BOT_TOKEN": TOKENS["ours"],
        "TELEGRAM_API_URL": f"{root}/ours",
        "CLORE_API_URL": f"{root}/clore/v1",
        "BOT_DATABASE": str(folder / f"{number}" / "bot.db"),
    }


async def _weighed(child: Child, began: float) -> tuple[float, float]:
    await child.says("ready")
    seconds = time.perf_counter() - began
    await asyncio.sleep(SETTLED_SECONDS)
    return seconds, megabytes_of_process(child.pid)
