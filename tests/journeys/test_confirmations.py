"""A confirmation is answered once, in time, by the one who was asked, where it was asked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.sandbox.clore.journal import Entry
from tests.journeys.hands import asks, data_of, forges, small_market, taps, taps_at_once
from tests.journeys.stories import BOB, rental, renter
from tests.stage import Person, Stage, connected, labels, shown

pytestmark = pytest.mark.looptime

LIFE = 120


@pytest.mark.parametrize("times", [2, 5, 12])
async def test_many_presses_at_once_cancel_once(tmp_path: Path, times: int) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        ada = await renter(stage, rental(stage, 7))
        await asks(ada, "/cancel 7", "Cancel this rental?")
        began = stage.seconds()
        answers = await taps_at_once(ada, "🛑 Cancel rental #7", times)
        assert stage.seconds() - began < 1, "every press is answered before CLORE.AI is"
        assert sorted(answers) == sorted(
            ["Confirmed. Asking CLORE.AI …", *["Pressed before: it is on its way, or done."] * (times - 1)]
        )
        await ada.sees("Cancelled")
        assert len(_changes(stage)) == 1


async def test_twenty_presses_at_once_raise_a_bid_once(tmp_path: Path) -> None:
    """More than a person's twenty updates a minute are not even looked at."""
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/bid 400020 0.00009", "Raise this bid?")
        answers = await taps_at_once(ada, "Raise to", 20)
        assert answers.count("Confirmed. Asking CLORE.AI …") == 1
        assert all(answers)
        await ada.sees("Bid changed", "holds the machine")
        assert len(_changes(stage)) == 1


async def test_a_used_confirmation_cannot_be_replayed(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/bid 400020 0.00009", "Raise this bid?")
        data = await data_of(ada, "Raise to")
        await taps(ada, "Raise to", "Bid changed")
        assert await forges(ada, data) == "Pressed before: it is on its way, or done."
        await asyncio.sleep(2 * LIFE)
        assert await forges(ada, data) == "Pressed before: it is on its way, or done."
        assert len(_changes(stage)) == 1


async def test_an_expired_question_does_nothing_says_so_and_can_be_asked_again(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        question = await asks(ada, "/cancel 400019", "Cancel this rental?", "then nothing happens")
        await asyncio.sleep(LIFE + 1)
        ended = await taps(ada, "🛑 Cancel rental", "This question has ended. Nothing was sent")
        assert ended["message_id"] == question["message_id"]
        assert "🛑 Cancel rental #400019" not in labels(ended)
        assert any(text.startswith("This question has ended") for text in await ada.toasts())
        again = await taps(ada, "Ask again", "Cancel this rental?", "#400019")
        assert again["message_id"] == question["message_id"]
        assert _changes(stage) == []


@pytest.mark.parametrize(
    ("command", "button", "again"),
    [
        ("/bid 400020 0.00009", "Raise to", "Your price"),
        ("/forget", "Delete everything", "Delete everything?"),
        ("/cancel 400019", "Keep it", "Cancel this rental?"),
    ],
)
async def test_every_kind_of_question_ends(tmp_path: Path, command: str, button: str, again: str) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, command, "?")
        await asyncio.sleep(LIFE + 1)
        await taps(ada, button, "This question has ended")
        await taps(ada, "Ask again", again)
        assert _changes(stage) == []
        await asks(ada, "/accounts", "1 account")


async def test_a_press_in_the_last_second_counts(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/cancel 400019", "Cancel this rental?")
        await asyncio.sleep(LIFE - 3)
        await taps(ada, "🛑 Cancel rental", "Cancelled")
        assert len(_changes(stage)) == 1


async def test_what_was_declined_stays_declined(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/cancel 400019", "Cancel this rental?")
        data = await data_of(ada, "🛑 Cancel rental")
        await taps(ada, "Keep it", "Kept. Nothing was sent.")
        assert (await forges(ada, data)).startswith("This was given up. Nothing was sent")
        assert _changes(stage) == []


async def test_the_token_of_another_chat_is_as_good_as_none(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        bob = await _bob(stage)
        await asks(ada, "/cancel 400019", "Cancel this rental?")
        confirm, decline = await data_of(ada, "🛑 Cancel rental"), await data_of(ada, "Keep it")
        for data in (confirm, decline):
            assert (await forges(bob, data)).startswith("This button does not work any more")
        assert _changes(stage) == []
        await taps(ada, "🛑 Cancel rental", "Cancelled")


async def test_another_person_cannot_answer_for_the_one_who_was_asked(tmp_path: Path) -> None:
    """In a private chat Telegram lets nobody else press; the row says whom it asked all the same."""
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/cancel 400019", "Cancel this rental?")
        data = await data_of(ada, "🛑 Cancel rental")
        await stage.post("user", id=BOB, first_name="Bob")
        group = await stage.post("chat", type="group", title="Rigs", members=[ada.user, BOB])
        bob = Person(stage, BOB, group["id"])
        await bob.says("/start@clore_sandbox_bot")
        await bob.sees("no account is bound")
        assert await forges(bob, data) == "Only in the private chat with me."
        assert _changes(stage) == []


async def test_the_account_of_another_chat_is_not_reached(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        bob = await _bob(stage)
        await asks(ada, "/accounts", "1 account")
        of_ada = (await data_of(ada, "main")).rpartition(":")[2]
        for kind, rest in (
            *((kind, ()) for kind in "aurktdD"),
            *((kind, ("400020",)) for kind in "CIRP"),
            ("w", ("1",)),
            ("o", ("0", "1")),
            ("p", ("0", "1")),
            ("O", ("400019", "1")),
            ("s", ("0", "1")),
        ):
            data = ":".join(("1", kind, of_ada, *rest))
            assert (await forges(bob, data)).startswith("This account is not connected in this chat"), data
            await asyncio.sleep(4)
        assert not [message for message in await bob.from_bot() if "rket" in shown(message)]


async def test_a_confirmation_pressed_before_a_restart_is_carried_out_once_after_it(tmp_path: Path) -> None:
    async with small_market(tmp_path, latency=5.0) as stage:
        ada = await connected(stage)
        await asks(ada, "/bid 400020 0.00009", "Raise this bid?")
        await ada.presses("Raise to")
        await asyncio.sleep(1)
        await stage.restart()
        await ada.sees("Bid changed", "holds the machine")
        assert len([call for call in _changes(stage) if call.executed]) == 1


async def test_a_press_that_waited_through_a_long_downtime_does_nothing(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/cancel 400019", "Cancel this rental?")
        await stage.stop()
        await ada.presses("🛑 Cancel rental")
        await asyncio.sleep(600)
        await stage.start()
        await ada.sees("This question has ended. Nothing was sent")
        assert _changes(stage) == []


async def _bob(stage: Stage) -> Person:
    await stage.post("user", id=BOB, first_name="Bob", language_code="en")
    return await connected(stage, stage.clore.add_key(), Person(stage, BOB))


def _changes(stage: Stage) -> list[Entry]:
    return [call for call in stage.clore.calls() if call.operation in {"cancel_order", "set_spot_price"}]
