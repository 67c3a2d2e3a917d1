"""What a chat chose: when it is quiet by its own clock, and what becomes of a notice then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.alert import AlertType, Severity
from bot.alerts.preferences import Loudness, Preferences, QuietHours, Telling, next_morning, zone_named
from tests.storage.world import notice

NIGHT = QuietHours(22 * 60, 7 * 60)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "end"),
    [
        ("UTC", "2026-03-01 21:59:59", None),
        ("UTC", "2026-03-01 22:00:00", "2026-03-02 07:00"),
        ("UTC", "2026-03-02 06:59:59", "2026-03-02 07:00"),
        ("UTC", "2026-03-02 07:00:00", None),
        ("Asia/Kolkata", "2026-03-01 16:29", None),
        ("Asia/Kolkata", "2026-03-01 16:30", "2026-03-02 01:30"),
        ("Asia/Kolkata", "2026-03-02 01:30", None),
        # the clock is put forward on 29 March at 02:00, so that night has eight hours
        ("Europe/Berlin", "2026-03-28 20:59", None),
        ("Europe/Berlin", "2026-03-28 21:00", "2026-03-29 05:00"),
        ("Europe/Berlin", "2026-03-29 04:59", "2026-03-29 05:00"),
        ("Europe/Berlin", "2026-03-29 05:00", None),
        ("Europe/Berlin", "2026-03-29 20:00", "2026-03-30 05:00"),
        # it is put back on 25 October at 03:00, so that night has ten
        ("Europe/Berlin", "2026-10-24 20:00", "2026-10-25 06:00"),
        ("Europe/Berlin", "2026-10-25 05:59", "2026-10-25 06:00"),
        ("Europe/Berlin", "2026-10-25 06:00", None),
    ],
)
def test_a_night_by_the_clock_of_the_chat(zone: str, now: str, end: str | None) -> None:
    assert NIGHT.until(at(now), ZoneInfo(zone)) == (at(end) if end else None)


def test_a_span_within_one_day() -> None:
    noon = QuietHours(12 * 60, 13 * 60)
    assert noon.until(at("2026-03-01 12:59"), UTC) == at("2026-03-01 13:00")
    assert noon.until(at("2026-03-01 11:59"), UTC) is None
    assert noon.until(at("2026-03-01 13:00"), UTC) is None


@pytest.mark.parametrize("minute", [0, 300])
def test_from_a_time_to_the_same_is_never(minute: int) -> None:
    off = QuietHours(minute, minute)
    assert off.none
    assert not [h for h in range(48) if off.until(at("2026-03-01 00:00") + timedelta(minutes=30 * h), UTC)]


def test_an_end_that_the_clock_jumps_over_or_passes_twice_is_one_moment() -> None:
    berlin, short = ZoneInfo("Europe/Berlin"), QuietHours(60, 150)
    assert short.until(at("2026-03-29 00:30"), berlin) == at("2026-03-29 01:30")
    assert short.until(at("2026-03-29 01:30"), berlin) is None
    assert short.until(at("2026-10-25 00:00"), berlin) == at("2026-10-25 00:30")
    assert short.until(at("2026-10-25 01:15"), berlin) is None


NOW = at("2026-03-01 23:00")
QUIET = Preferences(quiet=NIGHT)
MUTED = Preferences(muted_until=NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("preferences", "severity", "loudness", "telling"),
    [
        (Preferences(), Severity.WARNING, Loudness.ON, Telling.NOW),
        (Preferences(), Severity.WARNING, Loudness.SILENT, Telling.SILENTLY),
        (Preferences(), Severity.CRITICAL, Loudness.OFF, Telling.NOT),
        (QUIET, Severity.INFO, Loudness.ON, Telling.HELD),
        (QUIET, Severity.WARNING, Loudness.OFF, Telling.NOT),
        (QUIET, Severity.CRITICAL, Loudness.ON, Telling.NOW),
        (QUIET, Severity.CRITICAL, Loudness.SILENT, Telling.HELD),
        (MUTED, Severity.WARNING, Loudness.ON, Telling.HELD),
        (MUTED, Severity.CRITICAL, Loudness.ON, Telling.SILENTLY),
    ],
)
def test_what_becomes_of_a_notice(
    preferences: Preferences, severity: Severity, loudness: Loudness, telling: Telling
) -> None:
    told = notice(severity)
    assert preferences.choosing(told.type, loudness).telling(told, NOW) is telling


def test_a_mute_ends_by_itself_and_the_longer_reason_counts() -> None:
    until = MUTED.muted_until
    assert until is not None
    assert MUTED.held_until(NOW) == until
    assert MUTED.held_until(until) is None
    assert Preferences(quiet=NIGHT, muted_until=until).held_until(NOW) == at("2026-03-02 07:00")


def test_of_a_silent_type_no_stage_rings_and_the_others_do() -> None:
    stages = Preferences().choosing(AlertType.WALLET_RUNWAY, Loudness.SILENT).settings().stages
    assert not any(stage.loud for stage in stages[AlertType.WALLET_RUNWAY])
    assert all(stage.loud for stage in stages[AlertType.SPOT_OUTBID])


def test_a_morning_is_that_of_the_next_day_there() -> None:
    assert next_morning(at("2026-03-28 12:00"), ZoneInfo("Europe/Berlin")) == at("2026-03-29 07:00")


def test_a_zone_that_nobody_knows_is_none_and_its_times_are_those_of_utc() -> None:
    assert zone_named("Mars/Olympus") is zone_named("../etc/passwd") is None
    assert Preferences(zone="Mars/Olympus").clock is UTC
