"""Several machines at once: how far it is, and what came of each."""

from __future__ import annotations

from collections import Counter
from typing import Final

from bot.domain.batch import BatchPlan, Candidate, Skip, State, Why
from bot.domain.ids import BatchId
from bot.domain.ledger import Cause
from bot.domain.money import symbol
from handlers.actions import Home, ShowOrders, ShowWallets
from handlers.rent_actions import ShowBatch, StopBatch
from handlers.screen import Press, Row, Screen
from handlers.views.frame import Account, navigation, screen, title
from handlers.views.html import Html, code, join, say, text
from handlers.views.words import usd

CAUSES: Final[dict[Cause, str]] = {
    Cause.TAKEN: "taken by somebody else",
    Cause.PRICE_MOVED: "its price went up",
    Cause.COIN_REFUSED: "does not take this coin any more",
    Cause.OFFLINE: "not listed, or offline",
    Cause.NO_FUNDS: "the balance of its coin does not reach",
    Cause.FULL: "the account has as many orders as it may have",
    Cause.KEY_REJECTED: "CLORE.AI does not take the key",
    Cause.BUSY: "CLORE.AI takes no more requests with this key just now",
    Cause.UNREACHABLE: "CLORE.AI does not answer",
    Cause.INVALID: "the order does not fit CLORE.AI's limits; look at the template",
    Cause.TOO_LATE: "I was held up before I could send it",
    Cause.TOO_LOW: "the host asks more",
    Cause.REFUSED: "CLORE.AI refused it",
    Cause.NOT_RENTED: "no answer, and no new order is listed so far",
    Cause.ACCEPTED: "CLORE.AI took the order and does not list it yet",
    Cause.LOST: "no answer, and nothing that I could read says what happened",
}

SKIPS: Final[dict[Skip, str]] = {
    Skip.GONE: "not listed, or offline",
    Skip.TAKEN: "taken by somebody else",
    Skip.DEARER: "its price went up",
    Skip.COIN: "does not take this coin",
    Skip.NO_PRICE: "has no price on demand that is known in dollars",
    Skip.NO_FUNDS: "no wallet of yours reaches for an hour of it",
    Skip.OWN: "your own machine",
    Skip.BLOCKED: "blocked by you",
    Skip.STOP: "your stop condition cannot be set for it",
    Skip.BUDGET: "does not fit into the budget",
}


def progress(account: Account, number: BatchId, plan: BatchPlan, *, stopping: bool = False) -> Screen:
    """How far it is; at the end what came of each."""
    rented, now_asked = len(plan.rented), plan.of(State.ASKED)
    over = plan.ended is not None
    glyph, word = ("✅" if rented >= plan.wanted else "⚠️", "Rented") if over else ("⏳", "Renting")
    return screen(
        (
            title(glyph, word, say("{done} of {wanted}", done=rented, wanted=plan.wanted), account),
            how(plan),
            say("{cost} a day with fees; budget {limit}", cost=usd(plan.usd_rented), limit=usd(plan.limit)),
            say("Asking for server {server} …", server=code(now_asked[0].server)) if now_asked else None,
            say("Stopping after this one." if now_asked else "Stopping.") if stopping and not over else None,
            *([_why(plan)] if over else []),
            left_out(plan, "Not rented"),
            *(_to_look_at(each) for each in plan.of(State.UNKNOWN)[:1]),
        ),
        _ways(account, number, over=over, stopping=stopping, funds=plan.cause is Cause.NO_FUNDS),
        details=[outcome(each) for each in plan.candidates if each.state is not State.PENDING],
    )


def how(plan: BatchPlan) -> Html:
    image = plan.draft.image or "no image"
    paid = symbol(plan.coin) if plan.coin else "whichever coin is cheapest"
    template = say("template {name}", name=text(plan.template, 24)) if plan.template else None
    return join((template, code(image, 48), say("paid in {coin}", coin=paid)))


def left_out(plan: BatchPlan, word: str) -> Html | None:
    """In short, the commonest reasons first; each one is in the details."""
    reasons = Counter(_reason(each) for each in plan.of(State.REFUSED, State.SKIPPED))
    if not reasons:
        return None
    shown = [say("{count} {reason}", count=count, reason=reason) for reason, count in reasons.most_common(2)]
    rest = len(reasons) - len(shown)
    more = [say("more below")] if rest else []
    return say("{word}: {reasons}", word=word, reasons=join([*shown, *more], "; "))


def _ways(account: Account, number: BatchId, *, over: bool, stopping: bool, funds: bool) -> tuple[Row, ...]:
    if not over:
        stop: Row = () if stopping else (Press("🛑 Stop after this one", StopBatch(number)),)
        # Not in the row in which the question had its button: a second tap on that must not stop what it began.
        return (stop, (Press("📋 Rentals", ShowOrders(account.id)),), navigation(None, ShowBatch(number)))
    wallets: Row = (Press("💰 Wallets", ShowWallets(account.id)),) if funds else ()
    return ((Press("📋 Rentals", ShowOrders(account.id, fresh=True)),), wallets, navigation(Home()))


def _why(plan: BatchPlan) -> Html:
    match plan.ended:
        case Why.ALL:
            return say("All that you wanted. Each is told of when it runs.")
        case Why.BUDGET:
            return say("The rest of the list does not fit into the budget. Nothing more is rented.")
        case Why.NO_MORE:
            return say("There is no other machine in the list. Nothing more is rented.")
        case Why.STOPPED:
            return say("You stopped it. What is rented stays; nothing more is rented.")
        case Why.UNKNOWN:
            return say("I stopped: one may or may not be rented, and the next could be one too many.")
        case Why.DAMAGED:
            return say("I stopped: its variables or passwords cannot be read any more. Nothing more is rented.")
        case Why.AWAY:
            return say("I was away for long, and prices move: nothing more is rented. Ask again if you still want it.")
        case _:
            cause = CAUSES.get(plan.cause, "refused") if plan.cause else "refused"
            return say("I stopped: {cause}. That would stop the next one too.", cause=cause)


def _to_look_at(each: Candidate) -> Html:
    return say(
        "❔ Server {server}: {cause}. Look at the list of rentals; I go on looking for it for 30 minutes.",
        server=code(each.server),
        cause=_reason(each),
    )


def outcome(each: Candidate) -> Html:
    head = say("{server} {title}", server=code(each.server), title=text(each.title, 24))
    match each.state:
        case State.RENTED:
            order = say("rented as {order}", order=code(f"#{each.order}"))
            return join((head, order, f"{usd(each.usd)} a day" if each.usd is not None else None))
        case State.ASKED:
            return join((head, "asked for"))
        case State.UNKNOWN:
            return join((head, say("not known: {reason}", reason=_reason(each))))
        case _:
            said = code(each.detail, 80) if each.detail else None
            return join((head, say("not rented: {reason}", reason=_reason(each)), said))


def _reason(each: Candidate) -> str:
    """Why it was not rented, or is not known to be."""
    if each.skip is not None:
        return SKIPS[each.skip]
    return CAUSES.get(each.cause, each.cause.value) if each.cause is not None else "no reason known"
