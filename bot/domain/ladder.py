"""The queue of a spot auction as a ladder: who stands where, by how much, and what it takes to stand on top.

The highest bid in dollars holds the machine, an equal one does not displace the holder, and among others the first
comer is served. Bids are per day and for the whole machine, before the fee. Bids in different coins are compared by
the rates that came with the auction, else by those given; a bid in a coin without a rate is compared with nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from bot.domain.ids import OrderId
from bot.domain.market import Listing
from bot.domain.money import USD, Money, Rates
from bot.domain.quote import Quote, cheapest, fee_of, quotes
from bot.domain.renting import Coin, coin_of, coins
from bot.domain.spending import Wallet
from bot.domain.spot import NoAnswer, Offer, SpotMarket, Winning, in_coin, rank, winning_bid


class Hold(Enum):
    """Who has the machine, as far as the readings say."""

    NO_AUCTION = auto()  # `exists: false`
    MINE = auto()
    RIVAL = auto()
    OFFLINE = auto()
    ON_DEMAND = auto()  # its tenant comes before every bid
    HIDDEN = auto()  # by its host: bids are not taken
    NO_BID = auto()  # bids wait and none is active; why, no reading says
    NOBODY = auto()  # no bids


@dataclass(frozen=True, slots=True)
class Rung:
    """One bid in its place, counted from 1. `worth`: the bid in the coin of the ladder, unrounded."""

    offer: Offer
    place: int
    worth: Money


@dataclass(frozen=True, slots=True)
class Ladder:
    """All bids of an auction, the highest first.

    `coin`: in which they are compared: dollars, else the coin of the most bids, or of the holder's. `apart`: bids in coins without a rate,
    which may stand anywhere between the others.
    """

    coin: str
    rungs: tuple[Rung, ...]
    apart: tuple[Offer, ...] = ()

    def find(self, order: OrderId) -> Rung | None:
        return next((rung for rung in self.rungs if rung.offer.id == order), None)

    @property
    def own(self) -> Offer | None:
        """My bid: the one that holds the machine, else the highest; one that stands apart is the last resort."""
        mine = [offer for offer in (*(rung.offer for rung in self.rungs), *self.apart) if offer.mine]
        return next((offer for offer in mine if offer.active), next(iter(mine), None))

    @property
    def out_of_order(self) -> bool:
        """Whether a bid that does not hold the machine is worth more than the holder's: then CLORE.AI counts otherwise."""
        holder = next((rung for rung in self.rungs if rung.offer.active), None)
        return holder is not None and holder.place > 1

    def shown(self, most: int) -> tuple[Rung, ...]:
        """At most so many rungs in their order: the holder's, mine, and the top ones for the rest."""
        first = sorted(self.rungs, key=lambda rung: (not rung.offer.active, not rung.offer.mine, rung.place))
        kept = [rung for rung in first if rung.offer.active or rung.offer.mine][: max(most - 1, 1)]
        top = [rung for rung in self.rungs if rung not in kept][: most - len(kept)]
        return tuple(sorted((*kept, *top), key=lambda rung: rung.place))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one bid stands.

    `place` of `compared` bids, counted from 1; `None` where its coin has no rate. `apart`: how many bids could not be
    compared. `above`, `below`: how far it is from the next bid, in its own coin and unrounded, never negative; `None`
    where there is none, or a rate is missing. `less`: the lowest bid with which it would still hold the machine it holds
    now; `None` where it does not hold it, pays no more than that, or no comparison can be made.
    """

    offer: Offer
    place: int | None
    compared: int
    apart: int
    above: Money | None = None
    below: Money | None = None
    less: Money | None = None


@dataclass(frozen=True, slots=True)
class ToWin:
    """What a new bid takes in one coin. `coin.quote` is that very bid where it can be named, else the host's least.

    `over`: by how much it is above the bid that it beats, unrounded; `None` where it beats none.
    """

    coin: Coin
    winning: Winning | NoAnswer
    over: Money | None = None


def hold(market: SpotMarket, *, rented: bool | None) -> Hold:
    """`rented`: whether the marketplace shows the machine as rented on demand; `None` where it does not say.

    An active bid counts for more than the marketplace, which may have been read at another moment.
    """
    if not market.exists:
        return Hold.NO_AUCTION
    if market.holder is not None:
        return Hold.MINE if market.holder.mine else Hold.RIVAL
    if market.online is False:
        return Hold.OFFLINE
    if rented:
        return Hold.ON_DEMAND
    if not market.public:
        return Hold.HIDDEN
    return Hold.NO_BID if market.offers else Hold.NOBODY


def ladder(market: SpotMarket, rates: Rates | None = None) -> Ladder:
    """The bids as CLORE.AI ranks them, as far as rates are known: the market's own, else these."""
    rates = market.rates or rates
    coin = _common_coin(market.offers, rates)
    worth = [(offer, in_coin(offer.bid, coin, rates)) for offer in market.offers]
    ranked = sorted(
        ((offer, money) for offer, money in worth if money is not None),
        key=lambda each: rank(*each),
        reverse=True,
    )
    return Ladder(
        coin,
        tuple(Rung(offer, place, money) for place, (offer, money) in enumerate(ranked, start=1)),
        tuple(offer for offer, money in worth if money is None),
    )


