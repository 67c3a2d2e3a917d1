"""What an alert is: its type, how bad it is, where it stands in its life, and what its message needs to know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from bot.alerts.snapshot import Source
from bot.domain.ids import UserId
from bot.domain.money import Money
from bot.domain.rental import Order
from bot.domain.spot import SpotMarket


class AlertType(StrEnum):
    """The names are those of the settings and the history; they never change."""

    ORDER_EXPIRING = "order.expiring"
    ORDER_ENDED = "order.ended"
    ORDER_STARTED = "order.started_elsewhere"
    SPOT_OUTBID = "spot.outbid"
    WALLET_RUNWAY = "wallet.runway"
    WALLET_DEPOSIT = "wallet.deposit"
    KEY_INVALID = "key.invalid"
    API_DOWN = "api.down"


class Severity(IntEnum):
    INFO = 1
    WARNING = 2
    CRITICAL = 3


class Phase(StrEnum):
    """Where an alert stands. An alert that is fine has no state at all."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVING = "resolving"


class EndReason(StrEnum):
    """Why a rental is likely to have ended; only what the readings show, otherwise `UNKNOWN`."""

    LENGTH = "length"  # it had reached its maximum length
    OUTBID = "outbid"  # a spot order, and another offer holds the machine
    NO_FUNDS = "no funds"  # the wallet of its coin was about empty
    HOST_OFFLINE = "host offline"  # the last reading that showed it said offline
    CANCELLED_ELSEWHERE = "cancelled elsewhere"  # through another chat of this installation
    COMPLETED = "completed"  # listed as ended, without a reason that can be seen
    UNKNOWN = "unknown"  # in no list any more


@dataclass(frozen=True, slots=True)
class Expiring:
    """`order.expiring`; its stage is 1 (24 h) to 4 (15 min)."""

    order: Order


@dataclass(frozen=True, slots=True)
class Ended:
    """`order.ended`: an edge. `absent_since`: the first complete answer without it. `by`: the chat that cancelled it."""

    order: Order
    reason: EndReason
    absent_since: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """`order.started_elsewhere`: an edge. A rental or bid that was not made through this installation."""

    order: Order


@dataclass(frozen=True, slots=True)
class Deposited:
    """`wallet.deposit`: an edge. `was`: the balance as last read before."""

    was: Money
    balance: Money


@dataclass(frozen=True, slots=True)
class Outbid:
    """`spot.outbid`. `market` is the reading that shows it; `vanished`: the order is gone, so there is nothing to raise.

    `before`: the auction as last read while the bid held its machine. `lost`: as last read while it did not, once it
    holds it again.
    """

    order: Order
    market: SpotMarket
    vanished: bool = False
    before: SpotMarket | None = None
    lost: SpotMarket | None = None

    @property
    def held(self) -> bool:
        """Whether this bid, or another one of the same account, holds the machine."""
        offer, holder = self.market.find(self.order.id), self.market.holder
        return (offer is not None and offer.active) or (holder is not None and holder.mine)

    def following(self, earlier: Outbid) -> Outbid:
        """With what the reading before this one, of the same episode, knew and this one does not show any more."""
        lost = None if not self.held else earlier.lost if earlier.held else earlier.market
        return replace(self, before=self.before or earlier.before, lost=lost)


@dataclass(frozen=True, slots=True)
class ShortRunway:
    """`wallet.runway` of one coin; its stage is 1 (24 h) to 3 (1 h)."""

    balance: Money
    burn_per_day: Money
    runway: timedelta
    top_up_day: Money
    top_up_week: Money


@dataclass(frozen=True, slots=True)
class KeyInvalid:
    """`key.invalid`: CLORE.AI has rejected the key since this time."""

    since: datetime


@dataclass(frozen=True, slots=True)
class ApiDown:
    """`api.down`: CLORE.AI has not answered since this time."""

    since: datetime


Facts = Expiring | Ended | Started | Outbid | ShortRunway | Deposited | KeyInvalid | ApiDown

