"""What all tests share."""

import asyncio
import os

os.environ["PTB_TIMEDELTA"] = "1"  # before anything imports telegram: without it a 429 is a deprecation warning


def pytest_configure() -> None:
    """Without this a first test that is not async leaves an event loop behind, which is a warning at the end."""
    asyncio.set_event_loop(None)
