"""How long an alert is to be silent."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final, assert_never

MORNING: Final = time(9)


class Snooze(StrEnum):
    """The words are those of the buttons' data; they never change."""

    HOUR = "1h"
    EIGHT_HOURS = "8h"
    MORNING = "09"
    RESOLVED = "end"


def ends_at(snooze: Snooze, now: datetime, zone: tzinfo = UTC) -> datetime | None:
    """In UTC; `None`: when the alert is over. The morning is the next nine o'clock in this zone, after `now`."""
    match snooze:
        case Snooze.HOUR:
            return now + timedelta(hours=1)
        case Snooze.EIGHT_HOURS:
            return now + timedelta(hours=8)
        case Snooze.MORNING:
            here = now.astimezone(zone)
            days = 0 if here.time() < MORNING else 1
            return datetime.combine(here.date() + timedelta(days=days), MORNING, tzinfo=zone).astimezone(UTC)
        case Snooze.RESOLVED:
            return None
    assert_never(snooze)
