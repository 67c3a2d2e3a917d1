"""The screens and letters of the guard of a bid, each made of one invented world, with the view that made it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot.domain.guard import Action, Guard, Move, Terms
from bot.domain.guard_setting import Basis, Bid, GuardProblem, Term
from bot.domain.ids import GuardId, OrderId
from bot.domain.ledger import BidChange, Cause, Ending, Result
from bot.domain.money import USD, Money
from bot.domain.quote import Quote
from bot.domain.reason import Reason, Why
from handlers.screen import Screen
from handlers.views import bids, guard_news, guard_terms, guards, order, orders, spot
from handlers.views.frame import Failure
from handlers.views.guard_words import in_short
from tests.handlers.views.world import ENDS_AT, TOKEN
from tests.handlers.views.worlds import World

NUMBER = GuardId(2**63 - 1)
Made = tuple[Callable[..., Screen], Screen]


def guard_screens(world: World) -> Iterator[Made]:
    yield from _settings(world)
    yield from _switches(world)
    yield from _letters(world)
    yield from _elsewhere(world)


def _terms(world: World) -> tuple[Terms, ...]:
    """In the bid's own coin and in dollars, with and without a budget."""
    own, dollars = Money(abs(world.amount), world.order.price.currency), Money(abs(world.amount), USD)
    return (
        Terms(own),
        Terms(dollars, Decimal("2.5"), timedelta(hours=2), dollars),
        Terms(own, Decimal(100), world.span, own),
    )


def _settings(world: World) -> Iterator[Made]:
    at, one, seen = world.moment, world.account, world.market
    bid, failed = world.order.price, Failure.SLOW if world.flag else None
    terms, coin = _terms(world), bid.currency
    choosing = Bid(bid, bid if world.flag else None, bid)
    plain = guards.Shown(world.order.id, world.order.server, coin, Decimal("1.25"), terms[0], rates=seen.rates)
    full = replace(plain, market=seen, bid=choosing, steps=_steps(world)[-5:], row=NUMBER, failed=failed)
    for basis in Basis:
        yield guards.guard, guards.guard(one, replace(full, basis=basis), at)
    yield guards.guard, guards.guard(one, plain, at, note=guards.was_chosen(on=False))
    for why in Why:
        for number, each in enumerate(terms):
            standing = Guard(plain.order, each, bid=bid, day=at.date(), added=abs(world.amount), stopped=why)
            action = Action(
                list(Move)[number],
                why,
                bid,
                bid,
                OrderId(1),
                bid,
                bid,
                bid,
                bid,
                until=at if world.flag else None,
                read_at=at,
            )
            on = replace(full, guard=standing, on=True, action=action, terms=each, held=why is Why.STALE)
            yield guards.guard, guards.guard(one, on, at)
            pending = replace(on, terms=terms[0])
            yield guards.guard, guards.guard(one, pending, at, note=guards.was_chosen(on=True))
            asked = guard_terms.confirm(
                one, on, at, token=TOKEN, expires_at=ENDS_AT, runway=world.span, lowers=number > 0
            )
            yield guard_terms.confirm, asked
    for term in Term:
        for problem in (None, *GuardProblem):
            yield guard_terms.ask_term, guard_terms.ask_term(one, full, term, at, problem=problem)
        yield guard_terms.ask_term, guard_terms.ask_term(one, plain, term, at)


def _switches(world: World) -> Iterator[Made]:
    one, number, bid = world.account, world.order.id, world.order.price
    for terms in _terms(world):
        on = guards.switched_on(one, number, terms, bid.currency, Decimal("1.25"), world.market.rates)
        yield guards.switched_on, on
    for left in (None, bid):
        for acting in (False, True):
            yield guards.switched_off, guards.switched_off(one, number, left, acting=acting)
    for view in (guards.off_already, guards.elsewhere, guards.under_way, guards.over, guards.lowers_itself):
        yield view, view(one, number)


def _letters(world: World) -> Iterator[Made]:
    at, one, bid, rates = world.moment, world.account, world.order.price, world.market.rates
    standing = Guard(world.order.id, _terms(world)[1], bid=bid, day=at.date(), added=abs(world.amount))
    for taken in _steps(world):
        for guard in (None, standing):
            told = guard_news.moved(one, taken, guard, at, fee=Decimal("1.25"), before=_steps(world)[:5], rates=rates)
            yield guard_news.moved, told
    for why in Why:
        for reason in (Reason(why), _reason(world, why)):
            stopped = guard_news.stopped(
                one,
                world.order.id,
                world.order.server,
                reason,
                standing,
                at,
                fee=Decimal("1.25"),
                detail=world.word,
                rates=rates,
            )
            yield guard_news.stopped, stopped
            yield guard_news.goes_on, guard_news.goes_on(one, world.order.id, reason, at, rates)
    yield guard_news.goes_on, guard_news.goes_on(one, world.order.id, None, at)


def _elsewhere(world: World) -> Iterator[Made]:
    """The screens that say in one sentence that a bid is guarded."""
    at, one, terms = world.moment, world.account, _terms(world)[1]
    rental = replace(world.order, spot=True)
    for why in (None, Why.CEILING, Why.OWN_BID):
        line = in_short(why, terms, held=world.flag)
        yield order.card, order.card(one, rental, world.snapshot, at, guard=line)
        yield spot.auction, spot.auction(one, spot.Auction(world.market, guard=line), at)
        yield orders.orders, orders.orders(one, world.snapshot, at, guards={rental.id: line})
        asked = bids.confirm(
            one,
            rental,
            Money(abs(world.amount), rental.price.currency),
            at,
            token=TOKEN,
            expires_at=ENDS_AT,
            market=world.market,
            ceiling=terms.ceiling if world.flag else None,
            instead=Quote(rental.price, Decimal(5)),
            guard=line,
        )
        yield bids.confirm, asked


def _steps(world: World) -> tuple[guards.Step, ...]:
    """For each reason, and for each end."""
    bid = world.order.price
    results = [Result(ending, cause, world.word, bid) for ending in Ending for cause in Cause]
    changes = [
        BidChange(world.order.id, world.order.server, bid, bid, guard=NUMBER, reason=_reason(world, why)) for why in Why
    ]
    return (
        *(guards.Step(change, world.moment) for change in changes),
        *(guards.Step(changes[0], world.moment, result) for result in results),
        guards.Step(replace(changes[0], was=None, reason=None), world.moment, Result(Ending.DONE, Cause.WAITS)),
    )


def _reason(world: World, why: Why) -> Reason:
    bid = world.order.price
    return Reason(why, OrderId(1), bid, bid, bid, bid, abs(world.amount), world.moment)
