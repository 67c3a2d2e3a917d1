"""Several machines rented one after the other: what was asked for, how far it is, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Final

from bot.domain.draft import Draft
from bot.domain.ids import NO_RESULTS, OrderId, ResultsId, ServerId
from bot.domain.ledger import Cause, Ending, Result
from bot.domain.market import Listing
from bot.domain.money import Money, with_fee
from bot.domain.quote import fee_of
from bot.domain.wish import Wish, untimely

COUNTS: Final = (2, 3, 5, 10)
MOST_WANTED: Final = 20
CENT: Final = Decimal("0.01")
SLACK: Final = Decimal("1.05")
"""The budget that is offered: where a machine is taken meanwhile, the next one may cost a little more."""
MOST_DETAIL: Final = 200
AWAY: Final = timedelta(minutes=10)
"""What stood still for longer, because the bot was away, is not gone on with: prices and plans have changed since."""


class State(StrEnum):
    PENDING = "pending"
    SKIPPED = "skipped"  # not asked for; `skip` says why
    ASKED = "asked"
    RENTED = "rented"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Skip(StrEnum):
    """Why a machine of the list is not asked for."""

    GONE = "gone"  # not listed now
    TAKEN = "taken"
    DEARER = "dearer"  # than it was when it was shown
    COIN = "coin"  # its host does not take the coin
    NO_PRICE = "no price"  # none on demand that is known in dollars
    NO_FUNDS = "no funds"  # no wallet reaches for an hour of it
    OWN = "own"  # nobody rents a machine of their own
    BLOCKED = "blocked"
    STOP = "stop"  # the stop condition cannot be set for it
    BUDGET = "budget"


class Why(StrEnum):
    """Why nothing more is rented."""

    ALL = "all"
    BUDGET = "budget"
    NO_MORE = "no more"
    STOPPED = "stopped"
    UNKNOWN = "unknown"  # one may or may not be rented, and the next could be one too many
    CAUSE = "cause"  # what refused the last one would refuse each
    AWAY = "away"
    DAMAGED = "damaged"  # its variables or passwords cannot be read any more


FOR_ALL: Final = frozenset(
    {
        *(Cause.KEY_REJECTED, Cause.NO_FUNDS, Cause.FULL, Cause.BUSY, Cause.UNREACHABLE),
        *(Cause.INVALID, Cause.TOO_LATE),
    }
)
"""What would refuse the next machine just as well."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a machine costs in one coin: `price` per day before the fee, `usd` per day with it."""

    price: Money
    usd: Decimal


