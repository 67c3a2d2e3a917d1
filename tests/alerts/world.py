"""A small world to look at: its orders, auctions and wallets, read at times of the test's choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.alerts.alert import AlertState, AlertType, News, Notice
from bot.alerts.conditions import Context, evaluate
from bot.alerts.lifecycle import Outcome, step
from bot.alerts.reading import gaps, merge
from bot.alerts.settings import DEFAULTS
from bot.alerts.snapshot import Reading, Snapshot, Source
from bot.domain.ids import AccountId, OrderId, ServerId
from bot.domain.money import BITCOIN, CLORE, Money, Rates
from bot.domain.rental import Order, Orders
from bot.domain.spending import Wallet
from bot.domain.spot import Offer, SpotMarket

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MAIN = AccountId(1)
RIVAL = OrderId(900)
POLL = timedelta(seconds=60)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def order(number: int, *, spot: bool = False, price: str = "1", coin: str = CLORE, hours: float = 1000) -> Order:
    """An order that was created at the start; a thousand hours keep the alerts of its length out of other stories."""
    return Order(
        id=OrderId(number),
        server=ServerId(number + 1000),
        price=Money(Decimal(price), coin),
        created_at=START,
        max_length=timedelta(hours=hours),
        spot=spot,
        fee_percent=Decimal(0),
    )


def bid(number: int, price: str, *, active: bool = False, mine: bool = False, coin: str = CLORE) -> Offer:
    return Offer(OrderId(number), Money(Decimal(price), coin), active, mine)


@dataclass
class World:
    """What CLORE.AI would answer now, and the watch of one account that looks at it."""

    now: datetime = START
    orders: list[Order] = field(default_factory=list)
    past: list[Order] = field(default_factory=list)
    offers: dict[int, list[Offer]] = field(default_factory=dict)
    rates: Rates | None = None
    wallets: dict[str, Decimal | None] = field(default_factory=lambda: {CLORE: Decimal(100_000)})
    context: Context = field(default_factory=Context)
    snapshot: Snapshot | None = None
    states: tuple[AlertState, ...] = ()
    told: list[Notice] = field(default_factory=list)
    deaf_to: frozenset[AlertType] = frozenset({AlertType.ORDER_STARTED, AlertType.WALLET_DEPOSIT})
    """These come with every order and every coin that a story adds; they have stories of their own."""
    last: Outcome | None = None
    account: AccountId = MAIN
    undelivered: frozenset[str] = frozenset()
    split: bool = False
    """Whether a look is one reading, or one for each of its requests."""

    def rent(self, number: int, **terms: object) -> Order:
        new = order(number, **terms)  # type: ignore[arg-type]
        self.orders.append(new)
        return new

    def hold(self, number: int, price: str = "1") -> Order:
        """A spot order of ours that holds its machine."""
        new = self.rent(number, spot=True, price=price)
        self.offers[new.server] = [bid(number, price, active=True, mine=True)]
        return new

    def outbid(self, mine: Order, price: str = "2", by: int = RIVAL) -> None:
        self.offers[mine.server] = [
            bid(mine.id, str(mine.price.amount), mine=True),
            bid(by, price, active=True),
        ]

    def win_back(self, mine: Order, price: str = "3") -> None:
        self.offers[mine.server] = [bid(mine.id, price, active=True, mine=True), bid(RIVAL, "2")]

    def vanish(self, gone: Order, rival: str | None = None) -> None:
        self.orders = [listed for listed in self.orders if listed.id != gone.id]
        self.offers[gone.server] = [bid(RIVAL, rival, active=True)] if rival else []

    def markets(self) -> Mapping[ServerId, SpotMarket]:
        return {
            ServerId(server): SpotMarket(ServerId(server), self.now, offers=tuple(offers), rates=self.rates)
            for server, offers in self.offers.items()
        }

    def reading(self, *, orders: bool = True, wallets: bool = True, markets: bool = True, past: bool = True) -> Reading:
        return Reading(
            at=self.now,
            orders=Orders(tuple(self.orders)) if orders else None,
            past_orders=Orders((*self.orders, *self.past)) if past else None,
            wallets=tuple(Wallet(coin, balance) for coin, balance in self.wallets.items()) if wallets else None,
            markets=self.markets() if markets else {},
        )

    def look(self, after: float = 60, **parts: bool) -> list[Notice]:
        """Time passes, the bot looks; what it tells."""
        self.now += seconds(after)
        return self.take(self.reading(**parts)) if not self.split else self._one_by_one(parts)

    def _one_by_one(self, parts: Mapping[str, bool]) -> list[Notice]:
        """As the watch reads: a reading for each request."""
        told: list[Notice] = []
        for part in ("orders", "past", "markets", "wallets"):
            if parts.get(part, True):
                told += self.take(
                    self.reading(**{name: name == part for name in ("orders", "past", "markets", "wallets")})
                )
                self.now += timedelta(milliseconds=1)
        return told

    def fail(self, after: float = 60) -> list[Notice]:
        self.now += seconds(after)
        return self.take(Reading(self.now, failed=True))

    def reject(self, after: float = 60) -> list[Notice]:
        self.now += seconds(after)
        return self.take(Reading(self.now, rejected=True))

    def take(self, reading: Reading) -> list[Notice]:
        after_gap = gaps(self.snapshot, reading.at, POLL)
        baseline = self.snapshot is None or self.snapshot.orders is None
        self.snapshot = merge(self.snapshot, reading)
        return self.judge(baseline=baseline, after_gap=after_gap)

    def judge(self, *, baseline: bool = False, after_gap: frozenset[Source] = frozenset()) -> list[Notice]:
        assert self.snapshot is not None
        self.last = step(
            self.states,
            evaluate(self.snapshot, DEFAULTS, self.context),
            account=self.account,
            settings=DEFAULTS,
            now=self.snapshot.at,
            baseline=baseline,
            after_gap=after_gap,
            undelivered=self.undelivered,
        )
        self.states = self.last.states
        told = [notice for notice in self.last.notices if notice.type not in self.deaf_to]
        self.told += told
        return told

    def state(self, kind: AlertType) -> AlertState | None:
        return next((state for state in self.states if state.type is kind), None)

    def change(self, old: Order, **changes: object) -> Order:
        new = replace(old, **changes)  # type: ignore[arg-type]
        self.orders = [new if listed.id == old.id else listed for listed in self.orders]
        return new


def news(notices: list[Notice]) -> list[tuple[AlertType, News]]:
    return [(notice.type, notice.news) for notice in notices]


__all__ = ["BITCOIN", "CLORE", "MAIN", "POLL", "RIVAL", "START", "World", "bid", "news", "order", "seconds"]
