"""One feed for each API key: what was read last, and how to have it newer. Screens and alerts look at the same snapshot."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from bot.alerts.reading import merge
from bot.alerts.snapshot import Reading, Snapshot
from bot.clore.client import KeyedClient
from bot.clore.errors import CloreError, KeyRejected, RateLimited, Unavailable
from bot.clore.gate import Priority
from bot.domain.ids import KeyId, ServerId
from bot.domain.spot import SpotMarket
from bot.services.clock import Clock
from storage.errors import StorageError

T = TypeVar("T")

NOW = timedelta(0)
"""As a greatest age: nothing that was read before will do."""


@dataclass(frozen=True, slots=True)
class Orders:
    """The list of my_orders."""


@dataclass(frozen=True, slots=True)
class PastOrders:
    """my_orders with return_completed."""


@dataclass(frozen=True, slots=True)
class Wallets:
    pass


@dataclass(frozen=True, slots=True)
class Auction:
    """The spot market of one server."""

    server: ServerId


Wanted = Orders | PastOrders | Wallets | Auction
"""One part of a snapshot, which is one request."""


class KeyUnopenable(KeyRejected):
    """The stored key does not open any more, so CLORE.AI cannot be asked: a person has to give it again."""

    def __str__(self) -> str:
        return "the stored key cannot be opened"


class Record(Protocol):
    """Keeps a reading: snapshot, alert states and outbox rows in one transaction; returns the new snapshot.

    Raises `StorageError` where nothing of it could be stored.
    """

    def __call__(self, key: KeyId, before: Snapshot | None, reading: Reading) -> Snapshot: ...


class Feed:
    """The readings of one key. Two people who want the same part at the same moment cause one request.

    `open_client` raises `KeyUnopenable`; it is asked again until it gives a client, since the key may be given again.
    """

    def __init__(
        self, key: KeyId, open_client: Callable[[], KeyedClient], record: Record, clock: Clock, last: Snapshot | None
    ) -> None:
        self.key = key
        self.last = last
        self._open_client = open_client
        self._client: KeyedClient | None = None
        self._record = record
        self._clock = clock
        self._closed = False
        self._reading: dict[tuple[Wanted, Priority], asyncio.Task[Snapshot]] = {}

    def __repr__(self) -> str:
        return f"Feed({self.key})"

    @property
    def client(self) -> KeyedClient:
        """The operations with this key. Raises `CloreError` where there is no key (any more)."""
        if self._closed:
            raise Unavailable("no account has this key any more")
        if self._client is None:
            self._client = self._open_client()
        return self._client

    def age_of(self, part: Wanted) -> timedelta | None:
        """How old that part is; `None` where it was never read."""
        at = read_at(self.last, part)
        return None if at is None else self._clock() - at

    async def fresh(self, part: Wanted, max_age: timedelta, priority: Priority = Priority.USER) -> Snapshot:
        """A snapshot in which that part is not older than `max_age`. Raises `CloreError` where it cannot be had now."""
        age = self.age_of(part)
        if self.last is not None and age is not None and NOW <= age < max_age:
            return self.last
        return await self._shared(part, priority)

    async def read(self, part: Wanted, priority: Priority = Priority.USER) -> Snapshot:
        """That part, read now."""
        return await self._shared(part, priority)

    def close(self) -> None:
        """Ends what is under way; nothing of it is recorded, and nothing more is asked."""
        self._closed = True
        for task in self._reading.values():
            task.cancel()

    def take_over(self, market: SpotMarket) -> None:
        """An auction that another key has read, as this one sees it."""
        if not self._closed:
            self._keep(Reading(at=self._clock(), markets={market.server: market}))

    async def _shared(self, part: Wanted, priority: Priority) -> Snapshot:
        ahead = (self._reading.get((part, other)) for other in Priority if other <= priority)
        task = next((task for task in ahead if task is not None), None)
        if task is None:
            task = asyncio.create_task(self._read(part, priority))
            self._reading[part, priority] = task
            task.add_done_callback(lambda done: self._ended(part, priority, done))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():  # not this waiter: the feed was closed
                raise Unavailable("no account has this key any more") from None
            if priority is not Priority.USER and task is self._reading.get((part, priority)):
                task.cancel()  # only the one poll of this key has waited for it, or its one spare turn
            raise

    def _ended(self, part: Wanted, priority: Priority, task: asyncio.Task[Snapshot]) -> None:
        self._reading.pop((part, priority), None)
        if not task.cancelled():
            task.exception()  # whoever waits sees it; nobody waiting is no error of its own

    async def _read(self, part: Wanted, priority: Priority) -> Snapshot:
        try:
            fetched = await self._fetch(part, priority)
        except KeyRejected:
            self._keep(Reading(at=self._clock(), rejected=True))
            raise
        except CloreError as error:
            if not (priority is Priority.SPARE and isinstance(error, RateLimited)):  # nobody needed that answer
                self._keep(Reading(at=self._clock(), failed=True))
            raise
        return self._keep(fetched)

    def _keep(self, reading: Reading) -> Snapshot:
        """What is known with this reading. Where it cannot be stored it is shown all the same, and not built upon: the
        next look finds the same news again.
        """
        try:
            self.last = self._record(self.key, self.last, reading)
        except StorageError:
            return merge(self.last, reading)
        return self.last

    async def _fetch(self, part: Wanted, priority: Priority) -> Reading:
        match part:
            case Orders():
                orders = await self.client.my_orders(priority=priority)
                return Reading(at=self._clock(), orders=orders)
            case PastOrders():
                past = await self.client.my_orders(completed=True, priority=priority)
                return Reading(at=self._clock(), past_orders=past)
            case Wallets():
                wallets = await self.client.wallets(priority=priority)
                return Reading(at=self._clock(), wallets=wallets)
            case Auction(server):
                market = await self.client.spot_marketplace(server, priority=priority)
                return Reading(at=self._clock(), markets={server: market})


class Feeds:
    """The feeds of this process, made when first asked for."""

    def __init__(self, make: Callable[[KeyId], Feed]) -> None:
        self._make = make
        self._feeds: dict[KeyId, Feed] = {}

    def of(self, key: KeyId) -> Feed:
        if key not in self._feeds:
            self._feeds[key] = self._make(key)
        return self._feeds[key]

    def forget(self, key: KeyId) -> None:
        """For a key that no account uses any more: what is under way ends, nothing is recorded."""
        if feed := self._feeds.pop(key, None):
            feed.close()


def read_at(snapshot: Snapshot | None, part: Wanted) -> datetime | None:
    """When this part was last read."""
    if snapshot is None:
        return None
    match part:
        case Orders():
            return snapshot.orders_at
        case PastOrders():
            return snapshot.past_orders_at
        case Wallets():
            return snapshot.wallets_at
        case Auction(server):
            market = snapshot.markets.get(server)
            return market.read_at if market else None


async def within(patience: float, waiting: Awaitable[T]) -> T | None:
    """What comes within so many seconds; `None` where it does not (the reading goes on and is kept)."""
    try:
        async with asyncio.timeout(patience):
            return await waiting
    except TimeoutError:
        return None
