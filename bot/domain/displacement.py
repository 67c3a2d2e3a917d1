"""Why a spot bid lost its machine, and how it came to hold it again: what the readings show, and no more.

A bid holds its machine while its offer is active. It loses it to a higher bid or to a tenant on demand; what CLORE.AI
does with a bid below a raised minimum, on a server that its host hides, or without funds is not documented, so that
these are said to be so, and never more. Bids in different coins are compared by the rates that came with the auction,
else by those given; without a rate nothing is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from bot.domain.ids import OrderId
from bot.domain.ledger import BidChange
from bot.domain.market import OnDemand
from bot.domain.money import Money, Rates
from bot.domain.rental import Order
from bot.domain.spending import Wallet, about_empty
from bot.domain.spot import Offer, SpotMarket, in_coin, own_bid


class Loss(Enum):
    """What keeps a bid from its machine."""

    NO_AUCTION = auto()
    HIGHER_BID = auto()  # it holds the machine; beside another reason it waits, in front of this bid
    OTHER_BID = auto()  # it holds the machine, and no rate shows it to be higher
    OFFLINE = auto()
    ON_DEMAND = auto()  # by the marketplace; its tenant comes before every bid
    MINIMUM = auto()  # the host's minimum is above the bid
    HIDDEN = auto()
    NO_FUNDS = auto()  # the wallet of its coin is about empty
    UNKNOWN = auto()  # no bid holds the machine, and no reading says why


NO_BID_HELPS = frozenset({Loss.NO_AUCTION, Loss.OFFLINE, Loss.ON_DEMAND, Loss.HIDDEN})


@dataclass(frozen=True, slots=True)
class Displacement:
    """What happened to a bid, with the figures behind it; money is per day, before the fee.

    `decides`: the reason that stands above the others; `also`: what holds beside it. `rival`: the bid that holds the
    machine, else the highest one in front; `above`: how far it is over `own`, in the coin of `own` and unrounded, never
    zero or below; `None` where no rate tells. `minimum`: the host's, where it is above `own`; `minimum_before`: as last
    read while the bid held. `lowered_from`: what the bid was then, where it is lower now.
    """

    own: Money
    decides: Loss
    also: tuple[Loss, ...] = ()
    rival: Offer | None = None
    above: Money | None = None
    minimum: Money | None = None
    minimum_before: Money | None = None
    lowered_from: Money | None = None

    @property
    def reasons(self) -> frozenset[Loss]:
        return frozenset({self.decides, *self.also})

    @property
    def raise_helps(self) -> bool:
        """Whether a higher bid can get the machine now. Where it is not known why no bid has it, none is said to."""
        helps = {Loss.HIGHER_BID, Loss.OTHER_BID, Loss.MINIMUM}
        return self.decides in helps and not self.reasons & NO_BID_HELPS


def displacement(
    order: Order,
    market: SpotMarket,
    *,
    before: SpotMarket | None = None,
    on_demand: OnDemand | None = None,
    wallets: Iterable[Wallet] | None = None,
    rates: Rates | None = None,
) -> Displacement:
    """Why the bid of `order` does not hold its machine by `market`.

    `before`: the auction as last read while it did. `on_demand`: what the marketplace says of the server, where it says
    something. `wallets`: read since the bid was lost. What was the same while the bid held decides nothing.
    """
    rates = market.rates or rates
    own = own_bid(order, market, before)
    rival, above = _rival(order.id, own, market, rates)
    holds = rival is not None and rival.active
    least, least_before = (_least(own.currency, each) for each in (market, before))
    raised = least is not None and least > own and (least_before is None or least_before < least)
    seen = (
        (Loss.NO_AUCTION, not market.exists, True),
        (Loss.OTHER_BID if above is None else Loss.HIGHER_BID, holds, True),
        (Loss.OFFLINE, market.online is False, before is None or before.online is not False),
        (Loss.ON_DEMAND, market.holder is None and _rented_since(on_demand, before), True),
        (Loss.MINIMUM, raised, True),
        (Loss.HIDDEN, not market.public, before is None or before.public),
        (Loss.NO_FUNDS, wallets is not None and about_empty(wallets, order.cost_per_day), True),
        (Loss.HIGHER_BID, rival is not None and not holds, False),
    )
    there = [(loss, news) for loss, shown, news in seen if shown]
    decides = next((loss for loss, news in there if news), Loss.UNKNOWN)
    held_at = before.find(order.id) if before else None
    was = held_at.bid if held_at and held_at.bid.currency == own.currency else None
    return Displacement(
        own,
        decides,
        tuple(loss for loss, _ in there if loss is not decides),
        rival,
        above,
        minimum=least if raised else None,
        minimum_before=least_before if raised else None,
        lowered_from=was if was is not None and was > own else None,
    )


def _rival(order: OrderId, own: Money, market: SpotMarket, rates: Rates | None) -> tuple[Offer | None, Money | None]:
    """The stranger's bid that holds the machine, else the highest of those that are known to be higher; by how much."""
    others = [offer for offer in market.offers if offer.id != order and not offer.mine]
    holder = next((offer for offer in others if offer.active), None)
    if holder is not None:
        return holder, _above(holder, own, rates)
    if market.holder is not None:
        return None, None
    higher = [(above.amount, offer, above) for offer in others if (above := _above(offer, own, rates)) is not None]
    best = max(higher, key=lambda each: (each[0], -each[1].id), default=None)
    return (None, None) if best is None else (best[1], best[2])


