"""Several machines rented one after the other: put together, confirmed, followed, stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from bot.clore.errors import CloreError
from bot.clore.gate import Priority
from bot.domain.announcements import BatchTold
from bot.domain.batch import COUNTS, MOST_CANDIDATES, MOST_WANTED, BatchPlan, Candidate, Price
from bot.domain.catalogue import Catalogue, Hit
from bot.domain.draft import Draft
from bot.domain.ids import ResultsId
from bot.domain.popular import IMAGES
from bot.domain.quote import can_pay, dollars_per_day, quotes
from bot.domain.recipe import Step, chosen
from bot.domain.search import Misread, parse
from bot.domain.secrets import secrets_of, without_secrets
from bot.domain.spending import Wallet
from bot.services.desk import Desk
from bot.services.feeds import Orders, Wallets, within
from bot.services.house import House
from bot.services.results import unwanted
from bot.services.writes import CONFIRMED_FOR
from handlers.guest import Guest
from handlers.looking import PATIENCE_SECONDS, RECENT, look_at_all, trouble
from handlers.rent_actions import (
    AskBatch,
    AskInBatch,
    BatchAction,
    ChooseInBatch,
    PrepareBatch,
    ShowBatch,
    StopBatch,
)
from handlers.replies import BatchWanted, ask, done
from handlers.screen import Screen
from handlers.views import batches as views
from handlers.views import errors, toasts
from handlers.views.errors import Untouched
from handlers.visit import Answer
from handlers.word import Word
from storage.accounts import Account
from storage.batches import Batch
from storage.codec import decode, encode
from storage.templates import Template

BATCH: Final = "batch"
"""The kind of a confirmation that begins to rent several machines; its body is the batch's number and its plan."""

MARKET_RECENT: Final = timedelta(minutes=1)
MOST_BUDGET: Final = Decimal(100_000)


async def respond(guest: Guest, action: BatchAction) -> Answer:
    if isinstance(action, PrepareBatch):
        return await _prepare(guest, action)
    batch = guest.house.store.batches.get(guest.chat.id, action.batch)
    desk = guest.desk(batch.account) if batch is not None and batch.account is not None else None
    if batch is None or desk is None or batch.state == "dropped":
        return views.gone()
    plan = decode(BatchPlan, batch.body)
    if batch.state != "open":
        return _stop(guest, desk, batch, plan) if isinstance(action, StopBatch) else _progress(desk, batch, plan)
    match action:
        case ShowBatch():
            return await _refreshed(guest, desk, batch, plan)
        case ChooseInBatch():
            return _chosen(guest, desk, batch, plan, action)
        case AskInBatch(step=step):
            return _asked(guest, desk, batch, plan, step)
        case AskBatch():
            return await _confirm(guest, desk, batch, plan)
        case StopBatch():
            return views.gone()


async def typed(guest: Guest, wanted: BatchWanted, text: str) -> Answer:
    batch = guest.house.store.batches.get(guest.chat.id, wanted.batch)
    desk = guest.desk(batch.account) if batch is not None and batch.account is not None else None
    if batch is None or desk is None or batch.state != "open":
        done(guest)
        return views.gone()
    plan = decode(BatchPlan, batch.body)
    changed = _read(wanted.step, text, plan)
    if changed is None:
        return _asked(guest, desk, batch, plan, wanted.step, problem=True)
    done(guest)
    return _saved(guest, desk, batch, changed)


def letter(house: House, account: Account, told: BatchTold) -> Screen | None:
    batch = house.store.batches.get(account.chat, told.batch)
    if batch is None:
        return None
    return views.progress(account, batch.id, decode(BatchPlan, batch.body), stopping=batch.state == "stopping")


def plan_of(batch: Batch) -> str:
    """What a confirmation says of it: where the batch was changed since, that is another plan."""
    return f"{batch.id} {batch.body}"


# Putting it together


