"""Choosing the terms of a guard on the screen, and the question before they are in force."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.domain.guard_setting import Bid, Choice, GuardProblem, Term, choices
from bot.domain.limits import within
from bot.domain.money import Rates, per_hour, symbol, with_fee
from handlers.guard_actions import ChooseGuardTerm, ShowGuard
from handlers.screen import Press, Row, Screen, Style
from handlers.views.auction import ladder
from handlers.views.frame import Account, age, confirmation, in_pairs, label, navigation, screen, title, valid_until
from handlers.views.guard_words import ceiling, limits, would
from handlers.views.guards import Shown, bid_line
from handlers.views.html import Html, join, say
from handlers.views.rental import number
from handlers.views.words import coin, duration, exact_coin, lasts, percent, worth
from handlers.word import Word

PROBLEMS: Final[dict[GuardProblem, str]] = {
    GuardProblem.NOT_AN_AMOUNT: "That is no amount above zero.",
    GuardProblem.OTHER_COIN: "Write usd, or the bid's own coin, behind the number.",
    GuardProblem.NOT_A_PERCENTAGE: "That is no percentage that I understand.",
    GuardProblem.TOO_MUCH: "More than 100 % over what wins makes no sense.",
    GuardProblem.NOT_A_SPAN: "That is no span of a minute or more that I understand.",
    GuardProblem.TOO_LONG: "A pause is at most a day.",
}

_HEADS: Final = {
    Term.CEILING: "Up to which price?",
    Term.MARGIN: "How far above?",
    Term.PAUSE: "How long between raises?",
    Term.BUDGET: "How much may a day add?",
}
_MEANINGS: Final = {
    Term.CEILING: "The bid is never raised above it: per day for the whole machine, before the fee. One in dollars "
    "is counted anew by the rate of each moment.",
    Term.MARGIN: "The guard bids the least that wins, and so much more: fewer raises, at a higher price.",
    Term.PAUSE: "After a raise it waits so long before the next one, whoever bids meanwhile.",
    Term.BUDGET: "So much the raises of one day (UTC) may add to what that day costs, before the fee; a lowering gives "
    "back what it takes off.",
}
_EXAMPLES: Final = {
    Term.CEILING: "Choose, in percent of your bid or of what wins now, or write it: 5 usd, or a number in {coin}.",
    Term.MARGIN: "Choose, or write it: 2.5 %.",
    Term.PAUSE: "Choose, or write it: 20 min, or 2 h.",
    Term.BUDGET: "Choose, or write it: 1 usd, a number in {coin}, or none.",
}


def ask_term(
    account: Account, shown: Shown, term: Term, now: datetime, *, problem: GuardProblem | None = None
) -> Screen:
    """One term: by a button, or typed."""
    asked = screen(
        (
            title("✏️", _HEADS[term], number(shown.order), account),
            say("⚠️ {problem} Nothing was changed.", problem=say(PROBLEMS[problem])) if problem else None,
            say(_MEANINGS[term]),
            ceiling(shown.terms, shown.coin, shown.rates, shown.fee)
            if term is Term.CEILING
            else say("Chosen now: {terms}", terms=limits(shown.terms)),
            say(_EXAMPLES[term], coin=symbol(shown.coin)),
            say("Nothing is in force before you confirm it. /cancel leaves."),
            age(shown.market.read_at if shown.market else None, now, shown.rates, failed=shown.failed),
        ),
        (
            *(_choices(account, shown, term, shown.bid) if shown.bid is not None else ()),
            navigation(ShowGuard(account.id, shown.order)),
        ),
    )
    return Screen(asked.text, asked.rows, asks=True)


def confirm(
    account: Account,
    shown: Shown,
    now: datetime,
    *,
    token: str,
    expires_at: datetime,
    runway: timedelta | None = None,
    lowers: bool = False,
) -> Screen:
    """The question before it acts by itself. `runway`: of the coin at the ceiling. `lowers`: a queued lowering ends."""
    terms = shown.terms
    word = "Use these terms?" if shown.on else "Switch the guard on?"
    does = f"🛡 {'Use these' if shown.on else 'Switch on'}: up to {exact_coin(terms.ceiling)}"
    return screen(
        (
            title("🛡", word, number(shown.order), account),
            _worst(shown, runway),
            join((ceiling(terms, shown.coin, shown.rates, shown.fee), limits(terms))),
            _first(shown, now),
            say(
                "Within that it raises and lowers the bid without asking: each step is told silently, and aloud that it "
                "had to stop. It never makes an order. One press, or /panic, stops it."
            ),
            _warning(shown, lowers=lowers),
            valid_until(expires_at, now),
            age(shown.market.read_at if shown.market else None, now, shown.rates, failed=shown.failed),
        ),
        (
            (Press("✏️ Other terms…", ShowGuard(account.id, shown.order)),),
            *confirmation(token, does, Style.SUCCESS, otherwise="◀ Not now"),
        ),
        details=ladder(shown.market, shown.order, shown.rates, now) if shown.market is not None else (),
    )


# Pieces


def _first(shown: Shown, now: datetime) -> Html | None:
    does = would(shown.action, now, shown.rates) if shown.action is not None else None
    return join((bid_line(shown), say("Now it would {does}", does=does) if does else None), " ") or None


def _worst(shown: Shown, runway: timedelta | None) -> Html:
    """What it can cost at most."""
    terms, here = shown.terms, within(shown.terms.ceiling, shown.coin, shown.rates)
    most = with_fee(terms.ceiling if here is None else here, shown.fee)
    cost = say(
        "At worst it costs {day} a day with {fee} fee, {hour} an hour, while it holds the machine",
        day=worth(most, shown.rates),
        fee=percent(shown.fee),
        hour=coin(per_hour(most)),
    )
    left = say("{coin} lasts {span} then", coin=symbol(shown.coin), span=lasts(runway)) if runway is not None else None
    return join((cost, left))


def _warning(shown: Shown, *, lowers: bool) -> Html | None:
    here, offer = within(shown.terms.ceiling, shown.coin, shown.rates), shown.offer
    above = here is not None and offer is not None and offer.bid.currency == here.currency and offer.bid > here
    return (
        join(
            (
                say("⚠️ Your bid is above this ceiling: it goes down as far as allowed, even if that loses the machine.")
                if above
                else None,
                say("The lowering that is queued ends: the guard does that.") if lowers else None,
            ),
            " ",
        )
        or None
    )


def _choices(account: Account, shown: Shown, term: Term, bid: Bid) -> tuple[Row, ...]:
    buttons = [
        Press(
            label(_offered(term, each, shown.rates)),
            ChooseGuardTerm(account.id, shown.order, Word(term.value), Word(each.word)),
        )
        for each in choices(term, shown.terms, bid)
    ]
    return in_pairs(buttons) if term in {Term.MARGIN, Term.PAUSE} else tuple((button,) for button in buttons)


def _offered(term: Term, choice: Choice, rates: Rates | None) -> str:
    terms = choice.terms
    match term:
        case Term.CEILING:
            name = "As on demand" if choice.percent is None else f"{choice.percent} %"
            return f"{name}: {worth(terms.ceiling, rates)}"
        case Term.MARGIN:
            return percent(terms.margin_percent)
        case Term.PAUSE:
            return duration(terms.pause)
        case Term.BUDGET:
            return "No budget" if terms.budget is None else worth(terms.budget, rates)
