"""What all tests share."""

import asyncio
import os

import pytest

os.environ["PTB_TIMEDELTA"] = "1"  # before anything imports telegram: without it a 429 is a deprecation warning


def pytest_configure() -> None:
    """Without this a first test that is not async leaves an event loop behind, which is a warning at the end."""
    asyncio.set_event_loop(None)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Time that is virtual jumps at once where nobody has anything to do; looptime goes round 42 times before, which
    is a third of the cost of a story of an hour."""
    if item.get_closest_marker("looptime"):
        item.add_marker(pytest.mark.looptime(noop_cycles=1))
