"""A bid that lost its machine: what happened, by how much, what it costs to win back, and how it went on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.alert import Notice, Outbid
from bot.alerts.endings import NEAR_ITS_END
from bot.alerts.snapshot import Snapshot
from bot.domain.displacement import NO_BID_HELPS, Displacement, Loss, Regain, WonBack, displacement, won_back
from bot.domain.ladder import on_demand_quote
from bot.domain.ledger import BidChange
from bot.domain.market import Listing, OnDemand
from bot.domain.money import Money, Rates, symbol, with_fee
from bot.domain.quote import quotes
from bot.domain.spending import runway_with
from bot.domain.spot import Winning, winning_bid
from handlers.actions import AskCancel, AskPrice, AskRaise, ShowDeposits, ShowOrder, ShowOrders
from handlers.market_actions import FindSimilar, ShowAuction
from handlers.rent_actions import RentAgain, StartRent
from handlers.screen import Press, Row
from handlers.views.auction import against_on_demand, ladder, unheld
from handlers.views.frame import TOGETHER, Account, label
from handlers.views.html import Html, join, say, when
from handlers.views.loss import also, why
from handlers.views.rental import machine, number
from handlers.views.story import Lines, Story, after
from handlers.views.words import coin, exact_coin, lasts, worth

BY_ITSELF: Final = "The bot changes no bid by itself."

_UNTIL: Final = {
    Loss.OFFLINE: "the host is back online",
    Loss.ON_DEMAND: "that tenant leaves",
    Loss.HIDDEN: "its host shows the server again",
}
"""What a bid waits for where a higher one would change nothing."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What else is known when the message of such an alert leaves.

    `snapshot`: the key as last read. `listing`: the server in the marketplace as read at `listed_at`, `None` where that
    does not list it. `rates`: known otherwise than by the auction. `changes`: of the bid, made by this
    installation since the machine was lost and, as far as is known, carried out, the oldest first. `cancelled`: the order was, through this installation;
    `cancelled_in`: through that other chat of it.
    """

    snapshot: Snapshot | None = None
    listing: Listing | None = None
    listed_at: datetime | None = None
    rates: Rates | None = None
    changes: tuple[BidChange, ...] = ()
    cancelled: bool = False
    cancelled_in: str | None = None

    @property
    def on_demand(self) -> OnDemand | None:
        if self.listing is None or self.listed_at is None:
            return None
        return OnDemand(self.listing.rented, self.listed_at)


ALONE: Final = Beside()


@dataclass(frozen=True, slots=True)
class _Told:
    """One notice with all that stands beside it, and what follows from it. `wins`: the smallest bid that would be in front."""

    facts: Outbid
    notice: Notice
    account: Account
    now: datetime
    beside: Beside
    rates: Rates | None
    happened: Displacement
    wins: Money | None

    @property
    def in_front(self) -> Money | None:
        """What it takes to be in front, where that is more than the bid."""
        return self.wins if self.wins is not None and self.wins > self.happened.own else None


def story(
    facts: Outbid, notice: Notice, account: Account, now: datetime, beside: Beside, guard: Html | None = None
) -> Story:
    """`guard`: what the bid's guard says, in the place of the sentence that nothing acts by itself."""
    told = _told(facts, notice, account, now, beside)
    by_itself = say("The bot rented nothing in its place.") if facts.vanished else say(BY_ITSELF)
    return Story(
        name="Machine lost" if unheld(facts.lost or facts.market) and not facts.vanished else "Outbid",
        subject=number(facts.order.id),
        lines=(
            machine(facts.order),
            _what(told),
            also(told.happened),
            *(_gone(told) if facts.vanished else _way_back(told)),
            by_itself if guard is None else guard,
        ),
        resolved=_resolved(told),
        ended=_ended(told),
        rows=_vanished_rows(told) if facts.vanished else _rows(told),
        details=tuple(_details(told)),
        ended_rows=_vanished_rows(told) if facts.vanished and not beside.cancelled else (),
    )


def _told(facts: Outbid, notice: Notice, account: Account, now: datetime, beside: Beside) -> _Told:
    order, market = facts.order, facts.market
    rates, known = market.rates or beside.rates, beside.snapshot
    since = known is not None and known.wallets_at is not None and known.wallets_at >= notice.since
    happened = displacement(
        order,
        market,
        before=facts.before,
        on_demand=beside.on_demand,
        wallets=known.wallets if known is not None and since else None,
        rates=rates,
    )
    winning = winning_bid(market, happened.own.currency, own=order.id, rates=rates)
    wins = winning.bid if isinstance(winning, Winning) else None
    return _Told(facts, notice, account, now, beside, rates, happened, wins)


