"""A thousand malformed answers: each is a `CloreError` or a valid value, never anything else."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.clore.client import Clore, KeyedClient
from bot.clore.document import Document
from bot.clore.errors import CloreError, Unreadable
from bot.domain.hosting import HostedServers, ServerConfig
from bot.domain.ids import ServerId
from bot.domain.market import Market
from bot.domain.rental import Orders, PortForward
from bot.domain.spending import Wallet
from bot.domain.spot import SpotMarket
from tests.clore.other_side import KEY, NOW
from tests.clore.test_failures import CHANGES, READS
from tests.examples import load

EXAMPLES = [load(f"{name}_1.reply") for name in READS]
VALUES = (tuple, HostedServers, ServerConfig, Market, Orders, SpotMarket)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([10**400, -1, 2**63, "NaN", "1e9999999999", "6", 0.0, "public"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, part in inner for place in places(part, (*path, name)))]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A printed reply in which one place holds something else, or nothing."""
    tree = json.loads(draw(st.sampled_from(EXAMPLES)))
    place = draw(st.sampled_from(places(tree)[1:]))
    parent = tree
    for name in place[:-1]:
        parent = parent[name]
    if draw(st.booleans()):
        parent[place[-1]] = draw(json_values)
    else:
        del parent[place[-1]]
    return json.dumps(tree).encode()


@st.composite
def cut(draw: st.DrawFn) -> bytes:
    """A printed reply, cut off or with foreign bytes in it."""
    whole = draw(st.sampled_from(EXAMPLES))
    at = draw(st.integers(0, len(whole)))
    return (
        whole[:at]
        + draw(st.sampled_from([b"", b"\xff", b"\x00", b"}", b"[", b'"', b"NaN", b"<html>"]))
        + draw(st.sampled_from([b"", whole[at:]]))
    )


framed = json_values.map(
    lambda value: json.dumps({"code": 0, "orders": value, "servers": value, "wallets": value}).encode()
)
bodies = mutated() | cut() | framed | json_values.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=64)


async def ask(deed: str, status: int, body: bytes) -> object:
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(status, content=body))) as http:
        client = Clore(http, now=lambda: NOW, gap_seconds=0, create_gap_seconds=0, jitter=lambda: 0.0).keyed(KEY)
        return await {**READS, **CHANGES}[deed](client)


@settings(max_examples=1_000, deadline=None)
@given(st.sampled_from([*READS, *CHANGES]), st.sampled_from([200, 200, 200, 403, 429, 500]), bodies)
@example("my_orders", 200, b"[" * 100_000)
@example("my_orders", 200, b'{"code":0,"orders":' + b"[" * 5_000 + b"]" * 5_000 + b"}")
@example("my_orders", 200, b'{"code":0,"orders":[{"id":1e999999999999999999999}]}')
@example("my_orders", 200, b'{"code":0,"orders":[%s]}' % (b"9" * 5_000))
@example("my_orders", 200, b'{"code":%s}' % (b"9" * 5_000))
@example("wallets", 200, b'{"code":0,"wallets":[{"name":"\\ud800"}]}')
@example("create_order", 200, b'{"code":6,"error":' + b"[" * 5_000 + b"]" * 5_000 + b"}")
def test_whatever_comes_back_is_an_error_of_ours_or_a_value(deed: str, status: int, body: bytes) -> None:
    try:
        value = asyncio.run(ask(deed, status, body))
    except CloreError:
        return
    assert value is None if deed in CHANGES else isinstance(value, VALUES)


def client_with(body: bytes) -> KeyedClient:
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=body)))
    return Clore(http, now=lambda: NOW, gap_seconds=0).keyed(KEY)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_one_bad_optional_field_loses_that_field_alone(data: st.DataObject) -> None:
    tree = json.loads(load("my_orders_1.reply"))
    row = tree["orders"][0]
    name = data.draw(st.sampled_from(sorted(set(row) - {"id", "si", "price", "currency", "ct", "mrl"})))
    row[name] = data.draw(json_values)
    text = json.dumps(tree, default=str)
    if "NaN" in text.replace('"NaN"', "") or "Infinity" in text or "\\ud" in text:
        return
    orders = asyncio.run(client_with(text.encode()).my_orders())
    assert [(order.id, order.price.amount) for order in orders.orders] == [
        (38, Decimal("0.00001")),
        (36, Decimal("0.00001")),
    ]


