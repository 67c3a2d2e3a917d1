"""Looks out for favourite and watched servers in each new copy of the marketplace, and tells when one is free or cheaper."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.clore.errors import CloreError
from bot.clore.gate import Priority
from bot.domain.announcements import ServerTold
from bot.domain.catalogue import Catalogue
from bot.domain.favourites import Seen, first_seen, news
from bot.domain.ids import ServerId
from bot.services.clock import Clock
from bot.services.market import MarketCopy
from storage.codec import decode, encode
from storage.letters import Rank
from storage.marks import Mark, MarkKind
from storage.store import Store

log = logging.getLogger(__name__)

LOOK_EVERY: Final = timedelta(minutes=2)
"""How old the copy of the marketplace may get while somebody looks out for a server."""
NEWS_FOR: Final = timedelta(hours=1)
"""A free machine is no news any more after this."""


class Favourites:
    """`tick` compares each new copy once. Where nobody looks out for anything, nothing is read."""

    def __init__(self, store: Store, market: MarketCopy, clock: Clock, wake: Callable[[], None]) -> None:
        self._store = store
        self._market = market
        self._clock = clock
        self._wake = wake
        self._compared_at: datetime | None = None
        self._tried_at: datetime | None = None

    async def tick(self) -> None:
        """Reads the marketplace where it has grown old, and compares it where it is new."""
        if self._is_due() and self._store.marks.looked_for():
            await self._read()
        catalogue = self._market.last_catalogue
        if catalogue is None or catalogue.read_at == self._compared_at:
            return
        self.compare(catalogue)
        self._compared_at = catalogue.read_at

    def compare(self, catalogue: Catalogue) -> None:
        """Each mark and what is told of it change together: a copy that is compared again after a restart tells nothing twice."""
        if not catalogue.market.listings:
            return  # a marketplace without a machine is a mistake, not news of every machine
        told = False
        for mark in self._store.marks.looked_for():
            told = self._compare(mark, catalogue) or told
        if told:
            self._wake()

    def _is_due(self) -> bool:
        now = self._clock()
        last = self._market.last_catalogue
        if last is not None and timedelta(0) <= now - last.read_at < LOOK_EVERY:
            return False
        return self._tried_at is None or not timedelta(0) <= now - self._tried_at < LOOK_EVERY

    async def _read(self) -> None:
        self._tried_at = self._clock()
        try:
            await self._market.catalogue(LOOK_EVERY, Priority.POLL)
        except CloreError as error:
            log.info("the marketplace could not be read for favourites: %s", error)

    def _compare(self, mark: Mark, catalogue: Catalogue) -> bool:
        server = ServerId(mark.number)
        listing, at = catalogue.find(server), catalogue.read_at
        if mark.body is None:
            self._store.marks.note(mark, encode(first_seen(listing, at, catalogue.rates)))
            return False
        before = decode(Seen, mark.body)
        if at <= before.at:
            return False
        watched = mark.kind is MarkKind.WATCH
        now, found = news(before, listing, at, watched=watched)
        with self._store.transaction():
            if found is None:
                self._store.marks.note(mark, encode(now))
                return False
            if watched:
                self._store.marks.drop(mark.chat, mark.kind, mark.number)
            else:
                self._store.marks.note(mark, encode(now))
            title = listing.specs.title if listing else mark.title
            return self._tell(mark, ServerTold(server, title, found.word, found.price, found.was), at)

    def _tell(self, mark: Mark, told: ServerTold, at: datetime) -> bool:
        """One event is one letter, also where a server is both a favourite and watched."""
        now = self._clock()
        return self._store.outbox.announce(
            mark.chat,
            None,
            told,
            f"server {told.server} {told.news} {at.isoformat()}",
            now,
            rank=Rank.WARNING,
            expires_at=now + NEWS_FOR,
        )
