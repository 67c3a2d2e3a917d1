"""The guard of a bid on its own screen: its terms chosen by buttons or typed, and the question before it acts."""

from __future__ import annotations

from typing import assert_never

from bot.domain.guard import Asked, Terms
from bot.domain.guard_setting import GuardProblem, Term, choices, proposed, read, seen
from bot.domain.ids import OrderId
from bot.domain.limits import within
from bot.services.desk import Desk
from bot.services.guards import Refused, read_guard, read_terms
from bot.services.writes import CONFIRMED_FOR
from handlers.actions import Action
from handlers.bidding import bidding, no_bid, runway_after
from handlers.guard_actions import AskGuardOn, AskGuardTerm, ChooseGuardTerm, GuardAction, ShowGuard
from handlers.guards import GUARD, fee_of_order, refused, steps_of
from handlers.guest import Guest
from handlers.looking import Look, greatest_age
from handlers.orders import find_open, look_for
from handlers.replies import GuardWanted, ask, done
from handlers.screen import Screen
from handlers.views import guard_terms as term_views
from handlers.views import guards as views
from handlers.views import toasts
from handlers.views.guards import Shown
from handlers.views.html import Html
from handlers.visit import Answer
from handlers.word import Word
from storage.codec import encode

_TERMS = {term.value: term for term in Term}


async def respond(guest: Guest, desk: Desk, action: GuardAction) -> Answer:
    match action:
        case ShowGuard():
            found = await look_for(desk, action.order, greatest_age(fresh=action.fresh))
            return _screen(guest, desk, action.order, found, again=action)
        case AskGuardTerm():
            term = _TERMS.get(action.term)
            return toasts.UNKNOWN_BUTTON if term is None else await _ask(guest, desk, action.order, term, again=action)
        case ChooseGuardTerm():
            return await _choose(guest, desk, action)
        case AskGuardOn():
            return await _ask_on(guest, desk, action)
    assert_never(action)


async def typed(guest: Guest, desk: Desk, wanted: GuardWanted, text: str) -> Answer:
    """A typed term: chosen, or what is wrong with it."""
    again = AskGuardTerm(desk.account.id, wanted.order, wanted.term)
    term, found = _TERMS.get(wanted.term), await look_for(desk, wanted.order, greatest_age(fresh=False))
    shown = _shown(guest, desk, wanted.order, found, again)
    if isinstance(shown, Screen):
        return shown
    if term is None:
        return toasts.UNKNOWN_BUTTON
    terms = read(term, text, shown.terms, shown.coin)
    if isinstance(terms, GuardProblem):
        return await _ask(guest, desk, wanted.order, term, again=again, problem=terms)
    done(guest)
    return _chosen(guest, desk, shown, found, terms)


async def _ask(
    guest: Guest, desk: Desk, number: OrderId, term: Term, *, again: Action, problem: GuardProblem | None = None
) -> Answer:
    found = await look_for(desk, number, greatest_age(fresh=False))
    shown = _shown(guest, desk, number, found, again)
    if isinstance(shown, Screen):
        return shown
    if shown.over:
        return views.guard(desk.account, shown, guest.house.clock())
    ask(guest, GuardWanted(number, Word(term.value)), desk.account.id)
    return term_views.ask_term(desk.account, shown, term, guest.house.clock(), problem=problem)


async def _choose(guest: Guest, desk: Desk, action: ChooseGuardTerm) -> Answer:
    found = await look_for(desk, action.order, greatest_age(fresh=False))
    shown = _shown(guest, desk, action.order, found, action)
    if isinstance(shown, Screen):
        return shown
    term = _TERMS.get(action.term)
    offered = choices(term, shown.terms, shown.bid) if term is not None and shown.bid is not None else ()
    terms = next((choice.terms for choice in offered if choice.word == action.value), None)
    if terms is None or shown.over:
        return toasts.UNKNOWN_BUTTON
    return _chosen(guest, desk, shown, found, terms)


