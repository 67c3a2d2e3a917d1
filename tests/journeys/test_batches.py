"""Several machines of a list of results: rented one after the other, each once, within the budget, until told to stop."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.draft import Draft
from tests.journeys.hands import asks, data_of, forges, taps, taps_at_once
from tests.journeys.machines import machine
from tests.journeys.renting import account_of
from tests.journeys.several import CREATE, bought, created, listed, lists, sent_in, taken
from tests.journeys.stories import coins, happens, polled, sent
from tests.stage import labels, shown
from tests.storage.world import turn_a_bit

pytestmark = pytest.mark.looptime


async def test_three_of_five_are_rented_and_one_is_taken_in_between(tmp_path: Path) -> None:
    async with listed(tmp_path) as (stage, ada):
        await taps(ada, "3", "Rent 3 at once", "cost $6.93 a day with fees")
        await taps(ada, "✏️ Budget…", "Which budget?")
        await asks(ada, "8", "Budget $8 a day")
        question = await taps(ada, "🛒 Rent 3…", "Rent 3 machines?", "$6.93 a day with fees")
        assert "Rent 3 for $6.93 a day" in labels(question)
        taken(stage, 2)
        await taps(ada, "Rent 3 for", "Renting", "0 of 3")
        await taps(ada, "🔄 Refresh", "of 3")
        report = await ada.sees("Rented", "3 of 3", "All that you wanted")
        assert "2 2x RTX 4090 · not rented: taken by somebody else" in shown(report)
        assert bought(stage) == [1, 3, 4]
        assert len(sent(stage, "3 of 3")) == 1, "the report of what took long is heard"
        assert not sent(stage, "Rented · #"), "only the message of all of them tells of each"
        prices = [sent_in(call)["required_price"] for call in created(stage)]
        assert [float(str(price)) for price in prices] == [0.0001, 0.00012, 0.00013]
        passwords = {sent_in(call).get("ssh_password") for call in created(stage)}
        assert len(passwords) == 3
        assert None not in passwords


async def test_a_double_tap_rents_them_once(tmp_path: Path) -> None:
    async with listed(tmp_path) as (stage, ada):
        await taps(ada, "🛒 Rent 2…", "Rent 2 machines?")
        said = await taps_at_once(ada, "Rent 2 for", 4)
        assert min(said).startswith("Confirmed")
        await ada.sees("Rented", "2 of 2")
        assert bought(stage) == [1, 2]


async def test_the_budget_ends_it(tmp_path: Path) -> None:
    async with listed(tmp_path) as (stage, ada):
        await taps(ada, "✏️ Budget…", "Which budget?", "The first 2 cost $4.41")
        await asks(ada, "plenty", "That is no amount", "Nothing was changed")
        await asks(ada, "$4.5", "Budget $4.50 a day")
        await taps(ada, "🛒 Rent 2…", "Rent 2 machines?")
        taken(stage, 1)
        await taps(ada, "Rent 2 for", "Renting")
        report = await ada.sees("Rented", "1 of 2", "does not fit into the budget")
        assert "$2.31 a day with fees; budget $4.5" in shown(report)
        assert bought(stage) == [2]


async def test_a_budget_below_the_price_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    async with listed(tmp_path) as (_, ada):
        await taps(ada, "✏️ Budget…", "Which budget?")
        await asks(ada, "1", "Budget $1 a day")
        await taps(ada, "🛒 Rent 2…", "The budget is below what the first ones cost")


async def test_a_price_that_went_up_is_left_out_and_one_that_fell_is_taken(tmp_path: Path) -> None:
    async with listed(tmp_path) as (stage, ada):
        await taps(ada, "🛒 Rent 2…", "Rent 2 machines?")
        await asyncio.sleep(15)
        lists(stage, [machine(1, 0.0002), machine(2, 0.00009), machine(3, 0.00012)])
        await taps(ada, "Rent 2 for", "Renting")
        await ada.sees("Rented", "2 of 2", "its price went up")
        assert [float(str(sent_in(call)["required_price"])) for call in created(stage)] == [0.00009, 0.00012]


async def test_it_stops_after_the_one_on_its_way(tmp_path: Path) -> None:
    async with listed(tmp_path) as (stage, ada):
        await taps(ada, "5", "Rent 5 at once")
        await taps(ada, "🛒 Rent 5…", "Rent 5 machines?")
        await taps(ada, "Rent 5 for", "Renting")
        await happens(lambda: created(stage), "the first is asked for")
        await taps(ada, "🛑 Stop after this one", "Stopping")
        await ada.sees("Rented", "1 of 5", "You stopped it")
        await asyncio.sleep(60)
        assert bought(stage) == [1]


@pytest.mark.parametrize("seconds", [0, 4, 9, 14, 21])
async def test_a_kill_in_the_middle_rents_as_many_as_were_wanted(tmp_path: Path, seconds: float) -> None:
    async with listed(tmp_path) as (stage, ada):
        await taps(ada, "3", "Rent 3 at once")
        await taps(ada, "🛒 Rent 3…", "Rent 3 machines?")
        await taps(ada, "Rent 3 for", "Renting")
        await asyncio.sleep(seconds)
        assert stage.app is not None
        await stage.app.house.tasks.close(0)
        await stage.stop()
        await asyncio.sleep(5)
        await stage.start()
        await ada.sees("Rented", "3 of 3")
        await polled(stage)
        assert bought(stage) == [1, 2, 3]


async def test_what_a_long_absence_cut_off_is_not_gone_on_with(tmp_path: Path) -> None:
    async with listed(tmp_path) as (stage, ada):
        await taps(ada, "5", "Rent 5 at once")
        await taps(ada, "🛒 Rent 5…", "Rent 5 machines?")
        await taps(ada, "Rent 5 for", "Renting")
        await ada.sees("Renting", "1 of 5")
        assert stage.app is not None
        await stage.app.house.tasks.close(0)
        await stage.stop()
        before = len(bought(stage))
        await asyncio.sleep(3600)
        await stage.start()
        await ada.sees("Rented", f"{before} of 5", "nothing more is rented")
        await polled(stage)
        assert len(bought(stage)) == before


async def test_one_that_is_unknown_stops_it(tmp_path: Path) -> None:
    async with listed(tmp_path) as (stage, ada):
        await taps(ada, "3", "Rent 3 at once")
        await taps(ada, "🛒 Rent 3…", "Rent 3 machines?")
        stage.clore.fault("timeout", operation=CREATE)
        await taps(ada, "Rent 3 for", "Renting")
        report = await ada.sees("Rented", "0 of 3", "the next could be one too many")
        assert "no new order is listed so far" in shown(report)
        await asyncio.sleep(60)
        assert len(created(stage)) == 1


async def test_an_answer_that_was_lost_is_looked_for_and_gone_on_with(tmp_path: Path) -> None:
    async with listed(tmp_path) as (stage, ada):
        await taps(ada, "🛒 Rent 2…", "Rent 2 machines?")
        stage.clore.fault("timeout_executed", operation=CREATE)
        await taps(ada, "Rent 2 for", "Renting")
        await ada.sees("Rented", "2 of 2")
        assert bought(stage) == [1, 2]


async def test_what_would_stop_each_stops_it(tmp_path: Path) -> None:
    async with listed(tmp_path, wallets=coins("0.00003")) as (stage, ada):
        await taps(ada, "🛒 Rent 2…", "Rent 2 machines?")
        world = stage.clore.world
        world.advance(stage.seconds())
        world.set_balance(world.orders[7].account, "bitcoin", Decimal(0))
        await taps(ada, "Rent 2 for", "Renting")
        await ada.sees("Rented", "0 of 2", "the balance of its coin does not reach")
        assert len(created(stage)) == 1


async def test_more_than_the_account_may_have_is_said_before(tmp_path: Path) -> None:
    async with listed(tmp_path, limit=3) as (stage, ada):
        await taps(ada, "3", "Rent 3 at once")
        await taps(ada, "🛒 Rent 3…", "Too many orders", "3 active orders, and it has 1")
        assert not created(stage)


async def test_what_was_changed_after_the_question_is_asked_about_again(tmp_path: Path) -> None:
    async with listed(tmp_path) as (stage, ada):
        question = await taps(ada, "🛒 Rent 2…", "Rent 2 machines?")
        (confirm,) = [
            button["callback_data"]
            for row in question["reply_markup"]["inline_keyboard"]
            for button in row
            if "Rent 2 for" in button["text"]
        ]
        await taps(ada, "🧺 Change…", "Rent 2 at once")
        await taps(ada, "5", "Rent 5 at once")
        assert "This question has ended" in await forges(ada, confirm)
        await asyncio.sleep(30)
        assert not created(stage)


async def test_a_screen_that_was_still_being_made_changes_nothing_of_what_began_meanwhile(tmp_path: Path) -> None:
    async with listed(tmp_path) as (stage, ada):
        await asyncio.sleep(550)
        await taps(ada, "🛒 Rent 2…", "Rent 2 machines?")
        await asyncio.sleep(70)
        stage.clore.fault("slow", operation="my_servers", seconds=4)
        confirm = await data_of(ada, "Rent 2 for")
        change = await data_of(ada, "🧺 Change…")
        await stage.post("press", chat=ada.chat, user=ada.user, data=change)
        await asyncio.sleep(1)
        await stage.post("press", chat=ada.chat, user=ada.user, data=confirm)
        for _ in range(12):
            await asyncio.sleep(0.5)
            assert not any("Rent 2 at once" in shown(message) for message in await ada.from_bot())
        await ada.sees("Rented", "2 of 2")
        await asyncio.sleep(60)
        assert bought(stage) == [1, 2]
        assert len(created(stage)) == 2


async def test_templates_and_coins_are_gone_through(tmp_path: Path) -> None:
    async with listed(tmp_path) as (_, ada):
        await taps(ada, "🪙 Coin: cheapest", "paid in BTC")
        await taps(ada, "🪙 Coin: BTC", "whichever coin is cheapest")
        await taps(ada, "📄 Template: none", "cloreai/")
        await taps(ada, "✏️ How many…", "How many?")
        await asks(ada, "99", "That is no such number")
        await asks(ada, "4", "Rent 4 at once")


async def test_a_damaged_template_is_no_choice(tmp_path: Path) -> None:
    async with listed(tmp_path) as (stage, ada):
        assert stage.store is not None
        chat, setup = account_of(stage, ada).chat, Draft(image="me/mine:1", ssh_password="correct-horse-battery")
        bad = stage.store.templates.add(chat, "mine", setup, stage.clock())
        stage.store.templates.set_default(chat, bad.id)
        stage.store.templates.add(chat, "whole", Draft(image="me/whole:1"), stage.clock())
        turn_a_bit(stage.store, "templates", bad.id)
        await asks(ada, "/market 4090 x2 sort:price", "RTX 4090")
        await taps(ada, "🛒 Rent several…", "default template mine is damaged", "cloreai/")
        await taps(ada, "📄 Template: none", "template whole · me/whole:1")
        await taps(ada, "📄 Template: whole", "cloreai/")


async def test_damaged_secrets_end_it_and_keep_nobody_from_starting(tmp_path: Path) -> None:
    async with listed(tmp_path) as (stage, ada):
        assert stage.store is not None
        setup = Draft(image="me/mine:1", ssh_password="correct-horse-battery")
        stage.store.templates.add(account_of(stage, ada).chat, "mine", setup, stage.clock())
        await taps(ada, "📄 Template: none", "template mine")
        (row,) = stage.store.db.fetch("SELECT id FROM batches")
        turn_a_bit(stage.store, "batches", row["id"])
        await taps(ada, "🛒 Rent 2…", "cannot be read any more: choose a template")
        await taps(ada, "📄 Template: mine", "cloreai/")
        await taps(ada, "📄 Template: none", "template mine")
        await taps(ada, "🛒 Rent 2…", "Rent 2 machines?")
        await taps(ada, "Rent 2 for", "Renting")
        await ada.sees("Renting", "1 of 2")
        assert stage.app is not None
        await stage.app.house.tasks.close(0)
        turn_a_bit(stage.store, "batches", row["id"])
        before = len(bought(stage))
        await stage.stop()
        await stage.start()
        await ada.sees("Rented", f"{before} of 2", "variables or passwords cannot be read any more")
        assert len(bought(stage)) == before


async def test_a_list_that_is_gone_is_said(tmp_path: Path) -> None:
    async with listed(tmp_path) as (_, ada):
        await forges(ada, "1:bP:999")
        await ada.sees("Not kept any more", "Search again with /market")
        await forges(ada, "1:bS:999")
        await ada.sees("Not kept any more")
