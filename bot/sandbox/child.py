"""The bot of the demo as a process: started with settings of its own, watched, and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from asyncio.subprocess import PIPE, STDOUT, Process
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
STOP_SECONDS: Final = 10
LINES_KEPT: Final = 40
LONGEST_LINE: Final = 1 << 20

_READY: Final = re.compile(r"\bready\b")
_OWN_SETTINGS: Final = ("BOT_", "TELEGRAM_", "CLORE_")


def environment(outside: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """The environment outside without any setting of the bot and without proxies, which do not know this machine's
    loopback, and `settings` on top."""
    kept = {name: value for name, value in outside.items() if not _leaks(name)}
    path = os.pathsep.join(filter(None, (str(ROOT), kept.get("PYTHONPATH"))))
    return kept | {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"} | dict(settings)


def _leaks(name: str) -> bool:
    return name.upper().startswith(_OWN_SETTINGS) or name == "PORT" or name.upper().endswith("_PROXY")


class Child:
    """A process whose words go to a log file; `ready` once it said so, `killed` if it did not stop when asked."""

    def __init__(self, process: Process, log: Path) -> None:
        self._process = process
        self._log = log
        self._said: deque[str] = deque(maxlen=LINES_KEPT)
        self.ready = asyncio.Event()
        self.killed = False
        self._ended = asyncio.create_task(self._watch())

    @property
    def last_words(self) -> list[str]:
        """The newest lines, oldest first."""
        return list(self._said)

    async def ended(self) -> int:
        """Waits for the end; the exit code, below zero for a signal."""
        return await asyncio.shield(self._ended)

    async def stop(self, patience_seconds: float) -> None:
        """Asks it to stop, and ends it if it has not by then."""
        if self._process.returncode is None:
            self._process.terminate()
        try:
            async with asyncio.timeout(patience_seconds):
                await self.ended()
        except TimeoutError:
            self._process.kill()
            await self.ended()
            self.killed = True

    async def _watch(self) -> int:
        out = self._process.stdout
        assert out is not None, "started with a pipe"
        with self._log.open("a", encoding="utf-8") as log:
            async for line in out:
                text = line.decode("utf-8", "replace").rstrip()
                log.write(text + "\n")
                log.flush()
                self._said.append(text)
                if _READY.search(text):
                    self.ready.set()
        return await self._process.wait()


@contextlib.asynccontextmanager
async def running(
    command: Sequence[str], settings: Mapping[str, str], folder: Path, *, patience_seconds: float = STOP_SECONDS
) -> AsyncIterator[Child]:
    """Runs a command in `folder` and stops it afterwards. There, because a `.env` file of the working directory would be
    read; and in a session of its own, because Ctrl-C is meant for the demo, which stops the bot in order."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=environment(os.environ, settings),
        stdout=PIPE,
        stderr=STDOUT,
        limit=LONGEST_LINE,
        start_new_session=True,
    )
    child = Child(process, folder / "bot.log")
    try:
        yield child
    finally:
        await child.stop(patience_seconds)
