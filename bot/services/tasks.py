"""Work that outlives the update that began it, and is waited for at the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Hashable
from typing import Any

log = logging.getLogger(__name__)


class Tasks:
    """Tracked tasks, at most one for each name. An error in one is logged, never lost."""

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[Any]] = {}
        self._expendable: set[Hashable] = set()
        self._closed = False

    def start(self, name: Hashable, work: Coroutine[Any, Any, Any], *, expendable: bool = False) -> bool:
        """Starts the work unless work of this name runs, or the end has begun; says whether it started.

        `expendable`: work that may be cut off at any point, so that the end does not wait for it.
        """
        if self._closed or name in self._running:
            work.close()
            return False
        task = asyncio.create_task(work)
        self._running[name] = task
        if expendable:
            self._expendable.add(name)
        task.add_done_callback(lambda done: self._ended(name, done))
        return True

    def cancel(self, name: Hashable) -> None:
        if task := self._running.get(name):
            task.cancel()

    async def close(self, patience: float) -> int:
        """Takes nothing new, waits so many seconds for what runs, then cancels it; returns how many were cancelled.

        What is expendable is cancelled at once, and not counted.
        """
        self._closed = True
        expendable = [self._running[name] for name in self._expendable]
        for task in expendable:
            task.cancel()
        await asyncio.gather(*expendable, return_exceptions=True)
        if self._running:
            await asyncio.wait(self._running.values(), timeout=patience)
        late = list(self._running.values())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)

    def _ended(self, name: Hashable, task: asyncio.Task[Any]) -> None:
        self._running.pop(name, None)
        self._expendable.discard(name)
        if not task.cancelled() and (error := task.exception()):
            log.error("work %s failed", name, exc_info=error)
