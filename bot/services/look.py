"""One look at a key: the parts that the alerts need, in an order in which no bad part keeps the others from being read."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.alerts.snapshot import Snapshot
from bot.alerts.wanted import markets_of, wanted
from bot.clore.errors import CloreError, KeyRejected, RateLimited
from bot.clore.gate import Priority
from bot.domain.ids import KeyId, ServerId
from bot.services.clock import Clock
from bot.services.feeds import NOW, Auction, Feed, Orders, PastOrders, Wallets, Wanted
from bot.services.market import MarketCopy

EARLY: Final = timedelta(seconds=2)
"""A confirmation that is due so soon is read before the next part, which could take longer than that."""
FAILURES_OF_AN_OUTAGE: Final = 2
"""So many parts in a row without an answer, and the rest is not asked for: it is not these parts that are bad."""


class SpareTurns(Protocol):
    """What reads hot auctions beside the look."""

    def watched(self, server: ServerId) -> bool: ...

    def short_of_turns(self, key: KeyId) -> bool: ...

    async def let_pass(self, key: KeyId, left: int) -> None: ...


class Look:
    """Reads and keeps; `take` it once. `ailing`: parts that failed in the last look, which are asked for after the others.

    `spare`: auctions that are read there anyway are not asked for where they are younger than `recent`, half an interval.

    Afterwards `again_at` says when what was found is to be confirmed, `failed` which parts brought nothing, and `trouble`
    why the last of them did not.
    """

    def __init__(
        self,
        feed: Feed,
        market: MarketCopy,
        clock: Clock,
        spare: SpareTurns,
        *,
        recent: timedelta,
        ailing: frozenset[Wanted] = frozenset(),
    ) -> None:
        self.again_at: datetime | None = None
        self.failed: frozenset[Wanted] = frozenset()
        self.trouble: CloreError | None = None
        self._feed = feed
        self._market = market
        self._clock = clock
        self._spare = spare
        self._recent = recent
        self._ailing = ailing

    @property
    def rejected(self) -> bool:
        """Whether CLORE.AI refused the key when it was last asked."""
        return self._feed.last is not None and self._feed.last.rejections > 0

    async def take(self) -> None:
        """Raises the `CloreError` that ended the look; one part that fails alone does not end it."""
        try:
            await self._take()
        except CloreError:
            self.again_at = self._soon()
            raise

    async def _take(self) -> None:
        plan, before = wanted(self._feed.last, self._clock()), self._feed.last
        servers = plan.markets
        if plan.orders:
            snapshot = await self._read(Orders())
            servers = tuple({*servers, *markets_of(before, snapshot.orders)})
        urgent = self._in_question()
        parts: list[Wanted] = [Auction(server) for server in sorted(servers) if server in urgent]
        parts += [PastOrders()] if plan.past_orders else []
        parts += [Auction(server) for server in sorted(servers) if server not in urgent and not self._just_read(server)]
        parts += [Wallets()] if plan.wallets and not self._wallets_can_wait() else []
        await self._each(sorted(parts, key=lambda part: part in self._ailing))

    def _in_question(self) -> frozenset[ServerId]:
        """The auctions that decide over a bid in doubt: they come first."""
        known = self._feed.last
        lost = [missing.order for missing in known.missing] if known else []
        doubted = [order for order in known.orders.open if order.id in known.in_doubt] if known and known.orders else []
        return frozenset(order.server for order in (*lost, *doubted))

    def _just_read(self, server: ServerId) -> bool:
        age = self._feed.age_of(Auction(server))
        return age is not None and NOW <= age < self._recent and self._spare.watched(server)

    def _wallets_can_wait(self) -> bool:
        """While a key's turns are short, its wallets are read in every second look: they last for hours, an auction for
        seconds.
        """
        age = self._feed.age_of(Wallets())
        return age is not None and NOW <= age < 3 * self._recent and self._spare.short_of_turns(self._feed.key)

    async def _each(self, parts: Iterable[Wanted]) -> None:
        agenda, in_a_row = deque(parts), 0
        while agenda:
            await self._spare.let_pass(self._feed.key, len(agenda))
            agenda.extendleft(reversed(self._confirmation()))
            part = agenda.popleft()
            try:
                await self._read(part)
            except (KeyRejected, RateLimited):
                raise
            except CloreError as error:
                self.failed |= {part}
                self.trouble = error
                in_a_row += 1
                if in_a_row == FAILURES_OF_AN_OUTAGE:
                    raise
            else:
                in_a_row = 0

    def _confirmation(self) -> list[Wanted]:
        """With many bids the rest of a look takes longer than the second reading of a sign may wait: that goes first."""
        now = self._clock()
        if self.again_at is None or now < self.again_at - EARLY:
            return []
        plan, self.again_at = wanted(self._feed.last, now), None
        if plan.wallets:
            return []  # the sign is not a matter of seconds
        orders: list[Wanted] = [Orders()] if plan.orders else []
        return [*orders, *map(Auction, plan.markets), *([PastOrders()] if plan.past_orders else [])]

    async def _read(self, part: Wanted) -> Snapshot:
        snapshot = await self._feed.read(part, Priority.POLL)
        if isinstance(part, Auction) and (market := snapshot.markets.get(part.server)):
            self._market.note(market.rates)
        soon = self._soon()
        self.again_at = min(self.again_at, soon) if self.again_at and soon else soon
        return snapshot

    def _soon(self) -> datetime | None:
        now = self._clock()
        wait = wanted(self._feed.last, now).again_in
        return None if wait is None else now + wait
