"""`python -m tests.bench [NAME ...]`: the figures of this machine in one table, each beside a baseline of the same run.

How to read the table. A row is something that people or operators wait or pay for. Its figure is ours, its baseline what
the last column names: usually the plain way to the same end. Both are medians of several repetitions, which alternate, so
that whatever else the machine does meanwhile slows down both. The ratio is figure by baseline, the median of the
repetitions' own ratios (so it need not be the quotient of the two medians); from-to is the least and the greatest of them.
Whether less or more is better is seen from the goal.

A goal in `x` is about the ratio and holds on any machine. A goal in another unit is about the figure; on a busy or slow
machine it may be marked as MISSED for no fault of the program: the ratio then says whether the machine is to blame.
Where from-to is wide, run the row again with nothing else at work. A missed goal is a mark in the table and no error.

Everything goes over loopback; what is on the other side of HTTP runs in a process of its own, and what the figures say of
processor time is of our side only. Absolute figures of different machines cannot be compared, ratios can.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path

os.environ.setdefault("PTB_TIMEDELTA", "1")  # before telegram is imported

from tests.bench import hot, market, outbox, search, start, transport, updates, watch
from tests.bench.sizes import FULL, Size
from tests.bench.table import Row, table

Bench = Callable[[Size, Path], Awaitable[list[Row]]]

BENCHES: dict[str, Bench] = {
    "market": market.rows,
    "search": search.rows,
    "transport": transport.rows,
    "updates": updates.rows,
    "watch": watch.rows,
    "hot": hot.rows,
    "outbox": outbox.rows,
    "start": start.rows,
}
FROM_PROC = ("updates", "start")
"""Benches that look at other processes as Linux shows them."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join(BENCHES)}")
    names = parser.parse_args(arguments).names
    if unknown := set(names) - set(BENCHES):
        parser.error(f"no such row: {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    logging.disable(logging.WARNING)
    found = [row for name in names or BENCHES for row in measured(name, FULL)]
    sys.stdout.write("\n" + table(found) + "\n" + footer(found))
    return 0


def measured(name: str, size: Size) -> list[Row]:
    """The rows of one bench, which gets an event loop and a folder of its own."""
    if name in FROM_PROC and not Path("/proc/self/stat").exists():
        sys.stderr.write(f"{name}: left out, it needs Linux's /proc\n")
        return []
    gc.collect()
    gc.freeze()  # as the bot does once it has started: what lives as long as the process is looked at by no collection
    began = time.perf_counter()
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            rows = asyncio.run(_of(BENCHES[name], size, Path(folder)))
    finally:
        gc.unfreeze()
    sys.stderr.write(f"{name}: {time.perf_counter() - began:.0f} s\n")
    return rows


async def _of(bench: Bench, size: Size, folder: Path) -> list[Row]:
    return await bench(size, folder)


def footer(rows: Iterable[Row]) -> str:
    missed = sum(row.is_missed for row in rows)
    load, cores = os.getloadavg()[0], os.cpu_count()
    return (
        f"Medians; ratio = figure / baseline, both of this run. Goals missed: {missed}. Load {load:.1f} on {cores} cores: "
        "the busier the machine, the less the absolute figures say. `python -m tests.bench --help` says more.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
