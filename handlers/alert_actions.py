"""The buttons of an alert that are about the alert itself (see `handlers.actions`)."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.ids import AccountId
from handlers.word import Word


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Somebody has seen it: it is not repeated."""

    account: AccountId
    episode: str


@dataclass(frozen=True, slots=True)
class AskSnooze:
    """Asks for how long it is to be silent."""

    account: AccountId
    episode: str


@dataclass(frozen=True, slots=True)
class SnoozeAlert:
    """`choice`: one of `bot.alerts.snooze.Snooze`."""

    account: AccountId
    episode: str
    choice: Word


AlertAction = AskSnooze | SnoozeAlert
"""Those that a screen answers."""
