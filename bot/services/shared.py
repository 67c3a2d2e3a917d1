"""Readings that several people wait for at once: one request serves all who ask while it is under way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from bot.clore.errors import Unavailable

P = TypeVar("P", bound=Hashable)
T = TypeVar("T")


class Shared(Generic[P, T]):
    """What is being read now, by its place. Whoever stops waiting ends nothing: the reading goes on for the others."""

    def __init__(self) -> None:
        self._reading: dict[P, asyncio.Task[T]] = {}

    async def get(self, place: P, read: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `read` gives, or what it raises; `Unavailable` where the place was dropped meanwhile."""
        task = self._reading.get(place)
        if task is None:
            task = self._reading[place] = asyncio.create_task(read())
            task.add_done_callback(lambda done: self._ended(place, done))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():  # not this waiter: the place was dropped
                raise Unavailable("the reading was given up") from None
            raise

    def drop(self, of: Callable[[P], bool]) -> None:
        """Ends the readings of these places: nobody may be asked for them any more."""
        for place in [place for place in self._reading if of(place)]:
            self._reading.pop(place).cancel()

    def _ended(self, place: P, task: asyncio.Task[T]) -> None:
        if self._reading.get(place) is task:
            del self._reading[place]
        if not task.cancelled():
            task.exception()  # whoever waits sees it; nobody waiting is no error of its own
