"""Notices held back while a chat wants quiet: one row an episode, with what is newest of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.alerts.alert import Notice
from bot.domain.ids import AccountId, ChatId
from storage.codec import decode, encode
from storage.database import Database
from storage.times import to_ms


@dataclass(frozen=True, slots=True)
class Held:
    """`over`: the episode ended while it was held."""

    account: AccountId
    notice: Notice
    over: bool


class HeldNotices:
    def __init__(self, db: Database) -> None:
        self._db = db

    def hold(self, chat: ChatId, account: AccountId, notice: Notice, now: datetime) -> None:
        """A later notice of the same episode takes the place of the one before."""
        self._db.execute(
            "INSERT INTO held (chat_id, account_id, episode, body, created_ms) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (account_id, episode) DO UPDATE SET body = excluded.body, over = 0",
            (chat, account, notice.episode, encode(notice), to_ms(now)),
        )

    def renew(self, account: AccountId, notice: Notice) -> None:
        """How its episode stands now, if something of it is held."""
        self._db.execute(
            "UPDATE held SET body = ? WHERE account_id = ? AND episode = ?", (encode(notice), account, notice.episode)
        )

    def end(self, account: AccountId, episode: str) -> bool:
        """The episode is over. False: nothing of it is held."""
        return bool(
            self._db.change("UPDATE held SET over = 1 WHERE account_id = ? AND episode = ?", (account, episode))
        )

    def release(self, account: AccountId, episode: str) -> None:
        """It is told now."""
        self._db.execute("DELETE FROM held WHERE account_id = ? AND episode = ?", (account, episode))

    def chats(self) -> tuple[ChatId, ...]:
        """Those for which something is held."""
        return tuple(ChatId(row["chat_id"]) for row in self._db.fetch("SELECT DISTINCT chat_id FROM held"))

    def of_chat(self, chat: ChatId) -> tuple[Held, ...]:
        """In the order in which they came. `Unreadable`: one of them."""
        rows = self._db.fetch("SELECT * FROM held WHERE chat_id = ? ORDER BY id", (chat,))
        return tuple(Held(row["account_id"], decode(Notice, row["body"]), bool(row["over"])) for row in rows)

    def clear(self, chat: ChatId) -> None:
        self._db.execute("DELETE FROM held WHERE chat_id = ?", (chat,))
