"""`/settings`: the time zone and the quiet hours of a chat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.alerts.preferences import Preferences, QuietHours
from handlers.screen import Press, Screen
from handlers.setting_actions import AskZone, ChooseQuiet, ChooseZone, ShowAlerts, ShowQuiet, ShowSettings
from handlers.views.frame import in_pairs, label, navigation, screen, title
from handlers.views.html import Html, deadline, say
from handlers.word import Word

OFFERED: Final = (
    QuietHours(21 * 60, 7 * 60),
    QuietHours(22 * 60, 7 * 60),
    QuietHours(23 * 60, 7 * 60),
    QuietHours(23 * 60, 8 * 60),
    QuietHours(0, 8 * 60),
)


def settings(chosen: Preferences, now: datetime) -> Screen:
    return screen(
        (
            title("⚙️", "Settings", "this chat"),
            say("Time zone: {zone}", zone=zone_of(chosen, now)),
            say("Quiet hours: {span}", span=quiet_line(chosen)),
            muted_line(chosen, now),
        ),
        (
            (Press("🌍 Time zone…", AskZone()), Press("🌙 Quiet hours…", ShowQuiet())),
            (Press("🔔 Alerts", ShowAlerts()),),
            navigation(),
        ),
    )


def ask_zone(
    chosen: Preferences, offered: Mapping[Word, tuple[str, str]], now: datetime, *, unknown: str | None = None
) -> Screen:
    """`offered`: by its word, each place with its present time. `unknown`: what was typed and is no time zone."""
    asking = screen(
        (
            title("🌍", "Time zone", "of this chat"),
            say("⚠️ {typed} is no time zone that I know; nothing was changed.", typed=unknown) if unknown else None,
            say("Now: {zone}", zone=zone_of(chosen, now)),
            say("Choose the place whose clock is yours, or write a name like Asia/Kolkata. /cancel leaves."),
        ),
        (
            *((Press(label(f"{name} {time}"), ChooseZone(word)),) for word, (name, time) in offered.items()),
            navigation(ShowSettings()),
        ),
    )
    return replace(asking, asks=True)


def quiet(chosen: Preferences, now: datetime, offered: Sequence[QuietHours] = OFFERED) -> Screen:
    return screen(
        (
            title("🌙", "Quiet hours", "of this chat"),
            say("Now: {span}", span=quiet_line(chosen)),
            say("Time zone: {zone}", zone=zone_of(chosen, now)),
            say("What is not critical waits until their end and is summed up then."),
            say("Critical alerts ring all the same, unless you set their type to silent."),
        ),
        (
            *in_pairs(
                [
                    *(Press(span_of(each), ChooseQuiet(each.begin, each.end)) for each in offered),
                    Press("No quiet hours", ChooseQuiet(0, 0)),
                ]
            ),
            (Press("🌍 Time zone…", AskZone()),),
            navigation(ShowSettings()),
        ),
    )


def quiet_line(chosen: Preferences) -> str:
    return "none" if chosen.quiet.none else span_of(chosen.quiet)


def span_of(hours: QuietHours) -> str:
    """`22:00–07:00`."""
    begin, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in (hours.begin, hours.end))
    return f"{begin}–{end}"


def zone_of(chosen: Preferences, now: datetime) -> Html:
    there = now.astimezone(chosen.clock)
    name = chosen.zone or "not chosen, so UTC"
    return say("{name} · {time} there now", name=name, time=f"{there:%H:%M}")


def muted_line(chosen: Preferences, now: datetime) -> Html | None:
    """Where all is muted: until when."""
    if chosen.muted_until is None or chosen.muted_until <= now:
        return None
    return say("🔕 Muted; it ends {end}.", end=deadline(chosen.muted_until, now))
