"""`/alerts`: what is open, how loudly each type is told, and a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from bot.alerts.alert import AlertState, AlertType, News, Notice, Severity, ShortRunway
from bot.alerts.preferences import Loudness, Preferences
from bot.domain.money import BITCOIN, Money
from handlers.screen import Press, Screen
from handlers.setting_actions import ChooseLoudness, MuteAll, SendTrial, ShowAlerts, ShowSettings, ShowTypes
from handlers.views import alerts as alert_views
from handlers.views.frame import Account, age, label, navigation, paged, pager, screen, title
from handlers.views.html import Html, bold, join, say, text, tidy, when
from handlers.views.settings import muted_line, quiet_line
from handlers.views.words import counted
from handlers.word import Word

MOST_SHOWN: Final = 4
NEXT: Final = {Loudness.ON: Loudness.SILENT, Loudness.SILENT: Loudness.OFF, Loudness.OFF: Loudness.ON}
"""What a press on a type changes it to."""
GLYPHS: Final = {Loudness.ON: "🔔", Loudness.SILENT: "🔕", Loudness.OFF: "🚫"}


@dataclass(frozen=True, slots=True)
class Open:
    """An alert that fires now, of the account with this name."""

    state: AlertState
    account: str


def alerts(
    found: Sequence[Open], chosen: Preferences, now: datetime, *, accounts: int, read_at: datetime | None
) -> Screen:
    """`found`: the most urgent first. `accounts`: how many are connected; `read_at`: the oldest of their readings."""
    lines = [_line(each, now) for each in found]
    muted = muted_line(chosen, now)
    mute = (
        (Press("🔔 End mute", MuteAll(Word("none"))),)
        if muted
        else (
            Press("🔕 1 h", MuteAll(Word("1h"))),
            Press("🔕 8 h", MuteAll(Word("8h"))),
            Press("🔕 Till 09:00", MuteAll(Word("morning"))),
        )
    )
    return screen(
        (
            title("🔔", "Alerts", counted(len(found), "open", "open") if found else "none open"),
            *lines[:MOST_SHOWN],
            muted or say("Quiet hours: {span}", span=quiet_line(chosen)),
            age(read_at, now) if accounts else say("No account is connected here."),
        ),
        (
            mute,
            (Press("🎚 Loudness…", ShowTypes()), Press("⚙️ Settings", ShowSettings())),
            (Press("🧪 Send a test alert", SendTrial()),) if accounts else (),
            navigation(refresh=ShowAlerts()),
        ),
        details=lines[MOST_SHOWN:],
    )


def types(chosen: Preferences, page: int) -> Screen:
    shown = paged(list(AlertType), page)
    return screen(
        (
            title("🎚", "Types of alerts", "this chat"),
            say("A press changes one: on, silent, off."),
            say("Silent comes without a sound, and waits in quiet hours even if critical."),
            say("Off is not told; it stands in /alerts all the same."),
        ),
        (
            *(
                (
                    Press(
                        label(f"{GLYPHS[chosen.of(kind)]} {name_of(kind)}: {chosen.of(kind)}"),
                        ChooseLoudness(kind.name, Word(NEXT[chosen.of(kind)].value), shown.number),
                    ),
                )
                for kind in shown.items
            ),
            pager(shown, ShowTypes),
            navigation(ShowAlerts()),
        ),
    )


def trial(account: Account, now: datetime) -> Screen:
    """A warning with invented amounts, marked as what it is."""
    shown = alert_views.alert(trial_notice(now), account, now)
    mark = say("🧪 {test}: this is how it will look. Nothing has happened; the amounts are made up.", test=bold("Test"))
    return replace(shown, text=f"{mark}\n{shown.text}")


def trial_notice(now: datetime) -> Notice:
    facts = ShortRunway(
        balance=Money(Decimal("0.0005"), BITCOIN),
        burn_per_day=Money(Decimal("0.0006"), BITCOIN),
        runway=timedelta(hours=20),
        top_up_day=Money(Decimal("0.0001"), BITCOIN),
        top_up_week=Money(Decimal("0.0037"), BITCOIN),
    )
    return Notice(
        news=News.FIRED,
        type=AlertType.WALLET_RUNWAY,
        subject=BITCOIN,
        severity=Severity.WARNING,
        stage=1,
        episode="test",
        since=now,
        at=now,
        facts=facts,
    )


def name_of(kind: AlertType) -> str:
    """`Wallet runway`: the type's own name, in words."""
    return kind.value.replace(".", " ").replace("_", " ").capitalize()


def _line(found: Open, now: datetime) -> Html:
    state = found.state
    glyph, word = alert_views.SEVERITIES[state.severity]
    subject = f"#{state.subject}" if state.subject.isdecimal() else state.subject
    return join(
        (
            say("{glyph} {word}", glyph=glyph, word=word),
            bold(name_of(state.type)),
            text(tidy(subject, 24)) if subject else None,
            text(found.account, 32),
            say("began {since}", since=when(state.since, now)),
            say("not read since {at}", at=when(state.unknown_since, now)) if state.unknown_since else None,
        )
    )
