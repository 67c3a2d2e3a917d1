"""Whatever is typed, forged or comes late: a clear answer, or silence by design; no traceback, and nothing sent to CLORE.AI."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.actions import NotAnAction, decode
from handlers.commands import COMMANDS
from tests.journeys.hands import answer_of, asks, data_of, forges, small_market, taps
from tests.journeys.stories import BOB
from tests.stage import Person, Stage, connected, shown

pytestmark = pytest.mark.looptime

PRESSES = 240
PAUSE = 3.2
"""Twenty updates a minute are listened to."""


async def test_hundreds_of_forged_presses_do_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/bid 400020 0.00009", "Raise this bid?")
        confirm = await data_of(ada, "Raise to")
        await asks(ada, "/forget", "Delete everything?")
        real = [confirm, await data_of(ada, "Delete everything"), *(await _seen(ada)), *_of_an_account()]
        await stage.post("user", id=BOB, first_name="Bob", language_code="en")
        bob = await connected(stage, stage.clore.add_key(), Person(stage, BOB))
        forged = list(_forged(real, random.Random(7)))
        await asyncio.gather(_forging(ada, forged[::2]), _forging(bob, forged[1::2]))
        _unharmed(stage, caplog)
        await asks(ada, "/accounts", "1 account")


async def test_a_press_under_a_message_that_is_gone_is_answered(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        listed = await asks(ada, "/orders", "3 of at most 13")
        data = await data_of(ada, "Refresh")
        body = {"chat": ada.chat, "user": ada.user, "data": data, "forged": True, "message": listed["message_id"]}
        press = await stage.post("press", **body, inaccessible=True)
        assert await answer_of(ada, press) == "Reading CLORE.AI …"
        fresh = await ada.sees("3 of at most 13", after=listed["message_id"])
        assert fresh["message_id"] > listed["message_id"]


async def test_texts_of_every_kind_get_an_answer(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        for text, words in (
            ("hello", "Help"),
            ("/", "Help"),
            ("//orders", "Help"),
            ("/nonsense", "I do not know the command /nonsense"),
            ("/nonsense <b>&", "I do not know the command /nonsense"),
            ("/ORDERS", "Rentals"),
            ("/orders with more words", "Rentals"),
            ("/status now", "this bot"),
            ("/start %00%ff", "Help"),
            ("x" * 4096, "Help"),
            ("\u202e\u0000<script>\U0001f5a5\ufe0f", "Help"),
            ("/connect " + "n" * 33, "at most 32 characters"),
            ("/connect !!!", "needs a letter or a digit"),
            ("/connect <b>&amp;", "for account <b>&amp;"),
            ("/cancel", "Left. Nothing was done"),
            ("/cancel", "Nothing is under way"),
            (f"/bid {'9' * 18} {'9' * 12}", "Not found"),
            ("/bid 400020 " + "9" * 4000, "That is no price"),
        ):
            await asks(ada, text, words)
            await asyncio.sleep(PAUSE)
        _unharmed(stage, caplog)


async def test_every_command_of_the_table_answers_without_an_account_and_with_one(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = Person(stage)
        for account in (False, True):
            for command in COMMANDS:
                answer = await asks(ada, f"/{command.name}", " ")
                assert shown(answer)
                await asyncio.sleep(PAUSE)
            if not account:
                await connected(stage)


@pytest.mark.parametrize("text", ["/cancel 400019", "/bid 400020 0.00009", "/forget", "/cancel"])
async def test_a_command_that_changes_something_is_too_old_after_a_minute(tmp_path: Path, text: str) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/orders", "3 of at most 13")
        await stage.stop()
        await ada.says(text)
        await asyncio.sleep(75)
        await stage.start()
        late = await ada.sees("Too late", "1 min ago, while I was offline", "Nothing was done")
        assert "Confirm" not in shown(late)
        assert stage.store is not None
        assert stage.store.db.fetch("SELECT count(*) AS n FROM confirmations")[0]["n"] == 0
        assert _changes(stage) == []


@pytest.mark.parametrize(
    ("text", "words"), [("/orders", "3 of at most 13"), ("/order 400019", "#400019"), ("/help", "Help")]
)
async def test_a_command_that_only_looks_is_served_however_late(tmp_path: Path, text: str, words: str) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await stage.stop()
        said = await ada.says(text)
        await asyncio.sleep(3600)
        await stage.start()
        await ada.sees(words, after=said["message_id"])


async def test_a_change_sent_a_moment_before_a_short_restart_is_still_asked(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/orders", "3 of at most 13")
        await stage.stop()
        await ada.says("/cancel 400019")
        await asyncio.sleep(30)
        await stage.start()
        await ada.sees("Cancel this rental?", "#400019")


async def test_an_edited_command_is_not_carried_out(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        said = await ada.says("/orders")
        listed = await ada.sees("3 of at most 13")
        await stage.post("edit", chat=ada.chat, message=said["message_id"], user=ada.user, text="/cancel 400019")
        await asyncio.sleep(20)
        assert (await ada.last())["message_id"] == listed["message_id"]


async def test_a_typed_answer_that_comes_after_its_question_ended_answers_nothing(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/bid 400020", "Your price")
        await asyncio.sleep(601)
        await asks(ada, "0.00009", "Help", "what you can do here")
        await asks(ada, "/cancel", "Nothing is under way")


async def test_an_answer_typed_while_the_bot_was_away_leads_to_a_question_only(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/bid 400020", "Your price")
        await stage.stop()
        await ada.says("0.00009")
        await asyncio.sleep(200)
        await stage.start()
        await ada.sees("Raise this bid?", "→ 0.00009 BTC")
        assert _changes(stage) == []
        await taps(ada, "Keep it", "Kept. Nothing was sent.")


async def _forging(person: Person, forged: list[str]) -> None:
    under = (await person.last())["message_id"]
    for data in forged:
        said = await forges(person, data, under)
        if not _is_action(data):
            assert said == "This button is no longer in use. /help opens the menu.", data
        await asyncio.sleep(PAUSE)


def _of_an_account() -> list[str]:
    """Actions on account 1 with numbers that fit and with numbers that do not."""
    orders = ("400019", "400020", "1", "0", str(2**63 - 1))
    on_orders = [f"1:{kind}:1:{order}" for kind in "CIRP" for order in orders]
    return [
        *on_orders,
        *(f"1:O:1:{order}:1" for order in orders),
        "1:w:1:1",
        "1:D:1",
        "1:s:1:9:1",
        "1:t:1",
        "1:p:1:99:0",
    ]


async def _seen(person: Person) -> list[str]:
    """What the buttons of this chat would send."""
    rows = [row for each in await person.from_bot() for row in each.get("reply_markup", {}).get("inline_keyboard", [])]
    return [button["callback_data"] for row in rows for button in row if "callback_data" in button]


def _forged(real: list[str], chance: random.Random) -> Iterator[str]:
    """Real data that spends nothing, and mutations of all of it; the two that confirm are never left whole."""
    harmless = [data for data in real if not data.startswith("1:y:")]
    for number in range(PRESSES):
        data = chance.choice(harmless if number % 3 == 0 else real)
        yield data if number % 3 == 0 else _mutated(data, chance, real)


def _mutated(data: str, chance: random.Random, real: list[str]) -> str:
    made = data
    while made in real or not made or len(made.encode()) > 64:
        signs, at = list(data), chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                signs[at] = chance.choice("0123456789:ABCxyz-_ <\n\u0663\U0001f5a5")
            case 1:
                del signs[at]
            case 2:
                signs.insert(at, chance.choice("0:9Z"))
            case _:
                signs = signs[:at]
        made = "".join(signs)
    return made


def _is_action(data: str) -> bool:
    try:
        decode(data)
    except NotAnAction:
        return False
    return True


def _changes(stage: Stage) -> list[str]:
    return [call.operation for call in stage.clore.calls() if call.operation in {"cancel_order", "set_spot_price"}]


def _unharmed(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    assert _changes(stage) == []
    assert not [record for record in caplog.records if record.exc_info or record.levelname in {"ERROR", "CRITICAL"}]
