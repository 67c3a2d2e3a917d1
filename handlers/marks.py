"""Favourites, watched servers, blocked servers and owners: marked with one tap, and unmarked with the same."""

from __future__ import annotations

from typing import Final

from bot.domain.favourites import first_seen
from bot.domain.ids import OwnerId, ServerId
from handlers import listing
from handlers.guest import Guest
from handlers.market_actions import BlockOwner, BlockServer, MarkFavourite, ShowServer, WatchServer
from handlers.screen import Screen, Toast
from handlers.views import marks as views
from handlers.views.marks import MOST_MARKS, Marked
from storage.codec import encode
from storage.marks import Mark, MarkKind

Marking = MarkFavourite | WatchServer | BlockServer | BlockOwner

_KINDS: Final[dict[type[Marking], MarkKind]] = {
    MarkFavourite: MarkKind.FAVOURITE,
    WatchServer: MarkKind.WATCH,
    BlockServer: MarkKind.BLOCKED,
    BlockOwner: MarkKind.BLOCKED_OWNER,
}
_TOASTS: Final = {
    MarkKind.FAVOURITE: (views.FAVOURITE, views.NO_FAVOURITE),
    MarkKind.WATCH: (views.WATCHED, views.NOT_WATCHED),
    MarkKind.BLOCKED: (views.BLOCKED, views.UNBLOCKED),
    MarkKind.BLOCKED_OWNER: (views.BLOCKED, views.UNBLOCKED),
}


def toast(guest: Guest, action: Marking) -> Toast:
    """What answers the press: it says what `mark` does next."""
    if action.on and not _has_room(guest, action):
        return views.TOO_MANY
    on, off = _TOASTS[_KINDS[type(action)]]
    return on if action.on else off


async def mark(guest: Guest, action: Marking) -> Screen:
    """Marked or not any more; then what the button stood on."""
    if not action.on:
        guest.house.store.marks.drop(guest.chat.id, _KINDS[type(action)], _number(action))
    elif _has_room(guest, action):
        _put(guest, action)
    if isinstance(action, BlockOwner):
        listed, server, results = not action.server, action.server, listing.last_list(guest)
    else:
        listed, server, results = action.listed, action.server, action.results
    if listed:
        return show(guest, undone=action)
    return await listing.show_server(guest, ShowServer(server, results))


def show(guest: Guest, page: int = 0, *, undone: Marking | None = None) -> Screen:
    """The list; `undone`: the button that was pressed in it, which can be pressed the other way."""
    found = [_marked(mark) for mark in guest.house.store.marks.of_chat(guest.chat.id)]
    if undone is None or undone.on:
        return views.marks(found, page=page)
    kind, number = _KINDS[type(undone)], _number(undone)
    return views.marks(found, page=page, dropped=_in_words(kind, number, ""), undo=_action(kind, number, on=True))


def _put(guest: Guest, action: Marking) -> None:
    """What is known of the server now is the baseline: only what changes from here on is told."""
    store, now, kind = guest.house.store, guest.house.clock(), _KINDS[type(action)]
    if isinstance(action, BlockOwner):
        store.marks.put(guest.chat.id, kind, action.owner, f"owner {action.owner}", now)
        return
    catalogue = guest.house.market.last_catalogue
    found = catalogue.find(action.server) if catalogue else None
    name = found.specs.title if found else ""
    body = encode(first_seen(found, catalogue.read_at, catalogue.rates)) if catalogue else None
    with store.transaction():
        if kind is MarkKind.BLOCKED:
            store.marks.drop(guest.chat.id, MarkKind.FAVOURITE, action.server)
            store.marks.drop(guest.chat.id, MarkKind.WATCH, action.server)
        store.marks.put(guest.chat.id, kind, action.server, name, now, body=body)


def _has_room(guest: Guest, action: Marking) -> bool:
    same = guest.house.store.marks.of_chat(guest.chat.id, _KINDS[type(action)])
    return len(same) < MOST_MARKS or any(mark.number == _number(action) for mark in same)


def _number(action: Marking) -> int:
    return action.owner if isinstance(action, BlockOwner) else action.server


def _marked(mark: Mark) -> Marked:
    return _in_words(mark.kind, mark.number, mark.title)


def _in_words(kind: MarkKind, number: int, name: str) -> Marked:
    drops = _action(kind, number, on=False)
    if kind is MarkKind.BLOCKED_OWNER:
        return Marked("🚫 Blocked", f"owner {number}", drops)
    words = {MarkKind.FAVOURITE: "★ Favourite", MarkKind.WATCH: "👁 Watched", MarkKind.BLOCKED: "🚫 Blocked"}
    subject = f"server {number} {name}".strip()
    return Marked(words[kind], subject, drops, ShowServer(ServerId(number)))


def _action(kind: MarkKind, number: int, *, on: bool) -> Marking:
    """The button of the list of marks."""
    server = ServerId(number)
    match kind:
        case MarkKind.FAVOURITE:
            return MarkFavourite(server, on, listed=True)
        case MarkKind.WATCH:
            return WatchServer(server, on, listed=True)
        case MarkKind.BLOCKED:
            return BlockServer(server, on, listed=True)
        case MarkKind.BLOCKED_OWNER:
            return BlockOwner(OwnerId(number), on)
