"""A process with the bot itself, but for its limits of messages a second: a burst would measure the limits."""

from __future__ import annotations

import sys
from unittest.mock import patch

from bot.__main__ import main

if __name__ == "__main__":
    with patch("handlers.outgoing.SLOT", 0.0), patch("handlers.allowance.SECONDS_A_MESSAGE", 0.0):
        sys.exit(main([]))
