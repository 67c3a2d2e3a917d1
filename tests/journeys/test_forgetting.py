"""Deleting everything of a chat: nothing of it stays in the file, and nothing comes after it."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from tests.journeys.hands import asks, data_of, forges, small_market, taps
from tests.journeys.stories import BOB
from tests.stage import Person, Stage, connected, shown

pytestmark = pytest.mark.looptime

SELDOM = {"BOT_POLL_SECONDS": "3600"}
"""What a person asks for has to be read for them."""


async def test_the_question_lists_what_goes_and_what_stays(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        ada = await connected(stage, stage.clore.add_key())
        await asks(ada, f"/connect night shift {stage.clore.add_key()}", "Connected")
        text = shown(await asks(ada, "/forget", "Delete everything?"))
        for words in (
            "2 accounts with their keys",
            "settings, open alerts, waiting messages, questions and the record of what was done",
            "Your rentals run on and cost money",
            "Backups that the operator made before still hold it",
            "cannot be undone",
            "Accounts: main, night shift",
        ):
            assert words in text
        await taps(ada, "Keep it", "Kept. Nothing was sent.")
        await asks(ada, "/accounts", "2 accounts")


async def test_afterwards_no_byte_of_the_key_is_in_the_files_plain_or_sealed(tmp_path: Path) -> None:
    async with small_market(tmp_path, settings={"BOT_DATABASE": str(tmp_path / "bot.db")}) as stage:
        ada = await connected(stage)
        await asks(ada, "/bid 400020 0.00009", "Raise this bid?")
        await taps(ada, "Raise to", "Bid changed")
        stage.clore.act("outbid")
        await ada.sees("Outbid", "Critical")
        needles = [stage.clore.key.encode(), *_sealed(stage)]
        assert any(needle in _bytes(tmp_path) for needle in needles[1:]), "the scan finds what is there"
        await asks(ada, "/forget", "Delete everything?")
        await taps(ada, "Delete everything", "Deleted", "delete them on CLORE.AI too")
        left = _bytes(tmp_path)
        assert not [needle for needle in needles if needle in left]
        assert b"night" not in left
        assert stage.store is not None
        for table in ("chats", "accounts", "keys", "outbox", "ledger", "confirmations", "questions", "alert_states"):
            assert stage.store.db.fetch(f"SELECT count(*) AS n FROM {table}")[0]["n"] == 0, table


async def test_a_removed_account_leaves_no_byte_of_its_key_either(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        needles = [stage.clore.key.encode(), *_sealed(stage)]
        await asks(ada, "/accounts", "1 account")
        await taps(ada, "main", "account main")
        await taps(ada, "Remove", "Remove this account?")
        assert [needle for needle in needles if needle in _bytes(tmp_path)]
        removed = await taps(ada, "🗑 Remove main", "Removed", "Its key is gone from the database")
        assert "traces" not in shown(removed)
        assert not [needle for needle in needles if needle in _bytes(tmp_path)]


async def test_traces_that_cannot_be_cleared_at_once_are_admitted(tmp_path: Path) -> None:
    """Another process reads, for a backup perhaps: the rows are gone, the file is cleaned once it is free."""
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        sealed = _sealed(stage)
        await asks(ada, "/forget", "Delete everything?")
        reader = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM accounts").fetchall()
        await taps(ada, "Delete everything", "Deleted", "Sealed traces are left in its file")
        reader.execute("ROLLBACK")
        reader.close()
        await asyncio.sleep(3700)
        assert not [needle for needle in sealed if needle in _bytes(tmp_path)]


async def test_a_new_beginning_works_and_old_buttons_do_not(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        listed = await asks(ada, "/orders", "3 of at most 13")
        await asks(ada, "/bid 400020 0.00009", "Raise this bid?")
        raising = await data_of(ada, "Raise to")
        await asks(ada, "/forget", "Delete everything?")
        await taps(ada, "Delete everything", "Deleted")
        before = len(stage.clore.calls())
        assert (await forges(ada, raising)).startswith("This button does not work any more")
        await ada.presses("Refresh", listed["message_id"])
        await asyncio.sleep(300)
        assert len(stage.clore.calls()) == before, "nothing is asked with a key that was given up"
        await asks(ada, "/start", "Welcome")
        await asks(ada, "/orders", "No account yet")
        await asks(ada, stage.clore.key, "Connected", "acct main")
        await asks(ada, "/orders", "3 of at most 13")


@pytest.mark.parametrize("command", ["/wallets", "/servers", "/cancel 400019", "/bid 400020 1"])
async def test_an_answer_under_way_is_not_shown_any_more(
    tmp_path: Path, command: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with small_market(tmp_path, latency=4.0, settings=SELDOM) as stage:
        ada = await connected(stage)
        await asyncio.sleep(120)
        await asks(ada, "/forget", "Delete everything?")
        said = await ada.says(command)
        await asyncio.sleep(1)
        await ada.presses("Delete everything")
        await ada.sees("Deleted")
        before = len(stage.clore.calls())
        await asyncio.sleep(120)
        assert len(stage.clore.calls()) <= before, "nothing but the request in flight"
        assert not [message for message in await ada.from_bot() if message["message_id"] > said["message_id"]]
        _nothing_failed(caplog)
        await asks(ada, "/start", "Welcome")


async def test_a_key_being_tried_is_not_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with small_market(tmp_path, latency=4.0) as stage:
        ada = Person(stage)
        await asks(ada, "/start", "Welcome")
        await asks(ada, "/forget", "Delete everything?", "0 accounts")
        await ada.says(stage.clore.key)
        await asyncio.sleep(1)
        await ada.presses("Delete everything")
        await ada.sees("Deleted")
        await asyncio.sleep(30)
        assert not any("Connected" in shown(message) for message in await ada.from_bot())
        _nothing_failed(caplog)
        assert stage.store is not None
        assert stage.store.db.fetch("SELECT count(*) AS n FROM accounts")[0]["n"] == 0


async def test_a_change_under_way_tells_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The request that left cannot be called back; nothing is sent after it and nothing is written of it."""
    async with small_market(tmp_path, latency=4.0) as stage:
        ada = await connected(stage)
        await asks(ada, "/forget", "Delete everything?")
        forget = await data_of(ada, "Delete everything")
        await asks(ada, "/cancel 400019", "Cancel this rental?")
        await ada.presses("🛑 Cancel rental")
        await asyncio.sleep(2)
        await forges(ada, forget)
        await ada.sees("Deleted")
        sent = [call for call in stage.clore.calls() if call.operation == "cancel_order"]
        before = len(stage.clore.calls())
        await asyncio.sleep(200)
        assert len([call for call in stage.clore.calls() if call.operation == "cancel_order"]) <= max(1, len(sent))
        assert len(stage.clore.calls()) <= before + 1
        assert not any("Cancelled ·" in shown(message) for message in await ada.from_bot())
        _nothing_failed(caplog)


