"""Orders that are being put together: at most one open draft a person and chat, which a restart does not lose."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain.draft import Draft
from bot.domain.ids import NO_RESULTS, AccountId, ChatId, DraftId, MessageId, ResultsId, ServerId, UserId
from bot.domain.secrets import secrets_of, with_secrets, without_secrets
from bot.domain.wish import Wish
from storage.codec import decode, encode
from storage.database import Database
from storage.rotation import DRAFTS
from storage.sealing import SealedSecrets
from storage.times import from_ms, to_ms
from storage.vault import Vault

DraftState = Literal["open", "sent", "dropped"]


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """`draft` with its secrets. `results`: the list in which its server was found. `sent`: a request was made of it.

    `title`: the machine as it was last seen. `tried`: the servers that it was for before this one. `edited`: somebody
    has changed what it began with. `stop`: how the rental is to end.
    """

    id: DraftId
    chat: ChatId
    user: UserId
    account: AccountId | None
    state: DraftState
    draft: Draft
    results: ResultsId
    template: str | None
    message: MessageId | None
    changed_at: datetime
    title: str = ""
    tried: tuple[ServerId, ...] = ()
    edited: bool = False
    stop: Wish | None = None


@dataclass(frozen=True, slots=True)
class _Body:
    draft: Draft
    results: ResultsId = NO_RESULTS
    template: str | None = None
    title: str = ""
    tried: tuple[ServerId, ...] = ()
    edited: bool = False
    stop: Wish | None = None


class Drafts:
    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._secrets = SealedSecrets(db, vault, DRAFTS)

    def open(
        self,
        chat: ChatId,
        user: UserId,
        account: AccountId | None,
        draft: Draft,
        now: datetime,
        *,
        results: ResultsId = NO_RESULTS,
        template: str | None = None,
        title: str = "",
        tried: tuple[ServerId, ...] = (),
        edited: bool = False,
        stop: Wish | None = None,
    ) -> StoredDraft:
        """A new draft, in the place of the one that this person had open here. `template`: the name it was made from."""
        body = _Body(without_secrets(draft), results, template, title, tried, edited, stop)
        with self._db.transaction():
            self._db.execute(
                "UPDATE drafts SET state = 'dropped', sealed = NULL WHERE chat_id = ? AND user_id = ? AND state = 'open'",
                (chat, user),
            )
            number = self._db.execute(
                "INSERT INTO drafts (chat_id, user_id, account_id, body, created_ms, changed_ms)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (chat, user, account, encode(body), to_ms(now), to_ms(now)),
            ).lastrowid
            assert number is not None
            self._secrets.put(number, chat, secrets_of(draft))
            found = self.get(chat, DraftId(number))
            assert found is not None
            return found

    def get(self, chat: ChatId, draft: DraftId) -> StoredDraft | None:
        """Only within its chat. `Unopenable` where its secrets were damaged."""
        row = self._db.first("SELECT * FROM drafts WHERE id = ? AND chat_id = ?", (draft, chat))
        return None if row is None else self._draft(row)

    def open_of(self, chat: ChatId, user: UserId) -> StoredDraft | None:
        """The draft that this person has open here."""
        row = self._db.first(
            "SELECT * FROM drafts WHERE chat_id = ? AND user_id = ? AND state = 'open' ORDER BY id DESC LIMIT 1",
            (chat, user),
        )
        return None if row is None else self._draft(row)

    def save(self, stored: StoredDraft, now: datetime) -> bool:
        """What it holds now, and for which account. False: it is not open any more, and nothing was changed."""
        body = _Body(
            without_secrets(stored.draft),
            stored.results,
            stored.template,
            stored.title,
            stored.tried,
            stored.edited,
            stored.stop,
        )
        with self._db.transaction():
            changed = self._db.change(
                "UPDATE drafts SET body = ?, account_id = ?, changed_ms = ? WHERE id = ? AND state = 'open'",
                (encode(body), stored.account, to_ms(now), stored.id),
            )
            if changed:
                self._secrets.put(stored.id, stored.chat, secrets_of(stored.draft))
            return bool(changed)

    def send(self, chat: ChatId, draft: DraftId, now: datetime) -> bool:
        """It is on its way, in the transaction that writes its row of the ledger. False: it was not open."""
        return bool(
            self._db.change(
                "UPDATE drafts SET state = 'sent', changed_ms = ? WHERE id = ? AND chat_id = ? AND state = 'open'",
                (to_ms(now), draft, chat),
            )
        )

    def reopen(self, chat: ChatId, draft: DraftId, now: datetime) -> bool:
        """Certainly nothing was rented: it can be changed and sent again, in the place of another that is open."""
        with self._db.transaction():
            row = self._db.first("SELECT user_id FROM drafts WHERE id = ? AND chat_id = ?", (draft, chat))
            if row is None:
                return False
            self._db.execute(
                "UPDATE drafts SET state = 'dropped', sealed = NULL"
                " WHERE chat_id = ? AND user_id = ? AND state = 'open' AND id <> ?",
                (chat, row["user_id"], draft),
            )
            return bool(
                self._db.change(
                    "UPDATE drafts SET state = 'open', changed_ms = ? WHERE id = ? AND state IN ('sent', 'open')",
                    (to_ms(now), draft),
                )
            )

    def drop(self, chat: ChatId, draft: DraftId) -> bool:
        """Given up, with its secrets. False: it was not open."""
        return bool(
            self._db.change(
                "UPDATE drafts SET state = 'dropped', sealed = NULL WHERE id = ? AND chat_id = ? AND state = 'open'",
                (draft, chat),
            )
        )

    def set_message(self, draft: DraftId, message: MessageId | None) -> None:
        self._db.execute("UPDATE drafts SET message_id = ? WHERE id = ?", (message, draft))

    def prune(self, before: datetime) -> int:
        """Deletes those that were last changed before this time."""
        return self._db.change("DELETE FROM drafts WHERE changed_ms < ?", (to_ms(before),))

    def _draft(self, row: sqlite3.Row) -> StoredDraft:
        body = decode(_Body, row["body"])
        return StoredDraft(
            id=row["id"],
            chat=row["chat_id"],
            user=row["user_id"],
            account=row["account_id"],
            state=row["state"],
            draft=with_secrets(body.draft, self._secrets.of(row)),
            results=body.results,
            template=body.template,
            message=row["message_id"],
            changed_at=from_ms(row["changed_ms"]),
            title=body.title,
            tried=body.tried,
            edited=body.edited,
            stop=body.stop,
        )
