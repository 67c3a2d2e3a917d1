"""What was asked of CLORE.AI after a confirmation, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain.ids import OrderId, ServerId
from bot.domain.money import Money


class Operation(StrEnum):
    """The operations that change something, by their names in the API."""

    CANCEL_ORDER = "cancel_order"
    SET_SPOT_PRICE = "set_spot_price"


@dataclass(frozen=True, slots=True)
class Cancellation:
    """cancel_order, with an optional report to CLORE.AI."""

    order: OrderId
    server: ServerId
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class BidChange:
    """set_spot_price: `price` is sent exactly; `was` is the bid that the person saw."""

    order: OrderId
    server: ServerId
    price: Money
    was: Money | None = None


Change = Cancellation | BidChange

CHANGES: dict[Operation, type[Change]] = {Operation.CANCEL_ORDER: Cancellation, Operation.SET_SPOT_PRICE: BidChange}


class Ending(StrEnum):
    """How it ended, for the ledger."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    ABANDONED = "abandoned"


class Cause(StrEnum):
    """Why, in one word; the views make sentences of them."""

    GONE = "gone"  # cancelled: my_orders does not list it any more
    STILL_LISTED = "still listed"  # CLORE.AI took the cancellation and lists the order still
    HOLDS = "holds"  # the bid is set and holds the machine
    WAITS = "waits"  # the bid is set and does not hold the machine; `limit`: the one that does, if any does
    SET = "set"  # the bid is set; who holds the machine could not be read
    STEP_TOO_BIG = "step too big"  # `limit`: the lowest price allowed now
    TOO_SOON = "too soon"  # `wait`: until it may be lowered again
    TOO_LOW = "too low"  # `limit`: the host's minimum
    REFUSED = "refused"  # `detail`: in CLORE.AI's own words
    KEY_REJECTED = "key rejected"
    BUSY = "busy"  # refused for its rate, again and again: never carried out
    UNREACHABLE = "unreachable"  # the request never left
    LOST = "lost"  # no answer, and nothing that could be read says what happened; `limit`: the bid as last seen
    OVERTAKEN = "overtaken"  # the bid was changed after the question was asked; `limit`: what it is now; not sent
    NO_OFFER = "no offer"  # the bid is not in the auction any more: nothing to change
    TOO_LATE = "too late"  # the bot was away between the press and the sending: not sent
    INVALID = "invalid"  # `detail`: what is wrong with it; not sent


@dataclass(frozen=True, slots=True)
class Result:
    """How a change ended. Which of the optional fields is set, `cause` says."""

    ending: Ending
    cause: Cause
    detail: str = ""
    limit: Money | None = None
    wait: timedelta | None = None
    spent: Money | None = None
    """Of a cancelled order: what CLORE.AI had billed when last seen, with the fee."""


@dataclass(frozen=True, slots=True)
class Told:
    """The body of a letter that tells how the change of this ledger row stands when the letter leaves."""

    entry: int
