"""Choosing the terms of a guard: what is proposed, what is offered, what is typed, and why one is not taken.

All limits are per day and before the fee, as CLORE.AI counts bids.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from typing import Final

from bot.domain.guard import Terms
from bot.domain.ladder import on_demand_quote
from bot.domain.market import Listing
from bot.domain.money import Money, Rates, round_down, round_up
from bot.domain.spot import Offer, SpotMarket, Winning, in_coin, winning_bid
from bot.domain.stop_setting import StopProblem, read_amount, read_span

PROPOSED_PERCENT: Final = 125
"""Of the bid, or of what wins now where that is more: the ceiling that is proposed where no price on demand is known."""
CEILING_PERCENTS: Final = (110, 125, 150, 200)
MARGIN_PERCENTS: Final = (0, 1, 2, 5, 10)
PAUSE_MINUTES: Final = (1, 5, 10, 30, 60)
BUDGET_PERCENTS: Final = (10, 25, 50, 100)
"""Of the bid."""
MOST_MARGIN: Final = Decimal(100)
LONGEST_PAUSE: Final = timedelta(days=1)

_PERCENT: Final = re.compile(r"(\d{1,3}(?:[.,]\d{1,4})?)\s*(?:%|percent)?", re.IGNORECASE)
_NONE: Final = frozenset({"no", "none", "off", "-"})


class Term(Enum):
    """What its owner chooses. The values stand in buttons."""

    CEILING = "ceiling"
    MARGIN = "margin"
    PAUSE = "pause"
    BUDGET = "budget"


class Basis(Enum):
    """Where a proposed ceiling comes from."""

    ON_DEMAND = "on demand"  # the bid that costs as much with its fee as the machine does on demand
    WINS = "wins"  # `PROPOSED_PERCENT` of what wins now
    BID = "bid"  # `PROPOSED_PERCENT` of the bid


class GuardProblem(Enum):
    """Why a term is not taken; nothing was changed then."""

    NOT_AN_AMOUNT = "not an amount"
    OTHER_COIN = "other coin"
    NOT_A_PERCENTAGE = "not a percentage"
    TOO_MUCH = "more than 100 %"
    NOT_A_SPAN = "not a span of time"
    TOO_LONG = "longer than a day"


@dataclass(frozen=True, slots=True)
class Bid:
    """What a choice is made by. `wins`: the smallest bid that holds the machine now, `None` where none can be named.

    `on_demand`: the bid that costs as much with its fee as the machine does on demand; `None`: not known.
    """

    bid: Money
    wins: Money | None = None
    on_demand: Money | None = None

    @property
    def base(self) -> Money:
        """The bid, or what wins now where that is more: what ceilings are counted from."""
        return self.bid if self.wins is None else max(self.bid, self.wins, key=lambda money: money.amount)


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that is offered. `word`: what its button carries."""

    word: str
    terms: Terms
    percent: int | None = None


def seen(offer: Offer, market: SpotMarket, listing: Listing | None, fee_percent: Decimal, rates: Rates | None) -> Bid:
    """By this reading of the auction and the marketplace."""
    coin = offer.bid.currency
    winning = winning_bid(market, coin, own=offer.id, rates=rates)
    quote = on_demand_quote(listing, coin, rates)
    cost = in_coin(quote.per_day, coin, rates) if quote is not None else None
    as_bid = round_down(cost / (1 + fee_percent / 100)) if cost is not None else None
    return Bid(
        offer.bid,
        winning.bid if isinstance(winning, Winning) else None,
        as_bid if as_bid is not None and as_bid.amount > 0 else None,
    )


def proposed(found: Bid) -> tuple[Terms, Basis]:
    """Sensible terms for a bid that has none yet."""
    if found.on_demand is not None:
        return Terms(found.on_demand), Basis.ON_DEMAND
    basis = Basis.BID if found.base == found.bid else Basis.WINS
    return Terms(_share(found.base, PROPOSED_PERCENT)), basis


def choices(term: Term, terms: Terms, found: Bid) -> tuple[Choice, ...]:
    """What is offered for this term, beside what can be typed."""
    match term:
        case Term.CEILING:
            many = [
                Choice(f"x{percent}", replace(terms, ceiling=_share(found.base, percent)), percent)
                for percent in CEILING_PERCENTS
            ]
            demanded = () if found.on_demand is None else (Choice("demand", replace(terms, ceiling=found.on_demand)),)
            return (*demanded, *many)
        case Term.MARGIN:
            return tuple(
                Choice(f"m{percent}", replace(terms, margin_percent=Decimal(percent)), percent)
                for percent in MARGIN_PERCENTS
            )
        case Term.PAUSE:
            return tuple(
                Choice(f"p{minutes}", replace(terms, pause=timedelta(minutes=minutes))) for minutes in PAUSE_MINUTES
            )
        case Term.BUDGET:
            shares = (
                Choice(f"b{percent}", replace(terms, budget=_share(found.bid, percent)), percent)
                for percent in BUDGET_PERCENTS
            )
            return (Choice("none", replace(terms, budget=None)), *shares)


def read(term: Term, text: str, terms: Terms, coin: str) -> Terms | GuardProblem:
    """The terms with what was typed: `5 usd`, `0.00008` in the bid's `coin`, `2.5 %`, `10 min`, `none`."""
    words = " ".join(text.split())
    match term:
        case Term.CEILING:
            money = _amount(words, coin)
            return money if isinstance(money, GuardProblem) else replace(terms, ceiling=money)
        case Term.MARGIN:
            found = _PERCENT.fullmatch(words)
            if found is None:
                return GuardProblem.NOT_A_PERCENTAGE
            percent = Decimal(found[1].replace(",", "."))
            return GuardProblem.TOO_MUCH if percent > MOST_MARGIN else replace(terms, margin_percent=percent)
        case Term.PAUSE:
            span = read_span(words)
            if span is None:
                return GuardProblem.NOT_A_SPAN
            return GuardProblem.TOO_LONG if span > LONGEST_PAUSE else replace(terms, pause=span)
        case Term.BUDGET:
            if words.casefold() in _NONE:
                return replace(terms, budget=None)
            money = _amount(words, coin)
            return money if isinstance(money, GuardProblem) else replace(terms, budget=money)


def _amount(words: str, coin: str) -> Money | GuardProblem:
    """A bare number is one of the bid's own coin."""
    money = read_amount(words, coin)
    if money is StopProblem.NO_COIN:
        money = read_amount(f"{words} {coin}", coin)
    match money:
        case Money():
            return money
        case StopProblem.OTHER_COIN:
            return GuardProblem.OTHER_COIN
        case _:
            return GuardProblem.NOT_AN_AMOUNT


def _share(money: Money, percent: int) -> Money:
    """In whole units, rounded up: a share of a small bid is not nothing."""
    return round_up(money * percent / 100)
