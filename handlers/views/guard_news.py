"""What is told of the guard of a bid: each step silently, that it had to stop aloud, and that it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from bot.domain.guard import Guard
from bot.domain.ids import OrderId, ServerId
from bot.domain.ledger import Cause, Ending, Result
from bot.domain.money import Rates
from bot.domain.reason import Reason, Why
from handlers.actions import AskRaise, ReplaceKey, ShowOrder
from handlers.guard_actions import ShowGuard
from handlers.market_actions import FindSimilar, ShowAuction
from handlers.rent_actions import RentAgain, StartRent
from handlers.screen import Press, Row, Screen
from handlers.views.frame import Account, navigation, screen, title
from handlers.views.guard_words import because, ceiling, ends_when, refusal, used
from handlers.views.guards import Step, step
from handlers.views.html import Html, code, join, say, when
from handlers.views.rental import number
from handlers.views.words import exact_coin, worth


def moved(
    account: Account,
    taken: Step,
    guard: Guard | None,
    now: datetime,
    *,
    fee: Decimal,
    before: Sequence[Step] = (),
    rates: Rates | None = None,
) -> Screen:
    """A step that it took, with its reason. `guard`: as it stands now; `None`: not known. `before`: earlier steps."""
    change, result = taken.change, taken.result
    lowers = change.was is not None and change.price < change.was
    verb = "Lowered" if lowers else "Raised"
    unknown = result is None or result.ending is Ending.UNKNOWN
    reason = change.reason
    return screen(
        (
            title(
                "❔" if unknown else "🛡", f"{verb}, not confirmed" if unknown else verb, number(change.order), account
            ),
            say(
                "{was}{price} a day, before fee",
                was=say("{was} → ", was=exact_coin(change.was)) if change.was is not None else "",
                price=worth(change.price, rates, to_the_digit=True),
            ),
            say("Because {why}.", why=because(reason, rates=rates)) if reason is not None else None,
            _became(result, rates),
            _limits(guard, now, fee, rates) if guard is not None else None,
            say("By data from {when}", when=when(reason.read_at, now))
            if reason is not None and reason.read_at is not None
            else None,
        ),
        _ways(account, change.order),
        details=[step(each, now, rates) for each in before],
    )


def stopped(
    account: Account,
    order: OrderId,
    server: ServerId,
    reason: Reason,
    guard: Guard,
    now: datetime,
    *,
    fee: Decimal,
    detail: str = "",
    rates: Rates | None = None,
) -> Screen:
    """It can do nothing now. `guard`: as it stands; `detail`: CLORE.AI's own word, where it refused a step."""
    return screen(
        (
            title("🔴", "Guard stopped", number(order), account),
            say("Server {server}", server=code(server)),
            say("It cannot raise the bid: {why}.", why=because(reason, rates=rates)),
            refusal(detail),
            ends_when(reason.why),
            _limits(guard, now, fee, rates) if reason.why is not Why.VANISHED else None,
            say("By data from {when}", when=when(reason.read_at, now)) if reason.read_at is not None else None,
        ),
        _after_stop(account, order, server, reason.why),
    )


def goes_on(
    account: Account, order: OrderId, reason: Reason | None, now: datetime, rates: Rates | None = None
) -> Screen:
    """In the place of the message that it had stopped."""
    return screen(
        (
            title("✅", "The guard goes on", number(order), account),
            say("What it had stopped for is over."),
            say("Now: {why}.", why=because(reason, rates=rates)) if reason is not None else None,
            say("By data from {when}", when=when(reason.read_at, now))
            if reason is not None and reason.read_at is not None
            else None,
        ),
        _ways(account, order),
    )


def _limits(guard: Guard, now: datetime, fee: Decimal, rates: Rates | None) -> Html:
    """What is allowed, and what is left of it."""
    coin = guard.bid.currency if guard.bid is not None else guard.terms.ceiling.currency
    return join((ceiling(guard.terms, coin, rates, fee), used(guard, coin, rates, now)))


def _became(result: Result | None, rates: Rates | None) -> Html:
    """What came of it."""
    cause = result.cause if result is not None else Cause.LOST
    limit = result.limit if result is not None else None
    match cause:
        case Cause.HOLDS:
            return say("It holds the machine.")
        case Cause.WAITS if limit is not None:
            return say("It waits: {bid} a day holds the machine.", bid=worth(limit, rates, to_the_digit=True))
        case Cause.WAITS:
            return say("It waits: no bid holds the machine.")
        case Cause.SET:
            return say("CLORE.AI took it; whether it holds the machine is not known yet.")
        case Cause.NO_OFFER:
            return say("CLORE.AI does not list the bid any more; whether it was changed is not known.")
        case _:
            return say("No answer came: whether the bid was changed is not known. The next readings show it.")


def _after_stop(account: Account, order: OrderId, server: ServerId, why: Why) -> tuple[Row, ...]:
    similar, opened = (
        Press("🔎 Similar", FindSimilar(account.id, order)),
        Press("Open order", ShowOrder(account.id, order)),
    )
    terms = Press("🛡 Terms…", ShowGuard(account.id, order))
    raising = Press("📈 Raise…", AskRaise(account.id, order))
    match why:
        case Why.VANISHED:
            first: tuple[Row, ...] = ((Press("🔁 Rent again…", RentAgain(account.id, order)), similar), (opened,))
        case Why.KEY_REFUSED:
            first = ((Press("🔑 Replace key", ReplaceKey(account.id)), terms), (opened,))
        case Why.CEILING | Why.MINIMUM_OVER_CEILING:
            first = ((raising, terms), (Press("🛒 Rent…", StartRent(server)), similar), (opened,))
        case Why.BUDGET | Why.OWN_BID | Why.REFUSED | Why.NO_RATE:
            first = ((raising, terms), (similar, opened))
        case _:
            first = ((similar, terms), (Press("🔨 Auction", ShowAuction(server)), opened))
    return (*first, navigation())


def _ways(account: Account, order: OrderId) -> tuple[Row, ...]:
    return (
        (Press("🛡 Guard…", ShowGuard(account.id, order)), Press("Open order", ShowOrder(account.id, order))),
        navigation(),
    )
