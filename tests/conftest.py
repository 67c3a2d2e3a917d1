"""What all tests share."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

os.environ["PTB_TIMEDELTA"] = "1"  # before anything imports telegram: without it a 429 is a deprecation warning

MEMORY = Path("/dev/shm")
ROOM_BYTES = 1 << 30
FOLDERS = "PYTEST_DEBUG_TEMPROOT"
"""Where pytest makes the folders of tests, by its own name for it."""

WAITING = ("browser", "process")
"""Marks of tests that wait in wall time, and use little of a processor meanwhile."""


def pytest_configure() -> None:
    """Without this a first test that is not async leaves an event loop behind, which is a warning at the end."""
    asyncio.set_event_loop(None)
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
        os.environ.setdefault(FOLDERS, str(MEMORY))  # a power cut is no part of any test: nothing need reach a disk


def pytest_itemcollected(item: pytest.Item) -> None:
    """Time that is virtual jumps at once where nobody has anything to do; looptime goes round 42 times before, which
    is a third of the cost of a story of an hour."""
    if item.get_closest_marker("looptime"):
        item.add_marker(pytest.mark.looptime(noop_cycles=1))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Those that wait begin at once, beside those that compute; at the end they would wait alone.

    xdist deals each worker an equal stretch of the list: those of each mark open the stretch of a worker of their own.
    """
    workers = int(getattr(config, "workerinput", {}).get("workercount", 1))
    waiting: dict[str | None, list[pytest.Item]] = {mark: [] for mark in (*WAITING, None)}
    for item in items:
        waiting[next((mark for mark in WAITING if item.get_closest_marker(mark)), None)].append(item)
    ordered = waiting.pop(None)
    for number, those in enumerate(waiting.values()):
        start = len(items) // workers * (number % workers)
        ordered[start:start] = those
    items[:] = ordered
