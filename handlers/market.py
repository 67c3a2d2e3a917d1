"""Searching the marketplace: every button, command and typed answer of it has its place here."""

from __future__ import annotations

from typing import Final, assert_never

from bot.domain.ids import NO_RESULTS, ResultsId
from bot.domain.rental import Order
from bot.domain.search import Misread, Search, gpu_name, parse
from handlers import filters, home, listing, marks, orders, results, searches, spot
from handlers.guest import Guest
from handlers.looking import RECENT
from handlers.market_actions import (
    AskSearch,
    BlockOwner,
    BlockServer,
    DeleteSearch,
    DropChip,
    FindSimilar,
    MarketAction,
    MarkFavourite,
    RefreshResults,
    RunSearch,
    SaveSearch,
    SetFilter,
    ShowAuction,
    ShowFilter,
    ShowFilters,
    ShowMarket,
    ShowMarks,
    ShowResults,
    ShowSearches,
    ShowServer,
    ToggleLayout,
    WatchServer,
)
from handlers.replies import SearchWanted, ask, done
from handlers.screen import Screen
from handlers.views import market as views
from handlers.views import toasts
from handlers.visit import Answer

MOST_TYPED: Final = 300
"""Characters of a search; more is no search."""


async def respond(guest: Guest, action: MarketAction) -> Answer:
    match action:
        case ShowMarket():
            return home.home(guest)
        case AskSearch(results=number):
            return ask_search(guest, number)
        case ShowResults() | RefreshResults():
            return await results.show_results(guest, action)
        case ToggleLayout(results=number):
            return await results.toggle_layout(guest, number)
        case DropChip(results=number, chip=chip):
            return await results.drop_chip(guest, number, chip)
        case ShowFilters() | ShowFilter() | SetFilter():
            return await filters.respond(guest, action)
        case SaveSearch() | ShowSearches() | RunSearch() | DeleteSearch():
            return await searches.respond(guest, action)
        case ShowServer():
            return await listing.show_server(guest, action)
        case ShowAuction():
            return await spot.show_auction(guest, action)
        case MarkFavourite() | WatchServer() | BlockServer() | BlockOwner():
            return await marks.mark(guest, action)
        case ShowMarks(page=page):
            return marks.show(guest, page)
        case FindSimilar():
            return await _similar(guest, action)
    assert_never(action)


async def command(guest: Guest, arguments: str) -> Answer:
    """`/market [query]`."""
    return await searched(guest, arguments, NO_RESULTS) if arguments else home.home(guest)


async def typed(guest: Guest, wanted: SearchWanted, text: str) -> Answer:
    return await searched(guest, text, wanted.results)


def ask_search(guest: Guest, number: ResultsId) -> Screen:
    row = guest.house.store.results.get(guest.chat.id, number) if number else None
    ask(guest, SearchWanted(row.id if row else NO_RESULTS))
    return views.ask_search(row.query if row else None, results=row.id if row else NO_RESULTS)


async def searched(guest: Guest, text: str, number: ResultsId) -> Screen:
    """What the words find. Where they cannot be read the question stays open, and says which word it is."""
    words = " ".join(text.split())
    search = parse(words) if len(words) <= MOST_TYPED else _too_long(words)
    row = guest.house.store.results.get(guest.chat.id, number) if number else None
    if isinstance(search, Misread):
        ask(guest, SearchWanted(row.id if row else NO_RESULTS))
        query, known = (row.query, row.id) if row else (None, NO_RESULTS)
        return views.ask_search(query, results=known, misread=search, typed=words)
    done(guest)
    return await results.search_for(guest, search, like=row)


def _too_long(words: str) -> Misread:
    return Misread(
        words[MOST_TYPED:][:20], MOST_TYPED, f"A search has at most {MOST_TYPED} characters.", views.EXAMPLES[0][0]
    )


async def _similar(guest: Guest, action: FindSimilar) -> Answer:
    """Machines like the one of this order: the same model, as many of them, found in the same way."""
    desk = guest.desk(action.account)
    if desk is None:
        return toasts.NO_SUCH_ACCOUNT
    found = await orders.look_for(desk, action.order, RECENT)
    order = orders.find(found.snapshot, action.order)
    search = similar_to(order) if order else None
    if search is None:
        return home.home(guest, "What that machine was made of is not known. Write what you look for.")
    return await results.search_for(guest, search)


def similar_to(order: Order) -> Search | None:
    """`None` where CLORE.AI does not say what the machine is made of."""
    name = gpu_name(order.specs.gpu_model or "")
    if name is None:
        return None
    count = f" x{order.specs.gpu_count}" if order.specs.gpu_count else ""
    search = parse(f"{name.word}{count}{' spot' if order.spot else ''}")
    return None if isinstance(search, Misread) else search
