"""The best that any policy could have done, had it known everything beforehand: most hours first, then least money.

It meets the same rivals' bids, prices of the host and rates, moment by moment, as the guard met (those that answer others
answered the guard). It moves at the same polls and under the same rules: the machine holds for the highest bid in whole
units (an equal one holds what it has), nothing is bid over the ceiling by the rate of the poll, a bid may be raised at any
poll, and lowered once in 600 seconds by the largest step, which it knows. No request of it fails, and none takes time.

*Hours.* Between two polls the bid stands, so a stretch of time can be held where the bid that it takes is within the
ceiling of the poll before. All of those can be held together: a raise is free at any poll, and a bid that is high enough
for the dearest of them holds the others too. Their sum is therefore the most that any policy can hold within its ceiling.

*Money.* Whoever holds all of them bids at least `least` at each poll (what the dearest stretch until the next takes), and
pays for `seconds` whatever it bids. The cheapest such path is found exactly, over all polls: among all (bid, when it can be
lowered again, cost) only those are dropped that another one is not above in any of the three; that one can follow each
path of the dropped one at no more. What holding would cost beyond reach is left out, so the cost is never too high.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LOWERING_S = 600


@dataclass(frozen=True, slots=True)
class Moment:
    """From `at` on: `need` units hold the machine (`None`: no bid does); the guard's bid, and whether that holds."""

    at: float
    need: int | None
    bid: int
    holds: bool


@dataclass(frozen=True, slots=True)
class Poll:
    """`ceiling`: in whole units, by the rate of this poll."""

    at: float
    ceiling: int


@dataclass(frozen=True, slots=True)
class Turn:
    """From one poll to the next: the bid that holds all that can be held, how long that is; what the guard held of it."""

    at: float
    least: int
    seconds: float
    guard_held: float
    guard_paid: float


def turns(moments: Sequence[Moment], polls: Sequence[Poll], end: float) -> list[Turn]:
    """`guard_paid`, in units x seconds, counts all that it held, within reach or not. Both lists are in order of time."""
    found = []
    index = 0
    for poll, until in zip(polls, [poll.at for poll in polls[1:]] + [end], strict=True):
        least, seconds, held, paid = 0, 0.0, 0.0, 0.0
        while True:
            moment = moments[index]
            after = moments[index + 1].at if index + 1 < len(moments) else end
            span = min(after, until) - max(moment.at, poll.at)
            if span > 0:
                if moment.need is not None and moment.need <= poll.ceiling:
                    least, seconds = max(least, moment.need), seconds + span
                    held += span if moment.holds else 0.0
                paid += span * moment.bid if moment.holds else 0.0
            if after > until or index + 1 == len(moments):
                break
            index += 1
        found.append(Turn(poll.at, least, seconds, held, paid))
    return found


def cheapest(path: Sequence[Turn], bid: int, step: int) -> float:
    """The least cost of holding all that can be held, in units x seconds. `bid`: at the first poll; `step`: the largest."""
    states = [(bid, 0.0, 0.0)]  # bid, when it can be lowered, cost until now
    for turn in path:
        after: dict[tuple[int, float], float] = {}
        for have, free, cost in states:
            free = free if free > turn.at else 0.0  # since when it can be lowered makes no difference
            _keep(after, max(have, turn.least), free, cost)
            if have > turn.least and not free:
                _keep(after, max(have - step, turn.least), turn.at + LOWERING_S, cost)
        states = _undominated([(have, free, cost + have * turn.seconds) for (have, free), cost in after.items()])
    return min(cost for _, _, cost in states)


def _keep(states: dict[tuple[int, float], float], bid: int, free: float, cost: float) -> None:
    known = states.get((bid, free))
    if known is None or cost < known:
        states[bid, free] = cost


def _undominated(states: list[tuple[int, float, float]]) -> list[tuple[int, float, float]]:
    states.sort()
    kept: list[tuple[int, float, float]] = []
    for state in states:
        _, free, cost = state
        if not any(other <= free and paid <= cost for _, other, paid in kept):
            kept.append(state)
    return kept
