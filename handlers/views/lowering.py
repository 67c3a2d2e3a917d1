"""Lowering a bid to a target in steps: the question, how far it is, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain.descent import Descent, End, Why
from bot.domain.ids import LoweringId, OrderId, ServerId
from bot.domain.lowering import Basis, Plan
from bot.domain.market import OnDemand
from bot.domain.money import Money, Rates
from bot.domain.rental import Order
from bot.domain.spot import SpotMarket
from handlers.actions import AskPrice, AskRaise, DropLowering, ShowOrder, ShowOrders
from handlers.market_actions import ShowAuction
from handlers.screen import Press, Row, Screen, Style
from handlers.views.auction import ladder
from handlers.views.auction import standing as place
from handlers.views.bids import cost
from handlers.views.errors import three_parts
from handlers.views.frame import Account, age, confirmation, navigation, screen, title, valid_until
from handlers.views.html import Html, code, deadline, join, say
from handlers.views.rental import machine, number
from handlers.views.words import counted, exact_coin, worth

MOST_STEPS: Final = 1_000
"""A week of them. Of a longer way it is not said when it ends: an absurd price could take it past every calendar."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A bid on its way down. `step`: the next one by the last reading; `None` where that allows none, or is missing."""

    lowering: LoweringId
    descent: Descent
    step: Plan | None = None


def confirm(
    account: Account,
    order: Order,
    descent: Descent,
    step: Plan,
    now: datetime,
    *,
    token: str,
    expires_at: datetime,
    market: SpotMarket,
    rates: Rates | None = None,
    runway_after: timedelta | None = None,
    on_demand: OnDemand | None = None,
) -> Screen:
    """The one question before all steps."""
    rates = rates or market.rates
    return screen(
        (
            title("⏬", "Lower as soon as allowed?", number(order.id), account),
            machine(order),
            say(
                "{before} → {after} a day, before fee",
                before=exact_coin(descent.bid),
                after=worth(descent.target, rates, to_the_digit=True),
            ),
            join(
                (place(descent.target, market, rates, on_demand=on_demand, now=now, own=order.id), _risk(descent)), " "
            ),
            _way(step, now),
            cost(order, descent.target, rates, runway_after),
            valid_until(expires_at, now),
            age(market.read_at, now, rates),
        ),
        (
            (Press("✏️ Another price…", AskPrice(account.id, order.id)),),
            *confirmation(token, f"Lower to {exact_coin(descent.target)}", Style.DANGER),
        ),
        details=(
            say("It ends, and I tell you, once the bid is there, outbid, gone, or changed by anybody."),
            *ladder(market, order.id, rates, now),
        ),
    )


def queued(account: Account, order: OrderId, standing: Standing, now: datetime) -> Screen:
    """After the press: what happens by itself from now on."""
    return screen(
        (
            title("⏬", "Lowering", number(order), account),
            line(standing, now),
            say("I look at the auction before each step, and tell you when it is there or why it stopped."),
        ),
        (
            (stop(standing.lowering),),
            (Press("Open order", ShowOrder(account.id, order)), Press("📋 Rentals", ShowOrders(account.id))),
            navigation(),
        ),
    )


def line(standing: Standing, now: datetime) -> Html:
    """How far it is, for the cards of its order and its auction."""
    descent, step = standing.descent, standing.step
    head = say("⏬ To {target}", target=exact_coin(descent.target))
    if descent.end is not None:
        return join((head, say("over: the bid is {bid}", bid=exact_coin(descent.bid))))
    if descent.sending is not None:
        return join((head, say("a step to {price} is under way", price=exact_coin(descent.sending))))
    if step is None:
        return join((head, say("waits for a newer reading of the auction")))
    left = say("{steps} left", steps=counted(step.steps, "step", "steps")) if step.steps is not None else None
    if not step.due(now):
        then = say("next to {price} {at}", price=exact_coin(step.price), at=deadline(step.at, now))
    elif step.basis is Basis.UNKNOWN:
        then = say("tried there by the next reading")
    else:
        then = say("next to {price} by the next reading", price=exact_coin(step.price))
    return join((head, then, left))


def stop(lowering: LoweringId) -> Press:
    return Press("✖ Stop lowering", DropLowering(lowering))


def nothing_to_lower(account: Account, order: OrderId, market: SpotMarket, bid: Money, now: datetime) -> Screen:
    """By the auction as it is now, the bid cannot go lower on this way."""
    return three_parts(
        title("⏬", "Nothing to lower", number(order), account),
        say("Your bid of {bid} a day cannot be lowered to a price that I could name.", bid=exact_coin(bid)),
        say("Nothing was changed."),
        say("You can name another price yourself."),
        _ways(account, order),
        read=age(market.read_at, now, market.rates),
    )


