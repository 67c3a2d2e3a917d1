"""Keeps a reading: the snapshot, the alert states and what is to be told go to the disk together or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.alert import News, Notice, Severity
from bot.alerts.conditions import Context, evaluate
from bot.alerts.lifecycle import step
from bot.alerts.reading import gaps, merge
from bot.alerts.settings import DEFAULTS, Settings
from bot.alerts.snapshot import Reading, Snapshot
from bot.domain.ids import ChatId, KeyId
from bot.services.clock import Clock
from storage.accounts import Account
from storage.codec import encode
from storage.letters import LIVES, RANKS
from storage.store import Store

OWN_CANCELLATIONS: Final = timedelta(minutes=30)
"""For so long a cancellation of ours explains why an order is gone."""
STALE_POLLS: Final = 3
"""A rare watch does not make every reading stale."""
FOLLOWS: Final = frozenset({News.CHANGED, News.RESOLVED, News.ENDED})
"""News that change the message of an episode and make no sense without it."""
ANSWER: Final = ":answer"
"""How the `once` of a silent answer ends: it says again, below, what the edited message says."""


class Recorder:
    """`wake` is called when the outbox has something new."""

    def __init__(
        self, store: Store, clock: Clock, wake: Callable[[], None], poll_every: timedelta, settings: Settings = DEFAULTS
    ) -> None:
        self._store = store
        self._clock = clock
        self._wake = wake
        self._poll_every = poll_every
        self._settings = replace(settings, stale_after=max(settings.stale_after, STALE_POLLS * poll_every))

    def record(self, key: KeyId, before: Snapshot | None, reading: Reading) -> Snapshot:
        """The new snapshot of this key, stored with everything that follows from it."""
        snapshot = merge(before, reading)
        now = self._clock()
        told = False
        with self._store.transaction():
            if not self._store.keys.record(key, snapshot, now):
                return snapshot  # no account has this key any more: nothing is kept
            for account in self._store.accounts.of_key(key):
                told |= self._judge(account, before, snapshot)
        if told:
            self._wake()
        return snapshot

    def _judge(self, account: Account, before: Snapshot | None, snapshot: Snapshot) -> bool:
        """Steps the alerts of one account; says whether there is something to tell."""
        findings = evaluate(snapshot, self._settings, self._context(account, snapshot.at))
        outcome = step(
            self._store.alerts.states(account.id),
            findings,
            account=account.id,
            settings=self._settings,
            now=snapshot.at,
            baseline=_is_first(before, account),
            after_gap=gaps(before, snapshot.at, self._poll_every),
        )
        self._store.alerts.replace(account.id, outcome.states)
        for notice in outcome.notices:
            self._tell(account, notice)
        return bool(outcome.notices)

    def _context(self, account: Account, now: datetime) -> Context:
        ours = self._store.ledger.cancelled(account.key, now - OWN_CANCELLATIONS)
        elsewhere = {
            entry.order: self._title(entry.chat) for entry in ours if entry.chat != account.chat and entry.order
        }
        here = frozenset(entry.order for entry in ours if entry.chat == account.chat and entry.order)
        return Context(cancelled_here=here, cancelled_elsewhere=elsewhere)

    def _title(self, chat: ChatId) -> str:
        found = self._store.chats.get(chat)
        return "a private chat" if found.kind == "private" else found.title

    def _tell(self, account: Account, notice: Notice) -> None:
        """Puts a notice into the outbox; what follows an episode that was never told is not told either."""
        outbox, now = self._store.outbox, self._clock()
        if notice.news in FOLLOWS and not self._reached(account.chat, notice):
            return
        outbox.put_notice(account.chat, account.id, notice, now)
        if notice.news is News.RESOLVED and notice.severity is Severity.CRITICAL:
            outbox.put(
                account.chat,
                account.id,
                f"{account.id}:{notice.once}{ANSWER}",
                "notice",
                RANKS[Severity.INFO],
                encode(notice),
                now,
                episode=notice.episode,
                silent=True,
                expires_at=now + LIVES[Severity.INFO],
            )

    def _reached(self, chat: ChatId, notice: Notice) -> bool:
        """Whether the episode's message is out, or on its way; a message still waiting need not go at all if it is over."""
        outbox = self._store.outbox
        if outbox.delivered(chat, notice.episode):
            return True
        waiting = outbox.waiting(chat, notice.episode)
        if notice.news is News.CHANGED:
            return bool(waiting)
        dropped = [outbox.drop(letter.id, "over before it was told") for letter in waiting]
        return not all(dropped)


def _is_first(before: Snapshot | None, account: Account) -> bool:
    """Whether nothing was read since this account is here: what it sees first tells no news of before its time."""
    return before is None or before.orders_at is None or before.orders_at < account.created_at
