"""The ten operations of CLORE.AI.

`Clore` is process-wide; a `KeyedClient` is one API key's part of it. Each step does one thing and hands on: `_read` and
`_change` (may it be repeated?), `_ask` (whose turn is it?), `Endpoint.exchange` (what came back?), `verdict` (what does
that mean?). Reads are repeated after failures that pass. A change is repeated only after "too many requests", which
is never executed; every other doubt is `OutcomeUnknown`.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from weakref import WeakValueDictionary

import httpx

from bot.clore import calls, parse_hosting, parse_market, parse_orders, parse_spot, parse_wallets, verdict
from bot.clore.calls import Call
from bot.clore.document import Document
from bot.clore.errors import CloreError, InvalidInput, RateLimited, Refused, Unavailable
from bot.clore.exchange import REQUEST_SECONDS, Endpoint
from bot.clore.gate import CREATE_CAP_SECONDS, CREATE_GAP_SECONDS, GAP_SECONDS, Gate, Priority
from bot.clore.governor import Governor
from bot.domain.draft import NewOrder, Problem
from bot.domain.hosting import HostedServers, ServerConfig, ServerSettings
from bot.domain.ids import OrderId, ServerId
from bot.domain.market import Market
from bot.domain.rental import Orders
from bot.domain.spending import Wallet
from bot.domain.spot import SpotMarket

BASE_URL = "https://api.clore.ai/v1"
READ_TRIES = 3
REFUSED_TRIES = 5
"""How often in all a request is sent that is answered "too many requests"."""
FIRST_WAIT_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 60.0
PATIENCE = timedelta(seconds=10)
"""A longer Retry-After is the caller's to wait for."""

_system_jitter = random.SystemRandom().random
_KEY = re.compile(r"[\x21-\x7e]{1,256}", re.ASCII)

Leaving = Callable[[], None]
"""Called right before each sending of a change. Until then a cancelled task has changed nothing; from then on it may
have: an `asyncio.CancelledError` out of a change whose `leaving` was called is an unknown outcome."""


def _nothing() -> None:
    """The `leaving` of callers who do not ask."""


