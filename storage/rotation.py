"""Which columns are sealed, by which master keys, and how all of them come under the newest one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.ids import ChatId
from storage.database import Database
from storage.errors import DatabaseDamaged, Unopenable, WrongMasterKey
from storage.master_keys import TAG_BYTES, MasterKeys
from storage.vault import Place, Vault, unseal


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """`row` is the column that names the row for good; `chat` the one that says whose it is, where it is a chat's."""

    table: str
    row: str
    column: str
    chat: str | None

    def place(self, row: object, chat: int | None) -> Place:
        return Place(self.table, str(row), self.column, None if chat is None else ChatId(chat))


INSTALLATION = SealedColumn("installation", "name", "sealed", None)
ACCOUNTS = SealedColumn("accounts", "id", "sealed_key", "chat_id")
INBOX = SealedColumn("inbox", "update_id", "sealed", None)
CONFIRMATIONS = SealedColumn("confirmations", "token", "sealed", "chat_id")
LEDGER = SealedColumn("ledger", "once", "sealed", "chat_id")

DRAFTS = SealedColumn("drafts", "id", "sealed", "chat_id")
TEMPLATES = SealedColumn("templates", "id", "sealed", "chat_id")
BATCHES = SealedColumn("batches", "id", "sealed", "chat_id")
DEPLOYMENTS = SealedColumn("deployments", "id", "sealed", "chat_id")

SEALED_COLUMNS = (INSTALLATION, ACCOUNTS, INBOX, CONFIRMATIONS, LEDGER, DRAFTS, TEMPLATES, BATCHES, DEPLOYMENTS)

KEY_SECRET = "key identity secret"  # noqa: S105 - the name of a row


@dataclass(frozen=True, slots=True)
class Rotation:
    """How many values came under the first master key, and the places of those that did not open (left as they were)."""

    resealed: int
    unopenable: tuple[Place, ...] = ()


def tags_in_use(connection: sqlite3.Connection) -> set[bytes]:
    """The master keys that sealed anything in this file, by their tags. Empty: the database holds nothing sealed."""
    found: set[bytes] = set()
    for sealed in SEALED_COLUMNS:
        columns = {row[1] for row in connection.execute(f"PRAGMA table_info({sealed.table})")}
        if sealed.column in columns:  # a file of an earlier version may not have it yet
            rows = connection.execute(
                f"SELECT DISTINCT substr({sealed.column}, 2, {TAG_BYTES}) FROM {sealed.table}"  # noqa: S608
                f" WHERE {sealed.column} IS NOT NULL"
            )
            found |= {bytes(row[0]) for row in rows}
    return found


def check_master_keys(connection: sqlite3.Connection, master_keys: MasterKeys) -> None:
    """`WrongMasterKey` unless every master key that this installation used, and that still seals something, is here.

    A tag that was never on record is a damaged value: it concerns its own row only.
    """
    in_use = tags_in_use(connection)
    if not in_use:
        return
    names = {row[0] for row in connection.execute("SELECT name FROM installation")}
    missing = sorted(tag.hex() for tag in in_use if record_of(tag) in names and master_keys.find(tag) is None)
    if missing:
        held = ", ".join(key.tag.hex() for key in master_keys.keys)
        raise WrongMasterKey(
            f"the database holds values sealed with master key {', '.join(missing)}, and {master_keys.source} has {held};"
            " add the missing key at the end (several are separated by commas)"
        )
    row = connection.execute("SELECT sealed FROM installation WHERE name = ?", (KEY_SECRET,)).fetchone()
    try:
        unseal(master_keys, INSTALLATION.place(KEY_SECRET, None), b"" if row is None else row[0])
    except Unopenable as error:
        raise DatabaseDamaged(f"the secret of this installation was changed from outside: {error}") from None


def record_of(tag: bytes) -> str:
    """The row of `installation` that says that this master key was used here."""
    return f"master key {tag.hex()}"


def reseal(db: Database, vault: Vault, *, batch: int = 500) -> Iterator[Rotation]:
    """Brings everything under the first master key, one transaction a batch; says after each what it did.

    It may be stopped after any batch, and begun again: each value names the key that opens it.
    """
    for sealed in SEALED_COLUMNS:
        last = -(1 << 63)
        while rows := _foreign(db, sealed, vault.master_keys.first.tag, last, batch):
            yield _reseal(db, vault, sealed, rows)
            last = rows[-1]["rowid"]


def _foreign(db: Database, sealed: SealedColumn, tag: bytes, after: int, limit: int) -> list[sqlite3.Row]:
    return db.fetch(
        f"SELECT rowid AS rowid, {sealed.row} AS row, {sealed.chat or 'NULL'} AS chat, {sealed.column} AS sealed"  # noqa: S608
        f" FROM {sealed.table} WHERE {sealed.column} IS NOT NULL AND substr({sealed.column}, 2, {TAG_BYTES}) <> ?"
        " AND rowid > ? ORDER BY rowid LIMIT ?",
        (tag, after, limit),
    )


def _reseal(db: Database, vault: Vault, sealed: SealedColumn, rows: list[sqlite3.Row]) -> Rotation:
    done, unopenable = 0, []
    with db.transaction(durable=True):
        for row in rows:
            place = sealed.place(row["row"], row["chat"])
            try:
                plain = vault.open(place, row["sealed"])
            except Unopenable:
                unopenable.append(place)
                continue
            done += db.change(
                f"UPDATE {sealed.table} SET {sealed.column} = ? WHERE rowid = ? AND {sealed.column} = ?",  # noqa: S608
                (vault.seal(place, plain), row["rowid"], row["sealed"]),
            )
    return Rotation(done, tuple(unopenable))