FACTS: dict[AlertType, type[Facts]] = {
    AlertType.ORDER_EXPIRING: Expiring,
    AlertType.ORDER_ENDED: Ended,
    AlertType.ORDER_STARTED: Started,
    AlertType.SPOT_OUTBID: Outbid,
    AlertType.WALLET_RUNWAY: ShortRunway,
    AlertType.WALLET_DEPOSIT: Deposited,
    AlertType.KEY_INVALID: KeyInvalid,
    AlertType.API_DOWN: ApiDown,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """What a rule says of one subject at one moment. `clear`: the bound for ending it is met too (hysteresis).

    A level that is neither true nor clear stays as it is. `stage` rises with urgency from 1; `keeps`: the highest stage
    whose clear bound is not met, so that an alert at that stage or above does not fall below it. `read_at` names the
    reading behind it: the same time again is the same sample; `source`: what was read. `since`: when it began, where the
    readings know better than the life cycle. `urgent`: after a gap in its source it waits for nothing.
    """

    type: AlertType
    subject: str
    severity: Severity
    facts: Facts
    stage: int = 1
    holds: bool = True
    clear: bool = False
    keeps: int = 0
    read_at: datetime | None = None
    source: Source | None = None
    since: datetime | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Fine:
    """A rule has nothing to hold against this subject, and no facts to add: clear."""

    type: AlertType
    subject: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Unknown:
    """A rule cannot tell of this subject now: whatever state it has stands still."""

    type: AlertType
    subject: str


@dataclass(frozen=True, slots=True)
class Edge:
    """Something that happened once and has no end: told once, never resolved. `since` makes it unique."""

    type: AlertType
    subject: str
    severity: Severity
    facts: Facts
    since: datetime


@dataclass(frozen=True, slots=True)
class AlertState:
    """One alert of one account, as stored between readings. Identity: (account, type, subject).

    `since`: the condition first held. `samples`: readings in a row that held it (or, in RESOLVING, that cleared it since
    `clear_since`). `told_stage`: the highest stage for which a notice went into the outbox (0: none yet).
    `unknown_since`: its readings are stale since then; every timer stands still. `sampled_at`: the reading counted last.
    `acked_by`: who has acknowledged what was told last, at `acked_at`.
    `repeats`: how often the stage that was told last has been told again, at `told_at` the last time.
    `snoozed_by`: who wants silence until `snoozed_until`, or where that is `None` until it is over.

    An edge leaves a state in RESOLVING until the next reading, so that the same reading twice tells it once.
    """

    type: AlertType
    subject: str
    phase: Phase
    severity: Severity
    stage: int
    since: datetime
    episode: str
    facts: Facts
    samples: int = 1
    clear_since: datetime | None = None
    clear_samples: int = 0
    told_stage: int = 0
    told_at: datetime | None = None
    unknown_since: datetime | None = None
    sampled_at: datetime | None = None
    acked_by: UserId | None = None
    acked_at: datetime | None = None
    repeats: int = 0
    snoozed_by: UserId | None = None
    snoozed_until: datetime | None = None


class News(StrEnum):
    """What a notice asks of the episode's message."""

    FIRED = "fired"  # a new message
    ESCALATED = "escalated"  # a new message, in answer to the first
    REPEATED = "repeated"  # the same again in a new message, in answer to the first; the one before loses its buttons
    WOKEN = "woken"  # its snooze has ended and it still fires: a new message, as where it is repeated
    CHANGED = "changed"  # the message is edited, nobody is rung
    RESOLVED = "resolved"  # the message is edited; a silent answer too where it was critical
    ENDED = "ended"  # the message is edited to say that its subject ended
    EDGE = "edge"  # a message of its own that has no later


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell the chat of an account. `lasted`: how long the episode was, for the news that end it.

    `acked_by`, `acked_at`: who has acknowledged it, and when. `repeats`: how often it has been told again. `snoozed_by`, `snoozed_until`: as in the state.
    """

    news: News
    type: AlertType
    subject: str
    severity: Severity
    stage: int
    episode: str
    since: datetime
    at: datetime
    facts: Facts
    loud: bool = True
    lasted: timedelta | None = None
    acked_by: UserId | None = None
    acked_at: datetime | None = None
    repeats: int = 0
    snoozed_by: UserId | None = None
    snoozed_until: datetime | None = None

    @property
    def once(self) -> str:
        """Two notices with the same text here are the same news: the outbox takes the first only."""
        often = self.news in {News.CHANGED, News.REPEATED, News.WOKEN}
        changes = (self.at, self.acked_at, self.snoozed_until) if often else ()
        changing = "".join(f":{int(at.timestamp())}" for at in changes if at is not None)
        changing += ":snoozed" if often and self.snoozed_by is not None else ""
        return f"{self.type}:{self.subject}:{self.episode}:{self.stage}:{self.news}{changing}"
