"""The demo as a process: it starts, serves, keeps settings out, stops in order, and says when its bot is gone."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest

from bot.sandbox.child import environment, running
from bot.sandbox.clore.app import CloreStandIn
from bot.sandbox.demo import TOKEN, cast
from bot.sandbox.serve import WEB, build, listen, serving
from bot.sandbox.telegram.app import TelegramStandIn
from tests.journeys.demo import ROOT, demo

pytestmark = pytest.mark.process

# A bot that says what it was given, then waits for its end like the real one.
PATIENT = """
import json, os, signal, sys
print("starting", flush=True)
print("environment", json.dumps(dict(os.environ)), os.getcwd(), sorted({*os.listdir(".")} - {"bot.log"}), flush=True)
signal.signal(signal.SIGTERM, lambda *_: (print("stopped", flush=True), sys.exit(0)))
print("INFO ready", flush=True)
signal.pause()
"""
MORTAL = "import sys; print('INFO ready', flush=True); sys.stdin.close(); print('no such table'); sys.exit(3)"


def test_the_demo_serves_the_page_and_both_stand_ins_and_leaves_nothing_behind() -> None:
    with demo("-c", PATIENT) as played:
        address = played.ready()
        with httpx.Client(base_url=address) as browser:
            page = browser.get("/")
            facts = browser.get("/demo.json").json()
            acts = browser.get("/clore/sim/acts").json()
            chats = browser.get("/telegram/sim/chats", params={"user": facts["people"][0]["id"]}).json()
        log = played.log
        assert log.read_text().startswith("starting")

        assert played.stop() == 0

    assert "<title>CLORE bot demo</title>" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert facts["key"] in played.said
    assert [person["first_name"] for person in facts["people"]] == ["Ada", "Grace"]
    assert {chat["type"] for chat in chats} == {"private", "supergroup"}
    assert "outbid" in {act["act"] for act in acts}
    assert not log.parent.exists()


def test_no_setting_from_outside_reaches_the_bot(tmp_path: Path) -> None:
    outside = {
        "BOT_OPERATORS": "7",
        "BOT_DATABASE": str(tmp_path / "mine.db"),
        "TELEGRAM_BOT_TOKEN": "8:mine",
        "CLORE_API_URL": "http://127.0.0.1:9/",
        "PORT": "9",
        "https_proxy": "http://127.0.0.1:9",
        "HOME": str(tmp_path),
    }
    with demo("-c", PATIENT, outside=outside) as played:
        address = played.ready()
        log = played.log
        line = next(line for line in log.read_text().splitlines() if line.startswith("environment "))
        played.stop()

    seen, end = json.JSONDecoder().raw_decode(line.removeprefix("environment "))
    own = {name: value for name, value in seen.items() if name.startswith(("BOT_", "TELEGRAM_", "CLORE_"))}
    assert own == {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": f"{address}telegram",
        "CLORE_API_URL": f"{address}clore/v1",
        "BOT_DATABASE": str(log.parent / "bot.db"),
        "BOT_POLL_SECONDS": "5",
    }
    assert seen["HOME"] == str(tmp_path)
    assert not {"PORT", "https_proxy"} & set(seen)
    assert line[len("environment ") + end :].strip() == f"{log.parent} []", "no .env beside it"


def test_a_busy_port_takes_the_next() -> None:
    with listen(0) as busy, demo("-c", PATIENT, port=busy.getsockname()[1]) as played:
        address = httpx.URL(played.ready())
        assert address.port is not None
        assert address.port > busy.getsockname()[1]
        assert httpx.get(address.join("/demo.json")).status_code == 200


def test_a_bot_that_dies_is_not_started_again_but_told_of() -> None:
    with demo("-c", MORTAL) as played:
        played.until("exit code 3")
        played.until("no such table")
        assert played.process.wait(timeout=30) == 1


def test_ctrl_c_stops_the_bot_in_order() -> None:
    with demo("-c", PATIENT) as played:
        played.ready()
        with played.log.open() as log:
            assert played.stop(signal.SIGINT) == 0
            assert log.read().endswith("stopped\n")


async def test_a_bot_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    )
    async with running([sys.executable, "-c", deaf], {}, tmp_path, patience_seconds=0.2) as bot:
        await bot.ready.wait()
    assert bot.killed
    assert await bot.ended() == -signal.SIGKILL


def test_the_environment_keeps_what_is_nobodys_setting() -> None:
    kept = environment({"PATH": "/bin", "LANG": "C", "bot_poll_seconds": "1"}, {"BOT_POLL_SECONDS": "5"})
    assert kept["PATH"] == "/bin"
    assert kept["BOT_POLL_SECONDS"] == "5"
    assert "bot_poll_seconds" not in kept
    assert kept["PYTHONPATH"].split(os.pathsep)[0] == str(ROOT)


async def test_every_file_that_the_page_names_is_served_and_a_foreign_name_is_not() -> None:
    telegram = TelegramStandIn(TOKEN)
    app = build(telegram.app, CloreStandIn(servers=20).app, await cast(telegram, TOKEN))
    with listen(0) as door:
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        async with serving(app, door), httpx.AsyncClient(base_url=address) as browser:
            for file in WEB.iterdir():
                answer = await browser.get(f"/{file.name}")
                assert answer.status_code == 200, file.name
                assert answer.headers["x-content-type-options"] == "nosniff"
            assert (await browser.get("/../demo.py")).status_code == 404
            foreign = await browser.get("/demo.json", headers={"Host": "rebound.example"})
            assert foreign.status_code == 400


def test_the_page_loads_nothing_from_elsewhere() -> None:
    for file in WEB.iterdir():
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "innerHTML" not in text, "texts never become markup"
        for scheme in ('"http:', '"https:', "(https:", "url(http", "//cdn"):
            if file.name != "entities.js":  # names the schemes that a link may have
                assert scheme not in text, f"{file.name} names {scheme}"


def test_a_socket_is_only_reachable_from_this_machine() -> None:
    with listen(0) as door:
        assert door.getsockname()[0] == "127.0.0.1"
        assert door.family == socket.AF_INET
