"""One machine and its auction as CLORE.AI runs it: who holds it, what it refuses, and how its queue reads.

Rules: the highest bid in dollars holds; an equal bid does not displace the holder (`bot/sandbox/clore/auction.py`); a bid
below the host's minimum of now holds nothing; nobody holds by a bid while the host is offline or a tenant on demand is
there. A bid can be lowered once in 600 seconds, by `LARGEST_STEP_DOWN` at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from bot.domain.ids import OrderId, ServerId
from bot.domain.ledger import Cause, Ending, Result
from bot.domain.money import Money, Rates
from bot.domain.spot import Offer, SpotMarket
from bot.sandbox.clore.auction import Bid, winner, worth
from bot.sandbox.clore.coins import LARGEST_STEP_DOWN, UNIT

START = datetime(2026, 3, 2, tzinfo=UTC)
LOWERING_S = 600
MINE = 900
"""The guarded order. Rivals have lower numbers: of equal bids without a holder, theirs comes first."""


def moment(at: float) -> datetime:
    """`at`: seconds since the start."""
    return START + timedelta(seconds=at)


@dataclass
class Machine:
    """`rates`: dollars for a coin. `minimum`: coins per day, by coin. `lowered`: when each bid was, in seconds since the start."""

    rates: Mapping[str, Decimal]
    minimum: dict[str, Decimal]
    bids: dict[int, Bid] = field(default_factory=dict)
    holder: int | None = None
    online: bool = True
    on_demand: bool = False
    lowered: dict[int, float] = field(default_factory=dict)
    refusals: list[Cause] = field(default_factory=list)

    def contend(self) -> None:
        least = self.floor_usd
        standing = [bid for bid in self.bids.values() if worth(bid, self.rates) >= least]
        free = self.online and not self.on_demand
        self.holder = winner(standing, self.holder, self.rates) if free else None

    @property
    def floor_usd(self) -> Decimal:
        """The host's minimum in dollars: the lowest of those in its coins."""
        return min(amount * self.rates[coin] for coin, amount in self.minimum.items())

    def put(self, order: int, amount: Decimal, coin: str) -> None:
        """A rival's bid, new or changed; nobody asks what it may do."""
        self.bids[order] = Bid(order, amount, coin)
        self.contend()

    def withdraw(self, order: int) -> None:
        self.bids.pop(order, None)
        self.contend()

    def set_price(self, order: int, price: Money, at: float) -> Result:
        """set_spot_price, as far as it is known: what it takes, what it refuses and what it says then."""
        bid = self.bids[order]
        coin = bid.coin
        if price.amount < bid.amount:
            left = self.lowered.get(order, -LOWERING_S) + LOWERING_S - at
            if left > 0:
                return self._refused(Cause.TOO_SOON, wait=timedelta(seconds=left))
            lowest = bid.amount - LARGEST_STEP_DOWN[coin]
            if price.amount < lowest:
                named = max(lowest, min(self.least(coin), bid.amount))
                return self._refused(Cause.STEP_TOO_BIG, limit=Money(named, coin))
        if price.amount < self.least(coin):
            return self._refused(Cause.TOO_LOW, limit=Money(self.least(coin), coin))
        if price.amount < bid.amount:
            self.lowered[order] = at
        self.bids[order] = Bid(order, price.amount, coin)
        self.contend()
        return Result(Ending.DONE, Cause.HOLDS if self.holder == order else Cause.WAITS)

    def least(self, coin: str) -> Decimal:
        """The host's minimum in a coin; worked out from its dollars where the host names none in this one."""
        if coin in self.minimum:
            return self.minimum[coin]
        return (self.floor_usd / self.rates[coin]).quantize(UNIT[coin], ROUND_CEILING)

    def reading(self, at: float, mine: int = MINE) -> SpotMarket:
        offers = (
            Offer(OrderId(bid.order), Money(bid.amount, bid.coin), bid.order == self.holder, bid.order == mine)
            for bid in self.bids.values()
        )
        return SpotMarket(
            ServerId(1),
            moment(at),
            offers=tuple(offers),
            minimum=dict(self.minimum),
            online=self.online,
            rates=Rates(dict(self.rates), moment(at)),
        )

    def _refused(self, cause: Cause, *, limit: Money | None = None, wait: timedelta | None = None) -> Result:
        self.refusals.append(cause)
        return Result(Ending.REFUSED, cause, limit=limit, wait=wait)
