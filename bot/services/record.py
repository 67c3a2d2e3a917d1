"""Keeps a reading: the snapshot, the alert states and what is to be told go to the disk together or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.alert import AlertState, AlertType, News, Notice, Severity
from bot.alerts.conditions import Context, evaluate
from bot.alerts.lifecycle import step
from bot.alerts.preferences import Preferences, Telling
from bot.alerts.reading import gaps, merge, repeats
from bot.alerts.snapshot import Reading, Snapshot
from bot.alerts.wanted import wanted
from bot.domain.ids import ChatId, KeyId, OrderId, ServerId
from bot.domain.ledger import Creation
from bot.services.clock import Clock
from bot.services.writes import change_of
from storage.accounts import Account
from storage.codec import encode
from storage.errors import StorageError, Unreadable
from storage.letters import LIVES, RANKS
from storage.store import Store

log = logging.getLogger(__name__)

OWN_CANCELLATIONS: Final = timedelta(minutes=30)
"""For so long a cancellation of ours explains why an order is gone."""
STALE_POLLS: Final = 3
"""A rare watch does not make every reading stale."""
FOLLOWS: Final = frozenset({News.CHANGED, News.RESOLVED, News.ENDED})
"""News that change the message of an episode and make no sense without it."""
ENDS: Final = frozenset({News.RESOLVED, News.ENDED})
"""News after which there is nothing more of an episode."""
SETTLED_AFTER: Final = timedelta(seconds=30)
"""So long after the last news every reading is looked at: alerts want a second one, some seconds after the first."""
ANSWER: Final = ":answer"
"""How the `once` of a silent answer ends: it says again, below, what the edited message says."""


class Recorder:
    """`wake` is called when the outbox has something new; `unheld` when a bid has lost a machine that no bid may hold."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        wake: Callable[[], None],
        poll_every: timedelta,
        unheld: Callable[[], object] = lambda: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._wake = wake
        self._poll_every = poll_every
        self._unheld = unheld
        self._held_up = False
        self._news_at: dict[KeyId, datetime] = {}

    def record(self, key: KeyId, before: Snapshot | None, reading: Reading) -> Snapshot:
        """The new snapshot of this key, stored with everything that follows from it. Raises `StorageError`: nothing was.

        What only says again that an auction is as it was, long after the last news, is not stored: no rule and no timer
        waits for it, it comes every two seconds where an auction is hot, and the next list of orders stores it too.
        """
        snapshot = merge(before, reading)
        if self._only_repeats(key, before, reading):
            return snapshot
        try:
            with self._store.transaction():
                told = self._keep(key, before, snapshot)
        except StorageError as error:
            if not self._held_up:
                log.warning("readings cannot be stored: %s", error)
            self._held_up = True
            raise
        self._held_up = False
        if told:
            self._wake()
        if _lost_to_nobody(before, snapshot):
            self._unheld()
        return snapshot

    def _only_repeats(self, key: KeyId, before: Snapshot | None, reading: Reading) -> bool:
        if repeats(before, reading, self._poll_every):
            news_at = self._news_at.setdefault(key, reading.at)
            return reading.at - news_at >= SETTLED_AFTER
        if reading.markets or reading.failed or reading.rejected:
            self._news_at[key] = reading.at
        return False

    def _keep(self, key: KeyId, before: Snapshot | None, snapshot: Snapshot) -> bool:
        """Says whether there is something to tell."""
        now = self._clock()
        if not self._store.keys.record(key, _lasting(snapshot)):
            return False  # no account has this key any more: nothing is kept
        if hasten := _hastened(before, snapshot, now):
            self._store.keys.schedule(key, hasten)
        told = [self._judge(account, before, snapshot) for account in self._store.accounts.of_key(key)]
        return any(told)

    def _judge(self, account: Account, before: Snapshot | None, snapshot: Snapshot) -> bool:
        """Steps the alerts of one account; says whether there is something to tell."""
        preferences = preferences_of(self._store, account.chat)
        settings = preferences.settings()
        settings = replace(settings, stale_after=max(settings.stale_after, STALE_POLLS * self._poll_every))
        findings = evaluate(snapshot, settings, self._context(account, snapshot))
        states = self._states(account)
        outcome = step(
            states,
            findings,
            account=account.id,
            settings=settings,
            now=snapshot.at,
            baseline=_is_first(before, account, snapshot.at),
            after_gap=gaps(before, snapshot.at, self._poll_every),
            undelivered=self._undelivered(account, states),
        )
        self._store.alerts.replace(account.id, outcome.states)
        for notice in outcome.notices:
            self._tell(account, notice, preferences)
        return bool(outcome.notices)

    def _undelivered(self, account: Account, states: tuple[AlertState, ...]) -> frozenset[str]:
        told = [state.episode for state in states if state.told_stage]
        return frozenset(episode for episode in told if self._store.outbox.waiting(account.chat, episode))

    def _states(self, account: Account) -> tuple[AlertState, ...]:
        """An update may change the shape of a state: what fires then is told anew, rather than nothing any more."""
        try:
            return self._store.alerts.states(account.id)
        except Unreadable as error:
            log.warning("account %d begins with no open alerts: %s", account.id, error)
            return ()

    def _context(self, account: Account, snapshot: Snapshot) -> Context:
        """A cancellation counts from when the order was first missed: the bot may have been away since."""
        missed = [lost.since for lost in (*snapshot.missing, *snapshot.gone)]
        ours = self._store.ledger.cancelled(account.key, min([snapshot.at, *missed]) - OWN_CANCELLATIONS)
        elsewhere = {
            entry.order: title_of(self._store, entry.chat)
            for entry in ours
            if entry.chat != account.chat and entry.order
        }
        here = frozenset(entry.order for entry in ours if entry.chat == account.chat and entry.order)
        made, awaited = self._own(account.key) if snapshot.appeared else (frozenset(), frozenset())
        return Context(cancelled_here=here, cancelled_elsewhere=elsewhere, created=made, awaited=awaited)

    def _own(self, key: KeyId) -> tuple[frozenset[OrderId], frozenset[ServerId]]:
        """The orders that this installation made with this key, and the servers on which one may still show up."""
        ledger = self._store.ledger
        open_ones = [entry for entry in (*ledger.unfinished(), *ledger.unknown_creations()) if entry.key == key]
        changes = [change_of(entry) for entry in open_ones]
        return ledger.claimed(key), frozenset(change.server for change in changes if isinstance(change, Creation))

    def _tell(self, account: Account, notice: Notice, preferences: Preferences) -> None:
        """Puts a notice into the outbox; what follows an episode that was never told is not told either."""
        outbox, now = self._store.outbox, self._clock()
        if notice.news in ENDS:
            self._store.held.end(account.id, notice.episode)
        if notice.news is News.CHANGED:
            self._store.held.renew(account.id, replace(notice, news=News.FIRED))
        if notice.news in FOLLOWS and not self._reached(account.chat, notice):
            return
        if notice.type is AlertType.API_DOWN and notice.news is News.FIRED and self._knows_of_outage(account):
            return
        if notice.news not in FOLLOWS:
            telling = preferences.telling(notice, now)
            if telling is Telling.HELD:
                self._store.held.hold(account.chat, account.id, notice, now)
            if telling in {Telling.HELD, Telling.NOT}:
                return
            self._store.held.release(account.id, notice.episode)
            notice = replace(notice, loud=notice.loud and telling is Telling.NOW)
        outbox.put_notice(account.chat, account.id, notice, now)
        if notice.news is News.RESOLVED and notice.severity is Severity.CRITICAL and notice.snoozed_by is None:
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

    def _knows_of_outage(self, account: Account) -> bool:
        """An outage is told once in a chat, by whichever of its accounts meets it first."""
        others = [other for other in self._store.accounts.of_chat(account.chat) if other.id != account.id]
        states = [state for other in others for state in self._states(other)]
        return any(state.type is AlertType.API_DOWN and state.told_stage for state in states)

    def _reached(self, chat: ChatId, notice: Notice) -> bool:
        """Whether the episode's message is out, or on its way; what certainly did not arrive need not, once it is over."""
        outbox = self._store.outbox
        if outbox.delivered(chat, notice.episode):
            return True
        waiting = outbox.waiting(chat, notice.episode)
        if notice.news is News.CHANGED or any(letter.unanswered for letter in waiting):
            return bool(waiting)
        dropped = [outbox.drop(letter.id, "over before it was told") for letter in waiting]
        return not all(dropped)


