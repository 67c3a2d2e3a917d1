"""kill -9 at any point of a story, in one process and in virtual time.

What a killed process leaves is what is on the disk, what the world has heard of it, and nothing else. So a kill here is:

* The files are copied at that instant. The bot has one connection in one thread, and so has this: nothing writes in
  between. What SQLite has handed to the system is in the copy, as it is in a file whose writer was killed (that is less
  than a power cut asks for); what it has not committed is in the copied -wal as an unfinished transaction, or nowhere.
* From then on nothing of the old bot is heard: its requests wait for ever, and what it goes on to write is written to the
  files that were left behind. Its tasks are cancelled, and whatever they do about that is as unheard.
* A request that was on its way goes on: each is served by a task of the world's own, which dies with nobody.
* A second later a new bot starts with the copy.

Points are numbered in the order in which they come: before each COMMIT and after all that changes a row for good, before a
request reaches the world, and after the world has done it, before the answer comes back. A long poll that brings nothing
is none, since it leaves disk and world as they were; nor is the heartbeat of each second. `tests/journeys/test_killed.py`
kills a real process, so that not everything rests on this.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any, Final, cast

import httpx

from storage.store import Store
from tests.journeys.renting import bought
from tests.stage import Json, Stage

DOWN_SECONDS: Final = 1.0
"""From a kill to the next start."""
MOST_KILLS: Final = 5_000
BURIED_WITHIN: Final = 60.0
_STEPS_TO_BEGIN: Final = 20
_WRITES: Final = ("INSERT", "UPDATE", "DELETE", "REPLACE", "VACUUM")


@dataclass(frozen=True)
class Kills:
    """First at the point of number `first`, then again and again after about `every` points.

    Not exactly so many: at equal distances each start puts the story in step with the kills, which then come at the same
    points wherever they began. The same two numbers give the same kills.
    """

    every: int
    first: int

    def __call__(self, number: int, what: str) -> bool:
        return number in self._numbers

    @cached_property
    def _numbers(self) -> frozenset[int]:
        lots = Random(f"kills {self.every} {self.first}")
        gaps = (lots.randint(2 * self.every // 3, 4 * self.every // 3) for _ in range(MOST_KILLS))
        return frozenset(accumulate(gaps, initial=self.first))


When = Callable[[int, str], bool]
"""Whether the bot is killed at the point of this number, where it does this."""


class Life:
    """One run of the bot, from a start to a kill."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.tasks: set[asyncio.Task[Any]] = set()

    async def alive(self) -> None:
        """Returns only to the living."""
        if self.over.is_set():
            await asyncio.get_running_loop().create_future()


_LIFE: ContextVar[Life | None] = ContextVar("life", default=None)
"""Whose task this is: tasks and callbacks take it over from what begins them."""


class Mortal(Stage):
    """A stage whose bot is killed: `kills` says when.

    `points`: how many there have been; `died_at`: at which of them, doing what, and when. `requests`: how many the world
    has done, polls that brought nothing not counted. `errors`: what a living bot has logged as such; `leaks`: secrets
    found in its files.
    """

    def __init__(self, folder: Path, kills: When | None = None, *, replays: bool = False, **options: Any) -> None:
        super().__init__(folder / "life-0", **options)
        (folder / "life-0").mkdir()
        self._above = folder
        self.kills = kills
        self._replays = replays
        self.points = 0
        self.requests = 0
        self.died_at: list[tuple[int, str, float]] = []
        self.errors: list[str] = []
        self.presses: list[str] = []
        self.secrets: list[str] = []
        self.leaks: list[str] = []
        self._updates: list[int] = []
        self._worlds: set[asyncio.Task[httpx.Response]] = set()
        self._life = Life()
        self._listener = _Listener(self)
        asyncio.get_running_loop().set_task_factory(_task)

    @property
    def folder(self) -> Path:
        """Where the living bot keeps its files."""
        return self._folder

    async def lives(self) -> None:
        """Starts the bot, and starts it again after each kill, until this is cancelled."""
        root = logging.getLogger()
        level = root.level
        root.addHandler(self._listener)
        root.setLevel(logging.INFO)
        try:
            while True:
                await self._live()
                await asyncio.sleep(DOWN_SECONDS)
                await self._replay()
        finally:
            root.setLevel(level)
            root.removeHandler(self._listener)

    async def close(self) -> None:
        await self._bury(self._life)
        for task in self._worlds:
            task.cancel()
        await asyncio.gather(*self._worlds, return_exceptions=True)

    async def post(self, path: str, /, **body: Any) -> Json:
        told = await super().post(path, **body)
        if path == "press" and told.get("callback_id"):
            self.presses.append(told["callback_id"])
            self._updates.append(told["update_id"])
        return told

    def bought(self) -> list[int]:
        """The orders that CLORE.AI has made, by its own log."""
        return bought(self)

    # What is watched

    def opened(self, store: Store) -> Store:
        life = self._life
        watched = _Connection(store.db.conn, lambda what: self.point(life, what))
        store.db.conn = cast(sqlite3.Connection, watched)
        return store

    def wire(self, transport: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        return _Wire(transport, self, self._life)

    def point(self, life: Life, what: str) -> None:
        """Numbers this instant, and kills the bot where it is its number's turn."""
        if life.over.is_set():
            return
        self.points += 1
        if self.kills is not None and self.kills(self.points, what):
            self._kill(life, what)

    def world_does(self, work: Coroutine[Any, Any, httpx.Response]) -> asyncio.Task[httpx.Response]:
        """What the world does with a request, whatever becomes of the bot meanwhile."""
        task = asyncio.get_running_loop().create_task(work, context=Context())
        self._worlds.add(task)
        task.add_done_callback(self._worlds.discard)
        return task

    # Life and death

    async def _live(self) -> None:
        """From a start to a kill."""
        life = self._life = Life()
        starting = _in_life(life, self.start())
        over = asyncio.create_task(life.over.wait())
        try:
            await asyncio.wait({starting, over}, return_when=asyncio.FIRST_COMPLETED)
            if not life.over.is_set():
                starting.result()
            await over
        finally:
            over.cancel()
        await self._bury(life)

    def _kill(self, life: Life, what: str) -> None:
        self.died_at.append((self.points, what, self.seconds()))
        copy = self._above / f"life-{len(self.died_at)}"
        shutil.copytree(self._folder, copy)
        self._folder = copy
        life.over.set()
        self.look_for_leaks()

    def look_for_leaks(self) -> None:
        """Whether a secret stands in any file of the bot's as it is."""
        for file in self._folder.iterdir():
            held = file.read_bytes()
            self.leaks += [f"{needle} in {file.name}" for needle in self.secrets if needle.encode() in held]

    async def _bury(self, life: Life) -> None:
        life.over.set()
        for _ in range(_STEPS_TO_BEGIN):
            await asyncio.sleep(0)  # what is cancelled before its first step complains that nobody waited for it
        end = asyncio.get_running_loop().time() + BURIED_WITHIN
        while left := [task for task in life.tasks if not task.done()]:
            assert asyncio.get_running_loop().time() < end, f"these tasks of a dead bot go on: {left}"
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=1)
        await asyncio.gather(*life.tasks, return_exceptions=True)
        life.tasks.clear()
        if self._http is not None:
            await self._http.aclose()
        if self.store is not None:
            self.store.close()
        self.app = self.store = self._beat = self._http = None
        for folder in self._above.iterdir():
            if folder != self._folder:
                shutil.rmtree(folder)

    async def _replay(self) -> None:
        """Telegram hands out the latest presses once more, as it does where it was not told in time that they were taken."""
        for update in self._updates[-2:] if self._replays else ():
            await super().post("replay", update_id=update)


