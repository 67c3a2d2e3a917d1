"""What was asked of CLORE.AI after a confirmation, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain.draft import NewOrder
from bot.domain.ids import BatchId, DraftId, GuardId, LoweringId, OrderId, ServerId
from bot.domain.money import Money
from bot.domain.reason import Reason
from bot.domain.wish import Wish


class Operation(StrEnum):
    """The operations that change something, by their names in the API."""

    CANCEL_ORDER = "cancel_order"
    SET_SPOT_PRICE = "set_spot_price"
    CREATE_ORDER = "create_order"


@dataclass(frozen=True, slots=True)
class Cancellation:
    """cancel_order, with an optional report to CLORE.AI."""

    order: OrderId
    server: ServerId
    issue: str | None = None


@dataclass(frozen=True, slots=True)
class BidChange:
    """set_spot_price: `price` is sent exactly; `was` is the bid that the person saw.

    `lowering`: it is a step on the way to a confirmed target, which tells of itself. `guard`: a step of the bid's guard,
    which does so too; `reason`: why it is taken, and by which reading.
    """

    order: OrderId
    server: ServerId
    price: Money
    was: Money | None = None
    lowering: LoweringId | None = None
    guard: GuardId | None = None
    reason: Reason | None = None

    @property
    def automatic(self) -> bool:
        """Sent without a press of its own."""
        return self.lowering is not None or self.guard is not None


@dataclass(frozen=True, slots=True)
class Creation:
    """create_order. `new` is sent exactly, but for its secrets, which are sealed beside the row (`bot.domain.secrets`).

    `title`: the machine as it was shown, like `2x RTX 4090`. `draft`: what it was made from, to be taken up again where
    nothing was rented. `batch`: several machines that are rented together. `stop`: armed once the order is found.
    """

    new: NewOrder
    title: str
    draft: DraftId | None = None
    batch: BatchId | None = None
    stop: Wish | None = None

    @property
    def server(self) -> ServerId:
        return self.new.server

    @property
    def price(self) -> Money | None:
        """Per day, before the fee: the bid, or the price on demand that is pinned."""
        amount = self.new.spot_price if self.new.spot_price is not None else self.new.required_price
        return None if amount is None else Money(amount, self.new.currency)


Change = Cancellation | BidChange | Creation

CHANGES: dict[Operation, type[Change]] = {
    Operation.CANCEL_ORDER: Cancellation,
    Operation.SET_SPOT_PRICE: BidChange,
    Operation.CREATE_ORDER: Creation,
}


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
    CALLED_OFF = "called off"  # an automatic step that a person stopped before it left: not sent
    RENTED = "rented"  # my_orders lists the new order: `order`
    PRICE_MOVED = "price moved"  # on demand: the host changed the price; `limit`: what it is now, where that is known
    TAKEN = "taken"  # the server is rented on demand; `order`: by this account itself
    COIN_REFUSED = "coin refused"  # the host does not take this coin
    NO_FUNDS = "no funds"  # the balance of this coin does not reach
    OFFLINE = "offline"  # the server is offline
    FULL = "full"  # the account has as many active orders as it may have; not sent
    NOT_RENTED = "not rented"  # no clear answer, and my_orders was looked up often enough: no new order of this server
    ACCEPTED = "accepted"  # CLORE.AI took the order, and my_orders does not list it yet
    NEVER_SEEN = "never seen"  # looked for long after: nobody can tell that anything was rented
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
    order: OrderId | None = None
    """The order that a creation has made, or that stands in its way."""


@dataclass(frozen=True, slots=True)
class Told:
    """The body of a letter that tells how the change of this ledger row stands when the letter leaves."""

    entry: int
