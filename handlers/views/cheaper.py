"""Cheaper equivalents of a running rental: what each saves a day, and in what it is worse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.domain.cheaper import Cheaper, Worse
from bot.domain.money import Money, Rates
from bot.domain.rental import Order
from handlers.actions import ShowOrder
from handlers.market_actions import FindSimilar, ShowCheaper, ShowMarket
from handlers.rent_actions import StartRent
from handlers.screen import Press, Screen
from handlers.views.frame import Account, Failure, age, label, navigation, screen, title
from handlers.views.html import Html, code, join, say, text
from handlers.views.rental import day_price, machine, number
from handlers.views.words import about_usd, coin, duration, exact_coin, percent, worth
from handlers.views.words import number as amount

VISIBLE: Final = 3
MOST: Final = 6

RULE: Final = (
    "An equivalent is free, has the same cards and as many, no less VRAM, at least 90 % of the RAM, is at most one"
    " percentage point less reliable, and costs less on demand with the fee in a coin whose wallet reaches for an hour."
)


def cheaper(
    account: Account,
    order: Order,
    found: Sequence[Cheaper],
    now: datetime,
    *,
    read_at: datetime | None,
    rates: Rates | None = None,
    failed: Failure | None = None,
    alike: int = 0,
    reliability_known: bool = True,
) -> Screen:
    """The best first. `alike`: free machines with the same cards, whatever they cost and lack."""
    return screen(
        (
            title("💡", "Cheaper equivalents", number(order.id), account),
            join((machine(order), say("now {price}", price=day_price(order, rates)))),
            *([_line(each, rates) for each in found[:VISIBLE]] or [_none(alike)]),
            say("Moving means a new machine: no data moves with you, and a creation fee is due after 10 minutes.")
            if found
            else None,
            age(read_at, now, rates, failed=failed),
        ),
        (
            *((Press(label(_button(each)), StartRent(each.listing.id)),) for each in found[:MOST]),
            () if found else (Press("🔎 Search the market", FindSimilar(account.id, order.id)),),
            navigation(ShowOrder(account.id, order.id), ShowCheaper(account.id, order.id)),
        ),
        details=(
            *(_line(each, rates) for each in found[VISIBLE:MOST]),
            say("{more} more cost less than the rental.", more=len(found) - MOST) if len(found) > MOST else None,
            *(_in_full(each) for each in found[:MOST]),
            say(RULE),
            None
            if reliability_known
            else say("The rental's own machine is not listed, so its reliability is not known and not compared."),
        ),
    )


def unknown(account: Account, order: Order, now: datetime, read_at: datetime | None) -> Screen:
    """Nothing can be compared with a machine of which the cards are not known, or mixed."""
    return screen(
        (
            title("💡", "Nothing to compare", number(order.id), account),
            machine(order),
            say("CLORE.AI does not say which cards this machine has, or they are mixed."),
            say("So I cannot tell what would be its equal. Nothing was changed."),
            say("Search the market yourself."),
            age(read_at, now),
        ),
        (
            (Press("🔎 Search the market", ShowMarket()),),
            navigation(ShowOrder(account.id, order.id), ShowCheaper(account.id, order.id)),
        ),
    )


def _none(alike: int) -> Html:
    if not alike:
        return say("No other machine with these cards is free now.")
    return say("{alike} with these cards are free; none is as good by the rule below and cheaper.", alike=alike)


def _line(each: Cheaper, rates: Rates | None) -> Html:
    return say(
        "{server} {gpu} {price} a day · saves {saving} a day{worse}",
        server=code(each.listing.id),
        gpu=text(each.listing.specs.title, 24),
        price=worth(each.quote.per_day, rates),
        saving=_saving(each.saving_in_coin, each),
        worse=say(" · but: {worse}", worse=join([_lacks(each, what) for what in each.worse], ", "))
        if each.worse
        else "",
    )


def _saving(in_coin: Money | None, each: Cheaper) -> str:
    dollars = about_usd(each.saving) if each.saving is not None and each.saving > 0 else None
    if in_coin is None:
        return dollars or "an unknown amount"
    return f"{coin(in_coin)} ({dollars})" if dollars else coin(in_coin)


def _button(each: Cheaper) -> str:
    return f"🛒 Rent {each.listing.id} · {coin(each.quote.per_day)}"


def _in_full(each: Cheaper) -> Html:
    return say("Server {id}: {price} a day before fee", id=code(each.listing.id), price=exact_coin(each.quote.price))


def _lacks(each: Cheaper, what: Worse) -> Html:
    listing, specs = each.listing, each.listing.specs
    match what:
        case Worse.RELIABILITY if listing.reliability is not None:
            return say("reliability {value}", value=percent(listing.reliability * 100))
        case Worse.COUNTRY:
            return say("in {country}", country=text(specs.country, 16))
        case Worse.DOWN if specs.down_mbit is not None:
            return say("{speed} Mbit/s down", speed=amount(specs.down_mbit))
        case Worse.UP if specs.up_mbit is not None:
            return say("{speed} Mbit/s up", speed=amount(specs.up_mbit))
        case Worse.RAM if specs.ram_gb is not None:
            return say("{ram} GB RAM", ram=amount(specs.ram_gb))
        case Worse.LENGTH if listing.max_length is not None:
            return say("at most {length}", length=duration(listing.max_length))
        case _:
            return text(what)
