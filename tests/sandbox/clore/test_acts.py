"""The verbs of the panel, each pressed without any facts, on the demo's world."""

from decimal import Decimal
from typing import Any

import pytest

from bot.sandbox.clore.acts import ACTS
from bot.sandbox.clore.app import CloreStandIn
from bot.sandbox.clore.jsontext import read
from tests.sandbox.clore.conftest import ON_DEMAND, Clock, Visitor, rented

CUTS_OFF = {"down", "refuse", "revoke_key"}


async def act(demo: Visitor, name: str, **facts: object) -> dict[str, Any]:
    reply = await demo.sim("act", {"act": name, **facts})
    assert reply.status_code == 200, reply.text
    answer: Any = read(reply.content)
    assert answer["ok"]
    return dict(answer)


async def spot_orders(demo: Visitor) -> tuple[dict[str, Any], dict[str, Any]]:
    """The one that holds, the one that waits."""
    waiting, held, _ = (await demo.orders()).values()
    return held, waiting


async def test_the_panel_is_drawn_from_the_list_of_acts(demo: Visitor) -> None:
    rows: Any = read((await demo.sim("acts")).content)
    assert [row["act"] for row in rows] == list(ACTS)
    assert all(row["label"] and row["hint"] for row in rows)


@pytest.mark.parametrize("name", list(ACTS))
async def test_every_act_works_without_facts_and_the_api_goes_on(demo: Visitor, name: str) -> None:
    await act(demo, name)
    code = (await demo.ask("my_orders"))["code"]
    assert code != 0 if name in CUTS_OFF else code == 0


async def test_a_rival_outbids_in_the_same_coin(demo: Visitor) -> None:
    held, _ = await spot_orders(demo)
    told = await act(demo, "outbid")
    assert (told["order"], told["currency"]) == (held["id"], held["currency"])
    assert told["bid"] > held["price"]
    offers = await demo.offers(held["si"])
    assert offers[told["offer"]]["active"]
    assert not offers[held["id"]]["active"]
    assert held["id"] in await demo.orders()


async def test_outbidding_by_too_little_is_still_outbidding(demo: Visitor) -> None:
    held, _ = await spot_orders(demo)
    told = await act(demo, "outbid", order=held["id"], bid=held["price"])
    assert told["bid"] == held["price"] + Decimal("1e-8")


async def test_nobody_can_be_outbid_twice(demo: Visitor) -> None:
    await act(demo, "outbid")
    reply = await demo.sim("act", {"act": "outbid"})
    assert (reply.status_code, reply.json()) == (409, {"error": "no spot order of this account holds a machine"})


async def test_a_tenant_on_demand_takes_the_machine(demo: Visitor) -> None:
    held, _ = await spot_orders(demo)
    await act(demo, "on_demand_takes")
    assert not (await demo.offers(held["si"]))[held["id"]]["active"]
    rows = {row["id"]: row for row in (await demo.ask("marketplace"))["servers"]}
    assert rows[held["si"]]["rented"]


async def test_when_the_holder_leaves_my_waiting_bid_gets_the_machine(demo: Visitor) -> None:
    _, waiting = await spot_orders(demo)
    await act(demo, "holder_leaves")
    assert (await demo.offers(waiting["si"]))[waiting["id"]]["active"]


async def test_prices_are_raised_by_a_fifth(demo: Visitor) -> None:
    held, _ = await spot_orders(demo)
    before = (await demo.ask("spot_marketplace", market=held["si"]))["market"]["server"]["min_pricing"]["bitcoin"]
    await act(demo, "raise_minimum")
    after = (await demo.ask("spot_marketplace", market=held["si"]))["market"]["server"]["min_pricing"]["bitcoin"]
    assert after == (before * Decimal("1.2")).quantize(Decimal("1e-8"))
    assert (await demo.offers(held["si"]))[held["id"]]["active"]


async def test_a_host_goes_offline_and_comes_back(demo: Visitor) -> None:
    held, _ = await spot_orders(demo)
    await act(demo, "host_offline")
    assert not (await demo.order(held["id"]))["online"]
    assert (await act(demo, "host_online"))["server"] == held["si"]
    assert (await demo.order(held["id"]))["online"]


async def test_a_host_that_vanishes_takes_its_orders_along(demo: Visitor) -> None:
    held, _ = await spot_orders(demo)
    await act(demo, "host_gone")
    assert held["id"] not in await demo.orders()
    assert await demo.ask("spot_marketplace", market=held["si"]) == {"exists": False, "code": 0}


async def test_a_drained_wallet_lasts_twenty_minutes(demo: Visitor) -> None:
    held, waiting = await spot_orders(demo)
    await act(demo, "drain")
    demo.clock.at += 18 * 60
    assert held["id"] in await demo.orders()
    demo.clock.at += 4 * 60
    assert list(await demo.orders()) == [waiting["id"]]


async def test_a_deposit_brings_coins_worth_fifty_dollars(demo: Visitor) -> None:
    before = await demo.balance("USD-Blockchain")
    await act(demo, "deposit")
    assert await demo.balance("USD-Blockchain") - before == Decimal("50.0001")
    await act(demo, "deposit", currency="USD-Blockchain", amount=Decimal("2.5"))
    assert await demo.balance("USD-Blockchain") - before == Decimal("52.5001")


