"""A group that became a supergroup: its rows follow Telegram's new number, and two rows of one chat become one."""

from __future__ import annotations

import sqlite3

from bot.domain.ids import ChatId, TelegramChatId
from storage.database import Database
from storage.rotation import (
    ACCOUNTS,
    BATCHES,
    CONFIRMATIONS,
    DEPLOYMENTS,
    DRAFTS,
    LEDGER,
    TEMPLATES,
    SealedColumn,
)
from storage.vault import Vault

_MESSAGE_NUMBERS = (
    "UPDATE outbox SET message_id = NULL, edits_message_id = NULL WHERE chat_id = ?",
    "UPDATE confirmations SET message_id = NULL WHERE chat_id = ?",
    "UPDATE questions SET message_id = NULL WHERE chat_id = ?",
    "UPDATE ledger SET message_id = NULL WHERE chat_id = ?",
    "UPDATE drafts SET message_id = NULL WHERE chat_id = ?",
    "UPDATE batches SET message_id = NULL WHERE chat_id = ?",
    "DELETE FROM vanishings WHERE chat_id = ?",
)

_KEPT_ONCE = ("searches", "marks", "templates")
"""Tables in which both chats may have the same row: the target's stays, the other goes with its chat."""


def follow(db: Database, vault: Vault, old: TelegramChatId, new: TelegramChatId) -> None:
    """The older row survives, whichever number it has, so that what refers to it stays right."""
    with db.transaction():
        db.execute("UPDATE inbox SET telegram_chat_id = ? WHERE telegram_chat_id = ?", (new, old))
        left = db.first("SELECT * FROM chats WHERE telegram_id = ?", (old,))
        if left is None:
            return
        _forget_message_numbers(db, left["id"])
        there = db.first("SELECT * FROM chats WHERE telegram_id = ?", (new,))
        if there is None:
            survivor = left
        else:
            survivor, other = (left, there) if left["id"] < there["id"] else (there, left)
            _merge(db, vault, survivor, other)
            _settle(db, survivor, there)
        db.execute("UPDATE chats SET telegram_id = ?, kind = 'supergroup' WHERE id = ?", (new, survivor["id"]))


def _forget_message_numbers(db: Database, chat: int) -> None:
    """Messages are counted anew in the supergroup: an old number would name somebody else's message."""
    for statement in _MESSAGE_NUMBERS:
        db.execute(statement, (chat,))


def _settle(db: Database, survivor: sqlite3.Row, there: sqlite3.Row) -> None:
    """The new chat knows best whether it can be reached; what was chosen in the older row stays."""
    db.execute(
        "UPDATE chats SET title = ?, state = ?, paused_reason = ?, paused_ms = ?, hold_until_ms = ? WHERE id = ?",
        (
            *(there[name] for name in ("title", "state", "paused_reason", "paused_ms", "hold_until_ms")),
            survivor["id"],
        ),
    )


