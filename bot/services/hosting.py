"""The servers that an account provides, as last read; kept in memory, because nothing is watched of them yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clore.errors import CloreError
from bot.domain.hosting import HostedServers
from bot.domain.ids import KeyId
from bot.services.clock import Clock
from bot.services.desk import Desk


@dataclass(frozen=True, slots=True)
class Hosted:
    """`servers` is `None` until first read; `error`: why the reading just made brought nothing."""

    servers: HostedServers | None = None
    read_at: datetime | None = None
    error: CloreError | None = None


class Hosting:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: dict[KeyId, Hosted] = {}

    async def servers(self, desk: Desk, max_age: timedelta) -> Hosted:
        """my_servers not older than `max_age`; where CLORE.AI does not answer, what is known, with the error."""
        known = self._last.get(desk.account.key, Hosted())
        if known.read_at is not None and self._clock() - known.read_at < max_age:
            return known
        try:
            servers = await desk.client.my_servers()
        except CloreError as error:
            return Hosted(known.servers, known.read_at, error)
        self._last[desk.account.key] = Hosted(servers, self._clock())
        return self._last[desk.account.key]

    def forget(self, key: KeyId) -> None:
        self._last.pop(key, None)
