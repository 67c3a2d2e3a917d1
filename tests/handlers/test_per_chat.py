"""Turns: one chat in order, chats side by side, and nobody takes more than a share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.domain.ids import TelegramChatId, UserId
from handlers.flood import MOST_REMEMBERED, Flood, OncePerMinute
from handlers.per_chat import PerChat, Refused, Stopping, Turn, Why

ANNA, BORIS = UserId(1), UserId(2)
CHAT, OTHER = TelegramChatId(1), TelegramChatId(2)


def seconds() -> float:
    return asyncio.get_running_loop().time()


def admitted(per_chat: PerChat, chat: TelegramChatId, user: UserId | None = None) -> Turn:
    turn = per_chat.admit(chat, user)
    assert isinstance(turn, Turn)
    return turn


async def one_second_each(per_chat: PerChat, chat: TelegramChatId, note: Callable[[], None]) -> None:
    with admitted(per_chat, chat) as turn:
        await turn.comes()
        await asyncio.sleep(1)
        note()


@pytest.mark.looptime
async def test_four_chats_with_a_slow_handler_are_all_served_after_one_second() -> None:
    per_chat, ends = PerChat(), list[float]()
    await asyncio.gather(
        *(one_second_each(per_chat, TelegramChatId(chat), lambda: ends.append(seconds())) for chat in range(4))
    )
    assert ends == [1, 1, 1, 1]


@pytest.mark.looptime
async def test_one_chat_is_served_in_order() -> None:
    per_chat, served = PerChat(), list[tuple[int, float]]()

    def note(number: int) -> Callable[[], None]:
        return lambda: served.append((number, seconds()))

    await asyncio.gather(*(one_second_each(per_chat, CHAT, note(n)) for n in range(4)))
    assert served == [(0, 1), (1, 2), (2, 3), (3, 4)]


async def test_who_gives_up_while_waiting_lets_nobody_overtake() -> None:
    per_chat = PerChat()
    first, second, third = (admitted(per_chat, CHAT) for _ in range(3))
    with second:
        pass
    waiting = asyncio.create_task(third.comes())
    await asyncio.sleep(0)
    assert not waiting.done()
    with first:
        pass
    await waiting


async def test_twenty_wait_in_a_chat_and_the_surplus_hears_it_once_a_minute() -> None:
    per_chat = PerChat()
    turns = [admitted(per_chat, CHAT) for _ in range(21)]
    assert per_chat.admit(CHAT, None) == Refused(Why.BUSY, say=True)
    assert per_chat.admit(CHAT, None) == Refused(Why.BUSY, say=False)
    assert isinstance(per_chat.admit(OTHER, None), Turn)
    with turns[0]:
        pass
    assert isinstance(per_chat.admit(CHAT, None), Turn)


@pytest.mark.looptime
async def test_who_sends_more_than_twenty_a_minute_is_ignored_for_a_minute() -> None:
    per_chat = PerChat()

    def sends(user: UserId) -> Turn | Refused:
        answer = per_chat.admit(TelegramChatId(user), user)
        if isinstance(answer, Turn):
            with answer:
                pass
        return answer

    assert all(isinstance(sends(ANNA), Turn) for _ in range(20))
    assert sends(ANNA) == Refused(Why.TOO_FAST, say=True)
    assert isinstance(sends(BORIS), Turn)
    await asyncio.sleep(59)
    assert sends(ANNA) == Refused(Why.TOO_FAST, say=False)
    await asyncio.sleep(1)
    assert isinstance(sends(ANNA), Turn)


def test_a_siege_of_strangers_does_not_fill_the_memory() -> None:
    flood, polite = Flood(), OncePerMinute()
    for stranger in range(3 * MOST_REMEMBERED):
        assert flood.allows(stranger, stranger / 1000)
        polite(stranger, stranger / 100)
    assert len(flood) <= MOST_REMEMBERED


@pytest.mark.looptime
async def test_at_the_end_running_turns_get_time_and_waiting_ones_stay_for_the_next_start() -> None:
    per_chat, ended = PerChat(), list[str]()

    async def handler(name: str, takes: float) -> None:
        try:
            with admitted(per_chat, CHAT if name != "endless" else OTHER) as turn:
                await turn.comes()
                await asyncio.sleep(takes)
            ended.append(f"{name} finished at {seconds()}")
        except Stopping:
            ended.append(f"{name} left at {seconds()}")

    stories = (("running", 3.0), ("waiting", 1.0), ("endless", 1000.0))
    tasks = [asyncio.create_task(per_chat.process_update(None, handler(*story))) for story in stories]
    await asyncio.sleep(1)
    assert await per_chat.stop(patience=5) == 1
    await per_chat.process_update(None, handler("late", 1))
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert ended == ["waiting left at 1.0", "running finished at 3.0"]
    assert isinstance(results[2], asyncio.CancelledError)
    assert seconds() == 6
