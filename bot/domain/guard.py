"""The guard of one spot bid: raises it within limits when it loses, walks it down when it need not be so high.

Pure: `step` is asked after every reading and says what to do; `settled` is told what became of it. Whoever asks keeps the
guard of the answer, then carries the action out once, and asks again when that is over. Prices are per day, before the fee.

What it keeps to: no move by a reading that is older than `FRESH`, or than its own last move; no raise over the ceiling by
the rate of now; not before the pause is over; not beyond what the raises of a day may add; never over another guarded bid
of the same installation. It makes no orders: where the order is gone it is over.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Final

from bot.domain import lowering
from bot.domain.ids import OrderId, ServerId
from bot.domain.ledger import Cause, Ending, Result
from bot.domain.limits import rest_of_day, smaller, with_margin, within
from bot.domain.lowering import Known
from bot.domain.money import Money, Rates, round_down, unit
from bot.domain.reason import Reason, Why
from bot.domain.spot import NoAnswer, Offer, SpotMarket, in_coin, minimum_bid, rank, winning_bid

FRESH: Final = timedelta(seconds=90)
"""A reading that is older moves nothing: one turn of the base interval, and half of another."""
RATES_FRESH: Final = timedelta(minutes=30)
"""Rates from elsewhere, where the auction's own reply brought none."""
AFTER_REFUSAL: Final = timedelta(minutes=10)
"""Until a raise that CLORE.AI has refused, for whatever reason of its own, is tried again."""
SETTLES: Final = timedelta(minutes=3)
"""So long a reading that does not show the last move is taken for an older one that comes late."""
LEAST_SAVING: Final = Decimal("0.01")
"""Of the bid: less is not worth the ten minutes in which it could not be lowered again."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What its owner allows. `ceiling`, `budget`: in the bid's own coin, or in another (dollars) by the rate of the moment.

    `margin_percent`: over the smallest bid that wins. `pause`: between two raises. `budget`: how much the raises of one day
    (UTC) may add to what that day costs; a lowering gives back what it takes off. `None`: no such limit.
    """

    ceiling: Money
    margin_percent: Decimal = Decimal(0)
    pause: timedelta = timedelta(minutes=1)
    budget: Money | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person confirms before it acts by itself: exactly these terms."""

    order: OrderId
    server: ServerId
    terms: Terms


@dataclass(frozen=True, slots=True)
class Sent:
    """The last move, while no reading has shown it.

    `adds`: what it took of the budget; `raised_at`: the raise before it; `minimum`: the host's, then; `answered`: since
    when it is known that CLORE.AI has carried it out, or may have.
    """

    price: Money
    was: Money
    adds: Decimal = Decimal(0)
    raised_at: datetime | None = None
    minimum: Money | None = None
    answered: datetime | None = None

    @property
    def lowers(self) -> bool:
        return self.price < self.was


class Move(Enum):
    RAISE = "raise"
    LOWER = "lower"
    REST = "rest"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Action:
    """What is to be done now, with the figures behind it, as they stood at `read_at`.

    `price`: what to send, `was`: the bid until then, for a raise and a lowering. `wins`: the smallest bid that would hold
    the machine; `ceiling`: in the bid's coin, by `rate` dollars for one coin (`None`: no rate was needed or known).
    """

    move: Move
    why: Why
    price: Money | None = None
    was: Money | None = None
    rival: OrderId | None = None
    rival_bid: Money | None = None
    wins: Money | None = None
    ceiling: Money | None = None
    limit: Money | None = None
    rate: Decimal | None = None
    until: datetime | None = None
    read_at: datetime | None = None

    @property
    def reason(self) -> Reason:
        """For the ledger, and for who is told."""
        return Reason(
            self.why, self.rival, self.rival_bid, self.wins, self.ceiling, self.limit, self.rate, self.read_at
        )


@dataclass(frozen=True, slots=True)
class Guard:
    """A guarded bid between two steps: a row.

    `stopped`: why it could do nothing when it last knew; who sees it change has something to tell. `after`: readings
    up to then do not count. `bid`: as last read. `added`: what the raises of `day` take of its budget, in the bid's coin.
    """

    order: OrderId
    terms: Terms
    known: Known = field(default_factory=Known)
    stopped: Why | None = None
    sent: Sent | None = None
    after: datetime | None = None
    raised_at: datetime | None = None
    bid: Money | None = None
    day: date | None = None
    added: Decimal = Decimal(0)

    @property
    def over(self) -> bool:
        """For good: there is no order any more."""
        return self.stopped is Why.VANISHED


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known now. `market`: the last reading of its auction, `None`: none yet.

    `rates`: where the reading brought none. `rented_on_demand`: by the marketplace; `None`: not known. `guarded`: the
    orders of all guards of this installation. `key_refused`: CLORE.AI does not take the key. `gone`: the order has ended, as
    two complete readings showed.
    """

    market: SpotMarket | None = None
    rates: Rates | None = None
    rented_on_demand: bool | None = None
    guarded: Set[OrderId] = frozenset()
    key_refused: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class _View:
    """One fresh reading, in the coin of the bid.

    `need`: the smallest bid that wins; `highest`: of the rivals; `goal`: what is worth bidding within the ceiling, where
    those over it were gone; `blocked`: why a raise is out of the question.
    """

    offer: Offer
    need: Money
    highest: Money | None
    goal: Money
    ceiling: Money
    minimum: Money | None
    figures: Action
    blocked: Why | None
    rates: Rates | None

    @property
    def holds(self) -> bool:
        """And will: a rival that is worth more by the rates of now may get the machine at any moment."""
        return self.offer.active and (self.highest is None or self.highest <= self.offer.bid)


