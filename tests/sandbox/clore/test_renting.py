"""Renting: no number in the answer, a list that lags, and every reason why it may fail."""

from decimal import Decimal
from typing import Any

import pytest

from bot.sandbox.clore.app import CloreStandIn
from bot.sandbox.clore.jsontext import read
from tests.sandbox.clore.conftest import ON_DEMAND, SERVER_6, SPOT, WALLETS, Clock, Visitor, rented


async def failed(me: Visitor, body: object) -> tuple[int, Any]:
    me.clock.at += 6
    reply = await me.send("create_order", body)
    return reply.status_code, read(reply.content)


async def market(me: Visitor) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in (await me.ask("marketplace"))["servers"]}


async def test_a_new_order_has_no_number_and_is_listed_after_2_to_20_seconds(me: Visitor) -> None:
    number = await rented(me)
    assert number not in await me.orders()
    for _ in range(9):
        if number in await me.orders():
            break
    row = (await me.orders())[number]
    assert row["si"] == 6
    assert 0 <= me.clock.at - row["ct"] < 30


async def test_the_lag_is_that_of_the_seed(clock: Clock) -> None:
    def lags() -> list[float]:
        service = CloreStandIn(now=clock, servers=5, seed=3).service
        return [service.random.uniform(*service.lag) for _ in range(50)]

    assert lags() == lags()
    assert all(2 <= lag <= 20 for lag in lags())
    assert len(set(lags())) == 50


async def test_a_rental_deploys_and_then_runs_with_its_addresses(me: Visitor) -> None:
    number = await rented(me)
    me.clock.at += 20
    row = await me.order(number)
    assert (row["mon_container"], row["online"], row["fee"], row["price"]) == (0, True, 5, Decimal("0.00001"))
    assert row["creation_fee"] == Decimal("3e-7")
    assert row["mrl"] == 262_800
    assert row["tcp_ports"][0].startswith("22:")
    assert len(row["pub_cluster"]) == 2
    assert row["http_port"] == "8888"
    assert row["http_pub"].endswith(".clorecloud.net")
    me.clock.at += 90
    assert (await me.order(number))["mon_container"] == 2


async def test_the_market_shows_it_as_rented(me: Visitor) -> None:
    await rented(me)
    assert (await market(me))[6]["rented"]


async def test_a_rented_machine_cannot_be_rented_again(me: Visitor) -> None:
    await rented(me)
    assert await failed(me, ON_DEMAND) == (200, {"error": "server-already-rented", "code": 6})


async def test_a_price_does_not_mean_that_the_coin_is_accepted(me: Visitor) -> None:
    me.stand_in.load({"servers": [SERVER_6 | {"allowed_coins": ["CLORE-Blockchain"]}]}, key=me.key)
    assert await failed(me, ON_DEMAND) == (500, {"error": "currency-not-allowed", "code": 6})
    assert await me.ask("create_order", ON_DEMAND | {"currency": "CLORE-Blockchain"}) == {"code": 0}


async def test_a_coin_without_a_price_is_not_accepted(me: Visitor) -> None:
    assert await failed(me, ON_DEMAND | {"currency": "USD-Blockchain"}) == (
        500,
        {"error": "currency-not-allowed", "code": 6},
    )


async def test_an_offline_machine_cannot_be_rented(me: Visitor) -> None:
    me.stand_in.act("host_offline", key=me.key, server=6)
    assert await failed(me, ON_DEMAND) == (500, {"error": "server-offline", "code": 6})
    assert 6 not in await market(me)


async def test_without_the_money_for_an_hour_nothing_is_rented(me: Visitor) -> None:
    for balance in (Decimal("0.0000004"), None):
        me.stand_in.load({"wallets": [{"name": "bitcoin", "balance": balance}]}, key=me.key)
        assert await failed(me, ON_DEMAND) == (500, {"error": "not_enough_balance", "code": 6})
    assert await me.orders() == {}


async def test_a_required_price_must_be_the_price(me: Visitor) -> None:
    body = ON_DEMAND | {"required_price": Decimal("0.00001")}
    me.stand_in.act("raise_price", key=me.key, server=6)
    assert (await failed(me, body))[1]["code"] == 6
    assert await me.ask("create_order", ON_DEMAND | {"required_price": Decimal("0.000012")}) == {"code": 0}


@pytest.mark.parametrize("server", [7, 811])
async def test_a_server_that_is_not_there_or_mine_cannot_be_rented(demo: Visitor, server: int) -> None:
    assert await demo.ask("create_order", ON_DEMAND | {"renting_server": server}) == {"code": 2}


async def test_there_are_only_so_many_active_orders(me: Visitor) -> None:
    me.stand_in.load({"limit": 2, "servers": [SERVER_6, SERVER_6 | {"id": 7}, SERVER_6 | {"id": 8}]}, key=me.key)
    first = await rented(me)
    await rented(me, SPOT | {"renting_server": 7})
    assert (await failed(me, ON_DEMAND | {"renting_server": 8}))[1]["code"] == 6
    assert (await me.ask("my_orders"))["limit"] == 2
    await me.ask("cancel_order", {"id": first})
    assert await me.ask("create_order", ON_DEMAND | {"renting_server": 8}) == {"code": 0}


async def test_an_offer_below_the_minimum_is_told_the_minimum(me: Visitor) -> None:
    low = SPOT | {"spotprice": Decimal("0.00000099")}
    assert await failed(me, low) == (200, {"error": "too_low_price", "min_price": Decimal("0.000001"), "code": 6})
    assert await me.ask("create_order", SPOT | {"spotprice": Decimal("0.000001")}) == {"code": 0}


async def test_cancelling_succeeds_also_when_there_is_nothing_left_to_cancel(me: Visitor, demo: Visitor) -> None:
    number = await rented(me)
    me.clock.at += 20
    assert await me.ask("cancel_order", {"id": number, "issue": "GPU #1 Was overheating and throttling"}) == {"code": 0}
    assert number not in await me.orders()
    assert (await me.order(number))["expired"]
    assert await me.ask("cancel_order", {"id": number}) == {"code": 0}
    assert await me.ask("cancel_order", {"id": 999_999_999}) == {"code": 0}


async def test_nobody_cancels_the_order_of_somebody_else(me: Visitor, demo: Visitor) -> None:
    running = min(await demo.orders())
    assert await me.ask("cancel_order", {"id": running}) == {"code": 0}
    assert running in await demo.orders()


async def test_a_new_account_sees_no_orders_of_others(me: Visitor) -> None:
    me.stand_in.load({"wallets": WALLETS}, key=me.key)
    assert await me.orders(past_too=True) == {}
