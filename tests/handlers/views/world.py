"""One account with the rentals of the API reference, as the views get them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.alerts.snapshot import Snapshot
from bot.domain.hardware import Specs
from bot.domain.ids import AccountId, OrderId, ServerId
from bot.domain.money import BITCOIN, CLORE, USD, Money, Rates
from bot.domain.rental import Container, Order, Orders, PortForward
from bot.domain.spending import Wallet
from bot.domain.spot import Offer, SpotMarket

NOW = datetime(2022, 11, 2, 16, 0, tzinfo=UTC)
READ_AT = NOW - timedelta(seconds=12)
ENDS_AT = NOW + timedelta(minutes=2)
TOKEN = "AbCdEfGhIjKlMnOpQrStUv"
RATES = Rates({BITCOIN: Decimal(20_400), CLORE: Decimal("0.004")}, NOW - timedelta(minutes=3))


@dataclass(frozen=True, slots=True)
class Main:
    id: AccountId
    name: str


MAIN = Main(AccountId(7), "main")


def btc(amount: str) -> Money:
    return Money(Decimal(amount), BITCOIN)


RIVAL = btc("0.0000043")
ORDER = Order(
    id=OrderId(38),
    server=ServerId(6),
    price=btc("0.00001"),
    created_at=datetime.fromtimestamp(1667401396, UTC),
    max_length=timedelta(seconds=262_800),
    fee_percent=Decimal(5),
    creation_fee=btc("3e-7"),
    spent=btc("6.944444444444445e-9"),
    image="cloreai/ubuntu20.04-jupyter",
    specs=Specs(gpu="1x NVIDIA GeForce GTX 1080 Ti", gpu_ram_gb=Decimal(11), ram_gb=Decimal("62.67348861694336")),
    hosts=("n1.c1.clorecloud.net", "n2.c1.clorecloud.net"),
    tcp_ports=(PortForward(22, 10_000),),
    http_port="8888",
    proxy_cluster=1,
)
PAST = Order(
    id=OrderId(36),
    server=ServerId(6),
    price=btc("0.00001"),
    created_at=datetime.fromtimestamp(1667248597, UTC),
    max_length=timedelta(seconds=262_800),
    spot=True,
    expired=True,
    fee_percent=Decimal("2.5"),
    spent=btc("1.3888888888888888e-7"),
    specs=ORDER.specs,
)
BID = Order(
    id=OrderId(39),
    server=ServerId(6),
    price=btc("0.0000042"),
    created_at=NOW - timedelta(hours=5),
    max_length=timedelta(hours=73),
    spot=True,
    spent=btc("0.0000008"),
    specs=Specs(gpu="4x NVIDIA GeForce RTX 4090"),
)
RUNNING = Order(
    id=OrderId(40),
    server=ServerId(9),
    price=Money(Decimal("4.8"), USD),
    created_at=NOW - timedelta(minutes=4),
    max_length=timedelta(days=30),
    fee_percent=Decimal(5),
    creation_fee=Money(Decimal("0.1"), USD),
    spent=Money(Decimal("0.0133"), USD),
    specs=Specs(gpu="8x NVIDIA GeForce RTX 3090"),
    hosts=("n3.c1.clorecloud.net",),
    tcp_ports=(PortForward(22, 10_022), PortForward(6006, 10_023)),
    http_port="8888",
    http_host="abc-40.clorecloud.net",
    container=Container.RUNNING,
)


def market(*, active: bool, rival: Money = RIVAL) -> SpotMarket:
    """The auction of server 6 with our bid 39, against one rival."""
    return SpotMarket(
        server=ServerId(6),
        read_at=READ_AT,
        offers=(Offer(BID.id, BID.price, active=active, mine=True), Offer(OrderId(50), rival, active=not active)),
        minimum={BITCOIN: Decimal("0.000001")},
        rates=RATES,
    )


def snapshot(*orders: Order, auction: SpotMarket | None = None) -> Snapshot:
    return Snapshot(
        at=NOW,
        orders=Orders(orders, limit=13),
        orders_at=READ_AT,
        wallets=(
            Wallet(BITCOIN, Decimal("0.00012"), deposit="bc1qexampleaddress", withdrawal_fee=Decimal("0.0001")),
            Wallet(CLORE, Decimal(0)),
            Wallet(USD, None),
        ),
        wallets_at=READ_AT,
        markets={auction.server: auction} if auction else {},
        past_orders_at=READ_AT,
    )
