"""Where a draft begins: from a machine of the market, from an earlier rental, or in the place of a machine that is gone."""

from __future__ import annotations

from dataclasses import replace
from secrets import randbelow
from typing import Final

from bot.domain.catalogue import Catalogue, Unwanted
from bot.domain.draft import Draft
from bot.domain.hardware import Specs
from bot.domain.ids import ServerId
from bot.domain.ledger import Creation
from bot.domain.market import Listing
from bot.domain.money import Money, with_fee
from bot.domain.quote import quotes
from bot.domain.recipe import IMAGES, Step, chosen, fresh
from bot.domain.rental import USUAL_FEE_PERCENT, USUAL_SPOT_FEE_PERCENT, Order
from bot.domain.renting import Can, Coin, coins, like, moved, setup
from bot.domain.spending import Wallet
from bot.services.desk import Desk
from bot.services.feeds import PastOrders
from bot.services.results import unwanted
from bot.services.writes import change_of
from handlers.drafting import (
    PRICES_FRESH,
    Mine,
    beside,
    catalogue,
    find,
    open_of,
    own_machines,
    save,
    wallets_of,
)
from handlers.guest import Guest
from handlers.looking import RECENT, look, trouble
from handlers.orders import find as find_order
from handlers.rent_actions import NextCandidate, RentAgain, StartRent
from handlers.rent_confirm import ask_rent_for
from handlers.screen import Screen
from handlers.views import draft as draft_views
from handlers.views import rent_start as views
from handlers.views.errors import Untouched
from handlers.views.rent_confirm import Replaced
from storage.drafts import StoredDraft

_MOST_ENTRIES: Final = 100
"""How far back the ledger is looked through for what became of a draft."""

_NOT_GIVEN_BACK: Final = (
    "Image and ports are those of order #{order}. CLORE.AI does not give back its variables, keys, passwords and "
    "commands: set what you need anew."
)


async def start(guest: Guest, action: StartRent) -> Screen:
    """A new draft for this machine, in the place of another one; the draft of this very machine is gone on with."""
    desk = guest.default_desk()
    if desk is None:
        return views.no_account()
    known = await catalogue(guest, PRICES_FRESH, action)
    if isinstance(known, Screen):
        return known
    wallets = await wallets_of(desk)
    before = open_of(guest)
    if before and before.draft.server == action.server and before.draft.spot is action.spot and before.account:
        payer = guest.desk(before.account) or desk
        return await _overview(guest, Mine(before, payer), known, wallets if payer is desk else await wallets_of(payer))
    listing = known.find(action.server)
    if listing is None:
        return views.not_listed(action.server, known.read_at, guest.house.clock(), results=action.results)
    offered = coins(listing, wallets, known.rates, spot=action.spot)
    refused = await _refused(guest, desk, known, listing, offered, wallets, action)
    if refused is not None:
        return refused
    begun, template, notes = _begin(guest, before)
    stored = _open(guest, desk, moved(begun, listing, offered, spot=action.spot), listing, action, template)
    if before is not None and before.edited:
        stored = replace(stored, edited=True, stop=before.stop)
        save(guest, stored)
    return await _overview(guest, Mine(stored, desk), known, wallets, notes)


async def _refused(
    guest: Guest,
    desk: Desk,
    known: Catalogue,
    listing: Listing,
    offered: tuple[Coin, ...],
    wallets: tuple[Wallet, ...] | None,
    action: StartRent,
) -> Screen | None:
    """Why no draft begins; where something is not known, the person goes on."""
    now, results = guest.house.clock(), action.results
    if (await own_machines(guest, desk, known)).holds(listing):
        return views.own_machine(listing.id, desk.account)
    if listing.rented and not action.spot:
        bids = bool(quotes(listing, spot=True))
        return views.taken(listing, known.read_at, now, bids=bids, results=results)
    if not offered:
        other = bool(quotes(listing, spot=not action.spot))
        return views.no_price(listing, known.read_at, now, spot=action.spot, other=other, results=results)
    if wallets is not None and all(coin.can is Can.NOT_HELD for coin in offered):
        return views.no_coin(desk.account, listing, offered, wallets, known.read_at, now, results=results)
    return None


