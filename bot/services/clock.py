"""What time it is: asked from an injected clock, so that a test can say it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""The time now, aware, in UTC."""


def wall_clock() -> datetime:
    return datetime.now(UTC)
