"""Changing an own spot bid: the price that wins now, or a price that is typed."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from bot.alerts.snapshot import Snapshot
from bot.domain.ids import OrderId
from bot.domain.ledger import BidChange
from bot.domain.money import Money, Rates, symbol, unit
from bot.domain.rental import Order
from bot.domain.spending import runway_with
from bot.domain.spot import NoAnswer, SpotMarket, winning_bid
from bot.services.desk import Desk
from bot.services.feeds import NOW, Auction, Orders
from bot.services.writes import CONFIRMED_FOR
from handlers.actions import AskPrice, AskRaise
from handlers.asking import ask_change
from handlers.guest import Guest
from handlers.looking import Look, greatest_age, look, trouble
from handlers.orders import JUST_READ, find_open
from handlers.replies import PriceWanted, ask
from handlers.screen import Screen
from handlers.views import bids as views
from handlers.views.bids import PriceProblem
from handlers.views.errors import Untouched

_PRICE: Final = re.compile(r"\s*([0-9]{1,12}(?:[.,][0-9]{1,18})?|[.,][0-9]{1,18})\s*([^\s0-9.,]\S{0,31})?\s*")


async def ask_raise(guest: Guest, desk: Desk, action: AskRaise) -> Screen:
    """The confirmation of the smallest bid that wins now, from an auction that was just read."""
    auction = await _auction(guest, desk, action.order, action)
    if isinstance(auction, Screen):
        return auction
    order, market, snapshot = auction
    rates = _rates(guest, market)
    offer = market.find(order.id)
    if offer is not None and offer.active:
        return views.already_holds(desk.account, order, market, guest.house.clock(), rates)
    winning = winning_bid(market, order.price.currency, own=order.id, rates=rates)
    if isinstance(winning, NoAnswer):
        return views.no_suggestion(desk.account, order, market, winning, guest.house.clock())
    return _confirm(guest, desk, order, snapshot, market, winning.bid)


async def ask_price(guest: Guest, desk: Desk, action: AskPrice, problem: PriceProblem | None = None) -> Screen:
    auction = await _auction(guest, desk, action.order, action)
    if isinstance(auction, Screen):
        return auction
    order, market, _ = auction
    ask(guest, PriceWanted(order.id), desk.account.id)
    return views.ask_price(
        desk.account, order, market, guest.house.clock(), rates=_rates(guest, market), problem=problem
    )


async def price_typed(guest: Guest, desk: Desk, number: OrderId, text: str) -> Screen:
    """A typed price: its confirmation, or what is wrong with it. Nothing is ever rounded that will be sent."""
    action = AskPrice(desk.account.id, number)
    auction = await _auction(guest, desk, number, action)
    if isinstance(auction, Screen):
        return auction
    order, market, snapshot = auction
    price = read_price(text, order.price.currency)
    if isinstance(price, PriceProblem):
        return await ask_price(guest, desk, action, price)
    offer = market.find(order.id)
    if offer is not None and offer.bid.amount == price.amount:
        return await ask_price(guest, desk, action, PriceProblem.SAME)
    return _confirm(guest, desk, order, snapshot, market, price)


def read_price(text: str, currency: str) -> Money | PriceProblem:
    """`0.0000043`, `0,0000043` or `0.0000043 BTC`, in whole units of the coin."""
    found = _PRICE.fullmatch(text)
    if found is None:
        return PriceProblem.NOT_A_NUMBER
    if found[2] and found[2].casefold() not in {currency.casefold(), symbol(currency).casefold()}:
        return PriceProblem.OTHER_COIN
    try:
        amount = Decimal(found[1].replace(",", "."))
    except InvalidOperation:
        return PriceProblem.NOT_A_NUMBER
    if amount <= 0:
        return PriceProblem.NOT_A_NUMBER
    if amount % unit(currency):
        return PriceProblem.TOO_FINE
    return Money(amount, currency)


async def _auction(
    guest: Guest, desk: Desk, number: OrderId, again: AskRaise | AskPrice
) -> tuple[Order, SpotMarket, Snapshot] | Screen:
    """The order with its auction as it stands now, or the screen that says why there is none."""
    found = await look(desk, Orders(), greatest_age(fresh=False))
    order = find_open(found.snapshot, number)
    if order is None and not found.failed:  # a bid that was placed a moment ago
        found = await look(desk, Orders(), JUST_READ)
        order = find_open(found.snapshot, number)
    if order is None or not order.spot:
        return _no_bid(guest, desk, number, found, again)
    found = await look(desk, Auction(order.server), NOW)
    market = found.snapshot.markets.get(order.server) if found.snapshot else None
    if found.failed or market is None or found.snapshot is None:
        return trouble(found, desk, untouched=Untouched.BID, again=again)
    if market.find(order.id) is None and market.exists:
        return views.vanished(desk.account, number, market.read_at, guest.house.clock())
    return order, market, found.snapshot


def _no_bid(guest: Guest, desk: Desk, number: OrderId, found: Look, again: AskRaise | AskPrice) -> Screen:
    if found.failed:
        return trouble(found, desk, untouched=Untouched.BID, again=again)
    read_at = found.snapshot.orders_at if found.snapshot else None
    return views.vanished(desk.account, number, read_at, guest.house.clock())


def _confirm(guest: Guest, desk: Desk, order: Order, snapshot: Snapshot, market: SpotMarket, price: Money) -> Screen:
    now, offer = guest.house.clock(), market.find(order.id)
    change = BidChange(order.id, order.server, price, offer.bid if offer else None)
    token = ask_change(guest, desk.account.id, change)
    return views.confirm(
        desk.account,
        order,
        price,
        now,
        token=token,
        expires_at=now + CONFIRMED_FOR,
        market=market,
        rates=_rates(guest, market),
        runway_after=_runway_after(snapshot, order, price),
    )


def _runway_after(snapshot: Snapshot, order: Order, price: Money) -> timedelta | None:
    if snapshot.orders is None or snapshot.wallets is None:
        return None
    return runway_with(snapshot.orders.open, snapshot.waiting, snapshot.wallets, order.id, price)


def _rates(guest: Guest, market: SpotMarket) -> Rates | None:
    return market.rates or guest.house.rates
