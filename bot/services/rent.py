"""Making an order: sent once, and looked for in my_orders, since CLORE.AI does not say which number it got."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import Final

from bot.clore.client import Leaving
from bot.clore.errors import (
    AlreadyRented,
    CloreError,
    CurrencyNotAllowed,
    InvalidInput,
    NotEnoughBalance,
    OutcomeUnknown,
    PriceTooLow,
    Refused,
    ServerOffline,
    Unavailable,
)
from bot.clore.gate import Priority
from bot.domain.creation import is_like, made_by
from bot.domain.draft import NewOrder
from bot.domain.ids import OrderId
from bot.domain.ledger import Cause, Creation, Ending, Result
from bot.domain.market import Listing
from bot.domain.money import Money
from bot.domain.rental import Order, Orders
from bot.domain.secrets import Secrets, with_secrets
from bot.services.cancel import refusal
from bot.services.clock import Clock
from bot.services.desk import Desk
from bot.services.feeds import NOW, within
from bot.services.feeds import Orders as OrdersPart
from bot.services.market import MarketCopy
from storage.codec import decode
from storage.ledger import Entry, Ledger

LOOKS_SECONDS: Final = (2, 2, 3, 4, 5, 6, 7, 8)
"""When to look for the new order, counted from one look to the next; the last one is repeated."""
LOOKED_ENOUGH_SECONDS: Final = 50.0
"""An order is listed within 20 s; a valid look so long after the request is a sign that there is none. A restart in
between does not put it off: who is killed again and again has an end as well."""
GIVEN_UP_SECONDS: Final = 90.0
"""Where no look so late is answered, the person hears that nobody can say."""
PATIENCE_SECONDS: Final = 20.0
"""For one look, its repeats counted in."""
MARKET_AGE: Final = timedelta(seconds=10)
MARKET_PATIENCE_SECONDS: Final = 10.0


class NeverSent(Exception):
    """The ledger does not let this request leave: its entry has ended, or its chat was forgotten."""


class _TooLate(Exception):
    """The press does not hold any more, and CLORE.AI has carried nothing out."""


@dataclass(frozen=True, slots=True)
class Rent:
    """One creation under way. `checking` is called when the outcome is in doubt, before it is looked for.

    `leaving` marks the row as sent; `entry` is the row as it was when this was taken up. Nothing is sent after `until`.
    """

    desk: Desk
    entry: Entry
    change: Creation
    secrets: Secrets
    ledger: Ledger
    market: MarketCopy
    clock: Clock
    until: datetime
    leaving: Leaving
    checking: Callable[[], None]

    async def carry_out(self) -> Order | Result:
        """Sends it: the order that it made, or what else became of it. Raises nothing of CLORE.AI's.

        What may have left before a restart is looked for and never sent again.
        """
        if self.entry.sent_at is not None:
            self.checking()
            return await self._look_for(at_once=True)
        try:
            orders = await self._orders()
        except CloreError as error:
            return refusal(error)
        if (obstacle := self._full(orders) or await self._obstacle()) is not None:
            return obstacle
        if not self.ledger.note_before(self.entry.id, json.dumps([order.id for order in orders.orders])):
            raise NeverSent
        return await self._send()

    async def _send(self) -> Order | Result:
        try:
            await self.desk.client.create_order(with_secrets(self._new, self.secrets), leaving=self._leave_in_time)
        except _TooLate:
            return Result(Ending.ABANDONED, Cause.TOO_LATE)
        except OutcomeUnknown:
            self.checking()
            return await self._look_for(at_once=True)
        except CloreError as error:
            return await self._refused(error)
        return await self._look_for(accepted=True)

    def _leave_in_time(self) -> None:
        """Called before each sending: those that came too early were not carried out, so each may be the last."""
        if self.clock() > self.until:
            raise _TooLate
        self.leaving()

    # Before it is sent

    def _full(self, orders: Orders) -> Result | None:
        full = orders.limit is not None and len(orders.open) >= orders.limit
        return Result(Ending.REFUSED, Cause.FULL) if full else None

    async def _obstacle(self) -> Result | None:
        """What the marketplace shows to stand in the way of a rental on demand; without an answer, CLORE.AI decides.

        A server that is not listed is left to CLORE.AI too: hidden ones can be rented by those who know their number.
        """
        if self._spot:
            return None
        listing = await self._listing(MARKET_AGE)
        if listing is None:
            return None
        if listing.rented:
            return Result(Ending.REFUSED, Cause.TAKEN)
        if listing.allowed_coins is not None and self._new.currency not in listing.allowed_coins:
            return Result(Ending.REFUSED, Cause.COIN_REFUSED)
        return self._moved(listing)

    def _moved(self, listing: Listing) -> Result | None:
        """Whether the host asks another price than the one that was confirmed; a coin without a price is left open."""
        pinned, now = self._new.required_price, listing.on_demand.get(self._new.currency)
        if pinned is None or now is None or now <= 0 or now == pinned:
            return None
        return Result(Ending.REFUSED, Cause.PRICE_MOVED, limit=Money(now, self._new.currency))

    async def _listing(self, max_age: timedelta) -> Listing | None:
        """The server as the marketplace shows it; `None` where it does not, or cannot be read."""
        try:
            market = await within(MARKET_PATIENCE_SECONDS, self.market.fresh(max_age, Priority.USER))
        except CloreError:
            return None
        if market is None:
            return None
        return next((listing for listing in market.listings if listing.id == self.change.server), None)

    # After a refusal: nothing was rented

    async def _refused(self, error: CloreError) -> Result:
        match error:
            case AlreadyRented():
                return Result(Ending.REFUSED, Cause.TAKEN, order=await self._own_rental())
            case CurrencyNotAllowed():
                return Result(Ending.REFUSED, Cause.COIN_REFUSED)
            case PriceTooLow():
                limit = None if error.minimum is None else Money(error.minimum, self._new.currency)
                return Result(Ending.REFUSED, Cause.TOO_LOW, limit=limit)
            case NotEnoughBalance():
                return Result(Ending.REFUSED, Cause.NO_FUNDS)
            case ServerOffline():
                return Result(Ending.REFUSED, Cause.OFFLINE)
            case Refused() | InvalidInput():
                return await self._price_moved() or await self._full_now() or refusal(error)
            case _:
                return refusal(error)

    async def _price_moved(self) -> Result | None:
        """CLORE.AI's word for a pinned price that does not hold any more is not documented: the marketplace tells."""
        listing = None if self._spot else await self._listing(NOW)
        return None if listing is None else self._moved(listing)

    async def _full_now(self) -> Result | None:
        """Its word for a full list of orders is not documented either."""
        orders = await self._listed()
        return None if orders is None else self._full(orders)

    async def _own_rental(self) -> OrderId | None:
        """The order by which this account has the server itself."""
        orders = await self._listed()
        mine = [order for order in orders.open if is_like(order, self.change)] if orders is not None else []
        return mine[0].id if mine else None

    # After it may have been carried out

    async def _look_for(self, *, accepted: bool = False, at_once: bool = False) -> Order | Result:
        """Reads my_orders until the order is there, or should have been. A look without an answer says nothing.

        `accepted`: CLORE.AI said that it made the order. `at_once`: time has passed already, so it may be listed.
        """
        loop = asyncio.get_running_loop()
        began, before = loop.time(), self._left_before()
        for seconds in chain((0,) if at_once else (), LOOKS_SECONDS, repeat(LOOKS_SECONDS[-1])):
            await asyncio.sleep(seconds)
            orders = await self._listed()
            if orders is not None and (made := self._made(orders)) is not None:
                return made
            looked = loop.time() - began
            if looked >= GIVEN_UP_SECONDS or (orders is not None and looked + before >= LOOKED_ENOUGH_SECONDS):
                known = Cause.LOST if orders is None else Cause.NOT_RENTED
                return Result(Ending.UNKNOWN, Cause.ACCEPTED if accepted else known)
        raise AssertionError("the looks go on until one of them ends it")

    def _left_before(self) -> float:
        """Seconds from when the request left in an earlier run; 0 where it left in this one."""
        sent = self.entry.sent_at
        return 0.0 if sent is None else max(0.0, (self.clock() - sent).total_seconds())

    def _made(self, orders: Orders) -> Order | None:
        row = self.ledger.get(self.entry.id)
        return None if row is None else made_in(orders, row, self.change, self.ledger)

    async def _listed(self) -> Orders | None:
        """The orders as they are now; `None` where they cannot be read, which is never an empty list."""
        try:
            return await self._orders()
        except CloreError:
            return None

    async def _orders(self) -> Orders:
        """Raises `CloreError`."""
        snapshot = await within(PATIENCE_SECONDS, self.desk.feed.fresh(OrdersPart(), NOW))
        if snapshot is None or snapshot.orders is None:
            raise Unavailable("my_orders does not answer in time")
        return snapshot.orders

    @property
    def _new(self) -> NewOrder:
        return self.change.new

    @property
    def _spot(self) -> bool:
        return self.change.new.spot_price is not None


def made_in(orders: Orders, entry: Entry, change: Creation, ledger: Ledger) -> Order | None:
    """The order that this creation has made, in a fresh answer; `None` where it is not listed, or never left.

    Who was left in doubt and presses again has two creations that look for an order of the same machine. What was not
    listed when the later one left is the later one's: the earlier one's would have been there by then.
    """
    before = _before(entry)
    if before is None or entry.sent_at is None:
        return None
    later = [_before(rival) or frozenset() for rival in ledger.looking_after(entry) if _rivals(change, rival)]
    listed = [order for order in orders.orders if all(order.id in known for known in later)]
    return made_by(change, listed, before=before, claimed=ledger.claimed(entry.key), sent_at=entry.sent_at)


def _before(entry: Entry) -> frozenset[OrderId] | None:
    return None if entry.before is None else frozenset(OrderId(number) for number in json.loads(entry.before))


def _rivals(change: Creation, entry: Entry) -> bool:
    other = decode(Creation, entry.body)
    return change.server == other.server and (change.new.spot_price is None) is (other.new.spot_price is None)
