"""The life of a draft: it outlives restarts, belongs to one person, is sent once, and only as it was shown."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.journeys.hands import asks, data_of, forges, taps
from tests.journeys.renting import MACHINE, SECRET, body, creations, draft_of, market
from tests.journeys.stories import BOB, guest
from tests.stage import Person

pytestmark = pytest.mark.looptime


async def test_a_question_overtaken_by_a_change_sends_nothing(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        question = await taps(ada, "Rent…", "Rent this machine?")
        await asks(ada, "/rent", "Draft")
        await taps(ada, "Image", "step 4/12")
        await asks(ada, "me/other", "Set.")
        await ada.presses("Rent for", question["message_id"])
        await ada.sees("Not sent", "The draft was changed after you were asked", "Nothing was sent")
        assert creations(stage) == []
        await taps(ada, "Ask again", "Rent this machine?", "me/other")
        await taps(ada, "Rent for", "Rented")
        assert body(stage)["image"] == "me/other"


async def test_two_questions_of_one_draft_rent_one_machine(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        first = await taps(ada, "Rent…", "Rent this machine?")
        await asks(ada, "/rent", "Draft")
        await ada.presses("Rent…")
        second = await ada.sees("Rent this machine?", after=first["message_id"])
        await ada.presses("Rent for", first["message_id"])
        await ada.presses("Rent for", second["message_id"])
        await ada.sees("Draft is over", "was sent before")
        await ada.sees("Rented")
        assert len(creations(stage)) == 1


async def test_a_question_that_has_ended_is_asked_anew_with_fresh_prices(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        await taps(ada, "Rent…", "This question ends")
        await asyncio.sleep(130)
        await taps(ada, "Rent for", "This question has ended", "Nothing was sent")
        await taps(ada, "Ask again", "Rent this machine?")
        await taps(ada, "Rent for", "Rented")
        assert len(creations(stage)) == 1


async def test_a_draft_survives_a_restart_at_every_step(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        await stage.restart()
        await taps(ada, "Variables", "step 6/12")
        await stage.restart()
        await asks(ada, f"TOKEN={SECRET}", "Set.")
        await stage.restart()
        await taps(ada, "◀ Back", "Draft")
        await taps(ada, "Rent…", "Rent this machine?")
        await stage.restart()
        await taps(ada, "Rent for", "Rented")
        assert body(stage)["env"] == {"TOKEN": SECRET}
        assert len(creations(stage)) == 1


async def test_an_answer_that_was_taken_and_not_shown_before_a_restart_is_shown_after_it(tmp_path: Path) -> None:
    """The update comes once more, and finds the question that it has answered already."""
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        await taps(ada, "Variables", "step 6/12")
        await stage.post("fault", method="sendMessage", text="Set.", times=1, retry_after=90)
        said = await ada.says(f"TOKEN={SECRET}")
        await asyncio.sleep(5)
        assert draft_of(stage, ada).env == {"TOKEN": SECRET}
        await stage.restart()
        await ada.sees("Set.", "1 variable", "Your message was deleted", after=said["message_id"])
        await asks(ada, "OTHER=1", "Help")


async def test_no_is_an_answer_and_the_draft_is_kept(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        await taps(ada, "Rent…", "Rent this machine?")
        await taps(ada, "Not now", "Not rented. Nothing was sent", "The draft is kept")
        await taps(ada, "Resume draft", "Draft")
        await taps(ada, "Discard", "The draft is given up")
        await asks(ada, "/rent", "No draft")
        assert creations(stage) == []


async def test_a_step_is_left_by_cancel_and_by_every_other_command(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        await taps(ada, "Image", "/cancel leaves")
        await asks(ada, "/cancel", "Left the step", "The draft is kept")
        await asks(ada, "me/mine", "Help")
        await taps(ada, "Resume draft", "Draft")
        await taps(ada, "Image", "/cancel leaves")
        await asks(ada, "/orders", "Rentals")
        await asks(ada, "me/mine", "Help")
        assert draft_of(stage, ada).image == "cloreai/jupyter:ubuntu24.04-v2"


async def test_buttons_of_a_draft_that_is_over_change_nothing(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        rent, discard = await data_of(ada, "Rent…"), await data_of(ada, "Discard")
        await taps(ada, "Discard", "given up")
        for data in (rent, discard):
            await forges(ada, data)
            await ada.sees("Draft is over", "Nothing was changed, and nothing was sent")
        assert creations(stage) == []


async def test_nobody_reaches_the_draft_of_another_person(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        stolen = [await data_of(ada, words) for words in ("Rent…", "Discard", "Image")]
        before = draft_of(stage, ada)
        bob = await guest(stage, stage.clore.add_key(), BOB)
        for data in stolen:
            await forges(bob, data)
            await bob.sees("Draft is over")
        assert draft_of(stage, ada) == before


async def test_nothing_is_rented_in_a_group(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        data = await data_of(ada, "Rent…")
        group = (await stage.post("chat", type="group", title="Rigs", members=[ada.user], bot="member"))["id"]
        here = Person(stage, ada.user, group)
        await here.says("/start")
        line = await here.sees("I stay quiet here")
        await here.says(f"/rent {MACHINE}")
        await asyncio.sleep(10)
        assert await here.from_bot() == [line]
        assert await forges(here, data) == "Only in the private chat with me."
        assert creations(stage) == []


async def test_without_an_answer_of_the_marketplace_nothing_is_asked(tmp_path: Path) -> None:
    async with market(tmp_path) as (stage, ada):
        await asks(ada, f"/rent {MACHINE}", "Draft")
        await asyncio.sleep(40)
        stage.clore.fault("500", operation="marketplace", times=None)
        await taps(ada, "Rent…", "CLORE.AI", "Nothing was rented")
        assert creations(stage) == []
