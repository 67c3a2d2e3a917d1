"""The tables: strict, without a REAL column, and the same on every way that leads to them."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils

from bot.domain.ids import MessageId, TelegramChatId
from storage.master_keys import MasterKey, MasterKeys
from storage.migrations import MIGRATIONS
from storage.rotation import SEALED_COLUMNS
from storage.store import Store, open_store
from tests.storage.world import NOW, needle, state

FIRST = Path(__file__).with_name("schema_001.sql")
"""A database as the first version left it, with one chat, one account and one alert. It is never made anew."""
SECOND = Path(__file__).with_name("schema_002.sql")
"""The same as the second version left it, with a change in the ledger and a message that is to vanish."""
THIRD = Path(__file__).with_name("schema_003.sql")
"""The same with what renting needs, in whose tables is nothing yet."""
FOURTH = Path(__file__).with_name("schema_004.sql")
"""The same with what a restart must not do twice."""
FIFTH = Path(__file__).with_name("schema_005.sql")
"""The same with bids on their way down, of which there is none yet."""
SIXTH = Path(__file__).with_name("schema_006.sql")
"""The same with the guards of bids, of which there is none yet."""
VERSIONS = (FIRST, SECOND, THIRD, FOURTH, FIFTH, SIXTH)
KEYS_OF_FIRST = MasterKeys((MasterKey(bytes(range(32))),))


def restored(path: Path, version: Path = FIRST) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(version.read_text("utf-8"))


def schema(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
    return [re.sub(r"\s+", " ", row[0]) for row in rows if "sqlite_" not in row[0]]


def tables(store: Store) -> list[str]:
    return [name for name in store.db.table_names() if not name.startswith(("sqlite_", "_sqlite"))]


def test_every_table_is_strict_and_no_column_is_real(store: Store) -> None:
    assert len(tables(store)) == 22
    for table in tables(store):
        assert store.db.table(table).strict, table
    kinds = {
        (table, column.name): column.type
        for table in ("_sqlite_migrations", *tables(store))
        for column in store.db.table(table).columns
    }
    assert set(kinds.values()) == {"INTEGER", "TEXT", "BLOB"}
    assert {at: kind for at, kind in kinds.items() if at[1].endswith("_ms") and kind != "INTEGER"} == {}


def test_every_blob_is_known_as_sealed(store: Store) -> None:
    """A sealed column that nobody listed would be lost by a rotation."""
    blobs = {
        (table, column.name)
        for table in tables(store)
        for column in store.db.table(table).columns
        if column.type == "BLOB"
    }
    assert blobs == {(sealed.table, sealed.column) for sealed in SEALED_COLUMNS}


def test_every_row_of_a_chat_goes_with_its_chat(store: Store) -> None:
    for table in tables(store):
        keys = {key.column: key for key in store.db.table(table).foreign_keys}
        if "chat_id" in keys or any(column.name == "chat_id" for column in store.db.table(table).columns):
            assert (keys["chat_id"].other_table, keys["chat_id"].on_delete) == ("chats", "CASCADE"), table


def test_a_second_start_changes_nothing(store: Store, path: Path) -> None:
    before = schema(store.db.conn)
    MIGRATIONS.apply(store.db)
    assert schema(store.db.conn) == before


@pytest.mark.parametrize(
    ("steps", "version"), [(1, FIRST), (2, SECOND), (3, THIRD), (4, FOURTH), (5, FIFTH), (6, SIXTH)]
)
def test_the_first_steps_are_what_was_released(tmp_path: Path, steps: int, version: Path) -> None:
    with closing(sqlite_utils.Database(tmp_path / "new.db")) as new, closing(sqlite3.connect(":memory:")) as old:
        names = [migration.name for migration in MIGRATIONS.pending(new)]
        MIGRATIONS.apply(new, stop_before=names[steps:])
        old.executescript(version.read_text("utf-8"))
        assert schema(new.conn) == schema(old)


@pytest.mark.parametrize("version", VERSIONS, ids=["first", "second", "third", "fourth", "fifth", "sixth"])
def test_a_database_of_an_earlier_version_opens_with_everything_in_it(
    path: Path, tmp_path: Path, version: Path
) -> None:
    restored(path, version)
    with closing(open_store(path, KEYS_OF_FIRST)) as store:
        chat = store.chats.find(TelegramChatId(500))
        assert chat is not None
        account = store.accounts.default(chat.id)
        assert account is not None
        assert store.accounts.api_key(account) == needle(1)
        assert store.vault.key_id(needle(1)) == account.key
        assert store.alerts.states(account.id) == (state(),)
        with closing(open_store(tmp_path / "new.db", KEYS_OF_FIRST)) as new:
            assert schema(store.db.conn) == schema(new.db.conn)


def test_a_change_of_the_second_version_is_taken_up(path: Path) -> None:
    restored(path, SECOND)
    with closing(open_store(path, KEYS_OF_FIRST)) as store:
        (entry,) = store.ledger.unfinished()
        assert (entry.operation, entry.order, entry.before) == ("cancel_order", 38, None)
        assert store.ledger.secret(entry) == needle(2).encode()
        assert store.vanishings.due(NOW) == [(TelegramChatId(500), MessageId(7))]
