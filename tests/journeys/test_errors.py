"""An error that nobody foresaw: the person and the operator get a reference, and the log shows no secret."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.domain.ids import TelegramChatId
from tests.stage import ADA, Person, connected, shown, staged

pytestmark = pytest.mark.looptime

GRACE = 102


async def test_an_error_is_told_with_a_reference_to_the_person_and_to_the_operator(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with staged(tmp_path, settings={"BOT_OPERATORS": str(GRACE)}) as stage:
        await stage.post("user", id=GRACE, first_name="Grace", language_code="en")
        grace = Person(stage, GRACE)
        await grace.says("/start")
        await grace.sees("Welcome")
        ada = await connected(stage)
        await ada.says("/forget")
        await ada.sees("Delete everything?")
        assert stage.store is not None
        stage.store.db.execute("UPDATE confirmations SET kind = 'of another version'")
        await ada.presses("Delete everything")
        told = await ada.sees("Something went wrong", "Reference")
        reference = re.search(r"Reference: (\w{8})", shown(told))
        assert reference is not None
        assert reference[1] in caplog.text
        report = await grace.sees("Reference in the log")
        assert reference[1] in shown(report)
        assert stage.clore.key not in caplog.text
        assert stage.store.accounts.of_chat(
            stage.store.chats.of(TelegramChatId(ADA), "private", "Ada", stage.clock()).id
        ), "nothing was deleted"
