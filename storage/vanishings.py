"""Messages that take themselves away after a while, so that a restart forgets none."""

from __future__ import annotations

from datetime import datetime

from bot.domain.ids import MessageId, TelegramChatId
from storage.database import Database
from storage.times import to_ms


class Vanishings:
    """Chats go by Telegram's number here, as the edge knows them; one without a row of its own is passed over."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, chat: TelegramChatId, message: MessageId, at: datetime) -> None:
        """Again for the same message: the later word holds."""
        self._db.execute(
            "INSERT INTO vanishings (chat_id, message_id, at_ms) SELECT id, ?, ? FROM chats WHERE telegram_id = ?"
            " ON CONFLICT (chat_id, message_id) DO UPDATE SET at_ms = excluded.at_ms",
            (message, to_ms(at), chat),
        )

    def due(self, now: datetime) -> list[tuple[TelegramChatId, MessageId]]:
        """The messages whose time has come, the oldest first."""
        rows = self._db.fetch(
            "SELECT telegram_id, message_id FROM vanishings JOIN chats ON chats.id = vanishings.chat_id"
            " WHERE at_ms <= ? ORDER BY at_ms LIMIT 100",
            (to_ms(now),),
        )
        return [(TelegramChatId(row["telegram_id"]), MessageId(row["message_id"])) for row in rows]

    def done(self, chat: TelegramChatId, message: MessageId) -> None:
        self._db.execute(
            "DELETE FROM vanishings WHERE message_id = ? AND chat_id = (SELECT id FROM chats WHERE telegram_id = ?)",
            (message, chat),
        )
