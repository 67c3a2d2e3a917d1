"""The production transport against real sockets: what it says about a request that got no answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import aiohttp
import httpx
import pytest

from bot.clore.client import Clore
from bot.clore.errors import CloreError, OutcomeUnknown, Unavailable
from bot.clore.transport import open_http, translated
from tests.clore.other_side import KEY, NOW
from tests.clore.test_pacing import new_order

Answering = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """A bare HTTP server: hands each request's bytes to `answering` and hangs up afterwards unless it keeps going."""

    def __init__(self, answering: Answering, *, keeps_open: bool = False) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.answering = answering
        self._keeps_open = keeps_open
        self._talks: set[asyncio.Task[None]] = set()

    def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._talks.add(asyncio.ensure_future(self._talk_and_close(reader, writer)))

    async def _talk_and_close(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            try:
                await self._talk(reader, writer)
            finally:
                writer.close()
                await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            length = next(
                (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
            )
            request = head + await reader.readexactly(length)
            self.requests.append(request)
            await self.answering(request, writer)
            if not self._keeps_open:
                break

    @asynccontextmanager
    async def clore(self, request_seconds: float = 30.0, read_seconds: float = 15.0) -> AsyncIterator[Clore]:
        server = await asyncio.start_server(self.meet, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            async with client_of(f"http://127.0.0.1:{port}/v1", request_seconds, read_seconds) as clore:
                yield clore
        finally:
            server.close()
            await asyncio.gather(*self._talks)


@asynccontextmanager
async def client_of(url: str, request_seconds: float = 30.0, read_seconds: float = 15.0) -> AsyncIterator[Clore]:
    async with open_http() as http:
        http.timeout = httpx.Timeout(read_seconds)
        yield Clore(
            http,
            now=lambda: NOW,
            base_url=url,
            jitter=lambda: 0.0,
            gap_seconds=0,
            create_gap_seconds=0,
            request_seconds=request_seconds,
        )


def reply(body: bytes, *headers: bytes) -> Answering:
    head = b"\r\n".join((b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *headers))

    async def answering(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(head + b"\r\n\r\n" + body)
        await writer.drain()

    return answering


async def hang_up(request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def reset(request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def half_an_answer(request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"code": 0')
    await writer.drain()


async def no_http(request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example ESMTP\r\n\r\n")
    await writer.drain()


async def bad_chunks(request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n")
    await writer.drain()


async def never(request: bytes, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.2)


BROKEN: dict[str, Answering] = {
    "hangs up": hang_up,
    "resets": reset,
    "half an answer": half_an_answer,
    "not HTTP": no_http,
    "bad chunks": bad_chunks,
}


async def failure(deed: Awaitable[object]) -> CloreError:
    with pytest.raises(CloreError) as caught:
        await deed
    return caught.value


async def test_a_change_travels_once_with_its_body() -> None:
    server = Server(reply(b'{"code":0}'))
    async with server.clore() as clore:
        await clore.keyed(KEY).create_order(new_order())
    (request,) = server.requests
    assert request.startswith(b"POST /v1/create_order HTTP/1.1\r\n")
    assert request.endswith(b'"type":"on-demand"}')
    assert request.lower().count(b"user-agent: clore-telegram-bot") == request.lower().count(b"user-agent") == 1


async def test_server_config_is_a_get_with_a_body() -> None:
    server = Server(reply(b'{"code":0,"config":{}}'))
    async with server.clore() as clore:
        await clore.keyed(KEY).server_config("Jan Vykydal")
    assert server.requests[0].startswith(b"GET /v1/server_config HTTP/1.1\r\n")
    assert server.requests[0].endswith(b'{"server_name":"Jan Vykydal"}')


@pytest.mark.parametrize("how", BROKEN)
async def test_a_connection_that_breaks_after_a_change_left_is_an_unknown_outcome(how: str) -> None:
    server = Server(BROKEN[how])
    async with server.clore() as clore:
        assert isinstance(await failure(clore.keyed(KEY).create_order(new_order())), OutcomeUnknown)
    assert len(server.requests) == 1


async def test_a_change_without_an_answer_in_time_is_an_unknown_outcome() -> None:
    server = Server(never)
    async with server.clore(request_seconds=0.05) as clore:
        assert isinstance(await failure(clore.keyed(KEY).create_order(new_order())), OutcomeUnknown)
    assert len(server.requests) == 1


async def test_a_socket_that_stays_silent_is_an_unknown_outcome() -> None:
    server = Server(never)
    async with server.clore(read_seconds=0.05) as clore:
        assert isinstance(await failure(clore.keyed(KEY).create_order(new_order())), OutcomeUnknown)
    assert len(server.requests) == 1


@pytest.mark.parametrize("how", BROKEN)
async def test_a_read_over_a_broken_connection_is_unavailable(how: str) -> None:
    async with Server(BROKEN[how]).clore() as clore:
        assert isinstance(await failure(clore.keyed(KEY).my_orders()), Unavailable)


async def test_a_change_on_a_kept_connection_that_was_just_closed_is_not_sent_again() -> None:
    """The first request is answered; the second finds the connection going away under it."""
    server = Server(reply(b'{"code":0}'), keeps_open=True)
    async with server.clore() as clore:
        client = clore.keyed(KEY)
        await client.create_order(new_order())
        server.answering = reset
        assert isinstance(await failure(client.create_order(new_order())), OutcomeUnknown)
    assert len(server.requests) == 2
    assert server.connections == 1


async def test_a_refused_connection_means_that_nothing_left() -> None:
    listening = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    listening.close()
    await listening.wait_closed()
    async with client_of(f"http://127.0.0.1:{port}/v1") as clore:
        assert isinstance(await failure(clore.keyed(KEY).create_order(new_order())), Unavailable)


async def test_an_unknown_host_means_that_nothing_left() -> None:
    async with client_of("http://clore.invalid/v1") as clore:
        assert isinstance(await failure(clore.keyed(KEY).create_order(new_order())), Unavailable)


async def test_a_handshake_that_fails_means_that_nothing_left() -> None:
    async def no_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"this is not TLS")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(no_tls, "127.0.0.1", 0)
    async with client_of(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1") as clore:
        assert isinstance(await failure(clore.keyed(KEY).create_order(new_order())), Unavailable)
    server.close()


async def test_redirects_are_not_followed_and_cookies_not_kept() -> None:
    server = Server(reply(b'{"code":0,"orders":[]}', b"Set-Cookie: session=1; Path=/"), keeps_open=True)
    async with server.clore() as clore:
        await clore.keyed(KEY).my_orders()
        await clore.keyed("another").my_orders()
    assert b"ookie" not in server.requests[1]

    async def elsewhere(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /v1/elsewhere\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    server = Server(elsewhere)
    async with server.clore() as clore:
        await failure(clore.keyed(KEY).my_orders())
    assert len(server.requests) == 1


def every(kind: type[Exception]) -> list[type[Exception]]:
    return [kind, *(one for below in kind.__subclasses__() for one in every(below))]


@pytest.mark.parametrize("kind", every(aiohttp.ClientError))
def test_only_errors_of_connecting_mean_that_nothing_left(kind: type[Exception]) -> None:
    """Whatever aiohttp grows: what is not known to be an error of connecting may have left."""
    error = translated(kind.__new__(kind))
    connecting = issubclass(kind, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
    assert isinstance(error, httpx.ConnectError | httpx.ConnectTimeout) is connecting


async def test_errors_of_the_transport_do_not_hold_the_key() -> None:
    async with open_http() as http, asyncio.timeout(5):
        with pytest.raises(httpx.ConnectError) as caught:
            await http.get("http://clore.invalid/v1/wallets", headers={"auth": KEY})
    assert KEY not in repr(caught.value) + str(caught.value)
