"""Notices who sends faster than a person does: a bucket for each sender, bounded in memory."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

UPDATES_A_MINUTE: Final = 20
MUTED_SECONDS: Final = 60.0
MOST_REMEMBERED: Final = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    muted_until: float = 0.0


class Flood:
    """Twenty updates a minute; who sends more is not listened to for a minute. Moments are of a monotonic clock."""

    def __init__(self) -> None:
        self._buckets: dict[Hashable, _Bucket] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def allows(self, sender: Hashable, now: float) -> bool:
        bucket = self._bucket(sender, now)
        if now < bucket.muted_until:
            return False
        bucket.tokens = min(UPDATES_A_MINUTE, bucket.tokens + (now - bucket.at) * UPDATES_A_MINUTE / 60)
        bucket.at = now
        if bucket.tokens < 1:
            bucket.muted_until = now + MUTED_SECONDS
            return False
        bucket.tokens -= 1
        return True

    def _bucket(self, sender: Hashable, now: float) -> _Bucket:
        if sender not in self._buckets and len(self._buckets) >= MOST_REMEMBERED:
            self._forget(now)
        return self._buckets.setdefault(sender, _Bucket(UPDATES_A_MINUTE, now))

    def _forget(self, now: float) -> None:
        """First those whose bucket is full again; under a siege of strangers, the eldest half as well."""
        for sender in [s for s, one in self._buckets.items() if max(one.at + 60, one.muted_until) <= now]:
            del self._buckets[sender]
        if len(self._buckets) >= MOST_REMEMBERED:
            for sender in list(self._buckets)[: MOST_REMEMBERED // 2]:
                del self._buckets[sender]


class OncePerMinute:
    """Whether a line may be said again to somebody: once a minute is enough."""

    def __init__(self) -> None:
        self._said: dict[Hashable, float] = {}

    def __call__(self, about: Hashable, now: float) -> bool:
        if now - self._said.get(about, float("-inf")) < 60:
            return False
        if len(self._said) >= MOST_REMEMBERED:
            self._said = {key: at for key, at in self._said.items() if now - at < 60}
        self._said[about] = now
        return True
