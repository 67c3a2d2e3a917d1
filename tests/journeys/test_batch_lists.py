"""Several machines at once: the list that was looked at, the question, and one stop condition for all of them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.domain.money import plain
from tests.journeys.hands import asks, taps
from tests.journeys.machines import machine
from tests.journeys.several import CREATE, armed, bought, created, listed, lists, market, sent_in
from tests.journeys.stories import coins, happens
from tests.stage import shown

pytestmark = pytest.mark.looptime


async def test_the_list_that_was_looked_at_is_rented_in_its_order(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        lists(stage, [machine(number, 0.0002, reliability=0.9 + number / 100) for number in range(1, 6)])
        await asyncio.sleep(100)
        await asks(ada, "/market 4090 x2 sort:-rel", "RTX 4090")
        await asyncio.sleep(200)
        lists(stage, [machine(number, 0.0002, reliability=0.99 - number / 100) for number in range(1, 6)])
        shown_then = await taps(
            ada, "🛒 Rent several…", "Rent 2 at once", "5 free", "The list as you saw it, read 3 min ago"
        )
        assert shown(shown_then).index("5 2x RTX 4090") < shown(shown_then).index("4 2x RTX 4090")
        await taps(ada, "🛒 Rent 2…", "Rent 2 machines?")
        await taps(ada, "Rent 2 for", "Renting")
        await ada.sees("Rented", "2 of 2")
        assert bought(stage) == [5, 4]


async def test_what_went_or_became_dearer_since_it_was_shown_is_passed_over_and_said(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, "/market 4090 x2 sort:price", "RTX 4090")
        await asyncio.sleep(200)
        lists(stage, [machine(1, 0.0002), machine(3, 0.00012), machine(4, 0.00005), machine(5, 0.00014)])
        chosen = await taps(ada, "🛒 Rent several…", "3 free", "Passed over: 1 its price went up; 1 not listed")
        assert "2 2x RTX 4090 · not rented: not listed, or offline" in shown(chosen)
        assert "cost $3.57 a day with fees" in shown(chosen), "one that became cheaper stays in its place"
        question = await taps(ada, "🛒 Rent 2…", "Rent 2 machines?", "Passed over: 1 its price went up; 1 not listed")
        assert "1 2x RTX 4090 · not rented: its price went up" in shown(question)
        await taps(ada, "Rent 2 for", "Renting")
        report = await ada.sees("Rented", "2 of 2", "Not rented: 1 its price went up; 1 not listed")
        assert "2 2x RTX 4090 · not rented: not listed, or offline" in shown(report)
        prices = [float(str(sent_in(call)["required_price"])) for call in created(stage)]
        assert (bought(stage), prices) == ([3, 4], [0.00012, 0.00005])


async def test_a_list_that_was_not_kept_is_searched_for_anew_and_said(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, "/market 4090 x2 sort:price", "RTX 4090")
        await stage.stop()
        await stage.start()
        await taps(ada, "🛒 Rent several…", "Rent 2 at once", "the same search found this one")
        await taps(ada, "🛒 Rent 2…", "Rent 2 machines?")
        await taps(ada, "Rent 2 for", "Renting")
        await ada.sees("Rented", "2 of 2")
        assert bought(stage) == [1, 2]


async def test_a_list_of_which_none_can_be_rented_says_why(tmp_path: Path) -> None:
    async with market(tmp_path, wallets=coins(0)) as (_, ada):
        await asks(ada, "/market 4090 x2 sort:price", "RTX 4090")
        await taps(ada, "🛒 Rent several…", "Nothing to rent", "Passed over: 5 no wallet of yours reaches for an hour")


async def test_the_question_says_what_it_costs_and_how_long_the_money_lasts(tmp_path: Path) -> None:
    async with listed(tmp_path, wallets=coins(0.01)) as (_, ada):
        await taps(ada, "3", "Rent 3 at once")
        question = shown(await taps(ada, "🛒 Rent 3…", "Rent 3 machines?"))
        assert "cost $6.93 a day with fees, $0.289 an hour (3 for 0.000346 BTC a day)" in question
        assert "up to $7.28 a day in all" in question
        assert "On top 3 creation fees, none for one that is cancelled within 10 minutes" in question
        assert "💰 0.01 BTC (≈ $200) · lasts 95 days now · 22 days with them" in question


async def test_a_coin_that_does_not_reach_for_an_hour_of_all_is_said_before(tmp_path: Path) -> None:
    async with listed(tmp_path, wallets=coins("0.00001")) as (stage, ada):
        await taps(ada, "🛒 Rent 2…", "Rent 2 machines?")
        await taps(ada, "🧺 Change…", "Rent 2 at once")
        await taps(ada, "3", "Rent 3 at once")
        await taps(ada, "🛒 Rent 3…", "Your BTC does not reach for an hour of all of them")
        assert not created(stage)


async def test_one_stop_condition_is_set_for_each_that_is_rented(tmp_path: Path) -> None:
    async with listed(tmp_path) as (stage, ada):
        await taps(ada, "⏲ Stop: none", "When is each to end?", "Now: none")
        await asks(ada, "soon", "no time, cost or runway that I understand", "Nothing was changed")
        await taps(ada, "After 6 h", "each ends after 6 h")
        await taps(ada, "🛒 Rent 2…", "Rent 2 machines?", "Each is ended after 6 h, counted from its beginning")
        stage.clore.fault("timeout_executed", operation=CREATE)
        await taps(ada, "Rent 2 for", "Renting")
        await ada.sees("Rented", "2 of 2")
        orders = {order.server: order for order in stage.clore.world.orders.values()}
        ends = {server: condition.at.timestamp() - orders[server].created for server, condition in armed(stage).items()}
        assert {server: round(seconds / 3600, 2) for server, seconds in ends.items()} == {1: 6, 2: 6}


async def test_a_kill_in_between_loses_no_stop_condition(tmp_path: Path) -> None:
    async with listed(tmp_path) as (stage, ada):
        await taps(ada, "⏲ Stop: none", "When is each to end?")
        await asks(ada, "2 usd", "each ends at a cost of 2 USD in all")
        question = await taps(ada, "🛒 Rent 2…", "Rent 2 machines?")
        assert "Each is ended at a cost of 0.0001 BTC in all, which are 2 USD now" in shown(question)
        stage.clore.fault("timeout_executed", operation=CREATE)
        await taps(ada, "Rent 2 for", "Renting")
        await happens(lambda: created(stage), "the first is asked for")
        assert stage.app is not None
        await stage.app.house.tasks.close(0)
        await stage.stop()
        await asyncio.sleep(20)
        await stage.start()
        await ada.sees("Rented", "2 of 2")
        assert {server: plain(condition.limit.amount) for server, condition in armed(stage).items()} == {
            1: "0.0001",
            2: "0.0001",
        }


async def test_an_order_that_is_found_late_has_the_stop_condition_too(tmp_path: Path) -> None:
    async with listed(tmp_path, lag=(400, 400)) as (stage, ada):
        await taps(ada, "⏲ Stop: none", "When is each to end?")
        await asks(ada, "runway 2 h", "each ends when its coin lasts no more than 2 h")
        await taps(ada, "🛒 Rent 2…", "Rent 2 machines?", "Each is ended when BTC lasts no more than 2 h")
        stage.clore.fault("timeout_executed", operation=CREATE)
        await taps(ada, "Rent 2 for", "Renting")
        await ada.sees("Rented", "0 of 2", "the next could be one too many")
        await happens(lambda: armed(stage), "it is found after all")
        assert list(armed(stage)) == [1]


async def test_a_stop_that_a_machine_does_not_live_to_see_passes_it_over(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        lists(stage, [machine(1, 0.0001, mrl=5), *(machine(number, 0.0002) for number in (2, 3))])
        await asyncio.sleep(100)
        await asks(ada, "/market 4090 x2 sort:price", "RTX 4090")
        await taps(ada, "🛒 Rent several…", "Rent 2 at once", "3 free")
        await taps(ada, "⏲ Stop: none", "When is each to end?")
        await taps(ada, "After 6 h", "each ends after 6 h")
        await taps(ada, "🛒 Rent 2…", "Rent 2 machines?", "Passed over: 1 your stop condition cannot be set for it")
        await taps(ada, "Rent 2 for", "Renting")
        await ada.sees("Rented", "2 of 2")
        assert bought(stage) == [2, 3]


async def test_a_runway_that_is_too_short_with_all_of_them_is_asked_for_again(tmp_path: Path) -> None:
    async with listed(tmp_path, wallets=coins(0.001)) as (stage, ada):
        await taps(ada, "⏲ Stop: none", "When is each to end?")
        await asks(ada, "runway 75 h", "each ends when its coin lasts no more than 75 h")
        await taps(ada, "🛒 Rent 2…", "When is each to end?", "the coin lasts no longer than that")
        await taps(ada, "None", "Rent 2 at once")
        await taps(ada, "🛒 Rent 2…", "Rent 2 machines?")
        assert not created(stage)
