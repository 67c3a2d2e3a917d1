"""Why the guard of a bid moves, rests or stops: what the ledger keeps beside each automatic step, and what people are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from bot.domain.ids import OrderId
from bot.domain.money import Money


class Why(Enum):
    """Why it moves, rests or stops, for the ledger and for the people."""

    # it raises
    OUTBID = "outbid"  # `rival` bids more
    MINIMUM = "minimum"  # the host's minimum is above the bid: `limit`
    EXPOSED = "exposed"  # it holds, but by the rates of now `rival` bids more
    # it lowers
    CHEAPER = "cheaper"  # less holds it too
    OVER_CEILING = "over the ceiling"  # a rate or the ceiling was changed: down, whether that holds or not
    BEHIND = "behind"  # it waits behind what it may not beat: down to what holds once that is gone
    # it rests
    HOLDS = "holds"
    TIMER = "timer"  # less would hold it, and it can be lowered at `until`
    PAUSE = "pause"  # between two raises, until `until`
    STALE = "stale"  # what is known is too old, or older than its own last move
    NOT_LISTED = "not listed"  # the auction does not list it; whether it is gone a second reading has to show
    UNSETTLED = "unsettled"  # it is the highest and does not hold: a higher price would change nothing
    # it stops; all but the last of them end by themselves
    CEILING = "ceiling"  # what wins is above it
    BUDGET = "budget"  # `limit`: what is left of it for today
    MINIMUM_OVER_CEILING = "minimum over the ceiling"  # `limit`: the minimum
    ON_DEMAND = "on demand"  # a tenant on demand holds the machine, whatever is bid
    OFFLINE = "offline"
    HIDDEN = "hidden"
    NO_MARKET = "no market"
    NO_RATE = "no rate"  # a ceiling or a rival is in a coin whose worth is not known
    OWN_BID = "own bid"  # `rival` is guarded here as well
    KEY_REFUSED = "key refused"
    REFUSED = "refused"  # CLORE.AI takes no step, in its own words; tried again after a while
    VANISHED = "vanished"  # the order is gone: nothing to raise


@dataclass(frozen=True, slots=True)
class Reason:
    """With the figures behind it, as they stood at `read_at`; those that it has none of are `None`.

    `wins`: the smallest bid that would hold the machine; `ceiling`: in the bid's coin, by `rate` dollars for one coin;
    `limit`: what `why` says of it.
    """

    why: Why
    rival: OrderId | None = None
    rival_bid: Money | None = None
    wins: Money | None = None
    ceiling: Money | None = None
    limit: Money | None = None
    rate: Decimal | None = None
    read_at: datetime | None = None
