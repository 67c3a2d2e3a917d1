"""The question before a machine is rented: everything is looked at anew, and the price that is shown is pinned."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.alerts.snapshot import Snapshot
from bot.domain.draft import NewOrder
from bot.domain.ids import AccountId
from bot.domain.ledger import Creation
from bot.domain.money import Money
from bot.domain.quote import quotes
from bot.domain.recipe import Step, Unread
from bot.domain.renting import Can, Effect, effect, step_of
from bot.domain.secrets import secrets_of, with_secrets, without_secrets
from bot.domain.spending import burn_per_day
from bot.domain.stop_setting import StopProblem
from bot.domain.wish import Wish, settled
from bot.services.feeds import Orders
from bot.services.writes import CONFIRMED_FOR
from handlers.asking import ask_change
from handlers.drafting import PRICES_FRESH, Mine, beside, catalogue, mine, own_machines, save, wallets_of
from handlers.guest import Guest
from handlers.looking import RECENT, look, trouble
from handlers.rent_actions import AskRent
from handlers.rent_steps import below, show
from handlers.screen import Screen
from handlers.views import draft as draft_views
from handlers.views import rent_confirm as views
from handlers.views import rent_start as start_views
from handlers.views.draft import Planned, cost_of
from handlers.views.errors import Untouched
from handlers.views.rent import Said
from handlers.views.rent_confirm import Replaced
from handlers.views.stops import PROBLEMS
from storage.sealing import packed, unpacked

_MISSING: Final = "This is still missing, or wrong."


async def ask_rent(guest: Guest, action: AskRent) -> Screen:
    at = mine(guest, action.draft)
    return at if isinstance(at, Screen) else await ask_rent_for(guest, at)


async def ask_rent_for(guest: Guest, at: Mine, *, replaced: Replaced | None = None) -> Screen:
    """The confirmation; or what is missing, or what stands in the way. `replaced`: the machine that it is offered for."""
    again = AskRent(at.stored.id)
    known = await catalogue(guest, PRICES_FRESH, again)
    if isinstance(known, Screen):
        return known
    found = await look(at.desk, Orders(), RECENT)
    if found.failed or found.snapshot is None or found.snapshot.orders is None:
        return trouble(found, at.desk, untouched=Untouched.RENT, again=again)
    wallets = await wallets_of(at.desk)
    plan = await beside(guest, at, known, wallets, auction=at.stored.draft.spot)
    own = await own_machines(guest, at.desk, known)
    if plan.listing is not None and own.holds(plan.listing):
        return start_views.own_machine(plan.listing.id, at.desk.account)
    refused = _machine(guest, plan) or await _price(guest, at, plan) or _means(guest, plan, found.snapshot)
    if refused is not None:
        return refused
    orders = found.snapshot
    burn = burn_per_day(orders.orders.open, orders.waiting) if orders.orders else {}
    assert plan.quote is not None
    after = effect(cost_of(plan.draft, plan.quote), wallets, burn)
    stop = _stop(guest, plan, after)
    if isinstance(stop, StopProblem):
        return await show(guest, at, Step.STOP, Said(refused=Unread(PROBLEMS[stop])))
    return await _asked(guest, at, plan, after, replaced, stop)


def send(guest: Guest, account: AccountId, change: Creation, secret: bytes | None) -> Screen | None:
    """Marks the draft of a confirmed creation as sent, in the transaction of the claim; the screen says why it is not.

    A question that shows another order than its draft is by now was overtaken: nothing is sent.
    """
    if change.draft is None:
        return None
    at = mine(guest, change.draft)
    if isinstance(at, Screen):
        return at
    new = at.stored.draft.ready()
    same = isinstance(new, NewOrder) and new == with_secrets(change.new, unpacked(secret))
    if at.stored.account != account or not same or at.stored.stop != (change.stop.typed if change.stop else None):
        return draft_views.changed(change.draft)
    if not guest.house.store.drafts.send(guest.chat.id, change.draft, guest.now):
        return draft_views.not_open(sent=False)
    return None


async def _asked(
    guest: Guest, at: Mine, plan: Planned, after: Effect, replaced: Replaced | None, stop: Wish | None
) -> Screen:
    """Stores the price that is shown, so that the draft is what the question says, and asks."""
    quote, draft = plan.quote, at.stored.draft
    assert quote is not None
    shown = draft if draft.spot else replace(draft, required_price=quote.price.amount)
    new = shown.ready()
    if not isinstance(new, NewOrder):
        step = next((step for problem in new if (step := step_of(problem))), Step.IMAGE)
        return await show(guest, at, step, Said(refused=Unread(new[0].what)))
    stored = replace(at.stored, draft=shown)
    if refused := save(guest, stored):
        return refused
    change = Creation(without_secrets(new), stored.title, draft=stored.id, stop=stop)
    token = ask_change(guest, at.desk.account.id, change, secret=packed(secrets_of(new)))
    now = guest.house.clock()
    moved = replaced is None and not draft.spot and draft.required_price not in {None, quote.price.amount}
    return views.confirm(
        replace(plan, draft=shown),
        after,
        now,
        token=token,
        expires_at=now + CONFIRMED_FOR,
        price_before=Money(draft.required_price, quote.price.currency) if moved and draft.required_price else None,
        replaced=replaced,
        notes=_notes(plan),
        stop=stop,
    )


def _stop(guest: Guest, plan: Planned, after: Effect) -> Wish | StopProblem | None:
    """The condition that will be set, in the rental's coin."""
    listing, quote = plan.listing, plan.quote
    if plan.stop is None or listing is None or quote is None:
        return None
    coin, now = quote.price.currency, guest.house.clock()
    return settled(plan.stop, coin, now, longest=listing.max_length, lasts=after.after, rates=plan.rates)


