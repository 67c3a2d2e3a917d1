"""What can go wrong with what the program remembers, each with a name and a sentence for the operator."""

from __future__ import annotations

import sqlite3
from pathlib import Path


class StorageError(Exception):
    """Anything in this module. No text holds a secret."""


class DatabaseUnavailable(StorageError):
    """The file cannot be opened, read or written."""


class DatabaseBusy(DatabaseUnavailable):
    """Another process holds the write lock; nothing was done, and the same call may be made again."""


class DatabaseFull(DatabaseUnavailable):
    """There is no space left; nothing was done, and the same call may be made again once there is."""


class DatabaseDamaged(StorageError):
    """The file is no sound SQLite database. Nothing was written to it."""


class DatabaseForeign(StorageError):
    """The file is a sound database of another program."""


class DatabaseTooNew(StorageError):
    """The file was written by a later version of this program."""


class AlreadyRunning(StorageError):
    """Another instance holds the lock beside this database."""

    def __init__(self, database: Path, pid: int | None) -> None:
        who = "another instance" if pid is None else f"another instance (process {pid})"
        super().__init__(f"{who} runs on {database}")
        self.pid = pid


class BadMasterKey(StorageError):
    """The text of the master keys cannot be used; the message says which one and why."""


class WrongMasterKey(BadMasterKey):
    """The master keys are well formed and are not those that sealed this database."""


class Unopenable(StorageError):
    """A sealed value does not open: it was damaged, or moved from another row, column or chat."""


class Unreadable(StorageError):
    """A stored body has a shape that this version does not know."""


class Unwritable(StorageError):
    """A value that no row can hold: its text is not Unicode."""


class NotFound(StorageError):
    """No such row."""


_NAMED: dict[int, tuple[type[StorageError], str]] = {
    sqlite3.SQLITE_BUSY: (DatabaseBusy, "another process holds the database's lock"),
    sqlite3.SQLITE_LOCKED: (DatabaseBusy, "another statement holds the database's lock"),
    sqlite3.SQLITE_FULL: (DatabaseFull, "no space is left for the database"),
    sqlite3.SQLITE_CORRUPT: (DatabaseDamaged, "the database file is damaged"),
    sqlite3.SQLITE_NOTADB: (DatabaseDamaged, "the file is not a SQLite database"),
    sqlite3.SQLITE_IOERR: (DatabaseUnavailable, "the database file cannot be read or written"),
    sqlite3.SQLITE_CANTOPEN: (DatabaseUnavailable, "the database file cannot be opened"),
    sqlite3.SQLITE_READONLY: (DatabaseUnavailable, "the database file is read-only"),
}


def named(error: sqlite3.Error) -> StorageError | None:
    """Our error for one of SQLite's that comes from outside; `None` for a mistake of our own (a constraint, bad SQL)."""
    code = getattr(error, "sqlite_errorcode", None)
    known = None if code is None else _NAMED.get(code & 0xFF)
    return None if known is None else known[0](f"{known[1]} ({error})")
