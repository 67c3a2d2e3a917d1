"""The guard of a bid, for whoever shows the bid: whether it is on, switching it on and off, and what is told of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final, assert_never

from bot.domain.announcements import GuardNews, GuardTold
from bot.domain.guard import Asked, Terms
from bot.domain.ids import GuardId, OrderId
from bot.domain.ledger import BidChange, Result
from bot.domain.reason import Why
from bot.domain.rental import USUAL_SPOT_FEE_PERCENT
from bot.services.guards import Refused, read_guard, read_terms
from bot.services.house import House
from bot.services.writes import change_of
from handlers.guard_actions import SwitchGuardOff
from handlers.guest import Guest
from handlers.screen import Screen
from handlers.views import guard_news as news_views
from handlers.views import guards as views
from handlers.views import panic as panic_views
from handlers.views import toasts
from handlers.views.guard_words import in_short
from handlers.views.guards import Step
from handlers.views.html import Html
from handlers.visit import Answer
from storage.accounts import Account
from storage.codec import decode
from storage.confirmations import Confirmation
from storage.guards import GuardedBid
from storage.ledger import Entry
from storage.letters import Letter

GUARD: Final = "guard"
"""The kind of a confirmation that it acts by itself."""
STEPS: Final = 5
RECENT: Final = timedelta(hours=1)
"""So long a lowering changes the message of the step before it, instead of making one of its own."""

_OFF, _OFF_BEFORE = "off", "off-before"


def line(house: House, account: Account, order: OrderId) -> Html | None:
    """One sentence on the guard of this bid, for other screens; `None` where none is on."""
    row = house.store.guards.of_order(account.id, order)
    guard = read_guard(row) if row is not None and row.stands else None
    if guard is None:
        return None
    return in_short(guard.stopped, guard.terms, held=house.store.chats.get(account.chat).panic_at is not None)


def stands(house: House, account: Account, order: OrderId) -> bool:
    """Whether the guard of this bid is on."""
    row = house.store.guards.of_order(account.id, order)
    return row is not None and row.stands


def terms_of(house: House, account: Account, order: OrderId) -> Terms | None:
    """What is in force for this bid, or was chosen for it; `None`: nothing."""
    row = house.store.guards.of_order(account.id, order)
    if row is None:
        return None
    guard = read_guard(row) if row.stands else None
    return guard.terms if guard is not None else read_terms(row)


def steps_of(house: House, account: Account, order: OrderId, *, before: int | None = None) -> tuple[Step, ...]:
    """The last ones that this account's guards took, the newest first; `before`: this entry of the ledger."""
    found = [entry for entry in house.store.ledger.bids(account.key, order) if entry.account == account.id]
    earlier = [entry for entry in reversed(found) if before is None or entry.id < before]
    return tuple(step for entry in earlier if (step := _step(entry)) is not None and step.change.guard)[:STEPS]


def fee_of_order(house: House, account: Account, order: OrderId) -> Decimal:
    """Percent; the usual one where the order is not listed."""
    last = house.feeds.of(account.key).last
    found = last.orders.find(order) if last is not None and last.orders is not None else None
    return found.fee if found is not None else USUAL_SPOT_FEE_PERCENT


# Switching on and off


def begin(guest: Guest, account: Account, claimed: Confirmation) -> GuardedBid | Refused:
    """With exactly the terms that were asked about; in the transaction of the press."""
    asked = asked_in(claimed)
    return guest.house.guards.switch_on(account, guest.user, asked.order, asked.server, asked.terms)


def asked_in(confirmation: Confirmation) -> Asked:
    return decode(Asked, confirmation.body)


def begun_screen(guest: Guest, number: GuardId) -> Screen | None:
    """`None`: it went with its chat."""
    house, row = guest.house, guest.house.store.guards.get(guest.chat.id, number)
    desk = guest.desk(row.account) if row is not None else None
    terms = read_terms(row) if row is not None else None
    if row is None or desk is None or terms is None:
        return None
    last = desk.last
    market = last.markets.get(row.server) if last is not None else None
    offer = market.find(row.order) if market is not None else None
    coin = offer.bid.currency if offer is not None else terms.ceiling.currency
    fee = fee_of_order(house, desk.account, row.order)
    return views.switched_on(desk.account, row.order, terms, coin, fee, house.rates)