def _begin(guest: Guest, before: StoredDraft | None) -> tuple[Draft, str | None, tuple[str, ...]]:
    """What a new draft begins with, its template, and what is to be said of the draft in whose place it comes."""
    if before is not None and before.edited:
        note = f"Your draft for server {before.draft.server} was given up; its setup was taken over."
        return setup(before.draft), before.template, (note,)
    notes = (f"Your draft for server {before.draft.server} was given up.",) if before is not None else ()
    template = guest.house.store.templates.default(guest.chat.id)
    if template is not None and template.damaged:
        return (
            usual(),
            None,
            (*notes, f"Your default template {template.name} is damaged and was left out: see /templates."),
        )
    if template is not None:
        return fresh(setup(template.draft), randbelow), template.name, notes
    return usual(), None, notes


def usual(begun: Draft | None = None) -> Draft:
    """A way to rent that works: a popular image with its ports, and a password that was made."""
    draft = begun or Draft()
    if draft.image is None:
        draft = chosen(Step.IMAGE, IMAGES[0].key, draft) or draft
    return fresh(draft, randbelow)


async def again(guest: Guest, desk: Desk, action: RentAgain) -> Screen:
    """A draft like an earlier rental: its machine where that is free, else the cheapest one like it."""
    found = await look(desk, PastOrders(), RECENT)
    order = find_order(found.snapshot, action.order)
    if order is None and found.failed:
        return trouble(found, desk, untouched=Untouched.RENT, again=action)
    if order is None:
        return views.no_rental(desk.account, action.order)
    known = await catalogue(guest, PRICES_FRESH, action)
    if isinstance(known, Screen):
        return known
    wallets = await wallets_of(desk)
    listing = await _same_or_similar(guest, desk, known, order, wallets)
    if listing is None:
        title = order.specs.title
        return views.nothing_like_it(desk.account, order.id, title, known.read_at, guest.house.clock())
    offered = coins(listing, wallets, known.rates, spot=order.spot)
    draft = moved(replace(usual(like(order)), currency=order.price.currency), listing, offered, spot=order.spot)
    stored = _open(guest, desk, draft, listing, StartRent(listing.id, spot=order.spot), None)
    elsewhere = (f"Server {order.server} is not free; this is one like it.",) if listing.id != order.server else ()
    notes = (*elsewhere, _NOT_GIVEN_BACK.format(order=order.id))
    return await _overview(guest, Mine(stored, desk), known, wallets, notes)


async def _same_or_similar(
    guest: Guest, desk: Desk, known: Catalogue, order: Order, wallets: tuple[Wallet, ...] | None
) -> Listing | None:
    own = await own_machines(guest, desk, known)
    same = known.find(order.server)
    if same is not None and not own.holds(same) and _suits(same, wallets, known, spot=order.spot):
        return same
    return _similar(guest, known, own, order.specs, wallets, spot=order.spot, but=(order.server,))


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
    listing = _similar(guest, known, own, specs, wallets, spot=before.draft.spot, but=tried)
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


def _similar(
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
    return next((hit.listing for hit in hits if _suits(hit.listing, wallets, known, spot=spot)), None)


def _suits(listing: Listing, wallets: tuple[Wallet, ...] | None, known: Catalogue, *, spot: bool) -> bool:
    """Whether it is free, and takes a coin that can pay, as far as that is known."""
    if listing.rented:
        return False
    return any(coin.can in {Can.PAYS, Can.UNKNOWN} for coin in coins(listing, wallets, known.rates, spot=spot))


def _open(
    guest: Guest, desk: Desk, draft: Draft, listing: Listing, action: StartRent, template: str | None
) -> StoredDraft:
    return guest.house.store.drafts.open(
        guest.chat.id,
        guest.user,
        desk.account.id,
        draft,
        guest.house.clock(),
        results=action.results,
        template=template,
        title=listing.specs.title,
    )


async def _overview(
    guest: Guest,
    at: Mine,
    known: Catalogue,
    wallets: tuple[Wallet, ...] | None,
    notes: tuple[str, ...] = (),
) -> Screen:
    plan = await beside(guest, at, known, wallets)
    return draft_views.draft_screen(plan, guest.house.clock(), notes=notes)