def preferences_of(store: Store, chat: ChatId) -> Preferences:
    """What this chat chose. What another version of the program wrote there stands, and what is told is the default."""
    try:
        return store.chats.preferences(chat)
    except Unreadable as error:
        log.warning("chat %d is told everything: %s", chat, error)
        return Preferences()


def title_of(store: Store, chat: ChatId) -> str:
    """How another chat of the same key is named: nobody learns who talks to the bot in private."""
    found = store.chats.get(chat)
    return "a private chat" if found.kind == "private" else found.title


def _is_first(before: Snapshot | None, account: Account, now: datetime) -> bool:
    """Whether nothing was read since this account is here: what it sees first tells no news of before its time.

    An account from the future says that the clock was set back, and nothing else.
    """
    return before is None or before.orders_at is None or before.orders_at < account.created_at <= now


def _lost_to_nobody(before: Snapshot | None, snapshot: Snapshot) -> bool:
    """Whether this reading is the first sign of it. Who has the machine of a bid that vanished, its auction says later."""
    known = {lost.order.id for lost in before.missing} if before else set()
    if any(lost.held and lost.order.id not in known for lost in snapshot.missing):
        return True
    signs = snapshot.in_doubt - (before.in_doubt if before else frozenset())
    listed = snapshot.orders.open if signs and snapshot.orders else ()
    markets = (snapshot.markets.get(order.server) for order in listed if order.id in signs)
    return any(market is not None and market.holder is None for market in markets)


def _lasting(snapshot: Snapshot) -> Snapshot:
    """What a restart needs. Past orders can be hundreds, every reading writes them, and no alert looks back at them."""
    return snapshot if snapshot.missing else replace(snapshot, past_orders=None, past_orders_at=None)


def _hastened(before: Snapshot | None, snapshot: Snapshot, now: datetime) -> datetime | None:
    """When the next look is to come, if this reading brought a sign to be confirmed soon, or a rejected key back.

    Whoever caused the reading: a person may see it long before the watch's next turn.
    """
    if before is not None and before.rejections and not snapshot.rejections:
        return now
    known, new = (wanted(each, now).again_in for each in (before, snapshot))
    return now + new if new is not None and known is None else None
