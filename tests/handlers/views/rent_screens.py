"""Screens of the wizard, with whatever a person wrote and whatever CLORE.AI says of the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.domain.draft import Draft
from bot.domain.hardware import Specs
from bot.domain.ids import NO_RESULTS, ChatId, DraftId, OrderId, ResultsId, ServerId, TemplateId
from bot.domain.market import Listing
from bot.domain.money import BITCOIN, Money, Rates
from bot.domain.quote import Quote
from bot.domain.recipe import TYPED_STEPS, Step, Unread
from bot.domain.renting import Can, Coin, Effect
from bot.domain.spending import Wallet
from bot.domain.spot import SpotMarket
from handlers.screen import Screen
from handlers.views import draft as drafts
from handlers.views import rent, rent_confirm, rent_start
from handlers.views.draft import Planned
from handlers.views.frame import Account
from handlers.views.rent import Offered, Said
from handlers.views.rent_confirm import Replaced
from storage.templates import Template
from tests.handlers.views.recipe_screens import filled

TOKEN = "t" * 22
DRAFT = DraftId(2**40)

Made = tuple[Callable[..., Any], Screen]


def rent_screens(
    account: Account, market: SpotMarket, amount: Decimal, word: str, now: datetime, *, flag: bool
) -> Iterator[Made]:
    rates = market.rates
    listing = Listing(
        ServerId(2**40),
        max_length=timedelta(hours=72) if flag else None,
        on_demand={BITCOIN: amount, word: amount},
        spot={BITCOIN: amount},
        rented=flag,
        specs=Specs(gpu=f"8x {word}", country=word),
        reliability=amount,
    )
    for plan in _plans(account, listing, market, amount, word, now, rates):
        yield drafts.draft_screen, drafts.draft_screen(plan, now, notes=(word,))
        yield from _steps(plan, word, now)
        if plan.quote is not None and (plan.draft.spot_price is not None or not plan.draft.spot):
            money = Money(amount, BITCOIN)
            replaced = Replaced(ServerId(1), money, replace(listing, reliability=None), doubtful=flag)
            for before, effect in (
                (money, Effect(money, timedelta(1), timedelta(2))),
                (None, Effect(None, None, None)),
            ):
                shown = rent_confirm.confirm(
                    plan,
                    effect,
                    now,
                    token=TOKEN,
                    expires_at=now,
                    price_before=before,
                    replaced=None if before is not None else replaced,
                    notes=(word,) if flag else (),
                )
                yield rent_confirm.confirm, shown
    yield from _refusals(account, listing, amount, word, now, rates)


def _plans(
    account: Account,
    listing: Listing,
    market: SpotMarket,
    amount: Decimal,
    word: str,
    now: datetime,
    rates: Rates | None,
) -> Iterator[Planned]:
    coins = tuple(
        Coin(Quote(Money(amount, name), Decimal(5), spot), can, balance)
        for spot in (False,)
        for name, can, balance in (
            (BITCOIN, Can.PAYS, Money(amount, BITCOIN)),
            (word, Can.UNKNOWN, None),
            ("CLORE-Blockchain", Can.TOO_LITTLE, Money(amount, "CLORE-Blockchain")),
            ("USD-Blockchain", Can.NOT_HELD, None),
        )
    )
    base = Planned(DRAFT, Draft(server=listing.id), account, None, (), None, title=word)
    yield base
    for spot, price in ((False, None), (True, None), (True, amount)):
        draft = replace(filled(word), server=listing.id, currency=BITCOIN, spot=spot, spot_price=price)
        yield replace(
            base,
            draft=draft,
            listing=listing,
            coins=coins,
            read_at=now,
            rates=rates,
            accounts=3,
            template=word,
            results=ResultsId(1),
            auction=market if spot else None,
        )


def _steps(plan: Planned, word: str, now: datetime) -> Iterator[Made]:
    answered = (Said(), Said(note=word * 3, asks=False))
    refused = Said(refused=Unread(word * 3, word), deleted=False)
    template = Template(TemplateId(1), ChatId(1), word, Draft(), default=False)
    quote = plan.quote
    offered = {
        Step.ACCOUNT: rent.accounts(plan, [plan.account] * 9),
        Step.TEMPLATE: rent.templates(plan, [template] * 9),
        Step.KIND: rent.kinds(plan, quote, quote),
        Step.COIN: rent.coins(plan),
        Step.PRICE: rent.prices(plan, quote, quote) if quote else Offered(),
    }
    for step in plan.steps:
        for said in (*answered, refused) if step in TYPED_STEPS else answered:
            yield (
                rent.step_screen,
                rent.step_screen(plan, step, offered.get(step) or rent.of_field(plan, step), now, said),
            )
    yield rent.step_screen, rent.step_screen(plan, Step.TEMPLATE, rent.templates(plan, []), now)
    yield rent.step_screen, rent.step_screen(plan, Step.KIND, rent.kinds(plan, None, None), now)


def _refusals(
    account: Account, listing: Listing, amount: Decimal, word: str, now: datetime, rates: Rates | None
) -> Iterator[Made]:
    money, server = Money(amount, BITCOIN), listing.id
    coin = Coin(Quote(Money(amount, word), Decimal(5)), Can.NOT_HELD)
    wallets = [Wallet(word, amount), Wallet(BITCOIN, None)]
    yield rent_start.no_account, rent_start.no_account()
    yield rent_start.nothing_open, rent_start.nothing_open()
    yield rent_start.own_machine, rent_start.own_machine(server, account)
    yield rent_start.undecided, rent_start.undecided(account, server)
    yield rent_start.no_rental, rent_start.no_rental(account, OrderId(1))
    yield rent_start.nothing_like_it, rent_start.nothing_like_it(account, OrderId(1), word, now, now)
    yield rent_start.no_candidate, rent_start.no_candidate(DRAFT, word, now, now, NO_RESULTS)
    yield rent_start.coin_refused, rent_start.coin_refused(account, DRAFT, word, now, now)
    yield rent_start.too_little, rent_start.too_little(account, DRAFT, money, money, rates, now, now)
    yield rent_start.full, rent_start.full(account, DRAFT, 7, 7, now, now)
    yield rent_start.no_coin, rent_start.no_coin(account, listing, [coin] * 3, wallets, now, now)
    for draft in (None, DRAFT):
        yield rent_start.not_listed, rent_start.not_listed(server, now, now, draft=draft)
        for bids in (False, True):
            yield rent_start.taken, rent_start.taken(listing, now, now, bids=bids, draft=draft)
            refused = rent_start.no_price(listing, now, now, spot=bids, other=not bids, results=NO_RESULTS)
            yield rent_start.no_price, refused
    yield drafts.parked, drafts.parked(DRAFT)
    yield drafts.kept, drafts.kept(DRAFT)
    yield drafts.dropped, drafts.dropped()
    yield drafts.not_open, drafts.not_open(sent=True)
    yield drafts.changed, drafts.changed(DRAFT)
    yield drafts.unopenable, drafts.unopenable()


READINGS = {
    drafts.draft_screen, rent_confirm.confirm, rent_start.taken, rent_start.not_listed, rent_start.no_price,
    rent_start.no_coin, rent_start.no_candidate, rent_start.coin_refused, rent_start.too_little, rent_start.full,
    rent_start.nothing_like_it,
}  # fmt: skip
"""Those that show what was read, and therefore say how old it is."""