@dataclass(frozen=True, slots=True)
class Candidate:
    """One machine of the list. `prices`: as they were shown, in every coin.

    `now`: those of them that hold still and can be paid, none above the one shown; `None`: not looked at since.
    `usd`: what it costs a day with the fee, once it was asked for. `cause`: why it was not rented, and `detail`: in
    CLORE.AI's own words; `skip`: why it was not even asked for.
    """

    server: ServerId
    title: str
    prices: tuple[Price, ...]
    now: tuple[Price, ...] | None = None
    longest: timedelta | None = None
    state: State = State.PENDING
    skip: Skip | None = None
    entry: int | None = None
    order: OrderId | None = None
    cause: Cause | None = None
    usd: Decimal | None = None
    detail: str = ""

    def price(self, coin: str | None) -> Price | None:
        """In that coin; `None`: in whichever is cheapest. Nothing where it cannot be had so."""
        known = self.prices if self.now is None else self.now
        offered = [price for price in known if coin is None or price.price.currency == coin]
        return min(offered, key=lambda price: price.usd, default=None)


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """`candidates`: a list that a person looked at, as of `found_at`, in its order; `anew`: that list was not kept, so
    the same search was made again. `checked_at`: the marketplace by which it was looked at once more.

    `draft`: how each is rented, without server, coin, price and secrets; `template`: the name of what it came from.
    `budget`: dollars a day with fees, `None` for the one that is offered. `stop`: how each is to end, as it was said, and
    `stops`: as it is armed, by the coin that pays. `steps` counts what happened since the start, the last of it at
    `moved_at`. `ended`: why nothing more is rented; `cause`: with `Why.CAUSE`.
    """

    candidates: tuple[Candidate, ...]
    found_at: datetime
    checked_at: datetime | None = None
    anew: bool = False
    draft: Draft = field(default_factory=Draft)
    results: ResultsId = NO_RESULTS
    template: str | None = None
    wanted: int = 2
    coin: str | None = None
    budget: Decimal | None = None
    stop: Wish | None = None
    stops: Mapping[str, Wish] = field(default_factory=dict)
    began_at: datetime | None = None
    moved_at: datetime | None = None
    steps: int = 0
    ended: Why | None = None
    cause: Cause | None = None

    def of(self, *states: State) -> tuple[Candidate, ...]:
        return tuple(each for each in self.candidates if each.state in states)

    @property
    def rented(self) -> tuple[Candidate, ...]:
        return self.of(State.RENTED)

    @property
    def coins(self) -> tuple[str, ...]:
        """Those in which some of them can be paid."""
        known = [each.prices if each.now is None else each.now for each in self.candidates]
        return tuple(sorted({price.price.currency for prices in known for price in prices}))

    @property
    def usd_rented(self) -> Decimal:
        """A day with fees; what may be rented counts too."""
        counted = self.of(State.RENTED, State.ASKED, State.UNKNOWN)
        return sum((each.usd for each in counted if each.usd is not None), Decimal(0))

    @property
    def first(self) -> tuple[Price, ...]:
        """The prices of as many as are wanted, in the order of the list; fewer where there are not so many."""
        return tuple(price for _, price in _wanted(self))

    @property
    def costs(self) -> dict[str, Money]:
        """What the first ones cost a day with fees, by coin."""
        found: dict[str, Money] = {}
        for price in self.first:
            cost = cost_per_day(price)
            found[cost.currency] = found[cost.currency] + cost if cost.currency in found else cost
        return found

    @property
    def longest(self) -> timedelta | None:
        """The greatest maximum length in the list; `None` where one is not known."""
        lengths = [each.longest for each in self.candidates if each.state is not State.SKIPPED]
        known = [length for length in lengths if length is not None]
        return max(known) if known and len(known) == len(lengths) else None

    @property
    def chosen(self) -> tuple[Candidate, ...]:
        """The machines of those first prices."""
        return tuple(each for each, _ in _wanted(self))

    @property
    def usd_first(self) -> Decimal:
        return sum((price.usd for price in self.first), Decimal(0))

    @property
    def limit(self) -> Decimal:
        """The budget: as typed, or what the first ones cost and a little more, in whole cents."""
        return self.budget if self.budget is not None else (self.usd_first * SLACK).quantize(CENT, ROUND_CEILING)


@dataclass(frozen=True, slots=True)
class Rent:
    """Ask for this one next, at no more than this price."""

    place: int
    price: Price


@dataclass(frozen=True, slots=True)
class Await:
    """Nothing before the end of this one is known."""

    place: int


@dataclass(frozen=True, slots=True)
class Done:
    why: Why
    cause: Cause | None = None


Next = Rent | Await | Done


def next_step(plan: BatchPlan, now: datetime, *, stopping: bool) -> Next:
    """One at a time: the next only once it is known what became of the one before."""
    if plan.ended is not None:
        return Done(plan.ended, plan.cause)
    for place, each in enumerate(plan.candidates):
        if each.state is State.ASKED:
            return Await(place)
    if len(plan.rented) >= plan.wanted:
        return Done(Why.ALL)
    if plan.of(State.UNKNOWN):
        return Done(Why.UNKNOWN)
    if stopping:
        return Done(Why.STOPPED)
    if (cause := _for_all(plan)) is not None:
        return Done(Why.CAUSE, cause)
    if plan.moved_at is not None and now - plan.moved_at > AWAY:
        return Done(Why.AWAY)
    return _cheap_enough(plan)


def _for_all(plan: BatchPlan) -> Cause | None:
    return next((each.cause for each in plan.of(State.REFUSED) if each.cause in FOR_ALL), None)


def _cheap_enough(plan: BatchPlan) -> Rent | Done:
    """The next of the list that the budget has room for."""
    left, too_dear = plan.limit - plan.usd_rented, False
    for place, price in _open(plan):
        if price.usd <= left:
            return Rent(place, price)
        too_dear = True
    return Done(Why.BUDGET if too_dear else Why.NO_MORE)


def _open(plan: BatchPlan) -> Iterator[tuple[int, Price]]:
    for place, each in enumerate(plan.candidates):
        price = each.price(plan.coin)
        if each.state is State.PENDING and price is not None:
            yield place, price


