"""Accounts: each is one chat's connection to an API key, under a name. The key itself is stored sealed only."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from bot.domain.ids import AccountId, ChatId, KeyId, UserId
from storage.database import Database
from storage.errors import NotFound, StorageError, Unopenable
from storage.keys import Keys
from storage.rotation import ACCOUNTS
from storage.times import from_ms, to_ms
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Account:
    """`last4` are the last characters of the key, which people know it by. `owner` connected it."""

    id: AccountId
    chat: ChatId
    key: KeyId
    name: str
    last4: str
    owner: UserId
    created_at: datetime


class NameTaken(StorageError):
    """The chat has an account of this name, in whatever case."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is an account named {name} already")
        self.name = name


class KeyAlreadyHere(StorageError):
    """The chat has an account with this very key."""

    def __init__(self, account: Account) -> None:
        super().__init__(f"this key is connected already, as {account.name}")
        self.account = account


class Accounts:
    def __init__(self, db: Database, vault: Vault, keys: Keys) -> None:
        self._db = db
        self._vault = vault
        self._keys = keys

    def add(self, chat: ChatId, name: str, api_key: str, owner: UserId, now: datetime) -> Account:
        """A key that CLORE.AI took. `NameTaken`, `KeyAlreadyHere`. The chat's first account becomes its default."""
        key = self._vault.key_id(api_key)
        with self._db.transaction():
            self._refuse_name(chat, name)
            self._refuse_key(chat, key)
            self._keys.proven(key, now)
            number = self._db.execute(
                "INSERT INTO accounts (chat_id, key_id, name, sealed_key, last4, owner_user_id, created_ms)"
                " VALUES (?, ?, ?, x'', ?, ?, ?)",
                (chat, key, name, api_key[-4:], owner, to_ms(now)),
            ).lastrowid
            assert number is not None
            account = AccountId(number)
            self._seal(chat, account, api_key)
            self._db.execute(
                "UPDATE chats SET default_account_id = ? WHERE id = ? AND default_account_id IS NULL", (account, chat)
            )
            return self._here(chat, account)

    def of_chat(self, chat: ChatId) -> tuple[Account, ...]:
        return self._all("chat_id = ?", chat)

    def of_key(self, key: KeyId) -> tuple[Account, ...]:
        """The accounts of all chats that have this key."""
        return self._all("key_id = ?", key)

    def chats_of_key(self, key: KeyId) -> tuple[ChatId, ...]:
        return tuple(account.chat for account in self.of_key(key))

    def get(self, chat: ChatId, account: AccountId) -> Account | None:
        """Only within its chat: the number of another chat's account is `None`, as one that never was."""
        row = self._db.first("SELECT * FROM accounts WHERE id = ? AND chat_id = ?", (account, chat))
        return None if row is None else _account(row)

    def named(self, chat: ChatId, name: str) -> Account | None:
        row = self._db.first("SELECT * FROM accounts WHERE chat_id = ? AND name = ?", (chat, name))
        return None if row is None else _account(row)

    def default(self, chat: ChatId) -> Account | None:
        """The chosen one, else the oldest; `None` where the chat has no account."""
        row = self._db.first(
            "SELECT accounts.* FROM accounts JOIN chats ON chats.id = accounts.chat_id WHERE chats.id = ?"
            " ORDER BY accounts.id = chats.default_account_id DESC, accounts.id LIMIT 1",
            (chat,),
        )
        return None if row is None else _account(row)

    def rename(self, chat: ChatId, account: AccountId, name: str) -> Account:
        """`NameTaken`; `NotFound`. The same name in another case is free."""
        with self._db.transaction():
            self._refuse_name(chat, name, but=account)
            self._db.execute("UPDATE accounts SET name = ? WHERE id = ? AND chat_id = ?", (name, account, chat))
            return self._here(chat, account)

    def replace_key(self, chat: ChatId, account: AccountId, api_key: str, now: datetime) -> Account:
        """Another key that CLORE.AI took, under the same name. `KeyAlreadyHere`; `NotFound`.

        What was asked with the old key in mind cannot be answered any more; alert states stay, to be resolved.
        """
        key = self._vault.key_id(api_key)
        with self._db.transaction():
            self._here(chat, account)
            self._refuse_key(chat, key, but=account)
            self._keys.proven(key, now)
            self._db.execute("UPDATE accounts SET key_id = ?, last4 = ? WHERE id = ?", (key, api_key[-4:], account))
            self._seal(chat, account, api_key)
            for table in ("confirmations", "questions"):
                self._db.execute(f"DELETE FROM {table} WHERE account_id = ?", (account,))  # noqa: S608
            self._keys.forget_unused()
            return self._here(chat, account)

    def remove(self, chat: ChatId, account: AccountId) -> bool:
        """With its alert states, letters, confirmations and questions; the ledger keeps what was done, without secrets.

        False: it was gone already.
        """
        with self._db.transaction():
            if self.get(chat, account) is None:
                return False
            self._db.execute("UPDATE ledger SET sealed = NULL WHERE account_id = ?", (account,))
            self._db.execute("DELETE FROM accounts WHERE id = ?", (account,))
            self._keys.forget_unused()
            return True

    def api_key(self, account: Account) -> str:
        """The key itself. `NotFound` once the account is gone; `Unopenable` where its sealed value was damaged."""
        row = self._db.first("SELECT sealed_key FROM accounts WHERE id = ? AND chat_id = ?", (account.id, account.chat))
        if row is None:
            raise NotFound(f"there is no account {account.id} in chat {account.chat}")
        return self._vault.open(ACCOUNTS.place(account.id, account.chat), row["sealed_key"]).decode()

    def any_api_key(self, key: KeyId) -> str:
        """The key with this identity, from the first account whose sealed value opens.

        `NotFound` where no account has it; `Unopenable` where every copy was damaged.
        """
        damaged: Unopenable | None = None
        for account in self.of_key(key):
            try:
                return self.api_key(account)
            except Unopenable as error:
                damaged = error
        raise damaged or NotFound(f"no account has key {key}")

    def _seal(self, chat: ChatId, account: AccountId, api_key: str) -> None:
        sealed = self._vault.seal(ACCOUNTS.place(account, chat), api_key.encode())
        self._db.execute("UPDATE accounts SET sealed_key = ? WHERE id = ?", (sealed, account))

    def _refuse_name(self, chat: ChatId, name: str, *, but: AccountId | None = None) -> None:
        taken = self.named(chat, name)
        if taken is not None and taken.id != but:
            raise NameTaken(taken.name)

    def _refuse_key(self, chat: ChatId, key: KeyId, *, but: AccountId | None = None) -> None:
        for account in self.of_chat(chat):
            if account.key == key and account.id != but:
                raise KeyAlreadyHere(account)

    def _here(self, chat: ChatId, account: AccountId) -> Account:
        found = self.get(chat, account)
        if found is None:
            raise NotFound(f"there is no account {account} in chat {chat}")
        return found

    def _all(self, where: str, value: int | str) -> tuple[Account, ...]:
        rows = self._db.fetch(f"SELECT * FROM accounts WHERE {where} ORDER BY id", (value,))  # noqa: S608
        return tuple(_account(row) for row in rows)


def _account(row: sqlite3.Row) -> Account:
    return Account(
        id=row["id"],
        chat=row["chat_id"],
        key=row["key_id"],
        name=row["name"],
        last4=row["last4"],
        owner=row["owner_user_id"],
        created_at=from_ms(row["created_ms"]),
    )
