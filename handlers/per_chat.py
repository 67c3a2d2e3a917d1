"""Whose turn it is: chats are served side by side, one chat in the order in which its updates came."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Any, Final, Self

from telegram.ext import BaseUpdateProcessor

from bot.domain.ids import TelegramChatId, UserId
from handlers.flood import Flood, OncePerMinute

MOST_WAITING: Final = 20
MOST_AT_ONCE: Final = 4096
"""The limit of python-telegram-bot's own semaphore, taken before we see an update: so high that chats never share it."""


class Stopping(Exception):
    """The turn does not come any more: the update stays unhandled for the next start."""


class Why(Enum):
    BUSY = "twenty updates of this chat wait already"
    TOO_FAST = "this person sends more than twenty updates a minute"


@dataclass(frozen=True, slots=True)
class Refused:
    """No turn. `say`: this is the first time in a minute, so that a polite line is due."""

    why: Why
    say: bool


class Turn:
    """A place in the line of one chat, taken on arrival. Leaving the `with` block gives it up, also unused."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        self._here: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.join(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._line.leave(self)

    async def comes(self) -> None:
        """Waits until everything that came before has been answered. Raises `Stopping` when that will not be."""
        await self._here

    def begin(self) -> None:
        if not self._here.done():
            self._here.set_result(None)

    def stop(self) -> None:
        if not self._here.done():
            self._here.set_exception(Stopping())
            self._here.exception()  # marks it as seen: the owner may never ask


class _Line:
    """The turns of one chat; the first one is under way."""

    def __init__(self) -> None:
        self.turns: deque[Turn] = deque()

    def join(self, turn: Turn) -> None:
        self.turns.append(turn)
        self.turns[0].begin()

    def leave(self, turn: Turn) -> None:
        self.turns.remove(turn)
        if self.turns:
            self.turns[0].begin()


class PerChat(BaseUpdateProcessor):
    """The update processor of the application, and the lines in which the dispatcher takes its turns."""

    def __init__(self, most_at_once: int = MOST_AT_ONCE) -> None:
        super().__init__(most_at_once)
        self._lines: dict[TelegramChatId, _Line] = {}
        self._flood = Flood()
        self._questions = Flood()
        self._polite = OncePerMinute()
        self._running: set[asyncio.Task[Any]] = set()
        self._stopping = False

    @property
    def waiting(self) -> int:
        """Updates that have arrived and are not answered yet."""
        return len(self._running)

    def admit(self, chat: TelegramChatId, user: UserId | None) -> Turn | Refused:
        """A turn in this chat, unless its line is full or this person floods us. Without a person nobody is counted."""
        now = asyncio.get_running_loop().time()
        if user is not None and not self._flood.allows(user, now):
            return Refused(Why.TOO_FAST, say=self._polite((Why.TOO_FAST, user), now))
        line = self._line(chat)
        if len(line.turns) > MOST_WAITING:
            return Refused(Why.BUSY, say=self._polite((Why.BUSY, chat), now))
        return Turn(line)

    def may_ask(self, user: UserId) -> bool:
        """Whether an inline query of this person is listened to: as many a minute as of anything else, counted apart."""
        return self._questions.allows(user, asyncio.get_running_loop().time())

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:  # noqa: ARG002
        if self._stopping:
            if isinstance(coroutine, Coroutine):
                coroutine.close()
            return
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            await coroutine
        finally:
            self._running.discard(task)

    async def stop(self, patience: float) -> int:
        """Begins nothing more, gives what is under way so many seconds, then cancels it; returns how many were cancelled.

        To be called before `Application.stop`, which waits without limit. What did not get its turn stays unhandled.
        """
        self._stopping = True
        for line in self._lines.values():
            for turn in line.turns:
                turn.stop()
        if self._running:
            await asyncio.wait(self._running, timeout=patience)
        late = list(self._running)
        for task in late:
            task.cancel()
        return len(late)

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to give back."""

    def _line(self, chat: TelegramChatId) -> _Line:
        for empty in [known for known, line in self._lines.items() if not line.turns]:
            del self._lines[empty]
        return self._lines.setdefault(chat, _Line())
