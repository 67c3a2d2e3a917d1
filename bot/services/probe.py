"""Tries whether a new rental can be reached: the SSH port and the web address that CLORE.AI names, nothing else."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Final, Protocol

from bot.clore.exchange import USER_AGENT
from bot.domain.deployment import Outcome, Probe, Target
from bot.domain.rental import Order
from bot.services.clock import Clock

SECONDS: Final = 5.0
"""For a whole attempt: a machine that takes longer is of no use to anybody at a terminal."""
AT_ONCE: Final = 8
"""Attempts of the whole process at the same time."""
MOST_BYTES: Final = 512
"""More than the first line of an SSH server (255, RFC 4253) or of an HTTP answer has."""
HTTPS_PORT: Final = 443

_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})\b")


class NotPublic(OSError):
    """The name leads into somebody's own network, or to this machine: it is not connected to."""


class Connector(Protocol):
    """How the outside is reached. Raises `OSError`, to which `ssl.SSLError` and `TimeoutError` belong."""

    async def ssh(self, host: str, port: int) -> bytes:
        """The first line that the server says; nothing where it closes the connection."""

    async def web(self, host: str) -> bytes:
        """The first line of the answer to `GET https://host/`; nothing where the connection is closed."""


class Network:
    """The internet. Connects to the very address that was checked: a name can lead elsewhere the next moment."""

    async def ssh(self, host: str, port: int) -> bytes:
        async with connection(await public_address(host, port), port) as (reader, _):
            return await first_line(reader)

    async def web(self, host: str) -> bytes:
        address = await public_address(host, HTTPS_PORT)
        secure = ssl.create_default_context()
        async with connection(address, HTTPS_PORT, secure, host) as (reader, writer):
            return await asked(host, reader, writer)


class Nowhere:
    """For a CLORE.AI on this machine, whose rentals are made up: no name of theirs is looked up."""

    async def ssh(self, host: str, port: int) -> bytes:
        raise socket.gaierror(f"{host}:{port} is made up")

    async def web(self, host: str) -> bytes:
        raise socket.gaierror(f"{host} is made up")


NOWHERE: Final = Nowhere()


class Prober:
    def __init__(self, connector: Connector, clock: Clock) -> None:
        self._connector = connector
        self._clock = clock
        self._places = asyncio.Semaphore(AT_ONCE)

    async def probe(self, order: Order) -> tuple[Probe, ...]:
        """An attempt at everything of this order that has an address, side by side; nothing where nothing has."""
        attempts = []
        if address := order.ssh_address:
            attempts.append(self._attempt(Target.SSH, self._connector.ssh(*address)))
        if host := order.web_host:
            attempts.append(self._attempt(Target.WEB, self._connector.web(host)))
        return tuple(await asyncio.gather(*attempts))

    async def _attempt(self, target: Target, connecting: Awaitable[bytes]) -> Probe:
        async with self._places:
            at, began = self._clock(), asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout(SECONDS):
                    line = await connecting
            except OSError as error:
                return Probe(target, _failure(error), at)
            took = timedelta(seconds=asyncio.get_running_loop().time() - began)
        outcome, status = _read(target, line)
        return Probe(target, outcome, at, took // timedelta(milliseconds=1), status)


async def public_address(host: str, port: int) -> str:
    """An address of this name. `NotPublic` where any of its addresses is not of the internet; `socket.gaierror`."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (UnicodeError, OverflowError) as error:  # not a name, or not a port, that can be looked up
        raise socket.gaierror(str(error)) from None
    addresses = sorted({str(info[4][0]) for info in found}, key=lambda address: (":" in address, address))
    if not addresses or not all(_is_public(address) for address in addresses):
        raise NotPublic(f"{host} is not an address of the internet")
    return addresses[0]


@asynccontextmanager
async def connection(
    address: str, port: int, secure: ssl.SSLContext | None = None, host: str | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """`secure`: with TLS, by a certificate for `host`."""
    reader, writer = await asyncio.open_connection(
        address, port, limit=MOST_BYTES, ssl=secure, server_hostname=host if secure else None
    )
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):  # whatever the other side does at the end: it has answered, or not
            await writer.wait_closed()


async def asked(host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """The first line of the answer to the smallest request there is: no cookie, no credentials."""
    request = f"GET / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {USER_AGENT}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    writer.write(request.encode("ascii"))
    await writer.drain()
    return await first_line(reader)


async def first_line(reader: asyncio.StreamReader) -> bytes:
    """The first line, or its beginning where it is too long."""
    try:
        return await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError as ended:
        return ended.partial
    except asyncio.LimitOverrunError:
        return await reader.read(MOST_BYTES)


def _is_public(address: str) -> bool:
    """Of the internet; an IPv6 address that stands for one of IPv4 is as public as that."""
    found = ipaddress.ip_address(address)
    inner = found.ipv4_mapped or found.sixtofour if isinstance(found, ipaddress.IPv6Address) else None
    return all(each.is_global and not each.is_multicast for each in (found, inner) if each is not None)


def _failure(error: OSError) -> Outcome:
    match error:
        case NotPublic():
            return Outcome.NOT_PUBLIC
        case socket.gaierror():
            return Outcome.UNRESOLVED
        case ssl.SSLCertVerificationError():
            return Outcome.BAD_CERTIFICATE
        case ConnectionRefusedError():
            return Outcome.REFUSED
        case ConnectionResetError():
            return Outcome.CLOSED
        case TimeoutError():
            return Outcome.TIMEOUT
        case _:
            return Outcome.UNREACHABLE


def _read(target: Target, line: bytes) -> tuple[Outcome, int | None]:
    if not line:
        return Outcome.CLOSED, None
    if target is Target.SSH:
        return Outcome.OK if line.startswith(b"SSH-") else Outcome.NOT_SSH, None
    status = _STATUS.match(line)
    return (Outcome.OK, int(status[1])) if status else (Outcome.NOT_WEB, None)
