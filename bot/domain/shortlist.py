"""A list of machines of which several are to be rented: as it was shown, and what has become of it since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.domain.batch import BatchPlan, Candidate, Price, Skip, State, cost_per_day, price_now
from bot.domain.catalogue import Catalogue, Unwanted
from bot.domain.found import Found
from bot.domain.market import Listing
from bot.domain.money import Money, Rates
from bot.domain.quote import Quote, can_pay, dollars_per_day, fee_of, quotes
from bot.domain.renting import effect
from bot.domain.spending import Wallet
from bot.domain.stop_setting import StopProblem
from bot.domain.wish import Wish, settled, untimely

MOST_CANDIDATES: Final = 40


def listed(found: Found) -> tuple[Candidate, ...]:
    """The machines of a list, in its order, at the prices on demand that it showed."""
    return tuple(
        Candidate(
            hit.listing.id,
            hit.listing.specs.title,
            tuple(
                Price(quote.price, usd)
                for quote in quotes(hit.listing)
                if (usd := dollars_per_day(quote, found.rates)) is not None
            ),
        )
        for hit in found.hits
    )


@dataclass(frozen=True, slots=True)
class Present:
    """What is known now. `own`: what this account offers itself; `blocked`: what the chat does not want."""

    catalogue: Catalogue
    wallets: tuple[Wallet, ...]
    own: Unwanted
    blocked: Unwanted


def looked_at(plan: BatchPlan, present: Present, now: datetime) -> BatchPlan:
    """The list beside what is known now: whatever cannot be rented any more is passed over. Nothing was asked for yet."""
    candidates = tuple(_looked_at(each, plan.stop, present, now) for each in plan.candidates)
    return replace(plan, candidates=candidates, checked_at=present.catalogue.read_at)


def _looked_at(each: Candidate, stop: Wish | None, present: Present, now: datetime) -> Candidate:
    listing = present.catalogue.find(each.server)
    found = _prices_now(each, listing, present)
    longest = listing.max_length if listing is not None else None
    if not isinstance(found, Skip) and stop is not None and untimely(stop, now, longest) is StopProblem.AFTER_END:
        found = Skip.STOP
    if isinstance(found, Skip):
        return replace(each, now=(), longest=longest, state=State.SKIPPED, skip=found)
    return replace(each, now=found, longest=longest, state=State.PENDING, skip=None)


def _prices_now(each: Candidate, listing: Listing | None, present: Present) -> tuple[Price, ...] | Skip:
    if listing is not None and present.own.holds(listing):
        return Skip.OWN
    if listing is not None and present.blocked.holds(listing):
        return Skip.BLOCKED
    looked = [price_now(price, listing) for price in each.prices]
    held = [_in_dollars(price, present.catalogue.rates) for price in looked if isinstance(price, Price)]
    if not held:
        return next((why for why in looked if isinstance(why, Skip)), Skip.NO_PRICE)
    paid = tuple(price for price in held if can_pay(_quote(price), present.wallets))
    return paid or Skip.NO_FUNDS


def _in_dollars(price: Price, rates: Rates | None) -> Price:
    """At the rate of now, where there is one."""
    usd = dollars_per_day(_quote(price), rates)
    return price if usd is None else replace(price, usd=usd)


def _quote(price: Price) -> Quote:
    return Quote(price.price, fee_of(spot=False))


def shortened(plan: BatchPlan) -> BatchPlan:
    """Only so many that can be rented, with those that are passed over among them."""
    able = 0
    for place, each in enumerate(plan.candidates):
        able += each.state is State.PENDING
        if able == MOST_CANDIDATES:
            return replace(plan, candidates=plan.candidates[: place + 1])
    return plan


def with_stops(
    plan: BatchPlan, wallets: Iterable[Wallet], burn: Mapping[str, Money], rates: Rates | None, now: datetime
) -> BatchPlan | StopProblem:
    """With the condition as it is to be armed, in each coin; or why the first ones cannot have it.

    `burn`: what runs already, per day, by coin. A coin of later ones in which it cannot be armed has none.
    """
    if plan.stop is None:
        return replace(plan, stops={})
    held, costs, stops = tuple(wallets), plan.costs, {}
    for coin in plan.coins:
        cost = costs[coin] if coin in costs else _dearest(plan, coin)
        lasts = effect(cost, held, burn).after
        found = settled(plan.stop, coin, now, longest=None, lasts=lasts, rates=rates)
        if not isinstance(found, StopProblem):
            stops[coin] = found
        elif coin in costs:
            return found
    return replace(plan, stops=stops)


def _dearest(plan: BatchPlan, coin: str) -> Money:
    """What a day of one of them costs at most, in a coin that some can be paid in."""
    prices = [price for each in plan.candidates if (price := each.price(coin)) is not None]
    return max(map(cost_per_day, prices))