async def test_the_same_key_in_another_chat_is_not_touched(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await stage.post("user", id=BOB, first_name="Bob", language_code="en")
        bob = await connected(stage, stage.clore.key, Person(stage, BOB))
        await asks(ada, "/accounts", "1 account")
        await taps(ada, "main", "The same key is connected in 1 other chat too")
        await asks(ada, "/forget", "Delete everything?")
        await taps(ada, "Delete everything", "Deleted")
        await asyncio.sleep(70)
        stage.clore.act("outbid")
        await bob.sees("Outbid", "Critical")
        assert not any("Critical" in shown(message) for message in await ada.from_bot())


async def test_removing_an_account_while_it_is_asked_shows_nothing_of_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with small_market(tmp_path, latency=4.0, settings=SELDOM) as stage:
        ada = await connected(stage)
        await asyncio.sleep(120)
        await asks(ada, "/accounts", "1 account")
        await taps(ada, "main", "account main")
        await taps(ada, "Remove", "Remove this account?")
        remove = await data_of(ada, "🗑 Remove main")
        question = (await ada.last())["message_id"]
        await ada.says("/wallets")
        await asyncio.sleep(1)
        await forges(ada, remove, question)
        await ada.sees("Removed")
        await asyncio.sleep(30)
        assert not any("Balance" in shown(message) or "Wallets ·" in shown(message) for message in await ada.from_bot())
        _nothing_failed(caplog)


def _bytes(folder: Path) -> bytes:
    """The database with its journal and its index."""
    return b"".join(
        (folder / name).read_bytes() for name in ("bot.db", "bot.db-wal", "bot.db-shm") if (folder / name).exists()
    )


def _sealed(stage: Stage) -> list[bytes]:
    """The sealed key, and shorter pieces of it: a page that was split must not keep one."""
    assert stage.store is not None
    sealed = [bytes(row["sealed_key"]) for row in stage.store.db.fetch("SELECT sealed_key FROM accounts")]
    return [part for whole in sealed for part in (whole, whole[9:25], whole[-16:])]


def _nothing_failed(caplog: pytest.LogCaptureFixture) -> None:
    assert not [record for record in caplog.records if record.exc_info or record.levelname in {"ERROR", "CRITICAL"}]
