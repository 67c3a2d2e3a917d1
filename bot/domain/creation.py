"""Which order a creation has made: CLORE.AI does not say, so it is found among those that are listed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.ids import OrderId
from bot.domain.ledger import Creation
from bot.domain.rental import Order


def is_like(order: Order, creation: Creation) -> bool:
    """Of the same server, and a bid where a bid was made."""
    return order.server == creation.server and order.spot == (creation.new.spot_price is not None)


def made_by(
    creation: Creation,
    listed: Iterable[Order],
    *,
    before: frozenset[OrderId],
    claimed: frozenset[OrderId],
    sent_at: datetime,
) -> Order | None:
    """The order of this creation, or `None` where it is not listed.

    It is new since `before`, which was read right before the request left, and no other creation of ours has claimed
    it. Where several are (somebody else rents with the same key), the one of the same price is taken, then the one
    whose time is nearest: the clocks differ, so the time decides nothing else.
    """
    new = [order for order in listed if is_like(order, creation) and order.id not in before | claimed]

    def distance(order: Order) -> tuple[bool, timedelta, OrderId]:
        other_price = creation.price is not None and order.price != creation.price
        return other_price, abs(order.created_at - sent_at), order.id

    return min(new, key=distance, default=None)
