"""How an order is named everywhere: its state, its machine, its price, its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.alerts.snapshot import Snapshot
from bot.domain.ids import OrderId
from bot.domain.money import Rates
from bot.domain.rental import Order, RentalState
from bot.domain.spot import own_bid
from handlers.views.html import Html, bold, code, join, say, text
from handlers.views.words import coin, duration, hours, percent, worth

STATES: Final[dict[RentalState, tuple[str, str]]] = {
    RentalState.WAITING: ("🟡", "Waiting bid"),
    RentalState.BID_UNKNOWN: ("⚪", "Spot bid"),
    RentalState.RENTED: ("🔵", "Rented"),
    RentalState.DEPLOYING: ("🟠", "Deploying"),
    RentalState.RUNNING: ("🟢", "Running"),
    RentalState.UNREACHABLE: ("🔴", "Unreachable"),
    RentalState.PAST_LENGTH: ("⌛", "Past its length"),
    RentalState.EXPIRED: ("⚫", "Ended"),
}


def number(order: OrderId) -> Html:
    return code(f"#{order}")


def machine(order: Order) -> Html:
    """`1x GTX 1080 Ti · server 6 · spot`."""
    kind = "spot" if order.spot else "on demand"
    return join((text(order.specs.title, 48), say("server {id}", id=code(order.server)), kind))


def with_its_bid(order: Order, snapshot: Snapshot) -> Order:
    """The order at the price that its auction shows, where that was read later than the list of orders."""
    market = snapshot.markets.get(order.server) if order.spot and not order.expired else None
    if market is None or snapshot.orders_at is None or market.read_at <= snapshot.orders_at:
        return order
    return replace(order, price=own_bid(order, market))


def day_price(order: Order, rates: Rates | None) -> Html:
    """`0.0000105 BTC (≈ $0.21) a day with 5 % fee`: what the renter pays for the whole machine."""
    usual = Html("the usual " if order.fee_percent is None else "")
    return say(
        "{price} a day with {usual}{fee} fee",
        price=worth(order.cost_per_day, rates),
        usual=usual,
        fee=percent(order.fee),
    )


def smaller_prices(order: Order) -> Html:
    """Per hour, and per GPU and day where there are several."""
    gpus = order.specs.gpu_count or 1
    each = say("{price} a day per GPU", price=coin(order.cost_per_day / gpus)) if gpus > 1 else None
    return join((say("{price} an hour", price=coin(order.cost_per_hour)), each))


def time_left(order: Order, now: datetime) -> Html:
    """`72 h 3 min of 73 hours left`, or that it is past it."""
    left = order.left(now)
    if left.total_seconds() <= 0:
        return say("{span} past its {length}", span=duration(left), length=hours(order.max_length))
    return say("{span} of {length} left", span=duration(left), length=hours(order.max_length))


def list_line(order: Order, state: RentalState, now: datetime, rates: Rates | None, *, bid: Html | None = None) -> Html:
    """One order of a list in one line. `bid`: what is to be said of a spot bid."""
    glyph, word = STATES[state]
    named = say(
        "{glyph} {word} · {id} {gpu}",
        glyph=glyph,
        word=bold(word),
        id=number(order.id),
        gpu=text(order.specs.title, 32),
    )
    spent = say("spent {spent}", spent=coin(order.spent_with_fee)) if order.spent_with_fee is not None else None
    match state:
        case RentalState.EXPIRED:
            return join((named, spent, say("length {length}", length=hours(order.max_length))))
        case RentalState.WAITING:
            return join((named, say("would cost {price}", price=_price(order, rates)), bid, spent))
        case _:
            return join((named, _price(order, rates), bid, spent, time_left(order, now)))


def _price(order: Order, rates: Rates | None) -> Html:
    """In short; the card says which fee it is."""
    return say("{price} a day with fee", price=worth(order.cost_per_day, rates))
