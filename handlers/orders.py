"""Rentals and bids: the lists, the card of one, and how one is cancelled."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from bot.alerts.snapshot import Snapshot
from bot.domain.draft import MAX_ISSUE
from bot.domain.ids import DeploymentId, OrderId, ServerId
from bot.domain.ledger import Cancellation
from bot.domain.market import Listing
from bot.domain.rental import Order
from bot.services.desk import Desk
from bot.services.feeds import Auction, Orders, PastOrders
from bot.services.writes import CONFIRMED_FOR
from handlers import guards, lowering
from handlers.actions import AskCancel, AskReport, ShowOrder, ShowOrders, ShowPastOrders
from handlers.asking import ask_change
from handlers.guest import Guest
from handlers.looking import RECENT, Look, greatest_age, look, look_at_all, trouble
from handlers.replies import ReportWanted, ask, done
from handlers.screen import Screen
from handlers.views import cancel as cancel_views
from handlers.views import order as order_views
from handlers.views import orders as views
from handlers.views.errors import Untouched
from handlers.views.html import Html

MOST_UNREAD: Final = 3
JUST_READ: Final = timedelta(seconds=10)


async def show_orders(guest: Guest, desk: Desk, action: ShowOrders) -> Screen:
    found = await look(desk, Orders(), greatest_age(fresh=action.fresh))
    if found.snapshot is None or found.snapshot.orders is None:
        return trouble(found, desk, untouched=Untouched.READ, again=action)
    if not found.failed and (unread := _unread_auctions(found.snapshot)):
        found = await look_at_all(desk, unread, RECENT)
    if found.snapshot is None:
        return trouble(found, desk, untouched=Untouched.READ, again=action)
    return views.orders(
        desk.account,
        found.snapshot,
        guest.house.clock(),
        page=action.page,
        rates=guest.house.rates,
        failed=found.failed,
        listings=_listings(guest, found.snapshot),
        guards=_guards(guest, desk, found.snapshot),
    )


def _guards(guest: Guest, desk: Desk, snapshot: Snapshot) -> dict[OrderId, Html]:
    """Of each bid whose guard is on."""
    bids = [order.id for order in snapshot.orders.open if order.spot] if snapshot.orders is not None else []
    lines = ((order, guards.line(guest.house, desk.account, order)) for order in bids)
    return {order: line for order, line in lines if line is not None}


def _listings(guest: Guest, snapshot: Snapshot) -> dict[ServerId, Listing]:
    """The machines of bids as the marketplace showed them last: what they cost on demand does not change by the minute."""
    market = guest.house.market.last
    if market is None or snapshot.orders is None:
        return {}
    return market.listed({order.server for order in snapshot.orders.open if order.spot})


def _unread_auctions(snapshot: Snapshot) -> tuple[Auction, ...]:
    """So that a list shown right after connecting can say which bids wait; a few, since each is a request."""
    unread = (
        [order for order in snapshot.orders.open if order.spot and snapshot.bid_active(order) is None]
        if snapshot.orders
        else []
    )
    return tuple(Auction(server) for server in dict.fromkeys(order.server for order in unread))[:MOST_UNREAD]


async def show_past_orders(guest: Guest, desk: Desk, action: ShowPastOrders) -> Screen:
    found = await look(desk, PastOrders(), greatest_age(fresh=action.fresh))
    if found.snapshot is None or found.snapshot.past_orders is None:
        return trouble(found, desk, untouched=Untouched.READ, again=action)
    return views.past_orders(
        desk.account,
        found.snapshot.past_orders,
        found.snapshot.past_orders_at,
        guest.house.clock(),
        page=action.page,
        rates=guest.house.rates,
        failed=found.failed,
    )


async def show_order(guest: Guest, desk: Desk, action: ShowOrder) -> Screen:
    """The card; of a spot order with its auction, so that it says whether the bid holds the machine."""
    found = await look_for(desk, action.order, greatest_age(fresh=action.fresh))
    order = find(found.snapshot, action.order)
    if order is None or found.snapshot is None:
        return _no_card(guest, desk, action, found)
    return order_views.card(
        desk.account,
        order,
        found.snapshot,
        guest.house.clock(),
        rates=guest.house.rates,
        failed=found.failed,
        on_demand=guest.house.market.on_demand(order.server),
        listing=_listings(guest, found.snapshot).get(order.server),
        deployment=_followed(guest, desk, order),
        lowering=lowering.standing(guest.house, desk.account, order.id) if order.spot else None,
        guard=guards.line(guest.house, desk.account, order.id) if order.spot else None,
        stops=len(guest.house.store.stops.of_order(desk.account.id, order.id)),
    )


def _followed(guest: Guest, desk: Desk, order: Order) -> DeploymentId | None:
    """Its first minutes, while they last."""
    row = guest.house.store.deployments.of_order(desk.account.id, order.id)
    return row.id if row is not None and row.ended_at is None else None


async def look_for(desk: Desk, number: OrderId, age: timedelta) -> Look:
    """At the list with the order's auction; where it is not in the list, at a newer one, then at the past ones."""
    known = find_open(desk.last, number)
    found = await look_at_all(desk, (Orders(), *_auction_of(known)), age)
    if find(found.snapshot, number) is None and not found.failed:
        found = await look(desk, Orders(), JUST_READ)
    if find(found.snapshot, number) is None and not found.failed:
        return await look(desk, PastOrders(), age)
    unread = _auction_of(find_open(found.snapshot, number)) if known is None else ()
    return await look_at_all(desk, unread, age) if unread and not found.failed else found


