"""An exact world: the reference's own example replies come back as they were given, and then live."""

import copy
from typing import Any

import pytest

from bot.sandbox.clore.jsontext import read
from tests.sandbox.clore.conftest import Visitor

NOON = 1_667_404_800.0  # 2022-11-02 16:00 UTC
SPECS: dict[str, Any] = {
    "mb": "Z590 GAMING X",
    "cpu": "11th Gen Intel(R) Core(TM) i9-11900 @ 2.50GHz",
    "cpus": "8/16",
    "gpu": "1x NVIDIA GeForce GTX 1080 Ti",
    "gpuram": 11,
}
# The examples of the API reference for server 6, mended to valid JSON.
EXAMPLE: Any = read(
    """{"servers": [{"id": 6, "owner": 4, "mrl": 73, "price": {"on_demand": {"bitcoin": 0.00001},
    "spot": {"bitcoin": 0.000001}}, "rented": false, "specs": {"mb": "Z590 GAMING X", "disk_speed": 0, "net": {"cc": "CZ"}}}],
    "orders": [{"id": 38, "fee": 5, "creation_fee": 3e-7, "price": 0.00001, "mrl": 262800,
    "image": "cloreai/ubuntu20.04-jupyter", "currency": "bitcoin", "spend": 6.944444444444445e-9, "ct": 1667401396,
    "p": 1, "specs": {"gpu": "1x NVIDIA GeForce GTX 1080 Ti"}, "si": 6,
    "pub_cluster": ["n1.c1.clorecloud.net", "n2.c1.clorecloud.net"], "tcp_ports": ["22:10000"], "http_port": "8888"},
    {"id": 36, "fee": 2.5, "creation_fee": 1e-7, "price": 0.00001, "mrl": 262800, "image": "cloreai/ubuntu20.04-jupyter",
    "currency": "bitcoin", "spend": 1.3888888888888888e-7, "ct": 1667248597, "specs": {}, "si": 6, "spot": true,
    "expired": true, "tcp_ports": []}],
    "wallets": [{"name": "bitcoin", "deposit": "tb1q6erw7v02t7hakgmlcl4wfnlykzqj05alndruwr", "balance": 0.00153176,
    "withdrawal_fee": 0.0001}], "limit": 13}"""
)
MARKET: Any = read(
    """{"offers": [{"offer_id": 39, "bid": 0.0000042, "active": true, "my": true},
    {"offer_id": 40, "bid": 0.000003, "active": false, "my": false}],
    "server": {"min_pricing": {"bitcoin": 0.000001}, "mrl": 262800, "visibility": "public", "online": true},
    "currency_rates_in_usd": {"bitcoin": 20000, "CLORE-Blockchain": 0.02, "USD-Blockchain": 1}}"""
)


@pytest.fixture
async def owner(demo: Visitor) -> Visitor:
    """Whoever the examples of the reference belong to, at 16:00 on that day."""
    demo.clock.at = NOON
    demo.stand_in.reset()
    assert (await demo.sim("world", {"key": demo.key, **copy.deepcopy(EXAMPLE)})).status_code == 200
    demo.clock.at -= 2
    return demo


async def test_orders_come_back_as_they_were_given(owner: Visitor) -> None:
    answer = await owner.ask("my_orders", return_completed="true")
    assert answer == {"orders": EXAMPLE["orders"], "limit": 13, "code": 0}


async def test_only_live_orders_are_listed_without_the_completed_ones(owner: Visitor) -> None:
    assert list(await owner.orders()) == [38]


async def test_wallets_and_servers_come_back_as_they_were_given(owner: Visitor) -> None:
    assert await owner.ask("wallets") == {"wallets": EXAMPLE["wallets"], "code": 0}
    rows = {row["id"]: row for row in (await owner.ask("marketplace"))["servers"]}
    assert rows[6] == EXAMPLE["servers"][0] | {"rented": True}