async def _prepare(guest: Guest, action: PrepareBatch) -> Answer:
    desk = guest.default_desk()
    if desk is None:
        return errors.no_account()
    if guest.house.store.results.get(guest.chat.id, action.results) is None:
        return views.gone()
    plan = await _found(guest, desk, action.results, action)
    if isinstance(plan, Screen):
        return plan
    store, now = guest.house.store, guest.house.clock()
    default = store.templates.default(guest.chat.id)
    template = None if default is None or default.damaged else default
    draft = template.draft if template else chosen(Step.IMAGE, IMAGES[0].key, Draft()) or Draft()
    plan = replace(plan, draft=without_secrets(draft), template=template.name if template else None)
    guest.stay(desk.account.id)
    with store.transaction(durable=True):
        batch = store.batches.open(guest.chat.id, guest.user, desk.account.id, encode(plan), now)
        store.batches.save(batch, encode(plan), secrets=secrets_of(draft))
    problem = f"Your default template {default.name} is damaged: see /templates." if default and not template else None
    return views.batch(desk.account, batch.id, plan, now, problem=problem)


async def _found(guest: Guest, desk: Desk, results: ResultsId, again: BatchAction) -> BatchPlan | Screen:
    """The machines of that search that can be paid for, in its order, in the marketplace as it is now."""
    looked = await look_at_all(desk, (Wallets(),), RECENT)
    if looked.snapshot is None or looked.snapshot.wallets is None:
        return trouble(looked, desk, untouched=Untouched.RENT, again=again)
    row = guest.house.store.results.get(guest.chat.id, results)
    search = parse(row.query) if row is not None else None
    if search is None or isinstance(search, Misread):
        return views.gone()
    catalogue = await _catalogue(guest)
    if catalogue is None:
        return errors.unavailable(Untouched.RENT, again, account=desk.account)
    hits = catalogue.search(replace(search, spot=False), unwanted(guest.house.store, guest.chat.id))
    wallets = looked.snapshot.wallets
    found = [each for hit in hits if (each := _candidate(hit, wallets, catalogue)) is not None][:MOST_CANDIDATES]
    if not found:
        return views.nothing_found(desk.account, catalogue.read_at, guest.house.clock())
    return BatchPlan(tuple(found), catalogue.read_at, results=results)


def _candidate(hit: Hit, wallets: tuple[Wallet, ...], catalogue: Catalogue) -> Candidate | None:
    """With the prices in coins that a wallet reaches for and that are known in dollars; `None` where there is none."""
    listing, rates = hit.listing, catalogue.rates
    if listing.rented or listing.id in catalogue.market.own:
        return None
    prices = tuple(
        Price(quote.price, usd)
        for quote in quotes(listing)
        if can_pay(quote, wallets) and (usd := dollars_per_day(quote, rates)) is not None
    )
    return Candidate(listing.id, listing.specs.title, prices) if prices else None


async def _catalogue(guest: Guest) -> Catalogue | None:
    """Not older than a minute: what is rented by it costs money."""
    try:
        return await within(PATIENCE_SECONDS, guest.house.market.catalogue(MARKET_RECENT, Priority.USER))
    except CloreError:
        return None


async def _refreshed(guest: Guest, desk: Desk, batch: Batch, plan: BatchPlan) -> Answer:
    new = await _renewed(guest, desk, plan, ShowBatch(batch.id))
    return new if isinstance(new, Screen) else _saved(guest, desk, batch, new)


async def _renewed(guest: Guest, desk: Desk, plan: BatchPlan, again: BatchAction) -> BatchPlan | Screen:
    if guest.house.clock() - plan.found_at <= MARKET_RECENT:
        return plan
    found = await _found(guest, desk, plan.results, again)
    return found if isinstance(found, Screen) else replace(plan, candidates=found.candidates, found_at=found.found_at)


def _saved(guest: Guest, desk: Desk, batch: Batch, plan: BatchPlan) -> Screen:
    if not guest.house.store.batches.save(batch, encode(plan)):
        return views.gone()
    return views.batch(desk.account, batch.id, plan, guest.house.clock())


def _chosen(guest: Guest, desk: Desk, batch: Batch, plan: BatchPlan, action: ChooseInBatch) -> Answer:
    match action.step:
        case views.COUNT if action.value in map(str, COUNTS):
            return _saved(guest, desk, batch, replace(plan, wanted=int(action.value)))
        case views.COIN:
            return _saved(guest, desk, batch, replace(plan, coin=_next_coin(plan)))
        case views.TEMPLATE:
            return _with_template(guest, desk, batch, plan)
        case _:
            return toasts.UNKNOWN_BUTTON


