"""Why a rental is likely to have ended, by what the readings around its end show."""

from __future__ import annotations

from datetime import timedelta

from bot.alerts.alert import EndReason
from bot.alerts.snapshot import Missing, Snapshot
from bot.domain.money import Money
from bot.domain.rental import Order
from bot.domain.spending import about_empty
from bot.domain.spot import Offer, SpotMarket

NEAR_ITS_END = timedelta(minutes=2)
"""CLORE.AI's clock and ours differ."""


def end_reason(snapshot: Snapshot, lost: Missing, *, cancelled_elsewhere: bool = False) -> EndReason:
    """The first reason that is seen, most certain first."""
    if cancelled_elsewhere:
        return EndReason.CANCELLED_ELSEWHERE
    if reached_its_length(lost):
        return EndReason.LENGTH
    if _out_of_funds(snapshot, lost):
        return EndReason.NO_FUNDS
    if displaced_by(snapshot, lost) is not None:
        return EndReason.OUTBID
    if lost.order.online is False:
        return EndReason.HOST_OFFLINE
    return EndReason.COMPLETED if lost.order.expired or past_row(snapshot, lost) else EndReason.UNKNOWN


def reached_its_length(lost: Missing) -> bool:
    return lost.order.left(lost.since) <= NEAR_ITS_END


def displaced_by(snapshot: Snapshot, lost: Missing) -> Offer | None:
    """The rival that holds the machine of a vanished bid; an offer known to be lower has only moved up."""
    market = snapshot.markets.get(lost.order.server)
    holder = market.holder if market else None
    if market is None or holder is None or not lost.held or holder.mine or holder.id == lost.order.id:
        return None
    return None if _is_lower(holder.bid, lost.order.price, market) else holder


def _is_lower(bid: Money, own: Money, market: SpotMarket) -> bool:
    if bid.currency == own.currency:
        return bid < own
    theirs, mine = (market.rates.dollars(money) if market.rates else None for money in (bid, own))
    return theirs is not None and mine is not None and theirs < mine


def _out_of_funds(snapshot: Snapshot, lost: Missing) -> bool:
    """Only by wallets read since the order was missing."""
    if snapshot.wallets is None or snapshot.wallets_at is None or snapshot.wallets_at < lost.since:
        return False
    return about_empty(snapshot.wallets, lost.order.cost_per_day)


def past_row(snapshot: Snapshot, lost: Missing) -> Order | None:
    """The order as the past ones show it: with what it cost in the end."""
    row = snapshot.past_orders.find(lost.order.id) if snapshot.past_orders else None
    return row if row and row.expired else None
