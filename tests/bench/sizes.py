"""How much each bench does: the figures at full size, a rehearsal at the smallest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """`repetitions`: pairs of figure and baseline of which the table shows the medians.

    `servers`: of the market. `requests`: a measurement of the transport at each concurrency. `updates`: a burst.
    `keys`: watched. `letters`: in the outbox, each for a chat of its own. `starts`: pairs of processes. `moves`: in hot auctions.
    """

    repetitions: int
    servers: int
    requests: int
    updates: int
    keys: int
    letters: int
    starts: int
    moves: int


FULL = Size(repetitions=7, servers=5_000, requests=400, updates=200, keys=1_000, letters=500, starts=5, moves=100)
SMALLEST = Size(repetitions=1, servers=60, requests=4, updates=3, keys=3, letters=3, starts=1, moves=2)
