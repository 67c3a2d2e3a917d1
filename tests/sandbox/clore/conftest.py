"""A visitor of the simulated marketplace who keeps the pace, and a clock that is moved by hand."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from bot.sandbox.clore.app import CloreStandIn
from bot.sandbox.clore.jsontext import read, write

START = 1_800_000_000.0


class Clock:
    """Unix seconds, moved by hand."""

    def __init__(self, at: float = START) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


class Visitor:
    """Asks over HTTP in process, with one key. `ask` first lets enough time pass; `send` does not wait."""

    def __init__(self, stand_in: CloreStandIn, clock: Clock, http: httpx.AsyncClient, key: str | None) -> None:
        self.stand_in = stand_in
        self.clock = clock
        self.http = http
        self.key = key

    async def ask(self, operation: str, body: object = None, **query: Any) -> Any:
        """The JSON of the answer, fractions as Decimal."""
        self.clock.at += 6 if operation == "create_order" else 2
        return read((await self.send(operation, body, **query)).content)

    async def send(
        self, operation: str, body: object = None, *, headers: dict[str, str] | None = None, **query: Any
    ) -> httpx.Response:
        reads = {"wallets", "my_servers", "server_config", "marketplace", "my_orders", "spot_marketplace"}
        content = None if body is None else body if isinstance(body, bytes) else write(body).encode()
        known = {"auth": self.key} if self.key else {}
        if content is not None:
            known["content-type"] = "application/json"
        return await self.http.request(
            "GET" if operation in reads else "POST",
            f"/v1/{operation}",
            params=query,
            content=content,
            headers=known | (headers or {}),
        )

    async def orders(self, *, past_too: bool = False) -> dict[int, dict[str, Any]]:
        """my_orders, by id."""
        query = {"return_completed": "true"} if past_too else {}
        return {row["id"]: row for row in (await self.ask("my_orders", **query))["orders"]}

    async def order(self, number: int) -> dict[str, Any]:
        return (await self.orders(past_too=True))[number]

    async def offers(self, server: int) -> dict[int, dict[str, Any]]:
        """The offers of spot_marketplace, by id."""
        return {row["offer_id"]: row for row in (await self.ask("spot_marketplace", market=server))["market"]["offers"]}

    async def balance(self, coin: str = "bitcoin") -> Decimal:
        row = next(row for row in (await self.ask("wallets"))["wallets"] if row["name"] == coin)
        return Decimal(row["balance"])

    async def sim(self, path: str, body: object = None, **query: Any) -> httpx.Response:
        """The control side."""
        if body is None:
            return await self.http.get(f"/sim/{path}", params=query)
        return await self.http.post(f"/sim/{path}", content=write(body).encode())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stand_in(clock: Clock) -> CloreStandIn:
    return CloreStandIn(now=clock)


@pytest.fixture
async def http(stand_in: CloreStandIn) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(stand_in.app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://clore", headers={"user-agent": "tests"}
    ) as client:
        yield client


@pytest.fixture
def demo(stand_in: CloreStandIn, clock: Clock, http: httpx.AsyncClient) -> Visitor:
    """The owner of the demo account."""
    return Visitor(stand_in, clock, http, stand_in.key)


@pytest.fixture
def me(stand_in: CloreStandIn, clock: Clock, http: httpx.AsyncClient) -> Visitor:
    """Somebody with an empty account in a market of one machine: server 6 of the API reference, without tenants."""
    key = stand_in.add_key()
    stand_in.load({"servers": [SERVER_6], "wallets": WALLETS}, key=key)
    return Visitor(stand_in, clock, http, key)


SERVER_6: dict[str, Any] = {
    "id": 6,
    "owner": 4004,
    "mrl": 73,
    "price": {
        "on_demand": {"bitcoin": Decimal("0.00001"), "CLORE-Blockchain": Decimal(60)},
        "spot": {"bitcoin": Decimal("0.000001"), "CLORE-Blockchain": Decimal(6)},
    },
    "rented": False,
    "specs": {"gpu": "1x NVIDIA GeForce GTX 1080 Ti", "gpuram": 11},
}
WALLETS = [
    {"name": "bitcoin", "balance": Decimal("0.001"), "deposit": "tb1qexample", "withdrawal_fee": Decimal("0.0001")},
    {"name": "CLORE-Blockchain", "balance": 500},
    {"name": "USD-Blockchain", "balance": None},
]
ON_DEMAND: dict[str, Any] = {
    "currency": "bitcoin",
    "image": "cloreai/ubuntu20.04-jupyter",
    "renting_server": 6,
    "type": "on-demand",
    "ports": {"22": "tcp", "8888": "http"},
    "env": {"VARIABLE_NAME": "VARIABLE_VALUE"},
    "jupyter_token": "hoZluOjbCOQ5D5yH7R",
    "ssh_password": "Hpcj08ZaOpCbTmn1Eu",
    "command": "#!/bin/sh\napt update -y && apt install htop",
}
SPOT: dict[str, Any] = {**ON_DEMAND, "type": "spot", "spotprice": Decimal("0.0000042")}


async def rented(visitor: Visitor, body: object = None) -> int:
    """Rents and gives the number of the new order, known only to the log of the stand-in."""
    assert await visitor.ask("create_order", ON_DEMAND if body is None else body) == {"code": 0}
    number = visitor.stand_in.calls(operation="create_order")[-1].order
    assert number is not None
    return number
