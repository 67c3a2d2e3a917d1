"""The sandbox as one web application on loopback: both stand-ins, and the chat page in front of them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

HOST: Final = "127.0.0.1"
PORTS_TRIED: Final = 50
WEB: Final = Path(__file__).parent / "web"
CLOSING_SECONDS: Final = 1

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",  # a page of yesterday's version must not meet today's stand-ins
}


def build(telegram: Starlette, clore: Starlette, facts: Mapping[str, Any]) -> Starlette:
    """Both stand-ins under `/telegram` and `/clore`, the chat page at `/`, and at `/demo.json` the `facts` it starts from.

    Answers only under the names of this machine, so that no foreign page reaches it by a name of its own.
    """

    async def demo_json(_request: Request) -> Response:
        return JSONResponse(dict(facts), headers={"Cache-Control": "no-store"})

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        # A mounted application's own lifespan is not entered by Starlette.
        async with telegram.router.lifespan_context(telegram), clore.router.lifespan_context(clore):
            yield

    return Starlette(
        routes=[
            Route("/demo.json", demo_json),
            Mount("/telegram", telegram),
            Mount("/clore", clore),
            Mount("/", _Page(directory=WEB, html=True)),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])],
        lifespan=lifespan,
    )


class _Page(StaticFiles):
    """The files of the page; the browser may load nothing else and run nothing that stands in a message."""

    def file_response(self, *args: Any, **named: Any) -> Response:
        response = super().file_response(*args, **named)
        response.headers.update(_HEADERS)
        return response


def listen(port: int) -> socket.socket:
    """A socket on this port of loopback, or on the next one that is free; 0 takes any."""
    for candidate in range(port, min(port + PORTS_TRIED, 65_536)) if port else (0,):
        with contextlib.suppress(OSError):
            return _bound(candidate)
    raise OSError(f"no free port on {HOST} from {port} to {port + PORTS_TRIED - 1}")


def _bound(port: int) -> socket.socket:
    # Named as TCP, because asyncio sends without delay only on such sockets; otherwise every answer waits 40 ms.
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # there it would share a busy port
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((HOST, port))
        door.listen()
    except OSError:
        door.close()
        raise
    return door


@contextlib.asynccontextmanager
async def serving(app: Starlette, door: socket.socket) -> AsyncIterator[None]:
    """Serves while the body runs. Signals are the caller's business."""
    # No access log; what goes wrong inside a stand-in is still shown.
    config = uvicorn.Config(
        app, log_config=None, log_level="warning", access_log=False, timeout_graceful_shutdown=CLOSING_SECONDS
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve([door]))
    up = asyncio.create_task(server.up.wait())
    try:
        await asyncio.wait({task, up}, return_when=asyncio.FIRST_COMPLETED)
        yield
    finally:
        up.cancel()
        # Pages that still listen for events are cut off, which is no error.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)
        server.should_exit = True
        await task


class _Server(uvicorn.Server):
    """Says when it is up, and leaves the signals of the process alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
