"""The servers that an account provides, as last read; kept in memory, because nothing is watched of them yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.clore.errors import CloreError
from bot.domain.hosting import HostedServers
from bot.domain.ids import KeyId
from bot.services.clock import Clock
from bot.services.desk import Desk
from bot.services.feeds import within
from bot.services.shared import Shared


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
        self._reading: Shared[KeyId, Hosted] = Shared()

    async def servers(self, desk: Desk, max_age: timedelta, patience: float) -> Hosted:
        """my_servers not older than `max_age`, where it comes within `patience` seconds; else what is known."""
        known = self._last.get(desk.account.key, Hosted())
        if known.read_at is not None and self._clock() - known.read_at < max_age:
            return known
        try:
            found = await within(patience, self._reading.get(desk.account.key, lambda: self._read(desk)))
        except CloreError as error:
            return replace(known, error=error)
        return found or replace(known, slow=True)

    def forget(self, key: KeyId) -> None:
        self._last.pop(key, None)
        self._reading.drop(lambda place: place == key)

    async def _read(self, desk: Desk) -> Hosted:
        servers = await desk.client.my_servers()
        self._last[desk.account.key] = Hosted(servers, self._clock())
        return self._last[desk.account.key]
