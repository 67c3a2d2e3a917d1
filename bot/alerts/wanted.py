"""What the next look at CLORE.AI should ask for, by what is in question now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.alerts.reading import GONE_AFTER
from bot.alerts.snapshot import Missing, Snapshot
from bot.domain.ids import ServerId
from bot.domain.rental import Order, Orders

CONFIRM_OUTBID = timedelta(seconds=7)
"""A sign of being outbid is read again after 5 to 10 s."""
CONFIRM_REJECTED = timedelta(seconds=10)
TRY_REJECTED = timedelta(hours=1)
MARGIN = timedelta(seconds=1)
"""So that the second answer is surely late enough to count."""
SOON_FOR = timedelta(minutes=5)
"""A question that stays open longer than this is asked at the usual pace."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The parts of the next look. `again_in`: when, if sooner or later than the usual interval.

    Orders are read first; the markets that their answer calls for are `markets_of` it.
    """

    past_orders: bool = False
    markets: tuple[ServerId, ...] = ()
    again_in: timedelta | None = None
    orders: bool = True
    wallets: bool = True


def wanted(snapshot: Snapshot | None, now: datetime) -> Wanted:
    if snapshot is None:
        return Wanted()
    if snapshot.rejections:
        return Wanted(orders=False, again_in=TRY_REJECTED if surely_rejected(snapshot) else CONFIRM_REJECTED)
    if snapshot.failures:  # haste would only add to an outage
        return Wanted(past_orders=bool(snapshot.missing), markets=markets_of(snapshot, snapshot.orders))
    if snapshot.missing:
        plan = _look_for_missing(snapshot, now)
        if not _doubted(snapshot, now):
            return plan
        return replace(plan, again_in=CONFIRM_OUTBID if plan.again_in is None else min(plan.again_in, CONFIRM_OUTBID))
    if snapshot.in_doubt and (doubted := _doubted(snapshot, now)):
        return Wanted(markets=doubted, again_in=CONFIRM_OUTBID, orders=False, wallets=False)
    if snapshot.unlisted and (servers := _vanishing(snapshot, now)):
        return Wanted(markets=servers, again_in=CONFIRM_OUTBID, wallets=False)
    return Wanted(markets=markets_of(snapshot, snapshot.orders))


def _vanishing(snapshot: Snapshot, now: datetime) -> tuple[ServerId, ...]:
    """The auctions of bids that vanished from them a moment ago: the list of orders says whether they are gone."""
    listed = snapshot.orders.open if snapshot.orders else ()
    return _spot_servers(
        order
        for order in listed
        if order.id in snapshot.unlisted
        and order.id in snapshot.held_in
        and now - snapshot.held_in[order.id].read_at < SOON_FOR
    )


def markets_of(before: Snapshot | None, orders: Orders | None) -> tuple[ServerId, ...]:
    """The auctions to read beside this answer: of the open spot orders, and of those that it no longer lists."""
    listed = orders.open if orders else ()
    earlier = before.orders.open if before and before.orders else ()
    missing = tuple(lost.order for lost in before.missing) if before else ()
    return _spot_servers((*listed, *earlier, *missing))


def _spot_servers(orders: Iterable[Order]) -> tuple[ServerId, ...]:
    return tuple(sorted({order.server for order in orders if order.spot}))


def surely_rejected(snapshot: Snapshot) -> bool:
    """Whether the key was rejected twice, far enough apart: it is tried by the hour then. A first time is checked at once."""
    since = snapshot.rejected_since
    return snapshot.rejections >= 2 and since is not None and snapshot.at - since >= CONFIRM_REJECTED


def _look_for_missing(snapshot: Snapshot, now: datetime) -> Wanted:
    vanished = [lost for lost in snapshot.missing if lost.held and lost.answers < 2]
    if vanished:
        markets = _spot_servers(lost.order for lost in vanished)
        return Wanted(past_orders=True, markets=markets, again_in=CONFIRM_OUTBID, wallets=False)
    soonest = min((_confirm_in(lost, now) for lost in snapshot.missing if now - lost.since < SOON_FOR), default=None)
    return Wanted(past_orders=True, markets=markets_of(snapshot, snapshot.orders), again_in=soonest)


def _confirm_in(lost: Missing, now: datetime) -> timedelta:
    left = lost.since + GONE_AFTER + MARGIN - now
    return left if left > MARGIN else GONE_AFTER


def _doubted(snapshot: Snapshot, now: datetime) -> tuple[ServerId, ...]:
    orders = snapshot.orders.open if snapshot.orders else ()
    servers = _spot_servers(order for order in orders if order.id in snapshot.in_doubt)
    read_at = {server: market.read_at for server, market in snapshot.markets.items()}
    return tuple(server for server in servers if server in read_at and now - read_at[server] < SOON_FOR)
