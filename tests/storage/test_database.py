"""Opening, transactions, and what is said when the file or its lock is not ours to use."""

import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.errors import (
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseForeign,
    DatabaseFull,
    DatabaseTooNew,
    DatabaseUnavailable,
)
from storage.master_keys import MasterKeys
from storage.store import Store, holds_sealed, open_store
from tests.storage.world import NOW, chat, content, fill, undone

PAGE = 4096


def titles(store: Store) -> list[str]:
    return [row["title"] for row in store.db.fetch("SELECT title FROM chats ORDER BY id")]


def pragma(store: Store, name: str) -> object:
    row = store.db.first(f"PRAGMA {name}")
    assert row is not None
    return row[0]


def test_a_new_database_is_private_and_set_up(store: Store, path: Path) -> None:
    chat(store)
    for file in (path, path.with_name("bot.db-wal"), path.with_name("bot.db-shm")):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    settings = {name: pragma(store, name) for name in ("journal_mode", "foreign_keys", "secure_delete", "temp_store")}
    assert settings == {"journal_mode": "wal", "foreign_keys": 1, "secure_delete": 1, "temp_store": 2}


def test_a_transaction_is_all_or_nothing(store: Store) -> None:
    with undone(store):
        chat(store, 1)
        chat(store, 2)
    assert titles(store) == []
    with store.transaction():
        chat(store, 1, "kept")
        with undone(store):
            chat(store, 2, "undone")
    assert titles(store) == ["kept"]


def test_a_script_runs_as_the_statements_that_it_holds(store: Store) -> None:
    script = """
        CREATE TABLE said (words TEXT) STRICT; -- a remark; with a semicolon
        CREATE TABLE counted (n INTEGER) STRICT;
        CREATE TRIGGER counts AFTER INSERT ON said BEGIN
            INSERT INTO counted VALUES (1);
            INSERT INTO counted VALUES (2);
        END;
        INSERT INTO said VALUES ('one; two')
    """
    with store.transaction():
        store.db.executescript(script)
    assert [row["words"] for row in store.db.fetch("SELECT words FROM said")] == ["one; two"]
    assert [row["n"] for row in store.db.fetch("SELECT n FROM counted")] == [1, 2]


def test_a_script_is_undone_with_its_transaction(store: Store) -> None:
    with pytest.raises(sqlite3.OperationalError), store.transaction():
        store.db.executescript("CREATE TABLE said (words TEXT) STRICT; INSERT INTO nowhere VALUES (1);")
    assert store.db.first("SELECT 1 FROM sqlite_master WHERE name = 'said'") is None


def test_durable_is_full_synchronous_for_that_transaction_only(store: Store) -> None:
    with store.transaction(durable=True):
        assert pragma(store, "synchronous") == 2
        with store.transaction(durable=True), store.transaction():
            chat(store)
        assert pragma(store, "synchronous") == 2
    with store.transaction():
        assert pragma(store, "synchronous") == 1
        with pytest.raises(AssertionError, match="durable"), store.transaction(durable=True):
            pass


def test_a_durable_write_within_a_transaction_that_is_not_is_a_mistake_of_the_caller(store: Store) -> None:
    with store.transaction(), pytest.raises(AssertionError):
        store.inbox.take(1, None, b"{}", NOW)
    with store.transaction(durable=True):
        assert store.inbox.take(1, None, b"{}", NOW)


def test_a_lock_held_by_another_process_is_told_and_nothing_is_half_done(store: Store, path: Path) -> None:
    mine = chat(store, 1, "before")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy), store.transaction():
        raise AssertionError("the body must not run")
    with pytest.raises(DatabaseBusy):
        store.chats.pause(mine, "why", NOW)
    assert titles(store) == ["before"], "reading goes on"
    other.execute("ROLLBACK")
    other.close()
    assert store.chats.pause(mine, "why", NOW)


def test_a_full_disk_is_told_and_writing_goes_on_once_there_is_room(store: Store) -> None:
    chat(store, 1, "before")
    store.db.fetch(f"PRAGMA max_page_count={pragma(store, 'page_count')}")
    with pytest.raises(DatabaseFull), store.transaction():
        chat(store, 2, "x" * 50 * PAGE)
    assert titles(store) == ["before"]
    store.db.fetch("PRAGMA max_page_count=100000")
    chat(store, 3, "after")
    assert titles(store) == ["before", "after"]


def test_another_thread_is_refused(store: Store) -> None:
    errors: list[Exception] = []

    def use() -> None:
        try:
            titles(store)
        except sqlite3.ProgrammingError as error:
            errors.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert len(errors) == 1


def test_a_mistake_in_a_statement_keeps_its_own_error(store: Store) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        store.db.fetch("SELECT * FROM recipes")


@pytest.mark.parametrize("at", [0, PAGE + 3, 3 * PAGE + 5])
def test_a_damaged_file_is_refused_and_left_as_it_is(
    opened: Callable[[], Store], path: Path, master_keys: MasterKeys, at: int
) -> None:
    store = opened()
    for number in range(1, 20):
        fill(store, chat(store, number), number)
    store.close()
    with path.open("r+b") as file:
        file.seek(at)
        file.write(os.urandom(200))
    before = content(path)
    with pytest.raises(DatabaseDamaged, match=r"bot\.db"):
        open_store(path, master_keys)
    with pytest.raises(DatabaseDamaged):
        holds_sealed(path)
    assert content(path) == before


def test_a_file_that_is_no_database_is_refused(path: Path, master_keys: MasterKeys) -> None:
    path.parent.mkdir()
    path.write_bytes(b"a letter to my aunt, which is long enough to be taken for a header" * 100)
    with pytest.raises(DatabaseDamaged):
        open_store(path, master_keys)
    assert path.read_bytes().startswith(b"a letter")


def test_a_database_of_another_program_is_refused(path: Path, master_keys: MasterKeys) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    before = content(path)
    with pytest.raises(DatabaseForeign, match="BOT_DATABASE"):
        open_store(path, master_keys)
    assert content(path) == before


def test_a_database_of_a_later_version_is_refused(store: Store, path: Path, master_keys: MasterKeys) -> None:
    store.db.execute(
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
        " VALUES ('clore-telegram-bot', 'm999_later', '2030')"
    )
    store.close()
    with pytest.raises(DatabaseTooNew, match="m999_later"):
        open_store(path, master_keys)


def test_a_folder_in_the_place_of_the_file_is_told(path: Path, master_keys: MasterKeys) -> None:
    path.mkdir(parents=True)
    with pytest.raises(DatabaseUnavailable):
        open_store(path, master_keys)
