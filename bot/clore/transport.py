"""The HTTP client that production uses: httpx over aiohttp's connections.

httpx's own pool collapses beyond a few requests at once, aiohttp's does not. One client serves all keys.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from http.cookiejar import CookieJar, DefaultCookiePolicy

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from bot.clore.governor import IN_FLIGHT

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
IDLE_SECONDS = 4.0
"""Shorter than servers usually keep an idle connection: a change must not leave on one that is just being closed."""


def open_http(in_flight: int = IN_FLIGHT) -> httpx.AsyncClient:
    """A client without redirects, cookies or proxies from the environment. Close it with `aclose()`."""
    return httpx.AsyncClient(
        transport=HonestTransport(limits=httpx.Limits(max_connections=in_flight, keepalive_expiry=IDLE_SECONDS)),
        timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


class HonestTransport(AiohttpTransport):
    """Says truthfully whether a request may have left.

    httpx-aiohttp reports every connection error as a connect timeout: a refused connection, but also a connection
    that broke *after* the request had been sent. For a change that spends money these are opposites. Here
    `httpx.ConnectError` and `httpx.ConnectTimeout` mean that nothing left; all else may have.
    """

    def get_client(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=self.limits.max_connections or 0,
            keepalive_timeout=self.limits.keepalive_expiry,
            ssl=self.ssl_context,
        )
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            response = await super().handle_async_request(request)
        except (httpx.TransportError, aiohttp.ClientError, OSError) as error:
            found = translated(error)
        else:
            assert isinstance(response.stream, httpx.AsyncByteStream)
            response.stream = _Body(response.stream)
            return response
        raise found


class _Body(httpx.AsyncByteStream):
    """The body; whatever breaks while it is read is a read error."""

    def __init__(self, inner: httpx.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        broken = False
        try:
            async for chunk in self._inner:
                yield chunk
        except (httpx.TransportError, aiohttp.ClientError, OSError):
            broken = True
        if broken:
            raise httpx.ReadError("the connection broke in the middle of an answer")

    async def aclose(self) -> None:
        await self._inner.aclose()


def translated(error: Exception) -> httpx.TransportError:
    """An error of httpx-aiohttp or aiohttp as one of httpx, without the request in its chain."""
    cause = error.__cause__ if isinstance(error, httpx.TransportError) else error
    match cause:
        case aiohttp.ClientConnectorError():
            return httpx.ConnectError("no connection could be made")
        case aiohttp.ConnectionTimeoutError():
            return httpx.ConnectTimeout("no connection could be made in time")
        case aiohttp.ServerTimeoutError():
            return httpx.ReadTimeout("no answer in time")
        case _:
            return httpx.ReadError("the connection broke before an answer")
