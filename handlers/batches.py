"""Several machines rented one after the other: put together, confirmed, followed, stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from bot.alerts.snapshot import Snapshot
from bot.domain.announcements import BatchTold
from bot.domain.batch import COUNTS, MOST_WANTED, BatchPlan, State
from bot.domain.draft import Draft
from bot.domain.money import HOURS_A_DAY, Rates, symbol
from bot.domain.popular import IMAGES
from bot.domain.recipe import NONE, Step, chosen
from bot.domain.renting import Effect, effect
from bot.domain.secrets import secrets_of, without_secrets
from bot.domain.shortlist import Present, listed, looked_at, shortened, with_stops
from bot.domain.spending import burn_per_day
from bot.domain.stop_setting import StopProblem
from bot.domain.wish import Wish, read_wish, untimely
from bot.services.desk import Desk
from bot.services.feeds import Orders, Wallets
from bot.services.house import House
from bot.services.results import unwanted
from bot.services.writes import CONFIRMED_FOR
from handlers.drafting import catalogue, own_machines
from handlers.guest import Guest
from handlers.looking import RECENT, look_at_all, trouble
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
from handlers.results import opened_list
from handlers.screen import Screen
from handlers.views import batches as views
from handlers.views import errors, toasts
from handlers.views.batch_progress import progress
from handlers.views.batches import Means
from handlers.views.errors import Untouched
from handlers.views.rent import NO_STOP, hours_after
from handlers.views.stops import PROBLEMS
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
    if wanted.step == views.STOP:
        return _stop_typed(guest, desk, batch, plan, text)
    changed = _read(wanted.step, text, plan)
    if changed is None:
        return _asked(guest, desk, batch, plan, wanted.step, problem=views.MISREAD[wanted.step])
    done(guest)
    return _saved(guest, desk, batch, changed)


def _stop_typed(guest: Guest, desk: Desk, batch: Batch, plan: BatchPlan, text: str) -> Answer:
    if text.strip().casefold() in NONE:
        return _stopping(guest, desk, batch, plan, None)
    read = read_wish(text, guest.house.clock(), plan.coin)
    if isinstance(read, StopProblem):
        return _asked(guest, desk, batch, plan, views.STOP, problem=PROBLEMS[read])
    return _stopping(guest, desk, batch, plan, read)


def letter(house: House, account: Account, told: BatchTold) -> Screen | None:
    batch = house.store.batches.get(account.chat, told.batch)
    if batch is None:
        return None
    return progress(account, batch.id, decode(BatchPlan, batch.body), stopping=batch.state == "stopping")


def plan_of(batch: Batch) -> str:
    """What a confirmation says of it: where the batch was changed since, that is another plan."""
    return f"{batch.id} {batch.body}"


# Putting it together


@dataclass(frozen=True, slots=True)
class Known:
    """The plan as it can be carried out now, and by what that was seen. `snapshot` has orders and wallets."""

    plan: BatchPlan
    snapshot: Snapshot
    rates: Rates | None


async def _prepare(guest: Guest, action: PrepareBatch) -> Answer:
    desk = guest.default_desk()
    if desk is None:
        return errors.no_account()
    row = guest.house.store.results.get(guest.chat.id, action.results)
    if row is None:
        return views.gone()
    anew = guest.house.findings.get(row.id) is None
    opened = await opened_list(guest, row)
    if isinstance(opened, Screen):
        return opened
    found, _ = opened
    shown = BatchPlan(listed(found), found.read_at, anew=anew, results=row.id)
    known = await _looked_at(guest, desk, shown, action)
    if isinstance(known, Screen):
        return known
    plan, store, now = shortened(known.plan), guest.house.store, guest.house.clock()
    if not plan.of(State.PENDING):
        return views.nothing_to_rent(desk.account, plan, now)
    default = store.templates.default(guest.chat.id)
    template = None if default is None or default.damaged else default
    draft = _setup(template)
    plan = replace(plan, draft=without_secrets(draft), template=template.name if template else None)
    guest.stay(desk.account.id)
    with store.transaction(durable=True):
        batch = store.batches.open(guest.chat.id, guest.user, desk.account.id, encode(plan), now)
        store.batches.save(batch, encode(plan), secrets=secrets_of(draft))
    problem = f"Your default template {default.name} is damaged: see /templates." if default and not template else None
    return views.batch(desk.account, batch.id, plan, now, problem=problem)


async def _looked_at(guest: Guest, desk: Desk, plan: BatchPlan, again: BatchAction) -> Known | Screen:
    """The list beside the marketplace and the account as they are now: not older than a minute, for it costs money."""
    looked = await look_at_all(desk, (Wallets(), Orders()), RECENT)
    snapshot = looked.snapshot
    if looked.failed or snapshot is None or snapshot.wallets is None or snapshot.orders is None:
        return trouble(looked, desk, untouched=Untouched.RENT, again=again)
    known = await catalogue(guest, MARKET_RECENT, again)
    if isinstance(known, Screen):
        return known
    own, blocked = await own_machines(guest, desk, known), unwanted(guest.house.store, guest.chat.id)
    present = Present(known, snapshot.wallets, own, blocked)
    return Known(looked_at(plan, present, guest.house.clock()), snapshot, known.rates)


async def _refreshed(guest: Guest, desk: Desk, batch: Batch, plan: BatchPlan) -> Answer:
    known = await _looked_at(guest, desk, plan, ShowBatch(batch.id))
    return known if isinstance(known, Screen) else _saved(guest, desk, batch, known.plan)


def _saved(guest: Guest, desk: Desk, batch: Batch, plan: BatchPlan, *, problem: str | None = None) -> Screen:
    if not guest.house.store.batches.save(batch, encode(plan)):
        return _begun(guest, desk, batch)
    return views.batch(desk.account, batch.id, plan, guest.house.clock(), problem=problem)


def _begun(guest: Guest, desk: Desk, batch: Batch) -> Screen:
    """It was confirmed while this screen was being made: nothing of it is changed any more."""
    now = guest.house.store.batches.get(guest.chat.id, batch.id)
    if now is None or now.state in ("open", "dropped"):
        return views.gone()
    return _progress(desk, now, decode(BatchPlan, now.body))


def _stopping(guest: Guest, desk: Desk, batch: Batch, plan: BatchPlan, stop: Wish | None) -> Answer:
    """How each of them is to end. One that every machine of the list outlasts is of no use."""
    now = guest.house.clock()
    wrong = untimely(stop, now, plan.longest) if stop is not None else None
    if wrong is not None:
        return _asked(guest, desk, batch, plan, views.STOP, problem=PROBLEMS[wrong])
    done(guest)
    return _saved(guest, desk, batch, replace(plan, stop=stop, stops={}))


def _chosen(guest: Guest, desk: Desk, batch: Batch, plan: BatchPlan, action: ChooseInBatch) -> Answer:
    match action.step:
        case views.COUNT if action.value in map(str, COUNTS):
            return _saved(guest, desk, batch, replace(plan, wanted=int(action.value)))
        case views.COIN:
            return _saved(guest, desk, batch, replace(plan, coin=_next_coin(plan)))
        case views.TEMPLATE:
            return _with_template(guest, desk, batch, plan)
        case views.STOP if action.value == NO_STOP:
            return _stopping(guest, desk, batch, plan, None)
        case views.STOP if (hours := hours_after(action.value)) is not None:
            return _stopping(guest, desk, batch, plan, Wish(after=timedelta(hours=hours)))
        case _:
            return toasts.UNKNOWN_BUTTON


def _next_coin(plan: BatchPlan) -> str | None:
    """The cheapest of them all, then each coin by itself."""
    choices: list[str | None] = [None, *plan.coins]
    return choices[(choices.index(plan.coin) + 1) % len(choices)] if plan.coin in choices else None


def _setup(template: Template | None) -> Draft:
    """What all of them are rented with: without a template the first of the offered images."""
    return template.draft if template else chosen(Step.IMAGE, IMAGES[0].key, Draft()) or Draft()


def _with_template(guest: Guest, desk: Desk, batch: Batch, plan: BatchPlan) -> Screen:
    """The next of the chat's templates; after the last one none, which means the usual image."""
    templates = guest.house.store.templates.of_chat(guest.chat.id)
    choices: list[Template | None] = [*(template for template in templates if not template.damaged), None]
    names = [template.name if template else None for template in choices]
    place = names.index(plan.template) if plan.template in names else len(names) - 1
    template = choices[(place + 1) % len(choices)]
    draft = _setup(template)
    changed = replace(plan, draft=without_secrets(draft), template=template.name if template else None)
    if not guest.house.store.batches.save(batch, encode(changed), secrets=secrets_of(draft)):
        return _begun(guest, desk, batch)
    return views.batch(desk.account, batch.id, changed, guest.house.clock())


