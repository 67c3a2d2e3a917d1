"""Every alert in every turn of its life, each made of one invented world, with the view that made it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from bot.alerts.alert import (
    FACTS,
    ApiDown,
    Deposited,
    Ended,
    EndReason,
    Expiring,
    Facts,
    KeyInvalid,
    News,
    Notice,
    Outbid,
    Severity,
    ShortRunway,
    Started,
)
from bot.domain.ids import GuardId, UserId
from bot.domain.ledger import BidChange
from bot.domain.market import Listing
from bot.domain.money import Money
from bot.domain.spot import SpotMarket
from handlers.screen import Screen
from handlers.views import alerts, snooze
from handlers.views.html import text
from handlers.views.outbid import Beside
from tests.handlers.views.worlds import World

Made = tuple[Callable[..., Screen], Screen]


def alert_screens(world: World) -> Iterator[Made]:
    money, price = Money(world.amount, world.order.price.currency), world.order.price
    facts: list[Facts] = [
        Expiring(world.order),
        *[Ended(world.order, reason, world.moment, by=world.word) for reason in EndReason],
        *losses(world),
        ShortRunway(money, price, world.span, money, price),
        *(Started(replace(world.order, spot=spot)) for spot in (True, False)),
        Deposited(money, money + price),
        KeyInvalid(world.moment),
        ApiDown(world.moment),
    ]
    for fact in facts:
        kind = next(kind for kind, made in FACTS.items() if isinstance(fact, made))
        for news in News:
            notice = Notice(
                news, kind, world.word, Severity.WARNING, 1 + world.number % 4, "e", world.moment, world.moment, fact
            )
            notice = replace(notice, lasted=world.span)
            yield alerts.alert, alerts.alert(notice, world.account, world.moment, repeated=world.flag)
            acked = replace(notice, acked_by=UserId(1), acked_at=world.moment, snoozed_by=UserId(1))
            yield alerts.alert, alerts.alert(acked, world.account, world.moment, by=world.word)
            if isinstance(fact, Outbid | Ended):
                beside = beside_a_bid(world)
                yield alerts.alert, alerts.alert(notice, world.account, world.moment, beside=beside)
                guarded = alerts.alert(notice, world.account, world.moment, beside=beside, guard=text(world.word))
                yield alerts.alert, guarded


def snooze_screens(world: World) -> Iterator[Made]:
    yield snooze.ask_snooze, snooze.ask_snooze(world.account, "e")
    for until in (None, world.moment):
        yield snooze.snoozed, snooze.snoozed(world.account, until, world.moment)
    yield snooze.snooze_too_late, snooze.snooze_too_late(world.account)


def losses(world: World) -> Iterator[Outbid]:
    """The bid of the world, and auctions that it has lost and won back in every way."""
    auction = world.market
    alone = replace(auction, offers=auction.offers[:1])
    waiting = replace(auction, offers=tuple(replace(offer, active=False) for offer in auction.offers))
    dearer = {coin: amount + amount + 1 for coin, amount in auction.minimum.items()}
    shut = SpotMarket(auction.server, world.moment, exists=False)
    markets = [auction, alone, waiting, replace(waiting, minimum=dearer), shut]
    markets += [replace(waiting, online=False, public=world.flag), replace(waiting, public=False)]
    markets += [replace(auction, rates=None)]
    for market in markets:
        yield Outbid(world.order, market, vanished=world.flag, before=auction, lost=waiting)
        yield Outbid(world.order, auction, lost=market)
    yield Outbid(world.order, waiting)


def beside_a_bid(world: World) -> Beside:
    order, price = world.order, world.order.price
    asked = {price.currency: world.amount}
    return Beside(
        snapshot=world.snapshot,
        listing=Listing(order.server, specs=order.specs, on_demand=asked, spot=asked, rented=world.flag),
        listed_at=world.moment,
        rates=world.market.rates,
        changes=(BidChange(order.id, order.server, price, price, guard=GuardId(1) if world.flag else None),),
        cancelled=world.flag,
        cancelled_in=world.word,
    )
