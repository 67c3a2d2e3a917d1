"""Lists of search results: made from a search, turned page by page, refreshed, changed by a button."""

from __future__ import annotations

from bot.domain.found import Found, find, loosened
from bot.domain.ids import NO_RESULTS, ResultsId
from bot.domain.search import Misread, Search, parse, with_filter
from bot.services.results import unwanted
from handlers import home
from handlers.guest import Guest
from handlers.looking import RECENT, MarketLook, greatest_age, look_at_market, market_trouble
from handlers.market_actions import RefreshResults, ShowResults
from handlers.reader import OWN_PATIENCE_SECONDS, reader
from handlers.screen import Screen
from handlers.views import results as views
from handlers.views.results import Shown
from handlers.word import Word
from storage.results import Layout, Results


async def search_for(guest: Guest, search: Search, *, like: Results | None = None) -> Screen:
    """A new list. `like`: one that is looked at in the same way."""
    row = new_list(guest, search, like)
    return await show(guest, row)


def new_list(guest: Guest, search: Search, like: Results | None = None) -> Results:
    layout: Layout = like.layout if like else "cards"
    return guest.house.store.results.add(guest.chat.id, search.text, guest.house.clock(), layout=layout)


async def show_results(guest: Guest, action: ShowResults | RefreshResults) -> Screen:
    row = guest.house.store.results.get(guest.chat.id, action.results)
    if row is None:
        return home.gone(guest)
    fresh = isinstance(action, RefreshResults)
    return await show(guest, row, page=_page(action, row), fresh=fresh)


def _page(action: ShowResults | RefreshResults, row: Results) -> int:
    asked = action.page if isinstance(action, ShowResults) else 0
    return asked - 1 if asked else row.page


async def toggle_layout(guest: Guest, results: ResultsId) -> Screen:
    """The page that holds what was at the top before."""
    row = guest.house.store.results.get(guest.chat.id, results)
    if row is None:
        return home.gone(guest)
    layout: Layout = "cards" if row.layout == "table" else "table"
    before, after = Shown(row.id, table=row.layout == "table").size, Shown(row.id, table=layout == "table").size
    return await show(guest, row, page=row.page * before // after, layout=layout)


async def drop_chip(guest: Guest, results: ResultsId, chip: int) -> Screen:
    row = guest.house.store.results.get(guest.chat.id, results)
    if row is None:
        return home.gone(guest)
    search = search_of(row)
    if chip >= len(search.chips):
        return await show(guest, row)
    return await search_for(guest, search.without(chip), like=row)


def filtered(guest: Guest, results: ResultsId, key: Word, value: Word) -> Results | None:
    """A new list with this condition; of every machine where there was no list. `None`: the list is gone."""
    row = guest.house.store.results.get(guest.chat.id, results) if results != NO_RESULTS else None
    if row is None and results != NO_RESULTS:
        return None
    return new_list(guest, with_filter(search_of(row) if row else Search(), key, value), row)


async def show(
    guest: Guest, row: Results, *, page: int = 0, layout: Layout | None = None, fresh: bool = False
) -> Screen:
    """The list as it was found; found anew where that is asked for, or gone from memory."""
    turned = guest.house.findings.get(row.id) is not None and not fresh
    opened = await opened_list(guest, row, fresh=fresh)
    if isinstance(opened, Screen):
        return opened
    found, shown = opened
    mine = await reader(guest, 0.0 if turned else OWN_PATIENCE_SECONDS)  # a page is turned at once
    now, layout = guest.house.clock(), layout or row.layout
    guest.house.store.results.look(row, page=page, layout=layout, now=now)
    saved = any(each.query == row.query for each in guest.house.store.searches.of_chat(guest.chat.id))
    shown = Shown(row.id, page, layout == "table", shown.anew, saved, shown.failed)
    if not found.hits:
        catalogue = guest.house.market.last_catalogue
        blocked = unwanted(guest.house.store, guest.chat.id)
        looser = loosened(catalogue, found.search, blocked) if catalogue else ()
        return views.nothing(found, shown, looser, now)
    return views.results(found, shown, mine, now)


async def opened_list(guest: Guest, row: Results, *, fresh: bool = False) -> tuple[Found, Shown] | Screen:
    """What this list holds; the screen that says why it cannot be had."""
    kept = guest.house.findings.get(row.id)
    if kept is not None and not fresh:
        return kept, Shown(row.id)
    look = await look_at_market(guest.house, greatest_age(fresh=fresh) if fresh else RECENT)
    if look.catalogue is None:
        return market_trouble(look, RefreshResults(row.id))
    found = _found(guest, row, look)
    return found, Shown(row.id, anew=kept is None and _is_old(guest, row), failed=look.failed)


def _found(guest: Guest, row: Results, look: MarketLook) -> Found:
    assert look.catalogue is not None
    found = find(look.catalogue, search_of(row), unwanted(guest.house.store, guest.chat.id))
    guest.house.findings.keep(row.id, found)
    return found


def _is_old(guest: Guest, row: Results) -> bool:
    """It was looked at before: a list just made is not found anew, but for the first time."""
    return row.created_at < guest.now


def search_of(row: Results) -> Search:
    """What was asked for; everything, where this version does not read the stored words any more."""
    search = parse(row.query)
    return Search() if isinstance(search, Misread) else search
