"""The log of every call that a bot made, which a test can wait on."""

import asyncio
import contextlib
import json
from collections import deque
from dataclasses import asdict, dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call and its answer. `at` is when it came, in seconds of the stand-in's clock; `lost` says that a fault kept
    the answer from the bot although the call was carried out."""

    n: int
    at: float
    method: str
    params: Json
    answer: Json
    lost: bool = False


class CallLog:
    """Calls in the order in which they were answered; also a file of JSON lines if one is named."""

    def __init__(self, file: Path | None = None) -> None:
        self._calls: deque[Call] = deque(maxlen=_KEPT)
        self._methods: set[str] = set()
        self._n = 0
        self._file = file
        self._waiters: set[asyncio.Future[None]] = set()

    def add(self, at: float, method: str, params: Json, answer: Json, *, lost: bool = False) -> None:
        self._n += 1
        call = Call(self._n, at, method, params, answer, lost)
        self._calls.append(call)
        self._methods.add(method)
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(asdict(call), ensure_ascii=False) + "\n")
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    def find(self, method: str | None = None, chat: int | str | None = None, since: int = 0) -> list[Call]:
        """The calls after number `since`, of one method and to one chat if these are given."""
        spelled = {each for each in self._methods if method is None or each.lower() == method.lower()}
        later = takewhile(lambda call: call.n > since, reversed(self._calls)) if since else reversed(self._calls)
        found = [
            call for call in later if call.method in spelled and (chat is None or call.params.get("chat_id") == chat)
        ]
        return found[::-1]

    async def wait(
        self, least: int, seconds: float, *, method: str | None = None, chat: int | str | None = None, since: int = 0
    ) -> list[Call]:
        """The calls that match, as soon as there are `least` of them or the seconds are over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while len(self.find(method, chat, since)) < least:
                    await self._next()
        return self.find(method, chat, since)

    def clear(self) -> None:
        self._calls.clear()

    async def _next(self) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await waiter
        finally:
            self._waiters.discard(waiter)
