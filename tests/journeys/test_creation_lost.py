"""A creation whose reply is lost, or that a restart cuts short: looked up and found, or given up, and never sent twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.journeys.markets import key_of
from tests.journeys.renting import (
    CREATE,
    MACHINE,
    account_of,
    bought,
    creations,
    drafted,
    machine,
    made,
    rents,
    state_of,
    wanted,
)
from tests.journeys.stories import by_hand, happens, rental, renter, sent
from tests.stage import labels, shown

pytestmark = pytest.mark.looptime

EXECUTED = ["500_executed", "timeout_executed", "reset_executed", "html_executed", "truncated", "empty_executed"]
NOT_EXECUTED = ["500", "timeout", "reset", "html", "null"]


@pytest.mark.parametrize("mode", EXECUTED)
async def test_a_lost_reply_is_looked_up_and_found(tmp_path: Path, mode: str) -> None:
    async with by_hand(tmp_path, lag=(20, 20)) as stage:
        ada = await renter(stage, servers=[machine()])
        draft = drafted(stage, ada, wanted())
        stage.clore.fault(mode, operation=CREATE)
        message = await rents(stage, ada, wanted(), draft=draft.id)
        if not mode.startswith("timeout"):  # by then the order is listed already
            checking = await ada.sees("Checking", "The order may exist", "nothing is sent again")
            assert checking["message_id"] == message
        told = await ada.sees("Rented", f"#{await made(stage)}")
        assert told["message_id"] == message
        assert [call.executed for call in creations(stage)] == [True]
        assert state_of(stage, ada, draft.id) == "sent"


@pytest.mark.parametrize("mode", NOT_EXECUTED)
async def test_a_request_that_was_never_carried_out_is_called_probably_not_rented(tmp_path: Path, mode: str) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        draft = drafted(stage, ada, wanted())
        stage.clore.fault(mode, operation=CREATE)
        await rents(stage, ada, wanted(), draft=draft.id)
        await ada.sees("Checking")
        told = await ada.sees("probably not rented", "I do not send it again by myself", "I go on looking for 30 min")
        assert {"📋 Look at the list", "🔁 Ask again…"} <= set(labels(told))
        assert state_of(stage, ada, draft.id) == "open"
        assert [call.executed for call in creations(stage)] == [False]


async def test_what_is_never_seen_is_given_up_after_half_an_hour(tmp_path: Path) -> None:
    async with by_hand(tmp_path, settings={"BOT_POLL_SECONDS": "300"}) as stage:
        ada = await renter(stage, servers=[machine()])
        draft = drafted(stage, ada, wanted())
        stage.clore.fault("reset", operation=CREATE)
        await rents(stage, ada, wanted(), draft=draft.id)
        told = await ada.sees("probably not rented")
        looks = len(stage.clore.calls(operation="my_orders"))
        await asyncio.sleep(15 * 60)
        await stage.restart()
        await asyncio.sleep(16 * 60)
        final = await ada.sees("Not rented", "No order of this machine was listed within 30 min", "Safe to rent again")
        assert final["message_id"] == told["message_id"]
        assert {"🔁 Ask again…", "📋 Look at the list"} <= set(labels(final))
        assert 30 <= len(stage.clore.calls(operation="my_orders")) - looks <= 70, "a look or two a minute"
        assert len(creations(stage)) == 1
        assert state_of(stage, ada, draft.id) == "open"


@pytest.mark.parametrize(
    ("mode", "said"), [(None, "Accepted, not listed yet"), ("500_executed", "probably not rented")]
)
async def test_an_order_that_shows_up_late_is_told_aloud(tmp_path: Path, mode: str | None, said: str) -> None:
    async with by_hand(tmp_path, lag=(400, 400)) as stage:
        ada = await renter(stage, servers=[machine()])
        draft = drafted(stage, ada, wanted())
        if mode:
            stage.clore.fault(mode, operation=CREATE)
        message = await rents(stage, ada, wanted(), draft=draft.id)
        doubt = await ada.sees(said, "I go on looking")
        assert "Ask again…" not in str(labels(doubt)) or mode
        await stage.restart()
        await asyncio.sleep(400)
        (order,) = bought(stage)
        aloud = await ada.sees("Rented", f"#{order}", "Found after all", "min after I had asked", after=message)
        assert aloud["message_id"] > message
        assert any(f"#{order}" in shown(each) for each in await ada.messages() if each["message_id"] == message)
        assert len(creations(stage)) == 1
        assert state_of(stage, ada, draft.id) == "sent"


async def test_without_a_list_to_look_at_nobody_can_say(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        draft = drafted(stage, ada, wanted())
        stage.clore.fault("500_executed", operation=CREATE)
        await rents(stage, ada, wanted(), draft=draft.id)
        await happens(lambda: creations(stage), "the request left")
        stage.clore.fault("500", operation="my_orders", times=None)
        told = await ada.sees("Outcome unknown", "cannot be read")
        assert "📋 Look at the list" in labels(told)
        assert state_of(stage, ada, draft.id) == "sent"
        await asyncio.sleep(600)
        stage.clore.heal()
        await ada.sees("Rented", f"#{bought(stage)[0]}", "Found after all")
        assert len(creations(stage)) == 1


async def test_a_list_that_is_never_read_again_leaves_it_unknown(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        draft = drafted(stage, ada, wanted())
        stage.clore.fault("reset", operation=CREATE)
        await rents(stage, ada, wanted(), draft=draft.id)
        await happens(lambda: creations(stage), "the request left")
        stage.clore.act("down", on=True, key=key_of(stage))
        await ada.sees("Outcome unknown", "I go on looking")
        await asyncio.sleep(45 * 60)
        await ada.sees("Outcome unknown", "could not be read all this time", "I look no longer")
        assert state_of(stage, ada, draft.id) == "open"


async def test_another_order_of_the_same_key_is_not_taken_for_this_one(tmp_path: Path) -> None:
    """Ours is lost; meanwhile an order for another machine and a bid for this one come up."""
    async with by_hand(tmp_path) as stage:
        key = stage.clore.add_key()
        ada = await renter(stage, key=key, servers=[machine(), machine(6002)])
        stage.clore.fault("500", operation=CREATE)
        await rents(stage, ada, wanted())
        await ada.sees("Checking")
        others = [rental(stage, 90, si=6002), rental(stage, 91, si=MACHINE, spot=True)]
        stage.clore.load({"orders": others}, key=key)
        await ada.sees("probably not rented")


async def test_who_was_left_in_doubt_and_presses_again_is_told_the_new_order_by_the_new_press(tmp_path: Path) -> None:
    """The first press is still looked for: what the second one made is not taken for it."""
    async with by_hand(tmp_path, settings={"BOT_POLL_SECONDS": "10"}, lag=(3, 3)) as stage:
        ada = await renter(stage, servers=[machine()])
        stage.clore.fault("500", operation=CREATE)
        first = await rents(stage, ada, wanted())
        await ada.sees("probably not rented")
        second = (await ada.says("and once more"))["message_id"]
        await ada.sees("Help", after=second)
        again = await rents(stage, ada, wanted())
        told = await ada.sees("Rented", f"#{await made(stage)}")
        assert told["message_id"] == again != first
        await asyncio.sleep(60)
        assert any("probably not rented" in shown(each) for each in await ada.messages() if each["message_id"] == first)
        assert len(bought(stage)) == 1


# Restarts


async def test_a_restart_after_the_request_left_looks_and_does_not_send(tmp_path: Path) -> None:
    async with by_hand(tmp_path, lag=(12, 20)) as stage:
        ada = await renter(stage, servers=[machine()])
        await rents(stage, ada, wanted())
        await happens(lambda: creations(stage), "the request left")
        await stage.restart()
        await ada.sees("Rented", f"#{await made(stage)}")
        assert len(creations(stage)) == 1


async def test_a_restart_before_the_request_left_sends_it_while_the_press_holds(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        stage.clore.fault("slow", operation="my_orders", seconds=15)
        await rents(stage, ada, wanted())
        await asyncio.sleep(1)
        await stage.stop()
        assert creations(stage) == []
        await stage.start()
        await ada.sees("Rented", f"#{await made(stage)}")
        assert len(creations(stage)) == 1


async def test_a_press_that_was_not_sent_for_two_minutes_is_not_sent_any_more(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        draft = drafted(stage, ada, wanted())
        stage.clore.fault("timeout", operation="my_orders", times=None)
        await rents(stage, ada, wanted(), draft=draft.id)
        await asyncio.sleep(1)
        await stage.stop()
        stage.clore.heal()
        await asyncio.sleep(130)
        await stage.start()
        await ada.sees("Not sent", "Nothing was rented", "ask again")
        assert creations(stage) == []
        assert state_of(stage, ada, draft.id) == "open"


async def test_an_account_that_is_removed_meanwhile_is_told_nothing_more(tmp_path: Path) -> None:
    async with by_hand(tmp_path, lag=(20, 20)) as stage:
        ada = await renter(stage, servers=[machine()])
        await rents(stage, ada, wanted())
        await happens(lambda: creations(stage), "the request left")
        assert stage.app is not None
        stage.app.house.remove_account(account_of(stage, ada))
        await asyncio.sleep(200)
        assert sent(stage, "Rented") == []
        assert stage.store is not None
        assert stage.store.ledger.unknown_creations() == ()
        assert stage.store.ledger.unfinished() == ()
