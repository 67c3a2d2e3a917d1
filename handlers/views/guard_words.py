"""What the guard of a bid does and why, in sentences: for its screen, its letters, and the screens of others."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import assert_never

from bot.domain.guard import Action, Guard, Move, Terms
from bot.domain.limits import within
from bot.domain.money import Money, Rates, symbol, with_fee
from bot.domain.reason import Reason, Why
from handlers.views.html import Html, code, deadline, join, say
from handlers.views.words import duration, exact_coin, percent, worth


def because(
    reason: Reason, *, rates: Rates | None = None, now: datetime | None = None, until: datetime | None = None
) -> Html:
    """Why, as the rest of a sentence; without its figures where there are none. `until`: when that changes by itself."""
    rival, wins = _money(reason.rival_bid, rates), _money(reason.wins, rates)
    ceiling, limit = _money(reason.ceiling, rates), _money(reason.limit, rates)
    match reason.why:
        case Why.OUTBID:
            return say("another bid{rival} is higher", rival=_of(rival))
        case Why.MINIMUM:
            return say("the host takes {limit} or more", limit=limit) if limit else say("the host's minimum is higher")
        case Why.EXPOSED:
            return say(
                "another bid{rival} is worth more by the rates of now and may take the machine at any moment",
                rival=_of(rival),
            )
        case Why.CHEAPER:
            return join(("less holds the machine too", _from(wins)), ": ")
        case Why.OVER_CEILING:
            return say("the bid is above its ceiling{ceiling}", ceiling=_of(ceiling))
        case Why.BEHIND:
            return say("it waits behind what it may not beat, so it goes down to what holds once that is gone")
        case Why.HOLDS:
            return say("the bid holds the machine")
        case Why.TIMER:
            return join(("less holds the machine too, and CLORE.AI takes a lower bid", _at(until, now, "later")), " ")
        case Why.PAUSE:
            return join(("the pause between two raises lasts", _at(until, now, "still")), " ")
        case Why.STALE:
            return say("no reading of the auction is fresh and newer than the last step")
        case Why.NOT_LISTED:
            return say("the auction does not list the bid just now; two readings say whether it is gone")
        case Why.UNSETTLED:
            return say("the bid is the highest and does not hold the machine, so a higher one would change nothing")
        case Why.CEILING:
            over = say("what wins is above its ceiling")
            return join((over, _against(wins, "wins", ceiling, "the ceiling")), ": ")
        case Why.BUDGET:
            return join(("today's budget does not reach", _against(wins, "wins", limit, "left for today")), ": ")
        case Why.MINIMUM_OVER_CEILING:
            over = say("the host's minimum is above its ceiling")
            return join((over, _against(limit, "is the minimum", ceiling, "the ceiling")), ": ")
        case Why.ON_DEMAND:
            return say("the machine is rented on demand, which comes before every bid")
        case Why.OFFLINE:
            return say("the server is offline")
        case Why.HIDDEN:
            return say("the host has hidden the server, so bids are not taken")
        case Why.NO_MARKET:
            return say("CLORE.AI says that this server has no auction")
        case Why.NO_RATE:
            return say("a bid or a limit is in a coin whose worth is not known now")
        case Why.OWN_BID:
            return say("the bid above it{rival} is guarded by this bot too, and they do not fight", rival=_of(rival))
        case Why.KEY_REFUSED:
            return say("CLORE.AI does not take this account's key")
        case Why.REFUSED:
            return say("CLORE.AI refused its last step")
        case Why.VANISHED:
            return say("CLORE.AI does not list the order any more, so there is nothing to raise")
    assert_never(reason.why)


def ends_when(why: Why) -> Html:
    """What has to change before a guard that stopped goes on, and who changes it."""
    match why:
        case Why.CEILING:
            return say(
                "It goes on by itself once less wins. Until then the bid only goes down, to what would win then."
            )
        case Why.BUDGET:
            return say("It goes on by itself at 00:00 UTC, or as soon as the budget reaches.")
        case Why.MINIMUM_OVER_CEILING:
            return say("It goes on by itself once the host takes less.")
        case Why.ON_DEMAND:
            return say("It goes on by itself once that tenant is gone.")
        case Why.OFFLINE | Why.HIDDEN | Why.NO_MARKET:
            return say("It goes on by itself once bids are taken there again.")
        case Why.NO_RATE:
            return say("It goes on by itself once the rate is known again.")
        case Why.OWN_BID:
            return say("It goes on by itself once that bid is gone or not guarded any more.")
        case Why.KEY_REFUSED:
            return say("It goes on by itself once the key works again.")
        case Why.REFUSED:
            return say("It tries again by itself after 10 minutes.")
        case Why.VANISHED:
            return say("It is over: a guard never makes an order.")
        case (
            Why.OUTBID
            | Why.MINIMUM
            | Why.EXPOSED
            | Why.CHEAPER
            | Why.OVER_CEILING
            | Why.BEHIND
            | Why.HOLDS
            | Why.TIMER
            | Why.PAUSE
            | Why.STALE
            | Why.NOT_LISTED
            | Why.UNSETTLED
        ):
            return say("It goes on with the next reading.")
    assert_never(why)


def would(action: Action, now: datetime, rates: Rates | None) -> Html:
    """What an action comes to, as the rest of a sentence that begins with when: `raise to ...: another bid ...`."""
    why = because(action.reason, rates=rates, now=now, until=action.until)
    match action.move:
        case Move.RAISE | Move.LOWER if action.price is not None:
            verb = "raise" if action.move is Move.RAISE else "lower"
            return say("{verb} to {price}: {why}.", verb=verb, price=_money(action.price, rates), why=why)
        case _:
            return say("change nothing: {why}.", why=why)


def ceiling(terms: Terms, coin: str, rates: Rates | None, fee: Decimal | None = None) -> Html:
    """`Ceiling 0.00008 BTC (≈ $5.36) a day, 0.000081 BTC with 1.25 % fee`; in the coin of the bid as well, where it is in another.

    `fee`: percent; `None`: without what it comes to with the fee.
    """
    here = within(terms.ceiling, coin, rates)
    if here is None:
        return say(
            "Ceiling {ceiling} a day; what that is in {coin} is not known now",
            ceiling=exact_coin(terms.ceiling),
            coin=symbol(coin),
        )
    fees = None
    if fee is not None:
        fees = say("{cost} with {fee} fee", cost=worth(with_fee(here, fee), rates), fee=percent(fee))
    if terms.ceiling.currency == coin:
        return join((say("Ceiling {limit} a day", limit=worth(here, rates, to_the_digit=True)), fees), ", ")
    limit = say("Ceiling {limit} a day", limit=exact_coin(terms.ceiling))
    return join((limit, say("now {here}", here=exact_coin(here)), fees), ", ")


def limits(terms: Terms) -> Html:
    """The other terms, as they are set."""
    margin = (
        say("{margin} over what wins", margin=percent(terms.margin_percent))
        if terms.margin_percent
        else say("No margin over what wins")
    )
    budget = (
        say("raises add at most {budget} a day", budget=exact_coin(terms.budget))
        if terms.budget is not None
        else say("no day's budget")
    )
    return join((margin, say("{pause} between raises", pause=duration(terms.pause)), budget))


def used(guard: Guard, coin: str, rates: Rates | None, now: datetime) -> Html | None:
    """What the raises of today have taken of its budget, where it has one."""
    budget = guard.terms.budget
    if budget is None:
        return None
    added = Money(guard.added if guard.day == now.astimezone(UTC).date() else Decimal(0), coin)
    here = within(budget, coin, rates)
    return say(
        "Today's budget: {added} of {budget} used",
        added=worth(added, rates),
        budget=exact_coin(budget if here is None else here),
    )


def in_short(why: Why | None, terms: Terms, *, held: bool) -> Html:
    """One sentence for the screens of others. `why`: of a guard that stopped. `held`: by `/panic`."""
    if held:
        return say("🛡 Guard held by /panic")
    if why is not None:
        return say("🛡 Guard stopped: {why}", why=because(Reason(why)))
    return say("🛡 Guard on: up to {ceiling} a day", ceiling=exact_coin(terms.ceiling))


def refusal(detail: str) -> Html | None:
    """CLORE.AI's own word."""
    return say("CLORE.AI says: {error}", error=code(detail, 200)) if detail else None


def _money(money: Money | None, rates: Rates | None) -> str | None:
    return None if money is None else worth(money, rates, to_the_digit=True)


def _of(money: str | None) -> Html:
    return say(" of {money} a day", money=money) if money else Html("")


def _from(wins: str | None) -> Html | None:
    return say("from {wins} a day on", wins=wins) if wins else None


def _against(one: str | None, what: str, other: str | None, whose: str) -> Html | None:
    """`0.00009 BTC a day wins, 0.00008 BTC is the ceiling`."""
    first = say("{one} a day {what}", one=one, what=what) if one else None
    second = say("{other} is {whose}", other=other, whose=whose) if other else None
    return join((first, second), ", ") or None


def _at(until: datetime | None, now: datetime | None, otherwise: str) -> Html:
    return deadline(until, now) if until is not None and now is not None else say(otherwise)
