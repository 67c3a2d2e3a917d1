"""What all keys share: a cap of requests in flight, and a slow-down when CLORE.AI refuses several keys together.

Whether CLORE.AI counts requests by key or by address is not documented. Every key has a gate of its own; when keys are
refused together, the limit is taken to be a common one, and every gate's gap grows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.clore.gate import Line, Pace, Priority, called

IN_FLIGHT = 64
TOGETHER_KEYS = 3
TOGETHER_SECONDS = 10.0
LARGEST_FACTOR = 8.0


class Governor:
    """Process-wide. `slowdown` is the factor on every key's gap: 1 in good times."""

    def __init__(self, in_flight: int = IN_FLIGHT) -> None:
        self._free = in_flight
        self._line = Line()
        self._pace = Pace(1.0, LARGEST_FACTOR)
        self._refused: dict[object, float] = {}

    def slowdown(self) -> float:
        return self._pace.at(asyncio.get_running_loop().time())

    @property
    def full(self) -> bool:
        """Whether whoever comes now has to wait for a place."""
        return not self._free

    def refused(self, who: object) -> None:
        """`who` was refused. Three different ones within ten seconds slow everybody down by one step."""
        now = asyncio.get_running_loop().time()
        self._refused[who] = now
        self._refused = {one: at for one, at in self._refused.items() if now - at < TOGETHER_SECONDS}
        if len(self._refused) >= TOGETHER_KEYS:
            self._pace.slow_down(now)
            self._refused.clear()

    @asynccontextmanager
    async def slot(self, priority: Priority) -> AsyncIterator[None]:
        """A place among the requests in flight; who waits for one is served by priority."""
        if self._free:
            self._free -= 1
        else:
            await called(self._line.join(priority), self._give_back)
        try:
            yield
        finally:
            self._give_back()

    def _give_back(self) -> None:
        """A place goes straight to the next in line, so that nobody slips in between."""
        if self._line:
            self._line.call_next()
        else:
            self._free += 1
