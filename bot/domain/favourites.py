"""When a server that somebody looks out for is news: it has become free, or cheaper."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from bot.domain.market import Listing
from bot.domain.money import Money, Rates
from bot.domain.quote import cheapest, quotes

CHEAPER_BY: Final = Decimal("0.05")
SHORTLY: Final = timedelta(minutes=5)
"""A server that was not listed for less than this was not gone: one copy of the marketplace may lack it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was known of a server when its marketplace was last looked at.

    `taken_since`: since when it could not be had; `None`: it is free. `rented`: in that time it was seen rented, not
    only missing. `price`: what it cost per day on demand, before the fee, when the mark was made.
    """

    at: datetime
    taken_since: datetime | None = None
    rented: bool = False
    price: Money | None = None


@dataclass(frozen=True, slots=True)
class News:
    """`word`: `free` or `cheaper`. Prices are per day before the fee, in one coin; `None` where not known."""

    word: str
    price: Money | None = None
    was: Money | None = None


def first_seen(listing: Listing | None, at: datetime, rates: Rates | None) -> Seen:
    """The baseline: from it on, what changes is news. `listing` is `None` for a server that is not listed."""
    if listing is None:
        return Seen(at, taken_since=at)
    quote = cheapest(listing, rates)
    price = quote.price if quote else None
    return Seen(at, taken_since=at if listing.rented else None, rented=listing.rented, price=price)


def look(before: Seen, listing: Listing | None, at: datetime) -> tuple[Seen, bool]:
    """What is known after a newer look, and whether the server has become free by it."""
    if listing is None:
        return replace(before, at=at, taken_since=before.taken_since or at), False
    if listing.rented:
        return replace(before, at=at, taken_since=before.taken_since or at, rented=True), False
    since = before.taken_since
    became_free = since is not None and (before.rented or at - since >= SHORTLY)
    return replace(before, at=at, taken_since=None, rented=False), became_free


def news(before: Seen, listing: Listing | None, at: datetime, *, watched: bool) -> tuple[Seen, News | None]:
    """What is known now, and what is to be told. A server that is only `watched` is also news when it gets cheaper."""
    now, became_free = look(before, listing, at)
    if listing is None or listing.rented:
        return now, None
    price = _price_in(listing, before.price)
    if became_free:
        return now, News("free", price, before.price)
    if watched and before.price is not None and price is not None and price <= before.price * (1 - CHEAPER_BY):
        return now, News("cheaper", price, before.price)
    return now, None


def _price_in(listing: Listing, known: Money | None) -> Money | None:
    """The price in the coin that it had before, so that a rate that moves is no news."""
    offered = [quote.price for quote in quotes(listing)]
    if known is None:
        return offered[0] if offered else None
    return next((price for price in offered if price.currency == known.currency), None)
