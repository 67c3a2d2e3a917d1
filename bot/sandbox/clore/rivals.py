"""The other tenants and hosts: who is there at the start, what they do now and then."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Final

from bot.sandbox.clore import billing
from bot.sandbox.clore.auction import Bid, worth
from bot.sandbox.clore.catalogue import IMAGES
from bot.sandbox.clore.coins import BITCOIN, COINS, above, in_usd
from bot.sandbox.clore.model import Ending, Order, Server
from bot.sandbox.clore.world import World

FIRST_RIVAL: Final = 9_000
RIVALS: Final = 180
PAUSE_SECONDS: Final = (20.0, 90.0)
AFTER_AN_ACCOUNT: Final = 0.06
"""Share of their bids that go to a machine which somebody with a key holds."""


def bid(world: World, random: Random, server: Server, amount: Decimal, coin: str, *, age: float = 0) -> Order:
    """A rival's offer; the auction decides at once."""
    return _place(world, random, server, amount, coin, spot=True, age=age)


def rent(world: World, random: Random, server: Server, *, age: float = 0) -> Order:
    """A rival's order on demand; whoever held the machine by an offer loses it."""
    coin = next((each for each in sorted(server.coins) if server.on_demand.get(each)), BITCOIN)
    amount = server.on_demand.get(coin, Decimal("0.0001"))
    return _place(world, random, server, amount, coin, spot=False, age=age)


def move_in(world: World, random: Random, servers: list[Server]) -> None:
    """The tenants whom a new world begins with: a third rented on demand, a sixth with a queue of offers."""
    for server in servers:
        luck = random.random()
        if luck < 0.34:
            rent(world, random, server, age=random.uniform(600, 0.8 * 3600 * server.mrl_hours))
        elif luck < 0.52 and server.has_spot_market:
            for _ in range(random.randint(1, 4)):
                coin = random.choice(sorted(server.spot))
                amount = server.spot[coin] * Decimal(f"{random.uniform(1.0, 1.5):.3f}")
                bid(world, random, server, amount, coin, age=random.uniform(60, 0.5 * 3600 * server.mrl_hours))


class Rivals:
    """Strangers who do something every minute or so, while `on`."""

    def __init__(self, world: World, random: Random, *, on: bool) -> None:
        self.world = world
        self.random = random
        self.on = on
        self._plan()

    def _plan(self) -> None:
        self.world.at_time(self.world.at + self.random.uniform(*PAUSE_SECONDS), self._act)

    def _act(self) -> None:
        if self.on:
            self._choose()()
        self._plan()

    def _choose(self) -> Callable[[], None]:
        actions = (self._bid, self._withdraw, self._rent, self._leave, self._change_prices, self._blink, self._vanish)
        return self.random.choices(actions, (50, 15, 12, 10, 8, 4, 1))[0]

    def _bid(self) -> None:
        server = self._contested() if self.random.random() < AFTER_AN_ACCOUNT else self._any_server()
        if server is None or not server.has_spot_market or self.world.rented_on_demand(server.id):
            return
        coin = self.random.choice(sorted(server.spot))
        held = self.world.holder(server.id)
        amount = server.spot[coin]
        if held is not None:
            usd = worth(Bid(held.id, held.price, held.currency), self.world.rates)
            amount = above(usd * Decimal(f"{self.random.uniform(1.0, 1.08):.4f}"), coin, self.world.rates)
        if in_usd(amount, coin, self.world.rates) <= self._on_demand_usd(server):
            bid(self.world, self.random, server, amount, coin)

    def _withdraw(self) -> None:
        self._end_one(spot=True)

    def _leave(self) -> None:
        self._end_one(spot=False)

    def _rent(self) -> None:
        server = self._any_server()
        if server is not None and not self._concerns_an_account(server) and not self.world.rented_on_demand(server.id):
            rent(self.world, self.random, server)

    def _change_prices(self) -> None:
        server = self._any_server()
        if server is not None:
            factor = Decimal(f"{self.random.uniform(0.9, 1.1):.3f}")
            self.world.put_server(repriced(server, factor, factor))

    def _blink(self) -> None:
        """A host loses its connection, or is back."""
        server = self._any_server()
        if server is not None and not self._concerns_an_account(server):
            self.world.put_server(replace(server, online=not server.online))

    def _vanish(self) -> None:
        server = self._any_server()
        if server is not None and not self._concerns_an_account(server):
            self.world.remove_server(server.id)

    def _end_one(self, *, spot: bool) -> None:
        orders = [each for each in self.world.orders.values() if each.live and each.spot == spot and _is_rival(each)]
        if orders:
            self.world.end(self.random.choice(orders).id, Ending.CANCELLED)

    def _any_server(self) -> Server | None:
        servers = [each for each in self.world.servers.values() if each.owner not in self.world.accounts]
        return self.random.choice(servers) if servers else None

    def _contested(self) -> Server | None:
        """One whose machine an account holds by an offer."""
        held = [
            order.server
            for account in self.world.accounts
            for order in self.world.orders_of(account)
            if order.active and order.spot and order.server in self.world.servers
        ]
        return self.world.servers[self.random.choice(held)] if held else None

    def _concerns_an_account(self, server: Server) -> bool:
        return any(not _is_rival(order) for order in self.world.live_at(server.id))

    def _on_demand_usd(self, server: Server) -> Decimal:
        prices = [in_usd(price, coin, self.world.rates) for coin, price in server.on_demand.items() if coin in COINS]
        return max(prices, default=Decimal(0))


def repriced(server: Server, on_demand: Decimal, spot: Decimal) -> Server:
    """The same server, its prices multiplied."""
    return replace(
        server,
        on_demand={coin: _rounded(price * on_demand) for coin, price in server.on_demand.items()},
        spot={coin: _rounded(price * spot) for coin, price in server.spot.items()},
        usd=None,
    )


def _rounded(price: Decimal) -> Decimal:
    return price.quantize(Decimal("1e-8")).normalize()


def _is_rival(order: Order) -> bool:
    return order.account >= FIRST_RIVAL


def _place(
    world: World, random: Random, server: Server, amount: Decimal, coin: str, *, spot: bool, age: float
) -> Order:
    kind = "spot" if spot else "on-demand"
    order = Order(
        id=world.next_order_id(),
        account=FIRST_RIVAL + random.randrange(RIVALS),
        server=server.id,
        spot=spot,
        price=amount,
        currency=coin,
        fee=billing.FEE_PERCENT[kind],
        creation_fee=amount * billing.CREATION_FEE_SHARE[kind],
        mrl_seconds=server.mrl_hours * 3600,
        created=world.at - age,
        image=random.choice(IMAGES),
        visible_from=world.at - age,
    )
    world.put_order(order)
    world.contend(server.id)
    return order
