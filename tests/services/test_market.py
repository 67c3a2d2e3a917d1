"""The one copy of the marketplace: what it says of a server, and the rates that come with it and with other replies."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.clore.gate import Priority
from bot.domain.ids import ServerId
from bot.domain.market import OnDemand
from bot.domain.money import BITCOIN, CLORE, Rates
from bot.services.market import MarketCopy
from tests.clore.other_side import NOW, OtherSide, answer

pytestmark = pytest.mark.looptime

MINUTE = timedelta(minutes=1)
LISTED = answer(code=0, servers=[{"id": 6, "rented": True}, {"id": 7, "rented": False}])


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
