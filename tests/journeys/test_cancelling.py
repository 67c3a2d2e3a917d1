"""Cancelling: asked once, sent once, and called done only when the order is gone."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.draft import MAX_ISSUE
from bot.sandbox.clore.journal import Entry
from tests.journeys.hands import asks, small_market, taps
from tests.journeys.stories import SERVER, auction, bid, ends, offer, rental, renter
from tests.stage import Person, Stage, connected, labels, shown

pytestmark = pytest.mark.looptime

CANCEL = "cancel_order"


async def test_a_report_goes_with_the_cancellation_and_only_once_it_is_confirmed(tmp_path: Path) -> None:
    async with _one_rental(tmp_path) as (stage, ada):
        await asks(ada, "/cancel 7", "Cancel this rental?", "cannot be undone")
        await taps(ada, "Add a report", "What is wrong with it?", "at most 2,048 characters")
        await asks(ada, "x" * (MAX_ISSUE + 1), "That had 2,049 characters")
        await asks(ada, "GPU #1 <hot> & throttling", "Cancel this rental?", "A report of 25 characters", "GPU #1 <hot>")
        assert _cancellations(stage) == []
        await taps(ada, "🛑 Cancel rental #7", "Cancelled", "gone from CLORE.AI's list")
        (sent,) = _cancellations(stage)
        assert sent.body == {"id": 7, "issue": "GPU #1 <hot> & throttling"}


async def test_what_is_written_after_the_report_is_no_second_report(tmp_path: Path) -> None:
    async with _one_rental(tmp_path) as (_, ada):
        await asks(ada, "/cancel 7", "Cancel this rental?")
        await taps(ada, "Add a report", "What is wrong with it?")
        await asks(ada, "too hot", "A report of 7 characters")
        await asks(ada, "thanks", "Help", "what you can do here")


async def test_a_waiting_bid_is_taken_back(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        queue = auction(offer(5, 0.00002, active=False), offer(900, 0.00003, mine=False))
        ada = await renter(stage, bid(stage, 5), markets={str(SERVER + 5): queue})
        await asks(ada, "/order 5", "Waiting bid")
        question = await taps(ada, "Cancel bid", "Cancel this bid?", "costs nothing while it waits")
        assert "Everything on the machine is lost" not in shown(question)
        await taps(ada, "🛑 Cancel bid #5", "Cancelled")
        assert not stage.clore.world.orders[5].live


async def test_keeping_it_sends_nothing(tmp_path: Path) -> None:
    async with _one_rental(tmp_path) as (stage, ada):
        await asks(ada, "/cancel 7", "Cancel this rental?")
        await taps(ada, "Keep it", "Kept. Nothing was sent.")
        await asyncio.sleep(130)
        assert _cancellations(stage) == []


async def test_an_order_that_is_gone_already_is_done_without_harm(tmp_path: Path) -> None:
    async with _one_rental(tmp_path) as (stage, ada):
        await asks(ada, "/cancel 7", "Cancel this rental?")
        ends(stage, 7)
        await taps(ada, "🛑 Cancel rental #7", "Cancelled", "gone from CLORE.AI's list")
        await asks(ada, "/cancel 7", "Not found", "#7")


async def test_an_order_that_stays_listed_is_never_called_cancelled(tmp_path: Path) -> None:
    async with _one_rental(tmp_path) as (stage, ada):
        await asks(ada, "/cancel 7", "Cancel this rental?")
        listed = {"orders": [rental(stage, 7)], "limit": 13, "code": 0}
        stage.clore.answer("my_orders", json.dumps(listed), times=None)
        outcome = await taps(ada, "🛑 Cancel rental #7", "Still listed", "may still cost money")
        assert "Cancelled" not in shown(outcome)
        stage.clore.heal()
        await asyncio.sleep(12)
        await taps(ada, "Cancel again", "Not found", "#7")


async def test_a_refusal_is_shown_in_the_words_of_clore(tmp_path: Path) -> None:
    async with _one_rental(tmp_path) as (stage, ada):
        stage.clore.answer(CANCEL, '{"error":"order_is_<locked>","code":6}')
        await asks(ada, "/cancel 7", "Cancel this rental?")
        await taps(ada, "🛑 Cancel rental #7", "Not cancelled", "order_is_<locked>", "The order stays as it was")


async def test_too_many_requests_cancel_nothing_and_say_so(tmp_path: Path) -> None:
    async with _one_rental(tmp_path) as (stage, ada):
        await asks(ada, "/cancel 7", "Cancel this rental?")
        stage.clore.fault("429", operation=CANCEL, times=None)
        await taps(ada, "🛑 Cancel rental #7", "Too many requests", "Nothing was cancelled")


async def test_a_key_revoked_meanwhile_cancels_nothing(tmp_path: Path) -> None:
    async with _one_rental(tmp_path) as (stage, ada):
        await asks(ada, "/cancel 7", "Cancel this rental?")
        stage.clore.answer(CANCEL, '{"code":3}', status=401)
        await taps(ada, "🛑 Cancel rental #7", "Key rejected", "Nothing was cancelled")


@pytest.mark.parametrize("mode", ["500_executed", "timeout_executed", "reset_executed"])
async def test_a_lost_reply_of_a_cancellation_is_looked_up(tmp_path: Path, mode: str) -> None:
    """It was carried out: the list says so, and nothing is sent a second time."""
    async with _one_rental(tmp_path) as (stage, ada):
        await asks(ada, "/cancel 7", "Cancel this rental?")
        stage.clore.fault(mode, operation=CANCEL)
        await taps(ada, "🛑 Cancel rental #7", "Cancelled", "gone from CLORE.AI's list")
        assert [sent.executed for sent in _cancellations(stage)] == [True]


@pytest.mark.parametrize("mode", ["500", "timeout", "reset"])
async def test_a_cancellation_that_never_arrived_is_sent_again(tmp_path: Path, mode: str) -> None:
    async with _one_rental(tmp_path) as (stage, ada):
        await asks(ada, "/cancel 7", "Cancel this rental?")
        stage.clore.fault(mode, operation=CANCEL)
        await taps(ada, "🛑 Cancel rental #7", "Cancelled")
        assert [sent.executed for sent in _cancellations(stage)] == [False, True]


async def test_a_refusal_after_a_lost_reply_does_not_undo_the_doubt(tmp_path: Path) -> None:
    """The first sending may have cancelled it; that the second came too early says nothing about the first."""
    async with _one_rental(tmp_path) as (stage, ada):
        await asks(ada, "/cancel 7", "Cancel this rental?")
        stage.clore.fault("timeout_executed", operation=CANCEL)
        stage.clore.fault("500", operation="my_orders", times=None)
        stage.clore.fault("429", operation=CANCEL, times=None)
        outcome = await taps(ada, "🛑 Cancel rental #7", "Outcome unknown", "may be cancelled, or still running")
        assert "Nothing was cancelled" not in shown(outcome)
        stage.clore.heal()
        await taps(ada, "Cancel again", "Not found", "#7")


async def test_an_outage_leaves_a_cancellation_unknown(tmp_path: Path) -> None:
    async with _one_rental(tmp_path) as (stage, ada):
        await asks(ada, "/cancel 7", "Cancel this rental?")
        stage.clore.fault("500", times=None)
        await taps(ada, "🛑 Cancel rental #7", "Outcome unknown")
        stage.clore.heal()
        assert "🛑 Cancel…" in labels(await taps(ada, "Open order", "Rented · #7"))


async def test_a_cancellation_of_ones_own_is_no_alarm(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/cancel 400020", "Cancel this rental?")
        await taps(ada, "🛑 Cancel rental #400020", "Cancelled")
        await asyncio.sleep(300)
        assert not [message for message in await ada.from_bot() if "Outbid" in shown(message)]
        assert not [message for message in await ada.from_bot() if "Rental ended" in shown(message)]


def _cancellations(stage: Stage) -> list[Entry]:
    return stage.clore.calls(operation=CANCEL)


@contextlib.asynccontextmanager
async def _one_rental(folder: Path) -> AsyncIterator[tuple[Stage, Person]]:
    """A stage with one rental, number 7, and Ada who has connected its account."""
    async with small_market(folder, demo=False) as stage:
        yield stage, await renter(stage, rental(stage, 7))