def step(guard: Guard, sight: Sight, now: datetime) -> tuple[Guard, Action]:
    """What to do now. The guard of the answer replaces this one, before the action is carried out."""
    if guard.over or sight.gone:
        return _stop(guard, Action(Move.STOP, Why.VANISHED))
    if sight.key_refused:
        return _stop(guard, Action(Move.STOP, Why.KEY_REFUSED))
    market = sight.market
    if market is None or not timedelta(0) <= now - market.read_at <= FRESH:
        return guard, Action(Move.REST, Why.STALE, read_at=market.read_at if market else None)
    if guard.after is not None and market.read_at <= guard.after:
        return guard, Action(Move.REST, Why.STALE, read_at=market.read_at)
    figures = Action(Move.REST, Why.HOLDS, read_at=market.read_at)
    offer = market.find(guard.order)
    if not market.exists:
        return _stop(guard, replace(figures, why=Why.NO_MARKET))
    if offer is None:
        return guard, replace(figures, why=Why.NOT_LISTED)
    seen = _seen(guard, market, offer)
    if seen is None:
        return guard, replace(figures, why=Why.STALE)
    guard = _on_day(seen, now)
    found = _view(guard, sight, market, offer, replace(figures, was=offer.bid), now)
    return _decide(guard, found, now) if isinstance(found, _View) else _without_view(guard, offer, found)


def settled(guard: Guard, result: Result, now: datetime) -> Guard:
    """What became of the last move. Of one that may have been carried out, the next readings show the rest."""
    sent = guard.sent
    if sent is None:
        return guard
    carried_out = result.ending in {Ending.DONE, Ending.UNKNOWN}  # or it may have been
    guard = replace(guard, sent=replace(sent, answered=now)) if carried_out else _undone(guard, sent)
    known = lowering.heard(guard.known, sent.was, sent.price, result, now, minimum=sent.minimum)
    refused = not carried_out and not sent.lowers and result.cause not in lowering.NOT_JUDGED
    if refused:  # what is known to be wrong with it is put right by the next reading; the rest is not asked in a row
        guard = replace(guard, raised_at=now, stopped=guard.stopped if result.cause is Cause.TOO_LOW else Why.REFUSED)
    # What was read after a step that is done counts, if it shows that step: it may be lost again already.
    return replace(guard, known=known, after=guard.after if result.ending is Ending.DONE else now)


