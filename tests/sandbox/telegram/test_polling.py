"""getUpdates in virtual time: offsets, limits, waiting, and who may ask."""

import asyncio
from typing import Any

import pytest

from tests.sandbox.telegram.conftest import Person

pytestmark = pytest.mark.looptime

OTHER_POLLER = "409 Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


def now() -> float:
    return asyncio.get_running_loop().time()


async def say(tg: Person, anna: int, *texts: str) -> None:
    for text in texts:
        await tg.does("message", chat=anna, user=anna, text=text)


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def test_updates_stay_until_their_successor_is_asked_for(tg: Person, anna: int) -> None:
    await say(tg, anna, "1", "2", "3")
    first = await tg.ok("getUpdates", limit=2)
    assert texts(first) == ["1", "2"]
    assert texts(await tg.ok("getUpdates")) == ["1", "2", "3"]
    rest = await tg.ok("getUpdates", offset=first[-1]["update_id"] + 1)
    assert texts(rest) == ["3"]
    assert texts(await tg.ok("getUpdates")) == ["3"]


async def test_update_ids_count_up(tg: Person, anna: int) -> None:
    await say(tg, anna, "1", "2")
    ids = [update["update_id"] for update in await tg.ok("getUpdates")]
    assert ids == [ids[0], ids[0] + 1]


async def test_a_negative_offset_keeps_only_the_newest(tg: Person, anna: int) -> None:
    await say(tg, anna, "1", "2", "3")
    assert texts(await tg.ok("getUpdates", offset=-2)) == ["2", "3"]
    assert texts(await tg.ok("getUpdates")) == ["2", "3"]


async def test_at_most_a_hundred_come_at_once(tg: Person, anna: int) -> None:
    await say(tg, anna, *map(str, range(105)))
    assert len(await tg.ok("getUpdates", limit=500)) == 100


async def test_a_poll_waits_until_something_happens(tg: Person, anna: int) -> None:
    poll = asyncio.create_task(tg.ok("getUpdates", timeout=30))
    await asyncio.sleep(7)
    assert not poll.done()
    await say(tg, anna, "hello")
    assert texts(await poll) == ["hello"]
    assert now() == 7


async def test_a_poll_ends_empty_after_its_timeout_of_fifty_seconds_at_most(tg: Person) -> None:
    assert await tg.ok("getUpdates", timeout=10) == []
    assert now() == 10
    assert await tg.ok("getUpdates", timeout=1000) == []
    assert now() == 60


async def test_who_asks_the_same_again_in_haste_waits_three_seconds(tg: Person, anna: int) -> None:
    assert await tg.ok("getUpdates") == []
    assert now() == 0
    assert await tg.ok("getUpdates", timeout=1) == []
    assert now() == 3
    assert await tg.ok("getUpdates", offset=5) == []
    assert now() == 3
    await say(tg, anna, "x")
    assert len(await tg.ok("getUpdates", offset=5)) == 1
    assert now() == 3


async def test_the_second_poller_ends_the_first(tg: Person, anna: int) -> None:
    first = asyncio.create_task(tg.refused("getUpdates", timeout=30))
    await asyncio.sleep(1)
    second = asyncio.create_task(tg.ok("getUpdates", timeout=30))
    assert await first == OTHER_POLLER
    assert now() == 1
    await say(tg, anna, "x")
    assert texts(await second) == ["x"]


async def test_pollers_that_keep_fighting_hear_of_it_slowly(tg: Person) -> None:
    refusals = [asyncio.create_task(tg.refused("getUpdates", timeout=30))]
    for _ in range(2):
        await asyncio.sleep(1)
        refusals.append(asyncio.create_task(tg.refused("getUpdates", timeout=30)))
    assert await refusals[0] == OTHER_POLLER
    assert await refusals[1] == OTHER_POLLER
    assert now() == 5
    refusals[2].cancel()


async def test_no_polling_beside_a_webhook(tg: Person) -> None:
    poll = asyncio.create_task(tg.refused("getUpdates", timeout=30))
    await asyncio.sleep(1)
    await tg.ok("setWebhook", url="https://example.org/hook")
    text = "409 Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    assert await poll == text
    assert await tg.refused("getUpdates") == text
    assert (await tg.ok("getWebhookInfo"))["url"] == "https://example.org/hook"
    await tg.ok("deleteWebhook")
    assert await tg.ok("getUpdates") == []


async def test_pending_updates_can_be_dropped(tg: Person, anna: int) -> None:
    await say(tg, anna, "1", "2")
    assert (await tg.ok("getWebhookInfo"))["pending_update_count"] == 2
    await tg.ok("deleteWebhook", drop_pending_updates=True)
    assert (await tg.ok("getWebhookInfo"))["pending_update_count"] == 0


async def test_allowed_updates_are_remembered_and_count_when_the_update_happens(tg: Person, anna: int) -> None:
    await tg.does("message", chat=anna, user=anna, text="before")
    await tg.ok("getUpdates", allowed_updates=["callback_query"])
    assert len(await tg.ok("getUpdates", offset=1)) == 1
    await say(tg, anna, "not wanted")
    assert texts(await tg.ok("getUpdates", offset=2)) == ["before"]
    await tg.ok("getUpdates", offset=3, allowed_updates=[])
    await say(tg, anna, "wanted")
    assert texts(await tg.ok("getUpdates", offset=4)) == ["before", "wanted"]


async def test_by_default_changes_of_members_are_left_out(tg: Person, anna: int, boris: int) -> None:
    group = await tg.group([anna], bot="administrator")
    await tg.updates()
    await tg.does("member", chat=group, user=boris, status="member")
    assert [list(update)[1] for update in await tg.updates()] == ["message"]
    await tg.does("message", chat=anna, user=anna, text="x")
    await tg.updates(allowed_updates=["message", "chat_member"])
    await tg.does("member", chat=group, user=boris, status="left")
    assert [list(update)[1] for update in await tg.updates()] == ["chat_member", "message"]


async def test_an_update_can_be_served_again(tg: Person, anna: int) -> None:
    await say(tg, anna, "1")
    (update,) = await tg.updates()
    await tg.does("replay", update_id=update["update_id"])
    assert await tg.updates() == [update]
    await tg.does("replay", 404, update_id=1)