def test_an_order_without_its_number_fails_the_whole_read() -> None:
    for needed in ("id", "si", "price", "currency", "ct", "mrl"):
        tree = json.loads(load("my_orders_1.reply"))
        del tree["orders"][1][needed]
        try:
            asyncio.run(client_with(json.dumps(tree).encode()).my_orders())
        except CloreError as error:
            assert "order without" in str(error)  # noqa: PT017 - the loop goes on
        else:
            raise AssertionError(f"an order without {needed} was taken")


def test_a_market_that_does_not_exist_is_a_value_and_not_an_error() -> None:
    for body in (b'{"exists":false,"code":0}', b'{"exists":false,"market":{},"code":0}'):
        market = asyncio.run(client_with(body).spot_marketplace(ServerId(6)))
        assert (market.exists, market.offers) == (False, ())


def test_bids_in_several_coins_keep_their_coins_and_the_rates_of_the_reply() -> None:
    body = b"""{"code":0,"exists":true,"market":{
        "offers":[{"offer_id":1,"bid":2e-6},{"offer_id":2,"bid":41.50,"currency":"CLORE-Blockchain","my":true}],
        "server":{"min_pricing":{"bitcoin":1e-6},"mrl":3600,"visibility":"hidden","online":false},
        "currency_rates_in_usd":{"bitcoin":64000.5,"CLORE-Blockchain":0.01,"odd":"?","nought":0}}}"""
    market = asyncio.run(client_with(body).spot_marketplace(ServerId(6)))
    assert [str(offer.bid) for offer in market.offers] == ["0.000002 BTC", "41.5 CLORE"]
    assert (market.public, market.online, market.holder) == (False, False, None)
    assert market.rates is not None
    assert market.rates.usd == {"bitcoin": Decimal("64000.5"), "CLORE-Blockchain": Decimal("0.01")}
    assert market.rates.at == NOW


def test_odd_ports_and_times_are_left_out() -> None:
    row = {"id": 1, "si": 2, "price": 1, "currency": "bitcoin", "ct": 1.5, "mrl": "90.25"}
    row |= {"tcp_ports": ["22:1", "22", "a:b", "0:1", "22:70000", "8080:2:3", 7, None], "http_port": 8888, "p": True}
    (order,) = asyncio.run(client_with(json.dumps({"code": 0, "orders": [row]}).encode()).my_orders()).orders
    assert order.tcp_ports == (PortForward(22, 1),)
    assert (order.http_port, order.proxy_cluster) == ("8888", None)
    assert order.max_length == timedelta(seconds=90, milliseconds=250)


def test_a_wallet_without_its_name_fails_the_whole_read() -> None:
    with pytest.raises(Unreadable):
        asyncio.run(client_with(b'{"code":0,"wallets":[{"name":"bitcoin"},{"balance":1}]}').wallets())


def test_a_wallet_without_balance_or_deposit_stays_unknown() -> None:
    body = b'{"code":0,"wallets":[{"name":"CLORE-Blockchain","balance":null},{"name":"new-coin","balance":"1.5e-7"}]}'
    wallets = asyncio.run(client_with(body).wallets())
    assert wallets == (Wallet("CLORE-Blockchain", None), Wallet("new-coin", Decimal("1.5E-7")))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (rb"\ud800", "\ufffd"),
        (rb"\udc00 x", "\ufffd x"),
        (rb"\ud83d\ude00", "\U0001f600"),
        (rb"\ud83d\ude00\ud83d", "\U0001f600\ufffd"),
        (rb"\\ud800\ud800", "\\ud800\ufffd"),
        (rb"\ud800\n\"", '\ufffd\n"'),
    ],
)
def test_half_a_character_is_replaced_and_nothing_else(written: bytes, read: str) -> None:
    document = Document(b'{"name": "' + written + b'"}')
    assert document.get("name") == read
