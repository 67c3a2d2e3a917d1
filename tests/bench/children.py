"""Processes beside the one that measures: stand-ins, baselines, and the bot itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.sandbox.child import environment

START_SECONDS: Final = 60.0
LOOK_EVERY: Final = 0.002


@dataclass(frozen=True, slots=True)
class Child:
    """A process of ours; all that it says is in `log`."""

    process: Process
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    async def says(self, word: str) -> str:
        """Waits for a line with this word; that line."""
        async with asyncio.timeout(START_SECONDS):
            while True:
                for line in self.log.read_text().splitlines(keepends=True):
                    if word in line and line.endswith("\n"):
                        return line.strip()
                if self.process.returncode is not None:
                    raise RuntimeError(f"{self.log.name} ended before it said {word!r}:\n{self.log.read_text()}")
                await asyncio.sleep(LOOK_EVERY)

    async def port(self) -> int:
        """Where it listens, once it does."""
        return int((await self.says("port ")).rpartition(" ")[2])


@contextlib.asynccontextmanager
async def python(
    folder: Path, name: str, *arguments: str, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Child]:
    """Runs `python ARGUMENTS` in `folder`, with what it says in a file of this name, and ends it afterwards."""
    log = folder / f"{name}.log"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=folder,
            env=environment(os.environ, settings or {}),
            stdin=DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        yield Child(process, log)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()  # what it leaves behind goes with the folder
        await process.wait()
