"""The one copy of the marketplace: what it says of a server, and the rates that come with it and with other replies."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from bot.clore.errors import CloreError
from bot.clore.gate import Priority
from bot.domain.ids import ServerId
from bot.domain.market import OnDemand
from bot.domain.money import BITCOIN, CLORE, Rates
from bot.domain.search import Search
from bot.services.market import MarketCopy
from tests.clore.other_side import NOW, OtherSide, answer

pytestmark = pytest.mark.looptime

MINUTE = timedelta(minutes=1)
LISTED = answer(code=0, servers=[{"id": 6, "rented": True}, {"id": 7, "rented": False}])

PRICED = answer(code=0, servers=[{"id": 6}, {"id": 7, "price": {"on_demand": {"bitcoin": 0.0001}}}])


def copy(*replies: object, seconds: float = 0.4) -> tuple[MarketCopy, OtherSide]:
    there = OtherSide(*replies or (LISTED,), seconds=seconds)  # type: ignore[arg-type]
    return MarketCopy(there.clore(), lambda: NOW), there


async def test_it_says_who_is_rented_on_demand_and_when_that_was_read() -> None:
    market, _ = copy()
    assert market.on_demand(ServerId(6)) is None, "nothing was read yet"
    await market.fresh(MINUTE, Priority.USER)
    assert market.on_demand(ServerId(6)) == OnDemand(rented=True, read_at=NOW)
    assert market.on_demand(ServerId(7)) == OnDemand(rented=False, read_at=NOW)
    assert market.on_demand(ServerId(8)) is None, "not listed: hidden, offline or gone"


async def test_many_who_ask_at_once_cause_one_request() -> None:
    market, there = copy()
    await asyncio.gather(*(market.fresh(MINUTE, Priority.USER) for _ in range(5)))
    await market.fresh(MINUTE, Priority.POLL)
    assert there.operations == ["marketplace"]


async def test_rates_of_other_replies_count_where_they_are_newer() -> None:
    market, _ = copy()
    old, new = Rates({BITCOIN: Decimal(1), CLORE: Decimal(2)}, NOW - MINUTE), Rates({BITCOIN: Decimal(3)}, NOW)
    market.note(old)
    market.note(new)
    assert market.rates == Rates({BITCOIN: Decimal(3), CLORE: Decimal(2)}, NOW - MINUTE), "as old as the oldest of them"
    market.note(None)
    market.note(Rates({}, NOW))
    market.note(Rates({BITCOIN: Decimal(9), CLORE: Decimal(9)}, NOW - 2 * MINUTE))
    assert market.rates.of(BITCOIN) == 3


async def test_many_who_search_at_once_share_one_read_and_one_catalogue() -> None:
    market, there = copy(PRICED)
    assert market.last_catalogue is None
    found = await asyncio.gather(*(market.catalogue(MINUTE, Priority.USER) for _ in range(5)))
    assert {id(each) for each in found} == {id(market.last_catalogue)}
    assert await market.catalogue(MINUTE, Priority.USER) is found[0]
    assert there.operations == ["marketplace"]
    assert [hit.listing.id for hit in found[0].search(Search())] == [7]
    assert found[0].market is market.last


async def test_a_newer_market_is_a_newer_catalogue() -> None:
    market, there = copy(LISTED, PRICED)
    before = await market.catalogue(MINUTE, Priority.USER)
    after = await market.catalogue(timedelta(0), Priority.USER)
    assert before is after, "it was read this very moment"
    await market.fresh(timedelta(seconds=-1), Priority.USER)
    newer = await market.catalogue(MINUTE, Priority.USER)
    assert newer.find(ServerId(7)) != before.find(ServerId(7))
    assert market.last_catalogue is newer
    assert there.operations == ["marketplace"] * 2


async def test_rates_that_come_later_or_move_by_more_than_can_be_seen_price_it_anew() -> None:
    market, there = copy(PRICED)
    unpriced = await market.catalogue(MINUTE, Priority.USER)
    assert unpriced.search(Search())[0].usd_per_day is None
    market.note(Rates({BITCOIN: Decimal(50_000)}, NOW))
    priced = await market.catalogue(MINUTE, Priority.USER)
    assert priced.search(Search())[0].usd_per_day == Decimal("5.25")
    market.note(Rates({BITCOIN: Decimal(50_400)}, NOW))
    assert await market.catalogue(MINUTE, Priority.USER) is priced, "less than one percent"
    market.note(Rates({BITCOIN: Decimal(51_000)}, NOW))
    moved = await market.catalogue(MINUTE, Priority.USER)
    assert moved.search(Search())[0].usd_per_day == Decimal("5.355")
    assert there.operations == ["marketplace"]


async def test_a_market_that_cannot_be_read_is_no_empty_catalogue() -> None:
    market, _ = copy(httpx.Response(502))
    with pytest.raises(CloreError):
        await market.catalogue(MINUTE, Priority.USER)
    assert market.last_catalogue is None


async def test_who_stops_waiting_does_not_stop_the_others() -> None:
    market, _ = copy(PRICED)
    leaves, stays = (asyncio.create_task(market.catalogue(MINUTE, Priority.USER)) for _ in range(2))
    await market.fresh(MINUTE, Priority.USER)
    await asyncio.sleep(0)
    leaves.cancel()
    assert (await stays).find(ServerId(7)) is not None
    assert await asyncio.gather(leaves, return_exceptions=True)
