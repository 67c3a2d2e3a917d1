"""A guarded bid: raised within its limits, walked down, stopped aloud where they end, and never without its reason."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from tests.journeys.guarding import FIRST, HELD, MINUTE, PAUSE, calls, guarded, leaves, opens, outbids, prices, reasons
from tests.journeys.hands import asks, taps
from tests.journeys.stories import edited, ends, happens, polled, sent, silent, told
from tests.stage import labels, shown

pytestmark = pytest.mark.looptime

WALKED = Decimal("0.00008065")


async def test_an_outbid_machine_is_won_back_within_the_ceiling_and_told_silently(tmp_path: Path) -> None:
    async with guarded(tmp_path, ceiling="0.0001") as (stage, ada):
        outbids(stage, "0.00008574")
        told_so = await told(stage, "Raised", "0.00008165 BTC → 0.00008575 BTC", "another bid of 0.00008574 BTC")
        assert silent(told_so)
        assert "It holds the machine." in str(told_so.params["text"])
        assert "Ceiling 0.0001 BTC" in str(told_so.params["text"])
        assert prices(stage) == [FIRST, Decimal("0.00008575")]
        assert reasons(stage) == ["cheaper", "cheaper", "outbid"]
        await asks(ada, f"/order {HELD}", "holds it", "🛡 Guard on: up to 0.0001 BTC a day")
        await asks(ada, "/orders", "🛡 Guard on: up to 0.0001 BTC a day")
        await asks(ada, f"/spot {stage.clore.world.orders[HELD].server}", "🛡 Guard on: up to 0.0001 BTC a day")
        await opens(ada, "Now it would", "0.00008165 BTC → 0.00008575 BTC: another bid of 0.00008574 BTC")
        assert not sent(stage, "Guard stopped")


async def test_a_rival_above_the_ceiling_stops_it_aloud_and_it_goes_on_and_walks_down_once_that_leaves(
    tmp_path: Path,
) -> None:
    async with guarded(tmp_path, ceiling="0.000085") as (stage, ada):
        rival = outbids(stage, "0.00009")
        loud = await told(stage, "Guard stopped", "0.00009001 BTC", "a day wins, 0.000085 BTC", "is the ceiling")
        alert = await told(stage, "Outbid")
        assert sorted((silent(loud), silent(alert))) == [False, True], "one of the two is heard"
        assert "It goes on by itself once less wins" in str(loud.params["text"])
        await asks(ada, f"/order {HELD}", "🛡 Guard stopped: what wins is above its ceiling")
        await opens(ada, "Guard stopped", "Now it would change nothing: what wins is above its ceiling")
        await happens(lambda: len(prices(stage)) == 2, "a step down to what would win then", 2 * PAUSE)
        assert prices(stage)[-1] == WALKED
        leaves(stage, rival)
        await happens(lambda: edited(stage, "The guard goes on"), "the message of the stop says so")
        assert len(sent(stage, "It cannot raise the bid")) == 1
        await happens(lambda: len(prices(stage)) == 3, "it walks down again", 2 * PAUSE)
        assert reasons(stage)[-2:] == ["behind", "cheaper"]


async def test_lowerings_of_one_hour_live_in_one_message(tmp_path: Path) -> None:
    async with guarded(tmp_path, ceiling="0.0001") as (stage, ada):
        assert len(sent(stage, "Lowered", "0.00008265 BTC → 0.00008165 BTC")) == 1
        await happens(lambda: edited(stage, "Lowered", "→ 0.00008065 BTC"), "the second step", 2 * PAUSE)
        assert len(sent(stage, "Lowered")) == 1
        await taps(ada, "🛡 Guard…", "Guard on", "Now it would")
        await happens(lambda: edited(stage, "Lowered", "→ 0.00007965 BTC"), "the third step", 2 * PAUSE)
        assert "Now it would" in shown((await ada.messages())[-1]), "what was opened from it stays open"


async def test_the_days_budget_stops_it_and_new_terms_let_it_go_on(tmp_path: Path) -> None:
    async with guarded(tmp_path, ceiling="0.0001", budget="0.000001") as (stage, ada):
        outbids(stage, "0.00008574")
        await told(stage, "Guard stopped", "today's budget does not reach", "is left for today", "at 00:00 UTC")
        assert prices(stage) == [FIRST]
        await opens(ada, "Guard stopped", "Today's budget: 0 BTC of 0.000001 BTC used")
        await taps(ada, "Budget…", "How much may a day add?")
        await taps(
            ada, "No budget", "Chosen, not in force yet", "With the chosen terms it would now raise to 0.00008575"
        )
        assert prices(stage) == [FIRST]
        await taps(ada, "🛡 Use these terms…", "Use these terms?", "No day's budget".lower())
        await taps(ada, "🛡 Use these: up to 0.0001 BTC", "Guard on", "no day's budget")
        await told(stage, "Raised", "0.00008575 BTC")
        assert prices(stage) == [FIRST, Decimal("0.00008575")]


async def test_between_two_raises_it_waits_for_its_pause(tmp_path: Path) -> None:
    async with guarded(tmp_path, ceiling="0.0001", pause="30 min") as (stage, ada):
        outbids(stage, "0.00008574")
        await told(stage, "Raised", "0.00008575 BTC")
        outbids(stage, "0.000088")
        await polled(stage, 3)
        await opens(ada, "Now it would change nothing: the pause between two raises lasts in 2")
        await told(stage, "Raised", "0.00008801 BTC", patience=40 * MINUTE)
        first, second = [call.at for call in calls(stage) if call.executed][-2:]
        assert 30 * MINUTE <= second - first <= 32 * MINUTE
        assert not sent(stage, "Guard stopped"), "a pause is no stop"


async def test_a_margin_is_bid_over_what_wins(tmp_path: Path) -> None:
    async with guarded(tmp_path, ceiling="0.0001", margin="2 %") as (stage, _):
        outbids(stage, "0.00008574")
        await told(stage, "Raised", "0.00008747 BTC")


async def test_an_order_that_is_gone_ends_it_and_nothing_is_rented(tmp_path: Path) -> None:
    async with guarded(tmp_path, ceiling="0.0001") as (stage, ada):
        ends(stage, HELD)
        news = await told(stage, "Guard stopped", "nothing to raise", "never makes an order")
        there = [
            label
            for message in await ada.from_bot()
            if "nothing to raise" in shown(message)
            for label in labels(message)
        ]
        assert {"🔁 Rent again…", "🔎 Similar", "Open order"} <= set(there)
        assert news.params["text"]
        await asyncio.sleep(2 * PAUSE)
        assert prices(stage) == [FIRST]
        assert not stage.clore.calls(operation="create_order")


async def test_a_refused_key_stops_it(tmp_path: Path) -> None:
    async with guarded(tmp_path, ceiling="0.0001") as (stage, ada):
        stage.clore.act("revoke_key", on=True)
        await told(stage, "Guard stopped", "does not take this account's key", "once the key works again")
        await opens(ada, "Guard stopped")
        await taps(ada, "⚪ Switch off", "Guard off", "The bid stays at 0.00008165 BTC")


async def test_old_data_raises_nothing(tmp_path: Path) -> None:
    async with guarded(tmp_path, ceiling="0.0001") as (stage, _):
        stage.clore.fault("500", operation="spot_marketplace", times=None)
        outbids(stage, "0.00008574")
        await asyncio.sleep(PAUSE)
        assert prices(stage) == [FIRST]
        stage.clore.heal()
        await told(stage, "Raised", "0.00008575 BTC")


@pytest.mark.parametrize("mode", ["500", "timeout_executed", "reset_executed"])
async def test_a_lost_reply_is_looked_up_and_the_step_made_once(tmp_path: Path, mode: str) -> None:
    async with guarded(tmp_path, ceiling="0.0001") as (stage, _):
        stage.clore.fault(mode, operation="set_spot_price")
        outbids(stage, "0.00008574")
        await told(stage, "Raised", "0.00008575 BTC", "It holds the machine.")
        await polled(stage, 5)
        assert prices(stage) == [FIRST, Decimal("0.00008575")]
        assert len(sent(stage, "Raised")) == 1


async def test_a_step_that_nobody_can_tell_of_is_not_called_done(tmp_path: Path) -> None:
    async with guarded(tmp_path, ceiling="0.0001") as (stage, _):
        stage.clore.fault("500", operation="set_spot_price", times=2)
        outbids(stage, "0.00008574")
        await told(stage, "Raised, not confirmed", "0.00008575 BTC", "No answer came")
        await told(stage, "Raised", "0.00008575 BTC", "It holds the machine.", patience=PAUSE)


@pytest.mark.parametrize("away", [MINUTE, 60 * MINUTE])
async def test_it_is_on_after_a_restart(tmp_path: Path, away: float) -> None:
    async with guarded(tmp_path, ceiling="0.0001") as (stage, ada):
        await stage.stop()
        outbids(stage, "0.00008574")
        await asyncio.sleep(away)
        await stage.start()
        await told(stage, "Raised", "0.00008575 BTC")
        await opens(ada, "Guard on", "Ceiling 0.0001 BTC")
        assert prices(stage) == [FIRST, Decimal("0.00008575")]
