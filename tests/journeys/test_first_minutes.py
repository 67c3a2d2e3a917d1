"""A new rental in its first minutes: followed in one message, connected to, asked about, and told when it hangs."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from random import Random

import httpx
import pytest

from bot.domain.draft import NewOrder
from bot.domain.ids import DraftId, OrderId, ServerId, TelegramChatId, UserId
from bot.domain.ledger import Cause, Creation, Ending, Result
from bot.domain.secrets import NO_SECRETS, Secrets
from bot.sandbox.clore import rivals
from bot.sandbox.clore.jsontext import write
from bot.sandbox.telegram.calls import Call
from bot.services.deployments import begin
from bot.services.feeds import NOW, Orders
from storage.codec import encode
from tests.journeys import renting
from tests.journeys.hands import taps
from tests.journeys.renting import machine, rents, wanted
from tests.journeys.stories import Row, by_hand, coins, edited, happens, renter, sent, silent, told
from tests.sandbox.clore.conftest import ON_DEMAND, SERVER_6, SPOT
from tests.stage import Person, Stage, labels, shown
from tests.storage.world import content

pytestmark = pytest.mark.looptime

PASSWORD = "Hpcj08ZaOpCbTmn1Eu"
TOKEN = "hoZluOjbCOQ5D5yH7R"
MINUTE = 60


@dataclass
class Doors:
    """What is found behind the ports of every rental; `tried` are the addresses."""

    ssh_line: bytes | OSError = b"SSH-2.0-OpenSSH_9.6\r\n"
    web_line: bytes | OSError = b"HTTP/1.1 302 Found\r\n"
    tried: list[str] = field(default_factory=list)

    async def ssh(self, host: str, port: int) -> bytes:
        return await self._behind(f"{host}:{port}", self.ssh_line)

    async def web(self, host: str) -> bytes:
        return await self._behind(host, self.web_line)

    async def _behind(self, address: str, found: bytes | OSError) -> bytes:
        self.tried.append(address)
        await asyncio.sleep(0.08)
        if isinstance(found, OSError):
            raise found
        return found


@dataclass
class Rental:
    """An order that the stand-in really has, and whose first minutes are followed."""

    stage: Stage
    ada: Person
    doors: Doors
    order: int
    began: float

    async def at(self, minutes: float) -> None:
        """Waits until it is so many minutes old."""
        await asyncio.sleep(max(0.0, self.began + minutes * MINUTE - self.stage.seconds()))


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
    async with _rented(tmp_path) as it:
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
    async with _rented(tmp_path) as it:
        card = await it.ada.sees("Running", "ssh root@")
        assert {"📋 SSH", "📋 Web", "🌐 Open"} <= set(labels(card))


async def test_at_minute_eight_it_asks_and_keeps(tmp_path: Path) -> None:
    async with _rented(tmp_path) as it:
        await it.at(7.9)
        assert not sent(it.stage, "Does it work?")
        question = await told(it.stage, "Does it work?", "The container runs", "SSH answers", patience=30)
        assert not silent(question)
        assert "free of the creation fee" in str(question.params["text"])
        await taps(it.ada, "Keep it", "Kept", "I follow it no more")
        await happens(lambda: edited(it.stage, "Its first minutes are over"), "the living message says so")
        tried = len(it.doors.tried)
        await it.at(40)
        assert len(sent(it.stage, "Does it work?")) == 1
        assert len(it.doors.tried) == tried


async def test_a_rental_that_is_left_alone_is_followed_to_its_end_and_no_longer(tmp_path: Path) -> None:
    async with _rented(tmp_path) as it:
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
    async with _rented(tmp_path) as it:
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
    async with _rented(tmp_path, deploys=False, draft=DraftId(7)) as it:
        await told(it.stage, "Does it work?", "being set up", patience=10 * MINUTE)
        alarm = await told(it.stage, "Not running", "The creation fee", patience=3 * MINUTE)
        assert not silent(alarm)
        assert it.stage.seconds() - it.began < 10.5 * MINUTE
        message = await it.ada.sees("Not running")
        assert {"⏭ Next candidate", "🚫 Server", "🚫 Its host"} <= set(labels(message))
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
    async with _rented(tmp_path, doors=doors) as it:
        await it.at(8)
        await told(it.stage, "Does it work?", "SSH refuses the connection", "Web gives no answer in 5 s")
        await taps(it.ada, "Cancel…", "Cancel this rental?", "SSH port: connection refused")
        await taps(it.ada, "🛑 Cancel rental", "✅ Cancelled")
        issue = _reported(it.stage) or ""
        assert "SSH port: connection refused" in issue
        assert "web address: no answer within 5 s" in issue


async def test_a_name_without_an_address_is_not_held_against_the_machine(tmp_path: Path) -> None:
    doors = Doors(ssh_line=socket.gaierror("no such name"), web_line=socket.gaierror("no such name"))
    async with _rented(tmp_path, doors=doors) as it:
        await it.ada.sees("The container runs", "SSH: not known: its name has no address yet")
        await taps(it.ada, "Cancel…", "Cancel this rental?")
        question = await it.ada.sees("Cancel this rental?")
        assert "A report of" not in shown(question)


async def test_an_older_server_is_never_called_running(tmp_path: Path) -> None:
    async with _rented(tmp_path, older=True) as it:
        await it.ada.sees("Rented", "CLORE.AI does not report the container")
        await it.at(8.2)
        await it.ada.sees("Does it work?", "does not report the container", "SSH answers")
        await it.at(45)
        assert not sent(it.stage, "Running")
        assert not edited(it.stage, "Running")
        assert not sent(it.stage, "Not running"), "nobody knows"


async def test_a_waiting_bid_says_what_it_waits_for_and_is_not_asked_about(tmp_path: Path) -> None:
    async with _rented(tmp_path, rival="0.0000043") as it:
        await it.ada.sees("Waiting bid", "costs nothing while it waits", "0.0000043 BTC")
        await it.at(45)
        assert not sent(it.stage, "Does it work?")
        assert not sent(it.stage, "Not running")
        assert edited(it.stage, "Its first minutes are over")


async def test_an_order_that_vanishes_is_told_by_its_alert_only(tmp_path: Path) -> None:
    async with _rented(tmp_path) as it:
        await it.ada.sees("Running", "ssh root@")
        it.stage.clore.world.remove_server(6)
        await told(it.stage, "Rental ended")
        await happens(lambda: edited(it.stage, "does not list it as running"), "the living message says so")
        assert len(sent(it.stage, f"#{it.order}")) == 3, "living message, card, alert"


# Restarts and outages


@pytest.mark.parametrize("minutes", [0.2, 1.0, 3.0, 7.95, 8.02])
async def test_a_stop_at_any_moment_loses_nothing_and_repeats_nothing(tmp_path: Path, minutes: float) -> None:
    async with _rented(tmp_path) as it:
        await it.at(minutes)
        await it.stage.stop()
        await asyncio.sleep(5)
        await it.stage.start()
        await it.at(20)
        counts = [len(sent(it.stage, words)) for words in ("Deploying", "ssh root@", "Does it work?")]
        assert counts[1:] == [1, 1]
        assert counts[0] <= 1


async def test_after_an_hour_away_only_the_present_state_is_told(tmp_path: Path) -> None:
    async with _rented(tmp_path) as it:
        await it.stage.stop()
        await asyncio.sleep(60 * MINUTE)
        await it.stage.start()
        await told(it.stage, "Running", "ssh root@")
        await asyncio.sleep(20 * MINUTE)
        assert not sent(it.stage, "Does it work?")
        assert not sent(it.stage, "Not running")
        assert len(sent(it.stage, f"#{it.order}")) == 2


async def test_a_question_that_could_not_be_delivered_in_time_is_not_asked_any_more(tmp_path: Path) -> None:
    async with _rented(tmp_path) as it:
        await it.stage.post("fault", method="sendMessage", text="Does it work?", times=1, retry_after=130)
        await it.at(14)
        assert not sent(it.stage, "Does it work?")
        assert edited(it.stage, "Its first minutes are over"), "what comes after it is told"


async def test_while_clore_does_not_answer_nothing_is_said_to_have_changed(tmp_path: Path) -> None:
    async with _rented(tmp_path) as it:
        await it.ada.sees("Deploying")
        it.stage.clore.fault("500", times=None)
        await it.at(6)
        assert len(sent(it.stage, f"#{it.order}")) == 1
        it.stage.clore.heal()
        await told(it.stage, "Running", "ssh root@")


async def test_with_a_refused_key_nothing_is_asked_until_the_watch_finds_it_taken_again(tmp_path: Path) -> None:
    async with _rented(tmp_path) as it:
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
    async with _rented(tmp_path) as it:
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
    async with _rented(tmp_path) as it:
        living = await it.ada.sees("Deploying")
        await it.ada.presses("📋 Order", living["message_id"])
        card = await it.ada.sees("Ends", "Deploying")
        assert card["message_id"] != living["message_id"]
        assert "⏱ First minutes" in labels(card)
        await taps(it.ada, "⏱ First minutes", "I follow it here")


# Password and token


async def test_password_and_token_are_shown_once_in_a_message_that_goes(tmp_path: Path) -> None:
    async with _rented(tmp_path, secrets=Secrets(ssh_password=PASSWORD, jupyter_token=TOKEN)) as it:
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
    async with _rented(tmp_path, secrets=Secrets(ssh_password=PASSWORD)) as it:
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


# How a rental comes about here: by the stand-in itself, since the wizard has journeys of its own


@contextlib.asynccontextmanager
async def _rented(
    tmp_path: Path,
    *,
    deploys: bool = True,
    older: bool = False,
    rival: str | None = None,
    draft: DraftId | None = None,
    secrets: Secrets = NO_SECRETS,
    doors: Doors | None = None,
) -> AsyncIterator[Rental]:
    """Server 6, on demand; with a `rival`, who bids so much, it is bid for with less."""
    behind = doors or Doors()
    async with by_hand(tmp_path, lag=(0.0, 0.0), connector=behind) as stage:
        key, world = stage.clore.add_key(), stage.clore.world
        ada = await renter(stage, key=key, servers=[SERVER_6], wallets=coins())
        stage.clore.act("never_deploys", key=key, on=not deploys)
        world.put_server(replace(world.servers[6], older=older))
        if rival is not None:
            rivals.bid(world, Random(0), world.servers[6], Decimal(rival), "bitcoin")
        order = await _create(stage, key, SPOT if rival else ON_DEMAND)
        began = stage.seconds()
        await _follow(stage, ada, order, draft, secrets)
        yield Rental(stage, ada, behind, order, began)


async def _create(stage: Stage, key: str, body: Row) -> int:
    """Sends create_order beside the bot, until it is its turn."""
    transport = httpx.ASGITransport(stage.clore.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://clore") as http:
        while True:
            await asyncio.sleep(5.5)
            answer = await http.post(
                "/v1/create_order",
                content=write(body).encode(),
                headers={"auth": key, "user-agent": "tests", "content-type": "application/json"},
            )
            if answer.json()["code"] == 0:
                order = stage.clore.calls(operation="create_order")[-1].order
                assert order is not None
                return order
            assert answer.status_code == 429, answer.text


async def _follow(stage: Stage, ada: Person, order: int, draft: DraftId | None, secrets: Secrets) -> None:
    """What a creation leaves behind: an ended row of the ledger, and the row that is followed."""
    store = stage.store
    assert store is not None
    chat = store.chats.find(TelegramChatId(ada.chat))
    assert chat is not None
    (account,) = store.accounts.of_chat(chat.id)
    desk = stage.app.house.desks.get(chat.id, account.id) if stage.app else None
    assert desk is not None
    snapshot = await desk.feed.fresh(Orders(), NOW)
    found = snapshot.orders.find(OrderId(order)) if snapshot.orders else None
    assert found is not None
    new = NewOrder(server=ServerId(6), currency="bitcoin", image=found.image or "", required_price=found.price.amount)
    creation = Creation(new, "1x GTX 1080 Ti", draft=draft)
    now = stage.clock()
    with store.transaction(durable=True):
        entry = store.ledger.open(
            chat.id, account.id, account.key, UserId(ada.user), f"rent-{order}", "create_order", encode(creation), now
        )
        store.ledger.sent(entry.id, now)
        store.ledger.claim_order(entry.id, found.id)
        store.ledger.end(entry.id, "done", encode(Result(Ending.DONE, Cause.RENTED, order=found.id)), now)
        assert begin(store, entry, creation, found, secrets, now) is not None


def _reported(stage: Stage) -> str | None:
    """What went to CLORE.AI with the one cancellation there was."""
    (call,) = stage.clore.calls(operation="cancel_order")
    assert isinstance(call.body, dict)
    return call.body.get("issue")


def _number(call: Call) -> int:
    number: int = call.answer["result"]["message_id"]
    return number
