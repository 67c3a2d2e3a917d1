"""The log of every request: what arrived, whether it was carried out, what was answered."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.clore.jsontext import write
from bot.sandbox.clore.model import Row

LONGEST_ANSWER = 4_000
"""Longer answers are noted by their length only: a market weighs megabytes, a soak test asks hundreds of thousands of times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request. A key that no account has is noted by its last four characters."""

    n: int
    at: float
    key: str = field(repr=False)
    operation: str
    query: str
    body: object = field(repr=False)
    status: int | None
    """None: no answer was sent."""
    answer: str | None = field(repr=False)
    executed: bool
    order: int | None
    """The order that it created, changed or ended."""
    fault: str | None

    def row(self) -> Row:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


class Journal:
    """Entries in memory, and a line of JSON each in a file that survives, if one is named."""

    def __init__(self, file: Path | None = None) -> None:
        self.entries: list[Entry] = []
        self._file = file
        self._waiting: set[asyncio.Event] = set()

    @property
    def next_number(self) -> int:
        return self.entries[-1].n + 1 if self.entries else 1

    def append(self, entry: Entry) -> None:
        self.entries.append(entry)
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as lines:
                lines.write(write(entry.row()) + "\n")
        for event in self._waiting:
            event.set()

    def calls(self, *, operation: str | None = None, key: str | None = None, since: int = 0) -> list[Entry]:
        """Those after number `since`, oldest first."""
        return [
            entry
            for entry in self.entries
            if entry.n > since and operation in {None, entry.operation} and key in {None, entry.key}
        ]

    async def changed(self) -> None:
        """Waits for the next entry."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            await event.wait()
        finally:
            self._waiting.discard(event)
