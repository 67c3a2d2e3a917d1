"""Changing the price of an own bid: sent once, looked up where no answer came, and read again afterwards."""

from __future__ import annotations

from enum import Enum, auto

from bot.clore.client import Leaving
from bot.clore.errors import CloreError, OutcomeUnknown, PriceTooLow, StepTooBig, TooSoon
from bot.domain.ledger import BidChange, Cause, Ending, Result
from bot.domain.money import Money
from bot.domain.spot import Offer
from bot.services.cancel import refusal
from bot.services.desk import Desk
from bot.services.feeds import NOW, Auction


async def change_bid(desk: Desk, change: BidChange, leaving: Leaving, *, sent_before: bool, may_send: bool) -> Result:
    """Sets the confirmed price and says what became of it. Raises nothing of CLORE.AI's.

    A request without an answer is looked up in the auction, and sent again only while the bid is not the wanted one.
    `sent_before`: it left before a restart. `may_send` is false once the confirmation is too old to act on.
    """
    if sent_before:
        seen = await _seen(desk, change)
        if not isinstance(seen, Offer):
            return _without_offer(seen)
        if seen.bid == change.price:
            return _set(seen)
        if not may_send:
            return Result(Ending.REFUSED, Cause.TOO_LATE)
    for _ in range(2):
        try:
            await desk.client.set_spot_price(change.order, change.price.amount, leaving=leaving)
        except OutcomeUnknown:
            seen = await _seen(desk, change)
            if not isinstance(seen, Offer):
                return _without_offer(seen)
            if seen.bid == change.price:
                return _set(seen)
        except CloreError as error:
            return _refused(error, change)
        else:
            seen = await _seen(desk, change)
            return _set(seen) if isinstance(seen, Offer) else Result(Ending.DONE, Cause.SET)
    return Result(Ending.UNKNOWN, Cause.LOST)


class _Unseen(Enum):
    NO_ANSWER = auto()
    NO_OFFER = auto()


async def _seen(desk: Desk, change: BidChange) -> Offer | _Unseen:
    """My offer as the auction shows it now."""
    try:
        snapshot = await desk.feed.fresh(Auction(change.server), NOW)
    except CloreError:
        return _Unseen.NO_ANSWER
    market = snapshot.markets.get(change.server)
    offer = market.find(change.order) if market else None
    return offer or _Unseen.NO_OFFER


def _without_offer(seen: _Unseen) -> Result:
    if seen is _Unseen.NO_OFFER:
        return Result(Ending.UNKNOWN, Cause.NO_OFFER)
    return Result(Ending.UNKNOWN, Cause.LOST)


def _set(offer: Offer) -> Result:
    return Result(Ending.DONE, Cause.HOLDS if offer.active else Cause.WAITS)


def _refused(error: CloreError, change: BidChange) -> Result:
    coin = change.price.currency
    match error:
        case StepTooBig():
            return Result(Ending.REFUSED, Cause.STEP_TOO_BIG, limit=Money(error.lowest, coin))
        case TooSoon():
            return Result(Ending.REFUSED, Cause.TOO_SOON, wait=error.wait)
        case PriceTooLow():
            limit = None if error.minimum is None else Money(error.minimum, coin)
            return Result(Ending.REFUSED, Cause.TOO_LOW, limit=limit)
        case _:
            return refusal(error)
