"""What is done for a chat without a press."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Automation:
    """In numbers, as it stands. `stopped_at`: since when a person has stopped it, if so.

    `leaving`: steps that were sent and not answered yet: those cannot be called back.
    """

    guards: int
    lowerings: int
    stops: int
    batches: int
    leaving: int
    stopped_at: datetime | None = None
