"""The queue between polling and the dispatcher that outlives the process: an update is a row before Telegram forgets it.

python-telegram-bot's updater puts each update of a batch and only then asks for the next ones, which is what tells
Telegram that the batch was taken (`Updater._start_polling`). So `put` returns when the update is on the disk and not
before: while the database cannot take it, polling stands still and Telegram keeps everything. An exception would not do:
one that is no `TelegramError` ends the polling task for good.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections.abc import Callable
from typing import Any, Final

from telegram import Bot, Update

from bot.domain.ids import TelegramChatId
from bot.services.clock import Clock
from storage.errors import StorageError
from storage.inbox import Inbox

log = logging.getLogger(__name__)

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0


class DurableQueue(asyncio.Queue[object]):
    """For `ApplicationBuilder.update_queue`. `acts` says which updates something can follow from; the others are let go."""

    def __init__(self, inbox: Inbox, clock: Clock) -> None:
        super().__init__()
        self.acts: Callable[[Update], bool] = lambda _update: True
        self._inbox = inbox
        self._clock = clock
        self._unmarked: set[int] = set()
        self._held_up = False

    async def put(self, item: object) -> None:
        """What is no update (the application's signal to stop) passes through, and so does an inline query.

        That is a read of somebody who is writing, and who has long written something else after a restart.
        """
        if not isinstance(item, Update) or item.inline_query or (self._acts(item) and await self._is_new(item)):
            self.put_nowait(item)
        await asyncio.sleep(0)  # each write waits for the disk: between two of a batch the others have their turn

    def resume(self, bot: Bot) -> int:
        """Puts back what the last run took and did not finish, in order. To be called before polling starts."""
        pending = self._inbox.pending()
        for update_id, payload in pending:
            update = _parsed(payload, bot)
            if update is None:
                log.error("update %d of the last run cannot be read and is given up", update_id)
                self.handled(update_id)
            else:
                self.put_nowait(update)
        return len(pending)

    def handled(self, update_id: int) -> None:
        """Its effect is written. While the database cannot take the mark it is kept for `tick`."""
        try:
            self._inbox.handled(update_id, self._clock())
        except StorageError as error:
            log.warning("update %d is handled, but cannot be marked yet: %s", update_id, error)
            self._unmarked.add(update_id)

    def tick(self) -> None:
        """Writes the marks that could not be written before."""
        for update_id in tuple(self._unmarked):
            try:
                self._inbox.handled(update_id, self._clock())
            except StorageError:
                return
            self._unmarked.discard(update_id)

    async def _is_new(self, update: Update) -> bool:
        """Stores it, however long that takes."""
        payload = json.dumps(update.to_dict(), separators=(",", ":")).encode()
        chat = TelegramChatId(update.effective_chat.id) if update.effective_chat else None
        pause = FIRST_PAUSE
        while True:
            try:
                new = self._inbox.take(update.update_id, chat, payload, self._clock())
            except (StorageError, sqlite3.Error) as error:
                self._cannot_store(error)
            else:
                self._stored(at_once=pause == FIRST_PAUSE)
                return new
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _cannot_store(self, error: Exception) -> None:
        if not self._held_up:
            log.error("updates cannot be stored, so none are taken from Telegram: %s", error)
            self._held_up = True

    def _stored(self, *, at_once: bool) -> None:
        if self._held_up and at_once:
            log.info("updates can be stored again")
            self._held_up = False

    def _acts(self, update: Update) -> bool:
        """An update that we fail to read goes on, so that the error is met where errors are handled."""
        try:
            return self.acts(update)
        except Exception as error:  # noqa: BLE001 - it would end the polling for good
            log.error("update %d is hard to read: %s", update.update_id, type(error).__name__)  # noqa: TRY400
            return True


def _parsed(payload: bytes, bot: Bot) -> Update | None:
    try:
        body: dict[str, Any] = json.loads(payload)
        return Update.de_json(body, bot)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
