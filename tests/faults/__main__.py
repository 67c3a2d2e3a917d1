"""`python -m tests.faults [TRIALS] [SEED]`: trials and kills in full, on two cores and in virtual time, with summaries.

The seed decides what fails and when; the tokens and the jitter of repeats are the program's own. No trials: the kills
only. The exit code is 1 where anything does not hold.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
import time
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

os.environ.setdefault("PTB_TIMEDELTA", "1")  # before telegram is imported

import looptime

from tests.faults import soak
from tests.faults.trials import PEOPLE, Tally, tried

ROUNDS = 5
"""In one world; then a new one, so that its logs do not grow."""
CORES = 2


def world(seed: int) -> Tally:
    """Some rounds in a world of their own, in this process."""
    logging.disable(logging.CRITICAL)  # the failures are meant
    loop = looptime.new_event_loop(start=0, noop_cycles=1)  # as tests/conftest.py has it
    try:
        with tempfile.TemporaryDirectory() as folder:
            return loop.run_until_complete(tried(Path(folder), seed, ROUNDS))
    finally:
        loop.close()


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.faults", description="orders bought = orders wanted")
    asked.add_argument("trials", nargs="?", type=int, default=1_000)
    asked.add_argument("seed", nargs="?", type=int, default=1_000)
    wanted = asked.parse_args()
    with ProcessPoolExecutor(CORES) as pool:
        return max(_trials(pool, wanted.trials, wanted.seed), _kills(pool))


def _trials(pool: Executor, trials: int, seed: int) -> int:
    worlds = -(-trials // (ROUNDS * PEOPLE))
    tally, began = Tally(), time.monotonic()
    for done in pool.map(world, range(seed, seed + worlds)):
        tally.trials += done.trials
        sys.stderr.write(f"\r{len(tally.trials)} trials, {len(tally.wrong)} wrong ")
    sys.stderr.write("\n")
    if tally.trials:
        sys.stdout.write(f"{tally}\nseconds                            {time.monotonic() - began:.0f}\n\n")
    return 1 if tally.wrong else 0


def _kills(pool: Executor) -> int:
    stories, began = [], time.monotonic()
    for story in soak.all_of(pool):
        stories.append(story)
        sys.stderr.write(f"\r{len(stories)} stories, {sum(len(each.wrong) for each in stories)} wrong ")
    sys.stderr.write("\n")
    sys.stdout.write(f"{soak.table(stories)}\nseconds  {time.monotonic() - began:.0f}\n")
    return 1 if any(story.wrong for story in stories) else 0


if __name__ == "__main__":
    sys.exit(main())
