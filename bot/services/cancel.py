"""Cancelling an order: done only when my_orders lists it no more."""

from __future__ import annotations

import asyncio

from bot.clore.client import Leaving
from bot.clore.errors import CloreError, KeyRejected, OutcomeUnknown, RateLimited, Refused, Unavailable
from bot.domain.ids import OrderId
from bot.domain.ledger import Cancellation, Cause, Ending, Result
from bot.domain.money import Money
from bot.services.desk import Desk
from bot.services.feeds import NOW, Orders

LOOKS_SECONDS = (0, 4, 8, 16)
"""When to look whether the order is gone, counted from one look to the next: CLORE.AI's list lags behind."""
TRIES = 3
"""cancel_order may be repeated: it also succeeds when the order is already gone."""


async def cancel(desk: Desk, change: Cancellation, leaving: Leaving, *, sent_before: bool, may_send: bool) -> Result:
    """Carries out one confirmed cancellation and says what became of it. Raises nothing of CLORE.AI's.

    `leaving` is called before each request leaves. `sent_before`: it left before a restart, so look first.
    `may_send` is false once the confirmation is too old to act on.
    """
    spent, in_doubt = _spent(desk, change.order), sent_before
    for _ in range(TRIES if may_send else 0):
        if in_doubt and await _listed(desk, change.order) is False:
            return Result(Ending.DONE, Cause.GONE, spent=spent)
        try:
            await desk.client.cancel_order(change.order, change.issue, leaving=leaving)
        except OutcomeUnknown:
            in_doubt = True
        except CloreError as error:
            if not in_doubt:
                return refusal(error)
            break  # that nothing was done *now* says nothing about the sending before
        else:
            return await _until_gone(desk, change.order, spent)
    gone = await _listed(desk, change.order) is False
    return Result(Ending.DONE, Cause.GONE, spent=spent) if gone else Result(Ending.UNKNOWN, Cause.LOST)


def refusal(error: CloreError) -> Result:
    """What an error says that certainly left everything as it was."""
    match error:
        case KeyRejected():
            return Result(Ending.REFUSED, Cause.KEY_REJECTED)
        case RateLimited():
            return Result(Ending.REFUSED, Cause.BUSY, wait=error.retry_after)
        case Unavailable():
            return Result(Ending.REFUSED, Cause.UNREACHABLE)
        case Refused():
            return Result(Ending.REFUSED, Cause.REFUSED, detail=error.text)
        case _:
            return Result(Ending.REFUSED, Cause.INVALID, detail=str(error))


async def _until_gone(desk: Desk, order: OrderId, spent: Money | None) -> Result:
    listed: bool | None = None
    for seconds in LOOKS_SECONDS:
        await asyncio.sleep(seconds)
        listed = await _listed(desk, order)
        if listed is False:
            return Result(Ending.DONE, Cause.GONE, spent=spent)
    return Result(Ending.UNKNOWN, Cause.STILL_LISTED if listed else Cause.LOST)


async def _listed(desk: Desk, order: OrderId) -> bool | None:
    """Whether a fresh answer lists the order as open; `None` where there was no answer."""
    try:
        snapshot = await desk.feed.fresh(Orders(), NOW)
    except CloreError:
        return None
    found = snapshot.orders.find(order) if snapshot.orders else None
    return found is not None and not found.expired


def _spent(desk: Desk, order: OrderId) -> Money | None:
    orders = desk.last.orders if desk.last else None
    found = orders.find(order) if orders else None
    return found.spent_with_fee if found else None
