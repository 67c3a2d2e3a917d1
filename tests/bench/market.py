"""The marketplace: what reading thousands of servers costs, and how long it holds up everybody else."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import httpx

from bot.clore.client import Clore
from bot.clore.document import Document
from bot.clore.exchange import USER_AGENT
from bot.clore.gate import Priority
from bot.clore.parse_market import Rows, market
from bot.clore.transport import open_http
from bot.domain.hardware import Specs
from bot.domain.ids import OwnerId, ServerId
from bot.domain.market import Listing
from bot.domain.money import BITCOIN, CLORE, USD
from bot.services.clock import wall_clock
from bot.services.market import MarketCopy
from tests.bench.children import python
from tests.bench.clocks import MILLI, cpu_of, cpu_while, longest_gap, longest_stretch
from tests.bench.sizes import Size
from tests.bench.table import Goal, Row

PLAIN: Final = "json.loads, then a dataclass a row"
PLAIN_READ: Final = "stock httpx, json.loads, a dataclass a row"
GAP: Final = Goal(15, "ms")
AGAIN: Final = Goal(0.3)
CHANGED: Final = 100
"""One row of so many differs in the second reading."""
_FREE: Final = b'"rented":false'
_RENTED: Final = b'"rented":true'


async def rows(size: Size, folder: Path) -> list[Row]:
    async with (
        python(folder, "stand-ins", "-m", "tests.bench.stand_ins", "--servers", str(size.servers)) as there,
        open_http() as ours,
        httpx.AsyncClient(headers={"User-Agent": USER_AGENT}, timeout=60, trust_env=False) as stock,
    ):
        root = f"http://127.0.0.1:{await there.port()}/clore/v1"
        body = (await stock.get(f"{root}/marketplace")).content
        later = changed(body)
        cpu, again, gaps, reads, stretches = [], [], [], [], []
        for _ in range(size.repetitions):
            cpu.append((MILLI * await cpu_while(decoded(body)), MILLI * cpu_of(plainly, body)))
            known = Rows()
            await decoded(body, known)
            again.append((MILLI * await cpu_while(decoded(later, known)), MILLI * cpu_of(plainly, later)))
            gaps.append((MILLI * await longest_gap(decoded(body)), MILLI * await longest_gap(_plainly(body))))
            kept = MarketCopy(Clore(ours, now=wall_clock, base_url=root, gap_seconds=0), wall_clock)
            reads.append((MILLI * await longest_gap(read(kept)), MILLI * await longest_gap(_read_plainly(stock, root))))
            stretches.append(
                (MILLI * await longest_stretch(read(kept)), MILLI * await longest_stretch(_read_plainly(stock, root)))
            )
    named = f"{size.servers:,} servers"
    return [
        Row(f"market: {named} decoded, CPU", "ms", cpu, PLAIN, Goal(1.0)),
        Row(f"market: decoded again, 1 row of {CHANGED} changed, CPU", "ms", again, PLAIN, AGAIN),
        Row("market: longest gap of the loop meanwhile", "ms", gaps, PLAIN, GAP),
        Row("market: longest gap, fetched and kept", "ms", reads, PLAIN_READ, GAP),
        Row("market: longest work at a stretch, fetched again", "ms", stretches, PLAIN_READ, Goal(10, "ms")),
    ]


async def decoded(body: bytes, known: Rows | None = None) -> None:
    found = await market(Document(body), datetime.now(UTC), known)
    assert found.listings


def changed(body: bytes) -> bytes:
    """The same market a minute later: one of so many machines that were free is rented; all other text stays."""
    first, *rest = body.split(_FREE)
    return first + b"".join((_FREE if place % CHANGED else _RENTED) + part for place, part in enumerate(rest))


def read(kept: MarketCopy) -> Awaitable[object]:
    return kept.fresh(timedelta(0), Priority.POLL)


async def _plainly(body: bytes) -> None:
    plainly(body)


async def _read_plainly(http: httpx.AsyncClient, root: str) -> None:
    plainly((await http.get(f"{root}/marketplace")).content)


def plainly(body: bytes) -> list[Listing]:
    """The same listings in the straightforward way, exact amounts included; odd rows are not cared for."""
    return [_listing(row) for row in json.loads(body, parse_float=Decimal)["servers"]]


def _listing(row: dict[str, Any]) -> Listing:
    price, rating, coins = row["price"], row.get("rating", {}), row.get("allowed_coins")
    usd = price.get("usd", {})
    names = {"on_demand_btc": BITCOIN, "on_demand_clore": CLORE, "on_demand_usd": USD}
    return Listing(
        id=ServerId(row["id"]),
        owner=OwnerId(row["owner"]),
        max_length=timedelta(hours=row["mrl"]),
        on_demand=_amounts(price["on_demand"]),
        spot=_amounts(price["spot"]),
        usd_on_demand={coin: Decimal(usd[name]) for name, coin in names.items() if usd.get(name)},
        rented=row["rented"],
        specs=_specs(row["specs"]),
        gpus=tuple(str(name).strip() for name in row.get("gpu_array", ())),
        reliability=_amount(row.get("reliability")),
        rating=_amount(rating.get("avg")),
        rating_count=rating.get("cnt"),
        allowed_coins=None if coins is None else tuple(coins),
        cuda=row.get("cuda_version"),
    )


def _specs(specs: dict[str, Any]) -> Specs:
    net = specs["net"]
    return Specs(
        gpu=specs["gpu"],
        gpu_ram_gb=_amount(specs["gpuram"]),
        cpu=specs["cpu"],
        cpus=specs["cpus"],
        ram_gb=_amount(specs["ram"]),
        disk=specs["disk"],
        disk_mb_s=_amount(specs.get("disk_speed")),
        board=specs["mb"],
        down_mbit=_amount(net["down"]),
        up_mbit=_amount(net["up"]),
        country=net["cc"],
    )


def _amounts(prices: dict[str, Any]) -> dict[str, Decimal]:
    return {coin: Decimal(price) for coin, price in prices.items()}


def _amount(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)
