"""Changing a bid: the question, what it leads to, and why CLORE.AI says no."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.ids import OrderId
from bot.domain.limits import within
from bot.domain.market import OnDemand
from bot.domain.money import Money, Rates, plain, symbol, unit, with_fee
from bot.domain.quote import Quote
from bot.domain.rental import Order
from bot.domain.spot import NoAnswer, SpotMarket, in_coin, minimum_bid, own_bid
from handlers.actions import AskLowering, AskPrice, AskRaise, ShowOrder, ShowOrders, ShowPastOrders
from handlers.guard_actions import ShowGuard
from handlers.rent_actions import RentAgain
from handlers.screen import Press, Row, Screen, Style
from handlers.views.auction import REASONS, ladder, standing, unheld, why_nobody
from handlers.views.errors import three_parts
from handlers.views.frame import Account, age, confirmation, label, navigation, screen, title, valid_until
from handlers.views.html import Html, deadline, join, say
from handlers.views.rental import machine, number
from handlers.views.words import duration, exact_coin, lasts, percent, worth


class PriceProblem(StrEnum):
    """Why a typed price is not taken."""

    NOT_A_NUMBER = "That is no price. Write a number above zero, with digits and a point."
    OTHER_COIN = "A bid stays in its coin. Write a number without another coin's name."
    TOO_FINE = "That is finer than the smallest step of this coin."
    SAME = "That is the price it bids already. Nothing to change."


def confirm(
    account: Account,
    order: Order,
    bid: Money,
    now: datetime,
    *,
    token: str,
    expires_at: datetime,
    market: SpotMarket,
    rates: Rates | None = None,
    runway_after: timedelta | None = None,
    on_demand: OnDemand | None = None,
    ceiling: Money | None = None,
    instead: Quote | None = None,
    guard: Html | None = None,
) -> Screen:
    """The question before a bid is changed. The price in the button is, to the digit, what will be sent.

    `runway_after`: of the bid's coin. `on_demand`: what the marketplace says of the server, `instead`: what it costs on
    demand. `ceiling`: what its owner has set for its guard. `guard`: that it is on.
    """
    rates, present, offer = rates or market.rates, own_bid(order, market), market.find(order.id)
    verb, holds = "Raise" if bid > present else "Lower", offer is None or offer.active
    return screen(
        (
            title("⚖️", f"{verb} this bid?", number(order.id), account),
            machine(order),
            say(
                "{before} → {after} a day, before fee",
                before=exact_coin(present),
                after=worth(bid, rates, to_the_digit=True),
            ),
            standing(bid, market, rates, on_demand=on_demand, now=now, own=order.id),
            cost(order, bid, rates, runway_after),
            join(
                (
                    _too_much(order, bid, rates, ceiling, instead) if verb == "Raise" else None,
                    _cannot_be_undone(verb, holds=holds),
                    guard,
                ),
                " ",
            ),
            valid_until(expires_at, now),
            age(market.read_at, now, rates),
        ),
        (
            (Press("✏️ Another price…", AskPrice(account.id, order.id)),),
            (Press("🛡 Guard…", ShowGuard(account.id, order.id)),),
            *confirmation(token, f"{verb} to {exact_coin(bid)}", Style.SUCCESS if verb == "Raise" else Style.DANGER),
        ),
        details=ladder(market, order.id, rates, now),
    )


def ask_price(
    account: Account,
    order: Order,
    market: SpotMarket,
    now: datetime,
    *,
    rates: Rates | None = None,
    problem: PriceProblem | None = None,
) -> Screen:
    """Asks for a price to be typed."""
    rates = rates or market.rates
    least, step = minimum_bid(market, order.price.currency, rates), unit(order.price.currency)
    asked = screen(
        (
            title("✏️", "Your price", number(order.id), account),
            say("⚠️ {problem}", problem=say(problem)) if problem else None,
            say(
                "Write the bid per day for the whole machine in {coin}, before the fee, in steps of {step}.",
                coin=symbol(order.price.currency),
                step=plain(step),
            ),
            say("Now it bids {bid}.", bid=exact_coin(own_bid(order, market))),
            say("The host takes {least} or more.", least=exact_coin(least)) if least is not None else None,
            say("Nothing is sent before you confirm it. /cancel leaves."),
            age(market.read_at, now, rates),
        ),
        (navigation(ShowOrder(account.id, order.id)),),
        details=ladder(market, order.id, rates, now),
    )
    return Screen(asked.text, asked.rows, asks=True)


def already_holds(
    account: Account, order: Order, market: SpotMarket, now: datetime, rates: Rates | None = None
) -> Screen:
    """Nothing to raise: the bid holds its machine."""
    rates = rates or market.rates
    return screen(
        (
            title("✅", "Nothing to raise", number(order.id), account),
            say(
                "Your bid of {bid} a day holds the machine.",
                bid=worth(own_bid(order, market), rates, to_the_digit=True),
            ),
            say("Nothing was changed."),
            age(market.read_at, now, rates),
        ),
        (
            (
                Press("✏️ Set price…", AskPrice(account.id, order.id)),
                Press("Open order", ShowOrder(account.id, order.id)),
            ),
            navigation(ShowOrders(account.id)),
        ),
        details=ladder(market, order.id, rates, now),
    )


def already_highest(
    account: Account,
    order: Order,
    market: SpotMarket,
    now: datetime,
    rates: Rates | None = None,
    on_demand: OnDemand | None = None,
) -> Screen:
    """Nothing to raise: no other bid is higher, and this one does not hold the machine all the same."""
    rates = rates or market.rates
    return screen(
        (
            title("⏸", "Nothing to raise", number(order.id), account),
            say(
                "Your bid of {bid} a day waits, and no other bid is higher.",
                bid=worth(own_bid(order, market), rates, to_the_digit=True),
            ),
            why_nobody(market, on_demand, now)
            if unheld(market)
            else say("Another bid holds the machine: CLORE.AI may count with other rates than those known here."),
            say("Nothing was changed."),
            age(market.read_at, now, rates),
        ),
        (
            (
                Press("✏️ Set price…", AskPrice(account.id, order.id)),
                Press("Open order", ShowOrder(account.id, order.id)),
            ),
            navigation(ShowOrders(account.id), AskRaise(account.id, order.id)),
        ),
        details=ladder(market, order.id, rates, now),
    )


def not_a_bid(account: Account, order: Order, read_at: datetime | None, now: datetime) -> Screen:
    """A price was asked for where there is no auction: the order is on demand."""
    return three_parts(
        title("❔", "Not a bid", number(order.id), account),
        say("This is a rental on demand: its price was fixed when it began."),
        say("Nothing was changed."),
        say("Only spot bids have a price that can be changed."),
        ((Press("Open order", ShowOrder(account.id, order.id)),), navigation(ShowOrders(account.id))),
        read=age(read_at, now),
    )


def overtaken(account: Account, order: OrderId, asked: Money, present: Money) -> Screen:
    """The bid was changed between the question and the press: what was asked would now do something else."""
    return three_parts(
        title("⛔", "Not sent", number(order), account),
        say("The bid was changed after you were asked: it is {present} a day now.", present=exact_coin(present)),
        say("{asked} a day was not sent.", asked=exact_coin(asked)),
        say("Ask again if you still want to change it."),
        (
            (Press("✏️ Set price…", AskPrice(account.id, order)), Press("Open order", ShowOrder(account.id, order))),
            navigation(ShowOrders(account.id)),
        ),
    )


def no_suggestion(account: Account, order: Order, market: SpotMarket, answer: NoAnswer, now: datetime) -> Screen:
    """No winning bid can be named; where that is for want of a rate, a price can still be typed."""
    typed: Row = (Press("✏️ Set price…", AskPrice(account.id, order.id)),) if answer.reason == NoAnswer.NO_RATE else ()
    return screen(
        (
            title("❔", "No winning price known", number(order.id), account),
            say(REASONS.get(answer.reason, "No comparison can be made.")),
            say("Nothing was changed."),
            say("You can name a price yourself.") if typed else None,
            age(market.read_at, now, market.rates),
        ),
        (typed, navigation(ShowOrder(account.id, order.id), AskRaise(account.id, order.id))),
        details=ladder(market, order.id, None, now),
    )


def vanished(account: Account, order: OrderId, read_at: datetime | None, now: datetime) -> Screen:
    """The bid is in no list any more: there is nothing to raise."""
    return three_parts(
        title("❔", "Bid gone", number(order), account),
        say("CLORE.AI does not list this bid any more, so there is nothing to raise."),
        say("Nothing was changed, and nothing was rented in its place."),
        say("A new bid can be placed, set up as this one was."),
        (
            (Press("🔁 Bid again…", RentAgain(account.id, order)),),
            (Press("📋 Rentals", ShowOrders(account.id)), Press("📜 Past", ShowPastOrders(account.id))),
            navigation(),
        ),
        read=age(read_at, now),
    )


def step_too_big(account: Account, order: OrderId, asked: Money, lowest: Money, entry: int) -> Screen:
    """CLORE.AI lowers a bid only so far at once (`max_step` is the lowest price that is allowed now).

    `entry`: the change that was refused, of the ledger.
    """
    return _refused(
        account,
        order,
        say("CLORE.AI does not lower a bid to {asked} in one step.", asked=exact_coin(asked)),
        say(
            "The lowest it takes now is {lowest}; the next step is open 10 minutes after that.",
            lowest=exact_coin(lowest),
        ),
        (AskLowering(account.id, order, entry), asked),
    )


def too_soon(account: Account, order: OrderId, asked: Money, wait: timedelta, now: datetime, entry: int) -> Screen:
    """CLORE.AI lowers a bid once in 600 seconds (`time_to_lowering`). `entry`: as for `step_too_big`."""
    return _refused(
        account,
        order,
        say(
            "A bid can be lowered once every 10 minutes; {wait} are left, so {asked} was refused.",
            wait=duration(wait),
            asked=exact_coin(asked),
        ),
        say("Lowering is open {then}. Raising is possible at any time.", then=deadline(now + wait, now)),
        (AskLowering(account.id, order, entry), asked),
    )


def too_low(account: Account, order: OrderId, asked: Money, minimum: Money | None) -> Screen:
    """`too_low_price`: below what the host takes."""
    least = say("The host takes {least} or more.", least=exact_coin(minimum)) if minimum is not None else None
    return _refused(
        account,
        order,
        say("{asked} a day is less than the host takes.", asked=exact_coin(asked)),
        join((least, say("Name a higher price.")), " "),
    )


def _refused(
    account: Account,
    order: OrderId,
    happened: Html,
    advice: Html,
    later: tuple[AskLowering, Money] | None = None,
) -> Screen:
    """`later`: what gets it there in time, and where that is."""
    queue: Row = (Press(label(f"⏬ Lower to {exact_coin(later[1])} in time…"), later[0]),) if later else ()
    return three_parts(
        title("⛔", "Bid not changed", number(order), account),
        happened,
        say("The bid stays as it was."),
        advice,
        (
            queue,
            (Press("✏️ Set price…", AskPrice(account.id, order)), Press("Open order", ShowOrder(account.id, order))),
            navigation(ShowOrders(account.id)),
        ),
    )


def cost(order: Order, bid: Money, rates: Rates | None, runway_after: timedelta | None) -> Html:
    cost = say(
        "While active it costs {cost} a day with {fee} fee",
        cost=worth(with_fee(bid, order.fee), rates),
        fee=percent(order.fee),
    )
    name = symbol(bid.currency)
    runway = say("{coin} lasts {span} then", coin=name, span=lasts(runway_after)) if runway_after is not None else None
    return join((cost, runway))


def _too_much(
    order: Order, bid: Money, rates: Rates | None, ceiling: Money | None, instead: Quote | None
) -> Html | None:
    """The ceiling that its owner has set; without one, what the machine costs without bidding."""
    if ceiling is not None:
        most = within(ceiling, bid.currency, rates)
        if most is None or bid <= most:
            return None
        return say("⚠️ Above your ceiling of {ceiling} a day.", ceiling=exact_coin(ceiling))
    demanded = in_coin(instead.per_day, bid.currency, rates) if instead is not None else None
    if instead is None or demanded is None or with_fee(bid, order.fee) < demanded:
        return None
    return say("⚠️ Renting on demand costs no more: {cost} a day with fee.", cost=worth(instead.per_day, rates))


def _cannot_be_undone(verb: str, *, holds: bool) -> Html:
    if verb == "Raise":
        return say("Acts at once. Back down goes only in small steps, one every 10 minutes.")
    again = say("The next lowering is open after 10 minutes.")
    return join((say("A lower bid can lose the machine, and its data, at once.") if holds else None, again), " ")
