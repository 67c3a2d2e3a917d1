"""Cancelling a rental or bid: the question, the optional report, and leaving a step under way."""

from __future__ import annotations

from datetime import datetime

from bot.alerts.snapshot import Snapshot
from bot.domain.draft import MAX_ISSUE
from bot.domain.money import Rates
from bot.domain.rental import Order, RentalState
from handlers.actions import Action, AskCancel, AskReport, Home, ShowOrder
from handlers.screen import Press, Row, Screen, Style
from handlers.views.frame import Account, age, confirmation, navigation, screen, title, valid_until
from handlers.views.html import Html, join, say, text
from handlers.views.order import creation_fee
from handlers.views.rental import day_price, machine, number
from handlers.views.words import worth


def confirm(
    account: Account,
    order: Order,
    snapshot: Snapshot,
    now: datetime,
    *,
    token: str,
    expires_at: datetime,
    rates: Rates | None = None,
    report: str = "",
) -> Screen:
    """The question before a cancellation: what it has cost so far, and what is lost."""
    waiting = order.state(now, bid_active=snapshot.bid_active(order)) is RentalState.WAITING
    what = "bid" if waiting else "rental"
    return screen(
        (
            title("🛑", f"Cancel this {what}?", number(order.id), account),
            machine(order),
            _cost(order, now, rates, waiting=waiting),
            say("The bid is taken back; it costs nothing while it waits.")
            if waiting
            else say("Everything on the machine is lost. This cannot be undone."),
            say("A report of {length} characters goes to CLORE.AI with it.", length=len(report)) if report else None,
            valid_until(expires_at, now),
            age(snapshot.orders_at, now, rates),
        ),
        (
            (
                Press(
                    "📝 Change report…" if report else "📝 Add a report…",
                    AskReport(account.id, order.id),
                ),
            ),
            *confirmation(token, f"🛑 Cancel {what} #{order.id}", Style.DANGER),
        ),
        details=[say("Report: {report}", report=text(report, 600))] if report else (),
    )


def ask_report(account: Account, order: Order, *, too_long: int | None = None) -> Screen:
    """Asks for the text that goes to CLORE.AI with the cancellation. `too_long`: the length of one that was refused."""
    problem = say("⚠️ That had {length} characters.", length=f"{too_long:,}") if too_long is not None else None
    asked = screen(
        (
            title("📝", "What is wrong with it?", number(order.id), account),
            problem,
            say(
                "Write what CLORE.AI should know about this machine, at most {most} characters.", most=f"{MAX_ISSUE:,}"
            ),
            say("It is sent only together with the cancellation, which you confirm next. /cancel leaves."),
        ),
        (
            (Press("Cancel without a report…", AskCancel(account.id, order.id)),),
            (Press("Open order", ShowOrder(account.id, order.id)),),
            navigation(ShowOrder(account.id, order.id)),
        ),
    )
    return Screen(asked.text, asked.rows, asks=True)


def left() -> Screen:
    """`/cancel` without a number, while something was being asked."""
    return screen((say("Left. Nothing was done; what you write now answers nothing."),), (navigation(Home()),))


def nothing_to_leave() -> Screen:
    return screen(
        (
            say("Nothing is under way."),
            say("To cancel a rental, write /cancel and its number, or open it from /orders."),
        ),
        (navigation(Home()),),
    )


def declined() -> Screen:
    """The question was answered with no."""
    return screen((say("Kept. Nothing was sent."),), (navigation(Home()),))


def expired(again: Action | None = None) -> Screen:
    """The question was not answered in time. `again`: what asks it anew."""
    row: Row = (Press("🔁 Ask again…", again),) if again else ()  # where the question had its way out
    return screen((say("⌛ This question has ended. Nothing was sent."),), ((*row, *navigation()),))


def _cost(order: Order, now: datetime, rates: Rates | None, *, waiting: bool) -> Html:
    spent = order.spent_with_fee
    total = say("Spent so far {spent} with fee", spent=worth(spent, rates)) if spent is not None else None
    if waiting:
        return total or say("Spent so far: not reported")
    price = say("costs {price}", price=day_price(order, rates))
    return join((total or say("Spent so far: not reported"), price, creation_fee(order, now)))
