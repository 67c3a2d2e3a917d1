"""A process with the simulated CLORE.AI and two simulated Telegrams, ours and that of the baseline.

A burst is made and timed in here: `POST /{which}/burst` lets `count` people, from number `first` on, say `text` in one
moment, and answers with the seconds until the bot has sent as many messages.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from bot.sandbox.clore.app import CloreStandIn
from bot.sandbox.serve import listen, serving
from bot.sandbox.telegram.app import TelegramStandIn

TOKENS: Final = {
    "ours": "1000000007:TEST-of-the-simulated-Telegram-0000",
    "bare": "1000000009:TEST-of-the-simulated-Telegram-0001",
}
FIRST_PERSON: Final = 5_000
LONGEST_BURST_SECONDS: Final = 120.0


class Bursts:
    """One Telegram of the two, its people, and what they say all at once."""

    def __init__(self, token: str) -> None:
        self.telegram = TelegramStandIn(token)
        self._met = FIRST_PERSON

    async def burst(self, request: Request) -> Response:
        asked = request.query_params
        people = range(FIRST_PERSON + int(asked["first"]), FIRST_PERSON + int(asked["first"]) + int(asked["count"]))
        await self._meet(people.stop)
        calls = self.telegram.calls
        newest, began = calls.find()[-1].n, time.perf_counter()
        for person in people:
            await self.telegram.does("message", chat=person, user=person, text=asked["text"])
        sent = await calls.wait(len(people), LONGEST_BURST_SECONDS, method="sendMessage", since=newest)
        seconds = time.perf_counter() - began
        return JSONResponse({"seconds": seconds, "sent": len(sent), "lint": self.telegram.lint})

    async def _meet(self, end: int) -> None:
        for person in range(self._met, end):
            await self.telegram.does("user", id=person, first_name="Ada", language_code="en")
        self._met = max(self._met, end)


def app(servers: int) -> Starlette:
    """CLORE.AI without pacing and without latency: what is measured is on the other side."""
    bursts = {which: Bursts(token) for which, token in TOKENS.items()}
    clore = CloreStandIn(servers=servers, paced=False, lag=(0.0, 0.0))
    return Starlette(
        routes=[
            *(Route(f"/{which}/burst", each.burst, methods=["POST"]) for which, each in bursts.items()),
            *(Mount(f"/{which}", each.telegram.app) for which, each in bursts.items()),
            Mount("/clore", clore.app),
        ]
    )


async def serve(servers: int) -> None:
    door = listen(0)
    with door:
        async with serving(app(servers), door):
            sys.stdout.write(f"port {door.getsockname()[1]}\n")
            sys.stdout.flush()
            await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--servers", type=int, default=60)
    asyncio.run(serve(parser.parse_args().servers))
