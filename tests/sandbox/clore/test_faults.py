"""What goes wrong on purpose, in process and over a real socket."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.sandbox.clore.app import CloreStandIn
from tests.sandbox.clore.conftest import ON_DEMAND, Clock, Visitor

ANSWERED = {
    "500": (500, b'{"code":1}'),
    "empty": (200, b""),
    "null": (200, b"null"),
    "truncated": (200, b'{"cod'),
}


async def spoilt(me: Visitor, mode: str) -> httpx.Response:
    answer = await me.sim("fault", {"operation": "create_order", "mode": mode})
    assert answer.status_code == 200
    me.clock.at += 6
    return await me.send("create_order", ON_DEMAND)


async def exists(me: Visitor) -> bool:
    me.clock.at += 30
    return len(await me.orders()) == 1


@pytest.mark.parametrize("mode", ANSWERED)
async def test_a_fault_spoils_the_answer(me: Visitor, mode: str) -> None:
    reply = await spoilt(me, mode)
    assert (reply.status_code, reply.content) == ANSWERED[mode]
    assert await exists(me) == (mode == "truncated")


@pytest.mark.parametrize("mode", ["500_executed", "html_executed", "empty_executed", "null_executed"])
async def test_an_order_can_be_created_although_the_answer_is_lost(me: Visitor, mode: str) -> None:
    reply = await spoilt(me, mode)
    assert reply.content != b'{"code":0}'
    assert await exists(me)
    call = me.stand_in.calls(operation="create_order")[0]
    assert (call.executed, call.fault, call.order) == (True, mode, next(iter(await me.orders())))


async def test_a_gateway_page_is_html(me: Visitor) -> None:
    reply = await spoilt(me, "html")
    assert reply.status_code == 502
    assert "<html>" in reply.text
    assert not await exists(me)


@pytest.mark.parametrize("executed", [False, True])
async def test_in_process_a_cut_connection_is_what_a_client_would_meet(me: Visitor, executed: bool) -> None:
    with pytest.raises(httpx.ReadError):
        await spoilt(me, "reset" + "_executed" * executed)
    assert me.stand_in.calls()[0].status is None
    assert await exists(me) == executed


@pytest.mark.looptime
async def test_in_process_a_request_without_an_answer_is_a_timeout() -> None:
    loop = asyncio.get_running_loop()
    stand_in = CloreStandIn(now=loop.time, servers=5, hang_seconds=30)
    stand_in.fault("timeout_executed", operation="cancel_order")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(stand_in.app), base_url="http://clore") as client:
        before = loop.time()
        with pytest.raises(httpx.ReadTimeout):
            await client.post("/v1/cancel_order", json={"id": 1}, headers={"auth": stand_in.key, "user-agent": "tests"})
        assert loop.time() - before == 30
    assert stand_in.calls()[0].executed


@pytest.mark.looptime
async def test_a_slow_answer_is_in_flight_and_the_gap_starts_at_its_end() -> None:
    loop = asyncio.get_running_loop()
    stand_in = CloreStandIn(now=loop.time, servers=5, latency=2.0)
    headers = {"auth": stand_in.key, "user-agent": "tests"}
    transport = httpx.ASGITransport(stand_in.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://clore", headers=headers) as client:

        async def status(after: float) -> int:
            await asyncio.sleep(after)
            return (await client.get("/v1/wallets")).status_code

        assert list(await asyncio.gather(status(0), status(1), status(3.1))) == [200, 429, 429]
        assert await status(1.2) == 200


async def test_faults_are_counted_and_aimed(me: Visitor, demo: Visitor) -> None:
    await me.sim("fault", {"mode": "500", "times": 2, "key": me.key})
    assert await demo.ask("wallets") != {"code": 1}
    assert [await me.ask("wallets") == {"code": 1} for _ in range(3)] == [True, True, False]


async def test_a_fault_of_a_probability_hits_some(me: Visitor) -> None:
    await me.sim("fault", {"mode": "429", "times": None, "probability": 0.3})
    hits = sum([await me.ask("wallets") == {"code": 5} for _ in range(100)])
    assert 15 < hits < 50
    await me.sim("heal", {})
    assert not any([await me.ask("wallets") == {"code": 5} for _ in range(30)])


@pytest.mark.parametrize("body", [{"mode": "429_executed"}, {"mode": "odd"}, {}, {"mode": "500", "times": "x"}])
async def test_an_unknown_fault_is_refused(me: Visitor, body: dict[str, object]) -> None:
    reply = await me.sim("fault", body)
    assert reply.status_code == 400
    assert "error" in reply.json()


async def test_a_canned_body_is_served_as_it_is(me: Visitor) -> None:
    raw = b'{"orders": [], "limit": 13, "code": "zero"'
    me.stand_in.answer("my_orders", raw, status=207, times=2, content_type="text/plain")
    await me.sim(
        "answer", {"operation": "wallets", "status": 200, "body": "\ufeffnonsense", "content_type": "text/html"}
    )
    me.clock.at += 2
    first = await me.send("my_orders")
    assert (first.status_code, first.content, first.headers["content-type"]) == (207, raw, "text/plain; charset=utf-8")
    me.clock.at += 2
    assert (await me.send("wallets")).text == "\ufeffnonsense"
    me.clock.at += 2
    assert (await me.send("my_orders")).content == raw
    assert (await me.ask("my_orders"))["code"] == 0


async def test_a_canned_body_can_be_any_bytes(me: Visitor) -> None:
    await me.sim("answer", {"operation": "wallets", "body_base64": "/wA="})
    me.clock.at += 2
    assert (await me.send("wallets")).content == b"\xff\x00"
    assert (await me.sim("answer", {"operation": "wallets", "body_base64": "?"})).status_code == 400


async def test_the_log_file_survives(tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "calls.jsonl"
    for _ in range(2):
        stand_in = CloreStandIn(now=clock, servers=5, log_file=file)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(stand_in.app), base_url="http://clore") as client:
            await client.post("/v1/cancel_order", json={"id": 1}, headers={"auth": stand_in.key, "user-agent": "tests"})
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [(line["operation"], line["body"], line["executed"]) for line in lines] == [
        ("cancel_order", {"id": 1}, True)
    ] * 2


@pytest.fixture
async def socketed(clock: Clock) -> AsyncIterator[tuple[CloreStandIn, httpx.AsyncClient]]:
    """The stand-in mounted under /clore on a real loopback socket; no waiting between requests."""
    stand_in = CloreStandIn(now=clock, servers=20, paced=False)
    door = socket.create_server(("127.0.0.1", 0))
    app = Starlette(routes=[Mount("/clore", stand_in.app)])
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws="none"))
    serving = asyncio.create_task(server.serve([door]))
    headers = {"auth": stand_in.key, "user-agent": "tests"}
    root = f"http://127.0.0.1:{door.getsockname()[1]}/clore"
    async with httpx.AsyncClient(base_url=root, headers=headers, timeout=5, trust_env=False) as client:
        yield stand_in, client
    server.should_exit = True
    await serving


async def test_over_a_socket_everything_is_as_in_process(
    socketed: tuple[CloreStandIn, httpx.AsyncClient], caplog: pytest.LogCaptureFixture
) -> None:
    stand_in, client = socketed
    config = await client.request("GET", "/v1/server_config", json={"server_name": "Attic"})
    assert config.json()["config"]["id"] == 902
    stand_in.fault("reset_executed", operation="cancel_order")
    with pytest.raises(httpx.ReadError):
        await client.post("/v1/cancel_order", json={"id": 1})
    stand_in.fault("timeout", operation="wallets")
    with pytest.raises(httpx.ReadTimeout):
        await client.get("/v1/wallets", timeout=0.05)
    assert (await client.get("/v1/wallets")).status_code == 200
    assert (await client.get("/sim/calls", params={"min": 4, "wait": 5})).json()["calls"][1]["executed"]
    assert caplog.text == ""
