"""Faults: errors, delays, and answers that are lost."""

import asyncio

import httpx
import pytest
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter

from tests.sandbox.telegram.conftest import Person

pytestmark = pytest.mark.looptime


async def texts(tg: Person, chat: int) -> list[str]:
    return [message["text"] for message in (await tg.sees("messages", chat=chat))["messages"]]


async def test_an_error_strikes_as_often_as_asked(tg: Person, anna: int) -> None:
    await tg.does("fault", method="sendMessage", times=2, code=500)
    for _ in range(2):
        assert await tg.refused("sendMessage", chat_id=anna, text="x") == "500 Internal Server Error"
    await tg.ok("sendMessage", chat_id=anna, text="x")
    assert await texts(tg, anna) == ["x"]


async def test_a_fault_picks_its_call_by_method_chat_and_text(tg: Person, anna: int, boris: int) -> None:
    await tg.does("fault", method="sendMessage", chat_id=anna, text="outbid", code=403)
    await tg.ok("getMe")
    await tg.ok("sendMessage", chat_id=boris, text="outbid")
    await tg.ok("sendMessage", chat_id=anna, text="hello")
    refusal = await tg.refused("sendMessage", chat_id=anna, text="you were outbid")
    assert refusal == "403 Forbidden: bot was blocked by the user"


async def test_the_answer_is_lost_after_the_call_was_carried_out(tg: Person, anna: int) -> None:
    await tg.does("fault", method="sendMessage", after=True)
    assert await tg.refused("sendMessage", chat_id=anna, text="once") == "502 Bad Gateway"
    assert await texts(tg, anna) == ["once"]
    (call,) = (await tg.sees("calls", method="sendMessage"))["calls"]
    assert (call["lost"], call["answer"]["ok"]) == (True, True)


async def test_the_connection_is_dropped_before_or_after(tg: Person, anna: int) -> None:
    await tg.does("fault", method="sendMessage", drop=True)
    with pytest.raises(httpx.RemoteProtocolError):
        await tg.call("sendMessage", chat_id=anna, text="1")
    await tg.does("fault", method="sendMessage", drop=True, after=True)
    with pytest.raises(httpx.RemoteProtocolError):
        await tg.call("sendMessage", chat_id=anna, text="2")
    assert await texts(tg, anna) == ["2"]


async def test_updates_are_served_again_when_their_answer_was_lost(tg: Person, anna: int) -> None:
    await tg.does("message", chat=anna, user=anna, text="hello")
    await tg.does("fault", method="getUpdates", after=True)
    await tg.refused("getUpdates")
    assert len(await tg.ok("getUpdates")) == 1


async def test_a_delay_only_delays(tg: Person, anna: int) -> None:
    await tg.does("fault", method="sendMessage", delay=7)
    await tg.ok("sendMessage", chat_id=anna, text="x")
    assert asyncio.get_running_loop().time() == 7


async def test_the_real_library_meets_each_error_in_its_own_class(tg: Person, ptb: Bot, anna: int, boris: int) -> None:
    await tg.does("fault", retry_after=10_072)
    with pytest.raises(RetryAfter) as waits:
        await ptb.send_message(anna, "x")
    assert waits.value.retry_after.total_seconds() == 10_072  # type: ignore[union-attr]
    await tg.does("fault", code=502)
    with pytest.raises(NetworkError):
        await ptb.send_message(anna, "x")
    await tg.does("fault", drop=True)
    with pytest.raises(NetworkError, match="ConnectionDropped"):
        await ptb.send_message(anna, "x")
    await tg.does("block", user=boris, blocked=True)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await ptb.send_message(boris, "x")
    with pytest.raises(BadRequest, match="Chat not found"):
        await ptb.send_message(7, "x")
    group = await tg.group([anna], type="group")
    moved = (await tg.does("migrate", chat=group))["id"]
    with pytest.raises(ChatMigrated) as migrated:
        await ptb.send_message(group, "x")
    assert migrated.value.new_chat_id == moved


async def test_a_fault_that_does_nothing_is_refused(tg: Person) -> None:
    await tg.does("fault", 400, method="getMe")
    await tg.does("fault", 400, methd="getMe", code=500)
