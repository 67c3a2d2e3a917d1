"""A stop condition chosen before the machine is rented: shown, confirmed, armed with the order that is found, kept."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.domain.ids import OrderId
from bot.domain.ledger import Creation
from bot.domain.money import BITCOIN, Money
from bot.domain.stops import AtCost, Condition
from bot.services.stops import arm_wish, conditions
from bot.services.writes import change_of
from storage.stops import Stop
from tests.journeys.hands import asks, data_of, forges, taps
from tests.journeys.markets import BTC_IN_USD, fleet
from tests.journeys.renting import CREATE, MACHINE, account_of, bought, creations, machine
from tests.journeys.stories import by_hand, coins, edited, ends, happens, renter, told
from tests.stage import Person, Stage, labels, shown

pytestmark = pytest.mark.looptime

HOUR, MINUTE = 3600, 60


async def test_it_is_chosen_in_the_wizard_and_carried_out_after_a_restart(tmp_path: Path) -> None:
    async with _market(tmp_path) as (stage, ada):
        step = await _opened(ada)
        assert {"✓ None", "After 1 h", "After 24 h"} <= set(labels(step))
        assert "After 3 d" not in labels(step), "the machine can be had for 72 hours only"
        await taps(ada, "After 1 h", "Set.", "Now: after 1 h")
        await taps(ada, "◀ Back", "Draft", "⏲ ends after 1 h")
        await taps(ada, "Rent…", "It is ended after 1 h, counted from its beginning; you are warned 15 minutes before")
        began = stage.seconds()
        await _rents(stage, ada)
        running = await ada.sees("Running", "I follow it here", "⏲ I cancel it in ")
        assert "⏲ Stop…" in labels(running)
        await stage.restart()
        await told(stage, "Stops soon", patience=HOUR)
        assert 44 * MINUTE <= stage.seconds() - began <= 46 * MINUTE
        await told(stage, "Stopping", patience=HOUR)
        await ada.sees("Cancelled", f"#{bought(stage)[0]}", "gone from CLORE.AI's list")
        assert len(stage.clore.calls(operation="cancel_order")) == 1


async def test_what_is_typed_is_taken_or_refused_with_the_reason(tmp_path: Path) -> None:
    async with _market(tmp_path) as (_, ada):
        await _opened(ada)
        await asks(ada, "soon", "no time, cost or runway that I understand", "Nothing was changed")
        await asks(ada, "2026-01-01 10:00", "That time is over")
        await asks(ada, "73 h", "The rental ends by itself before that")
        await asks(ada, "3 clore", "paid in another coin")
        await asks(ada, "1.5", "That has no coin")
        await asks(ada, "runway soon", "no span of time")
        for text, words in (
            ("90 min", "Now: after 1 h 30 min"),
            ("0.0001 btc", "Now: at a cost of 0.0001 BTC in all"),
            ("runway 6 h", "Now: when BTC lasts no more than 6 h"),
            ("none", "Now: none"),
        ):
            await asks(ada, text, "Set.", words)
            await taps(ada, "✏️ Write it…", "runway 6 h", "/cancel leaves")


async def test_dollars_become_the_rentals_coin_in_the_question(tmp_path: Path) -> None:
    async with _market(tmp_path, servers=fleet(9, MACHINE), rates={"bitcoin": BTC_IN_USD}) as (stage, ada):
        await _wishes(ada, "2 usd", "at a cost of 2 USD")
        question = await taps(
            ada, "Rent…", "Rent this machine?", "0.00002 BTC in all, which are 2 USD now", "about 5 h"
        )
        assert "as far as that can be known" in shown(question)
        await _rents(stage, ada, "at your cost limit of 0.00002 BTC")
        assert _armed(stage, ada) == [AtCost(Money(Decimal("0.00002"), BITCOIN))]


async def test_a_time_that_has_passed_when_the_question_is_asked_is_refused_at_its_step(tmp_path: Path) -> None:
    async with _market(tmp_path) as (stage, ada):
        await _wishes(ada, _clock_in(stage, minutes=3), "Now: in ")
        await asyncio.sleep(4 * MINUTE)
        await taps(ada, "Rent…", "Stop", "step 12/12", "That time is over", "Nothing was changed")
        assert creations(stage) == []


async def test_a_runway_that_would_end_it_at_once_is_refused(tmp_path: Path) -> None:
    """0.00002 BTC are 4.5 hours of this machine."""
    async with _market(tmp_path, wallets=coins("0.00002")) as (stage, ada):
        await _wishes(ada, "runway 6 h", "when BTC lasts")
        await taps(ada, "Rent…", "step 12/12", "so it would be cancelled at once")
        assert creations(stage) == []


async def test_a_question_that_shows_another_stop_than_the_draft_has_by_now_sends_nothing(tmp_path: Path) -> None:
    async with _market(tmp_path) as (stage, ada):
        await _opened(ada)
        await taps(ada, "After 1 h", "Set.")
        await taps(ada, "◀ Back", "Draft")
        choice = await data_of(ada, "Stop")
        await taps(ada, "Rent…", "It is ended after 1 h")
        yes = await data_of(ada, "Rent for")
        await forges(ada, choice)
        await taps(ada, "After 6 h", "Now: after 6 h")
        await forges(ada, yes)
        await ada.sees("Not sent", "The draft was changed after you were asked")
        assert creations(stage) == []


async def test_a_bid_counts_from_when_it_was_placed_also_while_it_waits(tmp_path: Path) -> None:
    async with _market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE} spot", "Draft", "spot bid")
        await taps(ada, "Price", "step ")
        await taps(ada, "would win", "Set.")
        await taps(ada, "◀ Back", "Draft")
        await taps(ada, "⏲ Stop", "step 13/13", "A span counts from the bid, also while it waits")
        await taps(ada, "After 3 h", "Set.")
        await taps(ada, "◀ Back", "Draft", "⏲ ends after 3 h")
        await taps(ada, "Bid…", "It is ended after 3 h, counted from the bid, also while it waits")
        await _rents(stage, ada, button="Bid 0.00001 BTC a day")
        assert len(_armed(stage, ada)) == 1


async def test_nothing_is_armed_where_nothing_was_rented_and_the_wish_stays_in_the_draft(tmp_path: Path) -> None:
    async with _market(tmp_path) as (stage, ada):
        await _wishes(ada, "6 h", "after 6 h")
        stage.clore.fault("reset", operation=CREATE)
        await taps(ada, "Rent…", "It is ended after 6 h")
        await taps(ada, "Rent for", "probably not rented")
        assert _standing(stage) == 0
        await taps(ada, "Ask again…", "It is ended after 6 h")


async def test_it_goes_on_to_the_next_machine(tmp_path: Path) -> None:
    async with _market(tmp_path, servers=[machine(), machine(MACHINE + 1)]) as (stage, ada):
        await _wishes(ada, "6 h", "after 6 h")
        await taps(ada, "Rent…", "It is ended after 6 h")
        stage.clore.load(
            {"servers": [machine(rented=True), machine(MACHINE + 1)]},
            key=next(iter(stage.clore.world.accounts.values())).key,
        )
        await taps(ada, "Rent for", "Not rented")
        await taps(ada, "Next similar", "instead of server 6001", "It is ended after 6 h")
        await _rents(stage, ada)


async def test_an_order_that_is_found_late_ends_when_it_was_to_end(tmp_path: Path) -> None:
    """The span counts from the order's own beginning, however long it was looked for, across a restart; armed once."""
    async with _market(tmp_path, lag=(400, 400)) as (stage, ada):
        await _wishes(ada, "30 min", "after 30 min")
        stage.clore.fault("500_executed", operation=CREATE)
        await taps(ada, "Rent…", "It is ended after 30 min")
        began = stage.seconds()
        await taps(ada, "Rent for", "probably not rented")
        assert _standing(stage) == 0
        await stage.restart()
        await happens(lambda: edited(stage, "⏲ I cancel it", "and warn you before"), "it is found", 600)
        assert len(_armed(stage, ada)) == 1
        assert _armed_again(stage, ada) is None
        await told(stage, "Stopping", patience=HOUR)
        await happens(lambda: stage.clore.calls(operation="cancel_order"), "its cancellation")
        (cancelled,) = stage.clore.calls(operation="cancel_order")
        assert abs(cancelled.at - began - HOUR / 2) <= MINUTE


