"""The heartbeat: the job queue calls every second, and each part of the work runs at most once at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

from telegram.ext import CallbackContext, JobQueue

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 1.0

Part = Callable[[], Awaitable[object] | None]


class Ticker:
    """A part that is still at work is left alone; one that fails is logged and called again the next second.

    The job itself returns at once, so that the scheduler never finds it running and never skips it.
    """

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self._parts = dict(parts)
        self._working: dict[str, asyncio.Task[None]] = {}
        self._failing: dict[str, str] = {}

    def schedule(self, jobs: JobQueue[Any]) -> None:
        """Late is better than never (`misfire_grace_time`), and once is enough after a stall (`coalesce`)."""
        jobs.run_repeating(
            self._job,
            interval=EVERY_SECONDS,
            first=EVERY_SECONDS,
            name="tick",
            job_kwargs={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def tick(self) -> None:
        for name, part in self._parts.items():
            if name not in self._working:
                self._begin(name, part)

    async def stop(self, patience: float) -> int:
        """Waits so many seconds for the parts at work, then cancels them; returns how many that were."""
        self._parts.clear()
        if self._working:
            await asyncio.wait(self._working.values(), timeout=patience)
        late = list(self._working.values())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)

    async def _job(self, context: CallbackContext[Any, Any, Any, Any]) -> None:  # noqa: ARG002
        self.tick()

    def _ended(self, name: str, _done: asyncio.Task[None]) -> None:
        self._working.pop(name, None)

    def _begin(self, name: str, part: Part) -> None:
        """A part that only looks whether there is something to do needs no task, and most seconds there is nothing."""
        try:
            outcome = part()
        except Exception as error:  # noqa: BLE001 - logged there, once
            self._note(name, error)
            return
        if outcome is None:
            self._works(name)
            return
        task = self._working[name] = asyncio.create_task(self._end(name, outcome))
        task.add_done_callback(partial(self._ended, name))

    async def _end(self, name: str, outcome: Awaitable[object]) -> None:
        try:
            await outcome
        except Exception as error:  # noqa: BLE001 - logged there, once
            self._note(name, error)
        else:
            self._works(name)

    def _works(self, name: str) -> None:
        if self._failing.pop(name, None):
            log.info("the tick of %s works again", name)

    def _note(self, name: str, error: Exception) -> None:
        """The same failure second after second is told once."""
        what = f"{type(error).__name__}: {error}"
        if self._failing.get(name) != what:
            log.error("the tick of %s failed", name, exc_info=error)
        self._failing[name] = what
