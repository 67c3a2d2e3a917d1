"""The card of one listed server: what it is, what it costs for how long, who bids on it, whether it can be had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain.announcements import ServerTold
from bot.domain.ids import NO_RESULTS, ResultsId, ServerId
from bot.domain.market import Listing
from bot.domain.money import HOURS_A_DAY, Money, Rates
from bot.domain.quote import Quote, quotes
from bot.domain.spot import NoAnswer, SpotMarket, winning_bid
from handlers.actions import Connect
from handlers.market_actions import (
    BlockOwner,
    BlockServer,
    MarkFavourite,
    ShowAuction,
    ShowMarket,
    ShowResults,
    ShowServer,
    WatchServer,
)
from handlers.rent_actions import StartRent
from handlers.screen import Press, Row, Screen
from handlers.views.auction import REASONS, ladder
from handlers.views.frame import Failure, age, navigation, screen, title
from handlers.views.html import Html, code, join, say, text
from handlers.views.machine import (
    Reader,
    coins,
    day_price,
    gpu_list,
    gpus,
    longest,
    marks,
    named,
    owner,
    prices,
    size,
    smaller_prices,
    specs,
    trust,
)
from handlers.views.words import coin, exact_coin, lasts, worth

RUNGS = 3


@dataclass(frozen=True, slots=True)
class Afterwards:
    """How long the money in one coin lasts once this machine runs too."""

    price: Money
    runway: timedelta | None


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a listed server. `auction` is `None` where nobody could be asked."""

    listing: Listing
    quote: Quote | None
    suspicious: bool
    read_at: datetime
    rates: Rates | None
    reader: Reader
    auction: SpotMarket | None = None
    afterwards: tuple[Afterwards, ...] = ()
    results: ResultsId = NO_RESULTS
    failed: Failure | None = None

    @property
    def own(self) -> bool:
        return self.listing.id in self.reader.own


def card(shown: Card, now: datetime) -> Screen:
    listing, rates = shown.listing, shown.rates
    return screen(
        (
            title(*_state(shown), say("server {server}", server=code(listing.id))),
            join((named(listing), size(listing.specs))),
            join(
                (text(listing.specs.country, 16) if listing.specs.country else None, trust(listing), longest(listing))
            ),
            _price(shown),
            say("🪙 {coins}", coins=_capital(coins(listing, shown.reader, spot=False))),
            _queue(shown),
            join(_remarks(shown)) or None,
            age(shown.read_at, now, rates, failed=shown.failed),
        ),
        _rows(shown),
        details=_details(shown, now),
    )


def not_listed(
    server: ServerId, read_at: datetime, now: datetime, *, results: ResultsId, failed: Failure | None
) -> Screen:
    """A server that the marketplace does not show; why, it does not say."""
    return screen(
        (
            title("❔", "Not listed", say("server {server}", server=code(server))),
            say(
                "The marketplace does not list this server. It may be hidden, offline or gone; CLORE.AI does not say which."
            ),
            say("Nothing can be rented there now. Watch it to be told when it can."),
            age(read_at, now, failed=failed),
        ),
        (
            (Press("👁 Watch", WatchServer(server, on=True, results=results)),),
            navigation(_back(results), ShowServer(server, results, fresh=True)),
        ),
    )


def told(news: ServerTold, now: datetime, read_at: datetime | None, *, favourite: bool) -> Screen:
    """A favourite or watched server is free, or cheaper."""
    free = news.news == "free"
    return screen(
        (
            title(
                "🟢" if free else "📉", "Free" if free else "Cheaper", say("server {server}", server=code(news.server))
            ),
            join((text(news.title, 40), _told_price(news))),
            say("It can be rented on demand; a spot tenant may hold it, who then has to go.") if free else None,
            None if favourite else say("You were watching it: that ends with this message."),
            age(read_at, now) if read_at else None,
        ),
        (
            (Press("🛒 Rent…", StartRent(news.server)), Press("Open", ShowServer(news.server))),
            (Press("🔕 Stop telling me", MarkFavourite(news.server, on=False)),) if favourite else (),
            navigation(),
        ),
    )


def _told_price(news: ServerTold) -> Html | None:
    if news.price is None:
        return None
    if news.was is not None and news.was != news.price:
        return say("{was} → {price} a day before fee", was=exact_coin(news.was), price=exact_coin(news.price))
    return say("{price} a day before fee", price=exact_coin(news.price))


def _state(shown: Card) -> tuple[str, str]:
    if shown.own:
        return "🏠", "Yours"
    return ("🔴", "Rented") if shown.listing.rented else ("🟢", "Free")


def _capital(words: Html) -> Html:
    return Html(words[:1].upper() + words[1:])


def _price(shown: Card) -> Html:
    if shown.quote is None:
        return say("💵 It has no price in a coin that the host takes.")
    count = gpus(shown.listing)
    return say(
        "💵 {prices}",
        prices=join((day_price(shown.quote, shown.rates), smaller_prices(shown.quote, count, shown.rates))),
    )


