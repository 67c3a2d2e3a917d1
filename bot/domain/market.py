"""What hosts offer: one listed server of the marketplace."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain.hardware import Specs
from bot.domain.ids import OwnerId, ServerId


@dataclass(frozen=True, slots=True)
class Listing:
    """One row of marketplace. Prices are per day and for the whole machine, before the renter's fee, by coin.

    `rented` means rented *on demand*: a machine that a spot tenant holds still says false.
    `allowed_coins`: which coins the host takes, `None` where the reply leaves it open; a price in a coin is no promise.
    """

    id: ServerId
    owner: OwnerId | None = None
    max_length: timedelta | None = None
    on_demand: Mapping[str, Decimal] = field(default_factory=dict)
    spot: Mapping[str, Decimal] = field(default_factory=dict)
    usd_on_demand: Mapping[str, Decimal] = field(default_factory=dict)
    """The host's dollar price as CLORE.AI prints it beside a coin (`price.usd.on_demand_btc` ...), by coin."""
    rented: bool = False
    specs: Specs = field(default_factory=Specs)
    gpus: tuple[str, ...] = ()
    reliability: Decimal | None = None
    rating: Decimal | None = None
    rating_count: int | None = None
    allowed_coins: tuple[str, ...] | None = None
    cuda: str | None = None


@dataclass(frozen=True, slots=True)
class OnDemand:
    """Whether a server is rented on demand, which comes before every bid, and when the marketplace said so."""

    rented: bool
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Market:
    """A copy of the whole marketplace. `own`: servers of the asking account, which it cannot rent."""

    listings: tuple[Listing, ...]
    read_at: datetime
    own: frozenset[ServerId] = frozenset()

    def on_demand(self, server: ServerId) -> OnDemand | None:
        """`None` for a server that is not listed: hidden, offline, or gone."""
        found = self.listed({server}).get(server)
        return None if found is None else OnDemand(found.rented, self.read_at)

    def listed(self, servers: Collection[ServerId]) -> dict[ServerId, Listing]:
        """Those of these servers that are listed, in one pass."""
        return {listing.id: listing for listing in self.listings if listing.id in servers} if servers else {}
