"""The next machine like one that is taken, gone or bad: the cheapest, with its confirmation at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.domain.catalogue import Catalogue, Unwanted
from bot.domain.draft import Draft
from bot.domain.hardware import Specs
from bot.domain.ids import ServerId
from bot.domain.ledger import Creation
from bot.domain.market import Listing
from bot.domain.money import Money, with_fee
from bot.domain.quote import quotes
from bot.domain.rental import USUAL_FEE_PERCENT, USUAL_SPOT_FEE_PERCENT
from bot.domain.renting import Can, coins, moved
from bot.domain.spending import Wallet
from bot.services.results import unwanted
from bot.services.writes import change_of
from handlers.drafting import (
    PRICES_FRESH,
    Mine,
    catalogue,
    find,
    own_machines,
    save,
    wallets_of,
)
from handlers.guest import Guest
from handlers.rent_actions import NextCandidate
from handlers.rent_confirm import ask_rent_for
from handlers.screen import Screen
from handlers.views import draft as draft_views
from handlers.views import rent_start as views
from handlers.views.rent_confirm import Replaced
from storage.drafts import StoredDraft

_MOST_ENTRIES: Final = 100
"""How far back the ledger is looked through for what became of a draft."""


async def next_candidate(guest: Guest, action: NextCandidate) -> Screen:
    """The same draft for the cheapest other machine like this one, with its confirmation at once."""
    before = find(guest, action.draft)
    if isinstance(before, Screen):
        return before
    desk = guest.desk(before.account) if before.account is not None else None
    server = before.draft.server
    if before.state == "dropped" or desk is None or server is None:
        return draft_views.not_open(sent=before.state == "sent")
    outcome = _outcome(guest, before) if before.state == "sent" else None
    if outcome in {"asked", "sent"}:
        return views.undecided(desk.account, server)
    known = await catalogue(guest, PRICES_FRESH, action)
    if isinstance(known, Screen):
        return known
    wallets, own = await wallets_of(desk), await own_machines(guest, desk, known)
    old = known.find(server)
    specs = old.specs if old else Specs(gpu=before.title)
    tried = (*before.tried, server)
    listing = similar(guest, known, own, specs, wallets, spot=before.draft.spot, but=tried)
    if listing is None:
        now = guest.house.clock()
        return views.no_candidate(action.draft, specs.title, known.read_at, now, before.results)
    draft = _bid_kept(
        moved(
            before.draft, listing, coins(listing, wallets, known.rates, spot=before.draft.spot), spot=before.draft.spot
        ),
        listing,
    )
    stored = _onto(guest, before, draft, listing, tried)
    if isinstance(stored, Screen):
        return stored
    replaced = Replaced(server, _cost(before.draft), old, doubtful=outcome == "unknown")
    return await ask_rent_for(guest, Mine(stored, desk), replaced=replaced)


def _onto(
    guest: Guest, before: StoredDraft, draft: Draft, listing: Listing, tried: tuple[ServerId, ...]
) -> StoredDraft | Screen:
    """The open draft for another machine; of one that was sent, a new draft like it."""
    if before.state == "open":
        stored = replace(before, draft=draft, title=listing.specs.title, tried=tried)
        return save(guest, stored) or stored
    return guest.house.store.drafts.open(
        guest.chat.id,
        guest.user,
        before.account,
        draft,
        guest.house.clock(),
        results=before.results,
        template=before.template,
        title=listing.specs.title,
        tried=tried,
        edited=before.edited,
        stop=before.stop,
    )


def _outcome(guest: Guest, before: StoredDraft) -> str | None:
    """What became of the request that was made of this draft; `None` where nothing is known of one."""
    for entry in guest.house.store.ledger.of_chat(guest.chat.id, _MOST_ENTRIES):
        change = change_of(entry)
        if isinstance(change, Creation) and change.draft == before.id:
            return entry.state
    return None


def _bid_kept(draft: Draft, listing: Listing) -> Draft:
    """A bid that this host would not take is no bid for its machine."""
    least = next((quote.price for quote in quotes(listing, spot=True) if quote.price.currency == draft.currency), None)
    if draft.spot_price is not None and (least is None or draft.spot_price < least.amount):
        return replace(draft, spot_price=None)
    return draft


def _cost(draft: Draft) -> Money | None:
    """What the machine before cost per day, with the usual fee: its price as it was shown last."""
    price = draft.spot_price if draft.spot else draft.required_price
    if price is None or draft.currency is None:
        return None
    return with_fee(Money(price, draft.currency), USUAL_SPOT_FEE_PERCENT if draft.spot else USUAL_FEE_PERCENT)


def similar(
    guest: Guest,
    known: Catalogue,
    own: Unwanted,
    specs: Specs,
    wallets: tuple[Wallet, ...] | None,
    *,
    spot: bool,
    but: tuple[ServerId, ...],
) -> Listing | None:
    """The cheapest free machine of the same GPU and count that can be paid; none that is blocked, mine, or was tried."""
    left_out = unwanted(guest.house.store, guest.chat.id)
    out = Unwanted(servers=left_out.servers | own.servers | frozenset(but), owners=left_out.owners | own.owners)
    hits = known.similar(specs, spot=spot, unwanted=out)
    return next((hit.listing for hit in hits if suits(hit.listing, wallets, known, spot=spot)), None)


def suits(listing: Listing, wallets: tuple[Wallet, ...] | None, known: Catalogue, *, spot: bool) -> bool:
    """Whether it is free, and takes a coin that can pay, as far as that is known."""
    if listing.rented:
        return False
    return any(coin.can in {Can.PAYS, Can.UNKNOWN} for coin in coins(listing, wallets, known.rates, spot=spot))
