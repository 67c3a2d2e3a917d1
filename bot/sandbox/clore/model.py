"""The things of the simulated marketplace: accounts, wallets, servers, orders."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

Row = dict[str, object]
"""A JSON object, its numbers `int` or `Decimal`."""


class Ending(StrEnum):
    """Why an order is over."""

    CANCELLED = "cancelled"
    LENGTH = "its length was over"
    FUNDS = "the funds ran out"
    OUTBID = "outbid"
    HOST_GONE = "the host went away"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with an API key, or a rival without one."""

    id: int
    key: str | None = field(default=None, repr=False)
    limit: int = 13
    """Most active orders at a time."""
    server_limit: int = 16


@dataclass(frozen=True, slots=True)
class Wallet:
    """The balance of one coin as it was last settled; null and a missing deposit address stand for a wallet never opened."""

    name: str
    balance: Decimal | None
    deposit: str | None = None
    withdrawal_fee: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A machine, on the market or hidden by its host. Prices are per day for the whole machine, by coin."""

    id: int
    owner: int
    mrl_hours: int
    on_demand: Mapping[str, Decimal]
    spot: Mapping[str, Decimal]
    specs: Mapping[str, object]
    extras: Mapping[str, object] = field(default_factory=dict)
    """Further fields of the marketplace row, as they go out."""
    usd: Mapping[str, object] | None = None
    """`price.usd` of the marketplace row."""
    older: bool = False
    """Orders there have none of the newer fields of my_orders."""
    public: bool = True
    online: bool = True
    name: str | None = None
    """What its host calls it; only servers of keyed accounts have one."""
    connected: bool = True
    init_token: str = ""
    id_shown: bool = True
    """Older rows of my_servers have no id."""
    hosting: Mapping[str, object] = field(default_factory=dict)
    """Further fields of the my_servers row."""
    background_job: Mapping[str, object] = field(default_factory=dict)

    @property
    def coins(self) -> frozenset[str]:
        """Those in which the host lets be paid: a price does not mean that its coin is accepted."""
        allowed = self.extras.get("allowed_coins")
        priced = {coin for coin, price in {**self.spot, **self.on_demand}.items() if price > 0}
        return frozenset(priced if not isinstance(allowed, list | tuple) else priced & set(allowed))

    @property
    def has_spot_market(self) -> bool:
        return any(price > 0 for price in self.spot.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A rental on demand or a spot offer. `price` is per day before the fee; times are seconds of the world's own clock."""

    id: int
    account: int
    server: int
    spot: bool
    price: Decimal
    currency: str
    fee: Decimal
    """Percent on top of the price."""
    creation_fee: Decimal
    mrl_seconds: int
    created: float
    image: str
    visible_from: float
    deploys_in: float = 45
    """Seconds from the start to a container that runs."""
    hangs: bool = False
    """Its container never runs."""
    cluster: int = 1
    ports: tuple[str, ...] = ()
    """`container:public`."""
    http_port: str | None = None
    active: bool = False
    """It holds the machine."""
    started: float | None = None
    """Since when it holds the machine."""
    billed_from: float | None = None
    """What runs since then is not settled yet; None while nothing is billed."""
    minutes: int = 0
    """Settled, over its whole life."""
    spend: Decimal = Decimal(0)
    """Settled, without fees."""
    lowered: float | None = None
    ended: float | None = None
    ending: Ending | None = None
    loaded: Mapping[str, object] | None = None
    """The raw row that it was loaded from: what it does not have is not shown."""

    @property
    def live(self) -> bool:
        return self.ended is None

    @property
    def ends(self) -> float:
        return self.created + self.mrl_seconds
