"""A draft of the person who asks, beside its machine as the marketplace shows it: what all of the wizard begins with."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from bot.domain.catalogue import Catalogue, Unwanted
from bot.domain.ids import DraftId, ServerId
from bot.domain.renting import Coin, coins
from bot.domain.spending import Wallet
from bot.domain.spot import SpotMarket
from bot.services.desk import Desk
from bot.services.feeds import NOW, Wallets
from handlers.actions import Action
from handlers.guest import Guest
from handlers.looking import RECENT, look, look_at_auction, look_at_market, market_trouble
from handlers.reader import own_servers
from handlers.screen import Screen
from handlers.views import draft as views
from handlers.views.draft import Planned
from handlers.views.errors import Untouched
from storage.drafts import StoredDraft
from storage.errors import Unopenable

log = logging.getLogger(__name__)

PRICES_FRESH: Final = timedelta(seconds=30)
"""How old the prices may be that a confirmation shows."""
GLANCE: Final = timedelta(minutes=5)
"""How old they may be while a draft is put together."""


@dataclass(frozen=True, slots=True)
class Mine:
    """An open draft of the person who asks, and the account that is to pay."""

    stored: StoredDraft
    desk: Desk


def mine(guest: Guest, draft: DraftId) -> Mine | Screen:
    """The draft, or the screen that says why it cannot be gone on with. One of somebody else is as over as one that was."""
    stored = find(guest, draft)
    if isinstance(stored, Screen):
        return stored
    if stored.state != "open":
        return views.not_open(sent=stored.state == "sent")
    desk = guest.desk(stored.account) if stored.account is not None else None
    return views.not_open(sent=False) if desk is None else Mine(stored, desk)


def find(guest: Guest, draft: DraftId) -> StoredDraft | Screen:
    """A draft of this person in this chat, open or over."""
    try:
        stored = guest.house.store.drafts.get(guest.chat.id, draft)
    except Unopenable:
        log.warning("draft %d cannot be opened", draft)
        return views.unopenable()
    if stored is None or stored.user != guest.user:
        return views.not_open(sent=False)
    return stored


def open_of(guest: Guest) -> StoredDraft | None:
    """The draft that this person has open here; one that cannot be opened any more is none."""
    try:
        return guest.house.store.drafts.open_of(guest.chat.id, guest.user)
    except Unopenable:
        log.warning("the open draft of chat %d cannot be opened", guest.chat.id)
        return None


def save(guest: Guest, stored: StoredDraft) -> Screen | None:
    """Stores what it holds now. The screen says that it was sent or given up meanwhile, and nothing was changed."""
    if guest.house.store.drafts.save(stored, guest.house.clock()):
        return None
    found = find(guest, stored.id)
    return found if isinstance(found, Screen) else views.not_open(sent=found.state == "sent")


async def catalogue(guest: Guest, max_age: timedelta, again: Action) -> Catalogue | Screen:
    """The marketplace, not older than this; else the screen that says why it cannot be had."""
    found = await look_at_market(guest.house, max_age)
    if found.failed or found.catalogue is None:
        return market_trouble(found, again, untouched=Untouched.RENT)
    return found.catalogue


async def glance(guest: Guest) -> Catalogue | None:
    """The marketplace as far as it is known within a few seconds; `None`: not at all."""
    return (await look_at_market(guest.house, GLANCE)).catalogue


async def wallets_of(desk: Desk) -> tuple[Wallet, ...] | None:
    """The balances as the watch has read them lately; `None` where they are not known now: then nothing is claimed."""
    found = await look(desk, Wallets(), RECENT)
    return None if found.failed or found.snapshot is None else found.snapshot.wallets


async def auction_of(guest: Guest, desk: Desk, server: ServerId) -> SpotMarket | None:
    """The auction, read now; `None` where that fails: an older one says nothing of what a new bid would do."""
    asked_at = guest.house.clock()
    market = (await look_at_auction(guest.house, desk, server, NOW)).market
    return market if market is not None and market.read_at >= asked_at else None


async def planned(guest: Guest, at: Mine, *, auction: bool = False) -> Planned:
    """The draft beside its machine. `auction`: with the bids on it, read now."""
    known = await glance(guest)
    return await beside(guest, at, known, await wallets_of(at.desk), auction=auction)


async def beside(
    guest: Guest, at: Mine, known: Catalogue | None, wallets: tuple[Wallet, ...] | None, *, auction: bool = False
) -> Planned:
    stored, server = at.stored, at.stored.draft.server
    listing = known.find(server) if known is not None and server is not None else None
    market = await auction_of(guest, at.desk, server) if auction and server is not None else None
    rates = (known.rates if known else None) or guest.house.rates
    offered: tuple[Coin, ...] = ()
    if listing is not None:
        offered = coins(listing, wallets, rates, spot=stored.draft.spot)
    return Planned(
        id=stored.id,
        draft=stored.draft,
        account=at.desk.account,
        listing=listing,
        coins=offered,
        read_at=known.read_at if known else None,
        rates=rates,
        accounts=len(guest.house.store.accounts.of_chat(guest.chat.id)),
        title=stored.title,
        template=stored.template,
        results=stored.results,
        auction=market,
        stop=stored.stop,
    )


async def own_machines(guest: Guest, desk: Desk, known: Catalogue) -> Unwanted:
    """The servers of this account, and their owner's number where the marketplace tells it; nothing where not known."""
    numbers = await own_servers(guest, (desk,))
    listed = [listing for number in numbers if (listing := known.find(number)) is not None]
    owners = frozenset(listing.owner for listing in listed if listing.owner is not None)
    return Unwanted(servers=numbers | known.market.own, owners=owners)


def edited(stored: StoredDraft, **changes: object) -> StoredDraft:
    """As somebody has changed it."""
    return replace(stored, edited=True, **changes)  # type: ignore[arg-type]
