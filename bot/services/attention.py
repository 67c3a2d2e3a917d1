"""What people do to an alert itself: the press is a row before it is an answer, and the alert's message says it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import StrEnum

from bot.alerts.alert import AlertState, Notice
from bot.alerts.lifecycle import acknowledged, snoozed
from bot.alerts.snooze import Snooze, ends_at
from bot.domain.ids import UserId
from bot.services.clock import Clock
from bot.services.record import preferences_of
from storage.accounts import Account
from storage.errors import Unreadable
from storage.store import Store

log = logging.getLogger(__name__)

Changed = tuple[AlertState, Notice] | None


class Did(StrEnum):
    """What came of a press on an alert; the words are stored with the press."""

    DONE = "done"
    BEFORE = "before"  # it stood so already
    OVER = "over"  # the episode is no more


class Attention:
    """`wake` is called when the outbox has something new."""

    def __init__(self, store: Store, clock: Clock, wake: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._wake = wake

    def acknowledge(self, account: Account, episode: str, by: UserId) -> Did:
        """Within a transaction."""
        return self._change(account, episode, lambda state: acknowledged(state, by, self._clock()))

    def snooze(self, account: Account, episode: str, by: UserId, choice: Snooze) -> Did:
        """Within a transaction."""
        until = ends_at(choice, self._clock(), preferences_of(self._store, account.chat).clock)
        return self._change(account, episode, lambda state: snoozed(state, by, until))

    def lives(self, account: Account, episode: str) -> AlertState | None:
        """The alert as it stands; `None`: this episode is over, or was never told."""
        return next((each for each in self._states(account) if each.episode == episode and each.told_stage), None)

    def _change(self, account: Account, episode: str, change: Callable[[AlertState], Changed]) -> Did:
        state = self.lives(account, episode)
        if state is None:
            return Did.OVER
        changed = change(state)
        if changed is None:
            return Did.BEFORE
        new, notice = changed
        self._store.alerts.replace(
            account.id, [new if each.episode == episode else each for each in self._states(account)]
        )
        outbox = self._store.outbox
        if outbox.delivered(account.chat, episode) or outbox.waiting(account.chat, episode):
            outbox.put_notice(account.chat, account.id, notice, self._clock())
            self._wake()
        return Did.DONE

    def _states(self, account: Account) -> tuple[AlertState, ...]:
        try:
            return self._store.alerts.states(account.id)
        except Unreadable as error:
            log.warning("the open alerts of account %d cannot be read: %s", account.id, error)
            return ()
