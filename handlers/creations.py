"""What became of an order that was to be made: rented, refused with the next step, not rented, unknown."""

from __future__ import annotations

from bot.domain.ledger import Creation, Result
from bot.services.house import House
from handlers.screen import Screen
from storage.accounts import Account
from storage.ledger import Entry


def letter(house: House, account: Account, creation: Creation, entry: Entry, result: Result | None) -> Screen | None:
    """`result` is `None` while the request is under way."""
    raise NotImplementedError
