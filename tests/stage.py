"""The whole bot in one process and in virtual time, between the two stand-ins: what journeys and handler tests play on."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from bot.app import App, World, assemble
from bot.config import Settings, read_settings
from bot.sandbox.clore.app import CloreStandIn
from bot.sandbox.telegram.app import TelegramStandIn
from bot.services.probe import Connector
from handlers.commands import find
from storage.master_keys import MasterKeys, load_master_keys
from storage.store import Store, holds_sealed, open_store

TOKEN: Final = "1000000007:TEST-of-the-simulated-Telegram-0000"
ADA: Final = 101
BEGINNING: Final = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PATIENCE: Final = 120.0
"""Virtual seconds that a test waits for something to happen before it says that it did not."""

Json = dict[str, Any]


class Ground:
    """What a person stands on: the simulated Telegram, asked by hand for what it serves under /sim."""

    telegram: TelegramStandIn

    async def post(self, path: str, /, **body: Any) -> Json:
        told: Json = _copied(await self.telegram.does(path, **_copied(body)))
        return told

    async def get(self, path: str, /, **query: Any) -> Any:
        return _copied(await self.telegram.sees(path, **query))

    async def lint(self) -> list[Json]:
        found: list[Json] = await self.get("lint")
        return found


class Stage(Ground):
    """Time begins at `beginning` and passes only while everybody waits. `stop` and `start` are a clean restart."""

    def __init__(
        self,
        folder: Path,
        *,
        beginning: datetime = BEGINNING,
        settings: Mapping[str, str] | None = None,
        connector: Connector | None = None,
        **market: Any,
    ) -> None:
        self._folder = folder
        self._zero = asyncio.get_running_loop().time()
        self._beginning = beginning
        self._settings = settings or {}
        self._connector = connector
        options = {"latency": 0.4, **market}
        self.clore = CloreStandIn(now=self.seconds, **options)
        self.telegram = TelegramStandIn(TOKEN, now=self.seconds)
        self.app: App | None = None
        self.store: Store | None = None
        self._http: httpx.AsyncClient | None = None
        self._beat: asyncio.Task[None] | None = None

    def seconds(self) -> float:
        return self._beginning.timestamp() + asyncio.get_running_loop().time() - self._zero

    def clock(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)

    @property
    def settings(self) -> Settings:
        return read_settings(
            {
                "TELEGRAM_BOT_TOKEN": TOKEN,
                "TELEGRAM_API_URL": "http://127.0.0.1",
                "CLORE_API_URL": "http://127.0.0.1/v1",
                "BOT_DATABASE": str(self._folder / "bot.db"),
                **self._settings,
            }
        )

    # The bot's life

    async def start(self) -> App:
        settings = self.settings
        keys: MasterKeys = load_master_keys(
            settings.master_keys, settings.master_key_file, holds_sealed=holds_sealed(settings.database)
        )
        self.store = open_store(settings.database, keys)
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(self.clore.app), timeout=30)
        world = World(
            clore=self._http,
            telegram=lambda: httpx.ASGITransport(self.telegram.app),
            clock=self.clock,
            connector=self._connector,
            heartbeat=False,
        )
        self.app = assemble(settings, self.store, world)
        await self.app.start()
        self._beat = asyncio.create_task(self._beats(self.app))
        return self.app

    async def stop(self) -> None:
        if self._beat is not None:
            self._beat.cancel()
            await asyncio.gather(self._beat, return_exceptions=True)
        if self.app is not None:
            await self.app.stop()
        if self._http is not None:
            await self._http.aclose()
        if self.store is not None:
            self.store.close()
        self.app = self.store = self._beat = self._http = None

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def close(self) -> None:
        """The end of the story, however the bot lives in it."""
        await self.stop()

    async def _beats(self, app: App) -> None:
        while True:
            await asyncio.sleep(1)
            app.tick()


class Person:
    """Somebody in a chat: says, taps, sees."""

    def __init__(self, stage: Ground, user: int = ADA, chat: int | None = None) -> None:
        self.stage = stage
        self.user = user
        self.chat = user if chat is None else chat

    async def says(self, text: str, **more: Any) -> Json:
        return await self.stage.post("message", chat=self.chat, user=self.user, text=text, **more)

    async def presses(self, label: str, message: int | None = None) -> Json:
        """The newest button whose label holds these words."""
        button = await self._labelled(label, message)
        more = {} if message is None else {"message": message}
        return await self.stage.post("press", chat=self.chat, user=self.user, label=button, **more)

    async def _labelled(self, label: str, message: int | None) -> str:
        for found in reversed(await self.messages()):
            if message is None or found["message_id"] == message:
                for each in labels(found):
                    if label in each:
                        return each
        raise AssertionError(f"no button says {label!r}")

    async def messages(self) -> list[Json]:
        """What stands in the chat now, oldest first."""
        found = await self.stage.get("messages", chat=self.chat)
        return [message for message in found["messages"] if not message.get("deleted")]

    async def from_bot(self) -> list[Json]:
        return [message for message in await self.messages() if message.get("from", {}).get("is_bot")]

    async def last(self) -> Json:
        return (await self.from_bot())[-1]

    async def sees(self, *words: str, after: int = 0) -> Json:
        """Waits until a message of the bot (newer than `after`) holds all these words; the newest such message."""

        async def found() -> Json | None:
            for message in reversed(await self.from_bot()):
                if message["message_id"] > after and all(word in shown(message) for word in words):
                    return message
            return None

        message: Json = await eventually(found, f"a message with {words}", self.screenful)
        return message

    async def toasts(self) -> list[str]:
        return [toast["text"] for toast in await self.stage.get("toasts", user=self.user) if toast.get("text")]

    async def screenful(self) -> str:
        return "\n---\n".join(f"{shown(message)}\n{labels(message)}" for message in await self.messages())


async def eventually(
    look: Callable[[], Any], what: str, otherwise: Callable[[], Any] | None = None, patience: float = PATIENCE
) -> Any:
    """Looks again and again, in virtual time, until there is something."""
    loop = asyncio.get_running_loop()
    end = loop.time() + patience
    while loop.time() < end:
        if (found := await look()) is not None:
            return found
        await asyncio.sleep(0.25)
    said = await otherwise() if otherwise else ""
    raise AssertionError(f"{what} did not come within {patience:g} s\n{said}")


def _copied(told: Any) -> Any:
    """As it stands now, and as JSON has it: what either side changes later does not change the other's."""
    return msgspec.json.decode(msgspec.json.encode(told))


