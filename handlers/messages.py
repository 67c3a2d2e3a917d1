"""Puts screens into chats: sends, edits, deletes, with the fallbacks that Telegram's refusals call for."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from telegram import (
    ForceReply,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, TelegramError
from telegram.ext import ExtBot

from bot.domain.ids import MessageId, TelegramChatId
from bot.services.clock import Clock
from handlers.allowance import Urgency
from handlers.markup import keyboard, question
from handlers.screen import Screen, Toast
from handlers.splitting import plain, split
from handlers.troubles import (
    Gone,
    cannot_be_edited,
    cannot_be_parsed,
    is_deleted_already,
    is_not_modified,
    topic_is_gone,
    trouble,
)
from handlers.visit import Article, InlineAnswer
from storage.vanishings import Vanishings

log = logging.getLogger(__name__)

ANSWER_SECONDS: Final = 3.0
INLINE_SECONDS: Final = 5.0
INLINE_CACHE_SECONDS: Final = 30
"""How long Telegram may give the same answer to whoever writes the same."""
MOST_TOAST: Final = 200
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes, and how loud."""

    chat: TelegramChatId
    thread: int | None = None
    reply_to: MessageId | None = None
    silent: bool = False
    urgency: Urgency = Urgency.INTERACTIVE


class Messages:
    """Raises Telegram's errors, except those that a fallback mends."""

    def __init__(self, bot: ExtBot[Any], vanishings: Vanishings, clock: Clock) -> None:
        self._bot = bot
        self._vanishings = vanishings
        self._clock = clock

    async def send(self, place: Place, screen: Screen, *, force_reply: bool = False) -> MessageId:
        """A new message, or several where the text is too long; the number of the last, which has the buttons."""
        *firsts, last = split(screen.text)
        markup = question() if force_reply else keyboard(screen)
        for text in firsts:
            await self._send_part(place, text, protected=screen.protected)
            place = replace(place, reply_to=None)
        message = await self._send_part(place, last, protected=screen.protected, markup=markup)
        self._remember(place.chat, message, screen)
        return message

    async def edit(self, place: Place, message: MessageId, screen: Screen) -> MessageId:
        """Shows the screen in a message of ours. The number of a new one where that message cannot be edited."""
        first, *others = split(screen.text)
        markup = None if others else keyboard(screen)
        try:
            await self._edit_text(place, message, first, markup)
        except BadRequest as refusal:
            if cannot_be_edited(refusal):
                return await self.send(place, screen)
            if not is_not_modified(refusal):
                raise
        if others:
            return await self.send(place, replace(screen, text="\n".join(others)))
        self._remember(place.chat, message, screen)
        return message

    async def delete(self, chat: TelegramChatId, message: MessageId) -> bool:
        """Whether the message is gone now. Never held up; network errors are raised."""
        try:
            await self._bot.delete_message(chat, message)
        except BadRequest as refusal:
            return is_deleted_already(refusal)
        return True

    async def download(self, file: str, most: int) -> bytes | None:
        """The bytes of a file that Telegram keeps; `None`: they are more than `most`. Errors of Telegram are raised."""
        found = await self._bot.get_file(file)
        if (found.file_size or 0) > most:
            return None
        content = bytes(await found.download_as_bytearray())
        return content if len(content) <= most else None

    async def strip(self, chat: TelegramChatId, message: MessageId) -> None:
        """Takes the buttons away, where that is still possible."""
        try:
            await self._bot.edit_message_reply_markup(chat, message, reply_markup=None)
        except BadRequest as refusal:
            log.info("the buttons of message %d stay: %s", message, refusal.message)

    async def answer(self, query: str, toast: Toast) -> None:
        """Answers a press within three seconds or not at all: an answer that comes too late is refused anyway."""
        try:
            await self._bot.answer_callback_query(
                query,
                text=toast.text[:MOST_TOAST] or None,
                show_alert=toast.alert,
                read_timeout=ANSWER_SECONDS,
                write_timeout=ANSWER_SECONDS,
                connect_timeout=ANSWER_SECONDS,
                pool_timeout=ANSWER_SECONDS,
            )
        except TelegramError as error:
            log.info("a press stays unanswered: %s", error.message)

    async def answer_inline(self, query: str, answer: InlineAnswer) -> None:
        """Answers an inline query, or not: who asked has written on by then."""
        try:
            await self._bot.answer_inline_query(
                query,
                [_article(article) for article in answer.articles],
                cache_time=INLINE_CACHE_SECONDS,
                is_personal=answer.personal,
                read_timeout=INLINE_SECONDS,
            )
        except TelegramError as error:
            log.info("an inline query stays unanswered: %s", error.message)

    async def typing(self, chat: TelegramChatId) -> None:
        try:
            await self._bot.send_chat_action(chat, ChatAction.TYPING)
        except TelegramError as error:
            log.debug("no typing is shown: %s", error.message)

    async def take_away_due(self) -> None:
        """Deletes what was to vanish by now; what cannot be reached is tried again the next time."""
        for chat, message in self._vanishings.due(self._clock()):
            try:
                await self.delete(chat, message)
            except TelegramError as error:
                if not isinstance(trouble(error), Gone):
                    continue
            self._vanishings.done(chat, message)

    async def _send_part(
        self, place: Place, text: str, *, protected: bool, markup: InlineKeyboardMarkup | ForceReply | None = None
    ) -> MessageId:
        """One message. As plain text where Telegram cannot parse it, outside its topic where that is gone: once each."""
        try:
            return await self._send_text(place, text, ParseMode.HTML, protected, markup)
        except BadRequest as refusal:
            if cannot_be_parsed(refusal):
                log.warning("a message goes out as plain text: %s", refusal.message)
                return await self._send_text(place, plain(text), None, protected, markup)
            if place.thread is None or not topic_is_gone(refusal):
                raise
            log.info("a topic is gone, the message goes to the chat itself: %s", refusal.message)
            outside = replace(place, thread=None)
        return await self._send_part(outside, text, protected=protected, markup=markup)

    async def _send_text(
        self,
        place: Place,
        text: str,
        parse_mode: str | None,
        protected: bool,
        markup: InlineKeyboardMarkup | ForceReply | None,
    ) -> MessageId:
        sent = await self._bot.send_message(
            place.chat,
            text,
            parse_mode=parse_mode,
            disable_notification=place.silent,
            protect_content=protected,
            reply_markup=markup,
            message_thread_id=place.thread,
            link_preview_options=_NO_PREVIEW,
            reply_parameters=_reply(place.reply_to),
            rate_limit_args=place.urgency,
        )
        return MessageId(sent.message_id)

    async def _edit_text(
        self, place: Place, message: MessageId, text: str, markup: InlineKeyboardMarkup | None
    ) -> None:
        try:
            await self._edit_as(place, message, text, ParseMode.HTML, markup)
        except BadRequest as refusal:
            if not cannot_be_parsed(refusal):
                raise
            log.warning("a message is edited to plain text: %s", refusal.message)
            await self._edit_as(place, message, plain(text), None, markup)

    async def _edit_as(
        self,
        place: Place,
        message: MessageId,
        text: str,
        parse_mode: str | None,
        markup: InlineKeyboardMarkup | None,
    ) -> None:
        await self._bot.edit_message_text(
            text,
            place.chat,
            message,
            parse_mode=parse_mode,
            reply_markup=markup,
            link_preview_options=_NO_PREVIEW,
            rate_limit_args=place.urgency,
        )

    def _remember(self, chat: TelegramChatId, message: MessageId, screen: Screen) -> None:
        if screen.vanishes_after is not None:
            self._vanishings.add(chat, message, self._clock() + timedelta(seconds=screen.vanishes_after))


def _article(article: Article) -> InlineQueryResultArticle:
    content = InputTextMessageContent(article.message.text, parse_mode=ParseMode.HTML, link_preview_options=_NO_PREVIEW)
    return InlineQueryResultArticle(
        article.id, article.title, content, reply_markup=keyboard(article.message), description=article.description
    )


def _reply(to: MessageId | None) -> ReplyParameters | None:
    return None if to is None else ReplyParameters(to, allow_sending_without_reply=True)
