"""What is secret in an order, sealed beside its row."""

from __future__ import annotations

import sqlite3

from bot.domain.ids import ChatId
from bot.domain.secrets import NO_SECRETS, Secrets
from storage.codec import decode, encode
from storage.database import Database
from storage.rotation import SealedColumn
from storage.vault import Vault


def packed(secrets: Secrets) -> bytes | None:
    """As what is sealed, in a row or with a confirmation; `None`: there is nothing to seal."""
    return None if secrets.empty else encode(secrets).encode()


def unpacked(plain: bytes | None) -> Secrets:
    return NO_SECRETS if plain is None else decode(Secrets, plain)


class SealedSecrets:
    """The secrets of the rows of one table, each under the number of its row."""

    def __init__(self, db: Database, vault: Vault, column: SealedColumn) -> None:
        self._db = db
        self._vault = vault
        self._column = column

    def put(self, number: int, chat: ChatId, secrets: Secrets) -> None:
        """In the place of those that were there."""
        plain = packed(secrets)
        sealed = None if plain is None else self._vault.seal(self._column.place(number, chat), plain)
        self._db.execute(f"UPDATE {self._column.table} SET sealed = ? WHERE id = ?", (sealed, number))  # noqa: S608

    def of(self, row: sqlite3.Row) -> Secrets:
        """Of a row with its columns `id`, `chat_id` and `sealed`. `Unopenable` where they were damaged."""
        if row["sealed"] is None:
            return NO_SECRETS
        return unpacked(self._vault.open(self._column.place(row["id"], row["chat_id"]), row["sealed"]))