@pytest.mark.parametrize(("mode", "status"), [("500", 500), ("html", 502)])
async def test_an_outage_lasts_until_it_is_switched_off(demo: Visitor, mode: str, status: int) -> None:
    await act(demo, "down", on=True, mode=mode)
    for _ in range(3):
        demo.clock.at += 2
        assert (await demo.send("wallets")).status_code == status
    assert not demo.stand_in.calls()[-1].executed
    await act(demo, "down", on=False)
    assert (await demo.ask("wallets"))["code"] == 0


async def test_switches_turn_over(demo: Visitor) -> None:
    for name in ("down", "vanish_when_outbid", "revoke_key", "rivals"):
        assert [(await act(demo, name))["on"] for _ in range(2)] == [True, False]


async def test_a_revoked_key_is_refused_and_still_known_to_the_log(demo: Visitor) -> None:
    await act(demo, "revoke_key")
    demo.clock.at += 2
    assert (await demo.send("wallets")).status_code == 401
    assert demo.stand_in.calls()[-1].key == demo.key


async def test_five_requests_are_refused(demo: Visitor) -> None:
    await act(demo, "refuse")
    assert [(await demo.ask("wallets"))["code"] for _ in range(6)] == [5, 5, 5, 5, 5, 0]


@pytest.mark.parametrize(
    "body",
    [
        {"act": "dance"},
        {},
        {"act": "age", "seconds": -1},
        {"act": "drain", "currency": "tulips"},
        {"act": "outbid", "key": "?"},
    ],
)
async def test_what_cannot_be_done_is_said(demo: Visitor, body: dict[str, object]) -> None:
    reply = await demo.sim("act", body)
    assert reply.status_code == 409
    assert reply.json().keys() == {"error"}


async def test_a_new_key_opens_a_new_account(demo: Visitor) -> None:
    key = (await demo.sim("key", {})).json()["key"]
    assert len(key) == 32
    named = "a" * 32
    assert (await demo.sim("key", {"key": named})).json() == {"key": named}
    assert (await demo.sim("key", {"key": named})).status_code == 400
    assert (await demo.sim("key", {"key": "short"})).status_code == 400
    demo.key = named
    assert (await demo.ask("my_orders"))["orders"] == []


async def test_the_state_tells_what_lags_nowhere(demo: Visitor) -> None:
    state: Any = read((await demo.sim("state", key=demo.key)).content)
    assert [order["active"] for order in state["orders"]] == [False, True, True, False]
    assert state["hosted"] == [811, 902, 1077]
    assert (await demo.sim("state", key="?")).status_code == 400


async def test_a_reset_brings_the_first_world_back(demo: Visitor) -> None:
    before = await demo.orders()
    await act(demo, "host_gone")
    await act(demo, "down")
    await demo.sim("reset", {})
    after = await demo.orders()
    assert after.keys() == before.keys()
    assert demo.stand_in.calls()[0].n == 1


def bids_of_an_hour(seed: int) -> list[tuple[int, int, Decimal]]:
    clock = Clock()
    stand_in = CloreStandIn(seed=seed, now=clock, rivals=True)
    before = set(stand_in.world.orders)
    clock.at += 6 * 3600
    stand_in.state()
    return [(order.id, order.server, order.price) for order in stand_in.world.orders.values() if order.id not in before]


def test_rivals_bid_now_and_then_the_same_ones_for_a_seed() -> None:
    first = bids_of_an_hour(1)
    assert 100 < len(first) < 500
    assert first == bids_of_an_hour(1)
    assert first != bids_of_an_hour(2)


def test_rivals_can_take_a_machine_from_an_account_and_hosts_come_and_go() -> None:
    clock = Clock()
    stand_in = CloreStandIn(now=clock, rivals=True)
    servers = set(stand_in.world.servers)
    mine = [order.id for order in stand_in.world.orders_of(4)]
    clock.at += 40 * 3600
    stand_in.state()
    assert servers - set(stand_in.world.servers)
    assert not all(server.online for number, server in stand_in.world.servers.items() if number != 1077)
    assert not stand_in.world.orders[mine[2]].active
    assert all(stand_in.world.orders[number].live for number in mine[1:])


def test_without_rivals_nothing_changes() -> None:
    assert CloreStandIn(now=Clock()).rivals.on is False
    clock = Clock()
    stand_in = CloreStandIn(now=clock)
    orders = len(stand_in.world.orders)
    clock.at += 3600
    stand_in.state()
    assert len(stand_in.world.orders) == orders


async def test_a_container_that_hangs_runs_once_that_is_switched_off(me: Visitor) -> None:
    await act(me, "never_deploys", on=True, key=me.key)
    number = await rented(me, ON_DEMAND)
    me.clock.at += 3600
    assert (await me.order(number))["mon_container"] == 0
    await act(me, "never_deploys", on=False, key=me.key)
    assert (await me.order(number))["mon_container"] == 2
    await act(me, "never_deploys", on=True, key=me.key)
    assert (await me.order(number))["mon_container"] == 2, "what runs goes on"
