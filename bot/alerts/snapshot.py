"""One key at one moment: what CLORE.AI showed last, how old each part is, and what is in question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import OrderId, ServerId
from bot.domain.money import Money
from bot.domain.rental import Order, Orders
from bot.domain.spending import Wallet
from bot.domain.spot import SpotMarket


class Part(StrEnum):
    ORDERS = "orders"
    PAST_ORDERS = "past orders"
    WALLETS = "wallets"
    MARKETS = "markets"


Source = Part | ServerId
"""What one request reads: a part, or the market of one server."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look at CLORE.AI brought. A part that was not asked for, or whose read failed, is `None`: never an empty list.

    `past_orders`: the answer with return_completed. `rejected`: the key was refused. `failed`: CLORE.AI did not answer.
    """

    at: datetime
    orders: Orders | None = None
    past_orders: Orders | None = None
    wallets: tuple[Wallet, ...] | None = None
    markets: Mapping[ServerId, SpotMarket] = field(default_factory=dict)
    rejected: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """An order that was listed and is not in the last complete answers. `answers`: how many such answers in a row."""

    order: Order
    since: datetime
    answers: int = 1
    held: bool = False
    """A spot order that was active when last seen."""


@dataclass(frozen=True, slots=True)
class Appeared:
    """An order that complete answers list and earlier ones did not. `answers`: how many such answers in a row."""

    order: Order
    since: datetime
    answers: int = 1


@dataclass(frozen=True, slots=True)
class Rise:
    """A balance that is higher than in both readings before: `was` the higher of these, `now`. A dip is a misreading."""

    was: Money
    now: Money


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of one key. `at` is the time for every rule; `renewed`: the parts that the last reading brought.

    `orders` and `wallets` are `None` until first read. `markets`: the auctions of own spot orders, each with its own
    `read_at`. `held`: spot orders seen active at some time. `missing`: in question; `gone`: found gone by this very
    reading (never on the baseline). `failures`: readings in a row that brought nothing. `in_doubt`: listed bids that
    held their machine until the last reading of their market, which a second reading has yet to confirm. `held_in`: of
    bids that do not hold their machine any more, the auction as last read while they did. `unlisted`: of these, those
    that held it until their auction ceased to list them: whether the order is gone, the list of orders has to say.
    `appeared`: orders that are new in the last two answers (never on the baseline). `rises`: balances that this very
    reading found higher. `wallets_before`: the reading before that of `wallets`.
    """

    at: datetime
    orders: Orders | None = None
    orders_at: datetime | None = None
    wallets: tuple[Wallet, ...] | None = None
    wallets_at: datetime | None = None
    markets: Mapping[ServerId, SpotMarket] = field(default_factory=dict)
    past_orders: Orders | None = None
    past_orders_at: datetime | None = None
    held: frozenset[OrderId] = frozenset()
    missing: tuple[Missing, ...] = ()
    gone: tuple[Missing, ...] = ()
    renewed: frozenset[Part] = frozenset()
    failures: int = 0
    down_since: datetime | None = None
    rejections: int = 0
    rejected_since: datetime | None = None
    in_doubt: frozenset[OrderId] = frozenset()
    held_in: Mapping[OrderId, SpotMarket] = field(default_factory=dict)
    unlisted: frozenset[OrderId] = frozenset()
    appeared: tuple[Appeared, ...] = ()
    rises: tuple[Rise, ...] = ()
    wallets_before: tuple[Wallet, ...] | None = None

    def bid_active(self, order: Order) -> bool | None:
        """Whether this spot order holds its machine, by its market; `None` where that is not known (or it is no spot order)."""
        if not order.spot:
            return None
        market = self.markets.get(order.server)
        offer = market.find(order.id) if market else None
        return offer.active if offer else None

    def is_gone(self, order: OrderId, since: datetime | None = None) -> bool:
        """Whether a list that is newer than `since` does not hold this order, and no doubt about it is left."""
        if self.orders is None or self.orders_at is None or (since is not None and self.orders_at <= since):
            return False
        listed = any(each.id == order for each in self.orders.open)
        return not listed and all(lost.order.id != order for lost in self.missing)

    @property
    def waiting(self) -> frozenset[OrderId]:
        """Spot orders that are known to wait: they burn nothing."""
        listed = self.orders.open if self.orders else ()
        return frozenset(order.id for order in listed if self.bid_active(order) is False)
