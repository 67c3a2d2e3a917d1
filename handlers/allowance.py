"""How much may be sent to one chat at a moment: Telegram's flood rules as arithmetic, without a clock.

Source: Telegram's FAQ for bots (about one message a second in a chat, 20 a minute in a group); short bursts pass, and
edits share the limits with sends.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

BURST: Final = 3
SECONDS_A_MESSAGE: Final = 1.0
WINDOW: Final = 60.0
GROUP_MESSAGES: Final = 19
GROUP_ORDINARY: Final = 15
"""Of the 19 messages a minute in a group, four are kept for what is critical."""

NEVER: Final = float("inf")


class Urgency(IntEnum):
    """What goes first; the numbers are those of the outbox."""

    INTERACTIVE = 0
    CRITICAL = 1
    WARNING = 2
    INFO = 3


@dataclass(slots=True)
class Allowance:
    """One chat's budget. Moments are seconds of a monotonic clock.

    A message counts from the end of its request: Telegram saw it at some moment before that, so what leaves later never
    arrives too early, however uneven the network is.
    """

    group: bool
    halted_until: float = 0.0
    _paid_until: float = 0.0
    _under_way: list[bool] = field(default_factory=list)
    _sent: deque[tuple[float, bool]] = field(default_factory=deque)

    def free_at(self, urgency: Urgency, now: float) -> float:
        """The earliest moment for a message of this urgency; `NEVER` while that depends on an answer under way."""
        at = self._burst_free_at(now)
        return max(at, self._group_free_at(urgency is Urgency.CRITICAL, now)) if self.group else at

    def start(self, urgency: Urgency) -> None:
        self._under_way.append(urgency is Urgency.CRITICAL)

    def end(self, urgency: Urgency, now: float) -> None:
        critical = urgency is Urgency.CRITICAL
        self._under_way.remove(critical)
        self._paid_until = max(self._paid_until, now) + SECONDS_A_MESSAGE
        if self.group:
            self._sent.append((now, critical))

    def idle(self, now: float) -> bool:
        """Whether forgetting this chat changes nothing."""
        self._forget(now)
        return not self._under_way and not self._sent and max(self._paid_until, self.halted_until) <= now

    def _burst_free_at(self, now: float) -> float:
        spare = BURST - 1 - len(self._under_way)
        if spare < 0:
            return NEVER
        return max(now, self._paid_until - spare * SECONDS_A_MESSAGE)

    def _group_free_at(self, critical: bool, now: float) -> float:
        self._forget(now)
        at = _room(GROUP_MESSAGES - len(self._under_way), [moment for moment, _ in self._sent], now)
        if critical:
            return at
        ordinary = [moment for moment, was_critical in self._sent if not was_critical]
        return max(at, _room(GROUP_ORDINARY - self._under_way.count(False), ordinary, now))

    def _forget(self, now: float) -> None:
        while self._sent and self._sent[0][0] + WINDOW <= now:
            self._sent.popleft()


def _room(places: int, sent: list[float], now: float) -> float:
    """When one more fits into the sliding minute in which `sent` already stand, oldest first."""
    if places <= 0:
        return NEVER
    return now if len(sent) < places else sent[len(sent) - places] + WINDOW
