"""Changing the price of an own bid: sent once, looked up where no answer came, and read again afterwards."""

from __future__ import annotations

from bot.clore.client import Leaving
from bot.clore.errors import (
    CloreError,
    InvalidInput,
    OutcomeUnknown,
    PriceTooLow,
    RateLimited,
    StepTooBig,
    TooSoon,
    Unavailable,
)
from bot.domain.ledger import BidChange, Cause, Ending, Result
from bot.domain.money import Money
from bot.domain.spot import Offer, SpotMarket
from bot.services.cancel import refusal
from bot.services.desk import Desk
from bot.services.feeds import NOW, Auction

TRIES = 2
"""How often a price is sent while the auction shows that it did not arrive."""


async def change_bid(desk: Desk, change: BidChange, leaving: Leaving, *, sent_before: bool, may_send: bool) -> Result:
    """Sets the confirmed price and says what became of it. Raises nothing of CLORE.AI's.

    A request without an answer is looked up in the auction, and sent again only while the bid is not the wanted one.
    `sent_before`: it left before a restart. `may_send` is false once the confirmation is too old to act on.
    """
    if not sent_before and (present := _overtaken_by(desk, change)):
        return Result(Ending.REFUSED, Cause.OVERTAKEN, limit=present.bid)
    in_doubt = sent_before
    for _ in range(TRIES if may_send else 0):
        if in_doubt and (settled := await _settled(desk, change)):
            return settled
        try:
            await desk.client.set_spot_price(change.order, change.price.amount, leaving=leaving)
        except OutcomeUnknown:
            in_doubt = True
        except CloreError as error:
            return await _after_refusal(desk, change, error, in_doubt=in_doubt)
        else:
            return _standing(await _auction(desk, change), change) or Result(Ending.DONE, Cause.SET)
    return await _settled(desk, change) or _lost(desk, change)


def _overtaken_by(desk: Desk, change: BidChange) -> Offer | None:
    """The bid as last seen, where it is neither what the person saw nor what was wanted.

    Sending would then do something else than the question said: lower a bid that was raised meanwhile.
    """
    market = desk.last.markets.get(change.server) if desk.last else None
    offer = market.find(change.order) if market else None
    if offer is None or change.was is None or offer.bid in {change.was, change.price}:
        return None
    return offer


async def _settled(desk: Desk, change: BidChange) -> Result | None:
    """What the auction shows of a request without an answer; `None`: the bid is another one, so that it can be sent."""
    market = await _auction(desk, change)
    if market is None:
        return Result(Ending.UNKNOWN, Cause.LOST)
    if market.find(change.order) is None:
        return Result(Ending.UNKNOWN, Cause.NO_OFFER)
    return _standing(market, change)


async def _auction(desk: Desk, change: BidChange) -> SpotMarket | None:
    """The auction as it is now; `None` where it cannot be read."""
    try:
        snapshot = await desk.feed.fresh(Auction(change.server), NOW)
    except CloreError:
        return None
    return snapshot.markets.get(change.server)


def _standing(market: SpotMarket | None, change: BidChange) -> Result | None:
    """How the wanted bid stands; `None` where the auction does not show it."""
    offer = market.find(change.order) if market else None
    if market is None or offer is None or offer.bid != change.price:
        return None
    if offer.active:
        return Result(Ending.DONE, Cause.HOLDS)
    return Result(Ending.DONE, Cause.WAITS, limit=market.holder.bid if market.holder else None)


def _lost(desk: Desk, change: BidChange) -> Result:
    """`limit`: the bid in the auction as last read."""
    market = desk.last.markets.get(change.server) if desk.last else None
    offer = market.find(change.order) if market else None
    return Result(Ending.UNKNOWN, Cause.LOST, limit=offer.bid if offer else None)


async def _after_refusal(desk: Desk, change: BidChange, error: CloreError, *, in_doubt: bool) -> Result:
    """`in_doubt`: an earlier sending may have set the bid all the same.

    A number that CLORE.AI calls invalid is most likely one of a bid that is gone.
    """
    if not in_doubt and not isinstance(error, InvalidInput):
        return _refused(error, change)
    market = await _auction(desk, change)
    if market is not None and market.find(change.order) is None:
        return Result(Ending.UNKNOWN if in_doubt else Ending.REFUSED, Cause.NO_OFFER)
    if in_doubt and (settled := _standing(market, change)):
        return settled
    unknown = in_doubt and (market is None or isinstance(error, RateLimited | Unavailable))
    return _lost(desk, change) if unknown else _refused(error, change)


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
