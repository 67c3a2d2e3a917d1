"""The outbox: what chats are to be told, in order, until Telegram has accepted it.

A chat's letters go one at a time: interactive before critical before warning before info, and the older first. Letters
of one episode never overtake each other: an "it is over" before its "it began" would leave the alarm standing.
"""

from __future__ import annotations

from datetime import datetime

from bot.alerts.alert import AlertType, Notice
from bot.domain.announcements import ANNOUNCEMENTS, Announcement
from bot.domain.ids import AccountId, ChatId, MessageId
from storage.codec import encode
from storage.database import Database
from storage.letters import LIVES, RANKS, Letter, LetterKind, LetterState, Rank, letter
from storage.times import maybe_ms, to_ms

_HEADS = """
    FROM outbox AS head INDEXED BY outbox_urgent CROSS JOIN chats ON chats.id = head.chat_id AND chats.state = 'active'
    WHERE head.state = 'queued' AND (head.expires_ms IS NULL OR head.expires_ms > :now)
        AND NOT EXISTS (
            SELECT 1 FROM outbox AS earlier
            WHERE earlier.chat_id = head.chat_id AND earlier.state = 'queued'
                AND (earlier.priority, earlier.id) < (head.priority, head.id)
                AND (earlier.expires_ms IS NULL OR earlier.expires_ms > :now)
        )
        AND NOT EXISTS (SELECT 1 FROM outbox AS sending WHERE sending.chat_id = head.chat_id AND sending.state = 'sending')
"""
"""The next letter of each chat that may be sent something. The index gives the most urgent first: a limit ends early."""

_WORDS = {kind: word for word, kind in ANNOUNCEMENTS.items()}

_DUE_MS = "max(head.next_ms, coalesce(chats.hold_until_ms, head.next_ms))"


