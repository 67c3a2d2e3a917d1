"""The auction of one server, read now or a moment ago: for looking only."""

from __future__ import annotations

import asyncio

from bot.domain.ids import ServerId
from bot.domain.ladder import ladder
from bot.domain.spot import SpotMarket
from bot.services.auctions import RECENT as AUCTION_RECENT
from bot.services.desk import Desk
from bot.services.feeds import NOW
from handlers import guards, lowering
from handlers.drafting import wallets_of
from handlers.guest import Guest
from handlers.listing import server_of
from handlers.looking import PATIENCE_SECONDS, bids_there, greatest_age, look_at_auction, look_at_market, trouble
from handlers.market_actions import ShowAuction
from handlers.reader import reader
from handlers.screen import Screen
from handlers.views import errors, toasts
from handlers.views import spot as views
from handlers.views.errors import Untouched
from handlers.views.spot import Auction, Linked
from handlers.visit import Answer


async def command(guest: Guest, arguments: str) -> Answer:
    """`/spot SERVER`."""
    server = server_of("spot", arguments)
    return server if isinstance(server, Screen) else await show_auction(guest, ShowAuction(server))


async def show_auction(guest: Guest, action: ShowAuction) -> Answer:
    """The ladder with what can be had beside it within a few seconds; without the bids themselves there is none."""
    desk = _desk_at(guest, action.server)
    if desk is None:
        return errors.no_account()
    found, market, mine, wallets = await asyncio.gather(
        look_at_auction(guest.house, desk, action.server, NOW if action.fresh else AUCTION_RECENT, PATIENCE_SECONDS),
        look_at_market(guest.house, greatest_age(fresh=action.fresh)),
        reader(guest, PATIENCE_SECONDS),
        wallets_of(desk),
    )
    if guest.desk(desk.account.id) is None:
        return toasts.NO_SUCH_ACCOUNT
    if found.market is None:
        return trouble(found.look, desk, untouched=Untouched.READ, again=action)
    rates = found.market.rates or guest.house.rates
    own = ladder(found.market, rates).own
    return views.auction(
        desk.account,
        Auction(
            market=found.market,
            listing=market.catalogue.find(action.server) if market.catalogue else None,
            listed_at=market.catalogue.read_at if market.catalogue else None,
            on_demand=guest.house.market.on_demand(action.server),
            rates=rates,
            wallets=wallets,
            provided=action.server in mine.own,
            results=action.results,
            linked=_linked(guest, desk, found.market),
            lowering=lowering.standing(guest.house, desk.account, own.id) if own else None,
            guard=guards.line(guest.house, desk.account, own.id) if own else None,
            failed=found.failed,
        ),
        guest.house.clock(),
    )


def _linked(guest: Guest, desk: Desk, market: SpotMarket) -> tuple[Linked, ...]:
    """The bids of this chat's other accounts, which CLORE.AI does not mark as this key's."""
    found = []
    for other in guest.house.desks.all(guest.chat.id):
        orders = other.last.orders.open if other.last is not None and other.last.orders is not None else ()
        known = {order.id for order in orders if order.spot} if other.account.key != desk.account.key else set()
        found += [Linked(other.account.name, offer) for offer in market.offers if offer.id in known and not offer.mine]
    return tuple(found)


def _desk_at(guest: Guest, server: ServerId) -> Desk | None:
    """The account of this chat that bids there; the default one where none does, or where it does too."""
    default = guest.default_desk()
    if default is None or bids_there(default, server):
        return default
    return next((desk for desk in guest.house.desks.all(guest.chat.id) if bids_there(desk, server)), default)
