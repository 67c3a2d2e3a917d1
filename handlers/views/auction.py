"""The auction of one server in short: who bids what, and where a bid would stand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot.domain.ids import OrderId
from bot.domain.ladder import Standing, on_demand_quote, saving
from bot.domain.ladder import ladder as ranked
from bot.domain.market import Listing, OnDemand
from bot.domain.money import Money, Rates
from bot.domain.spot import NoAnswer, Offer, SpotMarket, Winning, winning_bid
from handlers.views.html import Html, code, join, say, when
from handlers.views.words import coin, counted, exact_coin, percent, worth

RUNGS: Final = 5
SAME_MOMENT: Final = timedelta(seconds=30)
"""A marketplace read longer before the auction says nothing of a machine that it showed as free: it was taken since."""

REASONS: Final[dict[str, str]] = {
    NoAnswer.NO_MARKET: "CLORE.AI says that this server has no auction.",
    NoAnswer.NO_RATE: "Another bid is in a coin without a known rate, so no comparison is made.",
    NoAnswer.HIDDEN: "The host has hidden this server: bids on it are not taken now.",
    NoAnswer.OFFLINE: "The server is offline: no bid can win it now.",
}
"""Why no winning bid can be named."""


def ladder(
    market: SpotMarket, own: OrderId | None, rates: Rates | None, now: datetime, *, most: int = RUNGS
) -> list[Html]:
    """The highest bids to the digit, each with whose it is and whether it holds the machine. `own`: the one in question."""
    rates = market.rates or rates
    steps = ranked(market, rates)
    rungs = steps.shown(most)
    apart = steps.apart[: most - len(rungs)]
    head = say("Auction of server {server}, read {when}:", server=code(market.server), when=when(market.read_at, now))
    left = len(market.offers) - len(rungs) - len(apart)
    more = [say("and {left} more", left=left)] if left > 0 else []
    return [
        head,
        *(_rung(rung.offer, own, rates) for rung in rungs),
        *(join((_rung(offer, own, rates), "not compared")) for offer in apart),
        *more,
    ]


def stands(found: Standing, rates: Rates | None, *, in_full: bool = True) -> Html:
    """`holds it, 0.00001 BTC over the next of 3 bids`, or `place 2 of 3, 0.00001 BTC below the next`.

    `in_full`: with the bid behind one that waits, and with the bids that could not be compared.
    """
    if found.place is None or (found.apart and found.compared == 1):
        return join(("holds it" if found.offer.active else None, "its place is not known, for want of a rate"))
    behind = None
    if found.offer.active:
        place = _holds(found)
    else:
        above = say(", {margin} below the next", margin=coin(found.above)) if found.above is not None else ""
        place = say("place {place} of {count}{above}", place=found.place, count=found.compared, above=above)
        behind = say("{margin} over the one behind", margin=coin(found.below)) if found.below is not None else None
    apart = (
        say("{bids} not compared, for want of a rate", bids=counted(found.apart, "bid", "bids"))
        if found.apart
        else None
    )
    return join((place, *((behind, apart) if in_full else ()), less(found.less, rates)))


def _holds(found: Standing) -> Html:
    if found.below is not None:
        return say("holds it, {margin} over the next of {count} bids", margin=coin(found.below), count=found.compared)
    return say("holds it") if found.compared > 1 or found.apart else say("holds it, nobody else bids")


def less(bid: Money | None, rates: Rates | None) -> Html | None:
    """What an active bid could be lowered to."""
    return None if bid is None else say("could pay less: {bid}", bid=worth(bid, rates, to_the_digit=True))


def against_on_demand(cost: Money, listing: Listing | None, rates: Rates | None) -> Html | None:
    """`70 % less than on demand`: a cost per day with the fee beside what the same machine costs without bidding."""
    instead = on_demand_quote(listing, cost.currency, rates)
    share = saving(cost, instead, rates) if instead else None
    if share is None:
        return None
    whole = share.to_integral_value()
    if not whole:
        return say("as much as on demand")
    return say("{share} {than} than on demand", share=percent(abs(whole)), than="less" if whole > 0 else "more")


def unheld(market: SpotMarket) -> bool:
    """Whether bids are there and none of them holds the machine: then no bid can be said to win it."""
    return market.exists and bool(market.offers) and market.holder is None


def why_nobody(market: SpotMarket, on_demand: OnDemand | None, now: datetime) -> Html:
    """Why no bid of this auction holds the machine."""
    if market.online is False:
        return say("No bid holds the machine: the server is offline.")
    return why_unheld(on_demand, market.read_at, now)


def why_unheld(on_demand: OnDemand | None, read_at: datetime, now: datetime) -> Html:
    """Why no bid holds the machine, as far as the marketplace says; `on_demand` is `None` where it says nothing.

    `read_at`: when the auction was read that shows it.
    """
    if on_demand is None or not (on_demand.rented or read_at - on_demand.read_at <= SAME_MOMENT):
        return say("No bid holds the machine now: probably it is rented on demand, which comes before every bid.")
    said = (
        "No bid holds the machine: it is rented on demand, which comes before every bid"
        if on_demand.rented
        else "No bid holds the machine, and the marketplace does not show it as rented on demand"
    )
    return join((say(said), say("read {when}", when=when(on_demand.read_at, now))))


def standing(
    bid: Money,
    market: SpotMarket,
    rates: Rates | None,
    *,
    on_demand: OnDemand | None,
    now: datetime,
    own: OrderId | None = None,
) -> Html:
    """What this bid would beat, or what would be above it; where that cannot be told, why. `own`: the bid it replaces."""
    winning = winning_bid(market, bid.currency, own=own, rates=rates)
    if isinstance(winning, NoAnswer):
        return say(REASONS.get(winning.reason, "No comparison can be made."))
    if unheld(market):
        return join((_place(bid, winning, rates or market.rates), why_nobody(market, on_demand, now)), " ")
    if bid < winning.bid:
        return say("It would wait: it takes {bid} or more to hold the machine.", bid=exact_coin(winning.bid))
    if winning.beats is None:
        return say("It would hold the machine: nobody else bids.")
    return say(
        "It beats {whose}, {bid}.",
        whose="your own other bid" if winning.beats.mine else "the highest other bid",
        bid=worth(winning.beats.bid, rates or market.rates, to_the_digit=True),
    )


def _place(bid: Money, winning: Winning, rates: Rates | None) -> Html:
    """Where a bid would stand among those that all wait."""
    if winning.beats is None:
        return say("It would be the only bid.")
    highest = worth(winning.beats.bid, rates, to_the_digit=True)
    if bid < winning.bid:
        return say("It would not be the highest bid: that is {bid}.", bid=highest)
    return say("It would be the highest bid, above {bid}.", bid=highest)


def _rung(offer: Offer, own: OrderId | None, rates: Rates | None) -> Html:
    whose = "this bid" if offer.id == own else "yours" if offer.mine else "other"
    state = "▶ active" if offer.active else "· waiting"
    return join((say("{state}", state=state), worth(offer.bid, rates, to_the_digit=True), whose))
