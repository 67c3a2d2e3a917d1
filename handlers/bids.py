"""Changing an own spot bid: the smallest price above the others, or a price that is typed."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Final

from bot.clore.errors import CloreError
from bot.clore.gate import Priority
from bot.domain.descent import Asked, begun, leads_on, next_step
from bot.domain.ids import OrderId
from bot.domain.ladder import could_pay_less, on_demand_quote
from bot.domain.ledger import BidChange, Result
from bot.domain.market import OnDemand
from bot.domain.money import Money, symbol, unit
from bot.domain.spot import NoAnswer, SpotMarket, own_bid, winning_bid
from bot.services.desk import Desk
from bot.services.feeds import within
from bot.services.lowerings import known_of
from bot.services.writes import CONFIRMED_FOR, change_of
from handlers import guards
from handlers.actions import AskLowering, AskPrice, AskRaise
from handlers.asking import ask_change
from handlers.bidding import Bidding, bidding, runway_after
from handlers.guest import Guest
from handlers.lowering import LOWERING
from handlers.replies import PriceWanted, ask, done
from handlers.screen import Screen
from handlers.views import bids as views
from handlers.views import guards as guard_views
from handlers.views import lowering as lowering_views
from handlers.views import toasts
from handlers.views.auction import unheld
from handlers.views.bids import PriceProblem
from handlers.visit import Answer
from storage.codec import decode, encode

MARKET_PATIENCE_SECONDS: Final = 4.0
MARKET_RECENT: Final = timedelta(minutes=1)

_PRICE: Final = re.compile(r"\s*([0-9]{1,12}(?:[.,][0-9]{1,18})?|[.,][0-9]{1,18})\s*([^\s0-9.,]\S{0,31})?\s*")


async def ask_raise(guest: Guest, desk: Desk, action: AskRaise) -> Screen:
    """The confirmation of the smallest bid above the others, from an auction that was just read."""
    found = await bidding(guest, desk, action.order, action)
    if isinstance(found, Screen):
        return found
    order, market, rates = found.order, found.market, found.rates
    if found.offer is not None and found.offer.active:
        return views.already_holds(desk.account, order, market, guest.house.clock(), rates)
    winning = winning_bid(market, order.price.currency, own=order.id, rates=rates)
    if isinstance(winning, NoAnswer):
        return views.no_suggestion(desk.account, order, market, winning, guest.house.clock())
    if winning.bid > own_bid(order, market):
        return await _confirm(guest, desk, found, winning.bid)
    on_demand = await _on_demand(guest, market)
    return views.already_highest(desk.account, order, market, guest.house.clock(), rates, on_demand)


async def ask_price(guest: Guest, desk: Desk, action: AskPrice) -> Screen:
    found = await bidding(guest, desk, action.order, action)
    return found if isinstance(found, Screen) else _asked(guest, desk, found)


async def price_typed(guest: Guest, desk: Desk, number: OrderId, text: str) -> Screen:
    """A typed price: its confirmation, or what is wrong with it. Nothing is ever rounded that will be sent."""
    found = await bidding(guest, desk, number, AskPrice(desk.account.id, number))
    if isinstance(found, Screen):
        return found
    price = read_price(text, found.order.price.currency)
    if isinstance(price, PriceProblem):
        return _asked(guest, desk, found, price)
    if found.offer is not None and found.offer.bid.amount == price.amount:
        return _asked(guest, desk, found, PriceProblem.SAME)
    done(guest)
    return await _confirm(guest, desk, found, price)


async def ask_lowering(guest: Guest, desk: Desk, action: AskLowering) -> Answer:
    """The confirmation of all steps down to a price, from an auction that was just read."""
    found = await bidding(guest, desk, action.order, action)
    if isinstance(found, Screen):
        return found
    order, market, offer, now = found.order, found.market, found.offer, guest.house.clock()
    if offer is None:
        return views.vanished(desk.account, order.id, market.read_at, now)
    if guards.stands(guest.house, desk.account, order.id):
        return guard_views.lowers_itself(desk.account, order.id)
    wanted = _refused(guest, desk, action)
    if wanted is None and action.entry:
        return toasts.UNKNOWN_BUTTON
    target = wanted if wanted is not None else could_pay_less(market, offer, found.rates)
    known = known_of(guest.house.store, desk.account.key, order.id)
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
        runway_after=runway_after(found.snapshot, order, descent.target),
        on_demand=await _on_demand(guest, market),
    )


def _refused(guest: Guest, desk: Desk, action: AskLowering) -> Money | None:
    """The price that CLORE.AI has refused in this entry of the ledger; `None`: no refusal of this bid that leads on."""
    entry = guest.house.store.ledger.get(action.entry)
    if entry is None or entry.account != desk.account.id or entry.order != action.order:
        return None
    change = change_of(entry)
    if not isinstance(change, BidChange) or change.was is None or entry.result is None:
        return None
    return change.price if leads_on(decode(Result, entry.result)) else None


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


def _asked(guest: Guest, desk: Desk, found: Bidding, problem: PriceProblem | None = None) -> Screen:
    order = found.order
    ask(guest, PriceWanted(order.id), desk.account.id)
    now = guest.house.clock()
    return views.ask_price(desk.account, order, found.market, now, rates=found.rates, problem=problem)


async def _confirm(guest: Guest, desk: Desk, found: Bidding, price: Money) -> Screen:
    order, market, offer, house = found.order, found.market, found.offer, guest.house
    on_demand = await _on_demand(guest, market)
    terms, listing = guards.terms_of(house, desk.account, order.id), house.market.last
    change = BidChange(order.id, order.server, price, offer.bid if offer else None)
    token, now = ask_change(guest, desk.account.id, change), house.clock()
    return views.confirm(
        desk.account,
        order,
        price,
        now,
        token=token,
        expires_at=now + CONFIRMED_FOR,
        market=market,
        rates=found.rates,
        runway_after=runway_after(found.snapshot, order, price),
        on_demand=on_demand,
        ceiling=terms.ceiling if terms is not None else None,
        instead=on_demand_quote(listing.listed({order.server}).get(order.server), price.currency, found.rates)
        if listing is not None
        else None,
        guard=guards.line(house, desk.account, order.id),
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
