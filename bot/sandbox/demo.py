"""The demo: the real bot as a process between a simulated Telegram and a simulated marketplace, with a chat page."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx

from bot.sandbox.child import STOP_SECONDS, Child, running
from bot.sandbox.clore.app import CloreStandIn
from bot.sandbox.serve import HOST, build, listen, serving
from bot.sandbox.telegram.app import TelegramStandIn

Json = dict[str, Any]

PORT: Final = 8787
TOKEN: Final = "1000000007:DEMO-of-the-simulated-Telegram-0000"  # noqa: S105  the stand-in's, worth nothing
USERNAME: Final = "clore_demo_bot"
NAME: Final = "CLORE bot"
POLL_SECONDS: Final = 5
READY_SECONDS: Final = 60
LISTED_SECONDS: Final = (1.0, 5.0)
DEPLOYS_SECONDS: Final = (10.0, 18.0)
"""Sooner than is usual at CLORE.AI: a visitor waits for it."""
BOT: Final = (sys.executable, "-m", "bot")

PEOPLE: Final[tuple[Json, ...]] = (
    {"id": 101, "first_name": "Ada", "username": "ada", "language_code": "en"},
    {"id": 102, "first_name": "Grace", "username": "grace", "language_code": "en"},
)
GROUP: Final[Json] = {"id": -1000000000201, "type": "supergroup", "title": "Render team", "bot": "member"}


def demo(port: int = PORT, seed: int = 0, bot_command: Sequence[str] = BOT) -> int:
    """Runs until a signal comes (0) or the bot ends by itself (1). Everything that it stores is gone afterwards."""
    try:
        door = listen(port)
    except OSError as error:
        _say(f"The demo cannot start: {error}.")
        return 1
    with door, TemporaryDirectory(prefix="clore-bot-demo-") as folder:
        return asyncio.run(_perform(door, seed, bot_command, Path(folder)))


async def cast(telegram: TelegramStandIn, token: str) -> Json:
    """Introduces two people and their group to the simulated Telegram; the facts about them for the page."""
    async with _inside(telegram) as hands:
        for person in PEOPLE:
            await _post(hands, "/sim/user", person)
        members = [person["id"] for person in PEOPLE]
        group = await _post(hands, "/sim/chat", {**GROUP, "members": members})
        bot = await _post(hands, f"/bot{token}/getMe", {})
    private = [{"id": person["id"], "type": "private", "title": bot["result"]["first_name"]} for person in PEOPLE]
    chats = [*private, {"id": group["id"], "type": GROUP["type"], "title": GROUP["title"]}]
    return {"bot": bot["result"], "people": list(PEOPLE), "chats": chats}


def settings(port: int, folder: Path) -> dict[str, str]:
    """The bot's environment between the stand-ins of this port."""
    return {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": f"http://{HOST}:{port}/telegram",
        "CLORE_API_URL": f"http://{HOST}:{port}/clore/v1",
        "BOT_DATABASE": str(folder / "bot.db"),
        "BOT_POLL_SECONDS": str(POLL_SECONDS),
    }


async def _perform(door: socket.socket, seed: int, command: Sequence[str], folder: Path) -> int:
    port = door.getsockname()[1]
    telegram, clore = (
        TelegramStandIn(TOKEN, username=USERNAME, name=NAME),
        CloreStandIn(seed=seed, lag=LISTED_SECONDS, deploys=DEPLOYS_SECONDS),
    )
    # The run tells the page that what it remembers of an earlier demo is over.
    facts = {"run": secrets.token_hex(4), "key": clore.key, **await cast(telegram, TOKEN)}
    _say("Starting the bot between a simulated Telegram and a simulated CLORE.AI ...")
    with _signals() as stop:
        async with (
            serving(build(telegram.app, clore.app, facts), door),
            running(command, settings(port, folder), folder) as bot,
        ):
            code = await _accompany(bot, stop, telegram, lambda: _welcome(port, clore.key, folder))
    if bot.killed:
        _say(f"The bot did not stop within {STOP_SECONDS} seconds and was killed.")
    return code


async def _accompany(bot: Child, stop: asyncio.Event, telegram: TelegramStandIn, welcome: Callable[[], None]) -> int:
    """From the start of the bot to its end."""
    ready = asyncio.create_task(_takes_updates(bot, telegram))
    ended = asyncio.create_task(bot.ended())
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({ready, ended, stopped}, timeout=READY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if ready.done() and not ended.done():
            welcome()
            await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if stopped.done():
            _say("Stopping.")
            return 0
        _mourn(bot, ended.result() if ended.done() else None)
        return 1
    finally:
        for task in (ready, ended, stopped):
            task.cancel()


async def _takes_updates(bot: Child, telegram: TelegramStandIn) -> None:
    """The bot says that it is ready, or it is seen asking for updates."""
    async with _inside(telegram) as hands:
        said = asyncio.create_task(bot.ready.wait())
        seen = asyncio.create_task(hands.get("/sim/calls?method=getUpdates&min=1&wait=60"))
        try:
            await asyncio.wait({said, seen}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (said, seen):
                task.cancel()


@contextlib.asynccontextmanager
async def _inside(telegram: TelegramStandIn) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(telegram.app)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}", timeout=None) as hands:  # noqa: S113
        yield hands


async def _post(hands: httpx.AsyncClient, path: str, body: Json) -> Json:
    answer = await hands.post(path, json=body)
    answer.raise_for_status()
    told: Json = answer.json()
    return told


@contextlib.contextmanager
def _signals() -> Iterator[asyncio.Event]:
    """An event that Ctrl-C, SIGTERM or a closed terminal sets."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    names = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    for name in names:
        loop.add_signal_handler(name, stop.set)
    try:
        yield stop
    finally:
        for name in names:
            loop.remove_signal_handler(name)


def _welcome(port: int, key: str, folder: Path) -> None:
    _say(f"""
The demo is ready. Open it in your browser:

    http://{HOST}:{port}/

Your API key there:  {key}

  1. Press START, send /connect, then the key.
  2. /orders shows what you rent; open a rental to cancel it.
  3. /market 3090 <4 finds a machine: open one, press Rent, confirm. You are told when it runs.
  4. In the panel at the side, "A rival outbids me": the bot tells you by itself. Win the bid back.

The bot's log: {folder / "bot.log"}
Ctrl-C stops it and deletes everything it stored.
""")


def _mourn(bot: Child, code: int | None) -> None:
    what = (
        f"The bot was not ready after {READY_SECONDS} seconds." if code is None else f"The bot ended: {_ending(code)}."
    )
    _say("\n".join([what, "Its last words:", *(f"    {line}" for line in bot.last_words or ["(none)"])]))


def _ending(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()
