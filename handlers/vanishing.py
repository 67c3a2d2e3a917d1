"""Messages that take themselves away after a while."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.domain.ids import MessageId, TelegramChatId


class Vanishings(Protocol):
    """Where it stands which message goes when; a table, so that a restart forgets none."""

    def add(self, chat: TelegramChatId, message: MessageId, at: datetime) -> None:
        """Again for the same message: the later word holds."""

    def due(self, now: datetime) -> list[tuple[TelegramChatId, MessageId]]: ...

    def done(self, chat: TelegramChatId, message: MessageId) -> None: ...


class RememberedVanishings:
    """In memory: after a restart the messages of before stay."""

    def __init__(self) -> None:
        self._at: dict[tuple[TelegramChatId, MessageId], datetime] = {}

    def add(self, chat: TelegramChatId, message: MessageId, at: datetime) -> None:
        self._at[chat, message] = at

    def due(self, now: datetime) -> list[tuple[TelegramChatId, MessageId]]:
        return [place for place, at in self._at.items() if at <= now]

    def done(self, chat: TelegramChatId, message: MessageId) -> None:
        self._at.pop((chat, message), None)
