"""Paces what goes to Telegram, so that its flood limits are not reached: a rate limiter of python-telegram-bot.

Nothing is tried again here. `RetryAfter` goes to the caller, and until it has passed, further messages to that chat are
refused the same way without a request: the outbox and the dispatcher decide when to come back.
"""

from __future__ import annotations

import asyncio
import bisect
import itertools
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from telegram.error import NetworkError, RetryAfter
from telegram.ext import BaseRateLimiter

from handlers.allowance import NEVER, Allowance, Urgency

SLOT: Final = 1 / 28
"""Seconds between two messages, overall: below Telegram's 30 a second."""

REPEATED_WITHIN: Final = 10.0
LONGEST_GLOBAL_HALT: Final = 30.0
SWEEP_EVERY: Final = 60.0

Chat = int | str
Reply = bool | dict[str, Any] | list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Waiting:
    urgency: Urgency
    number: int
    chat: Chat
    turn: asyncio.Future[None]

    @property
    def rank(self) -> tuple[int, int]:
        return self.urgency, self.number


class Outgoing(BaseRateLimiter[Urgency]):
    """`rate_limit_args` is the `Urgency`; a call without it is interactive.

    Paced are sends, edits, copies, and forwards. Never held up: polling, answers to presses, deletions, and all that
    posts nothing. A chat action uses up no budget, but is refused while its chat is halted.
    """

    __slots__ = (
        "_backlog",
        "_chats",
        "_global_halt",
        "_last_refusal",
        "_next_slot",
        "_next_sweep",
        "_numbers",
        "_timer",
        "_waiting",
    )

    def __init__(self) -> None:
        self._chats: dict[Chat, Allowance] = {}
        self._waiting: list[_Waiting] = []
        self._numbers = itertools.count()
        self._next_slot = 0.0
        self._backlog = False
        self._next_sweep = 0.0
        self._global_halt = 0.0
        self._last_refusal: tuple[Chat, float] | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def waiting(self) -> int:
        """Messages that wait for their turn."""
        return len(self._waiting)

    @property
    def chats_known(self) -> int:
        """Chats whose budget is remembered: those of about the last minute, or halted."""
        return len(self._chats)

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Whoever still waits is told that nothing was sent."""
        self._stop_timer()
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if not one.turn.done():
                one.turn.set_exception(NetworkError("Not sent: the bot is stopping"))

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Reply]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Urgency | None,
    ) -> Reply:
        chat = data.get("chat_id")
        if chat is None or not endpoint.startswith(("send", "edit", "copy", "forward")):
            return await callback(*args, **kwargs)
        chat = _key(chat)
        self._refuse_if_halted(chat)
        if endpoint == "sendChatAction":
            return await callback(*args, **kwargs)
        urgency = Urgency.INTERACTIVE if rate_limit_args is None else rate_limit_args
        await self._turn(chat, urgency)
        return await self._send(chat, urgency, callback(*args, **kwargs))

    async def _send(self, chat: Chat, urgency: Urgency, request: Coroutine[Any, Any, Reply]) -> Reply:
        try:
            return await request
        except RetryAfter as refusal:
            self._halt(chat, _seconds(refusal))
            raise
        finally:
            self._chats[chat].end(urgency, _now())
            self._grant()

    async def _turn(self, chat: Chat, urgency: Urgency) -> None:
        self._sweep()
        self._chats.setdefault(chat, Allowance(group=_is_group(chat)))
        waiting = _Waiting(urgency, next(self._numbers), chat, asyncio.get_running_loop().create_future())
        bisect.insort(self._waiting, waiting, key=lambda one: one.rank)
        self._grant()
        try:
            await waiting.turn
        except asyncio.CancelledError:
            self._leave(waiting)
            raise

    def _leave(self, waiting: _Waiting) -> None:
        """A caller was cancelled: its place is free again, or the turn that it got and cannot use."""
        if waiting in self._waiting:
            self._waiting.remove(waiting)
        elif waiting.turn.done() and not waiting.turn.cancelled() and waiting.turn.exception() is None:
            self._chats[waiting.chat].end(waiting.urgency, _now())
        self._grant()

    def _grant(self) -> None:
        """Lets the most urgent go whose chat is free, one a slot; then sleeps until the next moment that matters."""
        self._stop_timer()
        while self._waiting:
            now, slot = _now(), max(self._next_slot, self._global_halt)
            ready = None if slot > now else next((one for one in self._waiting if self._free_at(one, now) <= now), None)
            if ready is None:
                self._backlog = slot > now
                self._sleep_until(slot if slot > now else min(self._free_at(one, now) for one in self._waiting))
                return
            self._let_go(ready, now)
        self._backlog = False

    def _let_go(self, ready: _Waiting, now: float) -> None:
        """A slot used late because the loop was busy does not put off the next one: on average it stays 28 a second."""
        self._waiting.remove(ready)
        self._chats[ready.chat].start(ready.urgency)
        self._next_slot = (max(self._next_slot, now - SLOT) if self._backlog else now) + SLOT
        ready.turn.set_result(None)

    def _free_at(self, waiting: _Waiting, now: float) -> float:
        return self._chats[waiting.chat].free_at(waiting.urgency, now)

    def _sleep_until(self, moment: float) -> None:
        if moment < NEVER:
            self._timer = asyncio.get_running_loop().call_at(moment, self._grant)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _halt(self, chat: Chat, seconds: float) -> None:
        """Stops one chat; all of them, for a while, when a second chat is refused soon after: then the limit is overall."""
        now = _now()
        self._chats[chat].halted_until = max(self._chats[chat].halted_until, now + seconds)
        if self._last_refusal and self._last_refusal[0] != chat and now - self._last_refusal[1] < REPEATED_WITHIN:
            self._global_halt = max(self._global_halt, now + min(seconds, LONGEST_GLOBAL_HALT))
        self._last_refusal = chat, now
        for waiting in [one for one in self._waiting if one.chat == chat]:
            self._waiting.remove(waiting)
            if not waiting.turn.done():
                waiting.turn.set_exception(RetryAfter(timedelta(seconds=seconds)))

    def _refuse_if_halted(self, chat: Chat) -> None:
        left = self._chats[chat].halted_until - _now() if chat in self._chats else 0.0
        if left > 0:
            raise RetryAfter(timedelta(seconds=left))

    def _sweep(self) -> None:
        now = _now()
        if now < self._next_sweep:
            return
        self._next_sweep = now + SWEEP_EVERY
        busy = {one.chat for one in self._waiting}
        for chat in [chat for chat, state in self._chats.items() if chat not in busy and state.idle(now)]:
            del self._chats[chat]


def _now() -> float:
    return asyncio.get_running_loop().time()


def _seconds(refusal: RetryAfter) -> float:
    after = refusal.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


def _key(chat: object) -> Chat:
    text = str(chat)
    return int(text) if text.lstrip("-").isdecimal() else text


def _is_group(chat: Chat) -> bool:
    return isinstance(chat, str) or chat < 0
