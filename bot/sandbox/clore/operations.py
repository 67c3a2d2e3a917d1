"""The ten operations of the API: what each does to the world, what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Final

from bot.sandbox.clore import billing, rows, validation
from bot.sandbox.clore.coins import LARGEST_STEP_DOWN, from_usd, in_usd
from bot.sandbox.clore.jsontext import Written, write
from bot.sandbox.clore.model import Account, Ending, Order, Row, Server
from bot.sandbox.clore.validation import InvalidError, NewOrder
from bot.sandbox.clore.world import World

LOWERING_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class Call:
    """One request that passed the door. `account` is None only where no key is needed."""

    world: World
    account: Account | None
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] = field(default_factory=dict)
    random: Random = field(default_factory=Random)
    lag: tuple[float, float] = (2.0, 20.0)
    """Seconds until a new order is listed, from and to."""
    deploys: tuple[float, float] = (25.0, 90.0)
    """Seconds until a container runs, from and to."""

    @property
    def me(self) -> Account:
        assert self.account is not None, "the door lets nobody in without a key"
        return self.account


@dataclass(frozen=True, slots=True)
class Reply:
    """A JSON answer. `order`: the order that was created, changed or ended, for the log only."""

    row: Row | Written
    status: int = 200
    order: int | None = None


class BusinessError(Exception):
    """Code 6: `error` and what goes with it."""

    def __init__(self, error: str, **facts: object) -> None:
        super().__init__(error)
        self.error = error
        self.facts = facts


class BreakdownError(Exception):
    """HTTP 500, code 1."""


HTTP_500_ERRORS: Final = frozenset({"currency-not-allowed", "not_enough_balance", "server-offline"})
"""Recorded replies show business errors under both statuses."""


def answer(operation: "Operation", call: Call) -> Reply:
    """Runs an operation; its refusals are answers too."""
    try:
        return operation.run(call)
    except InvalidError:
        return Reply({"code": 2})
    except BreakdownError:
        return Reply({"code": 1}, status=500)
    except BusinessError as refusal:
        status = 500 if refusal.error in HTTP_500_ERRORS else 200
        return Reply({"error": refusal.error, **refusal.facts, "code": 6}, status=status)


def wallets(call: Call) -> Reply:
    owned = call.world.wallets[call.me.id].values()
    return Reply({"wallets": [rows.wallet(call.world, call.me.id, each) for each in owned], "code": 0})


def my_servers(call: Call) -> Reply:
    shown = [rows.hosted_server(each) for each in _hosted(call)]
    return Reply({"servers": shown, "limit": call.me.server_limit, "code": 0})


def server_config(call: Call) -> Reply:
    server = _hosted_server(call, validation.server_name(call.body))
    config = rows.server_config(call.world, server)
    return Reply({"config": config, "creation_completed": server.connected, "code": 0})


def marketplace(call: Call) -> Reply:
    world = call.world
    shown = [
        rows.market_server(each, rented=world.rented_on_demand(each.id))
        for each in world.servers.values()
        if each.public and each.online and each.connected
    ]
    own = f',"my_servers":{write([each.id for each in _hosted(call)])}' if call.account else ""
    return Reply(Written(f'{{"servers":[{",".join(shown)}]{own},"code":0}}'))


def my_orders(call: Call) -> Reply:
    world = call.world
    past_too = call.query.get("return_completed") in {"true", "1"}
    shown = [each for each in world.orders_of(call.me.id) if each.visible_from <= world.at and (each.live or past_too)]
    newest_first = sorted(shown, key=lambda each: each.id, reverse=True)
    return Reply({"orders": [rows.order(world, each) for each in newest_first], "limit": call.me.limit, "code": 0})


def spot_marketplace(call: Call) -> Reply:
    server = call.world.servers.get(validation.market_number(call.query))
    if server is None or not server.has_spot_market:
        return Reply({"exists": False, "code": 0})
    return Reply({"market": rows.spot_market(call.world, server, call.me.id), "exists": True, "code": 0})


def set_server_settings(call: Call) -> Reply:
    new = validation.new_settings(call.body)
    server = _hosted_server(call, new.name)
    prices = {coin: price for coin, price in {**server.on_demand, **new.on_demand}.items() if coin not in new.refused}
    floors = {coin: price for coin, price in {**server.spot, **new.spot}.items() if coin not in new.refused}
    changed = replace(server, public=new.available, mrl_hours=new.mrl_hours, on_demand=prices, spot=floors, usd=None)
    call.world.put_server(changed)
    return Reply({"code": 0})


def set_spot_price(call: Call) -> Reply:
    number, price = validation.new_price(call.body)
    world = call.world
    order = world.orders.get(number)
    if order is None or order.account != call.me.id or not order.spot or not order.live:
        raise InvalidError("order_id")
    if price < order.price:
        _check_lowering(world, order, price)
    _check_minimum(world, order.server, price, order.currency)
    if price != order.price:
        world.reprice(number, price)
    return Reply({"code": 0}, order=number)


def cancel_order(call: Call) -> Reply:
    """Succeeds for a number that is gone, or never was, or is somebody else's: nothing happens then."""
    number = validation.cancellation(call.body)
    order = call.world.orders.get(number)
    if order is None or order.account != call.me.id or not order.live:
        return Reply({"code": 0})
    call.world.end(number, Ending.CANCELLED)
    return Reply({"code": 0}, order=number)


