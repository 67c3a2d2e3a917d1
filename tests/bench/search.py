"""Searching: what making a market ready costs, how long that holds up everybody else, and what an answer takes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx

from bot.clore.document import Document
from bot.clore.exchange import USER_AGENT
from bot.clore.parse_market import market
from bot.domain.catalogue import NOTHING_UNWANTED, Catalogue
from bot.domain.market import Market
from bot.domain.money import Rates
from bot.domain.rates import rates_of
from bot.domain.search import Search, parse
from tests.bench.children import python
from tests.bench.clocks import MILLI, cpu_of, cpu_while, longest_gap, longest_stretch
from tests.bench.sizes import Size
from tests.bench.table import Goal, Row
from tests.domain.plain_search import plainly

PLAIN: Final = "looking at every machine"
QUERIES: Final = (
    "",
    "4090 x4 <2/gpu eu rel>98 ram>=64 cuda>=12 mrl>72 usd spot sort:price",
    "all",
    "all btc clore <100 sort:-rel",
    "all <=50/gpu rel>=0 ram>=0 vram>=0 disk>=0 down>=0 up>=0 !cn sort:gpu",
)
"""Narrow and wide; the last three look at every machine of the market."""
PAGE: Final = 300
"""Hits that are really taken out of an answer."""


async def rows(size: Size, folder: Path) -> list[Row]:
    async with (
        python(folder, "stand-ins", "-m", "tests.bench.stand_ins", "--servers", str(size.servers)) as there,
        httpx.AsyncClient(headers={"User-Agent": USER_AGENT}, timeout=60, trust_env=False) as http,
    ):
        body = (await http.get(f"http://127.0.0.1:{await there.port()}/clore/v1/marketplace")).content
    copy = await market(Document(body), datetime.now(UTC))
    rates = rates_of(copy)
    searches = {text: found for text in QUERIES if isinstance(found := parse(text), Search)}
    catalogue = Catalogue.of(copy, rates)
    cpu, gaps, stretches = [], [], []
    answers: dict[str, list[tuple[float, float]]] = {text: [] for text in QUERIES}
    for _ in range(size.repetitions):
        everything = searches["all"]
        cpu.append(
            (MILLI * await cpu_while(_made(copy, rates)), MILLI * cpu_of(_plainly, copy, rates, everything)),
        )
        gaps.append(
            (
                MILLI * await longest_gap(_made(copy, rates)),
                MILLI * await longest_gap(_plainly_in_one_go(copy, rates, everything)),
            )
        )
        stretches.append(
            (
                MILLI * await longest_stretch(_made(copy, rates)),
                MILLI * await longest_stretch(_plainly_in_one_go(copy, rates, everything)),
            )
        )
        for text, search in searches.items():
            answers[text].append(
                (MILLI * cpu_of(_answered, catalogue, search), MILLI * cpu_of(_plainly, copy, rates, search))
            )
    named = f"{size.servers:,} listings"
    return [
        Row(f"search: {named} made ready, CPU", "ms", cpu, f"{PLAIN} once", Goal(250, "ms")),
        Row("search: longest gap of the loop meanwhile", "ms", gaps, f"{PLAIN} once", Goal(15, "ms")),
        Row("search: longest work at a stretch", "ms", stretches, f"{PLAIN} once", Goal(10, "ms")),
        *(
            Row(f"search: {text or '(nothing asked)'}, CPU", "ms", answers[text], PLAIN, Goal(5, "ms"))
            for text in QUERIES
        ),
    ]


async def _made(copy: Market, rates: Rates) -> None:
    """As `MarketCopy` does it."""
    for _ in Catalogue(copy, rates).steps():
        await asyncio.sleep(0)


async def _plainly_in_one_go(copy: Market, rates: Rates, search: Search) -> None:
    _plainly(copy, rates, search)


def _plainly(copy: Market, rates: Rates, search: Search) -> None:
    plainly(copy.listings, search, NOTHING_UNWANTED, rates)


def _answered(catalogue: Catalogue, search: Search) -> None:
    hits = catalogue.search(search)
    assert len(hits[:PAGE]) == min(PAGE, len(hits))
