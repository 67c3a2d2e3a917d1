"""Asking for how long an alert is to be silent, and saying so."""

from __future__ import annotations

from datetime import datetime

from bot.alerts.snooze import Snooze
from handlers.alert_actions import SnoozeAlert
from handlers.screen import Press, Screen
from handlers.views.frame import Account, navigation, screen, title
from handlers.views.html import deadline, say
from handlers.word import Word

_CHOICES = (
    (("1 hour", Snooze.HOUR), ("8 hours", Snooze.EIGHT_HOURS)),
    (("Until 09:00", Snooze.MORNING),),
    (("Until it is over", Snooze.RESOLVED),),
)


def ask_snooze(account: Account, episode: str) -> Screen:
    rows = tuple(
        tuple(Press(label, SnoozeAlert(account.id, episode, Word(choice))) for label, choice in row) for row in _CHOICES
    )
    return screen(
        (
            title("💤", "Snooze", "how long?", account),
            say("The alert stays and is kept up to date, without a sound. If it gets worse, you are told at once."),
        ),
        (*rows, navigation()),
    )


def snoozed(account: Account, until: datetime | None, now: datetime) -> Screen:
    end = say("Silent until it is over.") if until is None else say("Silent until {end}.", end=deadline(until, now))
    still = None if until is None else say("If it still stands then, you are told once.")
    return screen((title("💤", "Snoozed", "the alert", account), end, still), (navigation(),))


def snooze_too_late(account: Account) -> Screen:
    return screen(
        (title("⚫", "Over", "the alert", account), say("Nothing was snoozed: it has ended.")), (navigation(),)
    )
