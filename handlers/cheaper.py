"""Cheaper equivalents of a running rental, found in the marketplace as it is now."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.clore.errors import CloreError
from bot.clore.gate import Priority
from bot.domain.catalogue import Catalogue
from bot.domain.cheaper import cheaper
from bot.services.feeds import Orders, Wallets, within
from bot.services.results import unwanted
from handlers.guest import Guest
from handlers.looking import PATIENCE_SECONDS, RECENT, failure, look_at_all, trouble
from handlers.market_actions import ShowCheaper
from handlers.orders import find_open
from handlers.views import cheaper as views
from handlers.views import errors, toasts
from handlers.views import orders as order_views
from handlers.views.errors import Untouched
from handlers.views.frame import Failure
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
    catalogue, failed = await _catalogue(guest)
    if catalogue is None:
        return errors.unavailable(Untouched.READ, action, account=desk.account)
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
        failed=found.failed or failed,
        alike=len(listings),
        reliability_known=own is not None and own.reliability is not None,
    )


def _comparable(model: str | None) -> bool:
    return model is not None and not model.casefold().startswith("mixed")


async def _catalogue(guest: Guest) -> tuple[Catalogue | None, Failure | None]:
    """The marketplace as it is now; where it does not answer, as it was last, with the reason."""
    market = guest.house.market
    try:
        fresh = await within(PATIENCE_SECONDS, market.catalogue(MARKET_RECENT, Priority.USER))
    except CloreError as error:
        return market.last_catalogue, failure(error)
    return (fresh, None) if fresh is not None else (market.last_catalogue, Failure.SLOW)
