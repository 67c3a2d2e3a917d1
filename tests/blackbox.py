"""The bot as a process of its own between the stand-ins, over real HTTP: it can be killed while the world remembers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final

from bot.sandbox.child import environment
from bot.sandbox.clore.app import CloreStandIn
from bot.sandbox.serve import HOST, build, listen, serving
from bot.sandbox.telegram.app import TelegramStandIn
from tests.forks import Fork, fork
from tests.stage import ADA, TOKEN, Ground

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 12.0


class BlackBox(Ground):
    """Both stand-ins live in the test's process; the bot is another one."""

    def __init__(self, folder: Path, port: int, clore: CloreStandIn, telegram: TelegramStandIn) -> None:
        self.folder = folder
        self.port = port
        self.clore = clore
        self.telegram = telegram
        self.process: Fork | None = None

    @property
    def log(self) -> Path:
        return self.folder / "bot.log"

    def settings(self) -> dict[str, str]:
        return {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": f"http://{HOST}:{self.port}/telegram",
            "CLORE_API_URL": f"http://{HOST}:{self.port}/clore/v1",
            "BOT_DATABASE": str(self.folder / "bot.db"),
            "BOT_POLL_SECONDS": "2",
        }

    async def start(self, **settings: str) -> None:
        """Returns once the bot says that it is ready."""
        said = self.log.stat().st_size if self.log.exists() else 0
        self.process = await self._spawn(settings)
        await self.until(lambda: " ready" in self.log.read_text()[said:], "the bot is ready", START_SECONDS)

    async def run(self, **settings: str) -> int:
        """Starts the bot and waits for its end; the exit code."""
        process = await self._spawn(settings)
        async with asyncio.timeout(START_SECONDS):
            return await process.wait()

    async def _spawn(self, settings: dict[str, str]) -> Fork:
        with self.log.open("ab") as out:
            return await fork(self.folder, environment(os.environ, self.settings() | settings), out)

    async def kill(self) -> None:
        """kill -9: nothing of the bot gets to run any more."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()
        self.process = None

    async def terminate(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            code = await self.process.wait()
        self.process = None
        return code

    async def until(self, holds: Callable[[], object], what: str, seconds: float = 30.0) -> None:
        """Waits for a condition of the world."""
        end = asyncio.get_running_loop().time() + seconds
        while not holds():
            if asyncio.get_running_loop().time() > end:
                raise AssertionError(f"{what}: not within {seconds:g} s\n{self.log.read_text()[-3000:]}")
            await asyncio.sleep(0.01)

    async def asked(self, operation: str, more_than: int) -> None:
        """Until CLORE.AI has seen more than so many requests of this kind."""
        await self.until(lambda: len(self.clore.calls(operation=operation)) > more_than, f"{operation} is asked for")

    async def close(self) -> None:
        if self.process is not None:
            await self.kill()


@contextlib.asynccontextmanager
async def black_box(folder: Path, **market: Any) -> AsyncIterator[BlackBox]:
    """Stand-ins on a free port; the bot is not started yet."""
    telegram, clore = TelegramStandIn(TOKEN), CloreStandIn(**{"latency": 0.3, **market})
    door = listen(0)
    with door:
        async with serving(build(telegram.app, clore.app, {}), door):
            box = BlackBox(folder, door.getsockname()[1], clore, telegram)
            try:
                await box.post("user", id=ADA, first_name="Ada", language_code="en")
                yield box
                assert await box.lint() == []
            finally:
                await box.close()