def _next_coin(plan: BatchPlan) -> str | None:
    """The cheapest of them all, then each coin by itself."""
    choices: list[str | None] = [None, *plan.coins]
    return choices[(choices.index(plan.coin) + 1) % len(choices)] if plan.coin in choices else None


def _with_template(guest: Guest, desk: Desk, batch: Batch, plan: BatchPlan) -> Screen:
    """The next of the chat's templates; after the last one none, which means the usual image."""
    templates = guest.house.store.templates.of_chat(guest.chat.id)
    choices: list[Template | None] = [*(template for template in templates if not template.damaged), None]
    names = [template.name if template else None for template in choices]
    place = names.index(plan.template) if plan.template in names else len(names) - 1
    template = choices[(place + 1) % len(choices)]
    draft = template.draft if template else chosen(Step.IMAGE, IMAGES[0].key, Draft()) or Draft()
    changed = replace(plan, draft=without_secrets(draft), template=template.name if template else None)
    if not guest.house.store.batches.save(batch, encode(changed), secrets=secrets_of(draft)):
        return views.gone()
    return views.batch(desk.account, batch.id, changed, guest.house.clock())


def _asked(guest: Guest, desk: Desk, batch: Batch, plan: BatchPlan, step: Word, *, problem: bool = False) -> Answer:
    if step not in {views.COUNT, views.BUDGET}:
        return toasts.UNKNOWN_BUTTON
    ask(guest, BatchWanted(batch.id, step), desk.account.id)
    return views.ask(desk.account, batch.id, step, plan, problem=problem)


def _read(step: Word, text: str, plan: BatchPlan) -> BatchPlan | None:
    """`None`: not a number that can be meant."""
    words = text.strip().removeprefix("$").removesuffix("$").strip().replace(",", ".")
    if step == views.COUNT:
        count = int(words) if words.isascii() and words.isdecimal() and len(words) <= 3 else 0
        return replace(plan, wanted=count) if 1 <= count <= MOST_WANTED else None
    try:
        budget = Decimal(words.casefold().removesuffix("usd").strip())
    except InvalidOperation:
        return None
    return replace(plan, budget=budget) if budget.is_finite() and 0 < budget <= MOST_BUDGET else None


# From the question on


async def _confirm(guest: Guest, desk: Desk, batch: Batch, plan: BatchPlan) -> Answer:
    """From prices not older than a minute, and a list of orders that was just read."""
    new = await _renewed(guest, desk, plan, AskBatch(batch.id))
    if isinstance(new, Screen):
        return new
    looked = await look_at_all(desk, (Orders(),), RECENT)
    snapshot, now = looked.snapshot, guest.house.clock()
    if snapshot is None or snapshot.orders is None:
        return trouble(looked, desk, untouched=Untouched.RENT, again=AskBatch(batch.id))
    if not new.first:
        return _saved(guest, desk, batch, new)
    limit, present = snapshot.orders.limit, len(snapshot.orders.open)
    if limit is not None and present + len(new.first) > limit:
        return views.full(desk.account, batch.id, limit, present, snapshot.orders_at, now)
    if new.usd_first > new.limit:
        return views.batch(desk.account, batch.id, new, now, problem="The budget is below what the first ones cost.")
    guest.stay(desk.account.id)
    store = guest.house.store
    with store.transaction(durable=True):
        store.batches.save(batch, encode(new))
        saved = replace(batch, body=encode(new))
        token = store.confirmations.ask(
            guest.chat.id, guest.user, desk.account.id, BATCH, plan_of(saved), now, CONFIRMED_FOR
        )
    expires_at = now + CONFIRMED_FOR
    return views.confirm(desk.account, new, now, number=batch.id, token=token, expires_at=expires_at)


def _progress(desk: Desk, batch: Batch, plan: BatchPlan) -> Screen:
    return views.progress(desk.account, batch.id, plan, stopping=batch.state == "stopping")


def _stop(guest: Guest, desk: Desk, batch: Batch, plan: BatchPlan) -> Screen:
    stopped = guest.house.batches.stop(batch)
    return views.progress(desk.account, batch.id, plan, stopping=stopped or batch.state == "stopping")
