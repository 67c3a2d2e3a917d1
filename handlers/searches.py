"""Saved searches: kept, run, deleted, and the deletion taken back."""

from __future__ import annotations

from bot.domain.ids import NO_RESULTS, ResultsId
from bot.domain.search import Misread, parse
from handlers import home, results
from handlers.guest import Guest
from handlers.market_actions import DeleteSearch, RunSearch, SaveSearch, ShowSearches
from handlers.screen import Screen
from handlers.views import searches as views

Action = SaveSearch | ShowSearches | RunSearch | DeleteSearch


async def respond(guest: Guest, action: Action) -> Screen:
    match action:
        case SaveSearch():
            return await _save(guest, action)
        case ShowSearches():
            return show(guest)
        case RunSearch():
            return await _run(guest, action)
        case DeleteSearch():
            return _delete(guest, action)


def show(guest: Guest, *, undo: ResultsId | None = None, deleted: str | None = None, note: str | None = None) -> Screen:
    saved = guest.house.store.searches.of_chat(guest.chat.id)
    named = [views.Saved(each.id, home.in_words(each.query)) for each in saved]
    return views.searches(named, undo=undo, deleted=deleted, note=note)


async def _save(guest: Guest, action: SaveSearch) -> Screen:
    store = guest.house.store
    row = store.results.get(guest.chat.id, action.results)
    if row is None:
        return home.gone(guest)
    if len(store.searches.of_chat(guest.chat.id)) >= views.MOST_SAVED:
        return show(guest, note=f"Not saved: {views.MOST_SAVED} are the most. Delete one first.")
    store.searches.save(guest.chat.id, row.query, guest.house.clock())
    return show(guest) if action.listed else await results.show(guest, row, page=row.page)


async def _run(guest: Guest, action: RunSearch) -> Screen:
    saved = guest.house.store.searches.get(guest.chat.id, action.search)
    if saved is None:
        return show(guest, note="That search was deleted before.")
    search = parse(saved.query)
    if isinstance(search, Misread):
        return show(guest, note="This version does not understand that search any more: save it anew.")
    return await results.search_for(guest, search)


def _delete(guest: Guest, action: DeleteSearch) -> Screen:
    """At once; the way back is a list of results with the same search, which can be saved again."""
    back = guest.once(lambda: _way_back(guest, action))
    row = guest.house.store.results.get(guest.chat.id, ResultsId(int(back)))
    return show(guest) if row is None else show(guest, undo=row.id, deleted=home.in_words(row.query))


def _way_back(guest: Guest, action: DeleteSearch) -> str:
    """Deletes it: the number of the list that it can be saved of again, 0 where it was deleted before."""
    store = guest.house.store
    saved = store.searches.get(guest.chat.id, action.search)
    if saved is None:
        return str(NO_RESULTS)
    store.searches.delete(guest.chat.id, saved.id)
    return str(store.results.add(guest.chat.id, saved.query, guest.house.clock()).id)
