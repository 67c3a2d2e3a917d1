"""The one message that an alert lives in."""

from __future__ import annotations

from datetime import datetime
from typing import Final, assert_never

from bot.alerts.alert import (
    ApiDown,
    Deposited,
    Ended,
    EndReason,
    Expiring,
    Facts,
    KeyInvalid,
    News,
    Notice,
    Outbid,
    Severity,
    ShortRunway,
    Started,
)
from bot.alerts.settings import DEFAULTS, Settings
from bot.domain.money import symbol
from bot.domain.rental import Order
from handlers.actions import (
    ReplaceKey,
    ShowAccount,
    ShowDeposits,
    ShowOrder,
    ShowOrders,
    ShowPastOrders,
    ShowStatus,
    ShowWallets,
    TestKey,
)
from handlers.alert_actions import Acknowledge, AskSnooze
from handlers.market_actions import FindSimilar
from handlers.rent_actions import RentAgain
from handlers.screen import Press, Row, Screen
from handlers.views import outbid
from handlers.views.frame import Account, copying, screen, title
from handlers.views.html import Html, bold, deadline, join, say, text, tidy, when
from handlers.views.outbid import ALONE, Beside
from handlers.views.rental import machine, number
from handlers.views.story import Story, after
from handlers.views.words import duration, exact_coin, hours, lasts, worth

SEVERITIES: Final[dict[Severity, tuple[str, str]]] = {
    Severity.CRITICAL: ("🔴", "Critical"),
    Severity.WARNING: ("🟠", "Warning"),
    Severity.INFO: ("🔵", "Info"),
}

REASONS: Final[dict[EndReason, str]] = {
    EndReason.LENGTH: "It reached its maximum length.",
    EndReason.OUTBID: "Probably outbid: another offer holds the machine.",
    EndReason.NO_FUNDS: "Probably out of funds: the wallet of its coin was about empty.",
    EndReason.HOST_OFFLINE: "Probably the host: the machine was offline when last seen.",
    EndReason.CANCELLED_ELSEWHERE: "It was cancelled in another chat.",
    EndReason.COMPLETED: "CLORE.AI lists it as ended and gives no reason.",
    EndReason.UNKNOWN: "It is in none of CLORE.AI's lists any more; the reason is not known.",
}

BID_AGAIN: Final = frozenset({EndReason.OUTBID, EndReason.HOST_OFFLINE, EndReason.COMPLETED, EndReason.UNKNOWN})
"""The ends of a spot order that nobody here wanted, after which the same bid can be placed anew."""

UNEXPLAINED: Final = frozenset({EndReason.COMPLETED, EndReason.UNKNOWN})


def alert(
    notice: Notice,
    account: Account,
    now: datetime,
    *,
    repeated: bool = False,
    settings: Settings = DEFAULTS,
    beside: Beside = ALONE,
    guard: Html | None = None,
    by: str = "",
) -> Screen:
    """The message of a notice. `repeated`: it may have been delivered before, since the first try got no answer.

    `beside`: what is known beside a bid that lost its machine, or an order that ended; `guard`: what the guard of that bid says.
    `by`: the name of who has acknowledged or snoozed it.
    """
    told = _story(notice.facts, notice, account, now, settings, beside, guard)
    span = _span(notice, now)
    match notice.news:
        case News.EDGE:
            glyph, word = SEVERITIES[notice.severity]
            body, rows = (*told.lines, span), told.rows
        case News.FIRED | News.ESCALATED | News.REPEATED | News.WOKEN | News.CHANGED:
            glyph, word = SEVERITIES[notice.severity]
            about = (_again(notice, settings), _seen(notice, by, now), _silent(notice, by, now))
            body, rows = (*told.lines, join((span, *about))), _with_attention(told.rows, notice, account)
        case News.RESOLVED:
            (glyph, word), body, rows = ("✅", "Resolved"), (*told.resolved, span), ()
        case News.ENDED:
            (glyph, word), body, rows = ("⚫", "Ended"), (*told.ended, span), told.ended_rows
        case _:
            assert_never(notice.news)
    head = title(glyph, word, join((bold(told.name), told.subject)), account)
    details = told.details if notice.news not in {News.RESOLVED, News.ENDED} else ()
    return screen((join((head, "(repeat)" if repeated else None)), *body), rows, details=details)


