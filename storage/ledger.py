"""What was asked of CLORE.AI, written before the request leaves: nothing that spends is sent twice, or forgotten."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain.ids import AccountId, ChatId, KeyId, MessageId, OrderId, UserId
from storage.database import Database
from storage.errors import StorageError
from storage.rotation import LEDGER
from storage.times import from_ms, maybe_from_ms, maybe_ms, to_ms
from storage.vault import Vault

EntryState = Literal["asked", "sent", "done", "refused", "unknown", "abandoned"]
EndState = Literal["done", "refused", "unknown", "abandoned"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One write to CLORE.AI. `body` is JSON: exactly what is sent, but for its secrets (`Ledger.secret`).

    `asked`: decided, not sent. `sent`: on its way, perhaps executed. `unknown`: nobody can say, not yet or never.
    `abandoned`: certainly never sent. `account` is `None` once that account was removed.
    """

    id: int
    chat: ChatId
    account: AccountId | None
    key: KeyId
    user: UserId
    once: str
    operation: str
    order: OrderId | None
    body: str
    state: EntryState
    message: MessageId | None
    asked_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    result: str | None
    told_at: datetime | None
    before: str | None = None
    """Of a creation: JSON of the order numbers that my_orders listed right before the request left."""

    @property
    def automatic(self) -> bool:
        """Sent without a press of its own. The tokens of presses are base64url, and have no colon."""
        return ":" in self.once


