"""A person in a private chat who may use the bot: what every subject's functions are given."""

from __future__ import annotations

from collections.abc import Callable
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

    def once(self, effect: Callable[[], str]) -> str:
        """Does what must not be done twice, in a transaction, and says what it did.

        An update comes again where a restart kept it from its answer: then this says what was done before.
        """
        inbox = self.house.store.inbox
        with self.house.store.transaction(durable=True):
            did = inbox.did(self.arrival.update)
            if did is None:
                did = effect()
                inbox.note(self.arrival.update, did)
        return did

    def default_desk(self) -> Desk | None:
        return self.house.desks.default(self.chat.id)
