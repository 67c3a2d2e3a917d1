"""`python -m tests.spot_week [DAYS] [MACHINES] [SEED]`: the guard against the best in hindsight, on two cores.

The exit code is 1 where a goal is missed or a rule was broken.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.spot_week.trial import Outcome, tried

CORES = 2
HELD, PAID = 0.97, 1.03
"""At least so much of the hours in hindsight, for at most so much of its money."""


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.spot_week", description="hours held and money paid")
    asked.add_argument("days", nargs="?", type=float, default=7)
    asked.add_argument("machines", nargs="?", type=int, default=20)
    asked.add_argument("seed", nargs="?", type=int, default=1)
    asked.add_argument("--margin", default="0", help="of a raise, in percent")
    wanted = asked.parse_args()
    began, outcomes = time.monotonic(), list[Outcome]()
    with ProcessPoolExecutor(CORES) as pool:
        one = partial(tried, seed=wanted.seed, days=wanted.days, margin_percent=wanted.margin)
        for outcome in pool.map(one, range(wanted.machines)):
            outcomes.append(outcome)
            sys.stderr.write(f"\r{len(outcomes)} machines ")
    sys.stderr.write("\n")
    tally = Outcome()
    for outcome in outcomes:
        tally.add(outcome)
    worst = min(outcomes, key=lambda outcome: outcome.held)
    dearest = max(outcomes, key=lambda outcome: outcome.cost)
    sys.stdout.write(
        f"{tally}\n"
        f"the worst machine's hours            {worst.held:.2%}\n"
        f"the dearest machine's money          {dearest.cost:.2%}\n"
        f"seconds                              {time.monotonic() - began:.0f}\n"
    )
    return 0 if tally.held >= HELD and tally.cost <= PAID and not tally.broken.total() else 1


if __name__ == "__main__":
    sys.exit(main())
