"""An account and all that may be known of it, invented: texts that break things, amounts of every size, gaps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from bot.alerts.snapshot import Missing, Snapshot
from bot.domain.hardware import Specs
from bot.domain.hosting import HostedServer, HostedServers
from bot.domain.ids import (
    AccountId,
    OrderId,
    OwnerId,
    ServerId,
)
from bot.domain.money import BITCOIN, CLORE, USD, Money, Rates
from bot.domain.rental import Container, Order, Orders, PortForward
from bot.domain.spending import Wallet
from bot.domain.spot import Offer, SpotMarket
from tests.handlers.views.world import NOW, Main

nasty = st.sampled_from(
    ("", " ", "<b>", "</blockquote>", "&amp;", "&", "{name}", "%s", "\n\n\n", "\u202eevil", "\ud800", "🖥️" * 40, "'\"><")
)
texts = st.one_of(nasty, st.text(max_size=20), st.builds(str.__mul__, st.text(min_size=1, max_size=4), st.just(900)))
clean = st.sampled_from(("main", "RTX 4090", "", "x" * 200))
ids = st.integers(0, 2**63 - 1)
spans = st.timedeltas(timedelta(0), timedelta(days=4_000))
moments = st.datetimes(datetime(2009, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
amounts = st.one_of(
    st.decimals(Decimal(0), Decimal("1e14"), allow_nan=False, allow_infinity=False),
    st.sampled_from([Decimal("3e-7"), Decimal("1E-30"), Decimal("1E+14"), Decimal("0E-40"), Decimal(1) / 3]),
)
coins = st.sampled_from((BITCOIN, CLORE, USD, "<Coin>&"))


@dataclass(frozen=True)
class World:
    account: Main
    order: Order
    snapshot: Snapshot
    market: SpotMarket
    hosted: HostedServers
    word: str
    number: int
    amount: Decimal
    span: timedelta
    moment: datetime
    flag: bool


@st.composite
def worlds(draw: st.DrawFn, words: st.SearchStrategy[str]) -> World:
    def some(values: st.SearchStrategy[Any]) -> Any:
        return draw(st.none() | values)

    def money(currency: str) -> Money:
        return Money(draw(amounts), currency)

    coin = draw(coins)
    specs = Specs(
        gpu=some(words),
        gpu_ram_gb=some(amounts),
        cpu=some(words),
        disk=some(words),
        down_mbit=some(amounts),
        board=some(words),
    )
    shown = Order(
        id=OrderId(draw(ids)),
        server=ServerId(draw(ids)),
        price=money(coin),
        created_at=draw(moments),
        max_length=draw(spans),
        spot=draw(st.booleans()),
        expired=draw(st.booleans()),
        fee_percent=some(amounts),
        creation_fee=some(st.builds(Money, amounts, coins)),
        spent=some(st.builds(Money, amounts, coins)),
        image=some(words),
        specs=specs,
        hosts=tuple(draw(st.lists(words, max_size=3))),
        tcp_ports=tuple(PortForward(22 + n, 10_000 + n) for n in range(draw(st.integers(0, 7)))),
        http_port=some(words),
        http_host=some(words | st.just("a.example" * 60)),
        proxy_cluster=some(ids),
        container=some(st.sampled_from(Container)),
        online=some(st.booleans()),
        owner=some(st.builds(OwnerId, ids)),
    )
    rates = Rates({BITCOIN: draw(amounts), CLORE: draw(amounts)}, draw(moments))
    offers = (
        Offer(shown.id, shown.price, active=draw(st.booleans()), mine=True),
        *[Offer(OrderId(n), Money(draw(amounts), draw(coins)), active=n == 1) for n in range(draw(st.integers(0, 7)))],
    )
    auction = SpotMarket(shown.server, draw(moments), offers=offers, minimum={coin: draw(amounts)}, rates=rates)
    listed = (*(replace(shown, id=OrderId(n)) for n in range(draw(st.integers(0, 20)))), shown)
    seen = Snapshot(
        at=NOW,
        orders=draw(st.sampled_from([None, Orders(listed, draw(ids))])),
        orders_at=draw(moments),
        wallets=tuple(
            Wallet(draw(coins | words), some(amounts), some(words), some(amounts))
            for _ in range(draw(st.integers(0, 12)))
        ),
        wallets_at=draw(moments),
        markets={auction.server: auction},
        missing=tuple(Missing(one, NOW) for one in listed[:3]),
    )
    hosted = HostedServers(
        tuple(
            HostedServer(
                draw(words),
                connected=some(st.booleans()),
                online=some(st.booleans()),
                visibility=some(words),
                on_demand={draw(coins): draw(amounts)},
                specs=specs,
            )
            for _ in range(draw(st.integers(0, 8)))
        ),
        limit=some(ids),
    )
    return World(
        Main(AccountId(draw(ids)), draw(words)),
        shown,
        seen,
        auction,
        hosted,
        draw(words),
        draw(st.integers(0, 2**53)),
        draw(amounts),
        draw(spans),
        draw(moments),
        draw(st.booleans()),
    )
