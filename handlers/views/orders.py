"""The lists of rentals: the open ones, and those that ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from bot.alerts.snapshot import Missing, Snapshot
from bot.domain.ids import OrderId, ServerId
from bot.domain.ladder import standing
from bot.domain.market import Listing
from bot.domain.money import Rates
from bot.domain.rental import Order, Orders, RentalState
from handlers.actions import Home, ReplaceKey, ShowOrder, ShowOrders, ShowPastOrders, ShowWallets
from handlers.screen import Press, Row, Screen
from handlers.views.auction import against_on_demand, stands
from handlers.views.frame import Account, Failure, age, label, navigation, paged, pager, screen, title
from handlers.views.html import Html, join, say, when
from handlers.views.rental import STATES, list_line, number, with_its_bid
from handlers.views.words import counted


def orders(
    account: Account,
    snapshot: Snapshot,
    now: datetime,
    *,
    page: int = 0,
    rates: Rates | None = None,
    failed: Failure | None = None,
    listings: Mapping[ServerId, Listing] = MappingProxyType({}),
    guards: Mapping[OrderId, Html] = MappingProxyType({}),
) -> Screen:
    """The open rentals and waiting bids, newest first. A list that was never read is not shown as an empty one.

    `listings`: machines of bids as the marketplace showed them last, for their price on demand. `guards`: bids whose
    guard is on, with that in a sentence.
    """
    rows_below = _below(
        account, ShowPastOrders(account.id), "📜 Past rentals", ShowOrders(account.id, page, fresh=True)
    )
    if snapshot.orders is None:
        head = title("❔", "Rentals unknown", "no answer from CLORE.AI yet", account)
        return screen(
            (head, say("Nothing is known of your rentals: they may well be running."), age(None, now)), rows_below
        )
    listed = (with_its_bid(order, snapshot) for order in snapshot.orders.open)
    found = sorted(listed, key=lambda order: order.created_at, reverse=True)
    shown = paged(found, page)
    states = {order.id: order.state(now, bid_active=snapshot.bid_active(order)) for order in shown.items}
    lines = [
        list_line(
            order,
            states[order.id],
            now,
            rates,
            bid=join((_bid(order, snapshot, listings.get(order.server), rates), guards.get(order.id))) or None,
        )
        for order in shown.items
    ]
    if not found:
        lines = [say("Nothing is rented, and no bid waits.")]
    return screen(
        (
            title("📋", "Rentals", _how_many(snapshot.orders), account),
            *lines,
            age(snapshot.orders_at, now, rates, failed=failed),
        ),
        (
            *_buttons(account, shown.items, states),
            pager(shown, lambda number: ShowOrders(account.id, number)),
            (Press("🔑 Replace key", ReplaceKey(account.id)),) if failed is Failure.REJECTED else (),
            *rows_below,
        ),
        details=[*(_missing(lost) for lost in snapshot.missing), _auctions(shown.items, snapshot, now)],
    )


def _bid(order: Order, snapshot: Snapshot, listing: Listing | None, rates: Rates | None) -> Html | None:
    """Where a spot bid stands, in short, and what it saves."""
    if not order.spot:
        return None
    market = snapshot.markets.get(order.server)
    found = standing(market, order.id, rates) if market else None
    place = stands(found, rates, in_full=False) if found else None
    return join((against_on_demand(order.cost_per_day, listing, rates), place)) or None


def _auctions(listed: Sequence[Order], snapshot: Snapshot, now: datetime) -> Html | None:
    """The places of bids are as old as their auctions."""
    found = [snapshot.markets.get(order.server) for order in listed if order.spot]
    read = [market.read_at for market in found if market is not None]
    return say("Auctions of these bids: the oldest read {when}", when=when(min(read), now)) if read else None


def past_orders(
    account: Account,
    past: Orders | None,
    read_at: datetime | None,
    now: datetime,
    *,
    page: int = 0,
    rates: Rates | None = None,
    failed: Failure | None = None,
) -> Screen:
    """The rentals that CLORE.AI lists as ended, newest first."""
    rows_below = _below(
        account, ShowOrders(account.id), "📋 Open rentals", ShowPastOrders(account.id, page, fresh=True)
    )
    if past is None:
        head = title("❔", "Past rentals unknown", "no answer from CLORE.AI yet", account)
        return screen((head, age(None, now)), rows_below)
    ended = sorted((order for order in past.orders if order.expired), key=lambda order: order.created_at, reverse=True)
    shown = paged(ended, page)
    states = {order.id: RentalState.EXPIRED for order in shown.items}
    lines = [list_line(order, RentalState.EXPIRED, now, rates) for order in shown.items]
    if not ended:
        lines = [say("CLORE.AI lists no rental that ended.")]
    return screen(
        (
            title("📜", "Past rentals", f"{len(ended)}", account),
            *lines,
            age(read_at, now, rates, failed=failed),
        ),
        (
            *_buttons(account, shown.items, states),
            pager(shown, lambda number: ShowPastOrders(account.id, number)),
            *rows_below,
        ),
    )


def not_found(account: Account, order: OrderId, read_at: datetime | None, now: datetime) -> Screen:
    """An order that complete answers of this account do not show: not mine, mistyped, or long gone."""
    return screen(
        (
            title("❔", "Not found", number(order), account),
            say("CLORE.AI lists no rental or bid of this number for this account. Nothing was changed."),
            say("Look at the open and the past rentals for the right number."),
            age(read_at, now),
        ),
        ((Press("📋 Rentals", ShowOrders(account.id)), Press("📜 Past", ShowPastOrders(account.id))), navigation()),
    )


def _how_many(found: Orders) -> str:
    open_now = len(found.open)
    return f"{open_now} of at most {found.limit}" if found.limit is not None else counted(open_now, "order", "orders")


def _missing(lost: Missing) -> Html:
    return say(
        "❔ {id} {gpu} is missing from CLORE.AI's last answer; it is read again before it is called ended.",
        id=number(lost.order.id),
        gpu=lost.order.specs.title,
    )


def _buttons(account: Account, items: Sequence[Order], states: dict[OrderId, RentalState]) -> tuple[Row, ...]:
    return tuple(
        (
            Press(
                label(f"#{order.id} {STATES[states[order.id]][1]} · {order.specs.title}"),
                ShowOrder(account.id, order.id),
            ),
        )
        for order in items
    )


def _below(
    account: Account, other: ShowOrders | ShowPastOrders, name: str, again: ShowOrders | ShowPastOrders
) -> tuple[Row, ...]:
    return ((Press(name, other), Press("💰 Wallets", ShowWallets(account.id))), navigation(Home(), again))
