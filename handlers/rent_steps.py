"""The steps of a draft: shown, chosen with a button, answered by typing, taken out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from secrets import randbelow
from typing import assert_never

from bot.domain.draft import Draft
from bot.domain.ids import AccountId, TemplateId, number_of
from bot.domain.market import Listing
from bot.domain.money import Money, round_up
from bot.domain.quote import Quote
from bot.domain.recipe import NONE, TYPED_STEPS, Read, Step, Unread, chosen, cleared, fresh, read
from bot.domain.renting import coins, moved, paid_in
from bot.domain.spot import Winning, winning_bid
from bot.domain.stop_setting import StopProblem
from bot.domain.wish import Wish, read_wish, untimely
from handlers import replies
from handlers.bids import read_price
from handlers.drafting import Mine, edited, mine, planned, save, wallets_of
from handlers.guest import Guest
from handlers.rent_actions import Choose, ClearStep
from handlers.replies import StepWanted
from handlers.screen import Screen
from handlers.views import rent as views
from handlers.views import toasts
from handlers.views.bids import PriceProblem
from handlers.views.draft import Planned, coin_word, draft_screen
from handlers.views.rent import ASKED, Offered, Said
from handlers.views.stops import PROBLEMS
from handlers.views.words import exact_coin
from handlers.visit import Answer
from handlers.word import Word
from storage.drafts import StoredDraft


def step_in(word: Word) -> Step | None:
    return next((step for step in Step if step.value == word), None)


async def show(guest: Guest, at: Mine, step: Step, told: Said = ASKED) -> Screen:
    """One step; of one that this draft does not have (any more), the draft."""
    plan = await planned(guest, at, auction=step is Step.PRICE)
    if step not in plan.steps:
        return draft_screen(plan, guest.house.clock())
    if step is Step.PRICE and plan.quote is None:
        return await show(guest, at, Step.COIN, replace(told, note="Choose the coin of your bid first."))
    shown = views.step_screen(plan, step, _offered(guest, plan, step), guest.house.clock(), told)
    if shown.asks:
        replies.ask(guest, StepWanted(at.stored.id, Word(step.value)), at.stored.account)
    return shown


async def choose(guest: Guest, action: Choose) -> Answer:
    """One of the values that a step offers, in a draft that is open still."""
    at, step = mine(guest, action.draft), step_in(action.step)
    if isinstance(at, Screen):
        return at
    match step:
        case None:
            return toasts.UNKNOWN_BUTTON
        case Step.ACCOUNT:
            return await _account(guest, at, action.value)
        case Step.TEMPLATE:
            return await _template(guest, at, action.value)
        case Step.KIND:
            return await _kind(guest, at, action.value)
        case Step.COIN:
            return await _coin(guest, at, action.value)
        case Step.PRICE:
            return await _price(guest, at, action.value)
        case Step.STOP:
            return await _stop(guest, at, action.value)
        case _:
            draft = chosen(step, action.value, at.stored.draft, randbelow)
            return toasts.UNKNOWN_BUTTON if draft is None else await _set(guest, at, step, draft)


async def clear(guest: Guest, action: ClearStep) -> Answer:
    at, step = mine(guest, action.draft), step_in(action.step)
    if isinstance(at, Screen):
        return at
    if step is None:
        return toasts.UNKNOWN_BUTTON
    if step is Step.STOP:
        return await _kept(guest, at, step, edited(at.stored, stop=None))
    return await _set(guest, at, step, cleared(step, at.stored.draft))


async def typed(guest: Guest, wanted: StepWanted, text: str) -> Answer:
    """An answer in words: taken, mended with a note, or refused with the reason and asked for again."""
    at, step = mine(guest, wanted.draft), step_in(wanted.step)
    if isinstance(at, Screen) or step is None:
        replies.done(guest)
        return at if isinstance(at, Screen) else toasts.UNKNOWN_BUTTON
    if step is Step.PRICE:
        return await _price_typed(guest, at, text)
    if step is Step.STOP:
        return await _stop_typed(guest, at, text)
    if step not in TYPED_STEPS:
        replies.done(guest)
        return await show(guest, at, step)
    found = read(step, text, at.stored.draft, randbelow)
    match found:
        case Unread():
            return await show(guest, at, step, Said(refused=found, deleted=guest.deleted))
        case Read():
            replies.done(guest)
            return await _set(guest, at, step, found.draft, note=found.note)
    assert_never(found)


async def _set(guest: Guest, at: Mine, step: Step, draft: Draft, *, note: str | None = None) -> Screen:
    return await _kept(guest, at, step, edited(at.stored, draft=draft), note=note)


async def _kept(guest: Guest, at: Mine, step: Step, stored: StoredDraft, *, note: str | None = None) -> Screen:
    """The step again, with what it is now."""
    refused = save(guest, stored)
    words = f"Set. {note}" if note else "Set."
    return refused or await show(
        guest, Mine(stored, at.desk), step, Said(note=words, deleted=guest.deleted, asks=False)
    )


async def _account(guest: Guest, at: Mine, value: Word) -> Answer:
    """Another account pays: it may hold other coins."""
    account = number_of(value, AccountId)
    desk = guest.desk(account) if account is not None else None
    if desk is None:
        return toasts.NO_SUCH_ACCOUNT
    plan = await planned(guest, Mine(at.stored, desk))
    draft = at.stored.draft
    if plan.listing is not None:
        draft = moved(draft, plan.listing, plan.coins, spot=draft.spot)
    return await _overview(guest, Mine(edited(at.stored, draft=draft, account=desk.account.id), desk))


async def _template(guest: Guest, at: Mine, value: Word) -> Answer:
    number = number_of(value, TemplateId)
    template = guest.house.store.templates.get(guest.chat.id, number) if number is not None else None
    if template is None:
        return toasts.UNKNOWN_BUTTON
    if template.damaged:
        return await show(guest, at, Step.TEMPLATE, Said(note="That template is damaged. Nothing was changed."))
    now = at.stored.draft
    draft = replace(
        fresh(template.draft, randbelow),
        server=now.server,
        currency=now.currency,
        spot=now.spot,
        spot_price=now.spot_price,
        required_price=now.required_price,
    )
    stored = replace(at.stored, draft=draft, template=template.name, edited=at.stored.stop is not None)
    return await _overview(guest, Mine(stored, at.desk))


async def _kind(guest: Guest, at: Mine, value: Word) -> Answer:
    if value not in {views.SPOT, views.ON_DEMAND}:
        return toasts.UNKNOWN_BUTTON
    spot = value == views.SPOT
    if spot is at.stored.draft.spot:
        return await show(guest, at, Step.KIND)
    plan = await planned(guest, at)
    wallets = await wallets_of(at.desk)
    offered = coins(plan.listing, wallets, plan.rates, spot=spot) if plan.listing else ()
    if plan.listing is None or not offered:
        return await show(guest, at, Step.KIND, Said(note="The host asks no such price now. Nothing was changed."))
    draft = moved(at.stored.draft, plan.listing, offered, spot=spot)
    return await _overview(guest, Mine(edited(at.stored, draft=replace(draft, spot_price=None)), at.desk))


async def _coin(guest: Guest, at: Mine, value: Word) -> Answer:
    plan = await planned(guest, at)
    coin = next((coin for coin in plan.coins if coin_word(coin.name) == value), None)
    if coin is None:
        return await show(guest, at, Step.COIN, Said(note="The host does not take that coin now. Nothing was changed."))
    return await _set(guest, at, Step.COIN, paid_in(at.stored.draft, coin))


async def _price(guest: Guest, at: Mine, value: Word) -> Answer:
    """The bid that would win now, or the least: worked out anew, and shown before anything is asked."""
    plan = await planned(guest, at, auction=value == views.WINNING)
    quote = plan.quote
    if not at.stored.draft.spot or quote is None or value not in {views.WINNING, views.LEAST}:
        return await show(guest, at, Step.PRICE)
    price = round_up(quote.price)
    if value == views.WINNING:
        rates = plan.rates or (plan.auction.rates if plan.auction else None)
        winning = winning_bid(plan.auction, price.currency, rates=rates) if plan.auction else None
        if not isinstance(winning, Winning):
            return await show(guest, at, Step.PRICE, Said(note="No winning bid can be named now. Nothing was changed."))
        price = winning.bid
    return await _set(guest, at, Step.PRICE, replace(at.stored.draft, spot_price=price.amount))


async def _price_typed(guest: Guest, at: Mine, text: str) -> Answer:
    """Nothing is ever rounded that will be sent."""
    plan = await planned(guest, at)
    quote = plan.quote
    if not at.stored.draft.spot or quote is None:
        replies.done(guest)
        return await show(guest, at, Step.PRICE)
    price = read_price(text, quote.price.currency)
    problem = price.value if isinstance(price, PriceProblem) else below(price, quote)
    if isinstance(price, PriceProblem) or problem:
        return await show(guest, at, Step.PRICE, Said(refused=Unread(problem or "")))
    replies.done(guest)
    return await _set(guest, at, Step.PRICE, replace(at.stored.draft, spot_price=price.amount))


async def _stop(guest: Guest, at: Mine, value: Word) -> Answer:
    """None, or a span that ends before the rental does."""
    if value == views.NO_STOP:
        return await _kept(guest, at, Step.STOP, edited(at.stored, stop=None))
    hours = views.hours_after(value)
    if hours is None:
        return toasts.UNKNOWN_BUTTON
    return await _wished(guest, at, Wish(after=timedelta(hours=hours)))


async def _stop_typed(guest: Guest, at: Mine, text: str) -> Answer:
    if text.strip().casefold() in NONE:
        replies.done(guest)
        return await _kept(guest, at, Step.STOP, edited(at.stored, stop=None))
    read = read_wish(text, guest.house.clock(), at.stored.draft.currency)
    if isinstance(read, StopProblem):
        return await show(guest, at, Step.STOP, Said(refused=Unread(PROBLEMS[read])))
    return await _wished(guest, at, read)


async def _wished(guest: Guest, at: Mine, wish: Wish) -> Screen:
    plan = await planned(guest, at)
    wrong = untimely(wish, guest.house.clock(), plan.listing.max_length if plan.listing else None)
    if wrong is not None:
        return await show(guest, at, Step.STOP, Said(refused=Unread(PROBLEMS[wrong])))
    replies.done(guest)
    return await _kept(guest, at, Step.STOP, edited(at.stored, stop=wish))


def below(price: Money, quote: Quote) -> str | None:
    """Why the host would not take it."""
    if price >= quote.price:
        return None
    return f"The host takes {exact_coin(round_up(quote.price))} a day or more."


async def _overview(guest: Guest, at: Mine) -> Screen:
    refused = save(guest, at.stored)
    return refused or draft_screen(await planned(guest, at), guest.house.clock())


def _offered(guest: Guest, plan: Planned, step: Step) -> Offered:
    store, chat = guest.house.store, guest.chat.id
    match step:
        case Step.ACCOUNT:
            return views.accounts(plan, store.accounts.of_chat(chat))
        case Step.TEMPLATE:
            return views.templates(plan, store.templates.of_chat(chat))
        case Step.KIND:
            return views.kinds(plan, _quote(plan, plan.listing, spot=False), _quote(plan, plan.listing, spot=True))
        case Step.COIN:
            return views.coins(plan)
        case Step.PRICE if plan.quote is not None:
            return views.prices(plan, plan.quote, _quote(plan, plan.listing, spot=False))
        case Step.STOP:
            return views.stops(plan, guest.house.clock())
        case _:
            return views.of_field(plan, step)


def _quote(plan: Planned, listing: Listing | None, *, spot: bool) -> Quote | None:
    """In the draft's coin, else in the cheapest one."""
    offered = coins(listing, None, plan.rates, spot=spot) if listing else ()
    named = next((coin for coin in offered if coin.name == plan.draft.currency), None)
    coin = named or next(iter(offered), None)
    return coin.quote if coin else None