class Outbox:
    def __init__(self, db: Database) -> None:
        self._db = db

    def put(
        self,
        chat: ChatId,
        account: AccountId | None,
        once: str,
        kind: LetterKind,
        priority: int,
        body: str,
        now: datetime,
        *,
        episode: str | None = None,
        silent: bool = False,
        edits: MessageId | None = None,
        expires_at: datetime | None = None,
    ) -> bool:
        """A new letter of this chat. False: it has one with the same `once`, sent or not, and keeps that."""
        with self._db.transaction():
            new = self._db.change(
                "INSERT INTO outbox (chat_id, account_id, priority, once, kind, episode, body, next_ms, expires_ms,"
                " silent, edits_message_id, created_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?8)"
                " ON CONFLICT (chat_id, once) DO NOTHING",
                (
                    *(chat, account, int(priority), once, kind, episode, body, to_ms(now)),
                    *(maybe_ms(expires_at), int(silent), edits),
                ),
            )
            if new and episode is not None:
                # Earlier letters of the episode go first: they become as urgent as this one. One that is being sent
                # too, since it may come back for another try.
                self._db.execute(
                    "UPDATE outbox SET priority = ?1"
                    " WHERE chat_id = ?2 AND episode = ?3 AND state IN ('queued', 'sending')"
                    " AND priority > ?1",
                    (int(priority), chat, episode),
                )
            return bool(new)

    def put_notice(self, chat: ChatId, account: AccountId, notice: Notice, now: datetime) -> bool:
        """A notice of one account: its severity says how urgent it is and when it is no news any more."""
        return self.put(
            chat,
            account,
            f"{account}:{notice.once}",
            "notice",
            RANKS[notice.severity],
            encode(notice),
            now,
            episode=notice.episode,
            silent=not notice.loud,
            expires_at=now + LIVES[notice.severity],
        )

    def announce(
        self,
        chat: ChatId,
        account: AccountId | None,
        told: Announcement,
        once: str,
        now: datetime,
        *,
        rank: Rank = Rank.INTERACTIVE,
        episode: str | None = None,
        silent: bool = False,
        edits: MessageId | None = None,
        expires_at: datetime | None = None,
    ) -> bool:
        """A plain letter. With `edits` it changes that message; otherwise it is a message of its own."""
        body = f"{_WORDS[type(told)]} {encode(told)}"
        return self.put(
            chat,
            account,
            once,
            "plain",
            rank,
            body,
            now,
            episode=episode,
            silent=silent,
            edits=edits,
            expires_at=expires_at,
        )

    def due(self, now: datetime, limit: int) -> tuple[Letter, ...]:
        """At most one letter a chat, the most urgent first.

        A chat waits while a letter of it is being sent, while its next letter waits for another try, while it is held
        and while it is paused. Expired letters are passed over.
        """
        rows = self._db.fetch(
            f"SELECT head.* {_HEADS} AND {_DUE_MS} <= :now ORDER BY head.priority, head.id LIMIT :limit",
            {"now": to_ms(now), "limit": limit},
        )
        return tuple(letter(row) for row in rows)

    def claim(self, letter_id: int, now: datetime) -> bool:
        """The letter is being sent. False: somebody else was first, its chat is busy, paused or gone, or it expired."""
        return bool(
            self._db.change(
                "UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE id = ?1 AND state = 'queued'"
                " AND (expires_ms IS NULL OR expires_ms > ?2)"
                " AND EXISTS (SELECT 1 FROM chats WHERE chats.id = outbox.chat_id AND chats.state = 'active')"
                " AND NOT EXISTS (SELECT 1 FROM outbox AS other"
                "     WHERE other.chat_id = outbox.chat_id AND other.state = 'sending')",
                (letter_id, to_ms(now)),
            )
        )

    def sent(self, letter_id: int, message: MessageId | None, now: datetime) -> bool:
        """Telegram accepted it. False: the letter is gone with its account or chat, or was not being sent."""
        return self._from_sending(
            letter_id, "state = 'sent', message_id = ?, sent_ms = ?, error = NULL", message, to_ms(now)
        )

    def again(self, letter_id: int, at: datetime, error: str) -> bool:
        """It was not delivered; another try at this time. The chat's other letters wait behind it."""
        return self._from_sending(letter_id, "state = 'queued', next_ms = ?, error = ?", to_ms(at), error)

    def dead(self, letter_id: int, error: str) -> bool:
        """It cannot be delivered, ever."""
        return self._from_sending(letter_id, "state = 'dead', error = ?", error)

    def drop(self, letter_id: int, why: str) -> bool:
        """It need not be sent any more. False: it is being sent, or was."""
        return bool(
            self._db.change(
                "UPDATE outbox SET state = 'dropped', error = ? WHERE id = ? AND state = 'queued'", (why, letter_id)
            )
        )

    def expire(self, now: datetime) -> int:
        """Drops what is no news any more. How many letters that were."""
        return self._db.change(
            "UPDATE outbox SET state = 'dropped', error = 'expired' WHERE state = 'queued' AND expires_ms <= ?",
            (to_ms(now),),
        )

    def get(self, letter_id: int) -> Letter | None:
        row = self._db.first("SELECT * FROM outbox WHERE id = ?", (letter_id,))
        return None if row is None else letter(row)

    def delivered(self, chat: ChatId, episode: str) -> tuple[Letter, ...]:
        """What this chat was told of an episode, in order: the letters whose messages can be edited or answered."""
        return self._all("chat_id = ? AND episode = ? AND state = 'sent' AND message_id IS NOT NULL", chat, episode)

    def notices_of(self, chat: ChatId, account: AccountId, kind: AlertType, subject: str) -> tuple[Letter, ...]:
        """What this chat was or is to be told by one type of alert of one subject of this account, in order."""
        begin = f"{account}:{kind}:{subject}:"
        end = f"{begin[:-1]};"  # the sign that comes next after the colon
        return self._all("chat_id = ? AND once >= ? AND once < ? AND kind = 'notice'", chat, begin, end)

    def waiting(self, chat: ChatId, episode: str) -> tuple[Letter, ...]:
        """What this chat is still to be told of an episode, queued or being sent, in order."""
        return self._all("chat_id = ? AND episode = ? AND state IN ('queued', 'sending')", chat, episode)

    def waiting_count(self, chat: ChatId) -> int:
        """How many letters this chat is still to get."""
        row = self._db.first(
            "SELECT count(*) AS n FROM outbox WHERE chat_id = ? AND state IN ('queued', 'sending')", (chat,)
        )
        return 0 if row is None else int(row["n"])

    def is_notice(self, chat: ChatId, message: MessageId) -> bool:
        """Whether this message of the chat is an alert of ours, or tells of a guard: later news will edit it."""
        row = self._db.first(
            "SELECT 1 FROM outbox WHERE chat_id = ? AND message_id = ? AND state = 'sent'"
            " AND (kind = 'notice' OR kind = 'plain' AND episode GLOB 'guard:*')",
            (chat, message),
        )
        return row is not None

    def stuck(self) -> tuple[Letter, ...]:
        """Being sent when the process ended: Telegram may have accepted them or not."""
        return self._all("state = 'sending'")

    def hold(self, chat: ChatId, until: datetime) -> None:
        """Nothing goes to this chat before that time, not even a new letter: Telegram asked for a pause."""
        self._db.execute(
            "UPDATE chats SET hold_until_ms = max(coalesce(hold_until_ms, 0), ?) WHERE id = ?", (to_ms(until), chat)
        )

    def wake(self, chat: ChatId) -> None:
        """Whatever waits for this chat may go at once."""
        with self._db.transaction():
            self._db.execute("UPDATE chats SET hold_until_ms = NULL WHERE id = ?", (chat,))
            self._db.execute(
                "UPDATE outbox SET next_ms = min(next_ms, created_ms) WHERE chat_id = ? AND state = 'queued'", (chat,)
            )

    def counts(self) -> dict[LetterState, int]:
        """Letters by state, of all chats; a state without letters is absent."""
        return {
            row["state"]: row["n"] for row in self._db.fetch("SELECT state, count(*) AS n FROM outbox GROUP BY state")
        }

    def prune(self, before: datetime) -> int:
        """Deletes letters made before this time that are over. Their news could be put again: keep them for long."""
        return self._db.change(
            "DELETE FROM outbox WHERE created_ms < ? AND state IN ('sent', 'dead', 'dropped')", (to_ms(before),)
        )

    def _from_sending(self, letter_id: int, change: str, *values: object) -> bool:
        statement = f"UPDATE outbox SET {change} WHERE id = ? AND state = 'sending'"  # noqa: S608
        return bool(self._db.change(statement, (*values, letter_id)))

    def _all(self, where: str, *values: object) -> tuple[Letter, ...]:
        rows = self._db.fetch(f"SELECT * FROM outbox WHERE {where} ORDER BY id", values)  # noqa: S608
        return tuple(letter(row) for row in rows)
