"""The few facts about this installation as a whole: its sealed identity secret, the master keys it used, its last tick."""

from __future__ import annotations

import secrets
from datetime import datetime

from storage.database import Database
from storage.master_keys import MasterKeys
from storage.rotation import INSTALLATION, KEY_SECRET, record_of
from storage.times import from_ms, to_ms
from storage.vault import Vault, seal, unseal

_LAST_TICK = "last tick"
_MENU = "menu"
_SCRUB = "scrub"


def open_vault(db: Database, master_keys: MasterKeys) -> Vault:
    """The vault of this database. The first time, the secret of the keyed hash is made and sealed."""
    with db.transaction(durable=True):
        db.execute("INSERT OR IGNORE INTO installation (name) VALUES (?)", (record_of(master_keys.first.tag),))
        place = INSTALLATION.place(KEY_SECRET, None)
        row = db.first("SELECT sealed FROM installation WHERE name = ?", (KEY_SECRET,))
        if row is not None:
            return Vault(master_keys, unseal(master_keys, place, row["sealed"]))
        secret = secrets.token_bytes(32)
        db.execute(
            "INSERT INTO installation (name, sealed) VALUES (?, ?)", (KEY_SECRET, seal(master_keys, place, secret))
        )
    return Vault(master_keys, secret)


class Installation:
    def __init__(self, db: Database) -> None:
        self._db = db

    def tick(self, now: datetime) -> None:
        """The process was alive at this time."""
        self._write(_LAST_TICK, str(to_ms(now)))

    def last_tick(self) -> datetime | None:
        ms = self._read(_LAST_TICK)
        return None if ms is None else from_ms(int(ms))

    def published(self, fingerprint: str) -> None:
        """What Telegram now shows of the bot: its command menus and descriptions."""
        self._write(_MENU, fingerprint)

    def menu(self) -> str | None:
        """The fingerprint of what Telegram was last told to show; `None` before the first time."""
        return self._read(_MENU)

    def owe_scrub(self, *, owed: bool) -> None:
        """Whether traces of deleted rows are still to be taken out of the file."""
        self._write(_SCRUB, "owed" if owed else "done")

    @property
    def owes_scrub(self) -> bool:
        return self._read(_SCRUB) == "owed"

    def _write(self, name: str, value: str) -> None:
        self._db.execute(
            "INSERT INTO installation (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    def _read(self, name: str) -> str | None:
        row = self._db.first("SELECT value FROM installation WHERE name = ?", (name,))
        return None if row is None else str(row["value"])
