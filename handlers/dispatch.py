"""Takes each update to where it is answered, in the turn of its chat, and marks it as handled.

What may not wait for a turn comes first: a message that holds a secret is deleted, a press is decided and answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any, Final, assert_never

from telegram import Update
from telegram.error import TelegramError
from telegram.ext import CallbackContext, ExtBot

from bot.domain.ids import TelegramChatId
from handlers.actions import NotAnAction, decode
from handlers.arrivals import Asked, Attached, Incoming, Moved, Pressed, Said, Standing, read
from handlers.commands import find
from handlers.files import fetch
from handlers.messages import Messages
from handlers.per_chat import PerChat, Refused, Stopping, Why
from handlers.screen import Screen
from handlers.showing import Showing, Undelivered
from handlers.troubles import Gone, trouble
from handlers.views import files as file_views
from handlers.views.trouble import BUSY, FAILED, OLD_BUTTON, TOO_FAST, unknown_command
from handlers.visit import Answer, Arrival, Decision, Deletion, InlineAnswer, Routes, Secret

log = logging.getLogger(__name__)

TYPING_AFTER: Final = 0.8
TYPING_AGAIN: Final = 4.5
DELETE_PAUSES: Final = (0.3, 1.0, 3.0)
"""Seconds between the attempts to delete a secret."""

_REFUSALS: Final = {Why.BUSY: BUSY, Why.TOO_FAST: TOO_FAST}


class Dispatch:
    """The one handler of the application. `handled` is told of every update that is over."""

    def __init__(
        self,
        bot: ExtBot[Any],
        routes: Routes,
        messages: Messages,
        per_chat: PerChat,
        handled: Callable[[int], None],
    ) -> None:
        self._bot = bot
        self._routes = routes
        self._messages = messages
        self._showing = Showing(messages, routes)
        self._per_chat = per_chat
        self._handled = handled

    def acts(self, update: Update) -> bool:
        """Whether anything can follow from this update: the talk of a group is not stored, unless it holds a secret."""
        incoming = read(update, self._bot.bot)
        if isinstance(incoming, Said):
            return incoming.addressed or self._secret_in(incoming) is not None
        return incoming is not None

    async def __call__(self, update: Update, context: CallbackContext[Any, Any, Any, Any]) -> None:  # noqa: ARG002
        """Leaves unhandled, for the next start, what did not get its turn and what could not be delivered."""
        try:
            incoming = read(update, self._bot.bot)
            if incoming is not None:
                await self._take(incoming)
        except Stopping:
            return
        except Undelivered as error:
            log.warning("update %d waits for the next start: %s", update.update_id, error)
            return
        except Exception:
            self._end(update)
            raise
        self._end(update)

    def _end(self, update: Update) -> None:
        """What was never stored needs no mark."""
        if update.inline_query is None:
            self._handled(update.update_id)

    async def _take(self, incoming: Incoming) -> None:
        match incoming:
            case Said():
                await self._said(incoming)
            case Pressed():
                await self._pressed(incoming)
            case Asked():
                await self._asked(incoming)
            case Moved(old=old, new=new):
                self._routes.migrated(old, new)
            case Standing(chat=chat, gone=why):
                if why is None:
                    self._routes.reachable(chat)
                else:
                    self._routes.unreachable(chat, why)
            case _:
                assert_never(incoming)

    async def _said(self, said: Said) -> None:
        command = find(said.command) if said.command is not None and said.addressed else None
        done = command is not None and self._routes.at_once(said.arrival, command.name)
        place = self._per_chat.admit(said.arrival.chat, said.arrival.user if said.addressed else None)
        if done and isinstance(place, Refused):  # whoever is flooding us has stopped it all the same, and is told
            await self._showing.show(said.arrival, await self._answer(said, None), pressed=False)
            return
        if isinstance(place, Refused):
            await self._delete(said.arrival, self._secret_in(said, unread=True))
            await self._turn_away(said.arrival, place)
            return
        with place as turn:
            deleted = await self._delete_secret(said)
            await turn.comes()
            async with self._typing(said.arrival):
                # what came before it in the line may have asked for it
                deleted = deleted or await self._delete_secret(said)
                answer = await self._answer(said, deleted)
            await self._showing.show(said.arrival, answer, pressed=False)

    async def _answer(self, said: Said, deleted: Deletion | None) -> Answer:
        if said.file is not None:
            return await self._answer_file(said, said.file, deleted)
        if said.command is None or not said.addressed:
            wanted = said.addressed or deleted is not None
            return await self._routes.typed(said.arrival, said.text, deleted=deleted) if wanted else None
        command = find(said.command)
        if command is not None:
            return await self._routes.command(said.arrival, command.name, said.arguments, deleted=deleted)
        if deleted is not None:
            return await self._routes.typed(said.arrival, said.text, deleted=deleted)
        return unknown_command(said.command) if said.arrival.private else None

    async def _answer_file(self, said: Said, file: Attached, deleted: Deletion | None) -> Answer:
        """The text of a file that was asked for is answered as if it had been typed; the words below it are not read.

        A file may hold a secret whatever is in it, so it is taken first, and then its message is deleted.
        """
        arrival = said.arrival
        if not arrival.private or (deleted is not None and deleted.of is not Secret.ANSWER):
            return None if deleted is None else await self._routes.typed(arrival, said.text, deleted=deleted)
        most = self._routes.takes_file(arrival)
        found = file_views.unwanted() if most is None else await fetch(self._messages, file, most)
        text = found if isinstance(found, str) else ""
        deleted = deleted or await self._delete(arrival, self._routes.secret_in(arrival, text, answers=True))
        if isinstance(found, Screen):
            return file_views.with_deletion(found, deleted=None if deleted is None else deleted.done)
        return await self._routes.typed(replace(arrival, file=True), text, deleted=deleted)

    async def _pressed(self, pressed: Pressed) -> None:
        arrival = pressed.arrival
        place = self._per_chat.admit(arrival.chat, arrival.user)
        if isinstance(place, Refused):
            await self._messages.answer(pressed.query, _REFUSALS[place.why])
            return
        with place as turn:
            decision = await self._decide(pressed)
            await self._messages.answer(pressed.query, decision.toast)
            if decision.action is None and decision.answer is None:
                return
            await turn.comes()
            answer = await self._routes.pressed(arrival, decision)
            await self._showing.show(arrival, answer, pressed=True, protected=pressed.protected)

    async def _asked(self, asked: Asked) -> None:
        """In no chat's line: whoever writes slowly asks at every pause, and their own chat must not wait for that."""
        admitted = self._per_chat.may_ask(asked.user)
        answer = await self._routes.inline(asked.user, asked.text) if admitted else InlineAnswer(personal=True)
        await self._messages.answer_inline(asked.query, answer)

    async def _decide(self, pressed: Pressed) -> Decision:
        try:
            decode(pressed.data)
            return self._routes.decide(pressed.arrival, pressed.data)
        except NotAnAction:
            return Decision(OLD_BUTTON)
        except Exception:
            await self._messages.answer(pressed.query, FAILED)
            raise

    def _secret_in(self, said: Said, *, unread: bool = False) -> Secret | None:
        """A command answers nothing. A file is looked into before its message goes, unless it stays `unread`."""
        command = said.command is not None and find(said.command) is not None
        answers = not command and (said.file is None or unread)
        return self._routes.secret_in(said.arrival, said.text, answers=answers)

    async def _delete_secret(self, said: Said) -> Deletion | None:
        """Before anything else, also when this update waited for a restart. `None`: there is no secret in it."""
        return await self._delete(said.arrival, self._secret_in(said))

    async def _delete(self, arrival: Arrival, secret: Secret | None) -> Deletion | None:
        if secret is None or arrival.message is None:
            return None
        for pause in (*DELETE_PAUSES, None):
            try:
                return Deletion(secret, await self._messages.delete(arrival.chat, arrival.message))
            except TelegramError as error:
                log.warning("a message with a secret is not deleted yet: %s", error.message)
                if pause is None or isinstance(trouble(error), Gone):
                    break
            await asyncio.sleep(pause)
        return Deletion(secret, done=False)

    async def _turn_away(self, arrival: Arrival, refused: Refused) -> None:
        if refused.say:
            await self._showing.show(arrival, _REFUSALS[refused.why], pressed=False)

    @contextlib.asynccontextmanager
    async def _typing(self, arrival: Arrival) -> AsyncIterator[None]:
        """In private a person sees that we are at it, once it takes a moment."""
        showing = asyncio.create_task(self._type(arrival.chat)) if arrival.private else None
        try:
            yield
        finally:
            if showing is not None:
                showing.cancel()
                await asyncio.gather(showing, return_exceptions=True)

    async def _type(self, chat: TelegramChatId) -> None:
        pause = TYPING_AFTER
        while True:
            await asyncio.sleep(pause)
            await self._messages.typing(chat)
            pause = TYPING_AGAIN