def _merge(db: Database, vault: Vault, survivor: sqlite3.Row, other: sqlite3.Row) -> None:
    """Moves every row of `other` to `survivor`, re-sealed for its new owner, then deletes `other`."""
    target, source = survivor["id"], other["id"]
    for account in db.fetch("SELECT id, key_id, name FROM accounts WHERE chat_id = ? ORDER BY id", (source,)):
        _move_account(db, vault, account, source, target)
    for sealed in (CONFIRMATIONS, LEDGER, DRAFTS, BATCHES, DEPLOYMENTS):
        _reseal(db, vault, sealed, source, target)
        db.execute(f"UPDATE {sealed.table} SET chat_id = ? WHERE chat_id = ?", (target, source))  # noqa: S608
    _reseal(db, vault, TEMPLATES, source, target)
    for table in _KEPT_ONCE:
        db.execute(f"UPDATE OR IGNORE {table} SET chat_id = ? WHERE chat_id = ?", (target, source))  # noqa: S608
    for table in ("results", "stops", "lowerings", "guards", "held"):
        db.execute(f"UPDATE {table} SET chat_id = ? WHERE chat_id = ?", (target, source))  # noqa: S608
    db.execute(
        "DELETE FROM questions WHERE chat_id = ?1 AND user_id IN (SELECT user_id FROM questions WHERE chat_id = ?2)",
        (min(target, source), max(target, source)),
    )
    db.execute("UPDATE questions SET chat_id = ? WHERE chat_id = ?", (target, source))
    # A letter that both chats have is the same news; the second goes with its chat.
    db.execute("UPDATE OR IGNORE outbox SET chat_id = ? WHERE chat_id = ?", (target, source))
    db.execute(
        "UPDATE chats SET default_account_id = coalesce(default_account_id, ?), language = coalesce(language, ?),"
        " welcomed_ms = coalesce(welcomed_ms, ?), probes = min(probes, ?), panic_ms = coalesce(panic_ms, ?),"
        " panic_user_id = coalesce(panic_user_id, ?), settings = coalesce(settings, ?) WHERE id = ?",
        (
            _default_account(db, source),
            *(other[name] for name in ("language", "welcomed_ms", "probes", "panic_ms", "panic_user_id", "settings")),
            target,
        ),
    )
    db.execute("DELETE FROM chats WHERE id = ?", (source,))


def _default_account(db: Database, chat: int) -> int | None:
    """Read anew: the account may have been dropped for its twin."""
    row = db.first("SELECT default_account_id FROM chats WHERE id = ?", (chat,))
    return None if row is None else row["default_account_id"]


def _move_account(db: Database, vault: Vault, account: sqlite3.Row, source: int, target: int) -> None:
    """An account with a key that the other row has too is the same account; any other gets a free name."""
    twin = db.first("SELECT id FROM accounts WHERE chat_id = ? AND key_id = ?", (target, account["key_id"]))
    if twin is not None:
        for table in ("outbox", "ledger", "drafts", "batches", "deployments", "stops", "lowerings"):
            db.execute(f"UPDATE {table} SET account_id = ? WHERE account_id = ?", (twin["id"], account["id"]))  # noqa: S608
        # Of a bid that both guard, the guard of the account that stays does.
        db.execute("UPDATE OR IGNORE guards SET account_id = ? WHERE account_id = ?", (twin["id"], account["id"]))
        # What the account that stays holds back is told once.
        db.execute("UPDATE OR IGNORE held SET account_id = ? WHERE account_id = ?", (twin["id"], account["id"]))
        db.execute("DELETE FROM accounts WHERE id = ?", (account["id"],))
        return
    name, number = account["name"], 1
    while db.first("SELECT 1 FROM accounts WHERE chat_id = ? AND name = ?", (target, name)):
        number += 1
        name = f"{account['name']} ({number})"
    _reseal(db, vault, ACCOUNTS, source, target, only=account["id"])
    db.execute("UPDATE accounts SET chat_id = ?, name = ? WHERE id = ?", (target, name, account["id"]))


def _reseal(
    db: Database, vault: Vault, sealed: SealedColumn, source: int, target: int, *, only: int | None = None
) -> None:
    """Sealed values belong to the number of their chat."""
    rows = db.fetch(
        f"SELECT {sealed.row} AS row, {sealed.column} AS sealed FROM {sealed.table}"  # noqa: S608
        f" WHERE chat_id = ?1 AND {sealed.column} IS NOT NULL AND (?2 IS NULL OR {sealed.row} = ?2)",
        (source, only),
    )
    for row in rows:
        moved = vault.move(
            row["sealed"], sealed.place(row["row"], ChatId(source)), sealed.place(row["row"], ChatId(target))
        )
        db.execute(f"UPDATE {sealed.table} SET {sealed.column} = ? WHERE {sealed.row} = ?", (moved, row["row"]))  # noqa: S608
