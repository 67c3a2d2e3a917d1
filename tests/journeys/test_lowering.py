"""Lowering a bid as far as CLORE.AI allows, and the rest of the way by itself: asked once, seen, stopped, told of."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.clore.journal import Entry
from tests.journeys.guarding import HELD, MINUTE, PAUSE, desk
from tests.journeys.hands import asks, data_of, forges, taps
from tests.journeys.stories import ends, happens, polled, sent, silent, told
from tests.stage import Person, Stage, labels, shown

pytestmark = pytest.mark.looptime

SET = "set_spot_price"


async def test_a_price_that_is_too_far_is_reached_in_steps_and_told_of(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        question = await _refused(ada, "0.0000802")
        assert "Next step: 0.00008165 BTC, at once · about 3 steps in all" in shown(question)
        began = stage.seconds()
        screen = await taps(ada, "Lower to 0.0000802 BTC", "Lowering", "⏬ To 0.0000802 BTC", "3 steps left")
        assert "✖ Stop lowering" in labels(screen)
        done = await told(stage, "Lowered", "#400020", "went from 0.00008265 BTC to 0.0000802 BTC", patience=3 * PAUSE)
        assert silent(done)
        assert _sent(stage) == [Decimal("0.00008165"), Decimal("0.00008065"), Decimal("0.0000802")]
        assert all(PAUSE <= gap <= PAUSE + 40 for gap in _gaps(stage))
        assert _calls(stage)[1].at - began <= 40, "the first step waits for one reading of the auction"
        assert not _refusals(stage)[1:], "nothing was asked that was known to be refused"
        assert not sent(stage, "Bid changed"), "the steps are told of together"
        await asyncio.sleep(2 * PAUSE)
        assert len(_sent(stage)) == 3
        assert len(sent(stage, "Lowered")) == 1


async def test_a_price_that_is_too_soon_is_sent_when_its_time_has_come(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await asks(ada, f"/bid {HELD} 0.000082", "Lower this bid?")
        await taps(ada, "Lower to 0.000082 BTC", "Bid changed")
        await asyncio.sleep(2 * MINUTE)
        await asks(ada, f"/bid {HELD} 0.0000815", "Lower this bid?")
        await taps(ada, "Lower to 0.0000815 BTC", "once every 10 minutes")
        await taps(ada, "in time…", "Lower as soon as allowed?", "First tried there in 7 min")
        await taps(ada, "Lower to 0.0000815 BTC", "Lowering", "next to 0.0000815 BTC in 7 min")
        await asks(ada, f"/order {HELD}", "⏬ To 0.0000815 BTC", "next to 0.0000815 BTC")
        await told(stage, "Lowered", "to 0.0000815 BTC", patience=PAUSE)
        assert _sent(stage) == [Decimal("0.000082"), Decimal("0.0000815")]
        assert PAUSE <= _gaps(stage)[0] <= PAUSE + 40


async def test_it_is_seen_on_both_cards_and_stopped_with_one_press(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await _queued(ada, "0.00008")
        await happens(lambda: _sent(stage), "the first step")
        await polled(stage, 2)
        server = stage.clore.world.orders[HELD].server
        card = await asks(ada, f"/order {HELD}", "⏬ To 0.00008 BTC", "next to 0.00008065 BTC", "2 steps left")
        assert not any("⏬" in label for label in labels(card)), "one way down at a time"
        await asks(ada, f"/spot {server}", "⏬ To 0.00008 BTC", "next to 0.00008065 BTC")
        old = await data_of(ada, "✖ Stop lowering")
        await taps(ada, "✖ Stop lowering", "Lowering stopped", "The bid stays at 0.00008165 BTC", "No further step")
        await forges(ada, old)
        await ada.sees("Over already", "Nothing was changed")
        assert "⏬ To" not in shown(await asks(ada, f"/order {HELD}", "#400020"))
        await asyncio.sleep(2 * PAUSE)
        assert _sent(stage) == [Decimal("0.00008165")]
        assert not sent(stage, "Lowered")


async def test_what_could_be_less_is_offered_on_the_card(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        card = await asks(ada, f"/order {HELD}", "#400020")
        (offered,) = [label for label in labels(card) if "⏬ Lower to" in label]
        target = offered.removeprefix("⏬ Lower to ").removesuffix(" BTC…")
        question = await taps(ada, "⏬ Lower to", "Lower as soon as allowed?", f"→ {target} BTC")
        assert "No step goes so low that another bid takes the machine" in shown(question)
        await taps(ada, f"Lower to {target} BTC", "Lowering")
        await happens(lambda: _sent(stage), "the first step", PAUSE)
        assert _sent(stage) == [Decimal("0.00008165")]
        assert len(_refusals(stage)) == 1, "one try named the floor"


async def test_a_bid_that_somebody_raises_meanwhile_is_left_alone(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await _queued(ada, "0.00008")
        await happens(lambda: _sent(stage), "the first step")
        await asks(ada, f"/bid {HELD} 0.00009", "Raise this bid?")
        await taps(ada, "Raise to 0.00009 BTC", "Bid changed")
        loud = await told(stage, "Lowering stopped", "The bid was changed: it is 0.00009 BTC", "no further step")
        assert not silent(loud)
        await asyncio.sleep(2 * PAUSE)
        assert _sent(stage) == [Decimal("0.00008165"), Decimal("0.00009")]


async def test_who_is_outbid_meanwhile_is_not_raised_and_not_lowered(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await _queued(ada, "0.00008")
        await happens(lambda: _sent(stage), "the first step")
        await polled(stage)
        stage.clore.act("outbid")
        await told(stage, "Lowering stopped", "It does not hold the machine any more", "a day does")
        await asyncio.sleep(2 * PAUSE)
        assert _sent(stage) == [Decimal("0.00008165")]


async def test_a_rival_who_comes_later_is_stayed_above(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await _queued(ada, "0.00008")
        await happens(lambda: _sent(stage), "the first step")
        orders = stage.clore.world.orders
        (rival,) = (
            order.id
            for order in orders.values()
            if order.live
            and order.spot
            and order.server == orders[HELD].server
            and order.currency == "CLORE-Blockchain"
        )
        stage.clore.world.reprice(rival, Decimal(480))
        await told(stage, "Lowering stopped", "lose the machine to another bid of 480 CLORE", patience=4 * PAUSE)
        prices = _sent(stage)
        assert prices[:2] == [Decimal("0.00008165"), Decimal("0.00008065")]
        assert Decimal("0.00008") < prices[-1] < Decimal("0.00008065")
        await asks(ada, f"/order {HELD}", "Running", "holds it")


async def test_what_is_confirmed_while_a_step_is_under_way_is_asked_again(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await _queued(ada, "0.00008")
        await happens(lambda: _sent(stage), "the first step")
        await asyncio.sleep(PAUSE - MINUTE)
        await asks(ada, f"/bid {HELD} 0.000081", "Lower this bid?")
        await taps(ada, "Lower to 0.000081 BTC", "once every 10 minutes")
        await taps(ada, "in time…", "Lower as soon as allowed?")
        stage.clore.fault("timeout_executed", operation=SET)
        calls = len(_calls(stage))
        await happens(lambda: len(_calls(stage)) > calls, "the second step", 2 * MINUTE)
        await taps(ada, "Lower to 0.000081 BTC", "Not queued", "just under way", "goes on as it was")
        await told(stage, "Lowered", "to 0.00008 BTC", patience=2 * PAUSE)
        assert _sent(stage) == [Decimal("0.00008165"), Decimal("0.00008065"), Decimal("0.00008")]


async def test_a_bid_that_is_gone_ends_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await _queued(ada, "0.00008")
        await happens(lambda: _sent(stage), "the first step")
        ends(stage, HELD)
        news = await told(stage, "Lowering stopped", "does not list this bid any more")
        assert silent(news), "that the rental ended is told aloud"
        await asyncio.sleep(PAUSE)
        assert len(_sent(stage)) == 1


async def test_a_refused_key_ends_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await _queued(ada, "0.00008")
        await happens(lambda: _sent(stage), "the first step")
        stage.clore.act("revoke_key", on=True)
        await told(stage, "Lowering stopped", "does not take this account's key")
        assert len(_sent(stage)) == 1


async def test_old_data_lowers_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await _queued(ada, "0.00008")
        await happens(lambda: _sent(stage), "the first step")
        await polled(stage, 2)
        stage.clore.fault("500", operation="spot_marketplace", times=None)
        await asyncio.sleep(3 * PAUSE)
        assert len(_calls(stage)) == 2, "the refusal and the first step"
        assert not sent(stage, "Lowering stopped")
        stage.clore.heal()
        await happens(lambda: len(_sent(stage)) == 2, "the next step")


@pytest.mark.parametrize("mode", ["500", "timeout_executed", "reset_executed"])
async def test_a_lost_reply_is_looked_up_and_the_step_made_once(tmp_path: Path, mode: str) -> None:
    async with desk(tmp_path) as (stage, ada):
        await _queued(ada, "0.0000812")
        stage.clore.fault(mode, operation=SET)
        await told(stage, "Lowered", "to 0.0000812 BTC", patience=2 * PAUSE)
        assert _sent(stage) == [Decimal("0.00008165"), Decimal("0.0000812")]


async def test_a_step_that_nobody_can_tell_of_is_sent_again_when_the_auction_says_so(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await _queued(ada, "0.000081")
        stage.clore.fault("500", operation=SET, times=2)
        await told(stage, "Lowered", "to 0.000081 BTC", patience=2 * PAUSE)
        assert _sent(stage) == [Decimal("0.00008165"), Decimal("0.000081")]
        assert len(_refusals(stage)) == 3, "the question's, and the two that were lost"


@pytest.mark.parametrize("away", [MINUTE, PAUSE, 6 * 60 * MINUTE])
async def test_it_goes_on_after_a_restart(tmp_path: Path, away: float) -> None:
    async with desk(tmp_path) as (stage, ada):
        await _queued(ada, "0.0000807")
        await happens(lambda: _sent(stage), "the first step")
        await stage.stop()
        await asyncio.sleep(away)
        await stage.start()
        await told(stage, "Lowered", "from 0.00008265 BTC to 0.0000807 BTC", patience=2 * PAUSE)
        assert _sent(stage) == [Decimal("0.00008165"), Decimal("0.0000807")]
        assert _gaps(stage)[0] >= PAUSE


async def test_a_second_question_takes_the_place_of_the_first(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await _queued(ada, "0.00008")
        await happens(lambda: _sent(stage), "the first step")
        await asks(ada, f"/bid {HELD} 0.000081", "Lower this bid?")
        await taps(ada, "Lower to 0.000081 BTC", "once every 10 minutes")
        await taps(ada, "in time…", "Lower as soon as allowed?")
        await taps(ada, "Lower to 0.000081 BTC", "⏬ To 0.000081 BTC")
        await told(stage, "Lowered", "to 0.000081 BTC", patience=2 * PAUSE)
        await asyncio.sleep(2 * PAUSE)
        assert _sent(stage) == [Decimal("0.00008165"), Decimal("0.000081")]


async def test_a_question_that_was_declined_or_forged_lowers_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as (stage, ada):
        await _refused(ada, "0.00008")
        await taps(ada, "Keep it", "Nothing was sent")
        await forges(ada, f"1:L:1:{HELD}:999")
        await asyncio.sleep(PAUSE)
        assert _sent(stage) == []


async def _refused(ada: Person, price: str) -> dict[str, Any]:
    """CLORE.AI does not lower it so far at once; the question of doing it in steps."""
    await asks(ada, f"/bid {HELD} {price}", "Lower this bid?")
    await taps(ada, f"Lower to {price} BTC", "Bid not changed")
    return await taps(ada, f"⏬ Lower to {price} BTC in time…", "Lower as soon as allowed?", f"→ {price} BTC")


async def _queued(ada: Person, price: str) -> None:
    await _refused(ada, price)
    await taps(ada, f"Lower to {price} BTC", "Lowering", f"⏬ To {price} BTC")


def _calls(stage: Stage) -> list[Entry]:
    return stage.clore.calls(operation=SET)


def _executed(stage: Stage) -> list[Entry]:
    return [call for call in _calls(stage) if call.executed]


def _refusals(stage: Stage) -> list[Entry]:
    return [call for call in _calls(stage) if not call.executed]


def _sent(stage: Stage) -> list[Any]:
    """The prices that CLORE.AI was asked for and set, to the digit."""
    return [call.body["desired_price"] for call in _executed(stage)]  # type: ignore[index]


def _gaps(stage: Stage) -> list[float]:
    at = [call.at for call in _executed(stage)]
    return [later - earlier for earlier, later in pairwise(at)]
