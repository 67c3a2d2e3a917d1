"""Stop conditions: set by tap or by word, warned of, moved by an hour, carried out once, and asked about when late."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.clore.journal import Entry
from tests.journeys.hands import asks, data_of, forges, taps
from tests.journeys.stories import (
    BOB,
    SERVER,
    auction,
    bid,
    by_hand,
    coins,
    ends,
    happens,
    offer,
    polled,
    rental,
    renter,
    sent,
    told,
)
from tests.stage import ADA, Person, Stage, labels, shown

pytestmark = pytest.mark.looptime

CANCEL = "cancel_order"
HOUR, MINUTE = 3600, 60
GONE = "gone from CLORE.AI's list"


async def test_a_rental_is_warned_of_and_cancelled_at_its_time(tmp_path: Path) -> None:
    async with _rented(tmp_path) as (stage, ada):
        screen = await _opened(ada)
        assert "None is set" in shown(screen)
        began = stage.seconds()
        await taps(ada, "⏱ In 1 h", "✅ Set", "To be cancelled in 1 h")
        warning = await told(stage, "Stops soon", "#7", patience=HOUR)
        assert 44 * MINUTE <= warning.at - began <= 46 * MINUTE
        assert not _cancellations(stage)
        await told(stage, "Stopping", "#7", "You wanted it cancelled", patience=HOUR)
        await ada.sees("Cancelled", "#7", GONE)
        (cancelled,) = _cancellations(stage)
        assert 0 <= cancelled.at - began - HOUR <= 20
        await asyncio.sleep(3 * MINUTE)
        assert len(sent(stage, "Stops soon")) == len(sent(stage, "Stopping")) == 1
        assert not sent(stage, "Rental ended"), "the action's own message is the news"
        assert not sent(stage, "Could not stop it")


async def test_an_hour_more_is_an_hour_more_and_is_warned_of_again(tmp_path: Path) -> None:
    async with _rented(tmp_path) as (stage, ada):
        began = stage.seconds()
        await _sets(ada, "in 16 min")
        await told(stage, "Stops soon")
        await taps(ada, "⏰ +1 h", "✅ Moved")
        await happens(lambda: len(sent(stage, "Stops soon")) == 2, "a second warning", 2 * HOUR)
        assert not _cancellations(stage)
        assert abs(stage.seconds() - began - HOUR - MINUTE) <= MINUTE
        await told(stage, "Stopping", patience=HOUR)
        await ada.sees("Cancelled", "#7", GONE)


async def test_what_is_removed_cancels_nothing(tmp_path: Path) -> None:
    async with _rented(tmp_path) as (stage, ada):
        await _sets(ada, "in 16 min")
        old = await data_of(ada, "✖ No time")
        await taps(ada, "✖ No time", "✅ Removed", "None is set")
        await forges(ada, old)
        await ada.sees("That condition is over")
        await asyncio.sleep(20 * MINUTE)
        assert not _cancellations(stage)
        assert not sent(stage, "Stops soon")


async def test_a_second_time_takes_the_place_of_the_first(tmp_path: Path) -> None:
    async with _rented(tmp_path) as (stage, ada):
        await _sets(ada, "in 5 min")
        await taps(ada, "⏱ In 6 h", "✅ Set", "To be cancelled in 6 h")
        assert "⏲ Stop… (1)" in labels(await asks(ada, "/order 7", "#7"))
        await asyncio.sleep(10 * MINUTE)
        assert not _cancellations(stage)


async def test_a_time_is_typed_and_what_is_wrong_with_it_is_said(tmp_path: Path) -> None:
    async with _rented(tmp_path, hours=5) as (_, ada):
        await _opened(ada)
        await taps(ada, "✏️ Time…", "Stop at which time?", "in UTC like 14:30")
        await asks(ada, "soon", "no time that I understand", "No stop condition was set")
        await asks(ada, "2026-03-01 11:00", "That time is over")
        await asks(ada, "in 6 h", "The rental ends by itself before that")
        await asks(ada, "14:30", "✅ Set", "To be cancelled in 2 h 2")
        await asks(ada, "15:30", "Help")


async def test_one_that_is_near_is_its_own_warning(tmp_path: Path) -> None:
    async with _rented(tmp_path) as (stage, ada):
        await _sets(ada, "in 5 min", "no other warning comes before")
        await told(stage, "Stopping")
        await ada.sees("Cancelled", "#7", GONE)
        assert not sent(stage, "Stops soon")


async def test_a_cost_is_watched_by_two_fresh_readings(tmp_path: Path) -> None:
    """0.01 BTC a day and 5 % fee: 0.000109375 in a quarter of an hour."""
    async with _rented(tmp_path, price=0.01) as (stage, ada):
        began = stage.seconds()
        await _opened(ada)
        await taps(ada, "✏️ Cost…", "Stop at which cost?")
        await asks(ada, "1", "That has no coin")
        await asks(ada, "3 clore", "paid in another coin")
        await asks(ada, "0.000109375 btc", "✅ Set", "in all", "at this pace in ")
        await told(stage, "Stopping", "at your cost limit of 0.000109375 BTC", patience=HOUR)
        await ada.sees("Cancelled", "#7", GONE)
        assert 50 <= _cancellations(stage)[0].at - began - 15 * MINUTE <= 3 * MINUTE


async def test_a_cost_in_dollars_is_kept_in_the_rentals_coin(tmp_path: Path) -> None:
    async with by_hand(tmp_path, servers=20) as stage:
        ada = await renter(stage, rental(stage, 7, price=0.001))
        await polled(stage)
        await _opened(ada)
        await taps(ada, "✏️ Cost…", "Stop at which cost?")
        screen = await asks(ada, "$5", "✅ Set", "5 USD are", "the limit stays in BTC")
        assert "Cost limit 0.0" in shown(screen)


async def test_what_is_spent_already_is_not_taken(tmp_path: Path) -> None:
    async with _rented(tmp_path, left=60, spend=0.00005) as (_, ada):
        await _opened(ada)
        await taps(ada, "✏️ Cost…", "Stop at which cost?")
        await asks(ada, "0.00005 btc", "It has cost that much already", "No stop condition was set")


async def test_old_data_ends_nothing(tmp_path: Path) -> None:
    async with _rented(tmp_path, price=0.01) as (stage, ada):
        await _opened(ada)
        await taps(ada, "✏️ Cost…", "Stop at which cost?")
        await asks(ada, "0.00005 btc", "✅ Set")
        stage.clore.fault("500", times=None)
        await asyncio.sleep(30 * MINUTE)
        assert not _cancellations(stage)
        assert not sent(stage, "Stopping")
        stage.clore.heal()
        await told(stage, "Stopping")
        await ada.sees("Cancelled", "#7", GONE)


async def test_a_runway_is_kept_for_the_other_rentals(tmp_path: Path) -> None:
    """Two rentals burn 0.00021 BTC a day: the wallet lasts 8 hours, then 6 h 14 min, and one ends at 6."""
    async with _rented(tmp_path, rentals=(7, 8), wallets=coins("0.00007")) as (stage, ada):
        await _opened(ada)
        await taps(ada, "⏳ Runway 6 h", "✅ Set", "when BTC lasts 6 h")
        began = stage.seconds()
        _holds(stage, "0.00005454")
        await told(stage, "Stops soon", "when BTC lasts no more than 6 h")
        await told(stage, "Stopping", patience=HOUR)
        await ada.sees("Cancelled", "#7", GONE)
        (cancelled,) = _cancellations(stage)
        assert cancelled.body == {"id": 7}
        assert 13 * MINUTE <= cancelled.at - began <= 18 * MINUTE


async def test_a_wrong_balance_once_ends_nothing(tmp_path: Path) -> None:
    async with _rented(tmp_path) as (stage, ada):
        await _opened(ada)
        await taps(ada, "⏳ Runway 6 h", "✅ Set")
        _holds(stage, "0.00001")
        await told(stage, "Stops soon", "It is met now; the next reading decides")
        _holds(stage, "0.5")
        await polled(stage, 3)
        assert not _cancellations(stage)


async def test_a_rental_that_ends_by_itself_ends_its_stop(tmp_path: Path) -> None:
    async with _rented(tmp_path) as (stage, ada):
        await _sets(ada, "in 20 min")
        ends(stage, 7)
        await told(stage, "Rental ended", "#7")
        await asyncio.sleep(22 * MINUTE)
        assert not _cancellations(stage)
        assert not sent(stage, "Stops soon")


@pytest.mark.parametrize("away", [HOUR, HOUR + 9 * MINUTE])
async def test_a_time_that_passed_a_moment_ago_is_kept_after_a_restart(tmp_path: Path, away: float) -> None:
    async with _rented(tmp_path) as (stage, ada):
        await _opened(ada)
        await taps(ada, "⏱ In 1 h", "✅ Set")
        await _away(stage, away)
        await told(stage, "Stopping")
        await ada.sees("Cancelled", "#7", GONE)
        assert len(_cancellations(stage)) == 1


async def test_a_time_that_passed_long_ago_is_asked_about(tmp_path: Path) -> None:
    async with _rented(tmp_path) as (stage, ada):
        await _opened(ada)
        await taps(ada, "⏱ In 1 h", "✅ Set")
        await _away(stage, 3 * HOUR)
        await told(stage, "Not stopped in time", "It should have been cancelled", "while I was away")
        await asyncio.sleep(5 * MINUTE)
        assert not _cancellations(stage)
        assert len(sent(stage, "Not stopped in time")) == 1
        await taps(ada, "Cancel now", "Cancel this rental?")
        await taps(ada, "🛑 Cancel rental #7", "Cancelled", GONE)
        assert len(_cancellations(stage)) == 1


async def test_what_was_missed_can_end_an_hour_later(tmp_path: Path) -> None:
    async with _rented(tmp_path) as (stage, ada):
        await _opened(ada)
        await taps(ada, "⏱ In 1 h", "✅ Set")
        await _away(stage, 3 * HOUR)
        await told(stage, "Not stopped in time")
        await taps(ada, "⏰ In 1 h", "✅ Moved", "To be cancelled in ")
        await _away(stage, 58 * MINUTE)
        await told(stage, "Stopping")
        await ada.sees("Cancelled", "#7", GONE)


async def test_what_was_missed_can_run_on(tmp_path: Path) -> None:
    async with _rented(tmp_path) as (stage, ada):
        await _opened(ada)
        await taps(ada, "⏱ In 1 h", "✅ Set")
        await _away(stage, 3 * HOUR)
        await told(stage, "Not stopped in time")
        await taps(ada, "▶ Let it run", "✅ Removed", "None is set")
        await _away(stage, 3 * HOUR)
        await polled(stage, 2)
        assert not _cancellations(stage)
        assert len(sent(stage, "Not stopped in time")) == 1


async def test_a_cost_that_passed_while_the_bot_was_away_ends_it(tmp_path: Path) -> None:
    async with _rented(tmp_path) as (stage, ada):
        await _opened(ada)
        await taps(ada, "✏️ Cost…", "Stop at which cost?")
        await asks(ada, "0.000004375 btc", "✅ Set")
        await _away(stage, 3 * HOUR)
        await told(stage, "Stopping", "at your cost limit")
        await ada.sees("Cancelled", "#7", GONE)


@pytest.mark.parametrize("away", [1, 60])
async def test_a_kill_at_the_moment_of_acting_cancels_once(tmp_path: Path, away: float) -> None:
    async with _rented(tmp_path) as (stage, ada):
        await _sets(ada, "in 2 min")
        stage.clore.fault("timeout_executed", operation=CANCEL)
        await happens(lambda: _cancellations(stage), "it is sent", 200)
        assert stage.app is not None
        await stage.app.house.tasks.close(0)
        await _away(stage, away)
        await ada.sees("Cancelled", "#7", GONE)
        await polled(stage, 2)
        assert len([call for call in _cancellations(stage) if call.executed]) == 1
        assert len(sent(stage, "Stopping")) == 1
        assert not sent(stage, "Could not stop it")


async def test_what_could_not_be_cancelled_is_told_aloud(tmp_path: Path) -> None:
    async with _rented(tmp_path) as (stage, ada):
        await _sets(ada, "in 2 min")
        stage.clore.fault("429", operation=CANCEL, times=None)
        alarm = await told(stage, "Could not stop it", "it was not cancelled", "Cancel it by hand", patience=600)
        assert not alarm.params.get("disable_notification")
        stage.clore.heal()
        await taps(ada, "Cancel by hand", "Cancel this rental?")
        await taps(ada, "🛑 Cancel rental #7", "Cancelled", GONE)
        assert len(sent(stage, "Could not stop it")) == 1


async def test_an_outage_at_the_time_is_waited_for(tmp_path: Path) -> None:
    async with _rented(tmp_path) as (stage, ada):
        await _sets(ada, "in 5 min")
        stage.clore.fault("500", times=None)
        await asyncio.sleep(9 * MINUTE)
        assert not sent(stage, "Stopping")
        stage.clore.heal()
        await told(stage, "Stopping")
        await ada.sees("Cancelled", "#7", GONE)
        assert not sent(stage, "Could not stop it")


async def test_a_bid_that_waits_is_taken_back_at_its_time(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        queue = auction(offer(7, active=False), offer(900, 0.00003, mine=False))
        ada = await renter(stage, bid(stage, 7), markets={str(SERVER + 7): queue})
        await _sets(ada, "in 2 min")
        await told(stage, "Stopping")
        await ada.sees("Cancelled", "#7", GONE)


async def test_an_order_that_is_gone_has_no_stops_to_set(tmp_path: Path) -> None:
    async with _rented(tmp_path) as (stage, ada):
        await asks(ada, "/order 7", "#7")
        data = await data_of(ada, "⏲ Stop…")
        ends(stage, 7)
        await asyncio.sleep(100)
        await forges(ada, data)
        await ada.sees("Not found", "#7")


async def test_nobody_reaches_the_stops_of_another_chat(tmp_path: Path) -> None:
    async with _rented(tmp_path) as (stage, ada):
        await _sets(ada, "in 3 min")
        drop, extend = await data_of(ada, "✖ No time"), await data_of(ada, "⏰ Time +1 h")
        bob = await renter(stage, rental(stage, 9), user=BOB)
        for data in (drop, extend):
            await forges(bob, data)
        await told(stage, "Stopping")
        await ada.sees("Cancelled", "#7", GONE)


@pytest.mark.parametrize("text", ["in 20 min", "0.000109375 btc"])
async def test_whoever_has_blocked_the_bot_pays_no_longer_than_was_promised(tmp_path: Path, text: str) -> None:
    """A time, and a cost for which CLORE.AI must be read."""
    async with _rented(tmp_path, price=0.01) as (stage, ada):
        await _opened(ada)
        await taps(ada, "✏️ Cost…" if "btc" in text else "✏️ Time…", "Stop at which")
        await asks(ada, text, "✅ Set")
        await stage.post("block", user=ADA, blocked=True)
        await happens(lambda: _cancellations(stage), "it is cancelled", HOUR)
        await asyncio.sleep(2 * MINUTE)
        looks = len(stage.clore.calls())
        await asyncio.sleep(10 * MINUTE)
        assert len(stage.clore.calls()) == looks, "nothing is left to watch for"
        await stage.post("block", user=ADA, blocked=False)
        await told(stage, "Cancelled", "#7", GONE)
        assert len(_cancellations(stage)) == 1


async def _opened(ada: Person) -> dict[str, Any]:
    await asks(ada, "/order 7", "#7")
    screen = await taps(ada, "⏲ Stop…", "Stop conditions", "#7")
    assert "✏️ Time…" in labels(screen)
    return screen


async def _sets(ada: Person, time: str, *words: str) -> None:
    await _opened(ada)
    await taps(ada, "✏️ Time…", "Stop at which time?")
    await asks(ada, time, "✅ Set", *words)


async def _away(stage: Stage, seconds: float) -> None:
    """The bot is not there for so long."""
    await stage.stop()
    await asyncio.sleep(seconds)
    await stage.start()


def _holds(stage: Stage, bitcoin: str) -> None:
    """What is in the wallet of order 7 from now on."""
    world = stage.clore.world
    world.advance(stage.seconds())
    world.set_balance(world.orders[7].account, "bitcoin", Decimal(bitcoin))


def _cancellations(stage: Stage) -> list[Entry]:
    return stage.clore.calls(operation=CANCEL)


@contextlib.asynccontextmanager
async def _rented(
    folder: Path, *, rentals: tuple[int, ...] = (7,), wallets: Any = None, **more: Any
) -> AsyncIterator[tuple[Stage, Person]]:
    """Rentals of 0.0001 BTC a day, just begun unless `more` says otherwise."""
    async with by_hand(folder, settings={}) as stage:
        orders = [rental(stage, number, **more) for number in rentals]
        ada = await renter(stage, *orders, wallets=wallets or coins())
        await polled(stage)
        yield stage, ada
