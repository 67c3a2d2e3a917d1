"""HTTP: how many requests a second our client carries, with one, some and many in flight."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import httpx

from bot.clore.transport import open_http
from tests.bench.children import python
from tests.bench.clocks import seconds_of
from tests.bench.sizes import Size
from tests.bench.table import Goal, Row

GOALS: Final = {
    1: Goal(1.2, least=True),
    16: Goal(2.0, least=True),
    64: Goal(3.0, least=True),
}
"""By how many are in flight: the more there are, the more httpx's own pool costs."""


async def rows(size: Size, folder: Path) -> list[Row]:
    async with (
        python(folder, "answers", "-m", "tests.bench.answers") as there,
        open_http() as ours,
        httpx.AsyncClient(timeout=60, trust_env=False) as stock,
    ):
        url = f"http://127.0.0.1:{await there.port()}/v1/wallets"
        found = []
        for in_flight, goal in GOALS.items():
            for client in (ours, stock):
                await requests(client, url, in_flight, in_flight)
            pairs = [
                (await rate(ours, url, size.requests, in_flight), await rate(stock, url, size.requests, in_flight))
                for _ in range(size.repetitions)
            ]
            found.append(Row(f"transport: {in_flight} in flight", "requests/s", pairs, "stock httpx.AsyncClient", goal))
    return found


async def rate(client: httpx.AsyncClient, url: str, count: int, in_flight: int) -> float:
    return count / await seconds_of(requests(client, url, count, in_flight))


async def requests(client: httpx.AsyncClient, url: str, count: int, in_flight: int) -> None:
    """So many requests, each begun as soon as one of those in flight has ended."""
    left = iter(range(count))

    async def one_after_another() -> None:
        for _ in left:
            response = await client.get(url)
            assert response.json()["code"] == 0

    await asyncio.gather(*(one_after_another() for _ in range(in_flight)))
