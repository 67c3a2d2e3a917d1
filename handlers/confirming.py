"""What a confirmation leads to: claimed once, in the same transaction as its effect."""

from __future__ import annotations

import logging
from typing import Final, assert_never

from bot.domain.ids import AccountId, BatchId, GuardId, LoweringId
from bot.domain.ledger import BidChange, Cancellation, Change, Creation
from bot.services.guards import Refused
from bot.services.house import House
from handlers import guards
from handlers.accounts import REMOVE
from handlers.actions import Action, AskCancel, AskForget, AskLift, AskPrice, Confirm, Decline, RemoveAccount
from handlers.asking import CHANGE, change_in
from handlers.batches import BATCH, plan_of
from handlers.forget import FORGET
from handlers.guard_actions import ShowGuard
from handlers.guards import GUARD
from handlers.guest import Guest
from handlers.lowering import LOWERING, asked_in, begin, begun_screen
from handlers.market_actions import ShowMarket
from handlers.panic import LIFT, lift, lifted
from handlers.rent_actions import AskBatch, AskRent, DeleteTemplate
from handlers.rent_confirm import send
from handlers.screen import Screen, Toast
from handlers.templates import DELETE_TEMPLATE, delete_template, template_in
from handlers.views import accounts as account_views
from handlers.views import cancel as cancel_views
from handlers.views import draft as draft_views
from handlers.views import forget as forget_views
from handlers.views import guards as guard_views
from handlers.views import lowering as lowering_views
from handlers.views import panic as panic_views
from handlers.views import templates as template_views
from handlers.views import toasts
from handlers.visit import Decision
from storage.accounts import Account
from storage.confirmations import Confirmation, Refusal

log = logging.getLogger(__name__)

_REFUSALS: Final = {
    Refusal.UNKNOWN: toasts.UNKNOWN_BUTTON,
    Refusal.NOT_YOURS: toasts.NOT_YOURS,
    Refusal.EXPIRED: toasts.EXPIRED,
    Refusal.USED: toasts.ALREADY_USED,
    Refusal.DECLINED: toasts.DECLINED,
}

BY_ITSELF: Final = frozenset({BATCH, GUARD, LOWERING})
"""What goes on without another press once it is begun."""

_DECLINED: Final = "declined"
_NO_ACCOUNT: Final = "no-account"
_OVERTAKEN: Final = "overtaken"
_BEGUN_BEFORE: Final = "begun-before"
_NOT_SENT: Final = "not-sent"
_UNDER_WAY: Final = "under-way"
_TOASTS: Final = {
    _NO_ACCOUNT: toasts.NO_SUCH_ACCOUNT,
    _OVERTAKEN: toasts.EXPIRED,
    _BEGUN_BEFORE: toasts.ALREADY_USED,
}