def _wanted(plan: BatchPlan) -> list[tuple[Candidate, Price]]:
    of_list = [(each, each.price(plan.coin)) for each in plan.candidates if each.state is not State.SKIPPED]
    return [(each, price) for each, price in of_list if price is not None][: plan.wanted]


def cost_per_day(price: Price) -> Money:
    """With the fee."""
    return with_fee(price.price, fee_of(spot=False))


def price_now(shown: Price, listing: Listing | None) -> Price | Skip:
    """What the machine costs in a fresh copy of the marketplace: as shown or less; else why it is passed over."""
    coin = shown.price.currency
    if listing is None:
        return Skip.GONE
    if listing.rented:
        return Skip.TAKEN
    if listing.allowed_coins is not None and coin not in listing.allowed_coins:
        return Skip.COIN
    amount = listing.on_demand.get(coin)
    if amount is None or amount <= 0:
        return Skip.COIN
    if amount > shown.price.amount:
        return Skip.DEARER
    return Price(Money(amount, coin), shown.usd * amount / shown.price.amount)


@dataclass(frozen=True, slots=True)
class Go:
    """It can be asked for now. `stop`: what is armed once its order is found."""

    price: Price
    stop: Wish | None


def still(plan: BatchPlan, shown: Price, listing: Listing | None, now: datetime) -> Go | Skip:
    """Whether a machine can be asked for, by a fresh copy of the marketplace: never above the price that was confirmed."""
    price = price_now(shown, listing)
    if isinstance(price, Skip) or plan.stop is None:
        return price if isinstance(price, Skip) else Go(price, None)
    stop = plan.stops.get(shown.price.currency)
    longest = listing.max_length if listing is not None else None
    return Skip.STOP if stop is None or untimely(stop, now, longest) else Go(price, stop)


def asked(plan: BatchPlan, place: int, entry: int, price: Price, now: datetime) -> BatchPlan:
    """The request of this one has its row."""
    return _with(_passed(plan, place), place, now, state=State.ASKED, entry=entry, usd=price.usd)


def skipped(plan: BatchPlan, place: int, skip: Skip, now: datetime) -> BatchPlan:
    """Nothing is sent for this one; the next of the list comes."""
    return _with(_passed(plan, place), place, now, state=State.SKIPPED, skip=skip)


def left_out(plan: BatchPlan, place: int, cause: Cause, now: datetime) -> BatchPlan:
    """Nothing was sent for this one."""
    return _with(_passed(plan, place), place, now, state=State.REFUSED, cause=cause, usd=None)


def settled(plan: BatchPlan, place: int, result: Result | None, now: datetime) -> BatchPlan:
    """What became of it; `None`: its row is gone, so nobody can say."""
    if result is None:
        return _with(plan, place, now, state=State.UNKNOWN, cause=Cause.LOST)
    match result.ending:
        case Ending.DONE:
            return _with(plan, place, now, state=State.RENTED, order=result.order)
        case Ending.UNKNOWN:
            return _with(plan, place, now, state=State.UNKNOWN, cause=result.cause)
        case _:
            return _with(
                plan, place, now, state=State.REFUSED, cause=result.cause, usd=None, detail=result.detail[:MOST_DETAIL]
            )


def ended(plan: BatchPlan, done: Done, now: datetime) -> BatchPlan:
    through = done.why in {Why.BUDGET, Why.NO_MORE}
    plan = _passed(plan, len(plan.candidates)) if through else plan
    return replace(plan, ended=done.why, cause=done.cause, steps=plan.steps + 1, moved_at=now)


def _passed(plan: BatchPlan, place: int) -> BatchPlan:
    """Those before this one that were passed over have their reason: the budget only shrinks, so it is for good."""
    before = tuple(_too_dear(each, plan.coin) for each in plan.candidates[:place])
    return replace(plan, candidates=(*before, *plan.candidates[place:]))


def _too_dear(each: Candidate, coin: str | None) -> Candidate:
    if each.state is not State.PENDING:
        return each
    return replace(each, state=State.SKIPPED, skip=Skip.BUDGET if each.price(coin) else Skip.COIN)


def _with(plan: BatchPlan, place: int, now: datetime, **change: object) -> BatchPlan:
    changed = replace(plan.candidates[place], **change)  # type: ignore[arg-type]
    before, after = plan.candidates[:place], plan.candidates[place + 1 :]
    return replace(plan, candidates=(*before, changed, *after), steps=plan.steps + 1, moved_at=now)
