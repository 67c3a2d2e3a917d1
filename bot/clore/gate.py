"""Whose turn it is to ask CLORE.AI: one request in flight for each key, and a gap after each answer."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import IntEnum

GAP_SECONDS = 1.3
"""From the end of a reply to the next request. Recorded replies: 1.1 s from start to start is refused nearly always."""
CREATE_GAP_SECONDS = 5.0
"""Between two create_order (API reference)."""
CAP_SECONDS = 5.0
CREATE_CAP_SECONDS = 15.0
STEP = 1.5
EASE_SECONDS = 600.0
"""The time in which half of a slow-down is taken back."""
LONGEST_HOLD_SECONDS = 300.0
"""However long a Retry-After is, nobody waits longer for it."""


class Priority(IntEnum):
    """Who goes first: a person who waits for an answer, before the watch that polls, before what takes turns left over."""

    USER = 0
    POLL = 1
    SPARE = 2


class Pace:
    """A figure that each refusal raises at once (times 1.5, to a cap) and that time slowly takes back to its base."""

    def __init__(self, base: float, cap: float) -> None:
        self._base = base
        self._cap = max(base, cap)
        self._excess = 0.0
        self._since = 0.0

    def at(self, now: float) -> float:
        return self._base + self._excess * math.exp2((self._since - now) / EASE_SECONDS)

    def factor(self, now: float) -> float:
        """By how much it is raised: 1 in good times."""
        return self.at(now) / self._base if self._base else 1.0

    def slow_down(self, now: float) -> None:
        self._excess = min(self.at(now) * STEP, self._cap) - self._base
        self._since = now


class Line:
    """Those who wait: by priority, and in order of arrival within one."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Priority, int, asyncio.Future[None]]] = []
        self._arrivals = itertools.count()

    def __bool__(self) -> bool:
        while self._waiting and self._waiting[0][2].done():
            heapq.heappop(self._waiting)
        return bool(self._waiting)

    def join(self, priority: Priority) -> asyncio.Future[None]:
        called = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (priority, next(self._arrivals), called))
        return called

    def call_next(self) -> None:
        """Only where somebody waits."""
        heapq.heappop(self._waiting)[2].set_result(None)


async def called(waiting: asyncio.Future[None], pass_on: Callable[[], None]) -> None:
    """Waits to be called. Who is cancelled in the very moment of the call passes it on."""
    try:
        await waiting
    except asyncio.CancelledError:
        if waiting.done() and not waiting.cancelled():
            pass_on()
        raise


class Gate:
    """One request in flight, and `gap_seconds` from the end of its reply to the next one.

    Enter with `async with gate.turn(priority):`. A tap goes before every poll that still waits, a poll before what
    takes spare turns; a cancelled waiter blocks nobody. Time is the event loop's. `slowdown` is the process-wide factor on the gap.
    """

    def __init__(
        self,
        gap_seconds: float = GAP_SECONDS,
        *,
        cap_seconds: float = CAP_SECONDS,
        slowdown: Callable[[], float] = lambda: 1.0,
    ) -> None:
        self._pace = Pace(gap_seconds, cap_seconds)
        self._slowdown = slowdown
        self._line = Line()
        self._busy = False
        self._free_at = 0.0
        self._held_until = 0.0
        self._tapped_at = -math.inf
        self._timer: asyncio.TimerHandle | None = None

    @property
    def gap_seconds(self) -> float:
        """The gap as it stands now, without the process-wide factor."""
        return self._pace.at(_now())

    @property
    def slowness(self) -> float:
        """By how much what was refused lately has widened the gap, the process-wide factor included: 1 in good times."""
        return self._pace.factor(_now()) * self._slowdown()

    @property
    def untapped_seconds(self) -> float:
        """How long ago the last turn of a person ended."""
        return _now() - self._tapped_at

    @property
    def held_seconds(self) -> float:
        """How long CLORE.AI has asked for silence, from now on."""
        return max(0.0, self._held_until - _now())

    @asynccontextmanager
    async def turn(self, priority: Priority) -> AsyncIterator[None]:
        await self._enter(priority)
        try:
            yield
        finally:
            self._free_at = max(_now() + self.gap_seconds * self._slowdown(), self._held_until)
            if priority is Priority.USER:
                self._tapped_at = _now()
            self._leave()

    def refused(self, retry_after_seconds: float | None = None) -> None:
        """The request of this turn came too early: the gap grows, and nothing leaves before `retry_after_seconds`."""
        now = _now()
        self._pace.slow_down(now)
        if retry_after_seconds is not None:
            self._held_until = now + min(retry_after_seconds, LONGEST_HOLD_SECONDS)

    async def _enter(self, priority: Priority) -> None:
        if self._busy or self._line or self._free_at > _now():
            waiting = self._line.join(priority)
            self._wake_up_in_time()
            await called(waiting, self._leave)
        elif self._timer is not None:
            self._timer.cancel()  # due, but not yet run: it would call a second one in
            self._timer = None
        self._busy = True

    def _leave(self) -> None:
        self._busy = False
        self._wake_up_in_time()

    def _wake_up_in_time(self) -> None:
        """The timer also keeps this gate alive until its gap is over, whoever else has forgotten it."""
        if not self._busy and self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(self._free_at, self._call_next)

    def _call_next(self) -> None:
        self._timer = None
        if self._line:
            self._busy = True
            self._line.call_next()


def _now() -> float:
    return asyncio.get_running_loop().time()