def refused(account: Account, order: OrderId, why: Refused) -> Screen:
    """Why it was not switched on, and what to do next."""
    match why:
        case Refused.PANIC:
            return panic_views.not_begun()
        case Refused.ELSEWHERE:
            return views.elsewhere(account, order)
        case Refused.UNDER_WAY:
            return views.under_way(account, order)
        case Refused.OVER:
            return views.over(account, order)
    assert_never(why)


def switch_off(guest: Guest, action: SwitchGuardOff) -> Answer:
    """At once, and once."""
    house, row = guest.house, guest.house.store.guards.get(guest.chat.id, action.guard)
    desk = guest.desk(row.account) if row is not None else None
    if row is None or desk is None:
        return toasts.UNKNOWN_BUTTON
    did = guest.once(lambda: _OFF if house.guards.switch_off(row) else _OFF_BEFORE)
    if did == _OFF_BEFORE:
        return views.off_already(desk.account, row.order)
    left = house.store.guards.get(guest.chat.id, action.guard)
    market = desk.last.markets.get(row.server) if desk.last is not None else None
    offer = market.find(row.order) if market is not None else None
    bid, acting = offer.bid if offer is not None else None, left is not None and left.state == "ending"
    return views.switched_off(desk.account, row.order, bid, acting=acting)


# What is told


def letter(house: House, account: Account, sent: Letter, told: GuardTold) -> Screen | None:
    """`None`: there is nothing left to tell."""
    row = house.store.guards.get(account.chat, told.guard)
    if row is None:
        return None
    match told.news:
        case GuardNews.MOVED:
            return _moved(house, account, row, told.entry)
        case GuardNews.STOPPED:
            return _stopped(house, account, row, told)
        case GuardNews.GOES_ON:
            heard = house.store.outbox.delivered(sent.chat, sent.episode or "")
            now = house.clock()
            return news_views.goes_on(account, row.order, told.reason, now, house.rates) if heard else None
    assert_never(told.news)


def follows(house: House, sent: Letter, told: GuardTold) -> bool:
    """Whether this letter changes the last message of its episode instead of making one of its own."""
    if told.news is GuardNews.GOES_ON:
        return True
    step = _step(house.store.ledger.get(told.entry)) if told.news is GuardNews.MOVED else None
    if step is None or step.change.was is None or step.change.price >= step.change.was:
        return False
    heard = house.store.outbox.delivered(sent.chat, sent.episode or "")
    last = heard[-1].sent_at if heard else None
    return last is not None and house.clock() - last <= RECENT


def _moved(house: House, account: Account, row: GuardedBid, number: int) -> Screen | None:
    step = _step(house.store.ledger.get(number))
    if step is None:
        return None
    return news_views.moved(
        account,
        step,
        read_guard(row),
        house.clock(),
        fee=fee_of_order(house, account, row.order),
        before=steps_of(house, account, row.order, before=number),
        rates=house.rates,
    )


def _stopped(house: House, account: Account, row: GuardedBid, told: GuardTold) -> Screen | None:
    """One that a person has switched off meanwhile, or that goes on, is no news any more."""
    guard = read_guard(row)
    if guard is None or told.reason is None or guard.stopped is None or not (row.stands or guard.over):
        return None
    step = _step(house.store.ledger.get(told.entry)) if told.reason.why is Why.REFUSED else None
    return news_views.stopped(
        account,
        row.order,
        row.server,
        told.reason,
        guard,
        house.clock(),
        fee=fee_of_order(house, account, row.order),
        detail=step.result.detail if step is not None and step.result is not None else "",
        rates=house.rates,
    )


def _step(entry: Entry | None) -> Step | None:
    change = change_of(entry) if entry is not None else None
    if entry is None or not isinstance(change, BidChange):
        return None
    result = decode(Result, entry.result) if entry.result is not None else None
    return Step(change, entry.ended_at or entry.asked_at, result)