def under_way(account: Account, order: OrderId) -> Screen:
    """A step of an earlier lowering was sent just now, so the bid is not what the question said."""
    return three_parts(
        title("⛔", "Not queued", number(order), account),
        say("A step of the lowering before is just under way, so the bid is not what you were asked about."),
        say("The lowering before goes on as it was."),
        say("Ask again in a minute."),
        _ways(account, order),
    )


def dropped(account: Account, order: OrderId, descent: Descent) -> Screen:
    """Stopped by a person."""
    sent = descent.sending
    last = (
        say("A step to {price} was sent before, and cannot be called back.", price=exact_coin(sent))
        if sent is not None
        else say("The bid stays at {bid} a day.", bid=exact_coin(descent.bid))
    )
    return screen(
        (title("✅", "Lowering stopped", number(order), account), last, say("No further step is sent.")),
        _ways(account, order),
    )


def over_already(account: Account, order: OrderId) -> Screen:
    return screen(
        (
            title("⏹", "Over already", number(order), account),
            say("That lowering had ended before. Nothing was changed."),
        ),
        _ways(account, order),
    )


def ended(
    account: Account, order: OrderId, server: ServerId, descent: Descent, end: End, rates: Rates | None = None
) -> Screen:
    """Told once: it is where it was to go, or why it is not."""
    went = descent.bid != descent.began
    reached = end.why is Why.REACHED
    stays = "went from {began} to {bid}" if went else "stayed at {bid}"
    bid = worth(descent.bid, rates, to_the_digit=True)
    how = say(stays, began=exact_coin(descent.began), bid=bid)
    raising: Row = (Press("📈 Raise bid…", AskRaise(account.id, order)),) if end.why is Why.OUTBID else ()
    return screen(
        (
            title("✅" if reached else "🟠", "Lowered" if reached else "Lowering stopped", number(order), account),
            say("Server {server}", server=code(server)),
            None if reached else _why(end, rates),
            say("The bid {how} a day.", how=how) if end.why not in {Why.CHANGED, Why.GONE} else None,
            None if reached else say("You wanted {target}. I send no further step.", target=exact_coin(descent.target)),
        ),
        (raising, (Press("🔨 Auction", ShowAuction(server)),), *_ways(account, order)),
    )


def _why(end: End, rates: Rates | None) -> Html:
    limit = worth(end.limit, rates, to_the_digit=True) if end.limit is not None else None
    match end.why:
        case Why.CHANGED if limit is not None:
            return say("The bid was changed: it is {limit} a day now, which is not what I left.", limit=limit)
        case Why.GONE | Why.CHANGED:
            return say("CLORE.AI does not list this bid any more.")
        case Why.OUTBID if limit is not None:
            return say("It does not hold the machine any more: {limit} a day does.", limit=limit)
        case Why.OUTBID:
            return say("It does not hold the machine any more.")
        case Why.RIVAL if limit is not None:
            return say("Lower, it would lose the machine to another bid of {limit} a day.", limit=limit)
        case Why.MINIMUM if limit is not None:
            return say("The host takes {limit} or more.", limit=limit)
        case Why.MINIMUM:
            return say("The host takes no less.")
        case Why.KEY:
            return say("CLORE.AI does not take this account's key.")
        case Why.REFUSED:
            return say("CLORE.AI refused a step: {error}", error=code(end.detail or "no reason", 200))
        case _:
            return say("CLORE.AI does not lower it any further.")


def _way(step: Plan, now: datetime) -> Html:
    then = say("at once") if step.due(now) else deadline(step.at, now)
    if step.basis is Basis.UNKNOWN:
        return say("First tried there {then}; where that is too far, as far as CLORE.AI then names.", then=then)
    if step.price == step.target:
        return say("It takes one step, {then}.", then=then)
    first = say("Next step: {price}, {then}", price=exact_coin(step.price), then=then)
    if step.steps is None:
        return first
    steps = say("about {steps} in all", steps=counted(step.steps, "step", "steps"))
    done = step.done_at if step.steps <= MOST_STEPS else None
    return join((first, steps, say("there {at}", at=deadline(done, now)) if done is not None else None))


def _risk(descent: Descent) -> Html | None:
    if descent.keeps:
        return say("No step goes so low that another bid takes the machine.")
    return say("A lower bid can lose the machine, and its data, at once.") if descent.held else None


def _ways(account: Account, order: OrderId) -> tuple[Row, ...]:
    return (
        (Press("✏️ Set price…", AskPrice(account.id, order)), Press("Open order", ShowOrder(account.id, order))),
        navigation(ShowOrders(account.id)),
    )