def _chosen(guest: Guest, desk: Desk, shown: Shown, found: Look, terms: Terms) -> Screen:
    """What is in force stays as it is."""
    house = guest.house
    guest.stay(desk.account.id)
    house.store.guards.choose(
        guest.chat.id, desk.account.id, guest.user, shown.order, shown.server, encode(terms), house.clock()
    )
    note = views.was_chosen(on=shown.on)
    return _screen(guest, desk, shown.order, found, again=ShowGuard(desk.account.id, shown.order), note=note)


async def _ask_on(guest: Guest, desk: Desk, action: AskGuardOn) -> Answer:
    """The confirmation, from an auction that was just read. Its row carries exactly the terms that it shows."""
    house, account = guest.house, desk.account
    found = await bidding(guest, desk, action.order, action)
    if isinstance(found, Screen):
        return found
    shown = _shown(guest, desk, action.order, Look(found.snapshot), action)
    if isinstance(shown, Screen):
        return shown
    if shown.held:
        return refused(account, action.order, Refused.PANIC)
    if house.store.guards.elsewhere(account.id, action.order):
        return refused(account, action.order, Refused.ELSEWHERE)
    if shown.over:
        return refused(account, action.order, Refused.OVER)
    guest.stay(account.id)
    now, asked = house.clock(), Asked(action.order, shown.server, shown.terms)
    token = house.store.confirmations.ask(
        guest.chat.id, guest.user, account.id, GUARD, encode(asked), now, CONFIRMED_FOR
    )
    most = within(shown.terms.ceiling, shown.coin, shown.rates)
    return term_views.confirm(
        account,
        shown,
        now,
        token=token,
        expires_at=now + CONFIRMED_FOR,
        runway=runway_after(found.snapshot, found.order, most) if most is not None else None,
        lowers=house.store.lowerings.of_order(account.id, action.order) is not None,
    )


def _screen(
    guest: Guest, desk: Desk, number: OrderId, found: Look, *, again: Action, note: Html | None = None
) -> Screen:
    shown = _shown(guest, desk, number, found, again)
    return shown if isinstance(shown, Screen) else views.guard(desk.account, shown, guest.house.clock(), note=note)


def _shown(guest: Guest, desk: Desk, number: OrderId, found: Look, again: Action) -> Shown | Screen:
    """What is known of it; where it has a row it can be seen, and switched off, whatever CLORE.AI answers."""
    house, account = guest.house, desk.account
    row = house.store.guards.of_order(account.id, number)
    order = find_open(found.snapshot, number)
    server = row.server if row is not None else order.server if order is not None and order.spot else None
    market = found.snapshot.markets.get(server) if found.snapshot is not None and server is not None else None
    offer = market.find(number) if market is not None else None
    fee = order.fee if order is not None else fee_of_order(house, account, number)
    rates = (market.rates if market is not None else None) or house.rates
    listing = house.market.last.listed({market.server}) if house.market.last is not None and market is not None else {}
    bid = None
    if offer is not None and market is not None:
        bid = seen(offer, market, listing.get(market.server), fee, rates)
    guard = read_guard(row) if row is not None else None
    terms = read_terms(row) if row is not None else None
    basis = None
    if terms is None and bid is not None:
        terms, basis = proposed(bid)
    if server is None or terms is None:
        return no_bid(guest, desk, number, found, again)
    known = offer.bid if offer is not None else guard.bid if guard is not None else None
    return Shown(
        number,
        server,
        known.currency if known is not None else order.price.currency if order is not None else terms.ceiling.currency,
        fee,
        terms,
        basis=basis,
        guard=guard,
        row=row.id if row is not None else None,
        on=row is not None and row.stands,
        acting=row is not None and row.state in {"acting", "ending"},
        held=house.store.chats.get(guest.chat.id).panic_at is not None,
        action=house.guards.would(account, number, server, terms),
        steps=steps_of(house, account, number),
        market=market,
        bid=bid,
        rates=rates,
        failed=found.failed,
    )
