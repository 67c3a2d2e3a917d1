"""What the page sees: chats, messages, toasts, calls, events."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.telegram.app import TelegramStandIn
from tests.sandbox.telegram.conftest import TOKEN, Clock, Person

pytestmark = pytest.mark.looptime


async def test_messages_come_with_html_and_their_marks(tg: Person, anna: int) -> None:
    text = "<b>&lt;key&gt;</b>"
    params = {
        "chat_id": anna,
        "text": text,
        "parse_mode": "HTML",
        "disable_notification": True,
        "protect_content": True,
    }
    sent = await tg.ok("sendMessage", **params)
    assert sent["has_protected_content"] is True
    (shown,) = (await tg.sees("messages", chat=anna))["messages"]
    assert shown["html"] == "<b>&lt;key&gt;</b>"
    marks = {name: shown[name] for name in ("deleted", "edited", "silent", "protected", "outgoing")}
    assert marks == {"deleted": False, "edited": False, "silent": True, "protected": True, "outgoing": True}
    assert (await tg.sees("messages", chat=anna, since=sent["message_id"]))["messages"] == []


async def test_a_file_of_a_message_can_be_opened(tg: Person, anna: int) -> None:
    await tg.http.post(f"/bot{TOKEN}/sendDocument", data={"chat_id": anna}, files={"document": ("a.csv", b"1,2")})
    (shown,) = (await tg.sees("messages", chat=anna))["messages"]
    answer = await tg.http.get(shown["file"])
    assert (answer.text, answer.headers["content-type"].partition(";")[0]) == ("1,2", "text/csv")


async def test_chats_are_listed_newest_first_with_what_is_unread(tg: Person, anna: int, clock: Clock) -> None:
    group = await tg.group([anna])
    clock.seconds += 1
    await tg.ok("sendMessage", chat_id=anna, text="line 1\nline 2")
    private, listed = await tg.sees("chats", user=anna)
    assert private == {"id": anna, "type": "private", "title": "Anna", "last": "line 1", "unread": 1}
    assert (listed["id"], listed["title"], listed["last"]) == (group, "Miners", "service message")
    await tg.does("seen", chat=anna, user=anna)
    assert (await tg.sees("chats", user=anna))[0]["unread"] == 0


async def test_typing_is_shown_for_five_seconds_or_until_the_message(tg: Person, anna: int, clock: Clock) -> None:
    await tg.ok("sendChatAction", chat_id=anna, action="typing")
    assert (await tg.sees("messages", chat=anna))["actions"] == ["typing"]
    clock.seconds += 5
    assert (await tg.sees("messages", chat=anna))["actions"] == []
    await tg.ok("sendChatAction", chat_id=anna, action="typing")
    await tg.ok("sendMessage", chat_id=anna, text="x")
    assert (await tg.sees("messages", chat=anna))["actions"] == []


async def test_a_test_waits_for_calls_without_sleeping(tg: Person, anna: int) -> None:
    asked = asyncio.create_task(tg.sees("calls", method="sendMessage", chat=anna, min=2, wait=30))
    await asyncio.sleep(1)
    await tg.ok("sendMessage", chat_id=anna, text="1")
    await asyncio.sleep(1)
    assert not asked.done()
    await tg.ok("sendMessage", chat_id=anna, text="2")
    first, second = (await asked)["calls"]
    assert (first["params"]["text"], second["params"]["text"]) == ("1", "2")
    assert asyncio.get_running_loop().time() == 2
    later = await tg.sees("calls", method="sendmessage", since=first["n"])
    assert [call["n"] for call in later["calls"]] == [second["n"]]


async def test_the_same_can_be_had_without_http(stand_in: TelegramStandIn) -> None:
    anna = (await stand_in.does("user", first_name="Anna"))["id"]
    await stand_in.does("message", chat=anna, user=anna, text="hello")
    assert [message["text"] for message in (await stand_in.sees("messages", chat=anna))["messages"]] == ["hello"]
    assert await stand_in.sees("calls", min=1, wait=1) == {"calls": []}


async def test_waiting_for_calls_ends(tg: Person) -> None:
    assert await tg.sees("calls", min=1, wait=5) == {"calls": []}
    assert asyncio.get_running_loop().time() == 5


async def test_the_log_is_also_a_file_of_lines(clock: Clock, tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    person = Person(TelegramStandIn(TOKEN, now=clock, log_file=log))
    await person.ok("getMe")
    await person.refused("sendMessage", chat_id=1, text="x")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["n"], line["method"], line["answer"]["ok"]) for line in lines] == [
        (1, "getMe", True),
        (2, "sendMessage", False),
    ]
    assert TOKEN not in log.read_text()


async def test_reset_forgets_everything(tg: Person, anna: int) -> None:
    await tg.ok("sendMessage", chat_id=anna, text="x", colour=1)
    await tg.does("reset")
    state = await tg.sees("state")
    assert (state["users"], state["chats"], await tg.sees("lint")) == ([], [], [])
    assert (await tg.sees("calls"))["calls"] == []


class Page:
    """A page that listens to the events, as a bare ASGI client: httpx would wait for the end of the stream."""

    def __init__(self, stand_in: TelegramStandIn) -> None:
        self._app = stand_in.app
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._open = asyncio.Event()
        self._closed = asyncio.Event()

    async def listen(self) -> None:
        scope = {"type": "http", "method": "GET", "path": "/sim/events", "query_string": b"", "headers": []}
        await self._app({**scope, "http_version": "1.1", "root_path": ""}, self._receive, self._send)

    async def opened(self) -> None:
        await self._open.wait()

    def close(self) -> None:
        self._closed.set()

    async def _receive(self) -> dict[str, Any]:
        await self._closed.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        body = message.get("body", b"").decode()
        if body.startswith(": welcome"):
            self._open.set()
        elif body.startswith("data: "):
            self.heard.put_nowait(json.loads(body.removeprefix("data: ")))


async def test_pages_are_told_of_every_change(stand_in: TelegramStandIn, tg: Person, anna: int) -> None:
    page = Page(stand_in)
    listening = asyncio.create_task(page.listen())
    await page.opened()
    markup = {"inline_keyboard": [[{"text": "go", "callback_data": "x"}]]}
    number = (await tg.ok("sendMessage", chat_id=anna, text="1", reply_markup=markup))["message_id"]
    pressed = await tg.does("press", chat=anna, user=anna, label="go")
    await tg.ok("answerCallbackQuery", callback_query_id=pressed["callback_id"], text="ok")
    await tg.ok("sendChatAction", chat_id=anna, action="typing")
    await tg.ok("editMessageText", chat_id=anna, message_id=number, text="2")
    await tg.ok("deleteMessage", chat_id=anna, message_id=number)
    await tg.ok("setMyCommands", commands=[{"command": "a", "description": "b"}])
    heard = [await page.heard.get() for _ in range(6)]
    assert [event["kind"] for event in heard] == ["message", "toast", "action", "edit", "delete", "commands"]
    assert heard[0] == {"kind": "message", "chat": anna, "message_id": number}
    page.close()
    await listening