def shown(message: Json) -> str:
    """What an eye reads: a space that no line may end at is a space."""
    return str(message.get("text") or message.get("caption") or "").replace("\N{NO-BREAK SPACE}", " ")


def labels(message: Json) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def blemishes(telegram: TelegramStandIn) -> set[str]:
    """What Telegram takes and a person stumbles over: links made of words that are none, the same button twice."""
    answers = (call.answer["result"] for call in telegram.calls.find() if call.answer["ok"])
    messages = [answer for answer in answers if isinstance(answer, dict) and "text" in answer]
    found = {blemish for message in messages for blemish in _false_links(message["text"], message.get("entities", ()))}
    return found | {blemish for message in messages for blemish in _twins(message)}


def _twins(message: Json) -> Iterator[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    pressed = Counter((button["text"], button.get("callback_data")) for row in rows for button in row)
    return (f"{text} twice" for (text, _), count in pressed.items() if count > 1 and text != "·")


def _false_links(text: str, entities: Sequence[Json]) -> Iterator[str]:
    units = text.encode("utf-16-le")
    for entity in entities:
        words = units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")
        command = entity["type"] == "bot_command" and find(words.removeprefix("/").partition("@")[0]) is None
        if command or entity["type"] in ("hashtag", "cashtag"):
            yield f"a link of {words}"


@contextlib.asynccontextmanager
async def staged(folder: Path, **options: Any) -> AsyncIterator[Stage]:
    """A running bot with one person, Ada; at the end nothing that it sent may be against Telegram's specification."""
    stage = Stage(folder, **options)
    await stage.post("user", id=ADA, first_name="Ada", language_code="en")
    try:
        await stage.start()
        yield stage
        assert await stage.lint() == []
        assert not (seen := blemishes(stage.telegram)), seen
    finally:
        await stage.close()


async def connected(stage: Stage, key: str | None = None, person: Person | None = None) -> Person:
    """Ada after she has connected an account of the marketplace; without a key, that of the demo."""
    ada = person or Person(stage)
    await ada.says(f"/connect {key or stage.clore.key}")
    await ada.sees("Connected")
    return ada
