"""The HTTP side of the simulated API: `/v1/{operation}`, with replies that never come or break off."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.clore.service import Asked, Outcome, Service


class Door:
    """An ASGI endpoint in front of the present service (a reset of the world replaces it)."""

    def __init__(
        self, service: Callable[[], Service], *, sleep: Callable[[float], Awaitable[object]], hang_seconds: float
    ) -> None:
        self._service = service
        self._sleep = sleep
        self._hang_seconds = hang_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            asked = await _asked(Request(scope, receive))
        except ClientDisconnect:
            return
        service = self._service()
        outcome = service.begin(asked)
        try:
            await self._reply(outcome, scope, receive, send)
        finally:
            service.finish(asked, outcome)

    async def _reply(self, outcome: Outcome, scope: Scope, receive: Receive, send: Send) -> None:
        if outcome.lost == "timeout":
            await self._hang(receive)
        elif outcome.lost == "reset":
            await _cut(receive)
        else:
            if outcome.delay:
                await self._sleep(outcome.delay)
            response = Response(outcome.body, outcome.status, dict(outcome.headers), outcome.content_type)
            await response(scope, receive, send)

    async def _hang(self, receive: Receive) -> None:
        """Says nothing until the caller gives up, or for so long that anybody would have."""
        if _transport(receive) is None:
            await self._sleep(self._hang_seconds)
            raise httpx.ReadTimeout("the simulated API does not answer")
        try:
            await asyncio.wait_for(_gone(receive), self._hang_seconds)
        except TimeoutError:
            await _cut(receive)


async def _cut(receive: Receive) -> None:
    """Breaks the connection off without a reply."""
    transport = _transport(receive)
    if transport is None:
        raise httpx.ReadError("the simulated API broke the connection off")
    connection = transport.get_extra_info("socket")
    if connection is not None:  # closed without lingering, so that the caller sees a reset
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await _gone(receive)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _transport(receive: Receive) -> asyncio.Transport | None:
    """The socket under uvicorn; None in process, where the error that a client would meet is raised instead."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    return transport if isinstance(transport, asyncio.Transport) else None


async def _asked(request: Request) -> Asked:
    return Asked(
        operation=request.path_params["operation"],
        method=request.method,
        key=request.headers.get("auth", ""),
        user_agent=request.headers.get("user-agent", ""),
        content_type=request.headers.get("content-type", ""),
        query=request.url.query,
        body=await request.body(),
    )
