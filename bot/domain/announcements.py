"""What a chat is told beside alerts and outcomes: each names a row, and the letter shows how that row stands when it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.domain.ids import BatchId, DeploymentId, LoweringId, ServerId, StopId
from bot.domain.money import Money


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


Announcement = DeploymentTold | StopTold | ServerTold | BatchTold | LoweringTold

ANNOUNCEMENTS: Final[dict[str, type[Announcement]]] = {
    "deployment": DeploymentTold,
    "stop": StopTold,
    "server": ServerTold,
    "batch": BatchTold,
    "lowering": LoweringTold,
}
"""By the word that begins the body of such a letter."""
