"""Trying the ports of a rental: what each answer means, and where no connection is made."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.domain.deployment import Outcome, Target
from bot.domain.ids import OrderId, ServerId
from bot.domain.money import BITCOIN, Money
from bot.domain.rental import Order, PortForward
from bot.services.probe import (
    AT_ONCE,
    MOST_BYTES,
    NOWHERE,
    SECONDS,
    Network,
    NotPublic,
    Prober,
    asked,
    connection,
    first_line,
    public_address,
)

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ORDER = Order(
    id=OrderId(7),
    server=ServerId(6),
    price=Money(Decimal("0.00001"), BITCOIN),
    created_at=NOON,
    max_length=timedelta(hours=73),
    hosts=("n1.example.net", "n2.example.net"),
    tcp_ports=(PortForward(22, 10_000), PortForward(6006, 10_001)),
    http_port="8888",
    http_host="web.example.net",
)

Find = Callable[[], Awaitable[bytes]]


def _clock() -> datetime:
    return NOON


@dataclass
class Found:
    """What is behind every address: a line, or an error."""

    line: bytes | Exception = b""
    wait: float = 0.0
    tried: list[object] = field(default_factory=list)
    at_once: int = 0
    most: int = 0

    async def ssh(self, host: str, port: int) -> bytes:
        return await self._behind((host, port))

    async def web(self, host: str) -> bytes:
        return await self._behind(host)

    async def _behind(self, address: object) -> bytes:
        self.tried.append(address)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            await asyncio.sleep(self.wait)
        finally:
            self.at_once -= 1
        if isinstance(self.line, Exception):
            raise self.line
        return self.line


@pytest.mark.looptime
async def test_the_ssh_port_and_the_web_address_are_tried_and_nothing_else() -> None:
    found = Found(b"SSH-2.0-x\r\n", wait=0.25)
    ssh, _ = await Prober(found, _clock).probe(ORDER)
    assert found.tried == [("n1.example.net", 10_000), "web.example.net"]
    assert (ssh.target, ssh.outcome, ssh.milliseconds, ssh.at) == (Target.SSH, Outcome.OK, 250, NOON)


@pytest.mark.looptime
async def test_without_an_address_nothing_is_tried() -> None:
    found = Found()
    bare = Order(ORDER.id, ORDER.server, ORDER.price, NOON, ORDER.max_length, hosts=("a b", "-"), http_host="//x")
    assert await Prober(found, _clock).probe(bare) == ()
    assert found.tried == []


@pytest.mark.looptime
@pytest.mark.parametrize(
    ("line", "ssh", "web", "status"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", Outcome.OK, Outcome.NOT_WEB, None),
        (b"HTTP/1.1 403 Forbidden\r\n", Outcome.NOT_SSH, Outcome.OK, 403),
        (b"HTTP/1.0 200\r\n", Outcome.NOT_SSH, Outcome.OK, 200),
        (b"HTTP/1.1 999 x\r\n", Outcome.NOT_SSH, Outcome.NOT_WEB, None),
        (b"", Outcome.CLOSED, Outcome.CLOSED, None),
        (ConnectionRefusedError(), Outcome.REFUSED, Outcome.REFUSED, None),
        (ConnectionResetError(), Outcome.CLOSED, Outcome.CLOSED, None),
        (OSError("no route"), Outcome.UNREACHABLE, Outcome.UNREACHABLE, None),
        (socket.gaierror("no name"), Outcome.UNRESOLVED, Outcome.UNRESOLVED, None),
        (NotPublic("10.0.0.1"), Outcome.NOT_PUBLIC, Outcome.NOT_PUBLIC, None),
        (ssl.SSLCertVerificationError("self-signed"), Outcome.BAD_CERTIFICATE, Outcome.BAD_CERTIFICATE, None),
        (ssl.SSLError("no TLS"), Outcome.UNREACHABLE, Outcome.UNREACHABLE, None),
    ],
)
async def test_each_answer_has_its_word(
    line: bytes | Exception, ssh: Outcome, web: Outcome, status: int | None
) -> None:
    first, second = await Prober(Found(line), _clock).probe(ORDER)
    assert (first.outcome, second.outcome, second.status) == (ssh, web, status)


@pytest.mark.looptime
async def test_silence_is_waited_for_five_seconds() -> None:
    began = asyncio.get_running_loop().time()
    ssh, _ = await Prober(Found(wait=60), _clock).probe(ORDER)
    assert ssh.outcome is Outcome.TIMEOUT
    assert asyncio.get_running_loop().time() - began == pytest.approx(SECONDS)


@pytest.mark.looptime
async def test_a_few_are_tried_at_the_same_time_and_no_more() -> None:
    found = Found(b"SSH-2.0-x\r\n", wait=1)
    prober = Prober(found, _clock)
    await asyncio.gather(*(prober.probe(ORDER) for _ in range(AT_ONCE)))
    assert found.most == AT_ONCE
    assert len(found.tried) == 2 * AT_ONCE


async def test_a_made_up_machine_is_not_looked_up() -> None:
    ssh, web = await Prober(NOWHERE, _clock).probe(ORDER)
    assert {ssh.outcome, web.outcome} == {Outcome.UNRESOLVED}


# Real sockets of this machine


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "::1",
             "::ffff:10.0.0.1", "2002:0a00:0001::1", "fe80::1", "224.0.0.1"]
)  # fmt: skip
async def test_no_address_inside_somebodys_network_is_connected_to(host: str) -> None:
    with pytest.raises(NotPublic):
        await public_address(host, 22)
    with pytest.raises(NotPublic):
        await Network().ssh(host, 22)
    with pytest.raises(NotPublic):
        await Network().web(host)


@pytest.mark.parametrize("host", ["1.1.1.1", "2606:4700:4700::1111"])
async def test_an_address_of_the_internet_is_taken_as_it_is(host: str) -> None:
    assert await public_address(host, 22) == host


@pytest.mark.parametrize("host", ["a" * 70 + ".example", "."])
async def test_what_is_no_name_has_no_address(host: str) -> None:
    with pytest.raises(socket.gaierror):
        await public_address(host, 22)


async def test_the_first_line_is_read_and_the_connection_closed() -> None:
    async with _served(b"SSH-2.0-OpenSSH_9.6\r\nmore") as port:
        assert await _greeting(port) == b"SSH-2.0-OpenSSH_9.6\r\n"


async def test_a_server_that_says_nothing_or_too_much_is_read_no_further() -> None:
    async with _served(b"") as port:
        assert await _greeting(port) == b""
    async with _served(b"x" * 3 * MOST_BYTES) as port:
        assert len(await _greeting(port)) <= MOST_BYTES


async def test_a_closed_port_refuses() -> None:
    async with _served(b"") as port:
        pass
    with pytest.raises(ConnectionRefusedError):
        await _greeting(port)


async def test_the_request_has_nothing_in_it_but_a_name() -> None:
    heard = bytearray()
    async with (
        _served(b"HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n", heard) as port,
        connection("127.0.0.1", port) as (reader, writer),
    ):
        assert await asked("web.example.net", reader, writer) == b"HTTP/1.1 302 Found\r\n"
    lines = bytes(heard).decode().split("\r\n")
    assert lines[:2] == ["GET / HTTP/1.1", "Host: web.example.net"]
    assert not {line.partition(":")[0].lower() for line in lines} & {"cookie", "authorization", "auth"}


async def test_a_certificate_that_nobody_vouches_for_is_a_result_of_its_own(tmp_path: Path) -> None:
    async with _served(b"", secure=_self_signed(tmp_path, "web.example.net")) as port:
        with pytest.raises(ssl.SSLCertVerificationError):
            async with connection("127.0.0.1", port, ssl.create_default_context(), "web.example.net"):
                pass


def _self_signed(folder: Path, name: str) -> ssl.SSLContext:
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 1, NOON, NOON + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    both = folder / "both.pem"
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    both.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context


async def _greeting(port: int) -> bytes:
    async with connection("127.0.0.1", port) as (reader, _):
        return await first_line(reader)


@asynccontextmanager
async def _served(
    says: bytes, heard: bytearray | None = None, secure: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """A server on loopback that says this, once it has heard a request where one is expected, and closes."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if heard is not None:
            heard.extend(await reader.readuntil(b"\r\n\r\n"))
        writer.write(says)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=secure)
    async with server:
        yield server.sockets[0].getsockname()[1]