class AlreadyInLedger(StorageError):
    """This confirmation was acted upon before; `entry` says what came of it."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(f"this was asked for before: entry {entry.id} is {entry.state}")
        self.entry = entry


class Ledger:
    """Each write is on the disk before its method returns; inside a transaction, that one must be durable."""

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def open(
        self,
        chat: ChatId,
        account: AccountId,
        key: KeyId,
        user: UserId,
        once: str,
        operation: str,
        body: str,
        now: datetime,
        *,
        order: OrderId | None = None,
        secret: bytes | None = None,
        message: MessageId | None = None,
    ) -> Entry:
        """The intent. `once` is the confirmation's token: a second entry for it is `AlreadyInLedger`."""
        sealed = None if secret is None else self._vault.seal(LEDGER.place(once, chat), secret)
        with self._db.transaction(durable=True):
            row = self._db.first("SELECT * FROM ledger WHERE once = ?", (once,))
            if row is not None:
                raise AlreadyInLedger(_entry(row))
            self._db.execute(
                "INSERT INTO ledger (chat_id, account_id, key_id, user_id, once, operation, order_id, body, sealed,"
                " message_id, asked_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (chat, account, key, user, once, operation, order, body, sealed, message, to_ms(now)),
            )
            (entry,) = self._all("once = ?", once)
            return entry

    def sent(self, entry: int, now: datetime) -> bool:
        """The request leaves now. False: the entry is not `asked` (any more), and nothing may be sent for it."""
        return self._durably(
            "UPDATE ledger SET state = 'sent', sent_ms = ? WHERE id = ? AND state = 'asked'", now, entry
        )

    def sent_again(self, entry: int, now: datetime) -> bool:
        """It leaves once more, having been refused unheard. False: it never left, or has ended."""
        return self._durably("UPDATE ledger SET sent_ms = ? WHERE id = ? AND state = 'sent'", now, entry)

    def note_before(self, entry: int, orders: str) -> bool:
        """What was listed before the request leaves, as JSON: what is new afterwards may be its order. False: it has left."""
        with self._db.transaction(durable=True):
            return bool(
                self._db.change("UPDATE ledger SET before = ? WHERE id = ? AND state = 'asked'", (orders, entry))
            )

    def claim_order(self, entry: int, order: OrderId) -> bool:
        """This entry has made that order. False: it has another one, or another entry has made this one."""
        with self._db.transaction(durable=True):
            taken = self._db.first(
                "SELECT 1 FROM ledger AS other JOIN ledger AS mine ON mine.id = ?1 AND other.key_id = mine.key_id"
                " WHERE other.operation = 'create_order' AND other.order_id = ?2 AND other.id <> ?1",
                (entry, order),
            )
            if taken is not None:
                return False
            return bool(
                self._db.change(
                    "UPDATE ledger SET order_id = ?1 WHERE id = ?2 AND operation = 'create_order'"
                    " AND (order_id IS NULL OR order_id = ?1)",
                    (order, entry),
                )
            )

    def claimed(self, key: KeyId) -> frozenset[OrderId]:
        """The orders of this key that some entry of ours has made."""
        rows = self._db.fetch(
            "SELECT order_id FROM ledger WHERE key_id = ? AND operation = 'create_order' AND order_id IS NOT NULL",
            (key,),
        )
        return frozenset(OrderId(row["order_id"]) for row in rows)

    def looking_after(self, entry: Entry) -> tuple[Entry, ...]:
        """Creations with the same key that left after this one and still look for their order."""
        return self._all(
            "key_id = ?1 AND operation = 'create_order' AND id <> ?2 AND (sent_ms, id) > (?3, ?2) AND order_id IS NULL"
            " AND (state = 'sent' OR state = 'unknown' AND told_ms IS NULL) ORDER BY id",
            entry.key,
            entry.id,
            maybe_ms(entry.sent_at),
        )

    def unknown_creations(self) -> tuple[Entry, ...]:
        """Creations that ended unknown and that nobody has given up yet: their order may still show up."""
        return self._all("operation = 'create_order' AND state = 'unknown' AND told_ms IS NULL ORDER BY id")

    def give_up(self, entry: int, result: str, now: datetime) -> bool:
        """The last word on a creation that stays unknown; its secrets go. False: it was found, or given up before."""
        with self._db.transaction(durable=True):
            return bool(
                self._db.change(
                    "UPDATE ledger SET result = ?, told_ms = ?, sealed = NULL"
                    " WHERE id = ? AND operation = 'create_order' AND state = 'unknown' AND told_ms IS NULL",
                    (result, to_ms(now), entry),
                )
            )

    def end(self, entry: int, state: EndState, result: str, now: datetime) -> bool:
        """What came of it. Its secrets go, unless it is `unknown`, which may still be found out. False: it had ended."""
        with self._db.transaction(durable=True):
            return bool(
                self._db.change(
                    "UPDATE ledger SET state = ?1, result = ?2, ended_ms = ?3,"
                    " sealed = CASE ?1 WHEN 'unknown' THEN sealed END"
                    " WHERE id = ?4 AND state IN ('asked', 'sent', 'unknown')",
                    (state, result, to_ms(now), entry),
                )
            )

    def told(self, entry: int, now: datetime) -> bool:
        """The person was told how it ended. False: before, or it is not there."""
        return self._durably("UPDATE ledger SET told_ms = ? WHERE id = ? AND told_ms IS NULL", now, entry)

    def set_message(self, entry: int, message: MessageId) -> None:
        """The message that will show the outcome."""
        with self._db.transaction(durable=True):
            self._db.execute("UPDATE ledger SET message_id = ? WHERE id = ?", (message, entry))

    def get(self, entry: int) -> Entry | None:
        """`None` once its chat was forgotten."""
        row = self._db.first("SELECT * FROM ledger WHERE id = ?", (entry,))
        return None if row is None else _entry(row)

    def unfinished(self) -> tuple[Entry, ...]:
        """Asked or sent, and no end written: what a new start has to look into, the oldest first."""
        return self._all("state IN ('asked', 'sent') ORDER BY id")

    def of_once(self, once: str) -> Entry | None:
        """What was acted upon with this token."""
        return next(iter(self._all("once = ?", once)), None)

    def of_chat(self, chat: ChatId, limit: int, before: int | None = None) -> tuple[Entry, ...]:
        """The newest first; `before`: the number of the last entry of the page before."""
        return self._all("chat_id = ?1 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3", chat, before, limit)

    def cancelled(self, key: KeyId, since: datetime) -> tuple[Entry, ...]:
        """Cancellations that were done, or sent and not answered yet, since this time: by every chat with this key."""
        return self._all(
            "key_id = ? AND operation = 'cancel_order' AND state IN ('sent', 'done')"
            " AND coalesce(ended_ms, sent_ms) >= ? ORDER BY id",
            key,
            to_ms(since),
        )

    def bids(self, key: KeyId, order: OrderId) -> tuple[Entry, ...]:
        """The changes of one bid that have ended, by whichever chat with this key, the oldest first."""
        return self._all(
            "key_id = ? AND order_id = ? AND operation = 'set_spot_price' AND ended_ms IS NOT NULL ORDER BY ended_ms, id",
            key,
            order,
        )

    def secret(self, entry: Entry) -> bytes | None:
        """What was sealed with it, while it is needed. `Unopenable` where that was damaged."""
        row = self._db.first("SELECT sealed FROM ledger WHERE id = ?", (entry.id,))
        if row is None or row["sealed"] is None:
            return None
        return self._vault.open(LEDGER.place(entry.once, entry.chat), row["sealed"])

    def _durably(self, statement: str, now: datetime, entry: int) -> bool:
        with self._db.transaction(durable=True):
            return bool(self._db.change(statement, (to_ms(now), entry)))

    def _all(self, where: str, *values: object) -> tuple[Entry, ...]:
        return tuple(_entry(row) for row in self._db.fetch(f"SELECT * FROM ledger WHERE {where}", values))  # noqa: S608


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        id=row["id"],
        chat=row["chat_id"],
        account=row["account_id"],
        key=row["key_id"],
        user=row["user_id"],
        once=row["once"],
        operation=row["operation"],
        order=row["order_id"],
        body=row["body"],
        state=row["state"],
        message=row["message_id"],
        asked_at=from_ms(row["asked_ms"]),
        sent_at=maybe_from_ms(row["sent_ms"]),
        ended_at=maybe_from_ms(row["ended_ms"]),
        result=row["result"],
        told_at=maybe_from_ms(row["told_ms"]),
        before=row["before"],
    )
