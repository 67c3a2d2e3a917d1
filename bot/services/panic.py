"""Stopping everything that is done for a chat without a press: at once, and until a person lifts it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from bot.domain.automation import Automation
from bot.domain.ids import ChatId, UserId
from bot.services.batches import BatchRunner
from bot.services.clock import Clock
from bot.services.writes import Writes
from storage.store import Store

log = logging.getLogger(__name__)


class Panic:
    """A row of the chat, which every step that nobody pressed for asks before it leaves."""

    def __init__(
        self, store: Store, writes: Writes, batches: BatchRunner, clock: Clock, wake: Callable[[], None]
    ) -> None:
        self._store = store
        self._writes = writes
        self._batches = batches
        self._clock = clock
        self._wake = wake

    def declare(self, chat: ChatId, user: UserId) -> bool:
        """From before this returns nothing leaves by itself; what had not left is called off, open questions end.

        Several machines that are being rented are ended for good; the rest waits. False: it stood already.
        """
        with self._store.transaction(durable=True):
            if not self._store.chats.panic(chat, user, self._clock()):
                return False
            called_off = self._writes.call_off(chat)
            for batch in self._store.batches.running():
                if batch.chat == chat:
                    self._batches.stop(batch)
            revoked = self._store.confirmations.revoke(chat, self._clock())
        log.info(
            "chat %d: all automation is stopped; %d steps called off, %d questions ended", chat, called_off, revoked
        )
        self._wake()
        return True

    def lift(self, chat: ChatId) -> bool:
        """Guards, lowerings and stop conditions go on with the next reading. False: there was nothing to lift."""
        lifted = self._store.chats.lift_panic(chat)
        if lifted:
            log.info("chat %d: automation goes on", chat)
        return lifted

    def automation(self, chat: ChatId) -> Automation:
        """As it stands now."""
        store = self._store
        return Automation(
            guards=len(store.guards.of_chat(chat)),
            lowerings=sum(row.chat == chat for row in store.lowerings.standing()),
            stops=sum(row.chat == chat for row in store.stops.standing()),
            batches=sum(row.chat == chat for row in store.batches.running()),
            leaving=sum(entry.automatic and entry.chat == chat for entry in store.ledger.unfinished()),
            stopped_at=store.chats.get(chat).panic_at,
        )
