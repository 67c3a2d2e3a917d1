"""A whole story with needles in it: the key, the bot token and the master key are looked for wherever bytes go."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import logs
from bot.config import LogFormat
from bot.logs import Redaction, start_logs
from tests.journeys.stories import bid, edited, ends, happens, polled, rental, renter, told
from tests.stage import ADA, TOKEN, Person, Stage, staged

pytestmark = pytest.mark.looptime

MASTER = bytes(range(7, 39))
MASTER_TEXT = base64.urlsafe_b64encode(MASTER).decode().rstrip("=")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """The log of the process in both formats, with every library at DEBUG, which they never are in earnest."""
    stream, root = io.StringIO(), logging.getLogger()
    names = (*logs.OURS, *logs.QUIET, "asyncio")
    before = {name: logging.getLogger(name).level for name in names}
    handlers, level = list(root.handlers), root.level
    for hook in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, hook, getattr(sys, hook))
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(logs, "REDACTION", Redaction())
    start_logs("DEBUG", LogFormat.TEXT, stream)
    as_text = root.handlers[-1]
    start_logs("DEBUG", LogFormat.JSON, stream)
    root.addHandler(as_text)
    logging.captureWarnings(capture=False)
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    root.setLevel(logging.DEBUG)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, old in before.items():
        logging.getLogger(name).setLevel(old)


async def test_no_secret_is_written_anywhere_in_a_whole_story(tmp_path: Path, written: io.StringIO) -> None:
    settings = {"BOT_MASTER_KEYS": MASTER_TEXT}
    async with staged(tmp_path, demo=False, servers=0, settings=settings) as stage:
        key, new = stage.clore.add_key(), stage.clore.add_key()
        needles = _needles(key, new)
        ada = await renter(stage, rental(stage, 1), rental(stage, 2), bid(stage, 3), key=key)
        await _tells_nobody(stage, tmp_path, needles)
        await _looks_around(ada)
        await _is_outbid_and_wins(stage, ada, key)
        await _cancels_with_a_report(ada)
        await _tells_nobody(stage, tmp_path, needles)
        await _meets_errors(stage, ada, key)
        await _replaces(stage, ada, key, new)
        await _tells_nobody(stage, tmp_path, needles)
        await ada.says("/forget")
        await ada.sees("Delete everything?")
        await ada.presses("Delete everything")
        await asyncio.sleep(5)
        await _tells_nobody(stage, tmp_path, needles)
    text = written.getvalue()
    assert text.count("\n") > 500, "the log was really written"
    assert _found(needles, text.encode()) == []


async def _looks_around(ada: Person) -> None:
    for command in (
        "/start",
        "/help",
        "/accounts",
        "/orders",
        "/order 1",
        "/wallets",
        "/status",
        "/servers",
        "/nonsense",
    ):
        last = (await ada.last())["message_id"]
        await ada.says(command)
        await ada.sees("", after=last)


async def _is_outbid_and_wins(stage: Stage, ada: Person, key: str) -> None:
    stage.clore.act("outbid", key=key, order=3)
    alarm = await told(stage, "Outbid")
    await ada.presses("Raise to", alarm.answer["result"]["message_id"])
    await ada.sees("Raise this bid?")
    await ada.presses("Raise to")
    await ada.sees("Bid changed")


async def _cancels_with_a_report(ada: Person) -> None:
    await ada.says("/cancel 1")
    await ada.sees("Cancel this rental?")
    await ada.presses("report")
    await ada.sees("What is wrong")
    await ada.says("the host was slow")
    await ada.sees("Cancel this rental?", "slow")
    await ada.presses("🛑 Cancel rental")
    await ada.sees("Cancelled")


async def _meets_errors(stage: Stage, ada: Person, key: str) -> None:
    """Replies that repeat the key, errors of all kinds, and two restarts among them."""
    for body in (
        f'{{"code":6,"error":"bad key {key}"}}',
        f"<html>{key}</html>",
        f'{{"code":0,"orders":[{{"id":"{key}"}}]}}',
    ):
        stage.clore.answer("my_orders", body, status=500, times=3)
        last = (await ada.last())["message_id"]
        await ada.says("/orders")
        await ada.presses("Refresh")
        await ada.sees("", after=last)
        stage.clore.heal()
    for mode in ("timeout", "reset", "truncated", "429"):
        stage.clore.fault(mode)
    await polled(stage, 6, operation="my_orders")
    stage.clore.heal()
    await stage.post("fault", method="sendMessage", code=502, times=2)
    await stage.post("fault", method="sendMessage", drop=True, after=True)
    ends(stage, 2)
    await stage.restart()
    await told(stage, "Rental ended")
    await stage.post("fault", method="getUpdates", code=500)
    await ada.says(f"/orders {key}")
    await ada.says("/connect 0123456789abcdef")
    await stage.post("press", chat=ada.chat, user=ada.user, data=f"1:{key}", forged=True)
    await polled(stage)
    await stage.restart()


async def _replaces(stage: Stage, ada: Person, key: str, new: str) -> None:
    stage.clore.act("revoke_key", key=key, on=True)
    alarm = await told(stage, "Key rejected")
    await ada.presses("Replace key", alarm.answer["result"]["message_id"])
    await ada.sees("Send")
    await ada.says(new)
    await ada.sees("ending in", new[-4:])
    await happens(lambda: edited(stage, "Resolved"), "it is watched again")


def _needles(key: str, new: str) -> dict[str, bytes]:
    secret = TOKEN.partition(":")[2]
    found = {"key": key, "new key": new, "token": TOKEN, "its secret part": secret, "master key": MASTER_TEXT}
    return {name: text.encode() for name, text in found.items()} | {"master key, raw": MASTER}


async def _tells_nobody(stage: Stage, folder: Path, needles: dict[str, bytes]) -> None:
    """Nothing on the disk, nothing in a call to Telegram, and what a person typed is gone from the chat."""
    for name, content in _files(folder).items():
        assert _found(needles, content) == [], name
    calls = stage.telegram.calls.find()
    assert calls
    for call in calls:
        assert _found(needles, json.dumps([call.method, call.params]).encode()) == [], call.method
    shown = await stage.get("messages", chat=ADA)
    standing = [message for message in shown["messages"] if not message["deleted"]]
    assert _found(needles, json.dumps(standing).encode()) == []


def _files(folder: Path) -> dict[str, bytes]:
    """The database, its journal, the lock."""
    return {file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def _found(needles: dict[str, bytes], content: bytes) -> list[str]:
    return [name for name, needle in needles.items() if needle in content]
