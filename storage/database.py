"""Opening the SQLite file: soundness first, then pragmas, transactions, and errors with names.

WAL journal, foreign keys, zeroed deletions, a lock wait short enough for an event loop. `synchronous` is NORMAL, which
survives a killed process, and FULL for durable transactions, which survive a power cut too.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlite_utils

from storage.errors import DatabaseDamaged, DatabaseUnavailable, named

BUSY_MS = 25
"""How long a statement waits for another process's lock: the event loop stands still meanwhile."""
OPENING_SECONDS = 2.0
OLDEST_SQLITE = (3, 37, 0)
"""The first with STRICT tables."""

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",  # what is sealed or private never reaches a temporary file
    "PRAGMA synchronous=NORMAL",
)

Parameters = Sequence[Any] | dict[str, Any]


class Database(sqlite_utils.Database):
    """A sqlite-utils database on one connection of one thread, in autocommit outside of `transaction`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        connection.row_factory = sqlite3.Row
        self._durable = False
        super().__init__(connection, execute_plugins=False, strict=True)

    def execute(self, sql: str, parameters: Parameters | None = None) -> sqlite3.Cursor:
        """As sqlite-utils does, with our errors (`DatabaseBusy`, `DatabaseFull`, `DatabaseDamaged` ...)."""
        with named_errors():
            return super().execute(sql, parameters)

    def fetch(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        with named_errors():
            return super().execute(sql, parameters).fetchall()

    def first(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        with named_errors():
            cursor = super().execute(sql, parameters)
            row: sqlite3.Row | None = cursor.fetchone()
            cursor.close()  # an unfinished statement would hold the read lock
            return row

    def change(self, sql: str, parameters: Parameters = ()) -> int:
        """How many rows a write changed."""
        return self.execute(sql, parameters).rowcount

    def executescript(self, sql: str) -> sqlite3.Cursor:
        """Every statement in turn, within the transaction that is open.

        sqlite-utils asks at every character whether a statement ends there, which was half the time of a first start.
        """
        cursor = self.conn.cursor()
        with named_errors():
            for statement in _statements(sql):
                cursor.execute(statement)
        return cursor

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[None]:
        """All or nothing. Takes the write lock at once (`DatabaseBusy` if another process has it); nests by savepoints.

        `durable`: on the disk before this returns. A durable transaction inside one that is not would promise what the
        outer one does not keep: `AssertionError`. Never `await` inside.
        """
        if self.conn.in_transaction:
            if durable and not self._durable:
                raise AssertionError("a durable transaction inside one that is not durable")
            with named_errors(), self.atomic():
                yield
            return
        self._begin(durable)
        try:
            yield
        except BaseException:
            self.rollback()
            raise
        else:
            self._commit()
        finally:
            self._durable = False

    def truncate_wal(self) -> bool:
        """Moves the whole journal into the file and empties it. False: a reader or writer elsewhere was in the way."""
        row = self.first("PRAGMA wal_checkpoint(TRUNCATE)")
        return row is not None and row[0] == 0

    def _begin(self, durable: bool) -> None:
        # SQLite refuses to change this inside a transaction.
        self.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        self.execute("BEGIN IMMEDIATE")
        self._durable = durable

    def _commit(self) -> None:
        try:
            self.execute("COMMIT")
        except BaseException:
            self.rollback()
            raise


def _statements(sql: str) -> Iterator[str]:
    """Each with its semicolon; one inside a string, a comment or a trigger ends nothing."""
    statement = ""
    for piece in sql.split(";"):
        statement += f"{piece};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement:
        yield statement


def open_database(path: Path) -> Database:
    """The file, made with mode 0600 where there is none. Call only with the instance lock, after `reading` it.

    It waits for locks as long as a start may; `settle` ends that.
    """
    path = path.resolve()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # -wal and -shm inherit the mode
    with named_errors():
        connection = sqlite3.connect(path, timeout=OPENING_SECONDS, isolation_level=None)
    try:
        database = Database(connection)
        for pragma in _PRAGMAS:
            database.fetch(pragma)
    except BaseException:
        connection.close()
        raise
    return database


def settle(database: Database) -> None:
    """From now on a lock held elsewhere is told at once."""
    database.fetch(f"PRAGMA busy_timeout={BUSY_MS}")


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection | None]:
    """A read-only connection to a file that has passed `quick_check`; `None` where there is no file.

    A refusal found here leaves the file as it is: a read-only connection neither writes nor moves the journal.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise DatabaseUnavailable(f"SQLite 3.37 or later is needed; Python brings {sqlite3.sqlite_version}")
    path = path.resolve()
    if not path.exists():
        yield None
        return
    with named_errors():
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=OPENING_SECONDS)
        try:
            _quick_check(connection, path)
            yield connection
        finally:
            connection.close()


def _quick_check(connection: sqlite3.Connection, path: Path) -> None:
    try:
        found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
    except sqlite3.DatabaseError as error:
        if isinstance(named(error), DatabaseDamaged | None):
            raise DatabaseDamaged(f"{path} is damaged and was left as it is: {error}") from error
        raise
    if found != ["ok"]:
        raise DatabaseDamaged(f"{path} is damaged and was left as it is: {'; '.join(found)}")


@contextmanager
def named_errors() -> Iterator[None]:
    """SQLite's errors that come from outside, as ours."""
    try:
        yield
    except sqlite3.Error as error:
        ours = named(error)
        if ours is None:
            raise
        raise ours from error
