"""One request over HTTP, once, and what came back: the border at which httpx's errors end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from bot.clore.calls import Call
from bot.clore.document import Document
from bot.clore.errors import Unreadable
from bot.clore.verdict import Answer, NoAnswer

USER_AGENT = "clore-telegram-bot/0.1 (httpx)"
"""Our own: CLORE.AI's edge blocks the default names of Python's libraries."""
MAX_BODY_BYTES = 16 * 1024 * 1024
REQUEST_SECONDS = 30.0
"""For a whole exchange, however slowly it trickles in."""

_DELAY = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?", re.ASCII)
_LEAST_SECRET = 16
"""A shorter "key" is a slip of the hand, and blacking it out could break the answer: `3` is also a code."""
_PLAIN_ENCODINGS = ("", "identity", "gzip")
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_BROKEN = (httpx.HTTPError, httpx.StreamError, OSError)


class BodyTooLarge(Exception):
    """An answer beyond `MAX_BODY_BYTES`, as it came or unpacked."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where CLORE.AI is and how it is reached. `now` reads dates in `Retry-After`."""

    http: httpx.AsyncClient
    base_url: str
    now: Callable[[], datetime]
    seconds: float = REQUEST_SECONDS

    async def exchange(self, call: Call, key: str | None) -> Answer | NoAnswer:
        """Sends the request once. A change that is cancelled in here may have been made."""
        request = self._request(call, key)
        response: httpx.Response | None = None
        try:
            async with asyncio.timeout(self.seconds):
                response = await self.http.send(request, stream=True)
                try:
                    body = await _body(response)
                finally:
                    await response.aclose()
        except TimeoutError:
            return NoAnswer("CLORE.AI does not answer in time", left=True)
        except BodyTooLarge:
            body = b""
        except _BROKEN as error:
            left = response is not None or not isinstance(error, _NEVER_LEFT)
            slow = isinstance(error, httpx.TimeoutException) and left
            return NoAnswer(
                "CLORE.AI does not answer in time" if slow else "the connection to CLORE.AI is broken", left=left
            )
        assert response is not None
        return Answer(response.status_code, _document(body, key), self._retry_after(response))

    def _request(self, call: Call, key: str | None) -> httpx.Request:
        headers = {"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "gzip"}
        if key is not None:
            headers["auth"] = key
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        url = f"{self.base_url.rstrip('/')}/{call.operation}"
        return self.http.build_request(call.method, url, params=call.query or None, headers=headers, content=call.body)

    def _retry_after(self, response: httpx.Response) -> timedelta | None:
        """Seconds or a date (RFC 9110); what is neither is not there."""
        said = response.headers.get("Retry-After", "").strip()
        if _DELAY.fullmatch(said):
            return timedelta(seconds=float(said))
        try:
            date = parsedate_to_datetime(said)
        except (ValueError, OverflowError):
            return None
        return max(date - self.now(), timedelta()) if date.tzinfo else None


async def _body(response: httpx.Response) -> bytes:
    """The unpacked body. Other packings than gzip were not asked for, and could unpack without bounds."""
    if response.headers.get("Content-Encoding", "").strip().lower() not in _PLAIN_ENCODINGS:
        return b""
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise BodyTooLarge
        chunks.append(chunk)
    return b"".join(chunks)


def _document(body: bytes, key: str | None) -> Document | None:
    """The answer, with the key blacked out should it be repeated there."""
    if key is not None and len(key) >= _LEAST_SECRET:
        body = body.replace(key.encode(), b"***")
    try:
        return Document(body)
    except Unreadable:
        return None
