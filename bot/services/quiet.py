"""Tells what was held back in a chat once its quiet is over: one summary, and below it what still matters, silently."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.alerts.alert import News
from bot.alerts.preferences import Loudness, Preferences
from bot.domain.announcements import QuietTold
from bot.domain.ids import ChatId
from bot.services.clock import Clock
from bot.services.record import preferences_of
from storage.errors import Unreadable
from storage.held import Held
from storage.letters import LIVES, RANKS, Rank
from storage.store import Store

log = logging.getLogger(__name__)


class QuietWatch:
    """`wake` is called when the outbox has something new."""

    def __init__(self, store: Store, clock: Clock, wake: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._wake = wake

    def tick(self) -> None:
        """Looks at what the chats want now: whoever ends the quiet early is told early."""
        now = self._clock()
        for chat in self._store.held.chats():
            preferences = preferences_of(self._store, chat)
            if preferences.held_until(now) is None:
                with self._store.transaction():
                    self._release(chat, preferences, now)
                self._wake()

    def _release(self, chat: ChatId, preferences: Preferences, now: datetime) -> None:
        held = [each for each in self._held(chat) if preferences.of(each.notice.type) is not Loudness.OFF]
        self._store.held.clear(chat)
        if not held:
            return
        left = [each for each in held if not each.over]
        happened = sum(each.notice.news is News.EDGE for each in left)
        told = QuietTold(
            since=min(each.notice.at for each in held),
            over=len(held) - len(left),
            standing=len(left) - happened,
            happened=happened,
        )
        rank = min((Rank.WARNING, *(RANKS[each.notice.severity] for each in left)))
        once = f"quiet:{int(now.timestamp())}"
        self._store.outbox.announce(chat, None, told, once, now, rank=rank, expires_at=now + max(LIVES.values()))
        for each in left:
            self._store.outbox.put_notice(chat, each.account, replace(each.notice, loud=False), now)

    def _held(self, chat: ChatId) -> tuple[Held, ...]:
        """After an update that changed their shape they are in `/alerts` only."""
        try:
            return self._store.held.of_chat(chat)
        except Unreadable as error:
            log.warning("what was held back in chat %d is not told: %s", chat, error)
            return ()
