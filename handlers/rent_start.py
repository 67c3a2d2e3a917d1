"""Where a draft begins: from a machine of the market, or from an earlier rental."""

from __future__ import annotations

from dataclasses import replace
from secrets import randbelow
from typing import Final

from bot.domain.catalogue import Catalogue
from bot.domain.draft import Draft
from bot.domain.market import Listing
from bot.domain.money import Rates
from bot.domain.quote import quotes
from bot.domain.recipe import IMAGES, Step, chosen, fresh
from bot.domain.rental import Order
from bot.domain.renting import Can, Coin, coins, like, moved, setup
from bot.domain.spending import Wallet
from bot.domain.spot import Winning, winning_bid
from bot.services.desk import Desk
from bot.services.feeds import PastOrders
from handlers.candidates import similar, suits
from handlers.deployments import next_candidate
from handlers.drafting import (
    PRICES_FRESH,
    Mine,
    auction_of,
    beside,
    catalogue,
    open_of,
    own_machines,
    save,
    wallets_of,
)
from handlers.drafting import (
    find as find_draft,
)
from handlers.guest import Guest
from handlers.looking import RECENT, look, trouble
from handlers.orders import find as find_order
from handlers.outbid import order_told_of
from handlers.rent_actions import RentAgain, StartRent
from handlers.screen import Screen
from handlers.views import draft as draft_views
from handlers.views import rent_start as views
from handlers.views.errors import Untouched
from handlers.views.words import exact_coin
from storage.drafts import StoredDraft

_NOT_GIVEN_BACK: Final = (
    "Image and ports are those of order #{order}. CLORE.AI does not give back its variables, keys, passwords and "
    "commands: set what you need anew."
)
_AS_IT_WAS: Final = "Set up as order #{order} was, its passwords, keys and variables too."


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
    order = _as_it_ran(find_order(found.snapshot, action.order), order_told_of(guest.house, desk.account, action.order))
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
    made = _made_of(guest, desk, order)
    begun = usual(like(order)) if made is None else setup(made)
    offered = coins(listing, wallets, known.rates, spot=order.spot)
    draft = moved(replace(begun, currency=order.price.currency), listing, offered, spot=order.spot)
    draft, suggested = await _with_bid(guest, desk, draft, order, known.rates) if order.spot else (draft, ())
    stored = _open(guest, desk, draft, listing, StartRent(listing.id, spot=order.spot), None)
    elsewhere = (f"Server {order.server} is not free; this is one like it.",) if listing.id != order.server else ()
    given_back = (_NOT_GIVEN_BACK if made is None else _AS_IT_WAS).format(order=order.id)
    return await _overview(guest, Mine(stored, desk), known, wallets, (*elsewhere, *suggested, given_back))


def _as_it_ran(listed: Order | None, told: Order | None) -> Order | None:
    """As CLORE.AI lists it; the ports that a rental no longer has when it is over are those that its alert tells of."""
    if listed is None or told is None or listed.tcp_ports or listed.http_port:
        return listed or told
    return replace(listed, tcp_ports=told.tcp_ports, http_port=told.http_port)


def _made_of(guest: Guest, desk: Desk, order: Order) -> Draft | None:
    """The draft that this very person made the order of, with its secrets; `None` where none is kept (any more)."""
    number = next_candidate(guest.house, desk.account, order.id)
    stored = None if number is None else find_draft(guest, number)
    return stored.draft if isinstance(stored, StoredDraft) else None


async def _with_bid(
    guest: Guest, desk: Desk, draft: Draft, order: Order, rates: Rates | None
) -> tuple[Draft, tuple[str, ...]]:
    """The draft with the bid that wins now as a suggestion, and what to say of it."""
    market = await auction_of(guest, desk, draft.server) if draft.server is not None else None
    if market is None or draft.currency is None:
        return draft, ()
    winning = winning_bid(market, draft.currency, rates=market.rates or rates)
    if not isinstance(winning, Winning):
        return draft, ("What would win now is not known: name your bid.",)
    was = exact_coin(order.price)
    note = f"A bid of {exact_coin(winning.bid)} a day would be in front now; yours was {was}."
    return replace(draft, spot_price=winning.bid.amount), (note,)


async def _same_or_similar(
    guest: Guest, desk: Desk, known: Catalogue, order: Order, wallets: tuple[Wallet, ...] | None
) -> Listing | None:
    own = await own_machines(guest, desk, known)
    same = known.find(order.server)
    if same is not None and not own.holds(same) and suits(same, wallets, known, spot=order.spot):
        return same
    return similar(guest, known, own, order.specs, wallets, spot=order.spot, but=(order.server,))


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