def _asked(
    guest: Guest, desk: Desk, batch: Batch, plan: BatchPlan, step: Word, *, problem: str | None = None
) -> Answer:
    if step not in {views.COUNT, views.BUDGET, views.STOP}:
        return toasts.UNKNOWN_BUTTON
    ask(guest, BatchWanted(batch.id, step), desk.account.id)
    if step == views.STOP:
        return views.ask_stop(desk.account, batch.id, plan, guest.house.clock(), problem=problem)
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
    """What may be asked for is what is rented: the prices, the number, the budget and the stop condition of now."""
    known = await _looked_at(guest, desk, plan, AskBatch(batch.id))
    if isinstance(known, Screen):
        return known
    if batch.damaged:
        return _saved(
            guest, desk, batch, known.plan, problem="Its variables cannot be read any more: choose a template."
        )
    orders, wallets, now = known.snapshot.orders, known.snapshot.wallets, guest.house.clock()
    assert orders is not None
    assert wallets is not None
    if not known.plan.first:
        return _saved(guest, desk, batch, known.plan)
    limit, present, wanted = orders.limit, len(orders.open), len(known.plan.first)
    if limit is not None and present + wanted > limit:
        return views.full(desk.account, batch.id, limit, present, known.snapshot.orders_at, now)
    burn = burn_per_day(orders.open, known.snapshot.waiting)
    new = with_stops(known.plan, wallets, burn, known.rates, now)
    if isinstance(new, StopProblem):
        return _asked(guest, desk, batch, known.plan, views.STOP, problem=PROBLEMS[new])
    effects = {coin: effect(cost, wallets, burn) for coin, cost in new.costs.items()}
    if problem := _beyond(new, effects):
        return _saved(guest, desk, batch, new, problem=problem)
    return _question(guest, desk, batch, new, Means(effects, known.rates))


