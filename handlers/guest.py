"""A person in a private chat who may use the bot: what every subject's functions are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.ids import AccountId, UserId
from bot.services.desk import Desk
from bot.services.house import House
from handlers.visit import Arrival
from storage.chats import Chat
from storage.errors import NotFound


@dataclass(frozen=True, slots=True)
class Guest:
    """`now` is the moment of the visit. `deleted`: whether its message, which held a secret, could be deleted."""

    arrival: Arrival
    chat: Chat
    user: UserId
    now: datetime
    house: House
    deleted: bool | None = None

    def desk(self, account: AccountId) -> Desk | None:
        """That account, if it is of this chat."""
        return self.house.desks.get(self.chat.id, account)

    def stay(self, account: AccountId | None = None) -> None:
        """Raises `NotFound` where this chat was forgotten, or its account removed, since the visit began."""
        self.house.store.chats.get(self.chat.id)
        if account is not None and self.desk(account) is None:
            raise NotFound(f"account {account} was removed meanwhile")

    def default_desk(self) -> Desk | None:
        return self.house.desks.default(self.chat.id)
