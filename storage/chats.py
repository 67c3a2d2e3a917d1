"""Chats, by our own number; Telegram's number stands in this table and the inbox only."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.alerts.preferences import Preferences
from bot.domain.ids import AccountId, ChatId, ChatKind, TelegramChatId, UserId
from storage.codec import decode, encode
from storage.database import Database
from storage.errors import NotFound
from storage.supergroups import follow
from storage.times import from_ms, maybe_from_ms, to_ms
from storage.vault import Vault

ChatState = Literal["active", "paused"]


@dataclass(frozen=True, slots=True)
class Chat:
    """`default_account` is `None` until one is chosen. A paused chat is sent nothing; its rows stay.

    `probes`: whether the bot may try the ports of new rentals of this chat. `panic_at`: since when a person, `panic_by`,
    has stopped everything that the bot does by itself for this chat.
    """

    id: ChatId
    telegram_id: TelegramChatId
    kind: ChatKind
    title: str
    state: ChatState
    paused_reason: str | None
    paused_at: datetime | None
    default_account: AccountId | None
    created_at: datetime
    probes: bool = True
    panic_at: datetime | None = None
    panic_by: UserId | None = None


class Chats:
    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def of(self, telegram_id: TelegramChatId, kind: ChatKind, title: str, now: datetime) -> Chat:
        """The chat with this Telegram number, made where it is new; its kind and title are brought up to date."""
        found = self.find(telegram_id)
        if found is not None and (found.kind, found.title) == (kind, title):
            return found
        self._db.execute(
            "INSERT INTO chats (telegram_id, kind, title, created_ms) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (telegram_id) DO UPDATE SET kind = excluded.kind, title = excluded.title",
            (telegram_id, kind, title, to_ms(now)),
        )
        chat = self.find(telegram_id)
        assert chat is not None
        return chat

    def find(self, telegram_id: TelegramChatId) -> Chat | None:
        row = self._db.first("SELECT * FROM chats WHERE telegram_id = ?", (telegram_id,))
        return None if row is None else _chat(row)

    def get(self, chat: ChatId) -> Chat:
        """`NotFound` for a chat that was forgotten, or merged into another."""
        row = self._db.first("SELECT * FROM chats WHERE id = ?", (chat,))
        if row is None:
            raise NotFound(f"there is no chat {chat}")
        return _chat(row)

    def pause(self, chat: ChatId, reason: str, now: datetime) -> bool:
        """Nothing is sent there; its keys are polled for other chats and for its stop conditions. False: it was already."""
        return bool(
            self._db.change(
                "UPDATE chats SET state = 'paused', paused_reason = ?, paused_ms = ? WHERE id = ? AND state = 'active'",
                (reason, to_ms(now), chat),
            )
        )

    def resume(self, chat: ChatId) -> bool:
        """False: it was active."""
        return bool(
            self._db.change(
                "UPDATE chats SET state = 'active', paused_reason = NULL, paused_ms = NULL"
                " WHERE id = ? AND state = 'paused'",
                (chat,),
            )
        )

    def use(self, chat: ChatId, account: AccountId) -> None:
        """Makes an account of this chat its default; `NotFound` for any other."""
        changed = self._db.change(
            "UPDATE chats SET default_account_id = ?1 WHERE id = ?2"
            " AND EXISTS (SELECT 1 FROM accounts WHERE id = ?1 AND chat_id = ?2)",
            (account, chat),
        )
        if not changed:
            raise NotFound(f"chat {chat} has no account {account}")

    def probe(self, chat: ChatId, *, on: bool) -> None:
        """Whether the ports of new rentals are tried."""
        self._db.execute("UPDATE chats SET probes = ? WHERE id = ?", (int(on), chat))

    def panic(self, chat: ChatId, user: UserId, now: datetime) -> bool:
        """Nothing is done by itself for this chat, from before this returns and until it is lifted. False: it stood already."""
        with self._db.transaction(durable=True):
            return bool(
                self._db.change(
                    "UPDATE chats SET panic_ms = ?, panic_user_id = ? WHERE id = ? AND panic_ms IS NULL",
                    (to_ms(now), user, chat),
                )
            )

    def lift_panic(self, chat: ChatId) -> bool:
        """False: there was none."""
        with self._db.transaction(durable=True):
            return bool(
                self._db.change(
                    "UPDATE chats SET panic_ms = NULL, panic_user_id = NULL WHERE id = ? AND panic_ms IS NOT NULL",
                    (chat,),
                )
            )

    def in_panic(self) -> frozenset[ChatId]:
        """The chats for which nothing is done by itself."""
        return frozenset(ChatId(row["id"]) for row in self._db.fetch("SELECT id FROM chats WHERE panic_ms IS NOT NULL"))

    def preferences(self, chat: ChatId) -> Preferences:
        """What was chosen there to be told. `Unreadable` where another version wrote it; `NotFound` for a forgotten chat."""
        row = self._db.first("SELECT settings FROM chats WHERE id = ?", (chat,))
        if row is None:
            raise NotFound(f"there is no chat {chat}")
        return Preferences() if row["settings"] is None else decode(Preferences, row["settings"])

    def prefer(self, chat: ChatId, preferences: Preferences) -> None:
        self._db.execute("UPDATE chats SET settings = ? WHERE id = ?", (encode(preferences), chat))

    def migrate(self, old: TelegramChatId, new: TelegramChatId) -> Chat | None:
        """A group became a supergroup: everything of the old number belongs to the new one. `None`: neither is known.

        It may be told twice, by either chat, and after a row for the new number was already made: the two become one.
        """
        follow(self._db, self._vault, old, new)
        return self.find(new)


def _chat(row: sqlite3.Row) -> Chat:
    return Chat(
        id=row["id"],
        telegram_id=row["telegram_id"],
        kind=row["kind"],
        title=row["title"],
        state=row["state"],
        paused_reason=row["paused_reason"],
        paused_at=maybe_from_ms(row["paused_ms"]),
        default_account=row["default_account_id"],
        created_at=from_ms(row["created_ms"]),
        probes=bool(row["probes"]),
        panic_at=maybe_from_ms(row["panic_ms"]),
        panic_by=row["panic_user_id"],
    )
