"""What a confirmation leads to: claimed once, in the same transaction as its effect."""

from __future__ import annotations

import logging
from typing import Final

from bot.services.house import House
from handlers.accounts import REMOVE
from handlers.actions import Confirm, Decline
from handlers.asking import CHANGE, change_in
from handlers.forget import FORGET
from handlers.guest import Guest
from handlers.screen import Toast
from handlers.views import accounts as account_views
from handlers.views import cancel as cancel_views
from handlers.views import forget as forget_views
from handlers.views import toasts
from handlers.visit import Decision
from storage.confirmations import Confirmation, Refusal

log = logging.getLogger(__name__)

_REFUSALS: Final = {
    Refusal.UNKNOWN: toasts.UNKNOWN_BUTTON,
    Refusal.NOT_YOURS: toasts.NOT_YOURS,
    Refusal.EXPIRED: toasts.EXPIRED,
    Refusal.USED: toasts.ALREADY_USED,
    Refusal.DECLINED: toasts.DECLINED,
}


class Confirming:
    def __init__(self, house: House) -> None:
        self._house = house

    def confirm(self, guest: Guest, action: Confirm) -> Decision:
        """Of any number of presses one wins. A change of an order becomes a ledger row, and is on its way."""
        store = self._house.store
        started: int | None = None
        with store.transaction(durable=True):
            claimed = store.confirmations.claim(action.token, guest.chat.id, guest.user, guest.now)
            if isinstance(claimed, Refusal):
                return Decision(_REFUSALS[claimed])
            match claimed.kind:
                case kind if kind == CHANGE:
                    started, decision = self._change(guest, claimed)
                case kind if kind == REMOVE:
                    decision = self._removal(guest, claimed, action)
                case kind if kind == FORGET:
                    self._house.delete_chat(guest.chat.id)
                    decision = Decision(Toast(), action, forget_views.forgotten())
                case kind:
                    raise ValueError(f"nothing is known of confirmations of the kind {kind}")
            store.inbox.handled(guest.arrival.update, guest.now)
        if started is not None:
            self._house.writes.start(started)
        if claimed.kind == FORGET and not store.scrub():
            log.warning("a chat was deleted; its traces stay in the file until it can be rewritten")
        return decision

    def decline(self, guest: Guest, action: Decline) -> Decision:
        declined = self._house.store.confirmations.decline(action.token, guest.chat.id, guest.user, guest.now)
        if isinstance(declined, Refusal):
            return Decision(_REFUSALS[declined])
        return Decision(toasts.GIVEN_UP, action, cancel_views.declined())

    def _change(self, guest: Guest, claimed: Confirmation) -> tuple[int | None, Decision]:
        """`guest.arrival.message` shows how it goes on, where it can be edited."""
        store = self._house.store
        account = store.accounts.get(guest.chat.id, claimed.account) if claimed.account is not None else None
        if account is None:
            return None, Decision(toasts.NO_SUCH_ACCOUNT)
        message = guest.arrival.message if guest.arrival.editable else None
        entry = self._house.writes.claim(account, guest.user, change_in(claimed), once=claimed.token, message=message)
        return entry.id, Decision(toasts.WORKING)

    def _removal(self, guest: Guest, claimed: Confirmation, action: Confirm) -> Decision:
        account = (
            self._house.store.accounts.get(guest.chat.id, claimed.account) if claimed.account is not None else None
        )
        if account is None:
            return Decision(toasts.NO_SUCH_ACCOUNT)
        self._house.remove_account(account)
        return Decision(Toast(), action, account_views.removed(account.name))
