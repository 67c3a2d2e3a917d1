"""One listed server: its card, and what is told of a favourite."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.domain.announcements import ServerTold
from bot.domain.ids import NO_RESULTS, ChatId, ResultsId, ServerId, number_of
from bot.domain.market import Listing
from bot.domain.quote import cheapest, quotes, suspicious
from bot.domain.spending import burn_per_day, runway
from bot.domain.spot import SpotMarket
from bot.services.auctions import RECENT as AUCTION_RECENT
from bot.services.desk import Desk
from bot.services.feeds import NOW, Orders, Wallets
from bot.services.house import House
from handlers.commands import find as find_command
from handlers.guest import Guest
from handlers.looking import RECENT, greatest_age, look_at_all, look_at_auction, look_at_market, market_trouble
from handlers.market_actions import ShowMarket, ShowServer
from handlers.reader import reader
from handlers.screen import Press, Screen
from handlers.views import errors
from handlers.views import listing as views
from handlers.views.listing import Afterwards, Card
from storage.marks import MarkKind


async def command(guest: Guest, arguments: str) -> Screen:
    """`/server ID`."""
    server = server_of("server", arguments)
    return server if isinstance(server, Screen) else await show_server(guest, ShowServer(server))


def server_of(command: str, arguments: str) -> ServerId | Screen:
    """The server that a command names, or what is wrong with its words."""
    server = number_of(arguments, ServerId)
    if server is not None:
        return server
    known = find_command(command)
    assert known is not None
    problem = f"{arguments[:20]} is no server number" if arguments else "A server's number is missing"
    return errors.bad_arguments(
        known, f"{problem}: digits, as the market shows them.", (Press("🛒 Market", ShowMarket()),)
    )


async def show_server(guest: Guest, action: ShowServer) -> Screen:
    """The card, from everything that can be had within a few seconds; what cannot is said to be unknown."""
    desk = guest.default_desk()
    look, auction, mine = await asyncio.gather(
        look_at_market(guest.house, greatest_age(fresh=action.fresh)),
        _auction(guest, desk, action),
        reader(guest),
    )
    now = guest.house.clock()
    if look.catalogue is None:
        return market_trouble(look, action)
    listing = look.catalogue.find(action.server)
    if listing is None:
        return views.not_listed(action.server, look.catalogue.read_at, now, results=action.results, failed=look.failed)
    rates = look.catalogue.rates
    afterwards = await _afterwards(desk, listing) if desk else ()
    if desk and desk.last:
        mine = replace(mine, wallets=desk.last.wallets)  # read just now, perhaps for the first time
    return views.card(
        Card(
            listing=listing,
            quote=cheapest(listing, rates),
            suspicious=suspicious(listing, rates),
            read_at=look.catalogue.read_at,
            rates=rates,
            reader=mine,
            auction=auction,
            afterwards=afterwards,
            results=action.results,
            failed=look.failed,
        ),
        now,
    )


async def _auction(guest: Guest, desk: Desk | None, action: ShowServer) -> SpotMarket | None:
    if desk is None:
        return None
    age = NOW if action.fresh else AUCTION_RECENT
    return (await look_at_auction(guest.house, desk, action.server, age)).market


async def _afterwards(desk: Desk, listing: Listing) -> tuple[Afterwards, ...]:
    """How long each coin would last that the host takes and the account holds."""
    await look_at_all(desk, (Wallets(), Orders()), RECENT)
    known = desk.last
    if known is None or known.wallets is None or known.orders is None:
        return ()
    burn = burn_per_day(known.orders.open, known.waiting)
    balances = {wallet.currency: wallet.money for wallet in known.wallets if wallet.balance}
    found = []
    for quote in quotes(listing):
        coin = quote.price.currency
        balance = balances.get(coin)
        if balance is not None:
            total = burn[coin] + quote.per_day if coin in burn else quote.per_day
            found.append(Afterwards(quote.per_day, runway(balance, total)))
    return tuple(found)


def last_list(guest: Guest) -> ResultsId:
    """The list that was looked at last: where a card without its own leads back to."""
    last = guest.house.store.results.last(guest.chat.id)
    return last.id if last else NO_RESULTS


def letter(house: House, chat: ChatId, told: ServerTold) -> Screen | None:
    """News of a server as it is when the letter leaves; `None` where it has been rented again by then."""
    catalogue = house.market.last_catalogue
    listing = catalogue.find(told.server) if catalogue else None
    if catalogue is not None and (listing is None or listing.rented):
        return None
    favourites = house.store.marks.of_chat(chat, MarkKind.FAVOURITE)
    return views.told(
        told,
        house.clock(),
        catalogue.read_at if catalogue else None,
        favourite=any(mark.number == told.server for mark in favourites),
    )
