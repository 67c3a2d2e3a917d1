"""The pace of what goes to Telegram, in virtual time: equalities, and never more than Telegram allows."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import looptime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram.error import NetworkError, RetryAfter

from handlers.allowance import Urgency
from handlers.outgoing import SLOT, Outgoing

PERSON = 700
GROUP = -100700


def seconds() -> float:
    return asyncio.get_running_loop().time()


@dataclass
class Telegram:
    """The other end: notes when a request arrived, answers after `takes` seconds, refuses when told to."""

    outgoing: Outgoing = field(default_factory=Outgoing)
    takes: float = 0.0
    arrived: list[tuple[float, int, str]] = field(default_factory=list)
    refusals: dict[int, int] = field(default_factory=dict)

    async def call(
        self, chat: int, text: str = "", urgency: Urgency | None = None, endpoint: str = "sendMessage"
    ) -> None:
        data = {"chat_id": chat, "text": text}
        await self.outgoing.process_request(self._answer, (endpoint, data), {}, endpoint, data, urgency)

    async def _answer(self, _endpoint: str, data: dict[str, Any]) -> bool:
        self.arrived.append((seconds(), data["chat_id"], data["text"]))
        await asyncio.sleep(self.takes)
        if (after := self.refusals.pop(data["chat_id"], None)) is not None:
            raise RetryAfter(timedelta(seconds=after))
        return True

    @property
    def moments(self) -> list[float]:
        return [moment for moment, _, _ in self.arrived]

    @property
    def texts(self) -> list[str]:
        return [text for _, _, text in self.arrived]


async def together(*calls: Coroutine[Any, Any, None]) -> None:
    await asyncio.gather(*calls)


@pytest.mark.looptime
async def test_a_private_chat_gets_three_at_once_then_one_a_second() -> None:
    telegram = Telegram()
    await together(*(telegram.call(PERSON) for _ in range(6)))
    assert telegram.moments == pytest.approx([0, SLOT, 2 * SLOT, 1, 2, 3], abs=0.001)


@pytest.mark.looptime
async def test_a_group_gets_fifteen_ordinary_messages_a_minute_and_four_critical_ones_more() -> None:
    telegram = Telegram()
    await together(
        *(telegram.call(GROUP, "info", Urgency.INFO) for _ in range(16)),
        *(telegram.call(GROUP, "critical", Urgency.CRITICAL) for _ in range(4)),
    )
    first_minute = [text for moment, _, text in telegram.arrived if moment < 60]
    assert first_minute == ["info"] + ["critical"] * 4 + ["info"] * 14
    assert telegram.moments[-1] == pytest.approx(min(m for m, _, t in telegram.arrived if t == "info") + 60)


@pytest.mark.looptime
async def test_a_group_never_gets_more_than_nineteen_messages_a_minute() -> None:
    telegram = Telegram()
    await together(*(telegram.call(GROUP, urgency=Urgency.CRITICAL) for _ in range(25)))
    assert len([moment for moment in telegram.moments if moment < 60]) == 19
    assert telegram.moments[19] == pytest.approx(telegram.moments[0] + 60)


@pytest.mark.looptime
async def test_edits_share_the_budget_but_chat_actions_and_deletions_do_not() -> None:
    telegram = Telegram()
    for endpoint in ("sendChatAction", "deleteMessage", "getChatMember", "answerCallbackQuery"):
        await together(*(telegram.call(GROUP, endpoint, endpoint=endpoint) for _ in range(20)))
    assert seconds() == 0
    await together(*(telegram.call(GROUP, endpoint="editMessageText") for _ in range(4)))
    assert seconds() == pytest.approx(1)


@pytest.mark.looptime
async def test_five_hundred_chats_are_served_evenly_twenty_eight_a_second() -> None:
    telegram = Telegram(takes=0.3)
    await together(*(telegram.call(chat, urgency=Urgency.CRITICAL) for chat in range(1, 501)))
    assert telegram.moments == pytest.approx([n * SLOT for n in range(500)], abs=0.001)


@pytest.mark.looptime
async def test_a_person_goes_before_alerts_and_critical_before_others() -> None:
    telegram = Telegram()
    order = (Urgency.INFO, Urgency.WARNING, Urgency.CRITICAL, Urgency.INTERACTIVE)
    await together(telegram.call(1, "first"), *(telegram.call(n + 2, u.name, u) for n, u in enumerate(order)))
    assert telegram.texts == ["first", "INTERACTIVE", "CRITICAL", "WARNING", "INFO"]


@pytest.mark.looptime
async def test_a_refused_chat_is_left_alone_until_its_time_and_the_others_go_on() -> None:
    telegram = Telegram(refusals={PERSON: 40})
    with pytest.raises(RetryAfter):
        await telegram.call(PERSON)
    for endpoint in ("sendMessage", "sendChatAction"):
        with pytest.raises(RetryAfter) as refused:
            await telegram.call(PERSON, endpoint=endpoint)
        assert refused.value.retry_after == timedelta(seconds=40)
    await telegram.call(PERSON, "secret", endpoint="deleteMessage")
    await telegram.call(PERSON + 1, "other")
    assert telegram.texts == ["", "secret", "other"]
    await asyncio.sleep(40)
    await telegram.call(PERSON, "again")
    assert telegram.texts[-1] == "again"


@pytest.mark.looptime
async def test_who_waits_for_a_refused_chat_is_refused_too_without_a_request() -> None:
    telegram = Telegram(takes=1, refusals={PERSON: 10_072})
    results = await asyncio.gather(*(telegram.call(PERSON) for _ in range(5)), return_exceptions=True)
    assert [type(result) for result in results].count(RetryAfter) >= 3
    assert len(telegram.arrived) == 3  # the burst that was under way; nothing after the refusal
    with pytest.raises(RetryAfter):
        await telegram.call(PERSON)
    assert len(telegram.arrived) == 3


@pytest.mark.looptime
async def test_two_chats_refused_in_a_row_halt_everybody_for_at_most_thirty_seconds() -> None:
    telegram = Telegram(refusals={1: 10_072, 2: 10_072})
    for chat in (1, 2):
        with pytest.raises(RetryAfter):
            await telegram.call(chat)
    halted = seconds()
    await telegram.call(3)
    assert telegram.moments[-1] == pytest.approx(halted + 30)


@pytest.mark.looptime
async def test_a_cancelled_caller_holds_up_nobody() -> None:
    telegram = Telegram()
    calls = [asyncio.create_task(telegram.call(PERSON, str(n))) for n in range(5)]
    await asyncio.sleep(0.5)
    calls[3].cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    assert telegram.texts == ["0", "1", "2", "4"]
    assert telegram.moments[-1] == pytest.approx(1)


@pytest.mark.looptime
async def test_at_the_end_who_still_waits_hears_that_nothing_was_sent() -> None:
    telegram = Telegram()
    calls = [asyncio.create_task(telegram.call(PERSON)) for _ in range(4)]
    await asyncio.sleep(0.5)
    await telegram.outgoing.shutdown()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(result) for result in results] == [type(None)] * 3 + [NetworkError]


@pytest.mark.looptime
async def test_a_chat_is_forgotten_when_that_changes_nothing() -> None:
    telegram = Telegram(refusals={1: 500})
    with pytest.raises(RetryAfter):
        await telegram.call(1)
    for chat in range(2, 300):
        await telegram.call(chat)
    await asyncio.sleep(100)
    await telegram.call(PERSON)
    assert telegram.outgoing.chats_known == 2  # the halted one and this one


Arrivals = st.lists(
    st.tuples(
        st.floats(0, 4),
        st.sampled_from([1, 2, -1, -2]),
        st.sampled_from(list(Urgency)),
        st.sampled_from([0.0, 0.1, 2.0]),
    ),
    max_size=80,
)


@settings(max_examples=40, deadline=None)
@given(Arrivals)
def test_whatever_is_asked_for_telegram_never_gets_more_than_it_allows(
    arrivals: list[tuple[float, int, Urgency, float]],
) -> None:
    """Telegram sees a request at its start or at its end: the rules hold for either."""
    seen: list[tuple[float, float, int]] = []

    async def request(chat: int, takes: float) -> bool:
        started = seconds()
        await asyncio.sleep(takes)
        seen.append((started, seconds(), chat))
        return True

    async def story() -> None:
        outgoing = Outgoing()
        calls = []
        for gap, chat, urgency, takes in arrivals:
            data = {"chat_id": chat}
            calls.append(
                asyncio.create_task(outgoing.process_request(request, (chat, takes), {}, "sendMessage", data, urgency))
            )
            await asyncio.sleep(gap)
        await asyncio.gather(*calls)

    run_virtually(story())
    assert len(seen) == len(arrivals)
    for which in (0, 1):
        moments: defaultdict[int, list[float]] = defaultdict(list)
        for one in sorted(seen, key=lambda one: one[which]):
            moments[one[2]].append(one[which])
        for chat, at in moments.items():
            assert not over_bucket(at)
            assert chat > 0 or not over_window(at, 20, 60.0)
    assert not over_window(sorted(one[0] for one in seen), 30, 1.0)


def over_bucket(moments: list[float]) -> bool:
    """More than a burst of three, refilled one a second?"""
    tokens, last = 3.0, 0.0
    for moment in moments:
        tokens = min(3.0, tokens + moment - last) - 1
        last = moment
        if tokens < -0.001:
            return True
    return False


def over_window(moments: list[float], places: int, width: float) -> bool:
    """More than `places` within any stretch of `width` seconds?"""
    return any(last - first < width - 0.001 for first, last in zip(moments, moments[places:], strict=False))


def run_virtually(story: Coroutine[Any, Any, None]) -> None:
    loop = looptime.new_event_loop()
    try:
        loop.run_until_complete(story)
    finally:
        loop.close()
