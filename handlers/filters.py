"""Conditions chosen with buttons; each tap makes a new list."""

from __future__ import annotations

from bot.domain.ids import NO_RESULTS, ResultsId
from bot.domain.search import FILTERS, chosen
from handlers import home, results
from handlers.guest import Guest
from handlers.market_actions import SetFilter, ShowFilter, ShowFilters
from handlers.screen import Screen
from handlers.views import filters as views
from handlers.word import Word
from storage.results import Results


async def respond(guest: Guest, action: ShowFilters | ShowFilter | SetFilter) -> Screen:
    match action:
        case ShowFilters(results=number):
            return await _on(guest, number, None)
        case ShowFilter(results=number, filter=key):
            return await _on(guest, number, key)
        case SetFilter():
            return await _set(guest, action)


async def _set(guest: Guest, action: SetFilter) -> Screen:
    """Chosen for a list, it stays among the values so that another can be tried; without a list it is the search."""
    row = results.filtered(guest, action.results, action.filter, action.value)
    if row is None:
        return home.gone(guest)
    return await results.show(guest, row) if action.results == NO_RESULTS else await _values(guest, row, action.filter)


async def _on(guest: Guest, number: ResultsId, key: Word | None) -> Screen:
    row = guest.house.store.results.get(guest.chat.id, number)
    return home.gone(guest) if row is None else await _values(guest, row, key)


async def _values(guest: Guest, row: Results, key: Word | None) -> Screen:
    opened = await results.opened_list(guest, row)
    if isinstance(opened, Screen):
        return opened
    found, _ = opened
    which = FILTERS.get(key) if key is not None else None
    if which is None:
        return views.filters(found, row.id, guest.house.clock())
    choices = which.choices or home.popular(guest.house)
    held = chosen(found.search, which.key)
    return views.values(found, row.id, which, choices, held, guest.house.clock())
