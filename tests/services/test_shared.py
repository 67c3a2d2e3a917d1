"""A reading that several wait for: asked once, ended by nobody who leaves, and given up with its key."""

from __future__ import annotations

import asyncio

import pytest

from bot.clore.errors import Unavailable
from bot.services.shared import Shared

pytestmark = pytest.mark.looptime


class Slow:
    """Answers after a second with how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def read(self) -> int:
        self.asked += 1
        await asyncio.sleep(1)
        return self.asked


async def test_whoever_asks_meanwhile_waits_for_the_same_request() -> None:
    shared, slow = Shared[str, int](), Slow()
    assert await asyncio.gather(*(shared.get("one", slow.read) for _ in range(3))) == [1, 1, 1]
    assert await shared.get("one", slow.read) == 2, "the first one has ended"


async def test_who_stops_waiting_does_not_stop_the_others() -> None:
    shared, slow = Shared[str, int](), Slow()
    leaves, stays = (asyncio.create_task(shared.get("one", slow.read)) for _ in range(2))
    await asyncio.sleep(0.5)
    leaves.cancel()
    assert await stays == 1
    assert leaves.cancelled()


async def test_what_was_dropped_is_an_error_for_who_waits_and_read_anew_by_the_next() -> None:
    shared, slow = Shared[str, int](), Slow()
    given_up, kept = (asyncio.create_task(shared.get(place, slow.read)) for place in ("one", "two"))
    await asyncio.sleep(0.5)
    shared.drop(lambda place: place == "one")
    with pytest.raises(Unavailable):
        await given_up
    assert await kept == 2
    assert await shared.get("one", slow.read) == 3


async def test_every_waiter_sees_why_it_failed() -> None:
    async def fails() -> int:
        await asyncio.sleep(1)
        raise Unavailable("no answer")

    shared = Shared[str, int]()
    found = await asyncio.gather(*(shared.get("one", fails) for _ in range(2)), return_exceptions=True)
    assert [type(each) for each in found] == [Unavailable, Unavailable]
