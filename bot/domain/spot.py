"""The spot auction of one server: who holds it, and what it takes to hold it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain.ids import OrderId, ServerId
from bot.domain.money import Money, Rates, round_down, round_up, unit
from bot.domain.rental import Order


@dataclass(frozen=True, slots=True)
class Offer:
    """One bid. `active`: it holds the machine now. `mine`: it belongs to the account that asked."""

    id: OrderId
    bid: Money
    active: bool = False
    mine: bool = False


@dataclass(frozen=True, slots=True)
class SpotMarket:
    """The auction of one server as one reply showed it. `exists` is false for a server without an auction."""

    server: ServerId
    read_at: datetime
    exists: bool = True
    offers: tuple[Offer, ...] = ()
    minimum: Mapping[str, Decimal] = field(default_factory=dict)
    """The least bid per day, by coin."""
    max_length: timedelta | None = None
    public: bool = True
    online: bool | None = None
    rates: Rates | None = None
    """The rates that came with this very reply."""

    def find(self, order: OrderId) -> Offer | None:
        return next((offer for offer in self.offers if offer.id == order), None)

    @property
    def holder(self) -> Offer | None:
        return next((offer for offer in self.offers if offer.active), None)


@dataclass(frozen=True, slots=True)
class Winning:
    """The smallest bid that wins now, and what it has to beat (`None`: only the minimum)."""

    bid: Money
    beats: Offer | None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why no winning bid can be named. `reason` is one of the words below."""

    reason: str

    NO_MARKET = "no market"
    NO_RATE = "no rate"
    HIDDEN = "hidden"
    OFFLINE = "offline"


def winning_bid(
    market: SpotMarket, currency: str, *, own: OrderId | None = None, rates: Rates | None = None
) -> Winning | NoAnswer:
    """The smallest bid in `currency` that would hold the machine now.

    It is over the highest rival by the least amount (an equal bid does not displace the holder) and at least the
    minimum, rounded up to a whole unit. Bids in other coins are compared in dollars; where a rate is missing no
    comparison is claimed. `own`: the bid to be changed, which is no rival; other bids of the same account are.
    `rates` default to those of the market's own reply.
    """
    if not market.exists:
        return NoAnswer(NoAnswer.NO_MARKET)
    if not market.public:
        return NoAnswer(NoAnswer.HIDDEN)
    if market.online is False:
        return NoAnswer(NoAnswer.OFFLINE)
    rates = rates or market.rates
    least = minimum_bid(market, currency, rates)
    rivals = [offer for offer in market.offers if offer.id != own]
    if not rivals:
        return NoAnswer(NoAnswer.NO_RATE) if least is None else Winning(least, None)
    best: tuple[Money, Offer] | None = None
    for rival in rivals:
        here = in_coin(rival.bid, currency, rates)
        if here is None:
            return NoAnswer(NoAnswer.NO_RATE)
        if best is None or here > best[0]:
            best = (here, rival)
    assert best is not None
    over = Money(round_down(best[0]).amount + unit(currency), currency)
    return Winning(over if least is None or over >= least else least, best[1])


def minimum_bid(market: SpotMarket, currency: str, rates: Rates | None = None) -> Money | None:
    """The least bid that the host takes in this coin; from another coin's minimum where there is a rate; else `None`."""
    if currency in market.minimum:
        return round_up(Money(market.minimum[currency], currency))
    rates = rates or market.rates
    known = [in_coin(Money(amount, coin), currency, rates) for coin, amount in market.minimum.items()]
    there = [round_up(money) for money in known if money is not None]
    return min(there, key=lambda money: money.amount, default=None)


def in_coin(money: Money, currency: str, rates: Rates | None) -> Money | None:
    """The same worth in this coin, unrounded; `None` where a rate that it takes is unknown."""
    if money.currency == currency:
        return money
    return None if rates is None else rates.convert(money, currency)


def own_bid(order: Order, *markets: SpotMarket | None) -> Money:
    """The bid as the first of these readings of its auction shows it that has it; else as the list of orders does."""
    offers = (market.find(order.id) for market in markets if market is not None)
    shown = (offer.bid for offer in offers if offer is not None and offer.bid.currency == order.price.currency)
    return next(shown, order.price)


def rank(offer: Offer, worth: Money) -> tuple[Decimal, bool, int]:
    """The higher, the sooner it gets the machine: of equal bids the holder's, then the first comer's. `worth`: in one coin."""
    return worth.amount, offer.active, -offer.id
