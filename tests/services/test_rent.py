"""A creation while the database, the key's pace, the sealed secrets or our own code fail: sent once at most, and told."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.clore.client import KeyedClient
from bot.domain.ids import UserId
from bot.domain.ledger import Creation
from bot.domain.secrets import without_secrets
from tests.journeys.renting import (
    MACHINE,
    PASSWORD,
    TITLE,
    account_of,
    bought,
    creations,
    machine,
    rents,
    wanted,
)
from tests.journeys.stories import by_hand, coins, edited, happens, renter
from tests.services.test_writes import locked

pytestmark = pytest.mark.looptime


async def test_nothing_leaves_while_its_row_cannot_be_written(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        await rents(stage, ada, wanted())
        with locked(tmp_path):
            await asyncio.sleep(8)
            assert creations(stage) == []
        await ada.sees("Rented")
        assert len(creations(stage)) == 1


@pytest.mark.parametrize("after", [0.1, 1.0, 5.0])
async def test_what_cannot_be_written_afterwards_is_looked_for_and_not_sent_again(tmp_path: Path, after: float) -> None:
    """While the answer is on its way, right after it, and while the order is looked for."""
    async with by_hand(tmp_path, lag=(4, 4)) as stage:
        ada = await renter(stage, servers=[machine()])
        await rents(stage, ada, wanted())
        await happens(lambda: creations(stage), "the request left")
        await asyncio.sleep(after)
        with locked(tmp_path):
            await asyncio.sleep(10)
        await ada.sees("Rented", f"#{bought(stage)[0]}")
        assert len(creations(stage)) == 1


async def test_who_waits_behind_many_others_for_two_minutes_is_not_sent_any_more(tmp_path: Path) -> None:
    """One key sends a creation every five seconds; a press holds for 120."""
    async with by_hand(tmp_path) as stage:
        numbers = range(MACHINE, MACHINE + 30)
        ada = await renter(stage, servers=[machine(number) for number in numbers], limit=100, wallets=coins(50))
        assert stage.app is not None
        account, writes = account_of(stage, ada), stage.app.house.writes
        for number in numbers:
            change = Creation(without_secrets(wanted(number)), TITLE)
            writes.start(writes.claim(account, UserId(ada.user), change, once=f"press {number}", message=None).id)
        await happens(lambda: len(edited(stage, "Rented")) + len(edited(stage, "Not sent")) == 30, "all are told")
        assert 10 <= len(bought(stage)) == len(edited(stage, "Rented")) < 30
        first, last = creations(stage)[0], creations(stage)[-1]
        assert last.at - first.at <= 120


async def test_a_mistake_of_ours_leaves_it_unknown_until_it_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    create = KeyedClient.create_order

    async def broken(client: KeyedClient, *args: Any, **more: Any) -> None:
        await create(client, *args, **more)
        raise RuntimeError("a mistake")

    monkeypatch.setattr(KeyedClient, "create_order", broken)
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        message = await rents(stage, ada, wanted())
        await ada.sees("Outcome unknown", "I go on looking")
        aloud = await ada.sees("Rented", "Found after all", after=message)
        assert f"#{bought(stage)[0]}" in aloud["text"]
        assert "a mistake" in caplog.text
        assert len(creations(stage)) == 1


async def test_secrets_that_cannot_be_opened_keep_it_from_being_sent(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        stage.clore.fault("slow", operation="my_orders", seconds=20)
        await rents(stage, ada, wanted())
        await stage.stop()
        with closing(sqlite3.connect(tmp_path / "bot.db")) as other:
            other.execute("UPDATE ledger SET sealed = zeroblob(length(sealed))")
            other.commit()
        await stage.start()
        await ada.sees("Not rented", "its password or variables cannot be read any more", "Nothing was rented")
        assert creations(stage) == []


async def test_the_password_stands_nowhere_in_plain(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, servers=[machine()])
        await rents(stage, ada, wanted())
        await ada.sees("Rented")
        await stage.stop()
        files = [(tmp_path / name).read_bytes() for name in ("bot.db", "bot.db-wal") if (tmp_path / name).exists()]
        assert not any(PASSWORD.encode() in held for held in files)
        assert PASSWORD not in caplog.text
        assert PASSWORD not in str([each["text"] for each in await ada.messages() if "text" in each])
