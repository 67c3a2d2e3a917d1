"""Which auctions are hot, and what one account's reading of an auction is worth to another account."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.domain.ids import OrderId
from bot.domain.money import Money
from bot.domain.spot import Offer, SpotMarket

HOT_FOR: Final = timedelta(minutes=10)
"""So long after somebody moved in it an auction is worth watching closely."""


def moved(before: SpotMarket, after: SpotMarket) -> bool:
    """Whether others did something between two readings: a bid came, went or has another price, the machine has another
    holder, the host another minimum, or is on the market, or online, where it was not.

    An own bid that changes without winning or losing the machine is no move, and rates are none.
    """
    if (before.exists, before.public, before.minimum) != (after.exists, after.public, after.minimum):
        return True
    if before.online is not after.online and None not in (before.online, after.online):
        return True
    return _holder(before) != _holder(after) or _rivals(before) != _rivals(after)


def as_seen_by(market: SpotMarket, last: SpotMarket | None, own: Collection[OrderId]) -> SpotMarket | None:
    """An auction that another account has read, for the account with these open bids there; `last`: its own last reading.

    Who bids what and who holds the machine is the same for everybody; whose bids are mine is not. `None`: it has to look
    itself, since the reading does not list one of its bids, or shows one that does not hold the machine any more. What is
    bad news for an account is not believed on the word of another's reading.
    """
    if last is None or not own:
        return None
    listed = {offer.id: offer for offer in market.offers}
    waiting = {offer.id for offer in last.offers if not offer.active}
    if any(order not in listed or not (listed[order].active or order in waiting) for order in own):
        return None
    mine = {*own, *(offer.id for offer in last.offers if offer.mine)}
    return replace(market, offers=tuple(_owned(offer, mine=offer.id in mine) for offer in market.offers))


def _owned(offer: Offer, *, mine: bool) -> Offer:
    return offer if offer.mine is mine else replace(offer, mine=mine)


def _holder(market: SpotMarket) -> OrderId | None:
    return None if market.holder is None else market.holder.id


def _rivals(market: SpotMarket) -> Mapping[OrderId, Money]:
    return {offer.id: offer.bid for offer in market.offers if not offer.mine}
