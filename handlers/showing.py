"""Shows a person the answer to what they said or pressed, and tries again while Telegram cannot be reached."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, assert_never

from telegram.error import TelegramError

from bot.domain.ids import MessageId
from handlers.messages import Messages, Place
from handlers.screen import Screen, Toast
from handlers.troubles import Gone, Lost, Migrated, Rejected, Unknown, Wait, trouble
from handlers.views.trouble import named, said
from handlers.visit import Answer, Arrival, Leave, Routes, Strip

PAUSES: Final = (1.0, 3.0, 9.0)
"""Seconds before each new attempt."""

LONGEST_WAIT: Final = 60.0

Attempt = Callable[[Arrival], Awaitable[MessageId | None]]


class Undelivered(Exception):
    """Telegram could not be reached, or asks to wait too long: the update stays unhandled for the next start."""


class Showing:
    def __init__(self, messages: Messages, routes: Routes) -> None:
        self._messages = messages
        self._routes = routes

    async def show(self, arrival: Arrival, answer: Answer, *, pressed: bool, protected: bool = False) -> None:
        """A press edits its own message, a text gets a new one. `protected`: the pressed message is one already."""
        match answer:
            case None:
                return
            case Toast():
                await self._insist(arrival, lambda at: self._send(at, said(answer), pressed=pressed))
            case Leave():
                await self._insist(arrival, self._leave)
            case Strip():
                await self._insist(arrival, self._strip)
            case Screen():
                in_place = pressed and arrival.editable and _may_be_an_edit(arrival, answer, protected)
                await self._insist(arrival, lambda at: self._show(at, answer, pressed=pressed, in_place=in_place))
            case _:
                assert_never(answer)

    async def _show(self, arrival: Arrival, screen: Screen, *, pressed: bool, in_place: bool) -> MessageId:
        if in_place and arrival.message is not None:
            message = await self._messages.edit(_place(arrival, pressed=True), arrival.message, screen)
        else:
            message = await self._send(arrival, screen, pressed=pressed)
        self._routes.shown(arrival, screen, message)
        return message

    async def _send(self, arrival: Arrival, screen: Screen, *, pressed: bool) -> MessageId:
        asks = screen.asks and not arrival.private
        if asks and pressed and arrival.user is not None:
            screen = named(screen, arrival.user, arrival.user_name)
        return await self._messages.send(_place(arrival, pressed=pressed), screen, force_reply=asks)

    async def _leave(self, arrival: Arrival) -> None:
        """Older than two days it cannot be deleted; then its buttons go."""
        if arrival.message is not None and not await self._messages.delete(arrival.chat, arrival.message):
            await self._messages.strip(arrival.chat, arrival.message)

    async def _strip(self, arrival: Arrival) -> None:
        if arrival.message is not None:
            await self._messages.strip(arrival.chat, arrival.message)

    async def _insist(self, arrival: Arrival, attempt: Attempt) -> None:
        """At most four attempts, at most two where the first may have been delivered after all."""
        unanswered = False
        for pause in (*PAUSES, None):
            try:
                await attempt(arrival)
                return
            except TelegramError as error:
                seconds = pause
                match trouble(error):
                    case Wait(time):
                        seconds = time.total_seconds() if time.total_seconds() <= LONGEST_WAIT else None
                    case Migrated(new):
                        self._routes.migrated(arrival.chat, new)
                        arrival, seconds = replace(arrival, chat=new, thread=None, editable=False), 0.0
                    case Gone(why):
                        self._routes.unreachable(arrival.chat, why)
                        return
                    case Rejected():
                        raise
                    case Unknown():
                        seconds, unanswered = (None if unanswered else pause), True
                    case Lost():
                        pass
                if pause is None or seconds is None:
                    raise Undelivered(error.message) from error
            await asyncio.sleep(seconds)


def _may_be_an_edit(arrival: Arrival, screen: Screen, protected: bool) -> bool:
    """An edit can neither protect a message nor invite an answer in a group; an alert keeps its message."""
    return not screen.apart and (protected or not screen.protected) and (arrival.private or not screen.asks)


def _place(arrival: Arrival, *, pressed: bool) -> Place:
    """In groups an answer is silent, and a reply to the text that it answers."""
    reply_to = None if arrival.private or pressed else arrival.message
    return Place(arrival.chat, arrival.thread, reply_to, silent=not arrival.private)
