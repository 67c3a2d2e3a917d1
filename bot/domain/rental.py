"""Orders: what is rented or bid for, what state it is in, what it costs, and how to reach it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum

from bot.domain.hardware import Specs
from bot.domain.ids import OrderId, OwnerId, ServerId
from bot.domain.money import Money, per_hour, with_fee

USUAL_FEE_PERCENT = Decimal(5)
"""The renter's fee on demand where a reply leaves it out."""
USUAL_SPOT_FEE_PERCENT = Decimal("1.25")
FREE_OF_CREATION_FEE = timedelta(minutes=10)
"""An order cancelled within this time does not pay its creation fee."""

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


class RentalState(Enum):
    """What is known of an order, never more: an order whose container state is not reported is `RENTED`, not running."""

    WAITING = "waiting bid"
    BID_UNKNOWN = "spot bid"  # listed, but its market was not read: active or waiting is not known
    RENTED = "rented"
    DEPLOYING = "deploying"
    RUNNING = "running"
    UNREACHABLE = "unreachable"
    PAST_LENGTH = "past its length, still listed by CLORE.AI"
    EXPIRED = "ended"


class Container(Enum):
    """`mon_container` of newer replies. Numbers that are not known stay unknown."""

    DEPLOYING = 0
    RUNNING = 2


@dataclass(frozen=True, slots=True)
class PortForward:
    """A container port and the public port that leads to it (`"22:10000"`)."""

    container: int
    public: int


@dataclass(frozen=True, slots=True)
class Order:
    """One row of my_orders. `price` is per day and for the whole machine, before the fee; `max_length` counts from `created_at`."""

    id: OrderId
    server: ServerId
    price: Money
    created_at: datetime
    max_length: timedelta
    spot: bool = False
    expired: bool = False
    fee_percent: Decimal | None = None
    creation_fee: Money | None = None
    spent: Money | None = None
    """Billed so far, fees left out (CLORE.AI counts it by the minute)."""
    image: str | None = None
    specs: Specs = field(default_factory=Specs)
    hosts: tuple[str, ...] = ()
    tcp_ports: tuple[PortForward, ...] = ()
    http_port: str | None = None
    http_host: str | None = None
    proxy_cluster: int | None = None
    container: Container | None = None
    online: bool | None = None
    owner: OwnerId | None = None

    @property
    def ends_at(self) -> datetime:
        try:
            return self.created_at + self.max_length
        except OverflowError:  # a length of millennia is a reply's mistake, not a reason to fail
            return datetime.max.replace(tzinfo=self.created_at.tzinfo)

    def left(self, now: datetime) -> timedelta:
        """Time to the maximum length; negative once past it."""
        return self.ends_at - now

    @property
    def fee(self) -> Decimal:
        """Percent. The usual fee where the reply leaves it out (`fee_percent` says whether it did)."""
        if self.fee_percent is not None:
            return self.fee_percent
        return USUAL_SPOT_FEE_PERCENT if self.spot else USUAL_FEE_PERCENT

    @property
    def cost_per_day(self) -> Money:
        return with_fee(self.price, self.fee)

    @property
    def cost_per_hour(self) -> Money:
        return per_hour(self.cost_per_day)

    @property
    def spent_with_fee(self) -> Money | None:
        return None if self.spent is None else with_fee(self.spent, self.fee)

    def creation_fee_avoidable(self, now: datetime) -> bool:
        return now - self.created_at < FREE_OF_CREATION_FEE

    @property
    def ssh_address(self) -> tuple[str, int] | None:
        """Host and public port, where the reply names a host and a forward of port 22; else `None`, never a guess."""
        public = next((port.public for port in self.tcp_ports if port.container == 22), None)
        host = next((host for host in self.hosts if _HOST.fullmatch(host)), None)
        return None if public is None or host is None else (host, public)

    @property
    def ssh_command(self) -> str | None:
        """`ssh root@host -p port`, where the address is known."""
        address = self.ssh_address
        return None if address is None else f"ssh root@{address[0]} -p {address[1]}"

    @property
    def web_host(self) -> str | None:
        """The host of the forwarded HTTP port; `None` where CLORE.AI does not name it."""
        return self.http_host if self.http_host and _HOST.fullmatch(self.http_host) else None

    @property
    def web_address(self) -> str | None:
        """`https://host`, where the host is known."""
        return None if self.web_host is None else f"https://{self.web_host}"

    def state(self, now: datetime, *, bid_active: bool | None = None) -> RentalState:
        """What this order is doing. `bid_active`: what its spot market says of its offer; `None` where it was not read."""
        if self.expired:
            return RentalState.EXPIRED
        if self.spot and bid_active is False:
            return RentalState.WAITING
        if now >= self.ends_at:
            return RentalState.PAST_LENGTH
        if self.spot and bid_active is None and self.container is None:
            return RentalState.BID_UNKNOWN
        if self.online is False:
            return RentalState.UNREACHABLE
        if self.container is Container.RUNNING:
            return RentalState.RUNNING
        if self.container is Container.DEPLOYING:
            return RentalState.DEPLOYING
        return RentalState.RENTED


@dataclass(frozen=True, slots=True)
class Orders:
    """A complete answer of my_orders. `limit`: how many active orders the account may have, where the reply says so."""

    orders: tuple[Order, ...]
    limit: int | None = None

    def find(self, order: OrderId) -> Order | None:
        return next((found for found in self.orders if found.id == order), None)

    @property
    def open(self) -> tuple[Order, ...]:
        """Without the past ones."""
        return tuple(order for order in self.orders if not order.expired)