def _what(told: _Told) -> Html:
    return why(told.happened, told.facts.market, told.rates, _since_it_held(told), told.now)


def _since_it_held(told: _Told) -> OnDemand | None:
    """A marketplace that was read while the bid still held tells nothing of the loss."""
    on_demand, before = told.beside.on_demand, told.facts.before
    return None if on_demand and before and on_demand.read_at <= before.read_at else on_demand


def _way_back(told: _Told) -> Lines:
    happened, above = told.happened, told.in_front
    if not happened.raise_helps:
        return (_waits(told),)
    if told.wins is None:
        return (say("What would win it now is not known."),)
    if above is None:
        return (say("No other bid is known to be higher, so there is nothing to raise."),)
    takes = "It takes {bid} a day" if happened.decides is Loss.MINIMUM else "{bid} a day would win it now"
    more = say(", {more} a day more than now.", more=exact_coin(above - happened.own))
    return (
        join((say(takes, bid=worth(above, told.rates, to_the_digit=True)), more), ""),
        _cost(told, above),
    )


def _waits(told: _Told) -> Html:
    """What a bid waits for where a higher one would change nothing now, and what it takes to be in front then."""
    if Loss.NO_AUCTION in told.happened.reasons:
        return say("There is nothing to raise now.")
    own = worth(told.happened.own, told.rates, to_the_digit=True)
    until = next((_UNTIL[loss] for loss in _UNTIL if loss in told.happened.reasons), None)
    waits = (
        say("Your bid of {own} a day waits.", own=own)
        if until is None
        else say("A raise changes nothing now: your bid of {own} a day waits until {until}.", own=own, until=until)
    )
    return join((waits, _in_front(told, waits_for_it=until is not None)), " ")


def _in_front(told: _Told, *, waits_for_it: bool) -> Html:
    if told.in_front is None:
        if waits_for_it:
            return say("No other bid is known to be higher.")
        return say("No other bid is known to be higher, so there is nothing to raise.")
    bid = exact_coin(told.in_front)
    if told.happened.above is not None:
        return say("Another bid is higher: {bid} a day would be in front.", bid=bid)
    return say("It takes {bid} a day to be in front.", bid=bid)


def _gone(told: _Told) -> Lines:
    """The order is gone, and a new bid can be placed."""
    if told.wins is None or not told.happened.raise_helps:
        return (say("The order is gone, so there is nothing to raise."),)
    return (
        say(
            "The order is gone, so there is nothing to raise; a new bid of {bid} a day would win it now.",
            bid=worth(told.wins, told.rates, to_the_digit=True),
        ),
        _cost(told, told.wins),
    )


def _cost(told: _Told, bid: Money) -> Html:
    """What a bid costs while it holds the machine, how long its coin lasts then, and how that compares."""
    cost = with_fee(bid, told.facts.order.fee)
    span = _runway_at(told, bid)
    return join(
        (
            say("With fee {cost} a day", cost=worth(cost, told.rates)),
            say("{hour} an hour", hour=coin(cost / 24)),
            say("{coin} lasts {span} then", coin=symbol(bid.currency), span=lasts(span)) if span is not None else None,
            against_on_demand(cost, told.beside.listing, told.rates),
        )
    )


def _runway_at(told: _Told, bid: Money) -> timedelta | None:
    known, order = told.beside.snapshot, told.facts.order
    if known is None or known.orders is None or known.wallets is None:
        return None
    listed = known.orders.open if known.orders.find(order.id) else (*known.orders.open, order)
    return runway_with(listed, known.waiting, known.wallets, order.id, bid)


def _resolved(told: _Told) -> Lines:
    facts = told.facts
    found = won_back(
        facts.order,
        facts.market,
        lost=facts.lost,
        changes=told.beside.changes,
        tenant=_since_it_held(told),
        rates=told.rates,
    )
    return (
        say("Won back{after}: {by}.", after=after(told.notice), by=_by(found)),
        say(
            "{bid} a day holds the machine, with fee {cost}.",
            bid=exact_coin(found.bid),
            cost=worth(with_fee(found.bid, facts.order.fee), told.rates),
        ),
    )


