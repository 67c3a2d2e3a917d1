"""The confirmation of a change of an order: what the button will send stands in its row, to the digit."""

from __future__ import annotations

from typing import Final

from bot.domain.ids import AccountId
from bot.domain.ledger import CHANGES, Change, Operation
from bot.services.writes import CONFIRMED_FOR, operation_of
from handlers.guest import Guest
from storage.codec import decode, encode
from storage.confirmations import Confirmation

CHANGE: Final = "change"
"""The kind of a confirmation that leads to a row of the ledger."""


def ask_change(guest: Guest, account: AccountId, change: Change, *, secret: bytes | None = None) -> str:
    """The token of a new confirmation; it lives for `CONFIRMED_FOR`. `NotFound` where the account is gone.

    `secret`: what is sent with the change and must not stand in it; it is sealed.
    """
    guest.stay(account)
    body = f"{operation_of(change)} {encode(change)}"
    return guest.house.store.confirmations.ask(
        guest.chat.id, guest.user, account, CHANGE, body, guest.house.clock(), CONFIRMED_FOR, secret=secret
    )


def change_in(confirmation: Confirmation) -> Change:
    """What was asked for. `Unreadable` for a row of another kind."""
    operation, _, body = confirmation.body.partition(" ")
    return decode(CHANGES[Operation(operation)], body)
