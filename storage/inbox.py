"""Updates that Telegram was told were taken, until each has had its effect. Their text is sealed: it may hold a key."""

from __future__ import annotations

import logging
from datetime import datetime

from bot.domain.ids import TelegramChatId
from storage.database import Database
from storage.errors import Unopenable
from storage.rotation import INBOX
from storage.times import to_ms
from storage.vault import Vault

_log = logging.getLogger(__name__)


class Inbox:
    """Sealed for the installation, not for a chat: an update is taken before its chat is known."""

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def take(self, update_id: int, telegram_chat: TelegramChatId | None, payload: bytes, now: datetime) -> bool:
        """Writes an update to the disk. False: it was taken before, handled or not."""
        sealed = self._vault.seal(INBOX.place(update_id, None), payload)
        with self._db.transaction(durable=True):
            return bool(
                self._db.change(
                    "INSERT OR IGNORE INTO inbox (update_id, telegram_chat_id, sealed, received_ms) VALUES (?, ?, ?, ?)",
                    (update_id, telegram_chat, sealed, to_ms(now)),
                )
            )

    def pending(self) -> list[tuple[int, bytes]]:
        """What was taken and not handled, in Telegram's order. A damaged row is logged and does not hold up the others."""
        rows = self._db.fetch("SELECT update_id, sealed FROM inbox WHERE handled_ms IS NULL ORDER BY update_id")
        opened = ((row["update_id"], self._payload(row["update_id"], row["sealed"])) for row in rows)
        return [(update_id, payload) for update_id, payload in opened if payload is not None]

    def handled(self, update_id: int, now: datetime) -> None:
        """Its effect is written: the text goes, the number stays, so that a replay is known."""
        self._db.execute(
            "UPDATE inbox SET sealed = NULL, handled_ms = ? WHERE update_id = ? AND handled_ms IS NULL",
            (to_ms(now), update_id),
        )

    def prune(self, before: datetime) -> int:
        """Deletes the numbers of updates handled before this time: Telegram keeps an update for 24 hours."""
        return self._db.change("DELETE FROM inbox WHERE handled_ms < ?", (to_ms(before),))

    def delete_of_chat(self, telegram_chat: TelegramChatId) -> int:
        """Everything of a chat but the bare numbers of its updates, without which a replay could bring it all back."""
        return self._db.change(
            "UPDATE inbox SET sealed = NULL, telegram_chat_id = NULL, handled_ms = coalesce(handled_ms, received_ms)"
            " WHERE telegram_chat_id = ?",
            (telegram_chat,),
        )

    def _payload(self, update_id: int, sealed: bytes) -> bytes | None:
        try:
            return self._vault.open(INBOX.place(update_id, None), sealed)
        except Unopenable as error:
            _log.error("update %d was taken and is lost: %s", update_id, error)
            return None