def _seen(guard: Guard, market: SpotMarket, offer: Offer) -> Guard | None:
    """After a reading; `None` where that is older than it says, because it does not show the last move."""
    sent, bid = guard.sent, guard.bid
    if sent is None:
        if bid is not None and bid.currency == offer.bid.currency and offer.bid < bid:  # somebody else has lowered it
            guard = replace(guard, known=lowering.lowered(guard.known, bid, offer.bid, market.read_at))
        return replace(guard, bid=offer.bid)
    if offer.bid == sent.price:
        guard = replace(guard, sent=None, bid=offer.bid)
        return _came_down(guard, sent, market.read_at) if sent.lowers else guard
    since = sent.answered or guard.after
    if since is not None and market.read_at - since < SETTLES:
        return None
    return replace(_undone(guard, sent), bid=offer.bid)


def _came_down(guard: Guard, sent: Sent, at: datetime) -> Guard:
    """A lowering is through. Without an answer only this reading says since when."""
    known = guard.known if sent.answered is not None else lowering.lowered(guard.known, sent.was, sent.price, at)
    back = (sent.was - sent.price).amount * rest_of_day(at)
    return replace(guard, known=known, added=max(guard.added - back, Decimal(0)))


def _undone(guard: Guard, sent: Sent) -> Guard:
    """The move was not carried out."""
    known = replace(guard.known, free_at=None) if sent.lowers else guard.known  # it was due when it was sent
    left = max(guard.added - sent.adds, Decimal(0))
    return replace(guard, sent=None, known=known, added=left, raised_at=sent.raised_at)


def _view(
    guard: Guard, sight: Sight, market: SpotMarket, offer: Offer, figures: Action, now: datetime
) -> _View | Action:
    """The reading, weighed; or why it cannot be."""
    coin = offer.bid.currency
    rates = market.rates
    if rates is None and sight.rates is not None and now - sight.rates.at <= RATES_FRESH:
        rates = sight.rates
    figures = replace(figures, rate=rates.of(coin) if rates else None)
    need = winning_bid(market, coin, own=guard.order, rates=rates)
    if isinstance(need, NoAnswer):
        return replace(figures, why=_NO_ANSWER[need.reason])
    if sight.rented_on_demand and not offer.active:
        return replace(figures, why=Why.ON_DEMAND)
    ceiling = within(guard.terms.ceiling, coin, rates)
    if ceiling is None:
        return replace(figures, why=Why.NO_RATE)
    minimum = minimum_bid(market, coin, rates)
    rivals = [(_worth(each, coin, rates), each) for each in market.offers if each.id != guard.order]
    beatable = tuple(each for worth, each in rivals if worth < ceiling)
    least = winning_bid(replace(market, offers=beatable), coin, rates=rates)
    goal = ceiling if isinstance(least, NoAnswer) else with_margin(least.bid, guard.terms.margin_percent, ceiling)
    mine = rank(offer, offer.bid)
    ours = next((one for worth, one in rivals if one.id in sight.guarded and rank(one, worth) > mine), None)
    blocked, rival = None, need.beats
    if minimum is not None and minimum > ceiling:
        blocked, figures = Why.MINIMUM_OVER_CEILING, replace(figures, limit=minimum)
    elif ours is not None:
        blocked, rival = Why.OWN_BID, ours
    elif need.bid > ceiling:
        blocked = Why.CEILING
    figures = replace(figures, wins=need.bid, ceiling=ceiling)
    if rival is not None:
        figures = replace(figures, rival=rival.id, rival_bid=rival.bid)
    over = None if need.beats is None else _worth(need.beats, coin, rates)
    return _View(offer, need.bid, over, max(goal, Money(unit(coin), coin)), ceiling, minimum, figures, blocked, rates)


_NO_ANSWER: Final = {
    NoAnswer.NO_MARKET: Why.NO_MARKET,
    NoAnswer.NO_RATE: Why.NO_RATE,
    NoAnswer.HIDDEN: Why.HIDDEN,
    NoAnswer.OFFLINE: Why.OFFLINE,
}


