"""How a rental is to end, in words: in the draft, and in the question before it is rented."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.domain.money import Money, Rates, symbol
from bot.domain.spending import FOREVER, runway
from bot.domain.stops import WARN_BEFORE
from bot.domain.wish import Wish
from handlers.views.html import Html, deadline, join, say
from handlers.views.words import duration, exact_coin, lasts, worth

NONE: Final = "none: it runs to its maximum length, or until the coin is empty"


def in_words(wish: Wish, coin: str | None, now: datetime) -> Html:
    """Behind "ends": `after 6 h`, `at a cost of 2 USD`. `coin`: what it is paid in, once that is chosen."""
    if wish.after is not None:
        return say("after {span}", span=duration(wish.after))
    if wish.at is not None:
        return deadline(wish.at, now)
    if wish.cost is not None:
        return say("at a cost of {cost} in all", cost=exact_coin(wish.cost))
    name = symbol(coin) if coin else "its coin"
    return say("when {coin} lasts no more than {span}", coin=name, span=duration(wish.runway or timedelta()))


def promise(
    wish: Wish,
    coin: str | None,
    cost_per_day: Money | None,
    rates: Rates | None,
    now: datetime,
    *,
    spot: bool,
    subject: str = "It",
) -> Html:
    """What will be done, and how it is warned of. The wish is settled: a cost is in the rental's coin.

    `subject`: which rentals; where these differ in coin or cost, `coin` and `cost_per_day` are `None`.
    """
    parts = join(
        (
            say(
                "⏲ {subject} is ended {condition}{counted}",
                subject=subject,
                condition=_exactly(wish, coin, rates, now),
                counted=_counted(wish, spot=spot),
            ),
            _takes(wish, cost_per_day, spot=spot) if cost_per_day is not None else None,
            _warned(wish, now),
        ),
        "; ",
    )
    return say("{parts}.", parts=parts)


def _warned(wish: Wish, now: datetime) -> Html:
    span = wish.after if wish.after is not None else wish.at - now if wish.at is not None else None
    if span is None:
        return say("you are warned 15 minutes before, as far as that can be known")
    return say("you are warned at once") if span <= WARN_BEFORE else say("you are warned 15 minutes before")


def _exactly(wish: Wish, coin: str | None, rates: Rates | None, now: datetime) -> Html:
    if wish.cost is None:
        return in_words(wish, coin, now)
    if wish.dollars is None:
        return say("at a cost of {cost} in all", cost=worth(wish.cost, rates, to_the_digit=True))
    return say(
        "at a cost of {cost} in all, which are {dollars} now",
        cost=exact_coin(wish.cost),
        dollars=exact_coin(wish.dollars),
    )


def _counted(wish: Wish, *, spot: bool) -> Html:
    if wish.after is None:
        return Html("")
    return say(", counted from the bid, also while it waits") if spot else say(", counted from its beginning")


def _takes(wish: Wish, cost_per_day: Money, *, spot: bool) -> Html | None:
    """How long that is."""
    span = runway(wish.cost, cost_per_day) if wish.cost is not None else None
    if span is None or span >= FOREVER:
        return None
    return say("that is about {span}{running}", span=lasts(span), running=" of running" if spot else "")
