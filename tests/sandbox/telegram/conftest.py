"""A stand-in, its clock, a person at it, and the real python-telegram-bot talking to it."""

import json
import os

os.environ["PTB_TIMEDELTA"] = "1"  # before telegram is imported: otherwise a 429 is a deprecation warning

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.sandbox.telegram.app import TelegramStandIn

TOKEN = "424242:" + "sandbox-token-of-nobody-at-all-0000"


class Clock:
    """Unix seconds that stand still until a test moves them."""

    def __init__(self) -> None:
        self.seconds = 1_700_000_000.0

    def __call__(self) -> float:
        return self.seconds


class Person:
    """Calls the person's side and, without any library, the bot's."""

    def __init__(self, stand_in: TelegramStandIn) -> None:
        transport = httpx.ASGITransport(app=stand_in.app)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://telegram", timeout=None)
        self._offset = 0

    async def does(self, what: str, code: int = 200, /, **body: Any) -> Any:
        answer = await self.http.post(f"/sim/{what}", json=body)
        assert answer.status_code == code, answer.text
        return answer.json()

    async def sees(self, what: str, **asked: Any) -> Any:
        answer = await self.http.get(f"/sim/{what}", params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def call(self, method: str, /, **params: Any) -> Any:
        """A call of the bot with a JSON body; its whole answer."""
        headers = {"Content-Type": "application/json"}
        return (await self.http.post(f"/bot{TOKEN}/{method}", content=json.dumps(params), headers=headers)).json()

    async def ok(self, method: str, /, **params: Any) -> Any:
        answer = await self.call(method, **params)
        assert answer["ok"], answer
        return answer["result"]

    async def refused(self, method: str, /, **params: Any) -> str:
        """The code and the description of a refusal."""
        answer = await self.call(method, **params)
        assert not answer["ok"], answer
        return f"{answer['error_code']} {answer['description']}"

    async def updates(self, **params: Any) -> list[dict[str, Any]]:
        """What has happened for the bot since the last time."""
        found: list[dict[str, Any]] = await self.ok("getUpdates", offset=self._offset, **params)
        self._offset = max((update["update_id"] + 1 for update in found), default=self._offset)
        return found

    async def update(self, kind: str, **params: Any) -> Any:
        """The content of the one update that has happened, which must be of this kind."""
        found = await self.updates(**params)
        assert [list(update)[1] for update in found] == [kind]
        return found[0][kind]

    async def group(self, members: list[int], **more: Any) -> int:
        facts = {"type": "supergroup", "title": "Miners", "members": members} | more
        return int((await self.does("chat", **facts))["id"])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stand_in(clock: Clock) -> TelegramStandIn:
    return TelegramStandIn(TOKEN, now=clock)


@pytest.fixture
async def tg(stand_in: TelegramStandIn) -> AsyncIterator[Person]:
    person = Person(stand_in)
    yield person
    await person.http.aclose()


@pytest.fixture
async def anna(tg: Person) -> int:
    """A person's id, which is also the number of her private chat."""
    return int((await tg.does("user", first_name="Anna", username="anna", language_code="de"))["id"])


@pytest.fixture
async def boris(tg: Person) -> int:
    return int((await tg.does("user", first_name="Boris"))["id"])


@pytest.fixture
async def ptb(stand_in: TelegramStandIn) -> AsyncIterator[Bot]:
    """The real library, as the bot uses it."""
    requests = [
        HTTPXRequest(httpx_kwargs={"transport": httpx.ASGITransport(app=stand_in.app)}),
        HTTPXRequest(httpx_kwargs={"transport": httpx.ASGITransport(app=stand_in.app)}),
    ]
    async with Bot(
        TOKEN,
        base_url="http://telegram/bot",
        base_file_url="http://telegram/file/bot",
        request=requests[0],
        get_updates_request=requests[1],
    ) as bot:
        yield bot