class Clore:
    """CLORE.AI for the whole process. The HTTP client belongs to the caller, who closes it.

    `now` is the clock of what was read when; `jitter` gives numbers from 0 to 1.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        now: Callable[[], datetime],
        base_url: str = BASE_URL,
        governor: Governor | None = None,
        gap_seconds: float = GAP_SECONDS,
        create_gap_seconds: float = CREATE_GAP_SECONDS,
        request_seconds: float = REQUEST_SECONDS,
        jitter: Callable[[], float] = _system_jitter,
    ) -> None:
        self._endpoint = Endpoint(http, base_url, now, request_seconds)
        self._now = now
        self._governor = governor or Governor()
        self._gap_seconds = gap_seconds
        self._create_gap_seconds = create_gap_seconds
        self._jitter = jitter
        self._gates: WeakValueDictionary[bytes, Gate] = WeakValueDictionary()
        self._create_gates: WeakValueDictionary[bytes, Gate] = WeakValueDictionary()
        self._keyless = self._client(None)

    def __repr__(self) -> str:
        return f"Clore({self._endpoint.base_url!r})"

    def keyed(self, key: str) -> KeyedClient:
        """The operations with this API key. Clients of the same key share its pacing.

        Raises `InvalidInput` for what cannot be a key at all (blanks, line breaks, other alphabets).
        """
        if not _KEY.fullmatch(key):
            raise InvalidInput([Problem("key", "an API key is one word of letters, digits and signs")])
        return self._client(key)

    async def marketplace(self, priority: Priority = Priority.POLL) -> Market:
        """Every public server, read without a key: one copy serves everybody."""
        return await self._keyless.marketplace(priority)

    def _client(self, key: str | None) -> KeyedClient:
        fingerprint = hashlib.sha256((key or "").encode()).digest()
        slowdown = self._governor.slowdown
        gate = self._gates.get(fingerprint) or Gate(self._gap_seconds, slowdown=slowdown)
        create_gate = self._create_gates.get(fingerprint) or Gate(
            self._create_gap_seconds, cap_seconds=CREATE_CAP_SECONDS, slowdown=slowdown
        )
        self._gates[fingerprint], self._create_gates[fingerprint] = gate, create_gate
        return KeyedClient(
            key,
            endpoint=self._endpoint,
            now=self._now,
            gate=gate,
            create_gate=create_gate,
            governor=self._governor,
            jitter=self._jitter,
        )


class KeyedClient:
    """The ten operations with one API key. Made by `Clore.keyed`.

    Every operation raises `CloreError`s only. Prices are per day and for the whole machine.
    """

    def __init__(
        self,
        key: str | None,
        *,
        endpoint: Endpoint,
        now: Callable[[], datetime],
        gate: Gate,
        create_gate: Gate,
        governor: Governor,
        jitter: Callable[[], float],
    ) -> None:
        self._key = key
        self._endpoint = endpoint
        self._now = now
        self._gate = gate
        self._create_gate = create_gate
        self._governor = governor
        self._jitter = jitter
        self._rows = parse_market.Rows()
        self._changing = 0
        self._changed_at: datetime | None = None

    def __repr__(self) -> str:
        return f"KeyedClient({self._endpoint.base_url!r})"

    # How it stands

    @property
    def gap_seconds(self) -> float:
        """The gap of this key as it stands now, without the process-wide factor."""
        return self._gate.gap_seconds

    @property
    def slowness(self) -> float:
        """By how much refusals have slowed this key down, all keys' together included: 1 in good times."""
        return self._gate.slowness

    @property
    def crowded(self) -> bool:
        """Whether as many requests are in flight as may be, of all keys: a spare turn has no place then."""
        return self._governor.full

    @property
    def untapped_seconds(self) -> float:
        """How long ago the last request for a person ended."""
        return self._gate.untapped_seconds

    def unchanged_since(self, at: datetime) -> bool:
        """Whether this key has changed nothing on CLORE.AI since then and is changing nothing now."""
        return not self._changing and (self._changed_at is None or self._changed_at < at)

    # What can be read

    async def wallets(self, priority: Priority = Priority.USER) -> tuple[Wallet, ...]:
        """Balances, coin by coin."""
        return parse_wallets.wallets(await self._read(calls.wallets(), priority))

    async def my_servers(self, priority: Priority = Priority.USER) -> HostedServers:
        """The servers that this account provides."""
        return await parse_hosting.hosted_servers(await self._read(calls.my_servers(), priority))

    async def server_config(self, name: str, priority: Priority = Priority.USER) -> ServerConfig:
        """All about one own server, by its name."""
        return parse_hosting.server_config(await self._read(calls.server_config(name), priority), name)

    async def marketplace(self, priority: Priority = Priority.USER) -> Market:
        """Every public server; with a key, `own` says which belong to the account."""
        return await parse_market.market(await self._read(calls.marketplace(), priority), self._now(), self._rows)

    async def my_orders(self, *, completed: bool = False, priority: Priority = Priority.USER) -> Orders:
        """The orders and spot offers of this account, with the past ones where `completed`."""
        return await parse_orders.orders(await self._read(calls.my_orders(completed=completed), priority))

    async def spot_marketplace(self, server: ServerId, priority: Priority = Priority.USER) -> SpotMarket:
        """The auction of one server."""
        document = await self._read(calls.spot_marketplace(server), priority)
        return parse_spot.spot_market(document, server, self._now())

    # What changes something: see `Leaving` for cancelled tasks

    async def set_server_settings(
        self, settings: ServerSettings, *, priority: Priority = Priority.USER, leaving: Leaving = _nothing
    ) -> None:
        """Writes the *whole* record of an own server."""
        await self._change(calls.set_server_settings(settings), priority, leaving)

    async def set_spot_price(
        self, order: OrderId, price: Decimal, *, priority: Priority = Priority.USER, leaving: Leaving = _nothing
    ) -> None:
        """A new price for an own spot offer, in the offer's coin. Raises `StepTooBig` and `TooSoon` when lowering."""
        await self._change(calls.set_spot_price(order, price), priority, leaving)

    async def cancel_order(
        self,
        order: OrderId,
        issue: str | None = None,
        *,
        priority: Priority = Priority.USER,
        leaving: Leaving = _nothing,
    ) -> None:
        """Ends an order or takes an offer back, with an optional report to CLORE.AI. Done also where it is gone already."""
        try:
            await self._change(calls.cancel_order(order, issue), priority, leaving)
        except Refused as refusal:
            if not verdict.says_gone(refusal):
                raise

    async def create_order(
        self, order: NewOrder, *, priority: Priority = Priority.USER, leaving: Leaving = _nothing
    ) -> None:
        """Rents, or makes a spot offer. CLORE.AI gives no number: the order is found in my_orders, 2 to 20 s later."""
        await self._change(calls.create_order(order), priority, leaving)

    # How

    async def _read(self, call: Call, priority: Priority) -> Document:
        """Repeats what passes by itself, with full jitter. A spare turn is one request: nobody waits for its answer."""
        if priority is Priority.SPARE:
            return await self._ask(call, priority, _nothing)
        for tries in range(1, READ_TRIES):
            try:
                return await self._persist(call, priority, _nothing)
            except Unavailable as error:
                if not error.passing:
                    raise
            await asyncio.sleep(self._jitter() * min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (tries - 1)))
        return await self._persist(call, priority, _nothing)

    async def _change(self, call: Call, priority: Priority, leaving: Leaving) -> None:
        self._changing += 1
        try:
            await self._persist(call, priority, leaving)
        finally:
            self._changing -= 1
            self._changed_at = self._now()

    async def _persist(self, call: Call, priority: Priority, leaving: Leaving) -> Document:
        """Repeats what came too early: that was not executed. The gate sets the pace."""
        for _ in range(1, REFUSED_TRIES):
            try:
                return await self._ask(call, priority, leaving)
            except RateLimited as error:
                if error.retry_after is not None and error.retry_after > PATIENCE:
                    raise
        return await self._ask(call, priority, leaving)

    async def _ask(self, call: Call, priority: Priority, leaving: Leaving) -> Document:
        """One request, when it is its turn."""
        held = timedelta(seconds=self._gate.held_seconds)
        if held > PATIENCE:
            raise RateLimited(held)
        async with self._turn(call, priority):
            leaving()
            found = verdict.verdict(await self._endpoint.exchange(call, self._key), changes=call.changes)
            if isinstance(found, RateLimited):
                self._slow_down(call, found)
        if isinstance(found, CloreError):
            raise found
        return found

    @asynccontextmanager
    async def _turn(self, call: Call, priority: Priority) -> AsyncIterator[None]:
        if call.creates:
            async with self._create_gate.turn(priority), self._gate.turn(priority), self._governor.slot(priority):
                yield
        else:
            async with self._gate.turn(priority):
                if priority is Priority.SPARE and self._governor.full:
                    raise RateLimited  # by ourselves: whoever waits for a place here lets nobody else of this key pass
                async with self._governor.slot(priority):
                    yield

    def _slow_down(self, call: Call, refusal: RateLimited) -> None:
        seconds = None if refusal.retry_after is None else refusal.retry_after.total_seconds()
        self._gate.refused(seconds)
        if call.creates:
            self._create_gate.refused(seconds)
        self._governor.refused(self._gate)
