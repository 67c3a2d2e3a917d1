"""The thresholds and timers of alerts: what a chat can change, with the values it starts with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.alerts.alert import AlertType, Severity

_NOW = timedelta(0)


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of urgency. `bound`: the time left (or, for `api.down`, passed) at which it is reached."""

    severity: Severity
    bound: timedelta = _NOW
    loud: bool = True


@dataclass(frozen=True, slots=True)
class Timer:
    """How long, and in how many readings, a level must hold before it fires and be clear before it ends.

    `told_from`: the first stage that people are told of; an alert below it only mutes others.
    """

    hold: timedelta = _NOW
    samples: int = 1
    clear_hold: timedelta = _NOW
    clear_samples: int = 1
    told_from: int = 1


STAGES: Mapping[AlertType, tuple[Stage, ...]] = {
    AlertType.ORDER_EXPIRING: (
        Stage(Severity.INFO, timedelta(hours=24), loud=False),
        Stage(Severity.WARNING, timedelta(hours=6)),
        Stage(Severity.CRITICAL, timedelta(hours=1)),
        Stage(Severity.CRITICAL, timedelta(minutes=15)),
    ),
    AlertType.ORDER_ENDED: (Stage(Severity.WARNING),),
    AlertType.ORDER_STARTED: (Stage(Severity.INFO),),
    AlertType.WALLET_DEPOSIT: (Stage(Severity.INFO, loud=False),),
    AlertType.SPOT_OUTBID: (Stage(Severity.CRITICAL),),
    AlertType.WALLET_RUNWAY: (
        Stage(Severity.WARNING, timedelta(hours=24)),
        Stage(Severity.CRITICAL, timedelta(hours=6)),
        Stage(Severity.CRITICAL, timedelta(hours=1)),
    ),
    AlertType.KEY_INVALID: (Stage(Severity.CRITICAL),),
    AlertType.API_DOWN: (
        Stage(Severity.WARNING, timedelta(minutes=3), loud=False),
        Stage(Severity.WARNING, timedelta(minutes=15), loud=False),
    ),
}

TIMERS: Mapping[AlertType, Timer] = {
    AlertType.ORDER_EXPIRING: Timer(),
    AlertType.ORDER_ENDED: Timer(),  # its two answers are counted in the snapshot
    AlertType.ORDER_STARTED: Timer(),  # so are these
    AlertType.WALLET_DEPOSIT: Timer(),
    AlertType.SPOT_OUTBID: Timer(hold=timedelta(seconds=5), samples=2, clear_samples=2),
    AlertType.WALLET_RUNWAY: Timer(
        hold=timedelta(minutes=2), samples=2, clear_hold=timedelta(minutes=5), clear_samples=2
    ),
    AlertType.KEY_INVALID: Timer(hold=timedelta(seconds=10), samples=2),
    AlertType.API_DOWN: Timer(clear_samples=2, told_from=2),
}


@dataclass(frozen=True, slots=True)
class Repeat:
    """How long an alert that fires, and that nobody has acknowledged, is silent before it is told again; how often at most."""

    every: timedelta
    most: int


REPEATS: Mapping[AlertType, Mapping[Severity, Repeat]] = {
    AlertType.SPOT_OUTBID: {Severity.CRITICAL: Repeat(timedelta(minutes=15), 4)},
    AlertType.WALLET_RUNWAY: {
        Severity.WARNING: Repeat(timedelta(hours=12), 2),
        Severity.CRITICAL: Repeat(timedelta(hours=1), 6),
    },
}
"""Whatever is not here is told once: stages repeat by themselves, a rejected key and an outage change nothing meanwhile."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What one chat wants to be told, and when."""

    stages: Mapping[AlertType, tuple[Stage, ...]] = field(default_factory=lambda: STAGES)
    timers: Mapping[AlertType, Timer] = field(default_factory=lambda: TIMERS)
    repeats: Mapping[AlertType, Mapping[Severity, Repeat]] = field(default_factory=lambda: REPEATS)
    stale_after: timedelta = timedelta(minutes=3)
    """A reading older than this says nothing any more. At least three polls, or timers would freeze between two."""
    failures: int = 3
    """Readings in a row that must fail before CLORE.AI is called down."""

    def stage(self, kind: AlertType, number: int) -> Stage:
        """The stage with this number (from 1); the nearest one where there is no such number."""
        stages = self.stages[kind]
        return stages[min(max(number, 1), len(stages)) - 1]

    def repeat(self, kind: AlertType, severity: Severity) -> Repeat | None:
        """`None`: it is not told again."""
        return self.repeats.get(kind, {}).get(severity)


DEFAULTS = Settings()