class _Wire(httpx.AsyncBaseTransport):
    """From one life of the bot to a stand-in and back."""

    def __init__(self, inner: httpx.AsyncBaseTransport, stage: Mortal, life: Life) -> None:
        self._inner = inner
        self._stage = stage
        self._life = life

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.path.rpartition("/")[2]
        polls = name == "getUpdates"
        if not polls:
            self._stage.point(self._life, f"before {name}")
        await self._life.alive()
        try:
            response = await asyncio.shield(self._stage.world_does(self._inner.handle_async_request(request)))
        except httpx.TransportError:
            self._stage.point(self._life, f"after {name}")
            await self._life.alive()
            raise
        if not (polls and await response.aread() == _NOTHING):
            self._stage.requests += 1
            self._stage.point(self._life, f"after {name}")
        await self._life.alive()
        return response


_NOTHING: Final = b'{"ok": true, "result": []}'


class _Connection:
    """A connection to SQLite that tells of each commit that changes anything, before and after."""

    def __init__(self, connection: sqlite3.Connection, point: Any) -> None:
        self._connection = connection
        self._point = point
        self._changed_before = connection.total_changes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        connection = self._connection
        word = sql.split(None, 1)[0].upper().rstrip(";")
        if connection.in_transaction and word == "COMMIT":
            changes = connection.total_changes != self._changed_before
            if changes:
                self._point("before COMMIT")
            cursor = connection.execute(sql, *parameters)
        elif not connection.in_transaction and word in _WRITES and not _is_heartbeat(*parameters):
            cursor = connection.execute(sql, *parameters)
            changes = connection.total_changes != self._changed_before or word == "VACUUM"
        else:
            return connection.execute(sql, *parameters)
        self._changed_before = connection.total_changes
        if changes:
            self._point(f"after {word}")
        return cursor


def _is_heartbeat(values: Any = ()) -> bool:
    """That the process was alive is written each second: it would be nearly all that there is to be killed at."""
    return isinstance(values, tuple) and values[:1] == ("last tick",)


class _Listener(logging.Handler):
    """Notes what a living bot logs as an error (one that is being cut off may log anything), and every secret."""

    def __init__(self, stage: Mortal) -> None:
        super().__init__(logging.INFO)
        self._stage = stage

    def emit(self, record: logging.LogRecord) -> None:
        life, text = _LIFE.get(), self.format(record)
        self._stage.leaks += [f"{needle} in the log" for needle in self._stage.secrets if needle in text]
        if record.levelno >= logging.ERROR and life is not None and not life.over.is_set():
            self._stage.errors.append(text)


def _task(loop: asyncio.AbstractEventLoop, work: Any, context: Context | None = None) -> asyncio.Task[Any]:
    """A new task, which belongs to the life of whoever began it."""
    life = (copy_context() if context is None else context).get(_LIFE)
    task = asyncio.Task(work, loop=loop, context=context)
    if life is not None:
        life.tasks.add(task)
        task.add_done_callback(life.tasks.discard, context=Context())
    return task


def _in_life(life: Life, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    context = copy_context()
    context.run(_LIFE.set, life)
    return asyncio.get_running_loop().create_task(work, context=context)
