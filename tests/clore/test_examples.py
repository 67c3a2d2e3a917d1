"""What the API reference prints parses into our types, and our types make the requests that it prints."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from bot.clore.client import KeyedClient
from bot.clore.errors import StepTooBig, TooSoon
from bot.domain.draft import Draft, NewOrder
from bot.domain.hardware import Specs
from bot.domain.hosting import Rented, ServerSettings
from bot.domain.ids import OrderId, OwnerId, ServerId
from bot.domain.money import Money
from bot.domain.rental import Container, PortForward
from bot.domain.spending import Wallet
from bot.domain.spot import Offer
from tests.clore.other_side import KEY, NOW, OtherSide
from tests.examples import REQUESTS, load, names

pytestmark = pytest.mark.looptime

HOUR = timedelta(hours=1)


def replying(name: str) -> KeyedClient:
    return OtherSide(httpx.Response(200, content=load(f"{name}.reply"))).client()


async def test_wallets() -> None:
    (wallet,) = await replying("wallets_1").wallets()
    assert wallet == Wallet(
        currency="bitcoin",
        balance=Decimal("0.00153176"),
        deposit="tb1q6erw7v02t7hakgmlcl4wfnlykzqj05alndruwr",
        withdrawal_fee=Decimal("0.0001"),
    )


async def test_my_servers() -> None:
    hosted = await replying("my_servers_1").my_servers()
    new, old = hosted.servers
    assert hosted.limit == 16
    assert (new.name, new.connected, new.visibility, new.online) == ("Michael", False, "hidden", False)
    assert new.on_demand == {"bitcoin": 0, "usd": 0}
    assert new.specs == Specs()
    assert new.init_token is not None
    assert new.init_token not in repr(new)
    assert (old.name, old.connected, old.id) == ("Jan Vykydal", True, None)
    assert old.spot_minimum == {"bitcoin": Decimal("0.00005168"), "usd": 0}
    assert old.specs.title == "1x GTX 1080 Ti"


async def test_server_config() -> None:
    config = await replying("server_config_1").server_config("Jan Vykydal")
    assert (config.name, config.id, config.creation_completed) == ("Jan Vykydal", 4, True)
    assert config.max_length == 72 * HOUR
    assert config.rented is Rented.FREE
    assert config.on_demand == {"bitcoin": Decimal("0.00010337"), "usd": 0}
    assert config.spot_minimum == {"bitcoin": Decimal("0.00005168"), "usd": 0}
    assert (config.job_image, config.job_command, config.job_env) == ("cloreai/ubuntu20.04-jupyter", "", {})
    assert config.job_times_updated == 1


async def test_marketplace() -> None:
    market = await replying("marketplace_1").marketplace()
    (listing,) = market.listings
    assert market.read_at == NOW
    assert market.own == {1, 2, 4}
    assert (listing.id, listing.owner, listing.rented) == (6, 4, False)
    assert listing.max_length == 73 * HOUR
    assert (listing.on_demand, listing.spot) == ({"bitcoin": Decimal("0.00001")}, {"bitcoin": Decimal("0.000001")})
    assert listing.specs == Specs(
        gpu="1x NVIDIA GeForce GTX 1080 Ti",
        gpu_ram_gb=Decimal(11),
        cpu="11th Gen Intel(R) Core(TM) i9-11900 @ 2.50GHz",
        cpus="8/16",
        ram_gb=Decimal("62.67348861694336"),
        disk="NVMe disk 247.3623046875GB",
        disk_mb_s=Decimal(0),
        board="Z590 GAMING X",
        down_mbit=Decimal("118.42"),
        up_mbit=Decimal("26.38"),
        country="CZ",
    )


async def test_my_orders() -> None:
    orders = await replying("my_orders_1").my_orders(completed=True)
    running, past = orders.orders
    assert orders.limit == 13
    assert (running.id, running.server, running.spot, running.expired) == (38, 6, False, False)
    assert running.price == Money(Decimal("0.00001"), "bitcoin")
    assert running.created_at == datetime(2022, 11, 2, 15, 3, 16, tzinfo=UTC)
    assert running.max_length == 73 * HOUR
    assert running.fee_percent == 5
    assert running.creation_fee == Money(Decimal("0.0000003"), "bitcoin")
    assert str(running.spent) == "0.000000006944444444444445 BTC"
    assert running.hosts == ("n1.c1.clorecloud.net", "n2.c1.clorecloud.net")
    assert running.tcp_ports == (PortForward(22, 10000),)
    assert running.ssh_command == "ssh root@n1.c1.clorecloud.net -p 10000"
    assert (running.http_port, running.http_host, running.proxy_cluster) == ("8888", None, 1)
    assert (running.container, running.online, running.owner) == (None, None, None)
    assert (past.id, past.spot, past.expired, past.tcp_ports) == (36, True, True, ())
    assert past.fee_percent == Decimal("2.5")
    assert orders.open == (running,)


async def test_spot_marketplace() -> None:
    market = await replying("spot_marketplace_1").spot_marketplace(ServerId(6))
    bid = Money(Decimal("0.0000042"), "bitcoin")
    assert market.offers == (Offer(OrderId(39), bid, active=True, mine=True),)
    assert (market.server, market.read_at, market.exists, market.public, market.online) == (6, NOW, True, True, True)
    assert market.minimum == {"bitcoin": Decimal("0.000001")}
    assert market.max_length == 73 * HOUR
    assert market.rates is None


async def test_a_step_down_that_is_too_big_names_the_lowest_price() -> None:
    with pytest.raises(StepTooBig) as refusal:
        await replying("set_spot_price_1").set_spot_price(OrderId(39), Decimal("0.000002"))
    assert refusal.value.lowest == Decimal("0.0000032")
    assert refusal.value.text == "exceeded_max_step"


async def test_a_second_step_down_names_the_wait() -> None:
    with pytest.raises(TooSoon) as refusal:
        await replying("set_spot_price_3").set_spot_price(OrderId(39), Decimal("0.0000022"))
    assert refusal.value.wait == timedelta(seconds=513)


async def test_what_recorded_replies_have_beyond_the_reference_is_read() -> None:
    row = json.loads(load("my_orders_1.reply"))["orders"][0]
    row |= {"http_pub": "abc.clorecloud.net", "mon_container": 2, "online": True, "owner": 7, "currency": "new-coin"}
    row |= {"new": {"unknown": [1]}, "fee": None, "specs": []}
    reply = httpx.Response(200, json={"orders": [row], "code": 0})
    (order,) = (await OtherSide(reply).client().my_orders()).orders
    assert order.web_address == "https://abc.clorecloud.net"
    assert (order.container, order.online, order.owner) == (Container.RUNNING, True, OwnerId(7))
    assert (order.price.currency, order.fee_percent, order.specs) == ("new-coin", None, Specs())


def draft(**more: Any) -> NewOrder:
    order = Draft(
        server=ServerId(6),
        currency="bitcoin",
        image="cloreai/ubuntu20.04-jupyter",
        ports={22: "tcp", 8888: "http"},
        env={"VARIABLE_NAME": "VARIABLE_VALUE"},
        jupyter_token="hoZluOjbCOQ5D5yH7R",
        ssh_password="Hpcj08ZaOpCbTmn1Eu",
        command="#!/bin/sh\napt update -y && apt install htop",
        **more,
    ).ready()
    assert isinstance(order, NewOrder)
    return order


SETTINGS = ServerSettings("Jan Vykydal", True, 96 * HOUR, Decimal("0.0001"), Decimal("0.00000113"))
ISSUE = "GPU #1 Was overheating and throttling"

SENDING: dict[str, Callable[[KeyedClient], Awaitable[object]]] = {
    "wallets_1": lambda client: client.wallets(),
    "my_servers_1": lambda client: client.my_servers(),
    "server_config_1": lambda client: client.server_config("Jan Vykydal"),
    "marketplace_1": lambda client: client.marketplace(),
    "my_orders_1": lambda client: client.my_orders(completed=True),
    "spot_marketplace_1": lambda client: client.spot_marketplace(ServerId(6)),
    "set_server_settings_1": lambda client: client.set_server_settings(SETTINGS),
    "set_spot_price_1": lambda client: client.set_spot_price(OrderId(39), Decimal("0.00000200")),
    "set_spot_price_2": lambda client: client.set_spot_price(OrderId(39), Decimal("0.00000320")),
    "set_spot_price_3": lambda client: client.set_spot_price(OrderId(39), Decimal("0.00000220")),
    "cancel_order_1": lambda client: client.cancel_order(OrderId(39), ISSUE),
    "create_order_1": lambda client: client.create_order(draft(spot=True, spot_price=Decimal("0.000001"))),
    "create_order_2": lambda client: client.create_order(draft()),
}


@pytest.mark.parametrize("name", REQUESTS)
async def test_the_printed_request_is_what_we_send(name: str) -> None:
    printed, other = REQUESTS[name], OtherSide(httpx.Response(200, content=load(f"{name.rpartition('_')[0]}_1.reply")))
    if name.startswith("set_spot_price"):
        other = OtherSide(httpx.Response(200, content=load("set_spot_price_2.reply")))
    await SENDING[name](other.client())
    (seen,) = other.seen
    request = seen.request
    assert (request.method, request.url.path) == (printed.method, f"/v1/{printed.path}")
    assert dict(request.url.params) == dict(printed.query)
    assert request.headers["auth"] == KEY
    if printed.body is None:
        assert request.content == b""
    else:
        assert exact(request.content) == exact(load(printed.body))
        assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize("name", names("reply"))
async def test_every_printed_reply_is_used(name: str) -> None:
    assert name.removesuffix(".reply") in REQUESTS
    json.loads(load(name))


async def test_optional_fields_are_sent_only_when_they_are_given() -> None:
    other = OtherSide(httpx.Response(200, json={"code": 0}))
    client = other.client()
    bare = Draft(server=ServerId(6), currency="bitcoin", image="ubuntu").ready()
    full = draft(required_price=Decimal("3E-7"), ssh_key="ssh-ed25519 AAAA", autossh_entrypoint=False)
    assert isinstance(bare, NewOrder)
    await client.create_order(bare)
    await client.create_order(full)
    await client.cancel_order(OrderId(39))
    assert other.seen[0].body == {"currency": "bitcoin", "image": "ubuntu", "renting_server": 6, "type": "on-demand"}
    assert b'"required_price":0.0000003,' in other.seen[1].request.content
    assert other.seen[1].body["ssh_key"] == "ssh-ed25519 AAAA"
    assert other.seen[1].body["autossh_entrypoint"] is False
    assert other.seen[2].body == {"id": 39}


async def test_orders_without_the_past_ones_are_asked_for_without_a_query() -> None:
    other = OtherSide(httpx.Response(200, content=load("my_orders_1.reply")))
    await other.client().my_orders()
    assert other.seen[0].request.url.query == b""


async def test_the_market_can_be_read_without_a_key() -> None:
    other = OtherSide(httpx.Response(200, content=load("marketplace_1.reply")))
    market = await other.clore().marketplace()
    assert len(market.listings) == 1
    assert "auth" not in other.seen[0].request.headers
    assert other.seen[0].request.headers["user-agent"].startswith("clore-telegram-bot")


def exact(text: bytes) -> Any:
    return json.loads(text, parse_float=Decimal)
