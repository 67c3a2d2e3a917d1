"""What happens with an error that nobody foresaw: a line in the log, a word to the person, a note to the operators."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from typing import Any

from telegram import Update
from telegram.error import BadRequest, TelegramError
from telegram.ext import CallbackContext

from bot.domain.ids import TelegramChatId
from bot.services.house import House
from handlers.allowance import Urgency
from handlers.flood import OncePerMinute
from handlers.messages import Messages, Place
from handlers.screen import Toast
from handlers.views.trouble import failed, said

log = logging.getLogger(__name__)


class Errors:
    """For `Application.add_error_handler`. `report` passes a line to the operators, once a minute for each type of error."""

    def __init__(self, messages: Messages, report: Callable[[str], None]) -> None:
        self._messages = messages
        self._report = report
        self._due = OncePerMinute()

    async def __call__(self, update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
        """The log comes first. It shows the way through the code, and of the update its number only."""
        error = context.error
        reference = secrets.token_hex(4)
        number = update.update_id if isinstance(update, Update) else None
        log.error("%s: update %s failed", reference, number, exc_info=error)
        if self._due(type(error).__name__, asyncio.get_running_loop().time()):
            self._report(f"An update failed ({type(error).__name__}). Reference in the log: {reference}")
        if isinstance(update, Update) and (isinstance(error, BadRequest) or not isinstance(error, TelegramError)):
            await self._tell(update, reference)

    async def _tell(self, update: Update, reference: str) -> None:
        chat = update.effective_chat
        if chat is None:
            return
        place = Place(TelegramChatId(chat.id), _topic(update), silent=chat.type != chat.PRIVATE)
        try:
            await self._messages.send(place, failed(reference))
        except TelegramError as error:
            log.warning("%s: the person could not be told: %s", reference, error.message)


def _topic(update: Update) -> int | None:
    message = update.effective_message
    return message.message_thread_id if message is not None and message.is_topic_message else None


class Reports:
    """Passes a line to the people who run this installation, where they have written to the bot before."""

    def __init__(self, house: House, messages: Messages) -> None:
        self._house = house
        self._messages = messages

    def __call__(self, line: str) -> None:
        log.warning("%s", line)
        for operator in self._house.operators:
            self._house.tasks.start(("report", operator), self._tell(TelegramChatId(operator), line))

    async def _tell(self, chat: TelegramChatId, line: str) -> None:
        try:
            await self._messages.send(Place(chat, silent=True, urgency=Urgency.INFO), said(Toast(line)))
        except TelegramError as error:
            log.warning("an operator could not be told: %s", error.message)