def _auction_of(order: Order | None) -> tuple[Auction, ...]:
    return (Auction(order.server),) if order is not None and order.spot else ()


def _no_card(guest: Guest, desk: Desk, action: ShowOrder, found: Look) -> Screen:
    if found.failed or found.snapshot is None:
        return trouble(found, desk, untouched=Untouched.READ, again=action)
    return views.not_found(desk.account, action.order, found.snapshot.orders_at, guest.house.clock())


async def ask_cancel(guest: Guest, desk: Desk, action: AskCancel, issue: str | None = None) -> Screen:
    """The confirmation of a cancellation, from a list that was just read."""
    found = await look(desk, Orders(), JUST_READ)
    order = find_open(found.snapshot, action.order)
    if found.failed and order is None:
        return trouble(found, desk, untouched=Untouched.CANCEL, again=action)
    if order is None or found.snapshot is None:
        read_at = found.snapshot.orders_at if found.snapshot else None
        return views.not_found(desk.account, action.order, read_at, guest.house.clock())
    now = guest.house.clock()
    change = Cancellation(order.id, order.server, issue)
    token = ask_change(guest, desk.account.id, change)
    return cancel_views.confirm(
        desk.account,
        order,
        found.snapshot,
        now,
        token=token,
        expires_at=now + CONFIRMED_FOR,
        rates=guest.house.rates,
        report=issue or "",
    )


async def ask_report(guest: Guest, desk: Desk, action: AskReport, too_long: int | None = None) -> Screen:
    order = find_open(desk.last, action.order)
    if order is None:
        return await ask_cancel(guest, desk, AskCancel(action.account, action.order))
    ask(guest, ReportWanted(order.id), desk.account.id)
    return cancel_views.ask_report(desk.account, order, too_long=too_long)


async def report_typed(guest: Guest, desk: Desk, order: OrderId, text: str) -> Screen:
    """The report goes with the cancellation, which is asked for next."""
    issue = text.strip()
    if len(issue) > MAX_ISSUE:
        return await ask_report(guest, desk, AskReport(desk.account.id, order), too_long=len(issue))
    answer = await ask_cancel(guest, desk, AskCancel(desk.account.id, order), issue or None)
    done(guest)
    return answer


def find(snapshot: Snapshot | None, order: OrderId) -> Order | None:
    """The order in the open list, else among the past ones."""
    if snapshot is None:
        return None
    found = snapshot.orders.find(order) if snapshot.orders else None
    return found or (snapshot.past_orders.find(order) if snapshot.past_orders else None)


def find_open(snapshot: Snapshot | None, order: OrderId) -> Order | None:
    found = snapshot.orders.find(order) if snapshot and snapshot.orders else None
    return found if found is not None and not found.expired else None


async def desk_of(guest: Guest, order: OrderId, default: Desk) -> Desk:
    """The account of this chat that has this order; a number says nothing about its account.

    Where none was seen with it, each is asked; the default one answers for a number that nobody knows.
    """
    desks = sorted(guest.house.desks.all(guest.chat.id), key=lambda desk: desk.account.id != default.account.id)
    for part in (None, Orders(), PastOrders()):
        if part is not None and len(desks) > 1:
            await asyncio.gather(*(look(desk, part, JUST_READ) for desk in desks))
        if found := next((desk for desk in desks if find(desk.last, order)), None):
            return found
    return default
