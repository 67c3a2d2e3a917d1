"""The search in inline mode: public data only, as articles that can be sent to any chat."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.domain.catalogue import Hit
from bot.domain.found import Found
from bot.domain.money import Rates
from bot.domain.search import Misread
from handlers.screen import Link, Screen
from handlers.views.frame import age, screen
from handlers.views.html import bold, code, join, say, text, tidy
from handlers.views.machine import (
    NOBODY,
    coins,
    day_price,
    gpus,
    longest,
    marks,
    short_price,
    size,
    smaller_prices,
    trust,
)
from handlers.views.words import number
from handlers.visit import Article

MOST: Final = 20


def articles(found: Found, now: datetime, *, link: str | None) -> tuple[Article, ...]:
    """The first machines. `link`: the address that opens the private chat, to which a server's number is added."""
    return tuple(_article(hit, found, now, link) for hit in found.hits[:MOST])


def nothing(found: Found, now: datetime) -> Article:
    conditions = join(tidy(chip.label, 40) for chip in found.search.chips[:12])
    what = say("No machine fits: {conditions}", conditions=conditions or "nothing is listed")
    return Article(
        "nothing",
        "Nothing found",
        "Take a condition away, or allow a higher price.",
        screen((what, age(found.read_at, now))),
    )


def misread(problem: Misread) -> Article:
    description = tidy(f"{problem.problem} For example: {problem.example}", 160)
    return Article(
        "misread",
        tidy(f"I do not understand “{problem.word}”", 80),
        description,
        screen((say("A search goes like this: {example}", example=code(problem.example)),)),
    )


def unavailable() -> Article:
    return Article(
        "unavailable",
        "CLORE.AI does not answer",
        "Nothing is known of its marketplace just now. Try again in a minute.",
        screen((say("CLORE.AI does not answer just now; its marketplace could not be searched."),)),
    )


def _article(hit: Hit, found: Found, now: datetime, link: str | None) -> Article:
    listing = hit.listing
    return Article(
        f"s{listing.id}",
        tidy(f"{listing.specs.title} · {short_price(hit.quote.per_day, found.rates)} a day", 80),
        _description(hit, found.rates),
        _message(hit, found, now, link),
    )


def _description(hit: Hit, rates: Rates | None) -> str:
    """Plain text: Telegram formats none of it."""
    listing, count = hit.listing, gpus(hit.listing)
    reliable = f"reliability {number(listing.reliability * 100)} %" if listing.reliability is not None else None
    parts = (
        f"{short_price(hit.quote.per_gpu(count), rates)} per GPU" if count > 1 else None,
        "spot" if hit.quote.spot else None,
        listing.specs.country,
        reliable,
        "rented" if listing.rented else None,
        "suspicious price" if hit.suspicious else None,
    )
    return tidy(" · ".join(part for part in parts if part), 160)


def _message(hit: Hit, found: Found, now: datetime, link: str | None) -> Screen:
    """What is sent when somebody chooses it."""
    listing = hit.listing
    opens = ((Link("Open in the bot", f"{link}?start=s{listing.id}"),),) if link else ()
    return screen(
        (
            join((bold(tidy(listing.specs.title, 40)), say("server {server}", server=code(listing.id)))),
            say("💵 {price}", price=day_price(hit.quote, found.rates)),
            smaller_prices(hit.quote, gpus(listing), found.rates),
            size(listing.specs),
            join((text(listing.specs.country or "", 16), trust(listing), longest(listing))) or None,
            coins(listing, NOBODY, spot=hit.quote.spot),
            join(marks(listing, NOBODY, suspicious=hit.suspicious)) or None,
            age(found.read_at, now, found.rates),
        ),
        opens,
    )