class Confirming:
    def __init__(self, house: House) -> None:
        self._house = house

    def confirm(self, guest: Guest, action: Confirm) -> Decision:
        """Of any number of presses one wins. A change of an order becomes a ledger row, and is on its way.

        That one comes again where a restart kept it from being answered: then it is answered, and does nothing more.
        """
        store, refused = self._house.store, None
        with store.transaction(durable=True):
            did = store.inbox.did(guest.arrival.update)
            if did is None:
                claimed = store.confirmations.claim(action.token, guest.chat.id, guest.user, guest.now)
                if isinstance(claimed, Refusal):
                    return self._refused(guest, action, claimed)
                did, refused = self._carry_out(guest, claimed)
                store.inbox.note(guest.arrival.update, did)
        return self._after(guest, action, did, refused)

    def decline(self, guest: Guest, action: Decline) -> Decision:
        store = self._house.store
        with store.transaction():
            if store.inbox.did(guest.arrival.update) is None:
                declined = store.confirmations.decline(action.token, guest.chat.id, guest.user, guest.now)
                if isinstance(declined, Refusal):
                    return self._refused(guest, action, declined)
                store.inbox.note(guest.arrival.update, _DECLINED)
        asked = store.confirmations.find(action.token)
        return Decision(toasts.GIVEN_UP, action, cancel_views.declined() if asked is None else _declined(asked))

    def _refused(self, guest: Guest, action: Confirm | Decline, refusal: Refusal) -> Decision:
        """A question that has ended loses its buttons, and offers to be asked again."""
        asked = self._house.store.confirmations.find(action.token) if refusal is Refusal.EXPIRED else None
        if asked is None or asked.message != guest.arrival.message:
            return Decision(_REFUSALS[refusal])
        return Decision(_REFUSALS[refusal], action, cancel_views.expired(_again(asked)))

    # The effect, within the transaction of the claim: a word for it, and what is said where nothing came of it

    def _carry_out(self, guest: Guest, claimed: Confirmation) -> tuple[str, Screen | None]:
        if claimed.kind == FORGET:
            self._house.delete_chat(guest.chat.id)
            return FORGET, None
        if claimed.kind == LIFT:
            lift(guest)
            return LIFT, None
        if claimed.kind == DELETE_TEMPLATE:
            return f"{DELETE_TEMPLATE} {delete_template(guest, claimed)}", None
        desk = guest.desk(claimed.account) if claimed.account is not None else None
        match claimed.kind:
            case kind if kind not in {CHANGE, REMOVE, BATCH, LOWERING, GUARD}:
                raise ValueError(f"nothing is known of confirmations of the kind {kind}")
            case _ if desk is None:
                return _NO_ACCOUNT, None
            case kind if kind in BY_ITSELF and guest.house.store.chats.get(guest.chat.id).panic_at is not None:
                return _NOT_SENT, panic_views.not_begun()
            case kind if kind == REMOVE:
                self._house.remove_account(desk.account)
                return f"{REMOVE} {desk.account.name}", None
            case kind if kind == BATCH:
                return self._batch(guest, claimed), None
            case kind if kind == LOWERING:
                return self._lowering(guest, desk.account, claimed)
            case kind if kind == GUARD:
                begun = guards.begin(guest, desk.account, claimed)
                if isinstance(begun, Refused):
                    return _NOT_SENT, guards.refused(desk.account, guards.asked_in(claimed).order, begun)
                return f"{GUARD} {begun.id}", None
            case _:
                return self._change(guest, desk.account, claimed)

    def _batch(self, guest: Guest, claimed: Confirmation) -> str:
        """Begins only with what was asked: a batch that was changed since has to be asked about again."""
        number = BatchId(int(claimed.body.partition(" ")[0]))
        batch = self._house.store.batches.get(guest.chat.id, number)
        message = guest.arrival.message if guest.arrival.editable else None
        if batch is None or plan_of(batch) != claimed.body:
            return _OVERTAKEN
        return f"{BATCH} {number}" if self._house.batches.begin(batch, message) else _BEGUN_BEFORE

    def _lowering(self, guest: Guest, account: Account, claimed: Confirmation) -> tuple[str, Screen | None]:
        """Not of a bid whose guard was switched on since: both would move it."""
        order = asked_in(claimed).order
        if guards.stands(self._house, account, order):
            return _NOT_SENT, guard_views.lowers_itself(account, order)
        number = begin(guest, account, claimed)
        if number is None:
            return _UNDER_WAY, lowering_views.under_way(account, order)
        return f"{LOWERING} {number}", None

    def _change(self, guest: Guest, account: Account, claimed: Confirmation) -> tuple[str, Screen | None]:
        """`guest.arrival.message` shows how it goes on, where it can be edited."""
        message = guest.arrival.message if guest.arrival.editable else None
        change, secret = change_in(claimed), self._house.store.confirmations.secret(claimed)
        if isinstance(change, Creation) and (refused := send(guest, account.id, change, secret)):
            return _NOT_SENT, refused
        entry = self._house.writes.claim(
            account, guest.user, change, once=claimed.token, message=message, secret=secret
        )
        return f"{CHANGE} {entry.id}", None

    # What is left to do and to show, once that is on the disk

    def _after(self, guest: Guest, action: Confirm, did: str, refused: Screen | None) -> Decision:
        """`refused` is known to the first try only: after a restart the question says no more than that it is over."""
        word, _, rest = did.partition(" ")
        match word:
            case kind if kind == FORGET:
                return Decision(Toast(), action, forget_views.forgotten(clean=self._scrubbed()))
            case kind if kind == LIFT:
                return Decision(Toast(), action, lifted(guest))
            case kind if kind == DELETE_TEMPLATE:
                return Decision(Toast(), action, template_views.deleted(rest or None))
            case kind if kind == REMOVE:
                return Decision(Toast(), action, account_views.removed(rest, clean=self._scrubbed()))
            case kind if kind == BATCH:
                self._house.batches.start(guest.chat.id, BatchId(int(rest)))
                return Decision(toasts.WORKING)
            case kind if kind == CHANGE:
                self._house.writes.start(int(rest))
                return Decision(toasts.WORKING)
            case kind if kind == LOWERING:
                shown = begun_screen(guest, LoweringId(int(rest)))
                return Decision(toasts.QUEUED, action, shown or self._ended(action))
            case kind if kind == GUARD:
                on = guards.begun_screen(guest, GuardId(int(rest)))
                return Decision(toasts.GUARD_ON, action, on or self._ended(action))
            case kind if kind in {_NOT_SENT, _UNDER_WAY}:
                return Decision(toasts.NOT_SENT, action, refused or self._ended(action))
            case _:
                return Decision(_TOASTS[word])

    def _ended(self, action: Confirm) -> Screen:
        asked = self._house.store.confirmations.find(action.token)
        return cancel_views.expired(None if asked is None else _again(asked))

    def _scrubbed(self) -> bool:
        """Whether nothing of what was deleted is left in the file."""
        clean = self._house.store.scrub()
        if not clean:
            log.warning("what was deleted leaves traces in the file until it can be rewritten")
        return clean


def _declined(asked: Confirmation) -> Screen:
    """What was being put together stays; the rest is as it was."""
    change = change_in(asked) if asked.kind == CHANGE else None
    if isinstance(change, Creation) and change.draft is not None:
        return draft_views.kept(change.draft)
    return cancel_views.declined()


def _again(asked: Confirmation) -> Action | None:
    """What asks this question anew."""
    match asked.kind:
        case kind if kind == FORGET:
            return AskForget()
        case kind if kind == LIFT:
            return AskLift()
        case kind if kind == DELETE_TEMPLATE:
            return DeleteTemplate(template_in(asked))
        case kind if kind == REMOVE and asked.account is not None:
            return RemoveAccount(asked.account)
        case kind if kind == BATCH:
            return AskBatch(BatchId(int(asked.body.partition(" ")[0])))
        case kind if kind == LOWERING and asked.account is not None:
            return AskPrice(asked.account, asked_in(asked).order)
        case kind if kind == GUARD and asked.account is not None:
            return ShowGuard(asked.account, guards.asked_in(asked).order)
        case kind if kind == CHANGE and asked.account is not None:
            return _again_change(asked.account, change_in(asked))
        case _:
            return None


def _again_change(account: AccountId, change: Change) -> Action:
    match change:
        case Cancellation():
            return AskCancel(account, change.order)
        case BidChange():
            return AskPrice(account, change.order)
        case Creation():
            return ShowMarket() if change.draft is None else AskRent(change.draft)
    assert_never(change)
