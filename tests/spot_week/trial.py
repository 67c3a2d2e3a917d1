"""One machine over days: the guard is polled and acts through faults, five rivals and the host do as they like.

Events follow each other in simulated time; nothing is sent over HTTP. What the guard does is checked against its rules as
it is done, and every change of the auction is written down for the judgement in hindsight.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from itertools import count
from random import Random

from bot.domain.guard import FRESH, Action, Guard, Move, Sight, Terms, settled, step
from bot.domain.ids import OrderId
from bot.domain.ledger import Cause, Ending, Result
from bot.domain.money import Money
from bot.domain.spot import SpotMarket
from bot.sandbox.clore.auction import worth
from bot.sandbox.clore.coins import BITCOIN, CLORE, LARGEST_STEP_DOWN, RATES_IN_USD, UNIT, USD, above
from tests.spot_week import hindsight
from tests.spot_week.hindsight import Moment, Poll
from tests.spot_week.machine import MINE, Machine, moment
from tests.spot_week.rivals import DAY, HOUR, MINUTE, STYLES, Rival

POLL_S = 60.0
JITTER = 0.1
RATES_CHANGE_S = 15 * MINUTE
COINS = (BITCOIN, BITCOIN, BITCOIN, CLORE, USD)
"""Of the guarded bid, machine after machine."""


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares. Of the polls: no answer; an answer with the state of the poll before, which does not say so. Of the requests:
    refused for their rate; carried out, and the answer lost; lost before they were carried out."""

    unread: float = 0.02
    old: float = 0.01
    busy: float = 0.03
    unanswered: float = 0.01
    lost: float = 0.01


@dataclass
class Outcome:
    """Hours within reach of the ceiling; money in dollars, by the rates of the start.

    `broken`: rules, by name. `overtaken`: raises within the ceiling by the rates that were read, and over it by those that
    had come until they arrived.
    """

    held_h: float = 0.0
    best_h: float = 0.0
    paid: float = 0.0
    best_paid: float = 0.0
    outbid: int = 0
    overtaken: int = 0
    moves: Counter[Move] = field(default_factory=Counter)
    refused: Counter[Cause] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, other: Outcome) -> None:
        self.held_h += other.held_h
        self.best_h += other.best_h
        self.paid += other.paid
        self.best_paid += other.best_paid
        self.outbid += other.outbid
        self.overtaken += other.overtaken
        self.moves += other.moves
        self.refused += other.refused
        self.broken += other.broken
        self.faults += other.faults

    @property
    def held(self) -> float:
        """Its share of the hours in hindsight."""
        return self.held_h / self.best_h

    @property
    def cost(self) -> float:
        """What it paid for all its hours, against what hindsight pays for all of its own."""
        return self.paid / self.best_paid

    def __str__(self) -> str:
        hourly = self.cost / self.held
        moves = ", ".join(f"{number} {move.value}" for move, number in sorted(self.moves.items(), key=str))
        refused = ", ".join(f"{number} {cause.value}" for cause, number in sorted(self.refused.items(), key=str))
        broken = ", ".join(f"{number} {rule}" for rule, number in sorted(self.broken.items()))
        faults = ", ".join(f"{number} {fault}" for fault, number in sorted(self.faults.items()))
        return (
            f"hours held, of those in hindsight    {self.held:.2%} ({self.held_h:.1f} of {self.best_h:.1f})\n"
            f"money paid, of that in hindsight     {self.cost:.2%} ({self.paid:.2f} of {self.best_paid:.2f} dollars)\n"
            f"money for each hour held             {hourly:.2%}\n"
            f"times the machine was lost           {self.outbid}\n"
            f"moves                                {moves}\n"
            f"refused                              {refused or 0}\n"
            f"faults of the API                    {faults or 0}\n"
            f"rules broken                         {broken or 0}\n"
            f"over the ceiling when it arrived     {self.overtaken}"
        )


def tried(number: int, *, seed: int, days: float, margin_percent: str = "0") -> Outcome:
    """One machine through all of it."""
    return Trial(number, seed, days, margin_percent=margin_percent, faults=Faults()).run()


