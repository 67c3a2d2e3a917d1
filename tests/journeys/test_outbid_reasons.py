"""Why a bid lost its machine: said as far as it is seen, with what it costs to win back, or that a raise would not."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.journeys.losing import MINE, holding, mine, queue, rival
from tests.journeys.markets import answers, key_of
from tests.journeys.stories import coins, polled, sent, told
from tests.stage import Json, labels, shown

pytestmark = pytest.mark.looptime

QUESTION = ["🔎 Similar", "🔨 Auction", "Open order", "Other price…", "👁 Got it", "💤 Snooze…", "🏳 Let it go…"]


async def test_a_higher_bid_in_the_same_coin(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        queue(stage, mine(), rival(0.00003))
        alarm = await ada.sees("Outbid", "Critical")
        text = shown(alarm)
        assert "A higher bid has it: 0.00003 BTC (≈ $3) a day, 0.00001 BTC (≈ $1) over your 0.00002 BTC." in text
        assert "0.00003001 BTC (≈ $3) a day would win it now, 0.00001001 BTC a day more than now." in text
        assert "With fee 0.0000304 BTC (≈ $3.04) a day · 0.00000127 BTC an hour · BTC lasts 10 years or more" in text
        assert "64 % less than on demand" in text
        assert "It held the machine when last read before" in text
        assert labels(alarm)[0] == "📈 Raise to 0.00003001 BTC…"


async def test_a_higher_bid_in_another_coin_is_compared_at_dated_rates(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        queue(stage, mine(), rival(4, currency="USD-Blockchain"))
        text = shown(await ada.sees("Outbid", "Critical"))
        assert "A higher bid has it: 4 USD a day, 0.00002 BTC (≈ $2) over your 0.00002 BTC. Compared at rates" in text
        assert "0.00004001 BTC (≈ $4) a day would win it now" in text


async def test_without_a_rate_nothing_is_compared(tmp_path: Path) -> None:
    """CLORE.AI names no rate in any reply, and so few hosts ask in that coin that none follows from their prices."""
    async with holding(tmp_path, before=lambda stage: answers(stage, mine(active=True))) as (stage, ada):
        stage.clore.heal()
        answers(stage, mine(), rival(900, currency="CLORE-Blockchain"))
        alarm = await ada.sees("Outbid", "Critical")
        text = shown(alarm)
        assert "Another bid has it: 900 CLORE a day. Without a rate it is not compared with your 0.00002 BTC." in text
        assert "What would win it now is not known." in text
        assert not any(word in text for word in ("higher", "≈", "over your"))
        assert labels(alarm)[0] == "📈 Raise bid…"


async def test_a_tenant_on_demand_is_seen_in_the_marketplace(tmp_path: Path) -> None:
    """It is read anew for that, between the sign and its confirmation."""
    async with holding(tmp_path) as (stage, ada):
        before = len(stage.clore.calls(operation="marketplace"))
        stage.clore.act("on_demand_takes", key=key_of(stage))
        alarm = await ada.sees("Machine lost", "Critical")
        text = shown(alarm)
        assert "it is rented on demand, which comes before every bid · read" in text
        assert (
            "A raise changes nothing now: your bid of 0.00002 BTC (≈ $2) a day waits until that tenant leaves." in text
        )
        assert labels(alarm) == QUESTION
        await polled(stage, 3)
        assert len(stage.clore.calls(operation="marketplace")) == before + 1


async def test_where_the_marketplace_does_not_answer_a_tenant_is_only_likely(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        stage.clore.fault("500", operation="marketplace", times=None)
        stage.clore.act("on_demand_takes", key=key_of(stage))
        alarm = await ada.sees("Machine lost", "Critical", "probably it is rented on demand")
        assert "No other bid is known to be higher, so there is nothing to raise." in shown(alarm)
        assert labels(alarm) == QUESTION


async def test_a_raised_minimum(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        answers(stage, mine(), min_pricing={"bitcoin": 0.00003})
        alarm = await ada.sees("Machine lost", "Critical")
        text = shown(alarm)
        assert "The host takes 0.00003 BTC (≈ $3) a day or more: the host raised it from 0.00001 BTC" in text
        assert labels(alarm)[0] == "📈 Raise to 0.00003 BTC…"


@pytest.mark.parametrize(
    ("server", "what", "until"),
    [
        ({"online": False}, "The server is offline", "the host is back online"),
        ({"visibility": "hidden"}, "Its host has hidden the server", "its host shows the server again"),
    ],
)
async def test_a_server_that_is_away(tmp_path: Path, server: Json, what: str, until: str) -> None:
    async with holding(tmp_path) as (stage, ada):
        answers(stage, mine(), **server)
        alarm = await ada.sees("Machine lost", "Critical", what)
        assert f"a day waits until {until}. No other bid is known to be higher." in shown(alarm)
        assert not any("Raise" in label for label in labels(alarm))


async def test_a_higher_bid_on_a_server_that_went_offline_is_not_chased(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        queue(stage, mine(), rival(), online=False)
        alarm = await ada.sees("Outbid", "Critical", "A higher bid has it", "Also: the server is offline.")
        assert "A raise changes nothing now" in shown(alarm)
        assert labels(alarm)[0] == "🔎 Similar"
        assert labels(alarm)[-1] == "🏳 Let it go…"


async def test_an_empty_wallet(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        stage.clore.load({"wallets": coins("0.00000001")}, key=key_of(stage))
        answers(stage, mine())
        alarm = await ada.sees("Machine lost", "Critical")
        assert "The BTC wallet is about empty, which may be why no bid of yours has it." in shown(alarm)
        assert labels(alarm)[0] == "📥 Top up"


async def test_a_bid_that_was_lowered_too_far_says_so(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, ada):
        queue(stage, mine(active=True), rival(0.000015, active=False))
        await polled(stage)
        stage.clore.world.reprice(MINE, Decimal("0.00001"))
        await ada.sees("Outbid", "over your 0.00001 BTC", "Also: your bid was lowered from 0.00002 BTC.")


async def test_what_is_told_is_told_once(tmp_path: Path) -> None:
    async with holding(tmp_path) as (stage, _):
        queue(stage, mine(), rival())
        await told(stage, "Outbid", "Critical")
        await polled(stage, 5)
        assert len(sent(stage, "Critical")) == 1
