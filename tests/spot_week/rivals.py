"""Five rivals with a style each: when they look at a machine, and what they bid there.

Each has its own purse: what a machine is worth to it, as a multiple of the host's first minimum. `act` is called at the
time that the last call gave, and gives the next; times are seconds since the start.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from decimal import Decimal
from random import Random

from bot.sandbox.clore.auction import worth
from bot.sandbox.clore.coins import BITCOIN, CLORE, USD, above
from tests.spot_week.machine import Machine

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0


class Rival(ABC):
    """`number`: of its order, one for each style. `usual`: the host's first minimum in dollars."""

    number: int
    coin = BITCOIN

    def __init__(self, random: Random, usual: Decimal) -> None:
        self.random = random
        self.usual = usual

    @abstractmethod
    def begin(self) -> float: ...

    @abstractmethod
    def act(self, machine: Machine, at: float) -> float: ...

    def times(self, low: float, high: float) -> Decimal:
        return Decimal(f"{self.random.uniform(low, high):.4f}")

    def within(self, low: float, high: float) -> float:
        return self.random.uniform(low, high)

    def bid(self, machine: Machine, dollars: Decimal) -> None:
        machine.put(self.number, above(dollars, self.coin, machine.rates), self.coin)

    def highest(self, machine: Machine) -> Decimal:
        """What it has to beat, in dollars."""
        others = (worth(bid, machine.rates) for bid in machine.bids.values() if bid.order != self.number)
        return max(others, default=machine.floor_usd)


class Squatter(Rival):
    """Bids once, a little over the minimum, and stays for hours."""

    number = 1

    def begin(self) -> float:
        return self.within(0, 12 * HOUR)

    def act(self, machine: Machine, at: float) -> float:
        if self.number in machine.bids:
            machine.withdraw(self.number)
        else:
            self.bid(machine, self.usual * self.times(1.0, 1.25))
        return at + self.within(4 * HOUR, 20 * HOUR)


class Climber(Rival):
    """Answers whoever is over it after some minutes, a hundredth more each time, until its purse is empty."""

    number = 2

    def begin(self) -> float:
        self.until, self.most = 0.0, Decimal(0)
        return self.within(0, 8 * HOUR)

    def act(self, machine: Machine, at: float) -> float:
        if not self.until:
            self.until, self.most = at + self.within(HOUR, 3 * HOUR), self.usual * self.times(1.05, 1.6)
        wanted = self.highest(machine) * Decimal("1.01")
        if at >= self.until or (wanted > self.most and machine.holder != self.number):
            machine.withdraw(self.number)
            self.until = 0.0
            return at + self.within(5 * HOUR, 12 * HOUR)
        if machine.holder != self.number:
            self.bid(machine, wanted)
        return at + self.within(3 * MINUTE, 12 * MINUTE)


class Sniper(Rival):
    """Comes at three in the morning with a quarter more than anybody, and is gone before six."""

    number = 3
    coin = USD

    def begin(self) -> float:
        return 3 * HOUR + self.within(-HOUR / 2, HOUR / 2)

    def act(self, machine: Machine, at: float) -> float:
        if self.number in machine.bids:
            machine.withdraw(self.number)
            night = (at // DAY + 1) * DAY
            return night + self.begin()
        if self.random.random() < 0.4:
            return at + DAY
        self.bid(machine, self.highest(machine) * Decimal("1.25"))
        return at + self.within(40 * MINUTE, 150 * MINUTE)


class Flicker(Rival):
    """Takes the machine for a job of some minutes, at whatever that takes within reason."""

    number = 4

    def begin(self) -> float:
        return self.within(0, 9 * HOUR)

    def act(self, machine: Machine, at: float) -> float:
        wanted = self.highest(machine) * self.times(1.005, 1.08)
        if self.number not in machine.bids and wanted <= self.usual * Decimal("1.6"):
            self.bid(machine, wanted)
            return at + self.within(10 * MINUTE, 40 * MINUTE)
        machine.withdraw(self.number)
        return at + self.within(3 * HOUR, 9 * HOUR)


class Drifter(Rival):
    """Always there, in CLORE; changes its price a little every hour, up and down."""

    number = 5
    coin = CLORE

    def begin(self) -> float:
        self.price = self.usual * self.times(0.95, 1.15)
        return 0.0

    def act(self, machine: Machine, at: float) -> float:
        middle = self.usual * Decimal("1.05")
        self.price += (middle - self.price) / 10 + self.usual * self.times(-0.03, 0.03)
        self.bid(machine, self.price)
        return at + self.within(30 * MINUTE, 90 * MINUTE)


STYLES = (Squatter, Climber, Sniper, Flicker, Drifter)