async def test_what_ends_by_itself_first_leaves_nothing(tmp_path: Path) -> None:
    async with _market(tmp_path) as (stage, ada):
        await _wishes(ada, "1 h", "after 1 h")
        await taps(ada, "Rent…", "It is ended after 1 h")
        await _rents(stage, ada)
        ends(stage, bought(stage)[0])
        await happens(lambda: _standing(stage) == 0, "nothing stands")
        assert stage.clore.calls(operation="cancel_order") == []


async def _opened(ada: Person) -> dict[str, Any]:
    """The step, from a new draft."""
    await asks(ada, f"/rent {MACHINE}", "Draft")
    return await taps(ada, "⏲ Stop", "Stop", "step 12/12", "Now: none", "everything on it is lost")


async def _wishes(ada: Person, text: str, *words: str) -> None:
    await _opened(ada)
    await asks(ada, text, "Set.", *words)
    await taps(ada, "◀ Back", "Draft", "⏲ ends ")


async def _rents(stage: Stage, ada: Person, ends: str = "", *, button: str = "Rent for") -> None:
    """Confirms, and waits until it is told as rented: soon after, the message tells of its first minutes."""
    await ada.presses(button)
    await happens(lambda: edited(stage, f"⏲ I cancel it {ends}", "and warn you before"), "it is rented", 120)


def _clock_in(stage: Stage, minutes: int) -> str:
    """A time of day in UTC, so many minutes from now."""
    of_day = int(stage.seconds()) // MINUTE + minutes
    return f"{of_day // 60 % 24:02}:{of_day % 60:02}"


def _standing(stage: Stage) -> int:
    assert stage.store is not None
    return len(stage.store.stops.standing())


def _armed(stage: Stage, ada: Person) -> list[Condition]:
    """What may end the one order that CLORE.AI has made."""
    assert stage.store is not None
    (order,) = bought(stage)
    return list(conditions(stage.store, account_of(stage, ada).id, OrderId(order)))


def _armed_again(stage: Stage, ada: Person) -> Stop | None:
    """As if the order had been found once more: a condition that stands by then has the last word."""
    assert stage.store is not None
    assert stage.app is not None
    account = account_of(stage, ada)
    (entry,) = stage.store.ledger.of_chat(account.chat, 1)
    last, change = stage.app.house.feeds.of(account.key).last, change_of(entry)
    assert isinstance(change, Creation)
    assert last is not None
    assert last.orders is not None
    (order,) = last.orders.open
    return arm_wish(stage.store, entry, change, order, stage.clock())


@contextlib.asynccontextmanager
async def _market(
    folder: Path, *, lag: tuple[int, int] | None = None, **raw: Any
) -> AsyncIterator[tuple[Stage, Person]]:
    """Ada before a market of these machines, watched each minute."""
    more = {} if lag is None else {"lag": lag}
    async with by_hand(folder, settings={}, **more) as stage:
        yield stage, await renter(stage, **{"servers": [machine()], **raw})
