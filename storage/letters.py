"""A letter: one message to one chat on its way out, as a row of the outbox."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final, Literal

from bot.alerts.alert import Notice, Severity
from bot.domain.announcements import ANNOUNCEMENTS, Announcement
from bot.domain.ids import AccountId, ChatId, MessageId
from storage.codec import decode
from storage.errors import Unreadable
from storage.times import from_ms, maybe_from_ms

UNANSWERED: Final = "no answer"
"""Begins the error of a letter that may have been delivered; the mark stays until it has been."""

LetterKind = Literal["notice", "outcome", "plain"]
LetterState = Literal["queued", "sending", "sent", "dead", "dropped"]


class Rank(IntEnum):
    """What goes first within a chat."""

    INTERACTIVE = 0
    CRITICAL = 1
    WARNING = 2
    INFO = 3


RANKS: dict[Severity, Rank] = {
    Severity.CRITICAL: Rank.CRITICAL,
    Severity.WARNING: Rank.WARNING,
    Severity.INFO: Rank.INFO,
}

LIVES: dict[Severity, timedelta] = {
    Severity.CRITICAL: timedelta(hours=24),
    Severity.WARNING: timedelta(hours=24),
    Severity.INFO: timedelta(hours=6),
}
"""After this a notice is no news any more."""


@dataclass(frozen=True, slots=True)
class Letter:
    """`body` is JSON, a `Notice` for a notice; of a plain letter it is an `Announcement`. `edits`: the message to be edited instead of a new one.

    `attempts` counts the claims. `once` is unique within the chat.
    """

    id: int
    chat: ChatId
    account: AccountId | None
    priority: Rank
    once: str
    kind: LetterKind
    episode: str | None
    body: str
    state: LetterState
    attempts: int
    next_at: datetime
    expires_at: datetime | None
    silent: bool
    message: MessageId | None
    edits: MessageId | None
    created_at: datetime
    sent_at: datetime | None
    error: str | None

    @property
    def unanswered(self) -> bool:
        """It was sent at least once and no answer came: it may stand in the chat, under a number that nobody knows."""
        return self.error is not None and self.error.startswith(UNANSWERED)

    def notice(self) -> Notice:
        """The body of a notice; `Unreadable` for any other letter."""
        return decode(Notice, self.body)

    def announcement(self) -> Announcement:
        """The body of a plain letter; `Unreadable` for any other."""
        word, _, body = self.body.partition(" ")
        if word not in ANNOUNCEMENTS:
            raise Unreadable(f"nothing is known of announcements of the kind {word[:20]}")
        return decode(ANNOUNCEMENTS[word], body)


def letter(row: sqlite3.Row) -> Letter:
    return Letter(
        id=row["id"],
        chat=row["chat_id"],
        account=row["account_id"],
        priority=Rank(row["priority"]),
        once=row["once"],
        kind=row["kind"],
        episode=row["episode"],
        body=row["body"],
        state=row["state"],
        attempts=row["attempts"],
        next_at=from_ms(row["next_ms"]),
        expires_at=maybe_from_ms(row["expires_ms"]),
        silent=bool(row["silent"]),
        message=row["message_id"],
        edits=row["edits_message_id"],
        created_at=from_ms(row["created_ms"]),
        sent_at=maybe_from_ms(row["sent_ms"]),
        error=row["error"],
    )