def _beyond(plan: BatchPlan, effects: Mapping[str, Effect]) -> str | None:
    """What the budget or a wallet is too small for."""
    if plan.usd_first > plan.limit:
        return "The budget is below what the first ones cost."
    for coin, cost in plan.costs.items():
        balance = effects[coin].balance
        if balance is not None and balance * HOURS_A_DAY < cost:
            return f"Your {symbol(coin)} does not reach for an hour of all of them."
    return None


def _question(guest: Guest, desk: Desk, batch: Batch, plan: BatchPlan, means: Means) -> Screen:
    guest.stay(desk.account.id)
    store, now = guest.house.store, guest.house.clock()
    with store.transaction(durable=True):
        if not store.batches.save(batch, encode(plan)):
            return _begun(guest, desk, batch)
        saved = replace(batch, body=encode(plan))
        token = store.confirmations.ask(
            guest.chat.id, guest.user, desk.account.id, BATCH, plan_of(saved), now, CONFIRMED_FOR
        )
    expires_at = now + CONFIRMED_FOR
    return views.confirm(desk.account, plan, means, now, number=batch.id, token=token, expires_at=expires_at)


def _progress(desk: Desk, batch: Batch, plan: BatchPlan) -> Screen:
    return progress(desk.account, batch.id, plan, stopping=batch.state == "stopping")


def _stop(guest: Guest, desk: Desk, batch: Batch, plan: BatchPlan) -> Screen:
    stopped = guest.house.batches.stop(batch)
    return progress(desk.account, batch.id, plan, stopping=stopped or batch.state == "stopping")
