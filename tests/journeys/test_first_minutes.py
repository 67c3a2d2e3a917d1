"""A new rental in its first minutes: followed in one message, connected to, asked about, and told when it hangs."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from bot.domain.ids import DraftId
from bot.domain.secrets import Secrets
from bot.sandbox.telegram.calls import Call
from tests.journeys import renting
from tests.journeys.followed import MINUTE, Doors, rented
from tests.journeys.hands import taps
from tests.journeys.renting import machine, rents, wanted
from tests.journeys.stories import by_hand, edited, happens, renter, sent, silent, told
from tests.stage import Stage, labels, shown
from tests.storage.world import content

pytestmark = pytest.mark.looptime

PASSWORD = "Hpcj08ZaOpCbTmn1Eu"
TOKEN = "hoZluOjbCOQ5D5yH7R"


# It runs


async def test_the_message_of_the_confirmation_goes_on_to_show_the_machine(tmp_path: Path) -> None:
    async with by_hand(tmp_path, connector=Doors()) as stage:
        ada = await renter(stage, servers=[machine()])
        message = await rents(stage, ada, wanted())
        for words in ("Renting", "Rented", "Deploying", "The container runs"):
            shows = await ada.sees(words)
            assert shows["message_id"] == message, words
        card = await ada.sees("ssh root@", "Password or token: shown once")
        assert card["message_id"] != message
        await taps(ada, "Show access", "Access", renting.PASSWORD)


async def test_a_new_rental_is_followed_in_one_message_until_it_runs(tmp_path: Path) -> None:
    async with rented(tmp_path) as it:
        living = await told(it.stage, "Deploying", f"#{it.order}", "The container is being set up")
        assert silent(living)
        assert "Refresh" in str(living.params["reply_markup"])
        card = await told(it.stage, "Running", "ssh root@n1.c", "https://")
        assert not silent(card)
        await happens(lambda: edited(it.stage, "The container runs", "SSH answers in"), "the living message runs")
        assert "Web answers with HTTP 302" in str(edited(it.stage, "The container runs")[-1].params["text"])
        assert {call.params["message_id"] for call in edited(it.stage, f"#{it.order}")} == {_number(living)}
        assert len(sent(it.stage, f"#{it.order}")) == 2


async def test_the_card_copies_what_connects(tmp_path: Path) -> None:
    async with rented(tmp_path) as it:
        card = await it.ada.sees("Running", "ssh root@")
        assert {"📋 SSH", "📋 Web", "🌐 Open"} <= set(labels(card))


async def test_at_minute_eight_it_asks_and_keeps(tmp_path: Path) -> None:
    async with rented(tmp_path) as it:
        await it.at(7.9)
        assert not sent(it.stage, "Does it work?")
        question = await told(it.stage, "Does it work?", "The container runs", "SSH answers", patience=30)
        assert not silent(question)
        assert "No creation fee" in str(question.params["text"])
        await taps(it.ada, "Keep it", "Kept", "I follow it no more")
        await happens(lambda: edited(it.stage, "Its first minutes are over"), "the living message says so")
        tried = len(it.doors.tried)
        await it.at(40)
        assert len(sent(it.stage, "Does it work?")) == 1
        assert len(it.doors.tried) == tried


async def test_a_rental_that_is_left_alone_is_followed_to_its_end_and_no_longer(tmp_path: Path) -> None:
    async with rented(tmp_path) as it:
        await it.at(40)
        assert [len(sent(it.stage, words)) for words in ("Running", "Does it work?", "Not running")] == [1, 1, 0]
        assert edited(it.stage, "Its first minutes are over")
        living = await it.ada.sees("Its first minutes are over")
        assert "✖ Close" in labels(living)
        looks = it.stage.clore.calls(operation="my_orders")
        await asyncio.sleep(10 * MINUTE)
        later = it.stage.clore.calls(operation="my_orders")
        assert len(later) - len(looks) <= 32, "only the watch goes on"


async def test_cancelled_within_the_free_minutes_it_is_said_so_once(tmp_path: Path) -> None:
    async with rented(tmp_path) as it:
        await it.ada.sees("Running", "ssh root@")
        question = await taps(it.ada, "Cancel…", "Cancel this rental?", "avoided by cancelling")
        living = await it.ada.sees("The container runs")
        assert question["message_id"] != living["message_id"], "news of the machine would overwrite the question"
        await taps(it.ada, "🛑 Cancel rental", "✅ Cancelled")
        await happens(lambda: edited(it.stage, "It was cancelled"), "the living message says so")
        assert _reported(it.stage) is None, "it works: there is nothing to report"
        await it.at(12)
        assert not sent(it.stage, "Does it work?")
        assert not sent(it.stage, "Rental ended")


# It does not run


async def test_a_machine_that_never_deploys_is_told_and_cancelled_with_a_report(tmp_path: Path) -> None:
    async with rented(tmp_path, deploys=False, draft=DraftId(7)) as it:
        await told(it.stage, "Wait for it?", "being set up", patience=10 * MINUTE)
        alarm = await told(it.stage, "Not running", "The creation fee", patience=3 * MINUTE)
        assert not silent(alarm)
        assert it.stage.seconds() - it.began < 10.5 * MINUTE
        message = await it.ada.sees("Not running")
        assert {"⏭ Next candidate", "🚫 Block", "🚫 Block owner"} <= set(labels(message))
        living = await it.ada.sees("Deploying", "I follow it here")
        assert "⏭ Next candidate" in labels(living), "the alarm may be gone when it is wanted"
        await taps(it.ada, "Cancel with a report", "Cancel this rental?", "A report of", "Not seen running 10 min")
        done = await taps(it.ada, "🛑 Cancel rental", "✅ Cancelled")
        assert "⏭ Next candidate" in labels(done)
        issue = _reported(it.stage) or ""
        assert f"Order #{it.order} on server 6" in issue
        assert "reported as deploying" in issue
        await it.at(32)
        assert len(sent(it.stage, "Not running")) == 1


async def test_a_port_that_refuses_stands_in_the_report(tmp_path: Path) -> None:
    doors = Doors(ssh_line=ConnectionRefusedError(), web_line=TimeoutError())
    async with rented(tmp_path, doors=doors) as it:
        await it.at(8)
        await told(it.stage, "Does it work?", "SSH refuses the connection", "Web gives no answer in 5 s")
        await taps(it.ada, "Cancel…", "Cancel this rental?", "SSH port: connection refused")
        await taps(it.ada, "🛑 Cancel rental", "✅ Cancelled")
        issue = _reported(it.stage) or ""
        assert "SSH port: connection refused" in issue
        assert "web address: no answer within 5 s" in issue


async def test_a_name_without_an_address_is_not_held_against_the_machine(tmp_path: Path) -> None:
    doors = Doors(ssh_line=socket.gaierror("no such name"), web_line=socket.gaierror("no such name"))
    async with rented(tmp_path, doors=doors) as it:
        await it.ada.sees("The container runs", "SSH: its name has no address yet")
        await taps(it.ada, "Cancel…", "Cancel this rental?")
        question = await it.ada.sees("Cancel this rental?")
        assert "A report of" not in shown(question)


async def test_an_older_server_is_never_called_running(tmp_path: Path) -> None:
    async with rented(tmp_path, older=True) as it:
        await it.ada.sees("Rented", "CLORE.AI does not report the container")
        await it.at(8.2)
        await it.ada.sees("Does it work?", "does not report the container", "SSH answers")
        await it.at(45)
        assert not sent(it.stage, "Running")
        assert not edited(it.stage, "Running")
        assert not sent(it.stage, "Not running"), "nobody knows"


async def test_a_waiting_bid_says_what_it_waits_for_and_is_not_asked_about(tmp_path: Path) -> None:
    async with rented(tmp_path, rival="0.0000043") as it:
        await it.ada.sees("Waiting bid", "costs nothing while it waits", "0.0000043 BTC")
        await it.at(45)
        assert not sent(it.stage, "Does it work?")
        assert not sent(it.stage, "Not running")
        assert edited(it.stage, "Its first minutes are over")


async def test_an_order_that_vanishes_is_told_by_its_alert_only(tmp_path: Path) -> None:
    async with rented(tmp_path) as it:
        await it.ada.sees("Running", "ssh root@")
        it.stage.clore.world.remove_server(6)
        await told(it.stage, "Rental ended")
        await happens(lambda: edited(it.stage, "does not list it as running"), "the living message says so")
        assert len(sent(it.stage, f"#{it.order}")) == 3, "living message, card, alert"


# Restarts and outages


@pytest.mark.parametrize("minutes", [0.2, 1.0, 3.0, 7.95, 8.02])
async def test_a_stop_at_any_moment_loses_nothing_and_repeats_nothing(tmp_path: Path, minutes: float) -> None:
    async with rented(tmp_path) as it:
        await it.at(minutes)
        await it.stage.stop()
        await asyncio.sleep(5)
        await it.stage.start()
        await it.at(20)
        counts = [len(sent(it.stage, words)) for words in ("Deploying", "ssh root@", "Does it work?")]
        assert counts[1:] == [1, 1]
        assert counts[0] <= 1


async def test_after_an_hour_away_only_the_present_state_is_told(tmp_path: Path) -> None:
    async with rented(tmp_path) as it:
        await it.stage.stop()
        await asyncio.sleep(60 * MINUTE)
        await it.stage.start()
        await told(it.stage, "Running", "ssh root@")
        await asyncio.sleep(20 * MINUTE)
        assert not sent(it.stage, "Does it work?")
        assert not sent(it.stage, "Not running")
        assert len(sent(it.stage, f"#{it.order}")) == 2


async def test_a_question_that_could_not_be_delivered_in_time_is_not_asked_any_more(tmp_path: Path) -> None:
    async with rented(tmp_path) as it:
        await it.stage.post("fault", method="sendMessage", text="Does it work?", times=1, retry_after=130)
        await it.at(14)
        assert not sent(it.stage, "Does it work?")
        assert edited(it.stage, "Its first minutes are over"), "what comes after it is told"


async def test_while_clore_does_not_answer_nothing_is_said_to_have_changed(tmp_path: Path) -> None:
    async with rented(tmp_path) as it:
        await it.ada.sees("Deploying")
        it.stage.clore.fault("500", times=None)
        await it.at(6)
        assert len(sent(it.stage, f"#{it.order}")) == 1
        it.stage.clore.heal()
        await told(it.stage, "Running", "ssh root@")


async def test_with_a_refused_key_nothing_is_asked_until_the_watch_finds_it_taken_again(tmp_path: Path) -> None:
    async with rented(tmp_path) as it:
        await it.ada.sees("Deploying")
        key = it.stage.clore.calls(operation="create_order")[-1].key
        it.stage.clore.act("revoke_key", key=key, on=True)
        await told(it.stage, "Key rejected")
        asked = len(it.stage.clore.calls())
        await asyncio.sleep(20 * MINUTE)
        assert len(it.stage.clore.calls()) - asked <= 4
        it.stage.clore.act("revoke_key", key=key, on=False)
        await told(it.stage, "Running", "ssh root@", patience=3700)


# Tests of the ports


async def test_tests_can_be_switched_off_and_are_off_then(tmp_path: Path) -> None:
    async with rented(tmp_path) as it:
        await it.ada.sees("Deploying")
        await it.ada.presses("Tests: on")
        await happens(lambda: edited(it.stage, "its host sees the bot"), "the button turns over")
        living = await it.ada.sees("Deploying")
        assert "🔌 Tests: off" in labels(living)
        assert "🔌 Test now" not in labels(living)
        await it.at(9)
        assert it.doors.tried == []
        await taps(it.ada, "Tests: off", "The container runs")
        await taps(it.ada, "Test now", "SSH answers")
        assert it.doors.tried


async def test_another_screen_does_not_take_the_living_message(tmp_path: Path) -> None:
    async with rented(tmp_path) as it:
        living = await it.ada.sees("Deploying")
        await it.ada.presses("📋 Order", living["message_id"])
        card = await it.ada.sees("Ends", "Deploying")
        assert card["message_id"] != living["message_id"]
        assert "⏱ First minutes" in labels(card)
        await taps(it.ada, "⏱ First minutes", "I follow it here")


# Password and token


async def test_password_and_token_are_shown_once_in_a_message_that_goes(tmp_path: Path) -> None:
    async with rented(tmp_path, secrets=Secrets(ssh_password=PASSWORD, jupyter_token=TOKEN)) as it:
        await it.ada.sees("Running", "Password or token: shown once")
        await taps(it.ada, "Show access", "Access", PASSWORD, TOKEN)
        (call,) = sent(it.stage, PASSWORD)
        assert call.params["protect_content"]
        await asyncio.sleep(70)
        assert all(PASSWORD not in shown(message) for message in await it.ada.messages())
        await taps(it.ada, "Show access", "No password here", "I keep no copy")
        assert len(sent(it.stage, PASSWORD)) == 1
        assert it.stage.store is not None
        assert not any(PASSWORD in str(row["body"]) for row in it.stage.store.db.fetch("SELECT body FROM deployments"))
        assert PASSWORD.encode() not in content(tmp_path / "bot.db")


async def test_a_password_that_nobody_asks_for_goes_after_a_day(tmp_path: Path) -> None:
    async with rented(tmp_path, secrets=Secrets(ssh_password=PASSWORD)) as it:
        await it.ada.sees("Running", "Password or token: shown once")
        assert it.stage.store is not None
        for hours, message in ((23.5, "a day has not passed"), (1.6, "a day has passed")):
            await it.stage.stop()
            await asyncio.sleep(hours * 3600)
            await it.stage.start()
            await asyncio.sleep(5)
            (row,) = it.stage.store.db.fetch("SELECT sealed IS NOT NULL AS held FROM deployments")
            assert row["held"] == (hours > 2), message
        await taps(it.ada, "Show access", "No password here")


def _reported(stage: Stage) -> str | None:
    """What went to CLORE.AI with the one cancellation there was."""
    (call,) = stage.clore.calls(operation="cancel_order")
    assert isinstance(call.body, dict)
    return call.body.get("issue")


def _number(call: Call) -> int:
    number: int = call.answer["result"]["message_id"]
    return number
