"""Search results as they were found, kept in memory while people turn their pages; the search itself is a row."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from bot.domain.catalogue import Unwanted
from bot.domain.found import Found
from bot.domain.ids import ChatId, OwnerId, ResultsId, ServerId
from storage.marks import MarkKind
from storage.store import Store

MOST_LISTS: Final = 64
"""Each keeps its machines in memory, of a copy of the marketplace that may be gone otherwise."""


class Findings:
    """The lists that were looked at last. One that is gone is found anew from its row."""

    def __init__(self, most: int = MOST_LISTS) -> None:
        self._most = most
        self._found: OrderedDict[ResultsId, Found] = OrderedDict()

    def __len__(self) -> int:
        return len(self._found)

    def get(self, results: ResultsId) -> Found | None:
        found = self._found.get(results)
        if found is not None:
            self._found.move_to_end(results)
        return found

    def keep(self, results: ResultsId, found: Found) -> None:
        self._found[results] = found
        self._found.move_to_end(results)
        while len(self._found) > self._most:
            self._found.popitem(last=False)


def unwanted(store: Store, chat: ChatId) -> Unwanted:
    """The servers and owners that this chat has blocked."""
    blocked = store.marks.of_chat(chat, MarkKind.BLOCKED, MarkKind.BLOCKED_OWNER)
    return Unwanted(
        servers=frozenset(ServerId(mark.number) for mark in blocked if mark.kind is MarkKind.BLOCKED),
        owners=frozenset(OwnerId(mark.number) for mark in blocked if mark.kind is MarkKind.BLOCKED_OWNER),
    )
