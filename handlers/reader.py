"""What this chat has to do with machines of the marketplace: marks, own machines, wallets that could pay."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.snapshot import Snapshot
from bot.domain.ids import OwnerId, ServerId
from bot.services.desk import Desk
from handlers.guest import Guest
from handlers.views.machine import Reader
from storage.marks import MarkKind

OWN_RECENT: Final = timedelta(minutes=10)
OWN_PATIENCE_SECONDS: Final = 3.0
HOLDS_FOR: Final = timedelta(minutes=5)
"""An auction read longer ago does not say who holds the machine now."""


async def own_servers(
    guest: Guest, desks: tuple[Desk, ...], patience: float = OWN_PATIENCE_SECONDS
) -> frozenset[ServerId]:
    """The servers that these accounts provide, as far as that is known within so many seconds."""
    found = await asyncio.gather(*(guest.house.hosting.servers(desk, OWN_RECENT, patience) for desk in desks))
    servers = [server.id for hosted in found if hosted.servers for server in hosted.servers.servers]
    return frozenset(server for server in servers if server is not None)


async def reader(guest: Guest, patience: float = OWN_PATIENCE_SECONDS) -> Reader:
    """Waits so many seconds for the list of own machines, where it is not known yet; what cannot be had is left out."""
    desks = guest.house.desks.all(guest.chat.id)
    own = await own_servers(guest, desks, patience)
    default = guest.default_desk()
    marks = guest.house.store.marks.of_chat(guest.chat.id)
    numbers = {kind: frozenset(mark.number for mark in marks if mark.kind is kind) for kind in MarkKind}
    return Reader(
        favourites=frozenset(map(ServerId, numbers[MarkKind.FAVOURITE])),
        watched=frozenset(map(ServerId, numbers[MarkKind.WATCH])),
        blocked=frozenset(map(ServerId, numbers[MarkKind.BLOCKED])),
        blocked_owners=frozenset(map(OwnerId, numbers[MarkKind.BLOCKED_OWNER])),
        own=own,
        account=default.account.name if default else None,
        wallets=default.last.wallets if default and default.last else None,
        holders=_holders(guest, tuple(desk.last for desk in desks if desk.last)),
    )


def _holders(guest: Guest, snapshots: tuple[Snapshot, ...]) -> dict[ServerId, datetime]:
    """Machines that were just seen with a spot tenant, and when."""
    now = guest.house.clock()
    markets = [market for snapshot in snapshots for market in snapshot.markets.values()]
    markets += guest.house.auctions.seen()
    latest = {market.server: market for market in sorted(markets, key=lambda market: market.read_at)}
    return {
        server: market.read_at
        for server, market in latest.items()
        if market.holder is not None and now - market.read_at <= HOLDS_FOR
    }
