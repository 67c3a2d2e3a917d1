"""The one message that an alert lives in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

from bot.alerts.alert import (
    ApiDown,
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
)
from bot.alerts.settings import DEFAULTS, Settings
from bot.domain.market import OnDemand
from bot.domain.money import Money, symbol
from bot.domain.rental import Order
from bot.domain.spot import Winning, winning_bid
from handlers.actions import (
    AskPrice,
    AskRaise,
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
from handlers.market_actions import FindSimilar, ShowAuction
from handlers.screen import Press, Row, Screen
from handlers.views.auction import own_bid, unheld, why_nobody
from handlers.views.frame import Account, copying, label, screen, title
from handlers.views.html import Html, bold, deadline, join, say, text, when
from handlers.views.rental import machine, number
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


@dataclass(frozen=True, slots=True)
class _Story:
    """What one type of alert has to say: while it fires (`lines`, the last one on what the bot does), and at its end."""

    name: str
    subject: Html | None
    lines: tuple[Html | None, ...]
    resolved: Html
    ended: Html
    rows: tuple[Row, ...]


def alert(
    notice: Notice,
    account: Account,
    now: datetime,
    *,
    repeated: bool = False,
    settings: Settings = DEFAULTS,
    on_demand: OnDemand | None = None,
) -> Screen:
    """The message of a notice. `repeated`: it may have been delivered before, since the first try got no answer.

    `on_demand`: what the marketplace says of the server that a notice is about.
    """
    story = _story(notice.facts, notice, account, now, settings, on_demand)
    span = _span(notice, now)
    match notice.news:
        case News.FIRED | News.ESCALATED | News.CHANGED | News.EDGE:
            glyph, word = SEVERITIES[notice.severity]
            body, rows = (*story.lines, span), story.rows
        case News.RESOLVED:
            (glyph, word), body, rows = ("✅", "Resolved"), (story.resolved, span), ()
        case News.ENDED:
            (glyph, word), body, rows = ("⚫", "Ended"), (story.ended, span), ()
        case _:
            assert_never(notice.news)
    head = title(glyph, word, join((bold(story.name), story.subject)), account)
    return screen((join((head, "(repeat)" if repeated else None)), *body), rows)


def _story(
    facts: Facts, notice: Notice, account: Account, now: datetime, settings: Settings, on_demand: OnDemand | None
) -> _Story:
    match facts:
        case Expiring():
            return _expiring(facts, notice, account, now, settings)
        case Ended():
            return _ended(facts, account, now)
        case Outbid():
            return _outbid(facts, notice, account, now, on_demand)
        case ShortRunway():
            return _short_runway(facts, notice, account, settings)
        case KeyInvalid():
            return _key_invalid(account)
        case ApiDown():
            return _api_down(notice)
    assert_never(facts)


def _span(notice: Notice, now: datetime) -> Html:
    word = "Seen" if notice.news is News.EDGE else "Began"
    began = say("{word} {since}", word=word, since=when(notice.since, now))
    return join((began, say("as of {at}", at=when(notice.at, now))))


def _after(notice: Notice) -> Html:
    return say(" after {span}", span=duration(notice.lasted)) if notice.lasted is not None else Html("")


def _expiring(facts: Expiring, notice: Notice, account: Account, now: datetime, settings: Settings) -> _Story:
    order, stages = facts.order, settings.stages[notice.type]
    later = [stage for stage in stages[notice.stage :] if stage.bound < settings.stage(notice.type, notice.stage).bound]
    following = say("the next comes at {span}", span=duration(later[0].bound)) if later else say("this is the last")
    return _Story(
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
        resolved=say("It runs longer now: it ends {end}.", end=deadline(order.ends_at, now)),
        ended=say("The rental ended{after}.", after=_after(notice)),
        rows=((Press("Open order", ShowOrder(account.id, order.id)),), copying("📋 SSH", order.ssh_command)),
    )


def _ended(facts: Ended, account: Account, now: datetime) -> _Story:
    order = facts.order
    reason = say(REASONS[facts.reason])
    if facts.reason is EndReason.CANCELLED_ELSEWHERE and facts.by:
        reason = say("It was cancelled in {chat}.", chat=facts.by)
    spent = order.spent_with_fee
    first: Row = (
        (Press("💰 Wallets", ShowWallets(account.id)),)
        if facts.reason is EndReason.NO_FUNDS
        else (Press("📜 Past rentals", ShowPastOrders(account.id)),)
    )
    over = say("It ended.")
    return _Story(
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
        resolved=over,
        ended=over,
        rows=(first, (Press("📋 Rentals", ShowOrders(account.id)), _similar(account, order))),
    )


def _similar(account: Account, order: Order) -> Press:
    return Press("🔎 Similar", FindSimilar(account.id, order.id))


def _outbid(facts: Outbid, notice: Notice, account: Account, now: datetime, on_demand: OnDemand | None) -> _Story:
    if unheld(facts.market) and not facts.vanished:
        return _displaced(facts, notice, account, now, on_demand)
    order, market = facts.order, facts.market
    winning = winning_bid(market, order.price.currency, own=order.id)
    wins = winning.bid if isinstance(winning, Winning) and not facts.vanished else None
    holder = market.holder
    return _Story(
        name="Outbid",
        subject=number(order.id),
        lines=(
            machine(order),
            say(
                "Your bid {own} a day; {holder}",
                own=worth(own_bid(order, market), market.rates, to_the_digit=True),
                holder=say("the machine is held by {bid}", bid=worth(holder.bid, market.rates, to_the_digit=True))
                if holder
                else say("who holds the machine is not known"),
            ),
            _way_back(facts, wins),
            say("The bot changes no bid by itself."),
        ),
        resolved=say("Won back{after}: your bid holds the machine.", after=_after(notice)),
        ended=say("The order ended{after}; nothing is left to raise.", after=_after(notice)),
        rows=_outbid_rows(facts, account, f"📈 Re-bid {exact_coin(wins)}…" if wins is not None else "📈 Raise bid…"),
    )


def _displaced(facts: Outbid, notice: Notice, account: Account, now: datetime, on_demand: OnDemand | None) -> _Story:
    """The machine is lost and no bid has it: a higher bid would not win it now."""
    order, market = facts.order, facts.market
    own, winning = own_bid(order, market), winning_bid(market, order.price.currency, own=order.id)
    above = winning.bid if isinstance(winning, Winning) and winning.bid > own else None
    return _Story(
        name="Machine lost",
        subject=number(order.id),
        lines=(
            machine(order),
            why_nobody(market, on_demand, now),
            say("Your bid of {own} a day waits.", own=worth(own, market.rates, to_the_digit=True)),
            say(
                "Another bid is higher: {bid} a day would be in front.",
                bid=worth(above, market.rates, to_the_digit=True),
            )
            if above is not None
            else say("No other bid is known to be higher, so there is nothing to raise."),
            say("The bot changes no bid by itself."),
        ),
        resolved=say("Won back{after}: your bid holds the machine.", after=_after(notice)),
        ended=say("The order ended{after}; nothing is left to raise.", after=_after(notice)),
        rows=_outbid_rows(facts, account, f"📈 Raise to {exact_coin(above)}…")
        if above is not None
        else (
            (Press("Open order", ShowOrder(account.id, order.id)), Press("🔨 Auction", ShowAuction(order.server))),
            (Press("✏️ Another price…", AskPrice(account.id, order.id)),),
        ),
    )


def _way_back(facts: Outbid, wins: Money | None) -> Html:
    if facts.vanished:
        return say("The order is gone, so there is nothing to raise; a new bid can be placed on CLORE.AI.")
    if wins is None:
        return say("What would win it now is not known.")
    return say("{bid} a day would win it now.", bid=worth(wins, facts.market.rates, to_the_digit=True))


def _outbid_rows(facts: Outbid, account: Account, again: str) -> tuple[Row, ...]:
    if facts.vanished:
        rentals = Press("📋 Rentals", ShowOrders(account.id))
        return ((rentals, _similar(account, facts.order)), (Press("📜 Past rentals", ShowPastOrders(account.id)),))
    # Three rows: the first press does not stand where its confirmation has the button that spends.
    return (
        (Press(label(again), AskRaise(account.id, facts.order.id)),),
        (Press("✏️ Another price…", AskPrice(account.id, facts.order.id)),),
        (Press("Open order", ShowOrder(account.id, facts.order.id)),),
    )


def _short_runway(facts: ShortRunway, notice: Notice, account: Account, settings: Settings) -> _Story:
    name = symbol(facts.balance.currency)
    return _Story(
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
        resolved=say("{coin} lasts {span} again.", coin=name, span=lasts(facts.runway)),
        ended=say("Nothing burns {coin} any more.", coin=name),
        rows=(
            (Press("📥 Top up", ShowDeposits(account.id)),),
            (Press("💰 Wallets", ShowWallets(account.id)),),
            (Press("📋 Rentals", ShowOrders(account.id)),),
        ),
    )


def _key_invalid(account: Account) -> _Story:
    return _Story(
        name="Key rejected",
        subject=None,
        lines=(
            say("CLORE.AI does not take this account's key: it was probably deleted there."),
            say("Your rentals run on, unwatched. The bot tries the key again every hour."),
        ),
        resolved=say("The key works again; watching goes on."),
        ended=say("This key is no longer used here."),
        rows=(
            (Press("🔑 Replace key", ReplaceKey(account.id)),),
            (Press("🧪 Test key", TestKey(account.id)),),
            (Press("Open account", ShowAccount(account.id)),),
        ),
    )


def _api_down(notice: Notice) -> _Story:
    return _Story(
        name="CLORE.AI does not answer",
        subject=None,
        lines=(
            say("Alerts may be late, and what the screens show may be old."),
            say("Your rentals run on without the bot. It keeps asking, and says when CLORE.AI is back."),
        ),
        resolved=say("CLORE.AI answers again{after}.", after=_after(notice)),
        ended=say("CLORE.AI answers again{after}.", after=_after(notice)),
        rows=((Press("🩺 Status", ShowStatus()),),),
    )
