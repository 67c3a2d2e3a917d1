"""The same application behind a real server: long polls, dropped connections, events."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn

from bot.sandbox.telegram.app import TelegramStandIn
from tests.sandbox.telegram.conftest import TOKEN


@pytest.fixture
async def http(stand_in: TelegramStandIn) -> AsyncIterator[httpx.AsyncClient]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(stand_in.app, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=20) as client:
        yield client
    server.should_exit = True
    await serving


async def test_a_long_poll_ends_with_the_message(http: httpx.AsyncClient) -> None:
    anna = (await http.post("/sim/user", json={"first_name": "Anna"})).json()["id"]
    poll = asyncio.create_task(http.post(f"/bot{TOKEN}/getUpdates", data={"timeout": 20}))
    await http.post("/sim/message", json={"chat": anna, "user": anna, "text": "hello"})
    assert [update["message"]["text"] for update in (await poll).json()["result"]] == ["hello"]


async def test_a_dropped_connection_breaks_off(http: httpx.AsyncClient) -> None:
    await http.post("/sim/fault", json={"method": "getMe", "drop": True})
    with pytest.raises(httpx.RemoteProtocolError):
        await http.get(f"/bot{TOKEN}/getMe")
    assert (await http.get(f"/bot{TOKEN}/getMe")).json()["ok"]


async def test_events_arrive_while_the_page_listens(http: httpx.AsyncClient) -> None:
    async with http.stream("GET", "/sim/events") as stream:
        lines = stream.aiter_lines()
        assert await anext(lines) == ": welcome"
        anna = (await http.post("/sim/user", json={"first_name": "Anna"})).json()["id"]
        await http.post("/sim/message", json={"chat": anna, "user": anna, "text": "hello"})
        async for line in lines:
            if line.startswith("data: "):
                assert json.loads(line.removeprefix("data: "))["chat"] == anna
                break