def _above(offer: Offer, own: Money, rates: Rates | None) -> Money | None:
    there = in_coin(offer.bid, own.currency, rates)
    return there - own if there is not None and there > own else None


def _least(currency: str, market: SpotMarket | None) -> Money | None:
    """The host's minimum in this very coin: one that is worked out by a rate moves with the rate."""
    amount = market.minimum.get(currency) if market else None
    return None if amount is None else Money(amount, currency)


def _rented_since(on_demand: OnDemand | None, before: SpotMarket | None) -> bool:
    """A marketplace that was read while the bid still held says nothing of what came after."""
    if on_demand is None or not on_demand.rented:
        return False
    return before is None or on_demand.read_at > before.read_at


class Regain(Enum):
    """What gave the machine back."""

    RAISED = auto()  # the bid, through this installation
    GUARD = auto()  # the bid, by its guard
    RAISED_ELSEWHERE = auto()  # the bid is higher than it was, and no change of this installation shows why
    OWN_OTHER = auto()  # another bid of the same account holds it
    RIVAL_LEFT = auto()
    RIVAL_LOWERED = auto()
    TENANT_LEFT = auto()  # the tenant on demand
    MINIMUM_LOWERED = auto()
    ONLINE = auto()  # the host is back
    SHOWN = auto()  # the host shows the server again
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class WonBack:
    """`bid`: what holds the machine now. `was`: what it was before a raise, or the rival's bid that is no more.

    `now`: what that rival bids now, or what the host's minimum is now.
    """

    by: Regain
    bid: Money
    was: Money | None = None
    now: Money | None = None


def won_back(
    order: Order,
    market: SpotMarket,
    *,
    lost: SpotMarket | None = None,
    changes: Sequence[BidChange] = (),
    tenant: OnDemand | None = None,
    rates: Rates | None = None,
) -> WonBack:
    """How the bid of `order` came to hold its machine again, by `market`.

    `lost`: the auction as last read while it did not. `changes`: of the bid, made since by this installation and not
    known to have failed, the oldest first. `tenant`: what the marketplace said of the server meanwhile.
    """
    bid = own_bid(order, market)
    if market.holder is not None and market.holder.mine and market.holder.id != order.id:
        return WonBack(Regain.OWN_OTHER, market.holder.bid)
    if lost is None:
        return WonBack(Regain.UNKNOWN, bid)
    rates, was = market.rates or rates, own_bid(order, lost)
    rival = lost.holder if lost.holder and not lost.holder.mine else None
    higher = bid.currency == was.currency and bid > was
    if higher and (rival is None or not _lower(bid, rival.bid, rates)):
        return WonBack(_raised_by(changes, bid), bid, was)
    if rival is not None:
        return _without(rival, bid, market, rates)
    return WonBack(_host_or_tenant(was, market, lost, tenant), bid, now=_least(bid.currency, market))


def _raised_by(changes: Sequence[BidChange], bid: Money) -> Regain:
    last = next((change for change in reversed(changes) if change.price == bid), None)
    if last is None:
        return Regain.RAISED_ELSEWHERE
    return Regain.RAISED if last.guard is None else Regain.GUARD


def _without(rival: Offer, bid: Money, market: SpotMarket, rates: Rates | None) -> WonBack:
    now = market.find(rival.id)
    if now is None:
        return WonBack(Regain.RIVAL_LEFT, bid, rival.bid)
    if _lower(now.bid, rival.bid, rates):
        return WonBack(Regain.RIVAL_LOWERED, bid, rival.bid, now.bid)
    return WonBack(Regain.UNKNOWN, bid)


def _host_or_tenant(was: Money, market: SpotMarket, lost: SpotMarket, tenant: OnDemand | None) -> Regain:
    if lost.online is False:
        return Regain.ONLINE if market.online else Regain.UNKNOWN
    if tenant is not None and tenant.rented and tenant.read_at <= market.read_at:
        return Regain.TENANT_LEFT
    least, least_before = (_least(was.currency, each) for each in (market, lost))
    if least is not None and least_before is not None and least <= was < least_before:
        return Regain.MINIMUM_LOWERED
    return Regain.SHOWN if market.public and not lost.public else Regain.UNKNOWN


def _lower(bid: Money, other: Money, rates: Rates | None) -> bool:
    """Whether it is known to be."""
    here = in_coin(bid, other.currency, rates)
    return here is not None and here < other
