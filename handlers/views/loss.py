"""Why a bid lost its machine, in sentences."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.domain.displacement import Displacement, Loss
from bot.domain.market import OnDemand
from bot.domain.money import Rates, symbol
from bot.domain.spot import SpotMarket
from handlers.views.auction import unheld, why_unheld
from handlers.views.html import Html, join, say, when
from handlers.views.words import exact_coin, worth

_ALSO: Final = {
    Loss.OFFLINE: "the server is offline",
    Loss.ON_DEMAND: "it is rented on demand",
    Loss.HIDDEN: "its host has hidden the server",
}


def why(
    happened: Displacement, market: SpotMarket, rates: Rates | None, on_demand: OnDemand | None, now: datetime
) -> Html:
    """What decides, in a sentence. `on_demand`: what the marketplace has said of the server since the bid was lost."""
    match happened.decides:
        case Loss.HIGHER_BID:
            return _higher(happened, rates, now)
        case Loss.OTHER_BID:
            return _other(happened, rates)
        case Loss.OFFLINE:
            return say("The server is offline: no bid can have it now.")
        case Loss.HIDDEN:
            return say("Its host has hidden the server: bids on it are not taken now.")
        case Loss.NO_AUCTION:
            return say("CLORE.AI says that this server has no auction any more.")
        case Loss.MINIMUM:
            return _minimum(happened, rates)
        case Loss.NO_FUNDS:
            return say(
                "The {coin} wallet is about empty, which may be why no bid of yours has it.",
                coin=symbol(happened.own.currency),
            )
        case Loss.UNKNOWN if not unheld(market):
            return say("Who has the machine is not known.")
        case Loss.ON_DEMAND | Loss.UNKNOWN:
            return why_unheld(on_demand, market.read_at, now)


def _higher(happened: Displacement, rates: Rates | None, now: datetime) -> Html:
    assert happened.rival is not None
    assert happened.above is not None
    foreign = happened.rival.bid.currency != happened.own.currency
    return join(
        (
            say(
                "A higher bid has it: {bid} a day, {above} over your {own}.",
                bid=worth(happened.rival.bid, rates, to_the_digit=True),
                above=worth(happened.above, rates),
                own=exact_coin(happened.own),
            ),
            say("Compared at rates from {at}.", at=when(rates.at, now)) if foreign and rates else None,
        ),
        " ",
    )


def _other(happened: Displacement, rates: Rates | None) -> Html:
    """It holds the machine, and is not known to be higher."""
    assert happened.rival is not None
    bid = worth(happened.rival.bid, rates, to_the_digit=True)
    same = happened.rival.bid.currency == happened.own.currency
    compared = same or (rates is not None and rates.convert(happened.rival.bid, happened.own.currency) is not None)
    if compared:
        return say(
            "Another bid has it: {bid} a day. By what is known here it is no higher than your {own}.",
            bid=bid,
            own=exact_coin(happened.own),
        )
    return say(
        "Another bid has it: {bid} a day. Without a rate it is not compared with your {own}.",
        bid=bid,
        own=exact_coin(happened.own),
    )


def _minimum(happened: Displacement, rates: Rates | None) -> Html:
    least, before = happened.minimum, happened.minimum_before
    assert least is not None
    raised = say("the host raised it from {before}", before=exact_coin(before)) if before is not None else None
    return say(
        "The host takes {least} a day or more{raised}; yours is {own}.",
        least=worth(least, rates, to_the_digit=True),
        raised=say(": {raised}", raised=raised) if raised else "",
        own=exact_coin(happened.own),
    )


def also(happened: Displacement) -> Html | None:
    """What holds beside that."""
    more = [say(_ALSO[loss]) for loss in happened.also if loss in _ALSO]
    if Loss.MINIMUM in happened.also and happened.minimum is not None:
        more.append(say("the host takes {least} or more", least=exact_coin(happened.minimum)))
    if Loss.NO_FUNDS in happened.also:
        more.append(say("the {coin} wallet is about empty", coin=symbol(happened.own.currency)))
    if happened.lowered_from is not None:
        more.append(say("your bid was lowered from {was}", was=exact_coin(happened.lowered_from)))
    return say("Also: {also}.", also=join(more, "; ")) if more else None