def standing(market: SpotMarket, order: OrderId, rates: Rates | None = None) -> Standing | None:
    """`None` where the auction does not have this order's bid."""
    offer = market.find(order)
    if offer is None:
        return None
    rates = market.rates or rates
    steps = ladder(market, rates)
    rung = steps.find(order)
    if rung is None:
        return Standing(offer, None, len(steps.rungs), len(steps.apart))
    return Standing(
        offer,
        rung.place,
        len(steps.rungs),
        len(steps.apart),
        above=_between(steps.rungs[rung.place - 2], rung, rates) if rung.place > 1 else None,
        below=_between(rung, steps.rungs[rung.place], rates, coin=offer.bid.currency)
        if rung.place < len(steps.rungs)
        else None,
        less=could_pay_less(market, offer, rates),
    )


def could_pay_less(market: SpotMarket, offer: Offer, rates: Rates | None = None) -> Money | None:
    """The lowest whole-unit bid with which this one would still hold the machine that it holds now.

    It stays above every other bid, although an equal one would not displace it: nobody should rely on a tie.
    """
    if not offer.active:
        return None
    winning = winning_bid(market, offer.bid.currency, own=offer.id, rates=market.rates or rates)
    return winning.bid if isinstance(winning, Winning) and winning.bid < offer.bid else None


def to_win(
    market: SpotMarket, listing: Listing | None, wallets: Iterable[Wallet] | None, rates: Rates | None = None
) -> tuple[ToWin, ...]:
    """What a new bid takes now in each coin that the host takes: the coins that can pay first, of these the cheapest.

    `listing`: `None` where the marketplace does not show the server: then the coins of the auction's minimum count.
    `wallets`: `None` where they are not known.
    """
    rates, held = market.rates or rates, None if wallets is None else tuple(wallets)
    offered = coins(listing or Listing(market.server, spot=market.minimum), held, rates, spot=True)
    found = [_to_win(coin, market, held, rates) for coin in offered]
    return tuple(sorted(found, key=lambda each: each.coin.can))


def over(winning: Winning, rates: Rates | None) -> Money | None:
    """By how much it is above the bid that it beats, in its own coin and unrounded; `None` where it beats none."""
    beaten = in_coin(winning.beats.bid, winning.bid.currency, rates) if winning.beats else None
    return None if beaten is None else winning.bid - beaten


def on_demand_quote(listing: Listing | None, currency: str, rates: Rates | None) -> Quote | None:
    """What the machine costs on demand: in this coin where the host takes it, else in the cheapest one."""
    if listing is None:
        return None
    same = next((quote for quote in quotes(listing) if quote.price.currency == currency), None)
    return same or cheapest(listing, rates)


def saving(cost: Money, instead: Quote, rates: Rates | None) -> Decimal | None:
    """How much less than on demand a cost per day with the fee is, in percent; below zero where it is more.

    `None` where a rate is missing, or nothing is asked on demand.
    """
    other = in_coin(instead.per_day, cost.currency, rates)
    return None if other is None or other.amount <= 0 else (1 - cost.amount / other.amount) * 100


def _common_coin(offers: Iterable[Offer], rates: Rates | None) -> str:
    """Dollars where they express as many bids as any coin does; else the coin that expresses the most, the holder's first."""
    first = sorted(offers, key=lambda offer: (not offer.active, offer.bid.currency))
    bids = [offer.bid for offer in first]
    candidates = (USD, *dict.fromkeys(bid.currency for bid in bids))
    return max(candidates, key=lambda coin: sum(in_coin(bid, coin, rates) is not None for bid in bids))


def _between(upper: Rung, lower: Rung, rates: Rates | None, *, coin: str | None = None) -> Money | None:
    """How far two neighbours are apart, in the lower one's coin unless another is named."""
    coin = coin or lower.offer.bid.currency
    high, low = in_coin(upper.offer.bid, coin, rates), in_coin(lower.offer.bid, coin, rates)
    return None if high is None or low is None else Money(max(high.amount - low.amount, Decimal(0)), coin)


def _to_win(coin: Coin, market: SpotMarket, wallets: tuple[Wallet, ...] | None, rates: Rates | None) -> ToWin:
    winning = winning_bid(market, coin.name, rates=rates)
    if isinstance(winning, NoAnswer):
        return ToWin(coin, winning)
    return ToWin(coin_of(Quote(winning.bid, fee_of(spot=True), spot=True), wallets), winning, over(winning, rates))
