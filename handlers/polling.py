"""How polling fares: outages are logged once at either end, and another process on the same token is noticed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from telegram.error import Conflict, TelegramError
from telegram.request import HTTPXRequest

log = logging.getLogger(__name__)

LASTING_SECONDS: Final = 30.0
QUIET_SECONDS: Final = 15.0
"""Longer than a long poll: an answer so long after the last conflict shows that the other process is gone."""


class Polling:
    """`lasting` is called once, when conflicts have lasted 30 s: one is normal while a new version takes over.

    `rejected` is called once, when Telegram knows the token no more: polling ends by itself then.
    """

    def __init__(self, *, lasting: Callable[[], None], rejected: Callable[[], None]) -> None:
        self._lasting = lasting
        self._rejected = rejected
        self._conflicts: tuple[float, float] | None = None  # the first and the latest
        self._ended = False
        self._down = False

    def failed(self, error: TelegramError) -> None:
        """For `error_callback` of `start_polling`, which is not told of timeouts and rejected tokens."""
        if isinstance(error, Conflict):
            self._conflict(asyncio.get_running_loop().time())
        elif not self._down:
            self._down = True
            log.warning("Telegram cannot be reached: %s", error.message)

    def answered(self) -> None:
        """Telegram answered a poll."""
        if self._down:
            self._down = False
            log.info("Telegram can be reached again")
        if self._conflicts and asyncio.get_running_loop().time() - self._conflicts[1] >= QUIET_SECONDS:
            self._conflicts = None
            log.info("no other process polls with this token any more")

    def refused(self) -> None:
        """Telegram does not know the token."""
        if not self._ended:
            self._ended = True
            log.error("Telegram rejects the bot token")
            self._rejected()

    def _conflict(self, now: float) -> None:
        if self._conflicts is None:
            log.warning("another process polls with this bot token; after %.0f s of this I stop", LASTING_SECONDS)
            self._conflicts = now, now
        since = self._conflicts[0]
        self._conflicts = since, now
        if now - since >= LASTING_SECONDS and not self._ended:
            self._ended = True
            log.error("another process has been polling with this bot token for %.0f s: only one may run", now - since)
            self._lasting()


class PollingRequest(HTTPXRequest):
    """The request object for `getUpdates`: python-telegram-bot tells nobody when polling works again, or times out."""

    def __init__(self, polling: Polling, **options: Any) -> None:
        super().__init__(**options)
        self._polling = polling

    async def do_request(self, *args: Any, **options: Any) -> tuple[int, bytes]:
        try:
            code, payload = await super().do_request(*args, **options)
        except TelegramError as error:
            self._polling.failed(error)
            raise
        if code == HTTPStatus.OK:
            self._polling.answered()
        elif code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND):
            self._polling.refused()
        return code, payload
