"""Where a search begins, and where one that is gone leads to."""

from __future__ import annotations

from bot.domain.search import Choice, Misread, parse, popular_gpus
from bot.services.house import House
from handlers.guest import Guest
from handlers.screen import Screen
from handlers.views import market as views
from handlers.views.market import USUAL


def home(guest: Guest, note: str | None = None) -> Screen:
    store, chat = guest.house.store, guest.chat.id
    last = store.results.last(chat)
    marks = store.marks.of_chat(chat)
    return views.home(
        last=(last.id, in_words(last.query)) if last else None,
        saved=len(store.searches.of_chat(chat)),
        marked=len(marks),
        popular=popular(guest.house),
        note=note,
    )


def popular(house: House) -> tuple[Choice, ...]:
    """The cards that are listed most often; the usual ones before the marketplace was first read."""
    catalogue = house.market.last_catalogue
    found = popular_gpus(catalogue.market.listings) if catalogue else ()
    return found if len(found) > 1 else USUAL


def gone(guest: Guest) -> Screen:
    """A button of a list whose row is not there any more."""
    return home(guest, "This list is not kept any more. Search again: nothing else is lost.")


def in_words(query: str) -> str:
    """The conditions of a stored search, as its chips say them."""
    search = parse(query)
    return query if isinstance(search, Misread) else " · ".join(chip.label for chip in search.chips)
