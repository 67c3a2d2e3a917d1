"""What became of an order that was to be made: rented, refused with the next step, not rented, unknown."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, assert_never

from bot.domain.ids import OrderId
from bot.domain.ledger import Cause, Creation, Ending, Result
from bot.services.house import House
from bot.services.lookout import WATCHED_FOR
from bot.services.stops import conditions
from bot.services.writes import CHECKING, FOUND_LATE
from handlers.screen import Screen
from handlers.views import creations as views
from handlers.views import errors as error_views
from handlers.views.errors import Untouched
from storage.accounts import Account
from storage.ledger import Entry

BUSY_WAIT: Final = timedelta(seconds=30)
"""Where CLORE.AI does not say how long it wants to be left alone."""


def letter(
    house: House, account: Account, creation: Creation, entry: Entry, result: Result | None, once: str
) -> Screen | None:
    """`result` is `None` while the request is under way; `once` of the letter says which step it tells of."""
    if result is None:
        checking = once.endswith(CHECKING)
        return views.checking(account, creation) if checking else views.renting(account, creation)
    match result.ending:
        case Ending.DONE:
            return _rented(house, account, creation, entry, result.order, late=once.endswith(FOUND_LATE))
        case Ending.REFUSED:
            return _refused(house, account, creation, result)
        case Ending.ABANDONED:
            return views.interrupted(account, creation)
        case Ending.UNKNOWN:
            return _unknown(house, account, creation, entry, result.cause)
    assert_never(result.ending)


def _rented(
    house: House, account: Account, creation: Creation, entry: Entry, order: OrderId | None, *, late: bool
) -> Screen:
    assert order is not None, "what is done has its order"
    last, now = house.feeds.of(account.key).last, house.clock()
    return views.rented(
        account,
        creation,
        order,
        now,
        seen=last.orders.find(order) if last is not None and last.orders is not None else None,
        read_at=last.orders_at if last is not None else None,
        rates=house.rates,
        late=(entry.ended_at or now) - entry.asked_at if late else None,
        stops=conditions(house.store, account.id, order),
    )


def _refused(house: House, account: Account, creation: Creation, result: Result) -> Screen:
    match result.cause:
        case Cause.PRICE_MOVED if result.limit is not None:
            return views.price_moved(account, creation, result.limit)
        case Cause.TAKEN:
            return views.taken(account, creation, result.order)
        case Cause.OFFLINE:
            return views.offline(account, creation)
        case Cause.COIN_REFUSED:
            return views.coin_refused(account, creation)
        case Cause.NO_FUNDS:
            return views.no_funds(account, creation)
        case Cause.TOO_LOW:
            return views.too_low(account, creation, result.limit)
        case Cause.FULL:
            last = house.feeds.of(account.key).last
            return views.full(account, creation, last.orders.limit if last and last.orders else None)
        case Cause.KEY_REJECTED:
            return error_views.key_rejected(account, Untouched.RENT)
        case Cause.BUSY:
            return views.busy(account, creation, result.wait or BUSY_WAIT)
        case Cause.UNREACHABLE:
            return views.unreachable(account, creation)
        case Cause.INVALID:
            return views.invalid(account, creation, result.detail)
        case _:
            return views.refused(account, creation, result.detail)


def _unknown(house: House, account: Account, creation: Creation, entry: Entry, cause: Cause) -> Screen:
    now = house.clock()
    ended_at = entry.ended_at or now
    match cause:
        case Cause.NEVER_SEEN:
            return views.never_seen(account, creation, WATCHED_FOR)
        case _ if entry.told_at is not None:
            return views.given_up(account, creation)
        case Cause.NOT_RENTED:
            return views.probably_not(account, creation, ended_at + WATCHED_FOR, now)
        case Cause.ACCEPTED:
            return views.not_listed_yet(account, creation, ended_at + WATCHED_FOR, now)
        case _:
            return views.lost(account, creation, ended_at + WATCHED_FOR, now)
