"""What the people of a chat have chosen to be told: which types, how loudly, and when not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.alerts.alert import AlertType, Notice, Severity
from bot.alerts.settings import STAGES, Settings

DAY_MINUTES: Final = 24 * 60


class Loudness(StrEnum):
    """How a type of alert is told. Whichever it is, the alert itself goes on."""

    ON = "on"
    SILENT = "silent"
    OFF = "off"


class Telling(StrEnum):
    """What becomes of a notice that begins a message of its own."""

    NOW = "now"
    SILENTLY = "silently"
    HELD = "held"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A span of every day, in minutes since midnight by the clock of the chat's zone: `begin` belongs to it, `end` does not.

    Both the same: there is none. Where a clock is put forward over a bound, that bound comes as much later; where it is
    put back over one, the first of the two counts.
    """

    begin: int = 0
    end: int = 0

    @property
    def none(self) -> bool:
        return self.begin == self.end

    def until(self, now: datetime, zone: tzinfo) -> datetime | None:
        """The end, in UTC, of the span that `now` is in; `None`: it is in none."""
        if self.none:
            return None
        today = now.astimezone(zone).date()
        for day in (today - timedelta(days=1), today):
            last = day if self.begin < self.end else day + timedelta(days=1)
            end = moment_at(last, self.end, zone)
            if moment_at(day, self.begin, zone) <= now < end:
                return end
        return None


@dataclass(frozen=True, slots=True)
class Preferences:
    """`loudness`: of the types for which something else than `on` was chosen. `zone`: an IANA name; `None`: not chosen,
    and the times are those of UTC. `muted_until`: nothing rings before.
    """

    loudness: Mapping[AlertType, Loudness] = field(default_factory=dict)
    zone: str | None = None
    quiet: QuietHours = QuietHours()
    muted_until: datetime | None = None

    def of(self, kind: AlertType) -> Loudness:
        return self.loudness.get(kind, Loudness.ON)

    def choosing(self, kind: AlertType, loudness: Loudness) -> Preferences:
        return replace(self, loudness={**self.loudness, kind: loudness})

    @property
    def clock(self) -> tzinfo:
        """The chat's zone; UTC where none was chosen, or where this machine does not know it (any more)."""
        return (zone_named(self.zone) if self.zone else None) or UTC

    def settings(self) -> Settings:
        """The thresholds and timers of this chat: of a type that it wants silent no stage rings."""
        stages = {
            kind: tuple(replace(stage, loud=False) for stage in each) if self.of(kind) is Loudness.SILENT else each
            for kind, each in STAGES.items()
        }
        return Settings(stages=stages)

    def held_until(self, now: datetime) -> datetime | None:
        """Until when what is not critical is held back; `None`: it is not."""
        muted = self.muted_until if self.muted_until is not None and self.muted_until > now else None
        return max(filter(None, (muted, self.quiet.until(now, self.clock))), default=None)

    def telling(self, notice: Notice, now: datetime) -> Telling:
        """How a notice is told that would be a message of its own.

        In quiet hours what is critical rings all the same, unless its type was set to silent; while all is muted it
        comes without a sound.
        """
        chosen = self.of(notice.type)
        if chosen is Loudness.OFF:
            return Telling.NOT
        if self.held_until(now) is not None:
            if notice.severity is not Severity.CRITICAL or chosen is Loudness.SILENT:
                return Telling.HELD
            if self.muted_until is not None and self.muted_until > now:
                return Telling.SILENTLY
        return Telling.NOW if chosen is Loudness.ON else Telling.SILENTLY


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of this IANA name; `None`: this machine knows none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def next_morning(now: datetime, zone: tzinfo, hour: int = 9) -> datetime:
    """That hour of the next day by this zone's clock, in UTC."""
    return moment_at(now.astimezone(zone).date() + timedelta(days=1), hour * 60, zone)


def moment_at(day: date, minute: int, zone: tzinfo) -> datetime:
    """That minute of a day by a zone's clock, in UTC."""
    return datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)
