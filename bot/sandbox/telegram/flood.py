"""How fast a bot may send: per chat, per group and over all, off until a test switches it on."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass, fields, replace
from typing import Any

_MINUTE_S = 60.0
_BLUR_S = 1e-5  # Unix seconds as floats are no finer than this


@dataclass(frozen=True, slots=True)
class Limits:
    """A bucket of `burst` messages per chat refilled at `per_second`, and two sliding windows."""

    on: bool = False
    burst: float = 3
    per_second: float = 1.0
    group_per_minute: int = 20
    overall_per_second: int = 30
    retry_after: int | None = None  # a fixed answer in seconds instead of the time that is really left


class Flood:
    """Counts sends and edits together; times are seconds of the stand-in's clock."""

    def __init__(self) -> None:
        self.limits = Limits()
        self._forget()

    def change(self, wanted: dict[str, Any]) -> None:
        """Sets limits by name and begins to count anew; raises KeyError for a name that is no limit."""
        known = {one.name for one in fields(Limits)}
        if unknown := set(wanted) - known:
            raise KeyError(", ".join(sorted(unknown)))
        self.limits = replace(self.limits, **wanted)
        self._forget()

    def take(self, chat: int, *, group: bool, now: float) -> int | None:
        """None when the message may pass, which counts it; otherwise the seconds to wait, which counts nothing."""
        if not self.limits.on:
            return None
        wait = max(self._bucket_wait(chat, now), self._group_wait(chat, now) if group else 0.0, self._overall_wait(now))
        if wait > _BLUR_S:
            return self.limits.retry_after or math.ceil(wait - _BLUR_S)
        level, _ = self._buckets[chat]
        self._buckets[chat] = (level - 1, now)
        self._groups[chat].append(now)
        self._all.append(now)
        return None

    def _forget(self) -> None:
        self._buckets: dict[int, tuple[float, float]] = {}
        self._groups: defaultdict[int, deque[float]] = defaultdict(deque)
        self._all: deque[float] = deque()

    def _bucket_wait(self, chat: int, now: float) -> float:
        level, then = self._buckets.get(chat, (float(self.limits.burst), now))
        level = min(float(self.limits.burst), level + (now - then) * self.limits.per_second)
        self._buckets[chat] = (level, now)
        return 0.0 if level >= 1 else (1 - level) / self.limits.per_second

    def _group_wait(self, chat: int, now: float) -> float:
        return _window_wait(self._groups[chat], self.limits.group_per_minute, _MINUTE_S, now)

    def _overall_wait(self, now: float) -> float:
        return _window_wait(self._all, self.limits.overall_per_second, 1.0, now)


def _window_wait(sent: deque[float], most: int, span: float, now: float) -> float:
    while sent and sent[0] <= now - span + _BLUR_S:
        sent.popleft()
    return 0.0 if len(sent) < most else sent[len(sent) - most] + span - now
