"""The card of one rental or bid: what it is doing, what it costs, how long it runs, how to reach it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from bot.alerts.snapshot import Snapshot
from bot.domain.ids import DeploymentId
from bot.domain.ladder import on_demand_quote, standing
from bot.domain.market import Listing, OnDemand
from bot.domain.money import Rates
from bot.domain.rental import FREE_OF_CREATION_FEE, Order, RentalState
from bot.domain.spot import own_bid
from handlers.actions import (
    AskCancel,
    AskLowering,
    AskPrice,
    AskRaise,
    ShowOrder,
    ShowOrders,
    ShowPastOrders,
    ShowWallets,
)
from handlers.guard_actions import ShowGuard
from handlers.market_actions import FindSimilar, ShowAuction, ShowCheaper, ShowServer
from handlers.rent_actions import RentAgain, ShowDeployment, ShowStops
from handlers.screen import Button, Press, Row, Screen
from handlers.views.auction import against_on_demand, ladder, stands, unheld, why_nobody
from handlers.views.frame import Account, Failure, age, copying, in_pairs, label, navigation, opening, screen, title
from handlers.views.html import Html, code, deadline, join, say, text, utc, when
from handlers.views.lowering import Standing, line, stop
from handlers.views.machine import day_price as listed_price
from handlers.views.machine import specs
from handlers.views.rental import STATES, day_price, machine, number, smaller_prices, with_its_bid
from handlers.views.words import exact, exact_coin, hours, worth

_WITHOUT_ACCESS: Final = {RentalState.EXPIRED, RentalState.WAITING}
"""States in which there is no machine to reach, and no creation fee to come."""


def card(
    account: Account,
    order: Order,
    snapshot: Snapshot,
    now: datetime,
    *,
    rates: Rates | None = None,
    failed: Failure | None = None,
    on_demand: OnDemand | None = None,
    listing: Listing | None = None,
    deployment: DeploymentId | None = None,
    stops: int = 0,
    lowering: Standing | None = None,
    guard: Html | None = None,
) -> Screen:
    """Everything about one order; exact numbers, specs and ids are folded.

    `on_demand`: what the marketplace says of the machine of a waiting bid; `listing`: how it shows the machine of any
    bid, as old as `on_demand`. `deployment`: it is new, and followed. `stops`: conditions set to end it. `lowering`:
    what lowers its bid. `guard`: that its guard is on, in a sentence.
    """
    order = with_its_bid(order, snapshot)
    state = order.state(now, bid_active=snapshot.bid_active(order))
    read_at = snapshot.past_orders_at if order.expired else snapshot.orders_at
    glyph, word = STATES[state]
    access_lines = (ssh_line(order, state), web_line(order, state))
    return screen(
        (
            title(glyph, word, number(order.id), account),
            say("🖥 {machine}", machine=machine(order)),
            join((_price(order, state, rates), _against(order, listing, rates))),
            _spent(order, state, now, rates),
            _length(order, state, now),
            waits_for(order, snapshot, rates, on_demand, now) if state is RentalState.WAITING else None,
            join((line(lowering, now) if lowering else _stands(order, snapshot, rates), guard)) or None,
            *((join(access_lines) or None,) if order.spot else access_lines),
            age(read_at, now, rates, failed=failed),
        ),
        _rows(
            account,
            order,
            state,
            deployment,
            stops,
            () if guard else _lowering(account, order, snapshot, lowering, rates),
        ),
        details=(
            _stands(order, snapshot, rates) if lowering else None,
            *_details(order, snapshot, state, now, rates),
            _on_demand(order, listing, on_demand, rates, now),
        ),
    )


def _price(order: Order, state: RentalState, rates: Rates | None) -> Html:
    price = join((day_price(order, rates), smaller_prices(order)))
    if state is RentalState.WAITING:
        return say("💵 Costs nothing while it waits; would cost {price}", price=price)
    return say("💵 {price}", price=price)


def _against(order: Order, listing: Listing | None, rates: Rates | None) -> Html | None:
    """What a bid saves; a rental on demand is what it would be held against."""
    return against_on_demand(order.cost_per_day, listing, rates) if order.spot and not order.expired else None


def _stands(order: Order, snapshot: Snapshot, rates: Rates | None) -> Html | None:
    """Where a bid stands among the others, as its auction was read last."""
    market = snapshot.markets.get(order.server) if order.spot and not order.expired else None
    found = standing(market, order.id, rates) if market else None
    return say("🔨 Your bid: {stands}", stands=stands(found, rates)) if found else None


def _on_demand(
    order: Order, listing: Listing | None, on_demand: OnDemand | None, rates: Rates | None, now: datetime
) -> Html | None:
    """The price that a bid is held against, with its age."""
    quote = on_demand_quote(listing, order.price.currency, rates) if order.spot and not order.expired else None
    if quote is None:
        return None
    read = say("read {when}", when=when(on_demand.read_at, now)) if on_demand else None
    return join((say("On demand the machine costs {price}", price=listed_price(quote, rates)), read))


def _spent(order: Order, state: RentalState, now: datetime, rates: Rates | None) -> Html:
    spent = order.spent_with_fee
    total = (
        say("Spent {total} with fee", total=worth(spent, rates)) if spent is not None else say("Spent: not reported")
    )
    return join((total, creation_fee(order, now) if state not in _WITHOUT_ACCESS else None))


def creation_fee(order: Order, now: datetime) -> Html | None:
    """What it is, and whether a cancellation still avoids it."""
    if order.creation_fee is None or order.creation_fee.amount == 0:
        return None
    fee = worth(order.creation_fee, None)
    if order.creation_fee_avoidable(now):
        until = deadline(order.created_at + FREE_OF_CREATION_FEE, now)
        return say("creation fee {fee}, avoided by cancelling ({until})", fee=fee, until=until)
    return say("creation fee {fee}, no longer avoidable", fee=fee)


def _length(order: Order, state: RentalState, now: datetime) -> Html:
    length = hours(order.max_length)
    match state:
        case RentalState.EXPIRED:
            return say("⏱ Began {began}, length {length}", began=utc(order.created_at, now), length=length)
        case RentalState.WAITING:
            return say("⏱ Length {length}", length=length)
        case RentalState.PAST_LENGTH:
            return say("⏱ Past its length of {length}, still listed by CLORE.AI", length=length)
        case _:
            return say("⏱ Ends {end}; length {length}", end=deadline(order.ends_at, now), length=length)


def waits_for(
    order: Order, snapshot: Snapshot, rates: Rates | None, on_demand: OnDemand | None, now: datetime
) -> Html | None:
    market = snapshot.markets.get(order.server)
    if market is None:
        return None
    if unheld(market):
        return why_nobody(market, on_demand, now)
    if market.holder is None:
        return None
    return say("⏳ {bid} a day holds the machine", bid=worth(market.holder.bid, rates, to_the_digit=True))


def ssh_line(order: Order, state: RentalState) -> Html | None:
    if state in _WITHOUT_ACCESS:
        return None
    if order.ssh_command:
        return say("SSH {command}", command=code(order.ssh_command, 256))
    public = next((forward.public for forward in order.tcp_ports if forward.container == 22), None)
    if public is None:
        return say("SSH: no port 22 is reported for it")
    return say("SSH: port {port}; host: see the order's page on CLORE.AI", port=public)


def web_line(order: Order, state: RentalState) -> Html | None:
    if state in _WITHOUT_ACCESS or not order.http_port:
        return None
    if order.web_address:
        return say("Web {address} to port {port}", address=code(order.web_address, 256), port=order.http_port)
    return say("Web: port {port}; address: see the order's page on CLORE.AI", port=order.http_port)


def _details(
    order: Order, snapshot: Snapshot, state: RentalState, now: datetime, rates: Rates | None
) -> Iterator[Html | None]:
    market = snapshot.markets.get(order.server)
    yield say("Price {price} a day before fee", price=exact_coin(own_bid(order, market) if order.spot else order.price))
    yield say("Fee {fee} %{usual}", fee=exact(order.fee), usual=Html(" (usual)" if order.fee_percent is None else ""))
    yield say("Spent {spent} before fee", spent=exact_coin(order.spent)) if order.spent is not None else None
    yield say("Creation fee {fee}", fee=exact_coin(order.creation_fee)) if order.creation_fee is not None else None
    yield say("Began {began}", began=utc(order.created_at, now))
    yield say("Image {image}", image=code(order.image, 160)) if order.image else None
    if state is not RentalState.EXPIRED:
        for forward in _forwards(order):
            yield say("Port {inside} at {outside}", inside=forward[0], outside=code(forward[1], 256))
    if order.spot and market and not order.expired:
        yield from ladder(market, order.id, rates, now)
    yield from _specs(order)


def _specs(order: Order) -> Iterator[Html | None]:
    yield from specs(order.specs)
    yield say("Proxy cluster {cluster}", cluster=order.proxy_cluster) if order.proxy_cluster is not None else None
    hosts = join(text(host, 64) for host in order.hosts[:3])
    yield say("Hosts {hosts}", hosts=hosts) if hosts else None
    yield say("Owner {owner}", owner=code(order.owner)) if order.owner is not None else None


def _forwards(order: Order) -> list[tuple[int, str]]:
    """Container ports with the public address of each; the host is the first that is named, never a guess."""
    host = next((host for host in order.hosts if host.isascii() and re.sub(r"[.-]", "", host).isalnum()), None)
    return [
        (forward.container, f"{host}:{forward.public}" if host else f"port {forward.public}, host not reported")
        for forward in order.tcp_ports
    ]


def _lowering(
    account: Account, order: Order, snapshot: Snapshot, lowering: Standing | None, rates: Rates | None
) -> Row:
    """Where the bid could be lower, or is on its way there."""
    if lowering is not None:
        return (stop(lowering.lowering),)
    market = snapshot.markets.get(order.server) if order.spot and not order.expired else None
    found = standing(market, order.id, rates) if market else None
    if found is None or found.less is None:
        return ()
    return (Press(label(f"⏬ Lower to {exact_coin(found.less)}…"), AskLowering(account.id, order.id)),)


def _rows(
    account: Account, order: Order, state: RentalState, deployment: DeploymentId | None, stops: int, lowering: Row
) -> tuple[Row, ...]:
    back = ShowPastOrders(account.id) if order.expired else ShowOrders(account.id)
    below = navigation(back, ShowOrder(account.id, order.id, fresh=True))
    links: Row = (Press("💰 Wallets", ShowWallets(account.id)), Press("📋 Rentals", ShowOrders(account.id)))
    if state is RentalState.EXPIRED:
        again = (
            Press("🔁 Rent again…", RentAgain(account.id, order.id)),
            Press("🔎 Similar", FindSimilar(account.id, order.id)),
        )
        return (again, (_machine(order), Press("📋 Rentals", ShowOrders(account.id))), below)
    bid: Row = (
        Press("📈 Raise bid…", AskRaise(account.id, order.id)),
        Press("✏️ Set price…", AskPrice(account.id, order.id)),
        Press("🛡 Guard…", ShowGuard(account.id, order.id)),
    )
    # What leads to a confirmation stays out of the row in which the confirmation has its last button: no double tap goes through.
    return (
        *(() if state is RentalState.WAITING else access(order)),
        (Press("⏱ First minutes", ShowDeployment(deployment)),) if deployment is not None else (),
        bid if order.spot else (),
        lowering,
        (
            Press(f"⏲ Stop… ({stops})" if stops else "⏲ Stop…", ShowStops(account.id, order.id)),
            Press("💡 Cheaper?", ShowCheaper(account.id, order.id)),
        ),
        (Press("🛑 Cancel bid…" if state is RentalState.WAITING else "🛑 Cancel…", AskCancel(account.id, order.id)),),
        (_machine(order), *_similar(account, order, state), *_auction(order)),
        links,
        below,
    )


def _machine(order: Order) -> Press:
    """The card of its machine, where it becomes a favourite or is blocked."""
    return Press("🖥 Machine", ShowServer(order.server))


def _auction(order: Order) -> Row:
    """Where its bid stands among the others."""
    return (Press("🔨 Auction", ShowAuction(order.server)),) if order.spot else ()


def _similar(account: Account, order: Order, state: RentalState) -> Row:
    """A bid that waits may wait for long."""
    return (Press("🔎 Similar", FindSimilar(account.id, order.id)),) if state is RentalState.WAITING else ()


def access(order: Order) -> tuple[Row, ...]:
    """SSH and web in the first row, the other forwarded ports in pairs."""
    others = [forward for forward in _forwards(order) if forward[0] != 22 and ":" in forward[1]][:4]
    ports: list[Button] = [button for inside, outside in others for button in copying(f"📋 Port {inside}", outside)]
    first: Row = (
        *copying("📋 SSH", order.ssh_command),
        *copying("📋 Web", order.web_address),
        *opening("🌐 Open", order.web_address),
    )
    return (first, *in_pairs(ports))
