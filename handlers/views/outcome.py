"""What became of a request that changes something: done, refused, or not known."""

from __future__ import annotations

from datetime import datetime

from bot.domain.ids import DraftId, OrderId
from bot.domain.market import OnDemand
from bot.domain.money import Money, Rates
from handlers.actions import AskCancel, AskRaise, ShowOrder, ShowOrders, ShowPastOrders
from handlers.rent_actions import NextCandidate
from handlers.screen import Press, Row, Screen
from handlers.views.auction import why_unheld
from handlers.views.errors import three_parts
from handlers.views.frame import Account, age, navigation, screen, title
from handlers.views.html import Html, code, join, say, text
from handlers.views.rental import number
from handlers.views.words import exact_coin, worth


def working_on_bid(account: Account, order: OrderId, bid: Money) -> Screen:
    """While the request is under way."""
    head = title("⏳", "Changing the bid", number(order), account)
    return screen((head, say("Asking CLORE.AI for {bid} a day …", bid=exact_coin(bid))))


def working_on_cancel(account: Account, order: OrderId) -> Screen:
    head = title("⏳", "Cancelling", number(order), account)
    return screen((head, say("Asked CLORE.AI; looking whether it is gone …")))


def bid_done(
    account: Account,
    order: OrderId,
    bid: Money,
    now: datetime,
    *,
    active: bool | None,
    holder: Money | None = None,
    on_demand: OnDemand | None = None,
    read_at: datetime | None = None,
    rates: Rates | None = None,
) -> Screen:
    """CLORE.AI took the bid. `active`: what its auction showed afterwards; `None` where it was not read.

    `holder`: the bid that holds the machine where this one waits; `None`: no bid does.
    """
    price = worth(bid, rates, to_the_digit=True)
    return screen(
        (
            title("✅", "Bid changed", number(order), account),
            _where_it_stands(price, active, holder, rates),
            why_unheld(on_demand, read_at or now, now) if active is False and holder is None else None,
            age(read_at, now, rates) if read_at else None,
        ),
        (
            (Press("📈 Raise bid…", AskRaise(account.id, order)),) if active is False and holder is not None else (),
            *_around(account, order),
        ),
    )


def _where_it_stands(price: str, active: bool | None, holder: Money | None, rates: Rates | None) -> Html:
    now = say("It is {price} a day now", price=price)
    if active is None:
        return join((now, "whether it holds the machine is not known yet."), "; ")
    if active:
        return join((now, "and it holds the machine."), ", ")
    if holder is None:
        return join((now, "and it waits."), ", ")
    return say(
        "{now}, and it waits: {holder} holds the machine.", now=now, holder=worth(holder, rates, to_the_digit=True)
    )


def bid_refused(account: Account, order: OrderId, bid: Money, error: str) -> Screen:
    """CLORE.AI said no with a word that has no sentence of its own here; its word is shown as it came."""
    return three_parts(
        title("⛔", "Bid not changed", number(order), account),
        say("CLORE.AI refused {bid} a day: {error}", bid=exact_coin(bid), error=code(error, 200)),
        say("The bid stays as it was."),
        say("Look at the order, then try again."),
        _around(account, order),
    )


def bid_unknown(account: Account, order: OrderId, bid: Money, seen: Money | None = None) -> Screen:
    """No answer came, and no later reading settled it. `seen`: the bid as the auction showed it last."""
    shown = say(" The auction showed {seen} when last read.", seen=exact_coin(seen)) if seen is not None else ""
    return three_parts(
        title("❔", "Outcome unknown", number(order), account),
        say(
            "I did not get an answer in time. The bid may be {bid} now, or as it was.{shown}",
            bid=exact_coin(bid),
            shown=shown,
        ),
        say("I do not send it again by myself."),
        say("Open the order: it shows the bid as CLORE.AI has it."),
        _around(account, order),
    )


def cancelled(
    account: Account,
    order: OrderId,
    now: datetime,
    *,
    read_at: datetime,
    spent: Money | None = None,
    again: DraftId | None = None,
) -> Screen:
    """Only where a complete answer does not list the order any more. `again`: what it was made from, where it was bad."""
    return screen(
        (
            title("✅", "Cancelled", number(order), account),
            say("It is gone from CLORE.AI's list."),
            say("Spent {spent} with fee, as last seen.", spent=worth(spent, None)) if spent is not None else None,
            age(read_at, now),
        ),
        (
            (Press("⏭ Next candidate", NextCandidate(again)),) if again is not None else (),
            (Press("📋 Rentals", ShowOrders(account.id)), Press("📜 Past", ShowPastOrders(account.id))),
            navigation(),
        ),
    )


def still_listed(account: Account, order: OrderId, now: datetime, *, read_at: datetime) -> Screen:
    """CLORE.AI took the cancellation, and lists the order all the same."""
    return three_parts(
        title("⚠️", "Still listed", number(order), account),
        say("CLORE.AI took the cancellation, but still lists the order."),
        say("It is not confirmed as cancelled, and it may still cost money."),
        say("Look again in a minute; cancelling again is safe."),
        ((Press("🛑 Cancel again…", AskCancel(account.id, order)),), *_around(account, order)),
        read=age(read_at, now),
    )


def cancel_refused(account: Account, order: OrderId, error: str) -> Screen:
    return three_parts(
        title("⛔", "Not cancelled", number(order), account),
        say("CLORE.AI refused: {error}", error=code(error, 200)),
        say("The order stays as it was."),
        say("Look at the order, then try again."),
        _around(account, order),
    )


def cancel_unknown(account: Account, order: OrderId) -> Screen:
    """No answer came, and my_orders could not be read either."""
    return three_parts(
        title("❔", "Outcome unknown", number(order), account),
        say("I did not get an answer in time. The order may be cancelled, or still running."),
        say("Nothing else was sent."),
        say("Look at the list; cancelling again is safe."),
        ((Press("🛑 Cancel again…", AskCancel(account.id, order)),), *_around(account, order)),
    )


def interrupted(account: Account, order: OrderId, what: str, *, called_off: bool = False) -> Screen:
    """A request that was not sent: the program was stopped, or could not write; `called_off`: a person has stopped it."""
    why = "/panic stopped this before it left" if called_off else "I was held up before I could send this"
    return three_parts(
        title("⏹", "Not sent", number(order), account),
        say("{why}: {what}.", why=why, what=text(what, 100)),
        say("Nothing was sent to CLORE.AI."),
        say("If you still want it, ask again."),
        _around(account, order),
    )


def _around(account: Account, order: OrderId) -> tuple[Row, ...]:
    return (
        (Press("Open order", ShowOrder(account.id, order, fresh=True)), Press("📋 Rentals", ShowOrders(account.id))),
        navigation(),
    )
