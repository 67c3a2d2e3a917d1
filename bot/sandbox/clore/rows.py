"""The world as the API shows it: one function for each kind of JSON row."""

from decimal import Decimal
from functools import lru_cache

from bot.sandbox.clore import billing
from bot.sandbox.clore.coins import BITCOIN
from bot.sandbox.clore.jsontext import Written, write
from bot.sandbox.clore.model import Order, Row, Server, Wallet
from bot.sandbox.clore.world import World

DEPLOYING, RUNNING = 0, 2
"""Values of `mon_container`."""
NEWER_FIELDS = frozenset({"mon_container", "http_pub", "online", "owner", "fee"})
"""What orders on older servers lack."""
OLD_COIN = {"usd": 0}
"""Hosts still see a price under the old name of the dollar; it is not implemented."""


def wallet(world: World, account: int, shown: Wallet) -> Row:
    """A row of wallets; the null balance of a wallet never opened, its deposit address left out."""
    balance = world.balance(account, shown.name)
    row: Row = {
        "name": shown.name,
        "deposit": shown.deposit,
        "balance": None if balance is None else billing.shown(balance),
    }
    if shown.deposit is None:
        del row["deposit"]
    if shown.withdrawal_fee is not None:
        row["withdrawal_fee"] = shown.withdrawal_fee
    return row


def market_server(server: Server, *, rented: bool) -> Written:
    """A row of marketplace. `rented` says on demand only: a machine held by an offer counts as free."""
    return _market_server(_Same(server), rented)


def order(world: World, shown: Order) -> Row:
    """A row of my_orders, with the fields that the reference and newer replies show for an order in this state."""
    row = dict(shown.loaded) if shown.loaded is not None else _order(world, shown)
    row["price"] = shown.price
    row["spend"] = billing.shown(billing.spend(shown, world.at))
    row["ct"] = int(world.shown_time(shown.created))
    if not shown.live:
        row["expired"] = True
    elif "online" in row:
        row["online"] = _online(world, shown)
    return row


def offer(shown: Order, account: int | None) -> Row:
    """A row of `market.offers`; bitcoin is not named."""
    row: Row = {"offer_id": shown.id, "bid": shown.price, "active": shown.active, "my": shown.account == account}
    return row if shown.currency == BITCOIN else row | {"currency": shown.currency}


def spot_market(world: World, server: Server, account: int | None) -> Row:
    """`market` of spot_marketplace, the offers in the order in which they came."""
    offers = [each for each in world.live_at(server.id) if each.spot and each.visible_from <= world.at]
    return {
        "offers": [offer(each, account) for each in offers],
        "server": {
            "min_pricing": dict(server.spot),
            "mrl": server.mrl_hours * 3600,
            "visibility": visibility(server),
            "online": server.online,
        },
        "currency_rates_in_usd": dict(world.rates),
    }


def hosted_server(server: Server) -> Row:
    """A row of my_servers. A machine that was never connected has no specs; older rows have no id."""
    row: Row = {"id": server.id} if server.id_shown else {}
    row |= {
        "name": server.name,
        "connected": server.connected,
        "visibility": visibility(server),
        "pricing": {**server.on_demand, **OLD_COIN},
        "online": server.online,
        "min_spot_pricing": {**server.spot, **OLD_COIN},
        "init_token": server.init_token,
    }
    return row | _specs(server) | dict(server.hosting)


def server_config(world: World, server: Server) -> Row:
    """`config` of server_config."""
    return {
        "name": server.name,
        "connected": server.connected,
        "visibility": visibility(server),
        "pricing": {**server.on_demand, **OLD_COIN},
        "spot_pricing": {**server.spot, **OLD_COIN},
        "mrl": server.mrl_hours,
        "online": server.online,
        "initialized": server.connected,
        "id": server.id,
        "rental_status": rental_status(world, server),
        **_specs(server),
        "background_job": dict(server.background_job),
    }


def rental_status(world: World, server: Server) -> int:
    """0 free, 1 rented on the spot market, 2 rented on demand."""
    holder = world.holder(server.id)
    if holder is None:
        return 0
    return 1 if holder.spot else 2


def visibility(server: Server) -> str:
    return "public" if server.public else "hidden"


class _Same:
    """A server as a cache key: the same object, not an equal one (equal ones are slow to compare)."""

    __slots__ = ("server",)

    def __init__(self, server: Server) -> None:
        self.server = server

    def __hash__(self) -> int:
        return id(self.server)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.server is other.server


@lru_cache(maxsize=20_000)
def _market_server(same: _Same, rented: bool) -> Written:
    server = same.server
    price: Row = {"on_demand": server.on_demand, "spot": server.spot}
    if server.usd is not None:
        price["usd"] = server.usd
    row: Row = {
        "id": server.id,
        "owner": server.owner,
        "mrl": server.mrl_hours,
        "price": price,
        "rented": rented,
        "specs": server.specs,
    }
    return Written(write(row | dict(server.extras)))


def _order(world: World, shown: Order) -> Row:
    server = world.servers.get(shown.server)
    row: Row = {
        "id": shown.id,
        "fee": shown.fee,
        "creation_fee": shown.creation_fee,
        "price": shown.price,
        "mrl": shown.mrl_seconds,
        "image": shown.image,
        "currency": shown.currency,
        "spend": Decimal(0),
        "ct": 0,
        "specs": dict(server.specs) if server else {},
        "si": shown.server,
        "tcp_ports": [],
    }
    if shown.spot:
        row["spot"] = True
    if shown.live:
        row["online"] = True
    if server is not None:
        row["owner"] = server.owner
    if shown.active:
        row |= _access(world, shown)
    older = server is not None and server.older
    return {name: value for name, value in row.items() if name not in NEWER_FIELDS} if older else row


def _access(world: World, shown: Order) -> Row:
    """How to reach what runs; an offer that waits has none of it."""
    cluster = shown.cluster
    deployed = not shown.hangs and shown.started is not None and world.at - shown.started >= shown.deploys_in
    row: Row = {
        "p": cluster,
        "pub_cluster": [f"n1.c{cluster}.clorecloud.net", f"n2.c{cluster}.clorecloud.net"],
        "tcp_ports": list(shown.ports),
        "mon_container": RUNNING if deployed else DEPLOYING,
    }
    if shown.http_port is not None:
        row["http_port"] = shown.http_port
        row["http_pub"] = f"{shown.id:x}h{shown.http_port}.c{cluster}.clorecloud.net"
    return row


def _online(world: World, shown: Order) -> bool:
    server = world.servers.get(shown.server)
    return server is None or server.online


def _specs(server: Server) -> Row:
    return {"specs": dict(server.specs)} if server.connected else {}
