"""What is measured with: processor time, the event loop's longest gap, memory; of this process and of others."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ParamSpec

P = ParamSpec("P")

MILLI = 1_000.0
MICRO = 1_000_000.0


def cpu_of(work: Callable[P, object], *args: P.args, **named: P.kwargs) -> float:
    """Processor seconds of this process while it is called."""
    began = time.process_time()
    work(*args, **named)
    return time.process_time() - began


async def cpu_while(work: Awaitable[object]) -> float:
    """Processor seconds of this process while it is awaited: nothing else should run meanwhile."""
    began = time.process_time()
    await work
    return time.process_time() - began


async def seconds_of(work: Awaitable[object]) -> float:
    """Seconds on the wall."""
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def longest_gap(work: Awaitable[object]) -> float:
    """The longest time in seconds for which the event loop served nobody else while this was done."""
    return await _longest(work, time.perf_counter)


async def longest_stretch(work: Awaitable[object]) -> float:
    """The same in processor seconds of the loop's thread: what other processes take away meanwhile is not in it."""
    return await _longest(work, time.thread_time)


async def _longest(work: Awaitable[object], clock: Callable[[], float]) -> float:
    longest = 0.0
    last = clock()

    async def watch() -> None:
        nonlocal longest, last
        while True:
            await asyncio.sleep(0)
            now = clock()
            longest, last = max(longest, now - last), now

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    try:
        await work
        await asyncio.sleep(0)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    return longest


def cpu_of_process(pid: int) -> float:
    """Processor seconds of another process so far, with all its threads. Linux counts them in ticks of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes_of_process(pid: int) -> float:
    """Resident memory of another process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
