"""The other side of the wire in these tests: a function from request to response, with a log of its own."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from bot.clore.client import Clore, KeyedClient

KEY = "example-key-of-32-characters-000"
NOW = datetime(2022, 11, 2, 16, 0, tzinfo=UTC)

Reply = httpx.Response | Exception


@dataclass
class Seen:
    """One request as it arrived; times are the event loop's, rounded to the microsecond."""

    began: float
    request: httpx.Request
    ended: float | None = None

    @property
    def operation(self) -> str:
        return self.request.url.path.rpartition("/")[2]

    @property
    def body(self) -> Any:
        return json.loads(self.request.content)


class OtherSide:
    """Answers the given replies in turn, the last one for ever, each after `seconds`."""

    def __init__(self, *replies: Reply | Callable[[httpx.Request], Reply], seconds: float = 0.0) -> None:
        self.seen: list[Seen] = []
        self.seconds = seconds
        self.most_at_once = 0
        self._at_once = 0
        self._replies = itertools.chain(replies, itertools.repeat(replies[-1]))

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        seen = Seen(loop_time(), request)
        self.seen.append(seen)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await asyncio.sleep(self.seconds)
        finally:
            seen.ended = loop_time()
            self._at_once -= 1
        reply = next(self._replies)
        if not isinstance(reply, httpx.Response | Exception):
            reply = reply(request)
        if isinstance(reply, Exception):
            raise reply
        return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)

    @property
    def operations(self) -> list[str]:
        return [seen.operation for seen in self.seen]

    @property
    def beginnings(self) -> list[float]:
        return [seen.began for seen in self.seen]

    def clore(self, jitter: Iterable[float] = (0.5,), **settings: Any) -> Clore:
        return clore_over(httpx.MockTransport(self), jitter, **settings)

    def client(self, **settings: Any) -> KeyedClient:
        return self.clore(**settings).keyed(KEY)


class Unread(httpx.AsyncBaseTransport):
    """Answers with a body that is still packed and unread, as a real transport does."""

    def __init__(self, content: bytes, encoding: str = "identity", breaks: Exception | None = None) -> None:
        self._content = content
        self._encoding = encoding
        self._breaks = breaks

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=self._chunks(), headers={"Content-Encoding": self._encoding})

    def _chunks(self) -> httpx.AsyncByteStream:
        content, breaks = self._content, self._breaks

        class Chunks(httpx.AsyncByteStream):
            async def __aiter__(self) -> AsyncIterator[bytes]:
                for begin in range(0, len(content), 16_384):
                    yield content[begin : begin + 16_384]
                if breaks is not None:
                    raise breaks

        return Chunks()


def clore_over(transport: httpx.AsyncBaseTransport, jitter: Iterable[float] = (0.5,), **settings: Any) -> Clore:
    turns = itertools.cycle(jitter)
    return Clore(
        httpx.AsyncClient(transport=transport),
        now=lambda: NOW,
        base_url="https://clore.example/v1",
        jitter=lambda: next(turns),
        **settings,
    )


def loop_time() -> float:
    return round(asyncio.get_running_loop().time(), 6)


def answer(status: int = 200, /, **fields: Any) -> httpx.Response:
    return httpx.Response(status, json=fields)


OK = answer(code=0)
NO_ORDERS = answer(code=0, orders=[])
TOO_FAST = answer(429, code=5)
