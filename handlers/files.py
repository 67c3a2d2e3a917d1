"""Takes the text out of a file that somebody sent, or says why that cannot be."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from telegram.error import BadRequest, TelegramError

from handlers.arrivals import Attached
from handlers.messages import Messages
from handlers.screen import Screen
from handlers.views import files as views

log = logging.getLogger(__name__)

PAUSES: Final = (0.5, 2.0)
"""Seconds before each new attempt."""


async def fetch(messages: Messages, file: Attached, most: int) -> str | Screen:
    """The text, at most so many bytes of UTF-8. Nothing of it, and not its name, is logged."""
    if file.size is not None and file.size > most:
        return views.too_large(most)
    for pause in (*PAUSES, None):
        try:
            content = await messages.download(file.id, most)
        except TelegramError as error:
            log.warning("a file that was sent cannot be fetched: %s", error.message)
            if pause is None or isinstance(error, BadRequest):
                break
            await asyncio.sleep(pause)
        else:
            return views.too_large(most) if content is None else _text(content)
    return views.unreachable()


def _text(content: bytes) -> str | Screen:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return views.no_text()