class Trial:
    """`number`: of the machine, which decides the coin; with `seed` it decides everything else."""

    def __init__(self, number: int, seed: int, days: float, *, margin_percent: str, faults: Faults) -> None:
        self.random = random = Random(f"{seed} {number}")
        self.faults, self.end = faults, days * DAY
        self.coin = COINS[number % len(COINS)]
        self.usual = Decimal(f"{random.uniform(1.5, 6):.4f}")
        self.rates = dict(RATES_IN_USD)
        host = random.choice((BITCOIN, USD))
        self.asked = above(self.usual, host, self.rates)
        self.machine = Machine(self.rates, {host: self.asked})
        self.started = above(self.usual * Decimal(f"{random.uniform(1.0, 1.2):.4f}"), self.coin, self.rates)
        if random.random() < 0.5:
            self.machine.lowered[MINE] = -random.uniform(0, 600)  # by a person, before the guard was there
        self.machine.put(MINE, self.started, self.coin)
        ceiling = Money(self.usual * Decimal(f"{random.uniform(1.2, 1.6):.4f}"), USD)
        if random.random() < 0.3:
            ceiling = Money(above(ceiling.amount, self.coin, self.rates), self.coin)
        self.guard = Guard(OrderId(MINE), Terms(ceiling, Decimal(margin_percent)))
        self.shown: SpotMarket | None = None
        self.before: SpotMarket | None = None
        self.acted_at = -1.0
        self.timed = False
        self.outcome = Outcome()
        self.moments: list[Moment] = []
        self.polls: list[Poll] = []
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = count()

    def run(self) -> Outcome:
        self._plan(0.0, self._poll)
        for style in STYLES:
            rival = style(Random(self.random.random()), self.usual)
            self._rival_comes(rival, rival.begin())
        for day in range(int(self.end // DAY) + 1):
            for _ in range(2):
                self._plan(day * DAY + self.random.uniform(0, DAY), self._reprice)
        self._plan(RATES_CHANGE_S, self._rates_move)
        self._plan(self.random.expovariate(1 / (4 * DAY)), self._host_fails)
        self._plan(self.random.expovariate(1 / (5 * DAY)), self._tenant_comes)
        self._note(0.0)
        while self._events and self._events[0][0] < self.end:
            at, _, happen = heapq.heappop(self._events)
            happen(at)
            self._note(at)
        return self._judged()

    def _plan(self, at: float, happen: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (at, next(self._order), happen))

    # The others

    def _rival_comes(self, rival: Rival, at: float) -> None:
        self._plan(at, lambda now: self._rival_comes(rival, rival.act(self.machine, now)))

    def _reprice(self, _: float) -> None:
        for coin in self.machine.minimum:
            new = self.asked * Decimal(f"{self.random.uniform(0.93, 1.07):.4f}")
            self.machine.minimum[coin] = new.quantize(UNIT[coin])
        self.machine.contend()

    def _rates_move(self, at: float) -> None:
        for coin, much in ((BITCOIN, 0.001), (CLORE, 0.003)):
            factor = Decimal(f"{self.random.gauss(1, much):.6f}")
            back = (RATES_IN_USD[coin] / self.rates[coin] - 1) / 50
            self.rates[coin] = (self.rates[coin] * (factor + back)).quantize(Decimal("1e-8"))
        self.machine.contend()
        self._plan(at + RATES_CHANGE_S, self._rates_move)

    def _host_fails(self, at: float) -> None:
        self.machine.online = not self.machine.online
        self.machine.contend()
        away = self.random.uniform(10 * MINUTE, 40 * MINUTE)
        self._plan(at + (self.random.expovariate(1 / (4 * DAY)) if self.machine.online else away), self._host_fails)

    def _tenant_comes(self, at: float) -> None:
        self.machine.on_demand = not self.machine.on_demand
        self.machine.contend()
        stays = self.random.uniform(HOUR, 5 * HOUR)
        away = self.random.expovariate(1 / (5 * DAY))
        self._plan(at + (stays if self.machine.on_demand else away), self._tenant_comes)

    # The guard

    def _poll(self, at: float) -> None:
        self.polls.append(Poll(at, self._ceiling()))
        self._plan(at + POLL_S * self.random.uniform(1 - JITTER, 1 + JITTER), self._poll)
        now, luck = self.machine.reading(at), self.random.random()
        if luck < self.faults.unread:
            self.outcome.faults["not read"] += 1
        elif luck < self.faults.unread + self.faults.old and self.before is not None:
            self.outcome.faults["old reading"] += 1
            self.shown = replace(self.before, read_at=moment(at))
        else:
            self.shown = now
        self.before = now
        sight = Sight(self.shown, rented_on_demand=self.machine.on_demand)
        self.guard, action = step(self.guard, sight, moment(at))
        if action.price is not None:
            self.outcome.moves[action.move] += 1
            self._check(action, at)
            self._plan(at + self.random.uniform(0.4, 2.3), lambda then: self._request(action, then, tries=2))

    def _request(self, action: Action, at: float, tries: int) -> None:
        """As the bot changes a bid: what got no answer is looked up, and sent again where the bid is not the wanted one."""
        assert action.price is not None
        luck, faults = self.random.random(), self.faults
        if luck < faults.busy:
            self.outcome.faults["refused for its rate"] += 1
            return self._answered(Result(Ending.REFUSED, Cause.BUSY), at)
        result = Result(Ending.UNKNOWN, Cause.LOST)
        if luck >= faults.busy + faults.lost:
            result = self._carried_out(action, at)
            if luck >= faults.busy + faults.lost + faults.unanswered:
                return self._answered(result, at)
        self.outcome.faults["answer lost"] += 1
        later = at + self.random.uniform(2, 10)
        return self._plan(later, lambda then: self._look_up(action, then, tries - 1))

    def _look_up(self, action: Action, at: float, tries: int) -> None:
        assert action.price is not None
        if self.random.random() < self.faults.unread:
            self._answered(Result(Ending.UNKNOWN, Cause.LOST), at)
        elif self.machine.bids[MINE].amount == action.price.amount:
            self._answered(Result(Ending.DONE, Cause.SET), at)
        elif tries:
            self._request(action, at, tries)
        else:
            self._answered(Result(Ending.UNKNOWN, Cause.LOST), at)

    def _carried_out(self, action: Action, at: float) -> Result:
        assert action.price is not None
        timed = self.timed or self.machine.lowered.get(MINE, -1) >= 0
        result = self.machine.set_price(MINE, action.price, at)
        if action.move is Move.RAISE and result.ending is Ending.DONE and self._over(action.price, self.rates):
            self.outcome.overtaken += 1
        if result.ending is Ending.REFUSED:
            self.outcome.refused[result.cause] += 1
            if result.cause is Cause.TOO_SOON and timed:
                self.outcome.broken["the timer of lowering"] += 1
            if result.cause is Cause.STEP_TOO_BIG and self.guard.known.step is not None:
                self.outcome.broken["the floor of lowering"] += 1
        return result

    def _answered(self, result: Result, at: float) -> None:
        self.acted_at = at
        self.timed = self.timed or result.cause is Cause.TOO_SOON
        self.guard = settled(self.guard, result, moment(at))

    # The rules. A refusal that teaches what nobody could know breaks none; asking all the same after that does.

    def _check(self, action: Action, at: float) -> None:
        assert action.price is not None
        assert action.was is not None
        assert self.shown is not None
        broken = self.outcome.broken
        if moment(at) - self.shown.read_at > FRESH:
            broken["moved by an old reading"] += 1
        if self.shown.read_at <= moment(self.acted_at):
            broken["moved before the reading after its last move"] += 1
        if action.move is Move.RAISE:
            assert self.shown.rates is not None
            if self._over(action.price, self.shown.rates.usd):
                broken["over the ceiling"] += 1
            if action.price <= action.was:
                broken["a raise that lowers"] += 1
        elif action.price >= action.was:
            broken["a lowering that raises"] += 1

    def _over(self, price: Money, usd: Mapping[str, Decimal]) -> bool:
        """Whether a bid is over the ceiling by these rates, exactly."""
        ceiling = self.guard.terms.ceiling
        worth_of = {coin: Fraction(rate) for coin, rate in usd.items()}
        return Fraction(price.amount) * worth_of[price.currency] > Fraction(ceiling.amount) * worth_of[ceiling.currency]

    # What is written down

    def _note(self, at: float) -> None:
        machine = self.machine
        holds = machine.holder == MINE
        bid = int(machine.bids[MINE].amount / UNIT[self.coin])
        need = self._need() if machine.online and not machine.on_demand else None
        last = self.moments[-1] if self.moments else None
        if last is None or (last.need, last.bid, last.holds) != (need, bid, holds):
            if last is not None and last.holds and not holds:
                self.outcome.outbid += 1
            self.moments.append(Moment(at, need, bid, holds))

    def _need(self) -> int:
        """The least whole units that keep the machine: as much as the highest rival, and the host's minimum."""
        rivals = (bid for bid in self.machine.bids.values() if bid.order != MINE)
        dollars = max([self.machine.floor_usd, *(worth(bid, self.machine.rates) for bid in rivals)])
        units = (dollars / self.machine.rates[self.coin] / UNIT[self.coin]).quantize(Decimal("1e-6"))
        return int(units.to_integral_value(ROUND_CEILING))

    def _ceiling(self) -> int:
        ceiling = self.guard.terms.ceiling
        here = ceiling.amount * self.machine.rates[ceiling.currency] / self.machine.rates[self.coin]
        return int((here / UNIT[self.coin]).to_integral_value(ROUND_FLOOR))

    def _judged(self) -> Outcome:
        path = hindsight.turns(self.moments, self.polls, self.end)
        step_units = int(LARGEST_STEP_DOWN[self.coin] / UNIT[self.coin])
        best = hindsight.cheapest(path, int(self.started / UNIT[self.coin]), step_units)
        dollars = float(UNIT[self.coin] * RATES_IN_USD[self.coin]) / DAY
        outcome = self.outcome
        outcome.held_h = sum(turn.guard_held for turn in path) / HOUR
        outcome.best_h = sum(turn.seconds for turn in path) / HOUR
        outcome.paid = sum(turn.guard_paid for turn in path) * dollars
        outcome.best_paid = best * dollars
        return outcome
