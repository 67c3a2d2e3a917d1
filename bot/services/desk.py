"""A desk is where one account is worked from. Asking for it by chat and account is the only way to an account."""

from __future__ import annotations

from dataclasses import dataclass

from bot.alerts.snapshot import Snapshot
from bot.clore.client import KeyedClient
from bot.domain.ids import AccountId, ChatId
from bot.services.feeds import Feed, Feeds
from storage.accounts import Account
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Desk:
    """One account with the feed of its key."""

    account: Account
    feed: Feed

    @property
    def client(self) -> KeyedClient:
        return self.feed.client

    @property
    def last(self) -> Snapshot | None:
        return self.feed.last


class Desks:
    """Nobody reaches another chat's account: it is looked up within the chat that asks."""

    def __init__(self, store: Store, feeds: Feeds) -> None:
        self._store = store
        self._feeds = feeds

    def get(self, chat: ChatId, account: AccountId) -> Desk | None:
        """The desk of that account, or `None` where this chat has no such account."""
        found = self._store.accounts.get(chat, account)
        return None if found is None else self._at(found)

    def default(self, chat: ChatId) -> Desk | None:
        found = self._store.accounts.default(chat)
        return None if found is None else self._at(found)

    def all(self, chat: ChatId) -> tuple[Desk, ...]:
        return tuple(self._at(account) for account in self._store.accounts.of_chat(chat))

    def _at(self, account: Account) -> Desk:
        return Desk(account, self._feeds.of(account.key))
