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
    """Those that wait in wall time begin at once, beside those that compute; at the end they would wait alone.

    xdist deals each worker an equal stretch of the list. Of the workers one begins with the browser, which its tests
    share, and two with processes.
    """
    workers = int(getattr(config, "workerinput", {}).get("workercount", 1))
    browser, process, rest = _by_mark(items)
    for number, waiting in enumerate((browser, process[::2], process[1::2])):
        start = len(items) // workers * (number % workers)
        rest[start:start] = waiting
    items[:] = rest


def _by_mark(items: list[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item], list[pytest.Item]]:
    browser = [item for item in items if item.get_closest_marker("browser")]
    process = [item for item in items if item.get_closest_marker("process") and item not in browser]
    waiting = {*browser, *process}
    return browser, process, [item for item in items if item not in waiting]