def _machine(guest: Guest, plan: Planned) -> Screen | None:
    """Whether it is listed, free, and takes the coin still."""
    listing, now = plan.listing, guest.house.clock()
    assert plan.read_at is not None
    if listing is None:
        assert plan.draft.server is not None
        return start_views.not_listed(plan.draft.server, plan.read_at, now, draft=plan.id, results=plan.results)
    if listing.rented and not plan.draft.spot:
        bids = bool(quotes(listing, spot=True))
        return start_views.taken(listing, plan.read_at, now, bids=bids, draft=plan.id, results=plan.results)
    if plan.draft.currency is not None and plan.quote is None:
        return start_views.coin_refused(plan.account, plan.id, plan.draft.currency, plan.read_at, now)
    return None


async def _price(guest: Guest, at: Mine, plan: Planned) -> Screen | None:
    """The step of a coin or bid that is missing, or of a bid that the host does not take any more."""
    draft, quote = plan.draft, plan.quote
    if quote is None:
        return await show(guest, at, Step.COIN, Said(note=_MISSING))
    if not draft.spot:
        return None
    if draft.spot_price is None:
        return await show(guest, at, Step.PRICE, Said(note=_MISSING))
    problem = below(Money(draft.spot_price, quote.price.currency), quote)
    return await show(guest, at, Step.PRICE, Said(refused=Unread(problem))) if problem else None


def _means(guest: Guest, plan: Planned, known: Snapshot) -> Screen | None:
    """Whether the account may have one more order, and can pay the first hour."""
    now, orders = guest.house.clock(), known.orders
    if orders is not None and orders.limit is not None and len(orders.open) >= orders.limit:
        return start_views.full(plan.account, plan.id, len(orders.open), orders.limit, known.orders_at, now)
    quote, coin = plan.quote, plan.coin
    if quote is None or coin is None or coin.balance is None:
        return None
    cost = cost_of(plan.draft, quote)
    if coin.can is Can.NOT_HELD or coin.balance.amount * 24 < cost.amount:
        return start_views.too_little(plan.account, plan.id, cost, coin.balance, plan.rates, known.wallets_at, now)
    return None


def _notes(plan: Planned) -> tuple[str, ...]:
    """What must not be overlooked before it is paid for."""
    found = []
    if plan.suspicious:
        found.append("The host's prices in its coins disagree by more than 30 %.")
    if plan.no_way_in:
        found.append("Without a password or a key there is no way in by SSH.")
    return tuple(found)