def _without_view(guard: Guard, offer: Offer, action: Action) -> tuple[Guard, Action]:
    """A bid that holds needs no comparison; one that waits cannot be helped without."""
    if action.why is Why.NO_RATE and offer.active:
        return replace(guard, stopped=None), action
    return _stop(guard, action)


def _decide(guard: Guard, view: _View, now: datetime) -> tuple[Guard, Action]:
    bid = view.offer.bid
    over = bid > view.ceiling
    behind = view.blocked is Why.CEILING and not view.offer.active
    pending = None
    if over or ((view.holds or behind) and (bid - view.goal).amount >= bid.amount * LEAST_SAVING):
        pending = lowering.plan(guard.known, bid, view.goal, now, minimum=view.minimum)
        if pending is not None and pending.due(now):
            why = Why.OVER_CEILING if over else Why.BEHIND if behind else Why.CHEAPER
            return _lower(guard, view, pending.price, why, now)
    until = pending.at if pending else None
    if view.holds or (view.offer.active and view.blocked is not None):
        why = Why.TIMER if pending else Why.HOLDS
        return replace(guard, stopped=None), replace(view.figures, why=why, until=until)
    if view.blocked is not None:
        return _stop(guard, replace(view.figures, why=view.blocked, until=until))
    if view.need <= bid:
        return replace(guard, stopped=None), replace(view.figures, why=Why.UNSETTLED, until=until)
    return _raise(guard, view, now)


def _lower(guard: Guard, view: _View, price: Money, why: Why, now: datetime) -> tuple[Guard, Action]:
    sent = Sent(price, view.offer.bid, raised_at=guard.raised_at, minimum=view.minimum)
    stopped = None if view.offer.active else view.blocked
    guard = replace(guard, sent=sent, after=now, stopped=stopped)
    return guard, replace(view.figures, move=Move.LOWER, why=why, price=price)


def _raise(guard: Guard, view: _View, now: datetime) -> tuple[Guard, Action]:
    terms, bid, need = guard.terms, view.offer.bid, view.need
    price = with_margin(need, terms.margin_percent, view.ceiling)
    rest = rest_of_day(now)
    if terms.budget is not None:
        budget = within(terms.budget, bid.currency, view.rates)
        if budget is None:
            return _stop(guard, replace(view.figures, why=Why.NO_RATE))
        left = max(budget.amount - guard.added, Decimal(0))
        price = smaller(price, round_down(bid + Money(left / rest, bid.currency)))
        if price < need:
            return _stop(guard, replace(view.figures, why=Why.BUDGET, limit=Money(left, bid.currency)))
    refused = guard.stopped is Why.REFUSED
    pause = max(terms.pause, AFTER_REFUSAL) if refused else terms.pause
    if guard.raised_at is not None and (until := guard.raised_at + pause) > now:
        return guard if refused else replace(guard, stopped=None), replace(view.figures, why=Why.PAUSE, until=until)
    adds = (price - bid).amount * rest
    sent = Sent(price, bid, adds=adds, raised_at=guard.raised_at)
    guard = replace(guard, sent=sent, after=now, raised_at=now, added=guard.added + adds, stopped=None)
    outbid = view.highest is not None and view.highest >= bid
    why = Why.EXPOSED if view.offer.active else Why.OUTBID if outbid else Why.MINIMUM
    limit = view.minimum if why is Why.MINIMUM else None
    return guard, replace(view.figures, move=Move.RAISE, why=why, price=price, limit=limit)


def _stop(guard: Guard, action: Action) -> tuple[Guard, Action]:
    return replace(guard, stopped=action.why), replace(action, move=Move.STOP)


def _on_day(guard: Guard, now: datetime) -> Guard:
    today = now.astimezone(UTC).date()
    return guard if guard.day == today else replace(guard, day=today, added=Decimal(0))


def _worth(offer: Offer, coin: str, rates: Rates | None) -> Money:
    """In the coin of the bid. Without a rate no winning bid was named, and nothing is weighed."""
    money = in_coin(offer.bid, coin, rates)
    assert money is not None
    return money