def _remarks(shown: Card) -> Iterator[Html]:
    if shown.own:
        yield say("You provide this machine: CLORE.AI does not rent it to you.")
    seen = marks(shown.listing, shown.reader, suspicious=shown.suspicious)
    yield from (mark for mark in seen if not mark.startswith(("yours", "rented")))
    if shown.listing.id in shown.reader.watched:
        yield say("👁 watched: told once when free or cheaper")


def _queue(shown: Card) -> Html:
    """The spot auction in short."""
    market = shown.auction
    if market is None:
        return say(
            "🔨 Spot: not known now." if shown.reader.account else "🔨 Spot: connect an account to see the bids."
        )
    if not market.exists:
        return say("🔨 Spot: {reason}", reason=REASONS[NoAnswer.NO_MARKET])
    bids = len(market.offers)
    holder = (
        say("held with {bid}", bid=worth(market.holder.bid, market.rates or shown.rates)) if market.holder else None
    )
    return say(
        "🔨 Spot: {parts}",
        parts=join((f"{bids} bids" if bids != 1 else "1 bid", holder or "nobody holds it", _to_win(shown, market))),
    )


def _to_win(shown: Card, market: SpotMarket) -> Html | None:
    """What a bid takes, in the coin of the host's cheapest offer."""
    spot = quotes(shown.listing, spot=True)
    if not spot:
        return None
    if shown.listing.rented:
        return say("rented on demand, which comes before every bid")
    winning = winning_bid(market, spot[0].price.currency, rates=shown.rates)
    if isinstance(winning, NoAnswer):
        return say(REASONS.get(winning.reason, "No comparison can be made."))
    return say("{bid} or more wins it", bid=exact_coin(winning.bid))


def _details(shown: Card, now: datetime) -> Iterator[Html | None]:
    yield from _totals(shown)
    yield from _runways(shown)
    yield say("A creation fee is charged after the first 10 minutes only: cancelling before avoids it.")
    yield from prices(shown.listing, shown.rates, spot=False)
    yield from prices(shown.listing, shown.rates, spot=True)
    if shown.auction is not None and shown.auction.offers:
        yield from ladder(shown.auction, None, shown.rates, now, most=RUNGS)
    yield from specs(shown.listing.specs)
    yield gpu_list(shown.listing)
    yield say("CUDA {cuda}", cuda=text(shown.listing.cuda, 16)) if shown.listing.cuda else None
    yield owner(shown.listing)


def _totals(shown: Card) -> Iterator[Html]:
    """What it costs with the fee for an hour, a day, and to its maximum length."""
    quote, most = shown.quote, shown.listing.max_length
    if quote is None:
        return
    whole = None
    if most is not None:
        days = Decimal(int(most.total_seconds())) / (HOURS_A_DAY * 3_600)
        whole = say("to its maximum length {price}", price=worth(quote.per_day * days, shown.rates))
    yield say(
        "With fee: {parts}",
        parts=join(
            (
                say("1 h {price}", price=worth(quote.per_hour, shown.rates)),
                say("1 day {price}", price=worth(quote.per_day, shown.rates)),
                whole,
            )
        ),
    )


def _runways(shown: Card) -> Iterator[Html]:
    for each in shown.afterwards:
        span = say("lasts {span}", span=lasts(each.runway)) if each.runway is not None else say("balance not known")
        yield say("Rented at {price} a day: your balance {span}", price=coin(each.price), span=span)


def _back(results: ResultsId) -> ShowResults | ShowMarket:
    return ShowResults(results) if results else ShowMarket()


def _rows(shown: Card) -> tuple[Row, ...]:
    listing, reader, results = shown.listing, shown.reader, shown.results
    server = listing.id
    rent: Row = (
        Press("🛒 Rent…", StartRent(server, results=results)),
        Press("🔨 Bid…", StartRent(server, spot=True, results=results)),
    )
    connect: Row = (Press("🔑 Connect", Connect()),)
    favourite, watched = server in reader.favourites, server in reader.watched
    blocked, blocked_owner = server in reader.blocked, listing.owner in reader.blocked_owners
    return (
        () if shown.own else rent if reader.account else connect,
        (Press("🔨 Auction", ShowAuction(server, results)),) if reader.account else (),
        (
            Press("★ Favourite ✓" if favourite else "☆ Favourite", MarkFavourite(server, not favourite, results)),
            Press("👁 Watched ✓" if watched else "👁 Watch", WatchServer(server, not watched, results)),
        ),
        (
            Press("🚫 Blocked ✓" if blocked else "🚫 Block", BlockServer(server, not blocked, results)),
            *(
                (
                    Press(
                        "🚫 Owner ✓" if blocked_owner else "🚫 Block owner",
                        BlockOwner(listing.owner, not blocked_owner, server),
                    ),
                )
                if listing.owner is not None
                else ()
            ),
        ),
        navigation(_back(results), ShowServer(server, results, fresh=True)),
    )
