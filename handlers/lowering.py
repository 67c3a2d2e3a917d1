"""A bid that is lowered in steps: begun by a press, seen on its cards, stopped by a press, told of at its end."""

from __future__ import annotations

from typing import Final

from bot.domain.announcements import LoweringTold
from bot.domain.descent import Asked, Descent, next_step
from bot.domain.ids import LoweringId, OrderId
from bot.domain.spot import Offer
from bot.services.house import House
from bot.services.lowerings import read_descent
from handlers.actions import DropLowering
from handlers.guest import Guest
from handlers.screen import Screen
from handlers.views import lowering as views
from handlers.views import toasts
from handlers.visit import Answer
from storage.accounts import Account
from storage.codec import decode
from storage.confirmations import Confirmation
from storage.lowerings import Lowering

LOWERING: Final = "lowering"
"""The kind of a confirmation of all steps."""

_DROPPED, _OVER = "dropped", "over"


def begin(guest: Guest, account: Account, claimed: Confirmation) -> LoweringId | None:
    """In the transaction of the press. `None`: a step of an earlier one is under way."""
    asked = asked_in(claimed)
    lowering = guest.house.lowerings.begin(account, guest.user, asked.order, asked.server, asked.descent)
    return lowering.id if lowering else None


def asked_in(confirmation: Confirmation) -> Asked:
    return decode(Asked, confirmation.body)


def begun_screen(guest: Guest, number: LoweringId) -> Screen | None:
    """`None`: it went with its chat."""
    row = guest.house.store.lowerings.get(guest.chat.id, number)
    desk = guest.desk(row.account) if row is not None else None
    found = _standing(guest.house, desk.account, row) if row is not None and desk is not None else None
    if row is None or desk is None or found is None:
        return None
    return views.queued(desk.account, row.order, found, guest.house.clock())


def drop(guest: Guest, action: DropLowering) -> Answer:
    row = guest.house.store.lowerings.get(guest.chat.id, action.lowering)
    desk = guest.desk(row.account) if row is not None else None
    descent = read_descent(row) if row is not None else None
    if row is None or desk is None or descent is None:
        return toasts.UNKNOWN_BUTTON
    did = guest.once(lambda: _DROPPED if guest.house.lowerings.drop(row) else _OVER)
    if did == _DROPPED:
        return views.dropped(desk.account, row.order, descent)
    return views.over_already(desk.account, row.order)


def standing(house: House, account: Account, order: OrderId) -> views.Standing | None:
    """What lowers this bid, if anything does."""
    row = house.store.lowerings.of_order(account.id, order)
    return _standing(house, account, row) if row is not None else None


def _standing(house: House, account: Account, row: Lowering) -> views.Standing | None:
    descent = read_descent(row)
    if descent is None:
        return None
    last = house.feeds.of(account.key).last
    market = last.markets.get(row.server) if last else None
    known = market is not None and _as_known(descent, market.find(row.order))
    step = next_step(descent, market, row.order, house.clock(), house.rates) if market is not None and known else None
    return views.Standing(row.id, descent, step)


def _as_known(descent: Descent, offer: Offer | None) -> bool:
    """Whether a reading shows the bid that the next step starts from."""
    return offer is not None and offer.bid == descent.bid


def letter(house: House, account: Account, told: LoweringTold) -> Screen | None:
    """`None`: there is nothing left to tell."""
    row = house.store.lowerings.get(account.chat, told.lowering)
    descent = read_descent(row) if row is not None else None
    if row is None or descent is None or descent.end is None:
        return None
    return views.ended(account, row.order, row.server, descent, descent.end, house.rates)
