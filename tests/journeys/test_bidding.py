"""Changing the price of a bid: from the alert, from the card, by command; never another price than the button said."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.clore.journal import Entry
from tests.journeys.hands import asks, small_market, taps
from tests.journeys.stories import SERVER, Row, auction, bid, offer, rental, renter
from tests.stage import Person, Stage, connected, labels, shown

pytestmark = pytest.mark.looptime

SET = "set_spot_price"
MINE = 5
HELD = 400020
"""The demo's bid that holds its machine, with 0.00008265 BTC."""


# Raising


async def test_a_waiting_bid_is_raised_from_its_card_above_the_holder(tmp_path: Path) -> None:
    async with _waiting(tmp_path) as (stage, ada):
        await asks(ada, f"/order {MINE}", "Waiting bid")
        await taps(
            ada, "Raise bid", "Raise this bid?", "0.00002 BTC → 0.00003001 BTC", "It beats the highest other bid"
        )
        await taps(ada, "Raise to 0.00003001 BTC", "Bid changed", "and it holds the machine")
        assert _sent(stage) == [(MINE, Decimal("0.00003001"))]
        await taps(ada, "Open order", "Rented", "0.00003001 BTC a day before fee")
        await taps(ada, "Raise bid", "Nothing to raise", "holds the machine")


async def test_a_bid_is_raised_by_command_with_a_price_or_without(tmp_path: Path) -> None:
    async with _waiting(tmp_path) as (stage, ada):
        await asks(ada, f"/bid {MINE} 0,00004 btc", "Raise this bid?", "→ 0.00004 BTC")
        await taps(ada, "Raise to 0.00004 BTC", "Bid changed", "It is 0.00004 BTC")
        await asks(ada, f"/bid {MINE}", "Your price", "Now it bids 0.00004 BTC", "The host takes 0.00001 BTC or more")
        await asks(ada, ".00005", "Raise this bid?", "→ 0.00005 BTC")
        await taps(ada, "Raise to 0.00005 BTC", "Bid changed", "It is 0.00005 BTC")
        assert _sent(stage) == [(MINE, Decimal("0.00004")), (MINE, Decimal("0.00005"))]


async def test_a_price_that_cannot_be_bid_is_asked_for_again(tmp_path: Path) -> None:
    async with _waiting(tmp_path) as (stage, ada):
        await asks(ada, f"/order {MINE}", "Waiting bid")
        await taps(ada, "Set price", "Your price", "in BTC, before the fee, in steps of 0.00000001")
        for text, problem in (
            *((text, "That is no price") for text in ("soon", "-1", "0", "1e-5", "0.1.2", "NaN", "٣", "0x1")),
            ("5 CLORE", "A bid stays in its coin"),
            ("0.000000001", "finer than the smallest step"),
            ("0.000020", "the price it bids already"),
        ):
            await asks(ada, text, "Your price", problem, "Now it bids 0.00002 BTC")
        await asks(ada, "0.000031", "Raise this bid?")
        await asks(ada, "and now?", "Help", "what you can do here")
        assert _sent(stage) == []


async def test_a_bid_that_is_still_too_low_waits_and_says_for_what(tmp_path: Path) -> None:
    async with _waiting(tmp_path) as (_, ada):
        await asks(ada, f"/bid {MINE} 0.000025", "It would wait: it takes 0.00003001 BTC or more to hold the machine")
        outcome = await taps(ada, "Raise to 0.000025 BTC", "Bid changed", "it waits: 0.00003 BTC")
        assert "📈 Raise bid…" in labels(outcome)


