"""Who holds a machine: the rules of the spot auction, free of any state."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.sandbox.clore.coins import in_usd


@dataclass(frozen=True, slots=True)
class Bid:
    """An offer for one machine: coins per day for the whole of it."""

    order: int
    amount: Decimal
    coin: str


def winner(bids: Iterable[Bid], holder: int | None, rates: Mapping[str, Decimal]) -> int | None:
    """The order that holds the machine, or None without bids.

    Bids in different coins are compared in USD. An equal bid does not displace the holder; among others the first
    comer is served.
    """
    best = max(bids, key=lambda bid: (worth(bid, rates), bid.order == holder, -bid.order), default=None)
    return None if best is None else best.order


def worth(bid: Bid, rates: Mapping[str, Decimal]) -> Decimal:
    """USD per day."""
    return in_usd(bid.amount, bid.coin, rates)
