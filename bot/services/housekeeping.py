"""What an hour leaves behind: rows that are over are taken away, and the process notes that it is alive."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.services.clock import Clock
from bot.services.deployments import UNASKED_FOR
from storage.store import Store

PRUNE_EVERY: Final = timedelta(hours=1)
KEEP: Final = timedelta(days=2)
"""How long rows that are over stay: Telegram repeats an update for a day at most."""
KEEP_LETTERS: Final = timedelta(days=30)
"""How long what was told can still be edited or looked up."""


class Housekeeping:
    """Notes that the process is alive, and takes away rows that are over."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._pruned_until = clock() - PRUNE_EVERY

    def tick(self) -> None:
        now = self._clock()
        self._store.installation.tick(now)
        if now - self._pruned_until < PRUNE_EVERY:
            return
        self._pruned_until = now
        self._store.inbox.prune(now - KEEP)
        self._store.confirmations.prune(now - KEEP)
        self._store.questions.prune(now - KEEP)
        self._store.stops.prune(now - KEEP_LETTERS)
        self._store.lowerings.prune(now - KEEP_LETTERS)
        self._store.guards.prune(now - KEEP_LETTERS)
        self._store.drafts.prune(now - KEEP)
        self._store.batches.prune(now - KEEP_LETTERS)
        self._store.outbox.prune(now - KEEP_LETTERS)
        self._store.deployments.forget_unasked(now - UNASKED_FOR)
        self._store.deployments.prune(now - KEEP)
        self._store.results.prune(now - KEEP_LETTERS)
        if self._store.installation.owes_scrub:
            self._store.scrub()
