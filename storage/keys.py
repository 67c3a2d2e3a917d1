"""API keys, by their identity: when each is read next, and what the last reading showed."""

from __future__ import annotations

import logging
from datetime import datetime

from bot.alerts.snapshot import Snapshot
from bot.domain.ids import KeyId
from storage.codec import decode, encode
from storage.database import Database
from storage.errors import Unreadable
from storage.times import to_ms

_log = logging.getLogger(__name__)

_WATCHED = (
    " (EXISTS (SELECT 1 FROM accounts JOIN chats ON chats.id = accounts.chat_id"
    " WHERE accounts.key_id = keys.id AND chats.state = 'active')"
    " OR EXISTS (SELECT 1 FROM accounts JOIN stops ON stops.account_id = accounts.id"
    " WHERE accounts.key_id = keys.id AND stops.state IN ('armed', 'warned', 'missed', 'acting'))"
    " OR EXISTS (SELECT 1 FROM accounts JOIN lowerings ON lowerings.account_id = accounts.id"
    " WHERE accounts.key_id = keys.id AND lowerings.state IN ('waiting', 'acting'))"
    " OR EXISTS (SELECT 1 FROM accounts JOIN guards ON guards.account_id = accounts.id"
    " WHERE accounts.key_id = keys.id AND guards.state IN ('on', 'acting', 'ending')))"
)
"""By an active chat, or for a stop condition, a lowering or a guard: these are kept also where the chat is sent nothing any more."""


class Keys:
    """A key's row lives as long as an account has it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def due(self, now: datetime, limit: int) -> list[KeyId]:
        """The watched keys whose time has come, the longest overdue first."""
        rows = self._db.fetch(
            f"SELECT id FROM keys WHERE next_poll_ms <= ? AND {_WATCHED} ORDER BY next_poll_ms, id LIMIT ?",  # noqa: S608
            (to_ms(now), limit),
        )
        return [KeyId(row["id"]) for row in rows]

    def schedule(self, key: KeyId, at: datetime) -> None:
        self._db.execute("UPDATE keys SET next_poll_ms = ? WHERE id = ?", (to_ms(at), key))

    def record(self, key: KeyId, snapshot: Snapshot) -> bool:
        """The new snapshot. False: no account has this key any more, so nothing was written."""
        return bool(self._db.change("UPDATE keys SET snapshot = ? WHERE id = ?", (encode(snapshot), key)))

    def snapshot(self, key: KeyId) -> Snapshot | None:
        """The last one. `None` before the first reading, and after an update that changed the shape of a snapshot:
        the next reading is a baseline then, which tells no news that is none.
        """
        row = self._db.first("SELECT snapshot FROM keys WHERE id = ?", (key,))
        if row is None or row["snapshot"] is None:
            return None
        try:
            return decode(Snapshot, row["snapshot"])
        except Unreadable as error:
            _log.warning("key %s begins with a new baseline: %s", key, error)
            return None

    def proven(self, key: KeyId, now: datetime) -> None:
        """A key that CLORE.AI has just taken: watched from now on, whatever was known of it."""
        self._db.execute(
            "INSERT INTO keys (id, next_poll_ms) VALUES (?, ?) ON CONFLICT (id)"
            " DO UPDATE SET next_poll_ms = min(next_poll_ms, excluded.next_poll_ms)",
            (key, to_ms(now)),
        )

    def forget_unused(self) -> int:
        """Deletes the keys that no account has. How many they were."""
        return self._db.change("DELETE FROM keys WHERE id NOT IN (SELECT key_id FROM accounts)")