async def test_a_loaded_order_lives_on(owner: Visitor) -> None:
    before = await owner.balance()
    owner.clock.at = NOON + 600
    row = await owner.order(38)
    assert row["spend"] > EXAMPLE["orders"][0]["spend"]
    assert await owner.balance() < before
    owner.clock.at = 1_667_401_396 + 262_800
    assert 38 not in await owner.orders()


async def test_an_order_past_its_length_may_still_be_listed(owner: Visitor) -> None:
    owner.clock.at = NOON + 400_000
    owner.stand_in.load({"orders": [EXAMPLE["orders"][0]]}, key=owner.key)
    owner.clock.at += 100_000
    assert 38 in await owner.orders()


async def test_a_scripted_auction_is_served_and_then_decided(owner: Visitor) -> None:
    await owner.sim("world", {"key": owner.key, "orders": [], "markets": {"6": MARKET}})
    answer = await owner.ask("spot_marketplace", market=6)
    assert answer == {"market": MARKET, "exists": True, "code": 0}
    assert list(await owner.orders()) == [39]
    outbid = (await owner.sim("act", {"act": "outbid", "key": owner.key})).json()
    assert outbid["order"] == 39
    assert not (await owner.offers(6))[39]["active"]


async def test_who_holds_a_loaded_market_stays_until_something_changes(owner: Visitor) -> None:
    market = MARKET | {"offers": [MARKET["offers"][0] | {"active": False}, MARKET["offers"][1] | {"active": True}]}
    await owner.sim("world", {"key": owner.key, "orders": [], "markets": {"6": market}})
    assert not (await owner.offers(6))[39]["active"]
    await owner.ask("set_spot_price", {"order_id": 39, "desired_price": MARKET["offers"][0]["bid"] * 2})
    assert (await owner.offers(6))[39]["active"]


async def test_a_market_joins_its_offer_with_the_order_of_that_number(owner: Visitor) -> None:
    row = EXAMPLE["orders"][0] | {"id": 39, "spot": True}
    await owner.sim("world", {"key": owner.key, "orders": [row], "markets": {"6": MARKET}})
    listed = (await owner.orders())[39]
    assert listed["image"] == row["image"]
    assert listed["price"] == MARKET["offers"][0]["bid"]


async def test_hosted_servers_and_their_configs_can_be_loaded(owner: Visitor) -> None:
    rows: Any = read(
        """[{"name": "Michael", "connected": false, "visibility": "hidden", "pricing": {"bitcoin": 0, "usd": 0},
        "online": false, "min_spot_pricing": {"bitcoin": 0, "usd": 0}, "init_token": "SIMULATED"},
        {"name": "Jan Vykydal", "connected": true, "visibility": "public", "pricing": {"bitcoin": 0.00010337, "usd": 0},
        "online": false, "min_spot_pricing": {"bitcoin": 0.00005168, "usd": 0}, "init_token": "SIMULATED",
        "specs": {"mb": "Z590 GAMING X", "gpu": "1x GeForce GTX 1080 Ti"}}]"""
    )
    job = {"times_updated": 1, "image": "cloreai/ubuntu20.04-jupyter", "command": "", "env": []}
    config = {"Jan Vykydal": {"id": 4, "mrl": 72, "background_job": job}}
    await owner.sim("world", {"key": owner.key, "my_servers": rows, "server_config": config})
    assert (await owner.ask("my_servers"))["servers"] == rows
    answer = (await owner.ask("server_config", {"server_name": "Jan Vykydal"}))["config"]
    assert (answer["id"], answer["mrl"], answer["background_job"], answer["rental_status"]) == (4, 72, job, 0)


@pytest.mark.parametrize(
    "raw",
    [
        {"orders": [{"id": 1}]},
        {"orders": {}},
        {"servers": [{"mrl": 4}]},
        {"wallets": [{"balance": 1}]},
        {"markets": {"x": {}}},
    ],
)
async def test_rows_without_what_identifies_them_are_refused(owner: Visitor, raw: dict[str, Any]) -> None:
    reply = await owner.sim("world", raw)
    assert reply.status_code == 400
    assert "error" in reply.json()
