"""A search in the straightforward way, by looking at every machine: slow, and plain enough to be believed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.domain.catalogue import Hit, Unwanted
from bot.domain.ids import ServerId
from bot.domain.market import Listing
from bot.domain.money import Rates
from bot.domain.query.conditions import SortKey
from bot.domain.query.places import countries_of
from bot.domain.quote import Quote, dollars_per_day, quotes, suspicious
from bot.domain.search import Figure, Limit, Price, Search, Shown, Sign, Version, gpu_name


def plainly(listed: Iterable[Listing], search: Search, unwanted: Unwanted, known: Rates | None) -> list[Hit]:
    first: dict[ServerId, Listing] = {}
    for each in listed:
        first.setdefault(each.id, each)
    hits = [
        Hit(each, quote, dollars_per_day(quote, known), suspicious(each, known))
        for each in first.values()
        if (quote := _quote(each, search, known)) is not None
        and each.id not in unwanted.servers
        and each.owner not in unwanted.owners
        and _suits(each, search)
        and all(_affordable(each, quote, price, known) for price in search.prices)
    ]
    hits.sort(key=_by_price)
    if search.sort is None:
        return hits
    value = _SORTED[search.sort.by]
    there = [hit for hit in hits if value(hit) is not None]
    there.sort(key=value, reverse=search.sort.descending)
    return there + [hit for hit in hits if value(hit) is None]


def _by_price(hit: Hit) -> tuple[bool, Decimal, str, Decimal, int]:
    worth, price = hit.usd_per_day, hit.quote.price
    if worth is not None:
        return False, worth, "", Decimal(0), hit.listing.id
    return True, Decimal(0), price.currency, price.amount, hit.listing.id


def _quote(each: Listing, search: Search, known: Rates | None) -> Quote | None:
    """Dollars that are known, then the coin's name: what is shown where a search names no coin."""
    offered = quotes(each, spot=search.spot)
    priced_in = {price.coin for price in search.prices if price.coin}
    if search.coins and not {quote.price.currency for quote in offered} & {*search.coins}:
        return None
    wanted = priced_in or {*search.coins} or {quote.price.currency for quote in offered}
    left = [quote for quote in offered if quote.price.currency in wanted]
    return min(left, default=None, key=lambda quote: _worth(quote, known))


def _worth(quote: Quote, known: Rates | None) -> tuple[bool, Decimal, str]:
    worth = dollars_per_day(quote, known)
    return (True, Decimal(0), quote.price.currency) if worth is None else (False, worth, "")


def _suits(each: Listing, search: Search) -> bool:
    country = (each.specs.country or "").upper()
    card = gpu_name(each.specs.gpu_model) if each.specs.gpu_model else None
    return (
        (search.shown is Shown.ALL or each.rented is (search.shown is Shown.RENTED))
        and (not search.gpus or (card is not None and any(gpu.finds(card) for gpu in search.gpus)))
        and (not search.places or any(country in countries_of(place) for place in search.places))
        and not any(country in countries_of(place) for place in search.not_places)
        and (not search.servers or each.id in search.servers)
        and (not search.owners or each.owner in search.owners)
        and all(_within(each, limit) for limit in search.limits)
    )


def _figure(each: Listing, figure: Figure) -> Any:
    specs = each.specs
    match figure:
        case Figure.COUNT:
            return specs.gpu_count or None
        case Figure.VRAM:
            return specs.gpu_ram_gb
        case Figure.RELIABILITY:
            return None if each.reliability is None else each.reliability * 100
        case Figure.RATING:
            return each.rating
        case Figure.RAM:
            return specs.ram_gb
        case Figure.CORES | Figure.THREADS:
            parts = (specs.cpus or "").split("/")
            place = int(figure is Figure.THREADS)
            return int(parts[place]) if place < len(parts) and parts[place].isdigit() else None
        case Figure.DISK:
            size = (specs.disk or "").split(" ")[-1]
            number = size[:-2].replace("TB", "").replace("GB", "")
            return Decimal(number) * (1000 if size.endswith("TB") else 1) if size.endswith(("GB", "TB")) else None
        case Figure.DOWN:
            return specs.down_mbit
        case Figure.UP:
            return specs.up_mbit
        case Figure.CUDA:
            major, _, minor = (each.cuda or "").removeprefix("v").partition(".")
            return (int(major), int(minor or 0)) if major.isdigit() else None
        case Figure.LENGTH:
            return None if each.max_length is None else Decimal(str(each.max_length / timedelta(hours=1)))


def _within(each: Listing, limit: Limit) -> bool:
    known, bound = _figure(each, limit.figure), limit.value
    if known is None:
        return False
    if isinstance(bound, Version):
        if bound.minor is None and limit.sign in {Sign.IS, Sign.AT_MOST}:
            known, bound = known[:1], (bound.major,)  # type: ignore[assignment]
        else:
            bound = (bound.major, bound.minor or 0)  # type: ignore[assignment]
    return _compared(limit.sign, known, bound)


def _compared(sign: Sign, known: Any, bound: Any) -> bool:
    answers: dict[Sign, bool] = {
        Sign.UNDER: known < bound,
        Sign.AT_MOST: known <= bound,
        Sign.OVER: known > bound,
        Sign.AT_LEAST: known >= bound,
        Sign.IS: known == bound,
    }
    return answers[sign]


def _affordable(each: Listing, quote: Quote, price: Price, known: Rates | None) -> bool:
    cost = dollars_per_day(quote, known) if price.coin is None else quote.per_day.amount
    bound = price.amount * (24 if price.per_hour else 1)
    if price.per_gpu:
        if not each.specs.gpu_count:
            return False
        bound *= each.specs.gpu_count
    return cost is not None and _compared(price.sign, cost, bound)


def _per_gpu(hit: Hit) -> float | None:
    count = hit.listing.specs.gpu_count
    return None if hit.usd_per_day is None or not count else float(hit.usd_per_day) / count


_SORTED: dict[SortKey, Any] = {
    SortKey.PRICE: lambda hit: hit.usd_per_day,
    SortKey.GPU: _per_gpu,
    **{
        SortKey(figure.value): (lambda hit, figure=figure: _figure(hit.listing, figure))
        for figure in Figure
        if figure.value in set(SortKey)
    },
}