def _by(found: WonBack) -> Html:
    bid, was, now = (None if money is None else exact_coin(money) for money in (found.bid, found.was, found.now))
    match found.by:
        case Regain.RAISED:
            return say("your bid was raised from {was} to {bid}", was=was, bid=bid)
        case Regain.GUARD:
            return say("the guard raised your bid from {was} to {bid}", was=was, bid=bid)
        case Regain.RAISED_ELSEWHERE:
            return say("your bid is {bid} now, it was {was}", was=was, bid=bid)
        case Regain.OWN_OTHER:
            return say("another bid of yours holds the machine")
        case Regain.RIVAL_LEFT:
            return say("the other bid of {was} left", was=was)
        case Regain.RIVAL_LOWERED:
            return say("the other bid went down from {was} to {now}", was=was, now=now)
        case Regain.TENANT_LEFT:
            return say("the tenant on demand left")
        case Regain.MINIMUM_LOWERED:
            return say("the host lowered its minimum to {now}", now=now)
        case Regain.ONLINE:
            return say("the host is back online")
        case Regain.SHOWN:
            return say("its host shows the server again")
        case Regain.UNKNOWN:
            return say("your bid holds the machine")


def _ended(told: _Told) -> Lines:
    facts, beside = told.facts, told.beside
    if beside.cancelled:
        by = (
            say("it was cancelled in {chat}", chat=beside.cancelled_in)
            if beside.cancelled_in
            else say("it was cancelled from this chat")
        )
    elif facts.order.left(told.notice.at) <= NEAR_ITS_END:
        by = say("the order reached its maximum length")
    else:
        by = say("CLORE.AI does not list the order any more")
    return (
        machine(facts.order),
        say("Ended{after}: {by}.", after=after(told.notice), by=by),
        _what(told) if facts.vanished and not beside.cancelled else None,
    )


def _details(told: _Told) -> Iterator[Html | None]:
    facts, beside, rates, now = told.facts, told.beside, told.rates, told.now
    if facts.before is not None:
        held = facts.before.read_at
        yield say("It held the machine when last read before, {at}", at=when(held, now))
    if facts.market.offers:
        yield from ladder(facts.market, facts.order.id, rates, now)
    if rates is not None and abs(rates.at - facts.market.read_at) > TOGETHER:
        yield say("Rates from {at}", at=when(rates.at, now))
    instead = on_demand_quote(beside.listing, told.happened.own.currency, rates)
    if instead is not None and beside.listing is not None and beside.listed_at is not None:
        yield say(
            "On demand it costs {price} a day with fee and is {state}, read {at}",
            price=worth(instead.per_day, rates),
            state="taken" if beside.listing.rented else "free to rent",
            at=when(beside.listed_at, now),
        )


def _rows(told: _Told) -> tuple[Row, ...]:
    """No way to a question stands in the last row but one: the button that spends, or cancels, will be there."""
    account, order, above = told.account.id, told.facts.order, told.in_front
    price, auction = Press("Other price…", AskPrice(account, order.id)), Press("🔨 Auction", ShowAuction(order.server))
    leave, opened = (
        Press("🏳 Let it go…", AskCancel(account, order.id)),
        Press("Open order", ShowOrder(account, order.id)),
    )
    if told.happened.raise_helps and (above is not None or told.wins is None):
        again = f"📈 Raise to {exact_coin(above)}…" if above is not None else "📈 Raise bid…"
        return (
            (Press(label(again), AskRaise(account, order.id)),),
            (price, leave),
            (auction, _similar(told)),
            (opened, *_instead(told)),
        )
    raise_it = (Press("📈 Raise…", AskRaise(account, order.id)),) if above is not None else ()
    top_up = (Press("📥 Top up", ShowDeposits(account)),) if told.happened.decides is Loss.NO_FUNDS else ()
    return ((*top_up, _similar(told), auction), (opened, price), (leave, *raise_it, *_instead(told)))


def _vanished_rows(told: _Told) -> tuple[Row, ...]:
    account, order = told.account.id, told.facts.order
    return (
        (Press("🔁 Bid again…", RentAgain(account, order.id)),),
        (_similar(told), Press("🔨 Auction", ShowAuction(order.server))),
        (Press("📋 Rentals", ShowOrders(account)), *_instead(told)),
    )


def _similar(told: _Told) -> Press:
    return Press("🔎 Similar", FindSimilar(told.account.id, told.facts.order.id))


def _instead(told: _Told) -> Row:
    """The machine on demand, where the marketplace lists it free, and since it was lost unless a bid has it."""
    listing = told.beside.listing
    since = told.facts.market.holder is not None or _since_it_held(told) is not None
    if listing is None or listing.rented or not since or not quotes(listing) or told.happened.reasons & NO_BID_HELPS:
        return ()
    return (Press("🛒 On demand…", StartRent(listing.id)),)
