"""How long an alert is to be silent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final, assert_never

from bot.alerts.preferences import moment_at

MORNING_MINUTE: Final = 9 * 60


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
            today = now.astimezone(zone).date()
            morning = moment_at(today, MORNING_MINUTE, zone)
            return morning if now < morning else moment_at(today + timedelta(days=1), MORNING_MINUTE, zone)
        case Snooze.RESOLVED:
            return None
    assert_never(snooze)
