"""Cheaper equivalents of a running rental, found in the marketplace as it is now."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.domain.cheaper import cheaper
from bot.services.feeds import Orders, Wallets
from bot.services.results import unwanted
from handlers.guest import Guest
from handlers.looking import RECENT, look_at_all, look_at_market, market_trouble, trouble
from handlers.market_actions import ShowCheaper
from handlers.orders import find_open
from handlers.views import cheaper as views
from handlers.views import orders as order_views
from handlers.views import toasts
from handlers.views.errors import Untouched
from handlers.visit import Answer

MARKET_RECENT: Final = timedelta(minutes=1)


async def respond(guest: Guest, action: ShowCheaper) -> Answer:
    desk = guest.desk(action.account)
    if desk is None:
        return toasts.NO_SUCH_ACCOUNT
    found = await look_at_all(desk, (Orders(), Wallets()), RECENT)
    order, snapshot = find_open(found.snapshot, action.order), found.snapshot
    if order is None or snapshot is None:
        if found.failed or snapshot is None:
            return trouble(found, desk, untouched=Untouched.READ, again=action)
        return order_views.not_found(desk.account, action.order, snapshot.orders_at, guest.house.clock())
    market = await look_at_market(guest.house, MARKET_RECENT)
    catalogue = market.catalogue
    if catalogue is None:
        return market_trouble(market, action)
    now = guest.house.clock()
    if order.specs.gpu_count is None or not _comparable(order.specs.gpu_model):
        return views.unknown(desk.account, order, now, snapshot.orders_at)
    alike = catalogue.similar(order.specs, unwanted=unwanted(guest.house.store, guest.chat.id), but=order.server)
    own = catalogue.find(order.server)
    listings = [hit.listing for hit in alike]
    return views.cheaper(
        desk.account,
        order,
        cheaper(order, own, listings, snapshot.wallets or (), catalogue.rates, now),
        now,
        read_at=catalogue.read_at,
        rates=catalogue.rates,
        failed=found.failed or market.failed,
        alike=len(listings),
        reliability_known=own is not None and own.reliability is not None,
    )


def _comparable(model: str | None) -> bool:
    return model is not None and not model.casefold().startswith("mixed")