def create_order(call: Call) -> Reply:
    """Answers without the number of the new order, which is listed only after a while."""
    new = validation.new_order(call.body)
    if new.breaks_the_service:
        raise BreakdownError
    server = _rentable(call, new.server)
    if new.coin not in server.coins:
        raise BusinessError("currency-not-allowed")
    price = _offered(call.world, server, new) if new.spot else _asked(call.world, server, new)
    order = _order(call, new, server, price)
    _check_means(call, order)
    call.world.put_order(order)
    call.world.contend(server.id)
    return Reply({"code": 0}, order=order.id)


def _hosted(call: Call) -> list[Server]:
    if call.account is None:
        return []
    return [each for each in call.world.servers.values() if each.owner == call.account.id]


def _hosted_server(call: Call, name: str) -> Server:
    found = next((each for each in _hosted(call) if each.name == name), None)
    if found is None:
        raise InvalidError("unknown server name")
    return found


def _rentable(call: Call, number: int) -> Server:
    server = call.world.servers.get(number)
    if server is None or server.owner == call.me.id or not server.public:
        raise InvalidError("renting_server")
    if not server.online:
        raise BusinessError("server-offline")
    return server


def _asked(world: World, server: Server, new: NewOrder) -> Decimal:
    """The on-demand price. The error of a `required_price` that no longer holds is not documented: this one is ours."""
    if world.rented_on_demand(server.id):
        raise BusinessError("server-already-rented")
    price = server.on_demand.get(new.coin, Decimal(0))
    if price <= 0:
        raise BusinessError("currency-not-allowed")
    if new.required_price is not None and new.required_price != price:
        raise BusinessError("required_price_not_met")
    return price


def _offered(world: World, server: Server, new: NewOrder) -> Decimal:
    if new.spot_price is None or not server.has_spot_market:
        raise InvalidError("spotprice")
    _check_minimum(world, server.id, new.spot_price, new.coin)
    return new.spot_price


def minimum_bid(world: World, number: int, coin: str) -> Decimal:
    """The host's minimum in a coin; worked out from another coin where the host names none in this one."""
    server = world.servers.get(number)
    if server is None or not server.has_spot_market:
        return Decimal(0)
    if coin in server.spot:
        return server.spot[coin]
    known, floor = next((each, floor) for each, floor in server.spot.items() if floor > 0)
    return from_usd(in_usd(floor, known, world.rates), coin, world.rates)


def _check_minimum(world: World, number: int, price: Decimal, coin: str) -> None:
    minimum = minimum_bid(world, number, coin)
    if price < minimum:
        raise BusinessError("too_low_price", min_price=minimum)


def _check_lowering(world: World, order: Order, price: Decimal) -> None:
    if order.lowered is not None and (left := order.lowered + LOWERING_SECONDS - world.at) > 0:
        raise BusinessError("can_lower_every_600_seconds", time_to_lowering=max(1, round(left)))
    lowest = order.price - LARGEST_STEP_DOWN[order.currency]
    if price < lowest:
        floor = minimum_bid(world, order.server, order.currency)
        raise BusinessError("exceeded_max_step", max_step=max(lowest, min(floor, order.price)))


def _check_means(call: Call, order: Order) -> None:
    """Enough for the first hour, a place left. The error of the full list of orders is not documented: this one is ours."""
    world = call.world
    if sum(each.live for each in world.orders_of(call.me.id)) >= call.me.limit:
        raise BusinessError("exceeded_order_limit", limit=call.me.limit)
    balance = world.balance(call.me.id, order.currency)
    if balance is None or balance < order.price / 24 * (1 + order.fee / 100):
        raise BusinessError("not_enough_balance")


def _order(call: Call, new: NewOrder, server: Server, price: Decimal) -> Order:
    kind = "spot" if new.spot else "on-demand"
    public = call.random.randint(10_000, 59_000)
    forwarded = [port for port, protocol in new.ports.items() if protocol == "tcp"]
    return Order(
        id=call.world.next_order_id(),
        account=call.me.id,
        server=server.id,
        spot=new.spot,
        price=price,
        currency=new.coin,
        fee=billing.FEE_PERCENT[kind],
        creation_fee=price * billing.CREATION_FEE_SHARE[kind],
        mrl_seconds=server.mrl_hours * 3600,
        created=call.world.at,
        image=new.image,
        visible_from=call.world.at + call.random.uniform(*call.lag),
        deploys_in=call.random.uniform(*call.deploys),
        hangs=call.world.never_deploys,
        cluster=call.random.randint(1, 30),
        ports=tuple(f"{port}:{public + place}" for place, port in enumerate(forwarded)),
        http_port=next((port for port, protocol in new.ports.items() if protocol == "http"), None),
    )


@dataclass(frozen=True, slots=True)
class Operation:
    """How an operation is asked: its method, whether it changes something."""

    method: str
    run: Callable[[Call], Reply]
    needs_key: bool = True


OPERATIONS: Final[Mapping[str, Operation]] = {
    "wallets": Operation("GET", wallets),
    "my_servers": Operation("GET", my_servers),
    "server_config": Operation("GET", server_config),
    "marketplace": Operation("GET", marketplace, needs_key=False),
    "my_orders": Operation("GET", my_orders),
    "spot_marketplace": Operation("GET", spot_marketplace),
    "set_server_settings": Operation("POST", set_server_settings),
    "set_spot_price": Operation("POST", set_spot_price),
    "cancel_order": Operation("POST", cancel_order),
    "create_order": Operation("POST", create_order),
}
