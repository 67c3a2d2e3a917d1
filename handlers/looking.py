"""Looking at an account before a screen is made: patient for a few seconds, then content with what is known."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.alerts.snapshot import Snapshot
from bot.clore.errors import CloreError, KeyRejected, RateLimited
from bot.clore.gate import Priority
from bot.domain.catalogue import Catalogue
from bot.domain.ids import ServerId
from bot.domain.spot import SpotMarket
from bot.services.desk import Desk
from bot.services.feeds import NOW, Auction, Wanted, within
from bot.services.house import House
from handlers.actions import Action
from handlers.screen import Screen
from handlers.views import errors
from handlers.views.errors import Untouched
from handlers.views.frame import Failure

RECENT: Final = timedelta(seconds=90)
"""What the watch has read in its last round will do, unless somebody asks to have it refreshed."""
PATIENCE_SECONDS: Final = 8.0
"""A reading that takes longer goes on; the screen shows what is known and says so."""
AUCTION_PATIENCE_SECONDS: Final = 4.0
"""The auction is the smaller part of a screen: without it the rest is shown."""
USUAL_WAIT: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Look:
    """What is known now. `error`: why the reading just made brought nothing; `slow`: it has not ended yet."""

    snapshot: Snapshot | None
    error: CloreError | None = None
    slow: bool = False

    @property
    def failed(self) -> Failure | None:
        down = self.snapshot is not None and self.snapshot.down_since is not None
        return Failure.NO_ANSWER if self.slow and down else failure(self.error, slow=self.slow)


def failure(error: CloreError | None, *, slow: bool = False) -> Failure | None:
    """Why a reading brought nothing, in the words of the screens; `None`: it did."""
    match error:
        case None:
            return Failure.SLOW if slow else None
        case KeyRejected():
            return Failure.REJECTED
        case RateLimited():
            return Failure.BUSY
        case _:
            return Failure.NO_ANSWER


def greatest_age(*, fresh: bool) -> timedelta:
    return NOW if fresh else RECENT


async def look(desk: Desk, part: Wanted, max_age: timedelta = RECENT, patience: float = PATIENCE_SECONDS) -> Look:
    """The snapshot with that part not older than `max_age`, where CLORE.AI answers in time."""
    try:
        snapshot = await within(patience, desk.feed.fresh(part, max_age))
    except CloreError as error:
        return Look(desk.last, error)
    return Look(desk.last, slow=True) if snapshot is None else Look(snapshot)


async def look_at_all(desk: Desk, parts: tuple[Wanted, ...], max_age: timedelta) -> Look:
    """Several parts of one account; the first failure counts."""
    looks = await asyncio.gather(*(look(desk, part, max_age) for part in parts))
    return next((found for found in looks if found.failed), Look(desk.last))


def trouble(found: Look, desk: Desk, *, untouched: Untouched, again: Action | None) -> Screen:
    """The screen for a look that failed, where nothing older can stand in."""
    match found.failed:
        case Failure.SLOW:
            return errors.slow(untouched, again, account=desk.account)
        case Failure.REJECTED:
            return errors.key_rejected(desk.account, untouched)
        case Failure.BUSY:
            wait = found.error.retry_after if isinstance(found.error, RateLimited) else None
            return errors.rate_limited(untouched, wait or USUAL_WAIT, again, account=desk.account)
        case Failure.NO_ANSWER | None:
            return errors.unavailable(untouched, again, account=desk.account)


@dataclass(frozen=True, slots=True)
class MarketLook:
    """The marketplace as it is known now. `error`: why the reading just made brought nothing; `slow`: it has not ended."""

    catalogue: Catalogue | None
    error: CloreError | None = None
    slow: bool = False

    @property
    def failed(self) -> Failure | None:
        return failure(self.error, slow=self.slow)


async def look_at_market(house: House, max_age: timedelta = RECENT, patience: float = PATIENCE_SECONDS) -> MarketLook:
    """The marketplace not older than `max_age`, where CLORE.AI answers in time; else the last one, or none."""
    market = house.market
    try:
        catalogue = await within(patience, market.catalogue(max_age, Priority.USER))
    except CloreError as error:
        return MarketLook(market.last_catalogue, error)
    return MarketLook(market.last_catalogue, slow=True) if catalogue is None else MarketLook(catalogue)


@dataclass(frozen=True, slots=True)
class AuctionLook:
    """The bids on a machine as they are known now; `look`: whether and why they are no newer."""

    market: SpotMarket | None
    look: Look

    @property
    def failed(self) -> Failure | None:
        return self.look.failed


async def look_at_auction(
    house: House, desk: Desk, server: ServerId, max_age: timedelta, patience: float = AUCTION_PATIENCE_SECONDS
) -> AuctionLook:
    """The bids on a machine, where CLORE.AI answers in time; else as last read (see `read_at`), or `None`.

    Where the account bids there itself its feed reads them, so that alerts and screens know the same.
    """
    if bids_there(desk, server):
        found = await look(desk, Auction(server), max_age, patience)
        return AuctionLook(found.snapshot.markets.get(server) if found.snapshot else None, found)
    try:
        market = await within(patience, house.auctions.fresh(desk, server, max_age))
    except CloreError as error:
        return AuctionLook(house.auctions.last(desk, server), Look(desk.last, error))
    if market is None:
        return AuctionLook(house.auctions.last(desk, server), Look(desk.last, slow=True))
    return AuctionLook(market, Look(desk.last))


def bids_there(desk: Desk, server: ServerId) -> bool:
    """Whether this account was last seen with an open bid on this machine."""
    orders = desk.last.orders.open if desk.last and desk.last.orders else ()
    return any(order.spot and order.server == server for order in orders)


def market_trouble(found: MarketLook, again: Action | None, *, untouched: Untouched = Untouched.READ) -> Screen:
    """The screen for a marketplace that could not be read, where nothing older can stand in."""
    if found.slow:
        return errors.slow(untouched, again)
    if isinstance(found.error, RateLimited):
        return errors.rate_limited(untouched, found.error.retry_after or USUAL_WAIT, again)
    return errors.unavailable(untouched, again)