def _story(
    facts: Facts,
    notice: Notice,
    account: Account,
    now: datetime,
    settings: Settings,
    beside: Beside,
    guard: Html | None,
) -> Story:
    match facts:
        case Expiring():
            return _expiring(facts, notice, account, now, settings)
        case Ended():
            return _ended(facts, account, now, beside)
        case Started():
            return _started(facts, account, now)
        case Deposited():
            return _deposited(facts, account)
        case Outbid():
            return outbid.story(facts, notice, account, now, beside, guard)
        case ShortRunway():
            return _short_runway(facts, notice, account, settings)
        case KeyInvalid():
            return _key_invalid(account)
        case ApiDown():
            return _api_down(notice)
    assert_never(facts)


def _again(notice: Notice, settings: Settings) -> Html | None:
    repeat = settings.repeat(notice.type, notice.severity)
    if notice.news is not News.REPEATED or repeat is None:
        return None
    last = notice.repeats >= repeat.most
    return say("🔁 Still so: {n}", n="the last reminder" if last else f"reminder {notice.repeats} of {repeat.most}")


def _silent(notice: Notice, by: str, now: datetime) -> Html | None:
    if notice.news is News.WOKEN:
        return say("⏰ The snooze has ended, and it is still so.")
    if notice.snoozed_by is None:
        return None
    end = say("it is over") if notice.snoozed_until is None else deadline(notice.snoozed_until, now)
    return say("💤 Snoozed by {name} until {end}.", name=bold(tidy(by, 32)), end=end)


def _seen(notice: Notice, by: str, now: datetime) -> Html | None:
    if notice.acked_at is None:
        return None
    return say("👁 Acknowledged by {name} {at}: no reminders.", name=bold(tidy(by, 32)), at=when(notice.acked_at, now))


def _with_attention(rows: tuple[Row, ...], notice: Notice, account: Account) -> tuple[Row, ...]:
    """What is about the alert itself stands in the last row but one: no question's button that spends comes there."""
    shown = tuple(row for row in rows if row)
    got_it = Press("👁 Got it", Acknowledge(account.id, notice.episode))
    snooze = Press("💤 Snooze…", AskSnooze(account.id, notice.episode))
    about: Row = (snooze,) if notice.acked_at is not None else (got_it, snooze)
    place = max(len(shown) - 1, 1)
    return (*shown[:place], about, *shown[place:])


def _span(notice: Notice, now: datetime) -> Html:
    word = "Seen" if notice.news is News.EDGE else "Began"
    began = say("{word} {since}", word=word, since=when(notice.since, now))
    return join((began, say("as of {at}", at=when(notice.at, now))))


def _expiring(facts: Expiring, notice: Notice, account: Account, now: datetime, settings: Settings) -> Story:
    order, stages = facts.order, settings.stages[notice.type]
    later = [stage for stage in stages[notice.stage :] if stage.bound < settings.stage(notice.type, notice.stage).bound]
    following = say("the next comes at {span}", span=duration(later[0].bound)) if later else say("this is the last")
    return Story(
        name="Rental ends soon",
        subject=number(order.id),
        lines=(
            machine(order),
            say("Ends {end}; length {length}", end=deadline(order.ends_at, now), length=hours(order.max_length)),
            say(
                "Warning at {bound} left; {following}.",
                bound=duration(settings.stage(notice.type, notice.stage).bound),
                following=following,
            ),
            say("CLORE.AI cannot extend a rental. Save your work; the bot does nothing at the end."),
        ),
        resolved=(say("It runs longer now: it ends {end}.", end=deadline(order.ends_at, now)),),
        ended=(say("The rental ended{after}.", after=after(notice)),),
        rows=((Press("Open order", ShowOrder(account.id, order.id)),), copying("📋 SSH", order.ssh_command)),
    )


def _ended(facts: Ended, account: Account, now: datetime, beside: Beside) -> Story:
    order = facts.order
    reason, tenant = say(REASONS[facts.reason]), beside.on_demand
    if facts.reason in UNEXPLAINED and order.spot and tenant and tenant.rented and tenant.read_at > facts.absent_since:
        reason = say(
            "Probably lost to a tenant on demand, who comes before every bid: the marketplace shows the machine as rented,"
            " read {at}.",
            at=when(tenant.read_at, now),
        )
    if facts.reason is EndReason.CANCELLED_ELSEWHERE and facts.by:
        reason = say("It was cancelled in {chat}.", chat=facts.by)
    spent = order.spent_with_fee
    first: Row = (Press("📜 Past rentals", ShowPastOrders(account.id)),)
    if facts.reason is EndReason.NO_FUNDS:
        first = (Press("💰 Wallets", ShowWallets(account.id)),)
    elif order.spot and facts.reason in BID_AGAIN:
        first = (Press("🔁 Bid again…", RentAgain(account.id, order.id)),)
    over = say("It ended.")
    return Story(
        name="Rental ended",
        subject=number(order.id),
        lines=(
            machine(order),
            reason,
            say(
                "Left CLORE.AI's list {since}{spent}",
                since=when(facts.absent_since, now),
                spent=say("; spent {spent} with fee", spent=worth(spent, None)) if spent is not None else "",
            ),
            say("The bot rented nothing in its place."),
        ),
        resolved=(over,),
        ended=(over,),
        rows=(first, (Press("📋 Rentals", ShowOrders(account.id)), _similar(account, order))),
    )


