"""An own bid with its auction as both were just read: what questions about bids begin with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.alerts.snapshot import Snapshot
from bot.domain.ids import OrderId
from bot.domain.money import Money, Rates
from bot.domain.rental import Order
from bot.domain.spending import runway_with
from bot.domain.spot import Offer, SpotMarket
from bot.services.desk import Desk
from bot.services.feeds import NOW, Auction, Orders
from handlers.actions import Action
from handlers.guest import Guest
from handlers.looking import Look, greatest_age, look, trouble
from handlers.orders import JUST_READ, find, find_open
from handlers.screen import Screen
from handlers.views import bids as views
from handlers.views import orders as order_views
from handlers.views.errors import Untouched


@dataclass(frozen=True, slots=True)
class Bidding:
    """An own spot order with its auction as it stands now."""

    order: Order
    market: SpotMarket
    snapshot: Snapshot
    rates: Rates | None

    @property
    def offer(self) -> Offer | None:
        return self.market.find(self.order.id)


async def bidding(guest: Guest, desk: Desk, number: OrderId, again: Action) -> Bidding | Screen:
    """The order with its auction, or the screen that says why there is none."""
    found = await look(desk, Orders(), greatest_age(fresh=False))
    order = find_open(found.snapshot, number)
    if order is None and not found.failed:  # a bid that was placed a moment ago
        found = await look(desk, Orders(), JUST_READ)
        order = find_open(found.snapshot, number)
    if order is None or not order.spot:
        return no_bid(guest, desk, number, found, again)
    found = await look(desk, Auction(order.server), NOW)
    market = found.snapshot.markets.get(order.server) if found.snapshot else None
    if found.failed or market is None or found.snapshot is None:
        return trouble(found, desk, untouched=Untouched.BID, again=again)
    if market.find(order.id) is None and market.exists:
        return views.vanished(desk.account, number, market.read_at, guest.house.clock())
    return Bidding(order, market, found.snapshot, market.rates or guest.house.rates)


def no_bid(guest: Guest, desk: Desk, number: OrderId, found: Look, again: Action) -> Screen:
    """Why there is no bid of this number to be seen."""
    order, now = find_open(found.snapshot, number), guest.house.clock()
    read_at = found.snapshot.orders_at if found.snapshot else None
    if order is not None and not order.spot:
        return views.not_a_bid(desk.account, order, read_at, now)
    if found.failed:
        return trouble(found, desk, untouched=Untouched.BID, again=again)
    if _was_known(found.snapshot, number):
        return views.vanished(desk.account, number, read_at, now)
    return order_views.not_found(desk.account, number, read_at, now)


def _was_known(snapshot: Snapshot | None, number: OrderId) -> bool:
    if snapshot is None:
        return False
    lost = (*snapshot.missing, *snapshot.gone)
    return find(snapshot, number) is not None or any(missing.order.id == number for missing in lost)


def runway_after(snapshot: Snapshot, order: Order, price: Money) -> timedelta | None:
    """How long the coin of this price lasts once the order runs at it; `None` where that cannot be said."""
    if snapshot.orders is None or snapshot.wallets is None:
        return None
    return runway_with(snapshot.orders.open, snapshot.waiting, snapshot.wallets, order.id, price)
