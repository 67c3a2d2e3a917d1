"""The demo as a process, for tests that use it from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEMO = """
import sys
from bot.sandbox.demo import demo
sys.exit(demo(int(sys.argv[1]), 0, [sys.executable, *(sys.argv[2:] or ["-m", "bot"])]))
"""


class Demo:
    """A running demo: its address, and all it said so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said = ""

    def until(self, words: str) -> str:
        """Reads on until a line holds these words; that line."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if words in line:
                return line.strip()
        raise AssertionError(f"{words!r} was never said, only: {self.said}")

    def ready(self) -> str:
        """Waits for it; its address."""
        address = self.until("http://")
        self.until("Ctrl-C")
        return address

    @property
    def log(self) -> Path:
        """Where the bot's words go; named once the demo is ready."""
        return Path(self.said.split("The bot's log: ")[1].split("\n")[0])

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(by)
        rest, _ = self.process.communicate(timeout=30)
        self.said += rest
        return self.process.returncode


@contextmanager
def demo(*bot: str, port: int = 0, outside: Mapping[str, str] | None = None) -> Iterator[Demo]:
    """The demo with the real bot, or with these arguments of Python in its place; port 0 is any."""
    process = subprocess.Popen(
        [sys.executable, "-c", DEMO, str(port), *bot],
        cwd=ROOT,
        env={**os.environ, **(outside or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Demo(process)
    finally:
        process.terminate()  # killed, it could neither stop its bot nor take its folder away
        process.communicate(timeout=30)
