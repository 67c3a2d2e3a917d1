"""A bot that follows a script: the test itself says what it writes, through the Bot API of a sandbox of its own."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from struct import pack
from threading import Thread
from typing import Any
from zlib import compress, crc32

import httpx

from bot.sandbox.clore.app import CloreStandIn
from bot.sandbox.demo import NAME, TOKEN, USERNAME, cast
from bot.sandbox.serve import build, listen, serving
from bot.sandbox.telegram.app import TelegramStandIn

ADA, GRACE, TEAM = 101, 102, -1000000000201


@dataclass(frozen=True)
class Stage:
    """A sandbox without a bot: the test is the bot."""

    address: str
    bot: httpx.Client

    def call(self, method: str, **parameters: Any) -> Any:
        answer = self.bot.post(f"/bot{TOKEN}/{method}", json=parameters).json()
        assert answer["ok"], answer
        return answer["result"]

    def send(self, text: str, *rows: list[dict[str, Any]], chat: int = ADA, **more: Any) -> int:
        """A message of the bot, with a keyboard."""
        markup = {"reply_markup": {"inline_keyboard": rows}} if rows else {}
        sent = self.call("sendMessage", chat_id=chat, text=text, parse_mode="HTML", **markup, **more)
        return int(sent["message_id"])

    def upload(self, method: str, **parameters: Any) -> None:
        """A call with files, each a name and its bytes."""
        files = {name: value for name, value in parameters.items() if isinstance(value, tuple)}
        texts = {name: value for name, value in parameters.items() if name not in files}
        answer = self.bot.post(f"/bot{TOKEN}/{method}", data=texts, files=files).json()
        assert answer["ok"], answer

    def heard(self, kind: str) -> Any:
        """The next update of this kind that the bot gets."""
        for update in self.updates():
            if kind in update:
                return update[kind]
        raise AssertionError(f"no {kind}")

    def updates(self) -> Iterator[dict[str, Any]]:
        while found := self.call("getUpdates", timeout=5, limit=1):
            self.call("getUpdates", offset=found[0]["update_id"] + 1, timeout=0, limit=1)
            yield found[0]

    def said(self, chat: int = ADA, user: int = ADA, text: str = "hello", **more: Any) -> int:
        """A person writes from another device."""
        sent = self.bot.post("/sim/message", json={"chat": chat, "user": user, "text": text, **more}).json()
        return int(sent["message_id"])


async def _perform(address: Future[str], end: Future[None]) -> None:
    telegram = TelegramStandIn(TOKEN, name=NAME, username=USERNAME)
    clore = CloreStandIn(servers=60)
    facts = {"run": os.urandom(4).hex(), "key": clore.key, **await cast(telegram, TOKEN)}
    with listen(0) as door:
        async with serving(build(telegram.app, clore.app, facts), door):
            address.set_result(f"http://127.0.0.1:{door.getsockname()[1]}/")
            await asyncio.wrap_future(end)


@contextmanager
def staged() -> Iterator[Stage]:
    """A sandbox in a thread of its own, in which the bot has just been added to the group."""
    address: Future[str] = Future()
    end: Future[None] = Future()
    thread = Thread(target=lambda: asyncio.run(_perform(address, end)))
    thread.start()
    where = address.result(timeout=20)
    try:
        with httpx.Client(base_url=f"{where}telegram", timeout=20) as bot:
            stage = Stage(where, bot)
            added = stage.call("getUpdates")  # that the bot is in the group
            stage.call("getUpdates", offset=added[-1]["update_id"] + 1)
            yield stage
    finally:
        end.set_result(None)
        thread.join()


def button(text: str, data: str = "x", style: str | None = None) -> dict[str, Any]:
    return {"text": text, "callback_data": data} | ({"style": style} if style else {})


def tell_a_story(stage: Stage) -> None:
    """What the real bot would write, at its most colourful."""
    in_six_days = int(time.time()) + 6 * 86400 + 60
    stage.call("setMyCommands", commands=[{"command": "orders", "description": "Rentals and waiting bids"}])
    stage.said(text="/orders")
    stage.send(
        "🟢 <b>Running</b> · #<code>400235</code> · acct <i>main</i>\n4x RTX 4090, on demand, server 1391\n"
        "698.21 CLORE a day ≈ 7.82 USD, 0.33 an hour, with the fee\n"
        f'Ends <tg-time unix="{in_six_days}" format="r">in 6 days (UTC)</tg-time>\n'
        '<pre><code class="language-SSH">ssh root@n1.c1.clorecloud.net -p 10000</code></pre>'
        "<blockquote expandable>image cloreai/ubuntu20.04-jupyter\nports 22 to 10000, 8888 to 10001\n"
        "AMD EPYC 7443, 24 cores\n128 GB RAM, 400 GB nvme\n940 / 870 Mbit/s</blockquote>",
        [
            {"text": "Copy SSH", "copy_text": {"text": "ssh root@n1"}},
            {"text": "Open in browser", "url": "https://example.org"},
        ],
        [button("Cancel the rental", "x", "danger")],
        [button("◀ Back"), button("Refresh"), button("Close")],
        protect_content=True,
    )
    stage.said(text="thanks!")
    stage.send(
        "🟠 <b>Outbid</b> · #<code>400236</code> · acct <i>main</i>\nSomebody offers 0.00004483 BTC a day ≈ 3.00 USD. "
        "Your bid of 0.00004269 waits.\nTo win it back: <b>0.00004484 BTC</b> a day.",
        [button("Raise to 0.00004484 BTC a day", "r", "success")],
        [button("Another price"), button("Let it go")],
    )
    stage.said(chat=TEAM, user=GRACE, text="morning! is the render box still ours?")
    stage.said(chat=TEAM, user=GRACE, text=f"/status@{USERNAME}")
    stage.send("All is well. Data is 4 s old.", chat=TEAM, disable_notification=True)
    asked = stage.said(chat=TEAM, text="what did we spend?")
    answers = json.dumps({"message_id": asked})
    picture = ("spend.png", png(420, 200))
    stage.upload("sendPhoto", photo=picture, chat_id=TEAM, caption="Spend of the week", reply_parameters=answers)


def png(width: int, height: int) -> bytes:
    """A picture of bars."""
    bars = [height - (37 * (x // 30) ** 2) % (height - 20) for x in range(width)]
    rows = (
        b"\0" + b"".join(b"\x2a\x86\xd8" if y > bars[x] and x % 30 < 22 else b"\xf4\xf7\xfa" for x in range(width))
        for y in range(height)
    )

    def part(kind: bytes, content: bytes) -> bytes:
        return pack(">I", len(content)) + kind + content + pack(">I", crc32(kind + content))

    head = pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", compress(b"".join(rows))) + part(b"IEND", b"")
