"""What a chat is told beside alerts and outcomes: each names a row, and the letter shows how that row stands when it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.domain.ids import BatchId, DeploymentId, GuardId, LoweringId, ServerId, StopId
from bot.domain.money import Money
from bot.domain.reason import Reason


@dataclass(frozen=True, slots=True)
class DeploymentTold:
    """The first minutes of a rental. `phase`: which of its messages."""

    deployment: DeploymentId
    phase: str


@dataclass(frozen=True, slots=True)
class StopTold:
    """A stop condition: warned of, carried out, missed. `phase`: which of its messages."""

    stop: StopId
    phase: str


@dataclass(frozen=True, slots=True)
class ServerTold:
    """A favourite or watched server of the marketplace. `news`: `free`, `cheaper`; prices per day before the fee."""

    server: ServerId
    title: str
    news: str
    price: Money | None = None
    was: Money | None = None


@dataclass(frozen=True, slots=True)
class BatchTold:
    """Several machines that are rented one after the other."""

    batch: BatchId


@dataclass(frozen=True, slots=True)
class LoweringTold:
    """A bid that was lowered step by step: it is where it was to go, or stopped before."""

    lowering: LoweringId


class GuardNews(StrEnum):
    """What is told of a guard."""

    MOVED = "moved"  # it has raised or lowered the bid: `entry` of the ledger
    STOPPED = "stopped"  # it can do nothing now: `reason`
    GOES_ON = "goes on"  # what it had stopped for is over


@dataclass(frozen=True, slots=True)
class GuardTold:
    """A step that the guard of a bid has taken, or why it can take none. `entry`: the step in the ledger, 0: there is none."""

    guard: GuardId
    news: GuardNews
    entry: int = 0
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class QuietTold:
    """What was held back while a chat wanted quiet: `over` ended meanwhile, `standing` go on, `happened` have no later.

    `since`: the first of it. What goes on and what happened comes below it, each as a message of its own.
    """

    since: datetime
    over: int
    standing: int
    happened: int


@dataclass(frozen=True, slots=True)
class TrialTold:
    """An alert that is none, asked for at this moment to see what one looks like."""

    at: datetime


Announcement = DeploymentTold | StopTold | ServerTold | BatchTold | LoweringTold | GuardTold | QuietTold | TrialTold

ANNOUNCEMENTS: Final[dict[str, type[Announcement]]] = {
    "deployment": DeploymentTold,
    "stop": StopTold,
    "server": ServerTold,
    "batch": BatchTold,
    "lowering": LoweringTold,
    "guard": GuardTold,
    "quiet": QuietTold,
    "trial": TrialTold,
}
"""By the word that begins the body of such a letter."""