def _started(facts: Started, account: Account, now: datetime) -> Story:
    order = facts.order
    what = "A spot bid" if order.spot else "A rental"
    gone = say("It is over.")
    return Story(
        name="New order",
        subject=number(order.id),
        lines=(
            machine(order),
            say("{what} that was not made through this bot.", what=what),
            say("{cost} a day with fee", cost=worth(order.cost_per_day, None)),
            say("Ends {end}; length {length}", end=deadline(order.ends_at, now), length=hours(order.max_length)),
            say("If nobody of yours made it, cancel it, and replace the key."),
        ),
        resolved=(gone,),
        ended=(gone,),
        rows=(
            (Press("Open order", ShowOrder(account.id, order.id)),),
            (Press("📋 Rentals", ShowOrders(account.id)), Press("🔑 Account", ShowAccount(account.id))),
        ),
    )


def _deposited(facts: Deposited, account: Account) -> Story:
    name = symbol(facts.balance.currency)
    rose = say("The balance rose.")
    return Story(
        name="Deposit",
        subject=text(name, 24),
        lines=(
            say("{more} came in.", more=worth(facts.balance - facts.was, None)),
            say(
                "The balance is {balance} now; it was {was}.",
                balance=exact_coin(facts.balance),
                was=exact_coin(facts.was),
            ),
        ),
        resolved=(rose,),
        ended=(rose,),
        rows=((Press("💰 Wallets", ShowWallets(account.id)),),),
    )


def _similar(account: Account, order: Order) -> Press:
    return Press("🔎 Similar", FindSimilar(account.id, order.id))


def _short_runway(facts: ShortRunway, notice: Notice, account: Account, settings: Settings) -> Story:
    name = symbol(facts.balance.currency)
    return Story(
        name=f"Funds for {lasts(facts.runway)}",
        subject=text(name, 24),
        lines=(
            say(
                "{coin} lasts {span}; warning at {bound}",
                coin=name,
                span=lasts(facts.runway),
                bound=duration(settings.stage(notice.type, notice.stage).bound),
            ),
            say(
                "Balance {balance}, burns {burn} a day with fees",
                balance=worth(facts.balance, None),
                burn=worth(facts.burn_per_day, None),
            ),
            say(
                "Top up {day} for 24 h, {week} for 7 days",
                day=exact_coin(facts.top_up_day),
                week=exact_coin(facts.top_up_week),
            ),
            say("Rentals of this coin end when it is empty; the bot cancels nothing by itself."),
        ),
        resolved=(say("{coin} lasts {span} again.", coin=name, span=lasts(facts.runway)),),
        ended=(say("Nothing burns {coin} any more.", coin=name),),
        rows=(
            (Press("📥 Top up", ShowDeposits(account.id)),),
            (Press("💰 Wallets", ShowWallets(account.id)),),
            (Press("📋 Rentals", ShowOrders(account.id)),),
        ),
    )


def _key_invalid(account: Account) -> Story:
    return Story(
        name="Key rejected",
        subject=None,
        lines=(
            say("CLORE.AI does not take this account's key: it was probably deleted there."),
            say("Your rentals run on, unwatched. The bot tries the key again every hour."),
        ),
        resolved=(say("The key works again; watching goes on."),),
        ended=(say("This key is no longer used here."),),
        rows=(
            (Press("🔑 Replace key", ReplaceKey(account.id)),),
            (Press("🧪 Test key", TestKey(account.id)),),
            (Press("Open account", ShowAccount(account.id)),),
        ),
    )


def _api_down(notice: Notice) -> Story:
    return Story(
        name="CLORE.AI does not answer",
        subject=None,
        lines=(
            say("Alerts may be late, and what the screens show may be old."),
            say("Your rentals run on without the bot. It keeps asking, and says when CLORE.AI is back."),
        ),
        resolved=(say("CLORE.AI answers again{after}.", after=after(notice)),),
        ended=(say("CLORE.AI answers again{after}.", after=after(notice)),),
        rows=((Press("🩺 Status", ShowStatus()),),),
    )
