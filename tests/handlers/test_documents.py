"""A text file is taken where one was asked for, as if its text had been typed; elsewhere it is not even fetched."""

from __future__ import annotations

import logging
from base64 import b64encode

import httpx
import pytest

from bot.logs import Redaction
from handlers.screen import Screen
from tests.handlers.edge import GROUP, SECRET, TOKEN, Edge, until
from tests.handlers.test_updates import restarted

pytestmark = pytest.mark.looptime

ENV = "HF_TOKEN=hunter2-of-nobody\n"
MOST = 1_024


async def sends(edge: Edge, text: str, caption: str = "", **more: object) -> int:
    return await edge.says(caption, document={"name": ".env", "text": text}, **more)  # type: ignore[arg-type]


def fetched(edge: Edge) -> list[str]:
    """The ways to Telegram that fetch a file."""
    return [method for _, method in edge.wire.tries if method == "getFile" or method.startswith("file_")]


async def test_a_wanted_file_is_answered_as_if_it_had_been_typed(edge: Edge) -> None:
    edge.house.most_file = MOST
    edge.house.answers[ENV] = Screen("three variables")
    await sends(edge, ENV, caption="here you are")
    await edge.settled()
    assert edge.house.asked[0][0] == "typed"
    assert edge.house.texts == [ENV]
    assert (await edge.texts())[-1] == "three variables"
    assert edge.store.inbox.pending() == []


async def test_the_mark_of_windows_in_front_of_a_text_is_no_part_of_it(edge: Edge) -> None:
    edge.house.most_file = MOST
    await sends(edge, "\ufeffA=1")
    await edge.settled()
    assert edge.house.texts == ["A=1"]


async def test_a_file_that_nobody_asked_for_is_not_fetched(edge: Edge) -> None:
    await sends(edge, ENV)
    await edge.settled()
    assert await edge.texts() == ["I take files only where I ask for one."]
    assert edge.house.asked == []
    assert fetched(edge) == []


async def test_in_groups_there_is_silence(edge: Edge) -> None:
    edge.house.most_file = MOST
    await edge.does("settings", privacy=False)
    await sends(edge, ENV, chat=GROUP)
    await edge.settled()
    assert await edge.texts(GROUP) == []
    assert fetched(edge) == []
    told = await sends(edge, ENV, caption=f"my key is {SECRET}", chat=GROUP)
    await edge.settled()
    assert told not in [message["message_id"] for message in await edge.chat(GROUP)]
    assert edge.house.texts == [f"my key is {SECRET}"]
    assert fetched(edge) == []


async def test_a_file_that_is_too_large_is_not_fetched(edge: Edge) -> None:
    edge.house.most_file = MOST
    await sends(edge, "x" * (MOST + 1))
    await edge.settled()
    assert "at most 1 KB" in (await edge.texts())[-1]
    assert edge.house.asked == []
    assert fetched(edge) == []
    await sends(edge, "x" * MOST)
    await edge.settled()
    assert edge.house.texts == ["x" * MOST]


async def test_what_is_no_text_says_so(edge: Edge) -> None:
    edge.house.most_file = MOST
    await edge.says("", document={"name": "picture.png", "base64": b64encode(b"\xff\xfe\x00").decode()})
    await edge.settled()
    assert "not plain text" in (await edge.texts())[-1]
    assert "my question stands" in (await edge.texts())[-1]
    assert edge.house.asked == []


async def test_a_file_that_telegram_is_slow_to_give_is_asked_for_again(edge: Edge) -> None:
    edge.house.most_file = MOST
    edge.wire.lose("getFile", httpx.ConnectError("refused"), httpx.ReadTimeout("slow"))
    await sends(edge, ENV)
    await edge.settled()
    assert edge.house.texts == [ENV]


async def test_a_file_that_telegram_does_not_give_is_said_so(edge: Edge) -> None:
    edge.house.most_file = MOST
    edge.house.asks_secret = True
    edge.wire.lose("getFile", *[httpx.ConnectError("refused")] * 9)
    await sends(edge, ENV)
    await edge.settled()
    (said,) = await edge.texts()
    assert "Telegram did not hand me the file" in said
    assert "Your message was deleted." in said
    assert edge.house.asked == []


async def test_a_file_with_a_secret_is_taken_before_its_message_goes(edge: Edge) -> None:
    edge.house.most_file = MOST
    edge.house.asks_secret = True
    await sends(edge, ENV)
    await edge.settled()
    ways = [method for _, method in edge.wire.tries]
    assert ways.index("getFile") < ways.index("deleteMessage")
    assert edge.house.texts == [ENV]
    assert edge.house.deletions == [True]
    assert [message for message in await edge.chat() if "document" in message] == []


async def test_a_file_is_deleted_where_a_secret_was_asked_for_in_words(edge: Edge) -> None:
    edge.house.asks_secret = True
    await sends(edge, "hunter2")
    await edge.settled()
    assert await edge.texts() == ["I take files only where I ask for one.\nYour message was deleted."]
    assert fetched(edge) == []


async def test_a_restart_fetches_the_file_again(edge: Edge) -> None:
    edge.house.most_file = MOST
    edge.house.takes = 1_000
    await sends(edge, ENV)
    await until(lambda: edge.house.asked)
    again = await restarted(edge)
    again.house.most_file = MOST
    await again.run()
    await again.settled()
    assert again.house.texts == [ENV]
    await again.stop()


async def test_neither_a_file_nor_the_address_that_gives_it_is_logged(
    edge: Edge, caplog: pytest.LogCaptureFixture
) -> None:
    """python-telegram-bot's address of a file holds the bot token."""
    edge.house.most_file = MOST
    address = f"http://telegram/file/bot{TOKEN}/documents/file_2.env"
    with caplog.at_level(logging.INFO):
        await sends(edge, ENV)
        await edge.settled()
        edge.wire.lose("file_2.env", *[httpx.ConnectError(f"no way to {address}")] * 3)
        await sends(edge, ENV)
        await edge.settled()
        await edge.does("fault", method="getFile", code=400, description="Bad Request: wrong file_id")
        await sends(edge, ENV)
        await edge.settled()
    written = Redaction().clean(caplog.text)
    assert written.count("a file that was sent cannot be fetched") == 4
    assert "no way to" in written
    assert "hunter2" not in written
    assert TOKEN not in written
    assert edge.house.texts == [ENV]
