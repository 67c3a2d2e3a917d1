"""Setting the guard of a bid: its terms by buttons and typed, the question before it acts, and who may not have one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.journeys.guarding import (
    FIRST,
    HELD,
    PAUSE,
    calls,
    chooses,
    desk,
    guarded,
    leaves,
    opens,
    outbids,
    prices,
    switches_on,
    types,
)
from tests.journeys.hands import asks, data_of, forges, taps, taps_at_once
from tests.journeys.stories import BOB, ends, guest, happens, polled, sent, told
from tests.stage import Person, labels, shown

pytestmark = pytest.mark.looptime


async def test_it_is_off_by_default_and_proposes_the_price_on_demand(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        screen = await opens(ada, "Guard off", "Ceiling 0.00008792 BTC", "Proposed: at this ceiling", "on demand")
        assert "On, it would now lower to 0.00007122 BTC" in shown(screen)
        await asyncio.sleep(PAUSE)
        assert not calls(stage)
        question = await taps(ada, "🛡 Switch on…", "Switch the guard on?", "At worst it costs 0.000089 BTC", "an hour")
        for words in ("told silently", "never makes an order", "/panic", "no day's budget"):
            assert words in shown(question)
        await taps(ada, "◀ Not now", "Nothing was sent")
        await asyncio.sleep(PAUSE)
        assert not calls(stage)


async def test_terms_are_chosen_by_buttons_and_by_words(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await opens(ada)
        await taps(ada, "Ceiling…", "Up to which price?")
        await taps(ada, "125 %: ", "✅ Chosen", "Ceiling 0.00010332 BTC")
        await types(ada, "Ceiling", "7 usd", "Ceiling 7 USD a day, now 0.0001044")
        await types(ada, "Ceiling", "0.00009", "Ceiling 0.00009 BTC")
        await types(ada, "Ceiling", "0,000095 btc", "Ceiling 0.000095 BTC")
        await taps(ada, "Margin…", "How far above?")
        await taps(ada, "5 %", "5 % over what wins")
        await types(ada, "Margin", "2.5", "2.5 % over what wins")
        await taps(ada, "Pause…", "How long between raises?")
        await taps(ada, "30 min", "30 min between raises")
        await types(ada, "Pause", "2 h", "2 h between raises")
        await taps(ada, "Budget…", "How much may a day add?")
        await taps(ada, "0.0000207 BTC", "raises add at most 0.00002067 BTC a day")
        await types(ada, "Budget", "1 usd", "raises add at most 1 USD a day")
        await types(ada, "Budget", "none", "no day's budget")
        assert not calls(stage), "chosen is not switched on"


@pytest.mark.parametrize(
    ("term", "text", "wrong"),
    [
        ("Ceiling", "cheap", "no amount above zero"),
        ("Ceiling", "0", "no amount above zero"),
        ("Ceiling", "-5 usd", "no amount above zero"),
        ("Ceiling", "400 clore", "Write usd, or the bid's own coin"),
        ("Margin", "lots", "no percentage"),
        ("Margin", "101 %", "More than 100 %"),
        ("Pause", "soon", "no span"),
        ("Pause", "2 days", "at most a day"),
        ("Budget", "$", "no amount above zero"),
    ],
)
async def test_what_is_no_term_changes_none_and_can_be_written_again(
    tmp_path: Path, term: str, text: str, wrong: str
) -> None:
    async with desk(tmp_path) as (_, ada):
        await opens(ada)
        await types(ada, term, text, wrong, "Nothing was changed")
        said = await ada.says("5")
        screen = await ada.sees(after=said["message_id"])
        assert "✅ Chosen" in shown(screen) or term == "Pause"


async def test_a_question_pressed_twice_or_after_it_was_answered_does_nothing_more(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await opens(ada)
        await taps(ada, "🛡 Switch on…", "Switch the guard on?")
        question = await data_of(ada, "🛡 Switch on: up to")
        lines = await taps_at_once(ada, "🛡 Switch on: up to", 2)
        assert sorted(lines) == ["Confirmed. The guard is on.", "Pressed before: it is on its way, or done."]
        await opens(ada, "Guard on")
        await taps(ada, "⚪ Switch off", "Guard off")
        assert "Pressed before" in await forges(ada, question)
        await opens(ada, "Guard off")
        await asyncio.sleep(2 * PAUSE)
        assert len(prices(stage)) <= 1


async def test_switched_off_it_does_nothing_more(tmp_path: Path) -> None:
    async with guarded(tmp_path, ceiling="0.0001") as (stage, ada):
        await opens(ada, "Guard on")
        old = await data_of(ada, "⚪ Switch off")
        await taps(ada, "⚪ Switch off", "Guard off", "The bid stays at 0.00008165 BTC", "no further step")
        await forges(ada, old)
        await ada.sees("Off already")
        outbids(stage, "0.00008574")
        await asyncio.sleep(2 * PAUSE)
        assert prices(stage) == [FIRST]
        assert "🛡" not in shown(await asks(ada, f"/order {HELD}", "Waiting bid"))
        await opens(ada, "Guard off", "Ceiling 0.0001 BTC", "On, it would now raise to 0.00008575 BTC")


async def test_a_second_chat_with_the_same_key_may_not_guard_the_same_bid(tmp_path: Path) -> None:
    async with guarded(tmp_path, ceiling="0.0001") as (stage, _):
        bob = await guest(stage, stage.clore.calls()[-1].key, BOB)
        await polled(stage)
        await opens(bob, "Guard off")
        screen = await taps(bob, "🛡 Switch on…", "Not switched on", "has a guard already", "would undo each other")
        assert "Ada" not in shown(screen)


async def test_of_two_chats_that_were_asked_the_first_press_counts(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        bob = await guest(stage, stage.clore.calls()[-1].key, BOB)
        await polled(stage)
        for person in (ada, bob):
            await opens(person)
            await taps(person, "🛡 Switch on…", "Switch the guard on?")
        await taps(ada, "🛡 Switch on: up to", "Guard on")
        await taps(bob, "🛡 Switch on: up to", "Not switched on", "has a guard already")


async def test_two_guarded_bids_on_one_machine_do_not_fight(tmp_path: Path) -> None:
    async with guarded(tmp_path, ceiling="0.0001") as (stage, ada):
        world = stage.clore.world
        second = world.next_order_id()
        world.put_order(replace(world.orders[HELD], id=second, price=Decimal("0.00007"), active=False, started=None))
        world.contend(world.orders[HELD].server)
        await polled(stage, 2)
        await asks(ada, f"/order {second}", "Waiting bid")
        await taps(ada, "🛡 Guard…", "Guard off", "guarded by this bot too, and they do not fight")
        await switches_on(ada)
        await told(stage, "Guard stopped", f"#{second}", "guarded by this bot too")
        await asyncio.sleep(2 * PAUSE)
        assert all(call.body["order_id"] == HELD for call in calls(stage))  # type: ignore[index]
        leaves(stage, HELD)
        await told(stage, "Raised", f"#{second}", patience=PAUSE)


async def test_a_guard_and_a_queued_lowering_exclude_each_other(tmp_path: Path) -> None:
    async with desk(tmp_path) as (_, ada):
        await _refused(ada, "0.00008")
        lowering = await data_of(ada, "Lower to 0.00008 BTC")
        await chooses(ada, ceiling="0.0001")
        await switches_on(ada)
        await forges(ada, lowering)
        await ada.sees("The guard lowers it", "No lowering was queued")
        card = await asks(ada, f"/order {HELD}", "🛡 Guard on")
        assert not any("⏬" in label for label in labels(card))
        await forges(ada, f"1:L:1:{HELD}:0")
        await ada.sees("The guard lowers it")


async def test_a_guard_takes_over_from_a_queued_lowering(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await _refused(ada, "0.00008")
        await taps(ada, "Lower to 0.00008 BTC", "Lowering", "⏬ To 0.00008 BTC")
        await happens(lambda: prices(stage), "the first step")
        await polled(stage, 2)
        await chooses(ada, ceiling="0.0001")
        await switches_on(ada, "The lowering that is queued ends")
        assert "⏬ To" not in shown(await asks(ada, f"/order {HELD}", "🛡 Guard on"))
        await told(stage, "Lowered", "0.00008165 BTC → 0.00008065 BTC", patience=2 * PAUSE)
        assert not sent(stage, "Lowering stopped")


async def test_panic_keeps_it_from_being_switched_on_and_from_acting(tmp_path: Path) -> None:
    async with guarded(tmp_path, ceiling="0.0001") as (stage, ada):
        await asks(ada, "/panic", "Automation stopped", "1 guard")
        outbids(stage, "0.00008574")
        await asyncio.sleep(PAUSE)
        assert prices(stage) == [FIRST]
        await opens(ada, "Guard held by /panic")
        await taps(ada, "Margin…", "How far above?")
        await taps(ada, "5 %", "Chosen, not in force yet")
        await taps(ada, "🛡 Use these terms…", "Not begun", "stopped by /panic")


async def test_an_order_that_went_while_the_question_was_open_is_not_guarded(tmp_path: Path) -> None:
    async with guarded(tmp_path, ceiling="0.0001") as (stage, ada):
        await _asks_for_a_margin(ada)
        ends(stage, HELD)
        await told(stage, "Guard stopped", "nothing to raise")
        await taps(ada, "🛡 Use these: up to", "Not switched on", "This order is gone", "nothing was rented")
        await asks(ada, f"/order {HELD}", "#400020")
        await forges(ada, f"1:gS:1:{HELD}:0")
        await ada.sees("Guard over", "a guard never makes an order")


async def test_terms_are_not_changed_under_a_step(tmp_path: Path) -> None:
    async with guarded(tmp_path, ceiling="0.0001") as (stage, ada):
        await _asks_for_a_margin(ada)
        stage.clore.fault("timeout_executed", operation="set_spot_price")
        before = len(calls(stage))
        outbids(stage, "0.00008574")
        await happens(lambda: len(calls(stage)) > before, "the raise leaves")
        await taps(ada, "🛡 Use these: up to", "Not switched on", "just under way", "Ask again in a minute")
        await told(stage, "Raised", "0.00008575 BTC")


async def test_a_step_that_was_under_way_when_it_was_switched_off_is_told_of(tmp_path: Path) -> None:
    async with guarded(tmp_path, ceiling="0.0001") as (stage, ada):
        await opens(ada, "Guard on")
        stage.clore.fault("timeout_executed", operation="set_spot_price")
        before = len(calls(stage))
        outbids(stage, "0.00008574")
        await happens(lambda: len(calls(stage)) > before, "the raise leaves")
        await taps(ada, "⚪ Switch off", "Guard off", "if it still arrives, I tell you")
        await told(stage, "Raised", "0.00008575 BTC")
        outbids(stage, "0.000088")
        await asyncio.sleep(2 * PAUSE)
        assert prices(stage) == [FIRST, Decimal("0.00008575")]


async def test_a_raise_says_that_it_is_above_the_ceiling_or_dearer_than_on_demand(tmp_path: Path) -> None:
    async with desk(tmp_path) as (_, ada):
        question = await asks(ada, f"/bid {HELD} 0.000085", "Raise this bid?")
        assert "⚠️" not in shown(question)
        await asks(ada, f"/bid {HELD} 0.000088", "Raise this bid?", "⚠️ Renting on demand costs no more: 0.000089 BTC")
        await chooses(ada, ceiling="0.000084")
        await asks(ada, f"/bid {HELD} 0.000085", "Raise this bid?", "⚠️ Above your ceiling of 0.000084 BTC a day")


async def test_a_floor_that_was_named_before_is_used_at_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await _refused(ada, "0.00008")
        await taps(ada, "Keep it", "Nothing was sent")
        await asyncio.sleep(6 * PAUSE)
        await asks(ada, f"/order {HELD}", "Running")
        await taps(ada, "⏬ Lower to", "Lower as soon as allowed?", "Next step: 0.00008165 BTC, at once")
        await taps(ada, "Lower to 0.00007122 BTC", "Lowering")
        await happens(lambda: prices(stage), "the first step")
        assert len(calls(stage)) == 2, "no second try names the floor again"


async def test_what_is_no_bid_has_no_guard(tmp_path: Path) -> None:
    async with desk(tmp_path) as (_, ada):
        await forges(ada, "1:gS:1:400019:0")
        await ada.sees("Not a bid")
        await forges(ada, "1:gS:1:5:0")
        await ada.sees("Not found")
        for data in (f"1:gT:1:{HELD}:price", f"1:gV:1:{HELD}:ceiling:x999", "1:gX:999"):
            said = await ada.says("/status")
            await forges(ada, data)
            await ada.sees("does not work any more", after=said["message_id"])


async def _asks_for_a_margin(ada: Person) -> None:
    """Other terms than those in force, and the question whether to use them."""
    await opens(ada, "Guard on")
    await taps(ada, "Margin…", "How far above?")
    await taps(ada, "1 %", "Chosen, not in force yet")
    await taps(ada, "🛡 Use these terms…", "Use these terms?", "1 % over what wins")


async def _refused(ada: Person, price: str) -> None:
    await asks(ada, f"/bid {HELD} {price}", "Lower this bid?")
    await taps(ada, f"Lower to {price} BTC", "Bid not changed")
    await taps(ada, f"⏬ Lower to {price} BTC in time…", "Lower as soon as allowed?")
