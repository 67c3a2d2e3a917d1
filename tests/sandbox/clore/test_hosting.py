"""The host's side: settings are one whole record, and the market shows them."""

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.clore.conftest import Visitor

SETTINGS: dict[str, Any] = {
    "name": "Attic",
    "availability": True,
    "mrl": 96,
    "on_demand": Decimal("0.0001"),
    "spot": Decimal("0.00000113"),
}


async def config(demo: Visitor, name: str = "Attic") -> dict[str, Any]:
    row: dict[str, Any] = (await demo.ask("server_config", {"server_name": name}))["config"]
    return row


async def test_settings_are_written_whole_and_read_back(demo: Visitor) -> None:
    assert await demo.ask("set_server_settings", SETTINGS) == {"code": 0}
    row = await config(demo)
    assert (row["mrl"], row["visibility"]) == (96, "public")
    assert row["pricing"]["bitcoin"] == Decimal("0.0001")
    assert row["spot_pricing"]["bitcoin"] == Decimal("0.00000113")


async def test_the_market_and_the_auction_follow_the_settings(demo: Visitor) -> None:
    await demo.ask("set_server_settings", SETTINGS)
    market = {row["id"]: row for row in (await demo.ask("marketplace"))["servers"]}
    assert market[902]["price"]["on_demand"] == {"bitcoin": Decimal("0.0001")}
    server = (await demo.ask("spot_marketplace", market=902))["market"]["server"]
    assert (server["min_pricing"], server["mrl"]) == ({"bitcoin": Decimal("0.00000113")}, 96 * 3600)


async def test_a_hidden_server_leaves_the_market_and_keeps_its_tenant(demo: Visitor) -> None:
    await demo.ask("set_server_settings", SETTINGS | {"name": "Rig Praha", "availability": False})
    assert 811 not in {row["id"] for row in (await demo.ask("marketplace"))["servers"]}
    row = await config(demo, "Rig Praha")
    assert (row["visibility"], row["rental_status"]) == ("hidden", 1)


async def test_newer_servers_take_a_price_for_each_coin(demo: Visitor) -> None:
    per_coin = {"CLORE-Blockchain_on_demand": 700, "CLORE-Blockchain_spot": 8, "enabled-bitcoin": False}
    await demo.ask("set_server_settings", SETTINGS | per_coin)
    row = await config(demo)
    assert row["pricing"] == {"CLORE-Blockchain": 700, "usd": 0}
    assert row["spot_pricing"] == {"CLORE-Blockchain": 8, "usd": 0}


@pytest.mark.parametrize("name", ["unknown", ""])
async def test_nobody_sets_a_server_that_is_not_his(demo: Visitor, me: Visitor, name: str) -> None:
    assert await demo.ask("set_server_settings", SETTINGS | {"name": name}) == {"code": 2}
    assert await me.ask("set_server_settings", SETTINGS) == {"code": 2}
    assert (await config(demo))["mrl"] == 72


async def test_the_rental_status_says_who_rents(demo: Visitor) -> None:
    assert (await config(demo))["rental_status"] == 0
    key = demo.stand_in.add_key()
    tenant = Visitor(demo.stand_in, demo.clock, demo.http, key)
    body = {"currency": "bitcoin", "image": "ubuntu", "renting_server": 902, "type": "on-demand"}
    assert await tenant.ask("create_order", body) == {"code": 0}
    assert (await config(demo))["rental_status"] == 2
