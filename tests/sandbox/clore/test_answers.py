"""The shapes of the answers: the fields of the reference, and the oddities of the real thing."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest

from bot.sandbox.clore.app import CloreStandIn
from tests.sandbox.clore.conftest import START, Clock, Visitor, rented

MARKET_FIELDS = {"id", "owner", "mrl", "price", "rented", "specs"}
ORDER_FIELDS = {
    "id",
    "fee",
    "creation_fee",
    "price",
    "mrl",
    "image",
    "currency",
    "spend",
    "ct",
    "specs",
    "si",
    "tcp_ports",
}


@pytest.fixture
async def market(demo: Visitor) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await demo.ask("marketplace"))["servers"]
    return rows


async def test_the_market_has_hundreds_of_servers_of_hosts_with_one_or_many(market: list[dict[str, Any]]) -> None:
    owners = [row["owner"] for row in market]
    assert len(market) >= 300
    assert all(row.keys() >= MARKET_FIELDS and row["price"].keys() >= {"on_demand", "spot"} for row in market)
    assert len({row["id"] for row in market}) == len(market)
    assert max(map(owners.count, owners)) >= 8
    assert min(map(owners.count, owners)) == 1
    assert 50 < sum(row["rented"] for row in market) < 200


async def test_the_market_has_the_oddities_of_the_real_one(market: list[dict[str, Any]]) -> None:
    flat = [row.get("gpu_array", []) for row in market]
    assert any("Mixed GPUs" in row["specs"]["gpu"] for row in market)
    assert any(isinstance(name, str) and name.startswith(" ") for names in flat for name in names)
    assert any(isinstance(name, list) for names in flat for name in names)
    assert any(
        row["price"]["on_demand"].keys() > set(row.get("allowed_coins", row["price"]["on_demand"])) for row in market
    )
    assert any("partial_gpu_rental" in row for row in market)
    assert {type(row["gigaspot"]) for row in market if "gigaspot" in row} == {bool, dict}
    assert any("disk_speed" not in row["specs"] for row in market)
    for name in ("reliability", "rating", "gpu_array", "cuda_version"):
        assert 0 < sum(name not in row for row in market) < 60
    assert any(row["price"]["spot"] == {} for row in market)
    assert all(row["price"]["usd"]["spot"] == 0 for row in market if "usd" in row["price"])


async def test_a_market_of_five_thousand_weighs_more_than_three_megabytes(clock: Clock) -> None:
    stand_in = CloreStandIn(now=clock, servers=5000)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(stand_in.app), base_url="http://clore") as client:
        reply = await client.get("/v1/marketplace", headers={"user-agent": "tests"})
    assert len(reply.content) > 3_000_000
    assert reply.content.count(b'"rented":') > 4_900


async def test_orders_on_older_servers_lack_the_newer_fields(me: Visitor) -> None:
    server = me.stand_in.world.servers[6]
    me.stand_in.world.put_server(replace(server, older=True))
    number = await rented(me)
    me.clock.at += 20
    row = await me.order(number)
    assert not row.keys() & {"mon_container", "http_pub", "online", "owner", "fee"}
    assert row["http_port"] == "8888"


@pytest.mark.parametrize("seed", range(40))
def test_every_seed_has_a_demo_account(clock: Clock, seed: int) -> None:
    orders = CloreStandIn(seed=seed, now=clock, servers=60).world.orders_of(4)
    assert [(order.live, order.active) for order in orders] == [
        (False, False),
        (True, True),
        (True, True),
        (True, False),
    ]


async def test_wallets_name_three_coins_with_deposit_and_fee(demo: Visitor) -> None:
    answer = await demo.ask("wallets")
    assert [row["name"] for row in answer["wallets"]] == ["bitcoin", "CLORE-Blockchain", "USD-Blockchain"]
    assert all(row.keys() == {"name", "deposit", "balance", "withdrawal_fee"} for row in answer["wallets"])
    assert answer["wallets"][0]["balance"] == Decimal("0.00153176")


async def test_a_wallet_never_opened_has_a_null_balance_and_no_deposit(demo: Visitor) -> None:
    demo.key = demo.stand_in.add_key()
    row = (await demo.ask("wallets"))["wallets"][2]
    assert row["balance"] is None
    assert "deposit" not in row


async def test_the_demo_account_has_one_of_everything(demo: Visitor) -> None:
    waiting, held, running, past = (await demo.orders(past_too=True)).values()
    assert all(row.keys() >= ORDER_FIELDS for row in (waiting, held, running, past))
    assert past["expired"]
    assert "spot" not in running
    assert "expired" not in running
    assert (running["mon_container"], running["http_port"]) == (2, "8888")
    assert (held["spot"], held["mon_container"]) == (True, 2)
    assert waiting["spend"] == 0
    assert "mon_container" not in waiting
    assert past["id"] not in await demo.orders()
    queue = await demo.offers(held["si"])
    assert [offer["active"] for offer in queue.values()] == [True, False, False]
    assert queue[held["id"]] == {"offer_id": held["id"], "bid": held["price"], "active": True, "my": True}
    assert {offer.get("currency", "bitcoin") for offer in queue.values()} == {"bitcoin", "CLORE-Blockchain"}
    assert not (await demo.offers(waiting["si"]))[waiting["id"]]["active"]


async def test_lengths_are_hours_in_the_market_and_seconds_in_an_order(
    demo: Visitor, market: list[dict[str, Any]]
) -> None:
    hours = {row["id"]: row["mrl"] for row in market}
    for row in (await demo.orders()).values():
        assert row["mrl"] == hours[row["si"]] * 3600
        assert (await demo.ask("spot_marketplace", market=row["si"]))["market"]["server"]["mrl"] == row["mrl"]


async def test_a_machine_held_by_an_offer_does_not_show_as_rented(demo: Visitor, market: list[dict[str, Any]]) -> None:
    rented = {row["id"]: row["rented"] for row in market}
    _, held, running = (await demo.orders()).values()
    assert rented[running["si"]]
    assert not rented[held["si"]]


async def test_a_spot_market_shows_minimum_rates_and_state(demo: Visitor) -> None:
    held = list((await demo.orders()).values())[1]
    answer = await demo.ask("spot_marketplace", market=held["si"])
    assert answer["exists"]
    assert answer["market"]["server"].keys() == {"min_pricing", "mrl", "visibility", "online"}
    assert answer["market"]["currency_rates_in_usd"]["USD-Blockchain"] == 1


@pytest.mark.parametrize("market", [999_999, 0])
async def test_a_market_that_does_not_exist_says_so(demo: Visitor, market: int) -> None:
    assert await demo.ask("spot_marketplace", market=market) == {"exists": False, "code": 0}


@pytest.mark.parametrize("market", ["", "six", "-6", "6.5", "9" * 20])
async def test_a_market_that_is_no_number_is_code_2(demo: Visitor, market: str) -> None:
    assert await demo.ask("spot_marketplace", market=market) == {"code": 2}


async def test_hosted_servers_are_named_and_one_was_never_connected(demo: Visitor) -> None:
    answer = await demo.ask("my_servers")
    rented, plain, new = answer["servers"]
    assert answer["limit"] == 16
    assert rented["id"] == 811
    assert "usd_pricing" in rented
    assert "id" not in plain
    assert (new["connected"], new["online"], new["visibility"], "specs" in new) == (False, False, "hidden", False)


async def test_a_server_config_shows_who_rents_and_an_empty_env_as_a_list(demo: Visitor) -> None:
    config = (await demo.ask("server_config", {"server_name": "Rig Praha"}))["config"]
    assert config["rental_status"] == 1
    assert config["background_job"]["env"] == []
    unfinished = await demo.ask("server_config", {"server_name": "Michael"})
    assert (unfinished["creation_completed"], unfinished["config"]["initialized"]) == (False, False)


async def test_the_same_seed_gives_the_same_world(clock: Clock) -> None:
    def told(seed: int) -> str:
        return str([(s.id, s.owner, s.spot) for s in CloreStandIn(seed=seed, now=clock).world.servers.values()])

    assert told(5) == told(5)
    assert told(5) != told(6)


def test_times_are_those_of_the_clock_given(stand_in: CloreStandIn) -> None:
    ages = [START - order.created for order in stand_in.world.orders_of(4)]
    assert ages == pytest.approx([90 * 3600, 5.4 * 3600, 2.2 * 3600, 0.7 * 3600])
