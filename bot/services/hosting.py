"""The servers that an account provides, as last read; kept in memory, because nothing is watched of them yet."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.clore.errors import CloreError, Unavailable
from bot.domain.hosting import HostedServers
from bot.domain.ids import KeyId
from bot.services.clock import Clock
from bot.services.desk import Desk
from bot.services.feeds import within


@dataclass(frozen=True, slots=True)
class Hosted:
    """`servers` is `None` until first read. `error`: why the reading just made brought nothing; `slow`: it has not ended."""

    servers: HostedServers | None = None
    read_at: datetime | None = None
    error: CloreError | None = None
    slow: bool = False


class Hosting:
    """Two people who ask at the same moment cause one request."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: dict[KeyId, Hosted] = {}
        self._reading: dict[KeyId, asyncio.Task[Hosted]] = {}

    async def servers(self, desk: Desk, max_age: timedelta, patience: float) -> Hosted:
        """my_servers not older than `max_age`, where it comes within `patience` seconds; else what is known."""
        known = self._last.get(desk.account.key, Hosted())
        if known.read_at is not None and self._clock() - known.read_at < max_age:
            return known
        try:
            found = await within(patience, self._shared(desk))
        except CloreError as error:
            return replace(known, error=error)
        return found or replace(known, slow=True)

    def forget(self, key: KeyId) -> None:
        self._last.pop(key, None)
        if task := self._reading.pop(key, None):
            task.cancel()

    async def _shared(self, desk: Desk) -> Hosted:
        key = desk.account.key
        if key not in self._reading:
            self._reading[key] = asyncio.create_task(self._read(desk))
            self._reading[key].add_done_callback(lambda done: self._ended(key, done))
        task = self._reading[key]
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():  # not this waiter: nobody uses the key any more
                raise Unavailable("no account has this key any more") from None
            raise

    async def _read(self, desk: Desk) -> Hosted:
        servers = await desk.client.my_servers()
        self._last[desk.account.key] = Hosted(servers, self._clock())
        return self._last[desk.account.key]

    def _ended(self, key: KeyId, task: asyncio.Task[Hosted]) -> None:
        if self._reading.get(key) is task:
            del self._reading[key]
        if not task.cancelled():
            task.exception()  # whoever waits sees it; nobody waiting is no error of its own