async def test_a_rental_on_demand_has_no_price_to_change(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        ada = await renter(stage, rental(stage, 7))
        await asks(ada, "/bid 7 0.5", "Not a bid", "rental on demand", "Nothing was changed")


async def test_an_older_question_does_not_undo_a_later_answer(tmp_path: Path) -> None:
    """Two questions stand open; the second is answered. The first would now lower what was raised."""
    async with _waiting(tmp_path) as (stage, ada):
        first = await asks(ada, f"/bid {MINE} 0.000031", "Raise this bid?")
        await asks(ada, f"/bid {MINE} 0.00005", "Raise this bid?", "→ 0.00005 BTC")
        await taps(ada, "Raise to 0.00005 BTC", "Bid changed")
        await ada.presses("Raise to 0.000031 BTC", first["message_id"])
        await ada.sees("Not sent", "it is 0.00005 BTC a day now", "0.000031 BTC a day was not sent")
        assert _sent(stage) == [(MINE, Decimal("0.00005"))]


# Lowering


async def test_each_refusal_of_a_lower_price_is_explained_with_its_numbers(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, f"/bid {HELD} 0.00001", "Lower this bid?", "can lose the machine")
        await taps(ada, "Lower to", "Bid not changed", "The lowest it takes now is 0.00008165 BTC", "stays as it was")
        await asks(ada, f"/bid {HELD} 0.000082", "Lower this bid?", "→ 0.000082 BTC")
        await taps(ada, "Lower to 0.000082", "Bid changed", "and it holds the machine")
        await asks(ada, f"/bid {HELD} 0.0000815", "Lower this bid?", "→ 0.0000815 BTC")
        await taps(ada, "Lower to 0.0000815", "once every 10 minutes", "9 min are left", "Raising is possible")


async def test_a_bid_below_the_hosts_minimum_is_explained(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        ada = await renter(stage, bid(stage, MINE, 0.0000105))
        await asks(ada, f"/bid {MINE} 0.0000099", "Lower this bid?")
        await taps(ada, "Lower to", "less than the host takes", "The host takes 0.00001 BTC or more", "stays as it was")


async def test_an_unknown_refusal_is_shown_as_it_came(tmp_path: Path) -> None:
    async with _waiting(tmp_path) as (stage, ada):
        stage.clore.answer(SET, '{"error":"auction_is_<closed>","code":6}')
        await asks(ada, f"/bid {MINE} 0.00005", "Raise this bid?")
        await taps(ada, "Raise to", "CLORE.AI refused", "auction_is_<closed>", "The bid stays as it was")


# Lost replies


@pytest.mark.parametrize("mode", ["500_executed", "timeout_executed", "reset_executed"])
async def test_a_lost_reply_of_an_executed_raise_is_looked_up_and_not_sent_again(tmp_path: Path, mode: str) -> None:
    async with _waiting(tmp_path) as (stage, ada):
        await asks(ada, f"/bid {MINE} 0.00005", "Raise this bid?")
        stage.clore.fault(mode, operation=SET)
        await taps(ada, "Raise to", "Bid changed", "and it holds the machine")
        assert [call.executed for call in _calls(stage)] == [True]


@pytest.mark.parametrize("mode", ["500", "timeout", "reset"])
async def test_a_raise_that_never_arrived_is_sent_once_more(tmp_path: Path, mode: str) -> None:
    async with _waiting(tmp_path) as (stage, ada):
        await asks(ada, f"/bid {MINE} 0.00005", "Raise this bid?")
        stage.clore.fault(mode, operation=SET)
        await taps(ada, "Raise to", "Bid changed", "and it holds the machine")
        assert [call.executed for call in _calls(stage)] == [False, True]


async def test_two_lost_replies_leave_the_outcome_unknown_with_what_was_seen(tmp_path: Path) -> None:
    async with _waiting(tmp_path) as (stage, ada):
        await asks(ada, f"/bid {MINE} 0.00005", "Raise this bid?")
        stage.clore.fault("500", operation=SET, times=2)
        await taps(ada, "Raise to", "Outcome unknown", "may be 0.00005 BTC now", "showed 0.00002 BTC when last read")
        assert [call.executed for call in _calls(stage)] == [False, False]


async def test_without_a_look_at_the_auction_nothing_is_sent_again(tmp_path: Path) -> None:
    async with _waiting(tmp_path) as (stage, ada):
        await asks(ada, f"/bid {MINE} 0.00005", "Raise this bid?")
        stage.clore.fault("timeout_executed", operation=SET)
        stage.clore.fault("500", operation="spot_marketplace", times=None)
        await taps(ada, "Raise to", "Outcome unknown", "I do not send it again by myself")
        assert [call.executed for call in _calls(stage)] == [True]


async def test_a_lowering_whose_reply_was_lost_is_not_called_refused(tmp_path: Path) -> None:
    """The auction lags, so it is sent again and refused by the timer that the first sending has started."""
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, f"/bid {HELD} 0.000082", "Lower this bid?")
        before = stage.clore.world.orders[HELD]
        lagging = auction({"offer_id": HELD, "bid": 0.00008265, "active": True, "my": True})
        stage.clore.fault("500_executed", operation=SET)
        stage.clore.answer("spot_marketplace", json.dumps({"market": lagging, "exists": True, "code": 0}))
        outcome = await taps(ada, "Lower to 0.000082", "#400020", "Bid")
        await ada.sees("Bid changed", "It is 0.000082 BTC")
        assert "not changed" not in shown(outcome)
        assert before.price != stage.clore.world.orders[HELD].price


# What the auction cannot say


async def test_without_a_rate_no_winning_price_is_named_but_one_can_be_typed(tmp_path: Path) -> None:
    rival = {"offer_id": 900, "bid": 3, "currency": "DOGE", "active": True, "my": False}
    async with _auctioned(tmp_path, offer(MINE, active=False), rival) as (_, ada):
        await asks(ada, f"/order {MINE}", "Waiting bid", "3 DOGE a day holds the machine")
        screen = await taps(ada, "Raise bid", "No winning price known", "coin without a known rate")
        assert "$" not in shown(screen).split("Auction of")[0].split("rate from")[0]
        await taps(ada, "Set price", "Your price")
        question = await asks(ada, "0.00005", "Raise this bid?", "no comparison is made")
        assert "beats" not in shown(question)


@pytest.mark.parametrize(
    ("server", "why"),
    [({"visibility": "hidden"}, "The host has hidden this server"), ({"online": False}, "The server is offline")],
)
async def test_a_hidden_or_dark_server_is_not_bid_for(tmp_path: Path, server: Row, why: str) -> None:
    offers = (offer(MINE, active=False), offer(900, 0.00003, mine=False))
    async with _auctioned(tmp_path, *offers, server=server) as (_, ada):
        await asks(ada, f"/order {MINE}", "Waiting bid")
        await taps(ada, "Raise bid", "No winning price known", why, "Nothing was changed")


async def test_a_bid_that_vanished_has_nothing_to_raise(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, f"/bid {HELD}", "Your price")
        stage.clore.act("vanish_when_outbid", on=True)
        stage.clore.act("outbid")
        await asks(ada, "0.00009", "Bid gone", "nothing to raise", "nothing was rented in its place")


async def test_a_bid_that_vanishes_between_question_and_press_is_said_to_be_gone(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, f"/bid {HELD} 0.00009", "Raise this bid?")
        stage.clore.act("vanish_when_outbid", on=True)
        stage.clore.act("outbid")
        await taps(ada, "Raise to", "Bid gone", "nothing to raise")
        assert [call.executed for call in _calls(stage)] == [False]


# A tenant on demand comes before every bid


async def test_a_machine_taken_on_demand_is_not_promised_to_a_higher_bid(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/orders", "Running · #400020")
        await _rates_known(stage)
        stage.clore.act("on_demand_takes")
        alert = await ada.sees("Critical", "Machine lost", "#400020", "comes before every bid")
        assert "would win" not in shown(alert)
        assert not any("Raise" in label for label in labels(alert))
        await asks(ada, f"/order {HELD}", "Waiting bid", "No bid holds the machine")
        known = await taps(ada, "Raise bid", "Nothing to raise", "no other bid is higher", "it is rented on demand")
        assert "read just now" in shown(known) or "s ago" in shown(known)
        question = await asks(ada, f"/bid {HELD} 0.00009", "Raise this bid?", "It would be the highest bid")
        assert "it is rented on demand, which comes before every bid" in shown(question)
        assert "beats" not in shown(question)
        await taps(ada, "Raise to", "Bid changed", "and it waits.", "rented on demand")


async def test_a_bid_in_front_of_others_while_a_tenant_on_demand_is_there(tmp_path: Path) -> None:
    offers = (offer(MINE, active=False), offer(900, 0.00003, active=False, mine=False))
    async with _auctioned(tmp_path, *offers) as (_, ada):
        await asks(ada, f"/order {MINE}", "Waiting bid", "No bid holds the machine")
        question = await taps(ada, "Raise bid", "Raise this bid?", "→ 0.00003001 BTC", "It would be the highest bid")
        assert "hold the machine" not in shown(question)


async def _rates_known(stage: Stage) -> None:
    """The marketplace was read at the start, so that what it said then is old when the tenant comes."""
    await asyncio.sleep(200)
    assert stage.clore.calls(operation="marketplace")


@contextlib.asynccontextmanager
async def _waiting(folder: Path) -> AsyncIterator[tuple[Stage, Person]]:
    """Ada's bid of 0.00002 BTC waits; a rival's 0.00003 BTC holds the machine."""
    async with small_market(folder, demo=False) as stage:
        queue = auction(offer(MINE, 0.00002, active=False), offer(900, 0.00003, mine=False))
        yield stage, await renter(stage, bid(stage, MINE), markets={str(SERVER + MINE): queue})


@contextlib.asynccontextmanager
async def _auctioned(
    folder: Path, *offers: Row, server: dict[str, Any] | None = None
) -> AsyncIterator[tuple[Stage, Person]]:
    """Ada's bid in an auction that CLORE.AI shows exactly so."""
    async with small_market(folder, demo=False) as stage:
        ada = await renter(stage, bid(stage, MINE))
        market = auction(*offers)
        market["server"] |= server or {}
        answer = json.dumps({"market": market, "exists": True, "code": 0})
        stage.clore.answer("spot_marketplace", answer, times=None)
        yield stage, ada


def _calls(stage: Stage) -> list[Entry]:
    return stage.clore.calls(operation=SET)


def _sent(stage: Stage) -> list[tuple[Any, Any]]:
    """What CLORE.AI was asked for and carried out: order and price, to the digit."""
    return [(call.body["order_id"], call.body["desired_price"]) for call in _calls(stage) if call.executed]  # type: ignore[index]
