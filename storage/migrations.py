"""The tables, as the steps that made them. A step that was ever released is never changed; a new one is added below.

Every table is STRICT. Moments are INTEGER milliseconds (`_ms`), money is TEXT, sealed values are BLOB; no column is REAL.
Numbers of chats, accounts, letters and entries are never used again: an old button must not reach a new row.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlite_utils
from sqlite_utils.migrations import Migrations

from storage.errors import DatabaseForeign, DatabaseTooNew

NAME = "clore-telegram-bot"
MIGRATIONS = Migrations(NAME)


@MIGRATIONS()
def m001_first(db: sqlite_utils.Database) -> None:
    db.executescript("""
        CREATE TABLE installation (
            name TEXT PRIMARY KEY,
            value TEXT,
            sealed BLOB
        ) STRICT;

        CREATE TABLE chats (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            telegram_id INTEGER NOT NULL UNIQUE,
            kind TEXT NOT NULL CHECK (kind IN ('private', 'group', 'supergroup', 'channel')),
            title TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused')),
            paused_reason TEXT,
            paused_ms INTEGER,
            default_account_id INTEGER REFERENCES accounts(id) ON DELETE SET NULL,
            language TEXT,
            created_ms INTEGER NOT NULL,
            welcomed_ms INTEGER,
            hold_until_ms INTEGER
        ) STRICT;
        CREATE INDEX chats_default_account ON chats(default_account_id);

        CREATE TABLE keys (
            id TEXT PRIMARY KEY,
            state TEXT NOT NULL DEFAULT 'ok' CHECK (state IN ('ok', 'rejected')),
            next_poll_ms INTEGER NOT NULL,
            last_ok_ms INTEGER,
            snapshot TEXT
        ) STRICT;
        CREATE INDEX keys_next_poll ON keys(next_poll_ms, id);

        CREATE TABLE accounts (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            key_id TEXT NOT NULL REFERENCES keys(id),
            name TEXT NOT NULL COLLATE NOCASE,
            sealed_key BLOB NOT NULL,
            last4 TEXT NOT NULL,
            owner_user_id INTEGER NOT NULL,
            created_ms INTEGER NOT NULL,
            UNIQUE (chat_id, name),
            UNIQUE (chat_id, key_id)
        ) STRICT;
        CREATE INDEX accounts_key ON accounts(key_id);

        CREATE TABLE alert_states (
            account_id INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
            type TEXT NOT NULL,
            subject TEXT NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (account_id, type, subject)
        ) STRICT;

        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            account_id INTEGER REFERENCES accounts(id) ON DELETE CASCADE,
            priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 3),
            once TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('notice', 'outcome', 'plain')),
            episode TEXT,
            body TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'dead', 'dropped')),
            attempts INTEGER NOT NULL DEFAULT 0,
            next_ms INTEGER NOT NULL,
            expires_ms INTEGER,
            silent INTEGER NOT NULL CHECK (silent IN (0, 1)),
            message_id INTEGER,
            edits_message_id INTEGER,
            created_ms INTEGER NOT NULL,
            sent_ms INTEGER,
            error TEXT,
            UNIQUE (chat_id, once)
        ) STRICT;
        CREATE INDEX outbox_queued ON outbox(chat_id, priority, id) WHERE state = 'queued';
        CREATE INDEX outbox_urgent ON outbox(priority, id) WHERE state = 'queued';
        CREATE INDEX outbox_sending ON outbox(chat_id) WHERE state = 'sending';
        CREATE INDEX outbox_episode ON outbox(chat_id, episode);
        CREATE INDEX outbox_account ON outbox(account_id);

        CREATE TABLE inbox (
            update_id INTEGER PRIMARY KEY,
            telegram_chat_id INTEGER,
            sealed BLOB,
            received_ms INTEGER NOT NULL,
            handled_ms INTEGER
        ) STRICT;
        CREATE INDEX inbox_pending ON inbox(update_id) WHERE handled_ms IS NULL;
        CREATE INDEX inbox_chat ON inbox(telegram_chat_id);

        CREATE TABLE confirmations (
            token TEXT PRIMARY KEY,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL,
            account_id INTEGER REFERENCES accounts(id) ON DELETE CASCADE,
            kind TEXT NOT NULL,
            body TEXT NOT NULL,
            sealed BLOB,
            message_id INTEGER,
            asked_ms INTEGER NOT NULL,
            expires_ms INTEGER NOT NULL,
            used_ms INTEGER,
            declined_ms INTEGER
        ) STRICT;
        CREATE INDEX confirmations_chat ON confirmations(chat_id);
        CREATE INDEX confirmations_account ON confirmations(account_id);

        CREATE TABLE questions (
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL,
            account_id INTEGER REFERENCES accounts(id) ON DELETE CASCADE,
            kind TEXT NOT NULL,
            body TEXT NOT NULL,
            message_id INTEGER,
            asked_ms INTEGER NOT NULL,
            expires_ms INTEGER NOT NULL,
            PRIMARY KEY (chat_id, user_id)
        ) STRICT;
        CREATE INDEX questions_account ON questions(account_id);

        CREATE TABLE ledger (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            account_id INTEGER REFERENCES accounts(id) ON DELETE SET NULL,
            key_id TEXT NOT NULL,
            user_id INTEGER NOT NULL,
            once TEXT NOT NULL UNIQUE,
            operation TEXT NOT NULL,
            order_id INTEGER,
            body TEXT NOT NULL,
            sealed BLOB,
            state TEXT NOT NULL DEFAULT 'asked'
                CHECK (state IN ('asked', 'sent', 'done', 'refused', 'unknown', 'abandoned')),
            message_id INTEGER,
            asked_ms INTEGER NOT NULL,
            sent_ms INTEGER,
            ended_ms INTEGER,
            result TEXT,
            told_ms INTEGER
        ) STRICT;
        CREATE INDEX ledger_chat ON ledger(chat_id, id);
        CREATE INDEX ledger_key ON ledger(key_id, operation);
        CREATE INDEX ledger_account ON ledger(account_id);
        CREATE INDEX ledger_open ON ledger(id) WHERE state IN ('asked', 'sent') OR told_ms IS NULL;
    """)


@MIGRATIONS()
def m002_vanishings(db: sqlite_utils.Database) -> None:
    db.executescript("""
        CREATE TABLE vanishings (
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            message_id INTEGER NOT NULL,
            at_ms INTEGER NOT NULL,
            PRIMARY KEY (chat_id, message_id)
        ) STRICT;
        CREATE INDEX vanishings_at ON vanishings(at_ms);
    """)


@MIGRATIONS()
def m003_renting(db: sqlite_utils.Database) -> None:
    db.executescript("""
        ALTER TABLE questions ADD COLUMN answered_by INTEGER;

        CREATE TABLE results (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            query TEXT NOT NULL,
            layout TEXT NOT NULL DEFAULT 'cards' CHECK (layout IN ('cards', 'table')),
            page INTEGER NOT NULL DEFAULT 0,
            created_ms INTEGER NOT NULL,
            used_ms INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX results_chat ON results(chat_id, id);

        CREATE TABLE searches (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            query TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            UNIQUE (chat_id, query)
        ) STRICT;

        CREATE TABLE marks (
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            kind TEXT NOT NULL CHECK (kind IN ('favourite', 'watch', 'blocked', 'blocked owner')),
            number INTEGER NOT NULL,
            title TEXT NOT NULL,
            body TEXT,
            created_ms INTEGER NOT NULL,
            PRIMARY KEY (chat_id, kind, number)
        ) STRICT;
        CREATE INDEX marks_looked_for ON marks(kind, number);

        CREATE TABLE drafts (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL,
            account_id INTEGER REFERENCES accounts(id) ON DELETE CASCADE,
            state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'sent', 'dropped')),
            body TEXT NOT NULL,
            sealed BLOB,
            message_id INTEGER,
            created_ms INTEGER NOT NULL,
            changed_ms INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX drafts_chat ON drafts(chat_id, user_id, state);
        CREATE INDEX drafts_account ON drafts(account_id);

        CREATE TABLE templates (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            name TEXT NOT NULL COLLATE NOCASE,
            body TEXT NOT NULL,
            sealed BLOB,
            is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
            created_ms INTEGER NOT NULL,
            changed_ms INTEGER NOT NULL,
            UNIQUE (chat_id, name)
        ) STRICT;

        CREATE TABLE batches (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL,
            account_id INTEGER REFERENCES accounts(id) ON DELETE CASCADE,
            state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'running', 'stopping', 'ended', 'dropped')),
            body TEXT NOT NULL,
            sealed BLOB,
            message_id INTEGER,
            created_ms INTEGER NOT NULL,
            ended_ms INTEGER
        ) STRICT;
        CREATE INDEX batches_chat ON batches(chat_id);
        CREATE INDEX batches_account ON batches(account_id);
        CREATE INDEX batches_running ON batches(id) WHERE state IN ('running', 'stopping');

        CREATE TABLE deployments (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            account_id INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL,
            entry_id INTEGER NOT NULL UNIQUE REFERENCES ledger(id) ON DELETE CASCADE,
            order_id INTEGER NOT NULL,
            server_id INTEGER NOT NULL,
            body TEXT NOT NULL,
            sealed BLOB,
            created_ms INTEGER NOT NULL,
            next_ms INTEGER,
            ended_ms INTEGER
        ) STRICT;
        CREATE INDEX deployments_chat ON deployments(chat_id);
        CREATE INDEX deployments_account ON deployments(account_id, order_id);
        CREATE INDEX deployments_next ON deployments(next_ms) WHERE next_ms IS NOT NULL;

        CREATE TABLE stops (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            account_id INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL,
            order_id INTEGER NOT NULL,
            server_id INTEGER NOT NULL,
            state TEXT NOT NULL DEFAULT 'armed'
                CHECK (state IN ('armed', 'warned', 'missed', 'acting', 'carried out', 'failed', 'dropped', 'over')),
            body TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            changed_ms INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX stops_chat ON stops(chat_id);
        CREATE INDEX stops_account ON stops(account_id, order_id);
        CREATE INDEX stops_standing ON stops(account_id, id) WHERE state IN ('armed', 'warned', 'missed', 'acting');

        ALTER TABLE chats ADD COLUMN probes INTEGER NOT NULL DEFAULT 1 CHECK (probes IN (0, 1));
        ALTER TABLE ledger ADD COLUMN before TEXT;
        CREATE UNIQUE INDEX ledger_claims ON ledger(key_id, order_id)
            WHERE operation = 'create_order' AND order_id IS NOT NULL;
        CREATE INDEX ledger_looked_for ON ledger(id)
            WHERE operation = 'create_order' AND state = 'unknown' AND told_ms IS NULL;
    """)


@MIGRATIONS()
def m004_effects(db: sqlite_utils.Database) -> None:
    """What an update has done already, for when a restart brings it again."""
    db.executescript("ALTER TABLE inbox ADD COLUMN did TEXT")


@MIGRATIONS()
def m005_lowerings(db: sqlite_utils.Database) -> None:
    """Bids on their way down, a step at a time."""
    db.executescript("""
        CREATE TABLE lowerings (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            account_id INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL,
            order_id INTEGER NOT NULL,
            server_id INTEGER NOT NULL,
            state TEXT NOT NULL DEFAULT 'waiting'
                CHECK (state IN ('waiting', 'acting', 'reached', 'stopped', 'dropped')),
            body TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            changed_ms INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX lowerings_chat ON lowerings(chat_id);
        CREATE INDEX lowerings_account ON lowerings(account_id, order_id);
        CREATE INDEX lowerings_standing ON lowerings(account_id, id) WHERE state IN ('waiting', 'acting');
    """)


@MIGRATIONS()
def m006_guards(db: sqlite_utils.Database) -> None:
    """The guards of bids, and chats whose automation a person has stopped."""
    db.executescript("""
        CREATE TABLE guards (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            account_id INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL,
            order_id INTEGER NOT NULL,
            server_id INTEGER NOT NULL,
            state TEXT NOT NULL DEFAULT 'off' CHECK (state IN ('off', 'on', 'acting', 'ending', 'over')),
            terms TEXT NOT NULL,
            body TEXT,
            moves INTEGER NOT NULL DEFAULT 0,
            created_ms INTEGER NOT NULL,
            changed_ms INTEGER NOT NULL,
            UNIQUE (account_id, order_id),
            CHECK (state IN ('off', 'over') OR body IS NOT NULL)
        ) STRICT;
        CREATE INDEX guards_chat ON guards(chat_id);
        CREATE INDEX guards_standing ON guards(account_id, id) WHERE state IN ('on', 'acting', 'ending');

        CREATE INDEX ledger_bids ON ledger(key_id, order_id) WHERE operation = 'set_spot_price';

        ALTER TABLE chats ADD COLUMN panic_ms INTEGER;
        ALTER TABLE chats ADD COLUMN panic_user_id INTEGER;
    """)


@MIGRATIONS()
def m007_preferences(db: sqlite_utils.Database) -> None:
    """What a chat wants to be told, and what is held back while it wants quiet."""
    db.executescript("""
        CREATE TABLE held (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            chat_id INTEGER NOT NULL REFERENCES chats(id) ON DELETE CASCADE,
            account_id INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
            episode TEXT NOT NULL,
            body TEXT NOT NULL,
            over INTEGER NOT NULL DEFAULT 0 CHECK (over IN (0, 1)),
            created_ms INTEGER NOT NULL,
            UNIQUE (account_id, episode)
        ) STRICT;
        CREATE INDEX held_chat ON held(chat_id);

        ALTER TABLE chats ADD COLUMN settings TEXT;
    """)


def check_origin(connection: sqlite3.Connection, path: Path, migrations: Migrations = MIGRATIONS) -> None:
    """`DatabaseForeign` or `DatabaseTooNew` before anything is written; an empty file is nobody's yet."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return
    ours = _applied(connection) if Migrations.migrations_table in tables else set()
    if not ours and tables != {Migrations.migrations_table}:
        raise DatabaseForeign(f"{path} is a database of another program; name another file in BOT_DATABASE")
    with closing(sqlite_utils.Database(memory=True)) as empty:
        known = {migration.name for migration in migrations.pending(empty)}
    unknown = ours - known
    if unknown:
        raise DatabaseTooNew(f"{path} was written by a later version of this program ({', '.join(sorted(unknown))})")


def _applied(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute(
        "SELECT name FROM _sqlite_migrations WHERE migration_set = ?",  # sqlite-utils' own record
        (NAME,),
    )
    return {row[0] for row in rows}
