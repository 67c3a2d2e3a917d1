"""The account that a visitor of the demo finds: rentals, bids, coins and machines of its own."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Final

from bot.sandbox.clore import billing, rivals
from bot.sandbox.clore.catalogue import GPUS
from bot.sandbox.clore.coins import BITCOIN, CLORE, RATES_IN_USD, USD, above, from_usd
from bot.sandbox.clore.generate import FIRST_OWNER, machine, specs
from bot.sandbox.clore.model import Account, Ending, Order, Row, Server, Wallet
from bot.sandbox.clore.world import World

DEMO_KEY: Final = "DEMO_KEY_of_the_simulated_market"
DEMO_ACCOUNT: Final = 4
HOUR: Final = 3600


def settle_in(world: World, random: Random) -> None:
    """Adds the demo account: a rental on demand, an offer that holds, one that waits, a past order, three machines."""
    world.add_account(Account(DEMO_ACCOUNT, DEMO_KEY), wallets(random, "0.00153176", "9450.25", "38.4"))
    for server in _machines(random):
        world.put_server(server)
    rented, held, waited_for, past = _free_servers(world, random)
    _past(world, random, past)
    _running(world, random, rented)
    _holding(world, random, held)
    _waiting(world, random, waited_for)
    _tenant_of_mine(world, random)


def wallets(random: Random, bitcoin: str | None, clore: str | None, usd: str | None) -> dict[str, Wallet]:
    """Three wallets with these balances; None is a wallet that was never opened."""
    amounts = {BITCOIN: bitcoin, CLORE: clore, USD: usd}
    fees = {BITCOIN: "0.0001", CLORE: "1", USD: "0.5"}
    prefix = {BITCOIN: "tb1q", CLORE: "simulated-clore-", USD: "simulated-usd-"}
    return {
        coin: Wallet(
            coin,
            None if amount is None else Decimal(amount),
            None if amount is None else prefix[coin] + token(random, 32).lower(),
            Decimal(fees[coin]),
        )
        for coin, amount in amounts.items()
    }


def token(random: Random, length: int) -> str:
    return "".join(random.choices("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789", k=length))


def _free_servers(world: World, random: Random) -> list[Server]:
    """Four machines of four hosts that nobody rents; a small market gets some more."""
    free: dict[int, Server] = {}
    for server in world.servers.values():
        if len(free) < 4 and server.owner not in free and not world.live_at(server.id) and _suits(server):
            free[server.owner] = server
    number = max(world.servers)
    while len(free) < 4:
        number += 1
        server = machine(random, number, FIRST_OWNER - number)
        if _suits(server):
            world.put_server(server)
            free[server.owner] = server
    return list(free.values())


def _suits(server: Server) -> bool:
    """A usual card, affordable, every coin welcome at the same price, a length that outlasts a visit."""
    gpu = str(server.specs.get("gpu"))
    return (
        server.owner != DEMO_ACCOUNT
        and not server.older
        and re.search("GeForce RTX [345]0[6-9]0", gpu) is not None
        and server.coins >= {BITCOIN, CLORE, USD}
        and server.spot.keys() >= {BITCOIN, CLORE, USD}
        and server.mrl_hours >= 168
        and Decimal(2) < server.on_demand[USD] < Decimal(9)
        and all(_fair(prices) for prices in (server.on_demand, server.spot))
    )


def _fair(prices: Mapping[str, Decimal]) -> bool:
    in_clore = prices[CLORE] * RATES_IN_USD[CLORE]
    return abs(in_clore - prices[USD]) < prices[USD] / 10


def _order(world: World, random: Random, server: Server, price: Decimal, coin: str, *, spot: bool, age: float) -> Order:
    kind = "spot" if spot else "on-demand"
    return Order(
        id=world.next_order_id(),
        account=DEMO_ACCOUNT,
        server=server.id,
        spot=spot,
        price=price,
        currency=coin,
        fee=billing.FEE_PERCENT[kind],
        creation_fee=price * billing.CREATION_FEE_SHARE[kind],
        mrl_seconds=server.mrl_hours * HOUR,
        created=world.at - age,
        image="cloreai/ubuntu22.04-cuda12" if spot else "cloreai/ubuntu20.04-jupyter",
        visible_from=world.at - age,
        cluster=random.randint(1, 30),
        ports=(f"22:{random.randint(10_000, 59_000)}",),
        http_port=None if spot else "8888",
    )


def _past(world: World, random: Random, server: Server) -> None:
    order = _order(world, random, server, server.spot[BITCOIN], BITCOIN, spot=True, age=90 * HOUR)
    minutes = 31 * 60 + 17
    world.put_order(
        replace(
            order,
            minutes=minutes,
            spend=order.price * minutes / billing.MINUTES_A_DAY,
            ended=order.created + minutes * 60,
            ending=Ending.CANCELLED,
        )
    )


def _running(world: World, random: Random, server: Server) -> None:
    _start(world, _order(world, random, server, server.on_demand[CLORE], CLORE, spot=False, age=5.4 * HOUR), 5.4 * HOUR)


def _holding(world: World, random: Random, server: Server) -> None:
    """Two rivals wait below, one of them pays in another coin."""
    mine = _order(world, random, server, server.spot[BITCOIN] * Decimal("1.3"), BITCOIN, spot=True, age=2.2 * HOUR)
    mine = replace(mine, price=mine.price.quantize(Decimal("1e-8")))
    _start(world, mine, 2.2 * HOUR)
    rivals.bid(world, random, server, server.spot[BITCOIN], BITCOIN, age=HOUR)
    rivals.bid(
        world, random, server, (server.spot[CLORE] * Decimal("1.12")).quantize(Decimal("0.01")), CLORE, age=HOUR / 3
    )


def _waiting(world: World, random: Random, server: Server) -> None:
    """A rival who pays in bitcoin holds the machine."""
    usd = server.spot[USD] * Decimal("1.2")
    rivals.bid(world, random, server, from_usd(usd, BITCOIN, RATES_IN_USD), BITCOIN, age=6 * HOUR)
    mine = _order(world, random, server, above(server.spot[USD], CLORE, RATES_IN_USD), CLORE, spot=True, age=0.7 * HOUR)
    world.put_order(mine)
    world.contend(server.id)


def _start(world: World, order: Order, ago: float) -> None:
    """A rental that has run for a while and was paid for: its past is settled, the balance is what was left."""
    minutes = int(ago // 60)
    since = world.at - ago
    spend = order.price * minutes / billing.MINUTES_A_DAY
    running = replace(order, active=True, started=since, billed_from=since + 60 * minutes, minutes=minutes, spend=spend)
    world.put_order(running)


def _machines(random: Random) -> list[Server]:
    """Of the account as a host: one rented, one free, one whose set-up was never finished."""
    rtx_3090, rtx_3080 = GPUS[11], GPUS[9]
    return [
        _machine(random, 811, "Rig Praha", "0.00008", specs(random, rtx_3090, 4), hosting=_newer_fields()),
        _machine(random, 902, "Attic", "0.00002", specs(random, rtx_3080, 1), hosting={}),
        replace(_machine(random, 1077, "Michael", "0", {}, hosting={}), connected=False, public=False, online=False),
    ]


def _machine(random: Random, number: int, name: str, on_demand: str, described: Row, *, hosting: Row) -> Server:
    return Server(
        id=number,
        owner=DEMO_ACCOUNT,
        name=name,
        mrl_hours=72,
        on_demand={BITCOIN: Decimal(on_demand)},
        spot={BITCOIN: Decimal(on_demand) / 2},
        specs=described,
        extras={"allowed_coins": [BITCOIN]},
        init_token="SIMULATED" + token(random, 39),
        id_shown=bool(hosting),
        hosting=hosting,
        background_job={"times_updated": 1, "image": "cloreai/ubuntu20.04-jupyter", "command": "", "env": []},
    )


def _newer_fields() -> Row:
    return {
        "usd_pricing": {"on_demand": 0, "spot": 0},
        "autoprice": False,
        "allowed_currencies": [BITCOIN],
        "working_properly": True,
        "max_fair_price_usd": Decimal("9.6"),
    }


def _tenant_of_mine(world: World, random: Random) -> None:
    server = world.servers[811]
    rivals.bid(world, random, server, Decimal("0.0000452"), BITCOIN, age=9 * HOUR)
