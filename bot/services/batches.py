"""Renting several machines one after the other: each a row of the ledger, each waited for before the next."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final, assert_never

from bot.clore.errors import CloreError
from bot.clore.gate import Priority
from bot.domain.announcements import BatchTold
from bot.domain.batch import (
    Await,
    BatchPlan,
    Done,
    Price,
    Rent,
    Skip,
    State,
    Why,
    asked,
    ended,
    left_out,
    next_step,
    settled,
    skipped,
    still,
)
from bot.domain.draft import NewOrder
from bot.domain.ids import BatchId, ChatId, MessageId, ServerId
from bot.domain.ledger import Cause, Creation, Result
from bot.domain.market import Listing
from bot.domain.password import Chance
from bot.domain.recipe import fresh
from bot.domain.secrets import secrets_of, with_secrets, without_secrets
from bot.services.clock import Clock
from bot.services.feeds import within
from bot.services.market import MarketCopy
from bot.services.tasks import Tasks
from bot.services.writes import Writes
from storage.accounts import Account
from storage.batches import Batch
from storage.codec import decode, encode
from storage.errors import DatabaseUnavailable, Unreadable
from storage.ledger import Entry
from storage.sealing import packed
from storage.store import Store

log = logging.getLogger(__name__)

MARKET_AGE: Final = timedelta(seconds=10)
MARKET_PATIENCE_SECONDS: Final = 15.0
MARKET_TRIES: Final = 3
PAUSE_SECONDS: Final = 1.0
BRIEF: Final = timedelta(seconds=20)
"""What took longer ends with a message of its own: a changed one is not heard."""


class BatchRunner:
    """Carries out confirmed batches; what a restart cut off goes on from its rows."""

    def __init__(
        self,
        store: Store,
        market: MarketCopy,
        writes: Writes,
        tasks: Tasks,
        clock: Clock,
        wake: Callable[[], None],
        chance: Chance = secrets.randbelow,
    ) -> None:
        self._store = store
        self._market = market
        self._writes = writes
        self._tasks = tasks
        self._clock = clock
        self._wake = wake
        self._chance = chance

    def begin(self, batch: Batch, message: MessageId | None) -> bool:
        """What was confirmed is what is carried out; call it in the transaction that claims the press. False: it is over."""
        now = self._clock()
        if not self._store.batches.move(batch.id, "running", of=("open",), now=now):
            return False
        if message is not None:
            self._store.batches.set_message(batch.id, message)
        plan = decode(BatchPlan, batch.body)
        begun = replace(plan, budget=plan.limit, began_at=now, moved_at=now)
        running = replace(batch, state="running", message=message)
        self._store.batches.save(running, encode(begun))
        self._tell(running, begun)
        return True

    def start(self, chat: ChatId, batch: BatchId) -> None:
        self._wake()
        self._tasks.start(("batch", batch), self._run(chat, batch), expendable=True)

    def resume(self) -> int:
        """Takes up what a restart left unfinished; returns how many."""
        running = self._store.batches.running()
        for batch in running:
            self.start(batch.chat, batch.id)
        return len(running)

    def stop(self, batch: Batch) -> bool:
        """Nothing more is rented; what is on its way is waited for. False: it does not run."""
        with self._store.transaction(durable=True):
            return self._store.batches.move(batch.id, "stopping", of=("running",), now=self._clock())

    async def _run(self, chat: ChatId, number: BatchId) -> None:
        while True:
            try:
                if not await self._step(chat, number):
                    return
            except DatabaseUnavailable as error:
                log.warning("batch %d waits for the database: %s", number, error)
                await asyncio.sleep(PAUSE_SECONDS)

    async def _step(self, chat: ChatId, number: BatchId) -> bool:
        """Says whether there is another step. Between two awaits the rows are whole: it may be cut off at any of them."""
        try:
            batch = self._store.batches.get(chat, number)
            plan = decode(BatchPlan, batch.body) if batch is not None else None
        except Unreadable as error:
            log.error("batch %d cannot be read: %s", number, error)  # noqa: TRY400 - its trace tells nothing more
            self._store.batches.move(number, "ended", of=("running", "stopping"), now=self._clock())
            return False
        account = self._store.accounts.get(chat, batch.account) if batch is not None and batch.account else None
        if batch is None or plan is None or account is None or batch.state not in ("running", "stopping"):
            return False
        match next_step(plan, self._clock(), stopping=batch.state == "stopping"):
            case Await(place):
                entry = await self._ended(plan, place)
                self._keep(batch, settled(plan, place, _result(entry), self._clock()))
            case Rent() if batch.damaged:
                self._end(batch, ended(plan, Done(Why.DAMAGED), self._clock()))
                return False
            case Rent(place, price):
                await self._rent(account, batch, plan, place, price)
            case Done() as done:
                self._end(batch, ended(plan, done, self._clock()))
                return False
            case never:
                assert_never(never)
        return True

    async def _ended(self, plan: BatchPlan, place: int) -> Entry | None:
        number = plan.candidates[place].entry
        if number is None:
            return None
        self._writes.start(number)  # where a restart left it; it runs once, whoever begins it
        return await self._writes.ended(number)

    async def _rent(self, account: Account, batch: Batch, plan: BatchPlan, place: int, shown: Price) -> None:
        """Asks for one machine at the price of a fresh market copy, which is never above the one that was confirmed."""
        read, listing = await self._listing(plan.candidates[place].server)
        if not read:
            self._keep(batch, left_out(plan, place, Cause.UNREACHABLE, self._clock()))
            return
        go = still(plan, shown, listing, self._clock())
        if isinstance(go, Skip):
            self._keep(batch, skipped(plan, place, go, self._clock()))
            return
        order = self._order(batch, plan, place, go.price)
        if order is None:
            self._keep(batch, left_out(plan, place, Cause.INVALID, self._clock()))
            return
        present = self._store.batches.get(batch.chat, batch.id)
        if present is None or present.state != "running":
            return  # stopped while the market was read: the next step says so
        with self._store.transaction(durable=True):
            title = plan.candidates[place].title
            entry = self._writes.claim(
                account,
                batch.user,
                Creation(without_secrets(order), title, batch=batch.id, stop=go.stop),
                once=f"batch:{batch.id}:{place}",
                message=None,
                secret=packed(secrets_of(order)),
            )
            self._keep(batch, asked(plan, place, entry.id, go.price, self._clock()))
        self._writes.start(entry.id)

    def _order(self, batch: Batch, plan: BatchPlan, place: int, price: Price) -> NewOrder | None:
        """With a password of its own, where it needs one."""
        draft = replace(
            with_secrets(plan.draft, batch.secrets),
            server=plan.candidates[place].server,
            currency=price.price.currency,
            required_price=price.price.amount,
        )
        ready = fresh(draft, self._chance).ready()
        return ready if isinstance(ready, NewOrder) else None

    async def _listing(self, server: ServerId) -> tuple[bool, Listing | None]:
        """Whether the marketplace could be read, and the server in it."""
        for attempt in range(MARKET_TRIES):
            try:
                market = await within(MARKET_PATIENCE_SECONDS, self._market.fresh(MARKET_AGE, Priority.USER))
            except CloreError as error:
                log.info("the marketplace could not be read for a batch: %s", error)
                market = None
            if market is not None:
                return True, next((listing for listing in market.listings if listing.id == server), None)
            await asyncio.sleep(PAUSE_SECONDS * 2**attempt)
        return False, None

    def _keep(self, batch: Batch, plan: BatchPlan) -> None:
        with self._store.transaction(durable=True):
            self._store.batches.save(batch, encode(plan))
            self._tell(batch, plan)
        self._wake()

    def _end(self, batch: Batch, plan: BatchPlan) -> None:
        now = self._clock()
        with self._store.transaction(durable=True):
            self._store.batches.save(batch, encode(plan))
            self._store.batches.move(batch.id, "ended", of=("running", "stopping"), now=now)
            self._tell(batch, plan)
            if batch.message is None or plan.began_at is None or now - plan.began_at > BRIEF:
                self._announce(batch, "report", None)
        rented = len(plan.of(State.RENTED))
        log.info(
            "batch %d of account %s: %d of %d rented (%s)", batch.id, batch.account, rented, plan.wanted, plan.ended
        )
        self._wake()

    def _tell(self, batch: Batch, plan: BatchPlan) -> None:
        if batch.message is not None:
            self._announce(batch, str(plan.steps), batch.message)

    def _announce(self, batch: Batch, what: str, edits: MessageId | None) -> None:
        self._store.outbox.announce(
            batch.chat,
            batch.account,
            BatchTold(batch.id),
            f"batch:{batch.id}:told:{what}",
            self._clock(),
            episode=f"batch:{batch.id}",
            edits=edits,
        )


def _result(entry: Entry | None) -> Result | None:
    return None if entry is None or entry.result is None else decode(Result, entry.result)
