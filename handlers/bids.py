"""Changing an own spot bid: the smallest price above the others, or a price that is typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from bot.alerts.snapshot import Snapshot
from bot.clore.errors import CloreError
from bot.clore.gate import Priority
from bot.domain.descent import Asked, begun, known_by, next_step
from bot.domain.ids import OrderId
from bot.domain.ladder import could_pay_less
from bot.domain.ledger import BidChange, Result
from bot.domain.lowering import Known
from bot.domain.market import OnDemand
from bot.domain.money import Money, Rates, symbol, unit
from bot.domain.rental import Order
from bot.domain.spending import runway_with
from bot.domain.spot import NoAnswer, Offer, SpotMarket, own_bid, winning_bid
from bot.services.desk import Desk
from bot.services.feeds import NOW, Auction, Orders, within
from bot.services.writes import CONFIRMED_FOR, change_of
from handlers.actions import AskLowering, AskPrice, AskRaise
from handlers.asking import ask_change
from handlers.guest import Guest
from handlers.looking import Look, greatest_age, look, trouble
from handlers.lowering import LOWERING
from handlers.orders import JUST_READ, find, find_open
from handlers.replies import PriceWanted, ask, done
from handlers.screen import Screen
from handlers.views import bids as views
from handlers.views import lowering as lowering_views
from handlers.views import orders as order_views
from handlers.views import toasts
from handlers.views.auction import unheld
from handlers.views.bids import PriceProblem
from handlers.views.errors import Untouched
from handlers.visit import Answer
from storage.codec import decode, encode

MARKET_PATIENCE_SECONDS: Final = 4.0
MARKET_RECENT: Final = timedelta(minutes=1)

_PRICE: Final = re.compile(r"\s*([0-9]{1,12}(?:[.,][0-9]{1,18})?|[.,][0-9]{1,18})\s*([^\s0-9.,]\S{0,31})?\s*")


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


async def ask_raise(guest: Guest, desk: Desk, action: AskRaise) -> Screen:
    """The confirmation of the smallest bid above the others, from an auction that was just read."""
    bidding = await _bidding(guest, desk, action.order, action)
    if isinstance(bidding, Screen):
        return bidding
    order, market, rates = bidding.order, bidding.market, bidding.rates
    if bidding.offer is not None and bidding.offer.active:
        return views.already_holds(desk.account, order, market, guest.house.clock(), rates)
    winning = winning_bid(market, order.price.currency, own=order.id, rates=rates)
    if isinstance(winning, NoAnswer):
        return views.no_suggestion(desk.account, order, market, winning, guest.house.clock())
    if winning.bid > own_bid(order, market):
        return await _confirm(guest, desk, bidding, winning.bid)
    on_demand = await _on_demand(guest, market)
    return views.already_highest(desk.account, order, market, guest.house.clock(), rates, on_demand)


async def ask_price(guest: Guest, desk: Desk, action: AskPrice) -> Screen:
    bidding = await _bidding(guest, desk, action.order, action)
    return bidding if isinstance(bidding, Screen) else _asked(guest, desk, bidding)


async def price_typed(guest: Guest, desk: Desk, number: OrderId, text: str) -> Screen:
    """A typed price: its confirmation, or what is wrong with it. Nothing is ever rounded that will be sent."""
    bidding = await _bidding(guest, desk, number, AskPrice(desk.account.id, number))
    if isinstance(bidding, Screen):
        return bidding
    price = read_price(text, bidding.order.price.currency)
    if isinstance(price, PriceProblem):
        return _asked(guest, desk, bidding, price)
    if bidding.offer is not None and bidding.offer.bid.amount == price.amount:
        return _asked(guest, desk, bidding, PriceProblem.SAME)
    done(guest)
    return await _confirm(guest, desk, bidding, price)


async def ask_lowering(guest: Guest, desk: Desk, action: AskLowering) -> Answer:
    """The confirmation of all steps down to a price, from an auction that was just read."""
    found = await _bidding(guest, desk, action.order, action)
    if isinstance(found, Screen):
        return found
    order, market, offer, now = found.order, found.market, found.offer, guest.house.clock()
    if offer is None:
        return views.vanished(desk.account, order.id, market.read_at, now)
    refusal = _refused(guest, desk, action)
    if refusal is None and action.entry:
        return toasts.UNKNOWN_BUTTON
    target, known = refusal or (could_pay_less(market, offer, found.rates), Known())
    descent = begun(market, offer, target, known, found.rates) if target is not None and target < offer.bid else None
    step = next_step(descent, market, order.id, now, found.rates) if descent else None
    if descent is None or step is None:
        return lowering_views.nothing_to_lower(desk.account, order.id, market, offer.bid, now)
    guest.stay(desk.account.id)
    token = guest.house.store.confirmations.ask(
        guest.chat.id,
        guest.user,
        desk.account.id,
        LOWERING,
        encode(Asked(order.id, order.server, descent)),
        now,
        CONFIRMED_FOR,
    )
    return lowering_views.confirm(
        desk.account,
        order,
        descent,
        step,
        now,
        token=token,
        expires_at=now + CONFIRMED_FOR,
        market=market,
        rates=found.rates,
        runway_after=_runway_after(found.snapshot, order, descent.target),
        on_demand=await _on_demand(guest, market),
    )


def _refused(guest: Guest, desk: Desk, action: AskLowering) -> tuple[Money, Known] | None:
    """What was wanted and what CLORE.AI said to it, from the ledger; `None`: no refusal of this bid that leads on."""
    entry = guest.house.store.ledger.get(action.entry)
    if entry is None or entry.account != desk.account.id or entry.order != action.order:
        return None
    change = change_of(entry)
    if not isinstance(change, BidChange) or change.was is None or entry.result is None or entry.ended_at is None:
        return None
    known = known_by(decode(Result, entry.result), change.was, change.price, entry.ended_at)
    return None if known is None else (change.price, known)


def read_price(text: str, currency: str) -> Money | PriceProblem:
    """`0.0000043`, `0,0000043` or `0.0000043 BTC`, in whole units of the coin."""
    found = _PRICE.fullmatch(text)
    if found is None:
        return PriceProblem.NOT_A_NUMBER
    if found[2] and found[2].casefold() not in {currency.casefold(), symbol(currency).casefold()}:
        return PriceProblem.NOT_A_NUMBER if re.search(r"\d", found[2]) else PriceProblem.OTHER_COIN
    amount = Decimal(found[1].replace(",", "."))
    if amount <= 0:
        return PriceProblem.NOT_A_NUMBER
    if amount % unit(currency):
        return PriceProblem.TOO_FINE
    return Money(amount, currency)


def _asked(guest: Guest, desk: Desk, bidding: Bidding, problem: PriceProblem | None = None) -> Screen:
    order = bidding.order
    ask(guest, PriceWanted(order.id), desk.account.id)
    now = guest.house.clock()
    return views.ask_price(desk.account, order, bidding.market, now, rates=bidding.rates, problem=problem)


async def _bidding(
    guest: Guest, desk: Desk, number: OrderId, again: AskRaise | AskPrice | AskLowering
) -> Bidding | Screen:
    """The order with its auction, or the screen that says why there is none."""
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
    return Bidding(order, market, found.snapshot, market.rates or guest.house.rates)


def _no_bid(guest: Guest, desk: Desk, number: OrderId, found: Look, again: AskRaise | AskPrice | AskLowering) -> Screen:
    order, now = find_open(found.snapshot, number), guest.house.clock()
    read_at = found.snapshot.orders_at if found.snapshot else None
    if order is not None:
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


async def _confirm(guest: Guest, desk: Desk, bidding: Bidding, price: Money) -> Screen:
    order, market, offer = bidding.order, bidding.market, bidding.offer
    on_demand = await _on_demand(guest, market)
    change = BidChange(order.id, order.server, price, offer.bid if offer else None)
    token, now = ask_change(guest, desk.account.id, change), guest.house.clock()
    return views.confirm(
        desk.account,
        order,
        price,
        now,
        token=token,
        expires_at=now + CONFIRMED_FOR,
        market=market,
        rates=bidding.rates,
        runway_after=_runway_after(bidding.snapshot, order, price),
        on_demand=on_demand,
    )


async def _on_demand(guest: Guest, market: SpotMarket) -> OnDemand | None:
    """What the marketplace says of a machine that no bid holds; asked anew, since bids alone do not show who has it."""
    if not unheld(market):
        return None
    copy = guest.house.market
    try:
        await within(MARKET_PATIENCE_SECONDS, copy.fresh(MARKET_RECENT, Priority.USER))
    except CloreError:
        pass  # then what was read before has to do, with its age
    return copy.on_demand(market.server)


def _runway_after(snapshot: Snapshot, order: Order, price: Money) -> timedelta | None:
    if snapshot.orders is None or snapshot.wallets is None:
        return None
    return runway_with(snapshot.orders.open, snapshot.waiting, snapshot.wallets, order.id, price)
