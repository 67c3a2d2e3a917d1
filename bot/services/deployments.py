"""The first minutes of new rentals: looked at often, told in one living message, their ports tried."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.snapshot import Snapshot
from bot.clore.errors import CloreError
from bot.clore.gate import Priority
from bot.domain.announcements import DeploymentTold
from bot.domain.deployment import LOOK_LATER, News, Progress, Sight, keep, noted, probe_due, step
from bot.domain.ids import ChatId, DeploymentId, KeyId
from bot.domain.ledger import Creation
from bot.domain.rental import Order
from bot.domain.secrets import NO_SECRETS, Secrets
from bot.services.clock import Clock
from bot.services.feeds import Auction, Feed, Feeds, Orders
from bot.services.probe import Prober
from bot.services.tasks import Tasks
from storage.codec import decode, encode
from storage.deployments import Deployment
from storage.errors import StorageError, Unreadable
from storage.ledger import Entry
from storage.letters import Rank
from storage.store import Store

log = logging.getLogger(__name__)

AT_ONCE: Final = 200
"""Rows that one tick takes up; the rest stay due."""
FIRST_LOOK: Final = timedelta(seconds=3)
"""After it was found: its number is read before the message goes on to what it does."""
RECENT: Final = timedelta(seconds=10)
"""Several rentals of one key look at the same list."""
AUCTION_RECENT: Final = timedelta(seconds=20)
STILL_TRUE: Final = timedelta(seconds=90)
"""An auction that could not be read now says for so long which bid holds the machine; then it is not known."""
UNASKED_FOR: Final = timedelta(hours=24)
"""For so long password and token are kept where nobody asks for them."""
QUESTION: Final = "question"
"""Ends the episode of what is no edit of the living message."""

_RANKS: Final = {
    News.CHANGED: Rank.INFO,
    News.RUNNING: Rank.INTERACTIVE,
    News.DECIDE: Rank.CRITICAL,
    News.STUCK: Rank.CRITICAL,
}


def first_body(creation: Creation, order: Order) -> str:
    """What is known when a creation is found in my_orders: the body of its new row."""
    progress = Progress(
        title=creation.title,
        image=creation.new.image,
        spot=order.spot,
        price=order.price,
        created_at=order.created_at,
        draft=creation.draft,
        batch=creation.batch,
    )
    return encode(progress)


def begin(
    store: Store, entry: Entry, creation: Creation, order: Order, secrets: Secrets, now: datetime
) -> Deployment | None:
    """Opens the row, in the transaction that ends the ledger's; it is looked at soon after.

    Of the secrets only those that open the machine are kept, until they are shown. `None`: the account was removed, or
    it is followed already.
    """
    if entry.account is None:
        return None
    access = Secrets(jupyter_token=secrets.jupyter_token, ssh_password=secrets.ssh_password)
    return store.deployments.open(
        entry.chat,
        entry.account,
        entry.user,
        entry.id,
        order.id,
        order.server,
        first_body(creation, order),
        now,
        secrets=NO_SECRETS if access.empty else access,
        next_at=now + FIRST_LOOK,
    )


def progress_of(deployment: Deployment) -> Progress:
    """`Unreadable` where a later version wrote it."""
    return decode(Progress, deployment.body)


class FirstMinutes:
    """Follows new rentals. `tick` is all that a clock has to call; `wake` is called when there is something to tell."""

    def __init__(
        self, store: Store, feeds: Feeds, tasks: Tasks, prober: Prober, clock: Clock, wake: Callable[[], None]
    ) -> None:
        self._store = store
        self._feeds = feeds
        self._tasks = tasks
        self._prober = prober
        self._clock = clock
        self._wake = wake

    def tick(self) -> None:
        """Starts the looks that are due, one at a time for each key; returns at once."""
        keys: dict[KeyId, list[Deployment]] = {}
        for deployment in self._store.deployments.due(self._clock(), AT_ONCE):
            account = self._store.accounts.get(deployment.chat, deployment.account)
            if account is not None and self._readable(deployment):
                keys.setdefault(account.key, []).append(deployment)
        for key, deployments in keys.items():
            self._tasks.start(("deployments", key), self._look(key, deployments), expendable=True)

    def keep(self, chat: ChatId, deployment: DeploymentId) -> Progress | None:
        """The person has decided. `None`: it is not remembered any more."""
        with self._store.transaction():
            row = self._store.deployments.get(chat, deployment)
            if row is None:
                return None
            progress = keep(progress_of(row), self._clock())
            self._save(row, progress, (News.CHANGED,), row.next_at)
        self._wake()
        return progress

    def see(self, deployment: DeploymentId, chat: ChatId, snapshot: Snapshot) -> Progress | None:
        """Takes in what was just read; tells what follows from it. `None`: it is not remembered any more."""
        with self._store.transaction():
            row = self._store.deployments.get(chat, deployment)
            if row is None:
                return None
            progress, sight = progress_of(row), self._sight(row, snapshot)
            if row.ended_at is not None or sight is None:
                return progress
            progress, news, next_at = step(progress, sight, self._clock())
            self._save(row, progress, news, next_at)
        if news:
            self._wake()
        if sight.order is not None and probe_due(progress, self._clock()) and self._store.chats.get(chat).probes:
            self._tasks.start(("probe", deployment), self.probe(chat, deployment, sight.order), expendable=True)
        return progress

    async def probe(self, chat: ChatId, deployment: DeploymentId, order: Order) -> None:
        """Tries its ports now, and notes what came of it."""
        probes = await self._prober.probe(order)
        if not probes:
            return
        with self._store.transaction():
            row = self._store.deployments.get(chat, deployment)
            if row is None:
                return
            progress, new = noted(progress_of(row), probes)
            self._store.deployments.note(row.id, encode(progress))
            if new and row.ended_at is None:
                self._announce(row, progress, News.CHANGED)
        if new:
            self._wake()

    async def _look(self, key: KeyId, deployments: list[Deployment]) -> None:
        """One list for all of them, and the auction of each bid. A failed reading changes nothing.

        With a key that is refused nothing is asked: the watch finds out when it is taken again.
        """
        feed = self._feeds.of(key)
        if feed.last is not None and feed.last.rejections:
            self._postpone(deployments)
            return
        try:
            snapshot = await feed.fresh(Orders(), RECENT, Priority.POLL)
            for server in dict.fromkeys(each.server for each in deployments if progress_of(each).spot):
                snapshot = await self._with_auction(feed, snapshot, Auction(server))
        except CloreError as error:
            log.debug("the first minutes of %d rentals of key %s wait: %s", len(deployments), key, error)
            self._postpone(deployments)
            return
        try:
            for each in deployments:
                self.see(each.id, each.chat, snapshot)
        except StorageError as error:
            log.info("the first minutes of key %s wait for the database: %s", key, error)

    async def _with_auction(self, feed: Feed, snapshot: Snapshot, auction: Auction) -> Snapshot:
        """An auction that cannot be read leaves open what the bid does; the order is known all the same."""
        try:
            return await feed.fresh(auction, AUCTION_RECENT, Priority.POLL)
        except CloreError as error:
            log.debug("the auction of server %d was not read: %s", auction.server, error)
            return snapshot

    def _readable(self, deployment: Deployment) -> bool:
        """What cannot be read is followed no more; the alerts go on watching its order."""
        try:
            progress_of(deployment)
        except Unreadable as error:
            log.warning("the first minutes of order %d are given up: %s", deployment.order, error)
            self._store.deployments.end(deployment.id, deployment.body, self._clock())
            return False
        return True

    def _postpone(self, deployments: list[Deployment]) -> None:
        with self._store.transaction():
            for each in deployments:
                row = self._store.deployments.get(each.chat, each.id)
                if row is not None:
                    self._store.deployments.save(row.id, row.body, self._clock() + LOOK_LATER)

    def _sight(self, row: Deployment, snapshot: Snapshot) -> Sight | None:
        """`None` where the list of orders was never read; one from before this order was found says nothing by lacking it."""
        if snapshot.orders is None or snapshot.orders_at is None:
            return None
        order = snapshot.orders.find(row.order)
        if order is None and snapshot.orders_at < row.created_at:
            return None
        market = snapshot.markets.get(row.server)
        known = market is not None and self._clock() - market.read_at <= STILL_TRUE
        return Sight(
            order,
            snapshot.orders_at,
            active=snapshot.bid_active(order) if order is not None and known else None,
            cancelled=self._cancelled(row),
        )

    def _cancelled(self, row: Deployment) -> bool:
        account = self._store.accounts.get(row.chat, row.account)
        if account is None:
            return False
        return any(entry.order == row.order for entry in self._store.ledger.cancelled(account.key, row.created_at))

    def _save(self, row: Deployment, progress: Progress, news: tuple[News, ...], next_at: datetime | None) -> None:
        """Within a transaction: what is known, and what is told of it."""
        if progress.ended:
            self._store.deployments.end(row.id, encode(progress), self._clock())
        else:
            self._store.deployments.save(row.id, encode(progress), next_at)
        for each in news:
            self._announce(row, progress, each)

    def _announce(self, row: Deployment, progress: Progress, news: News) -> None:
        entry = self._store.ledger.get(row.entry)
        if entry is None:
            return
        living = news is News.CHANGED
        if living and progress.batch is not None and not self._store.outbox.delivered(row.chat, entry.once):
            return  # one of several: their own message tells how they go
        count = f":{progress.changes}" if living else ""
        self._store.outbox.announce(
            row.chat,
            row.account,
            DeploymentTold(row.id, news.value),
            f"deployment:{row.id}:{news}{count}",
            self._clock(),
            rank=_RANKS[news],
            episode=entry.once if living else f"{entry.once}:{QUESTION}",
            silent=living or (news is News.RUNNING and progress.batch is not None),
            expires_at=progress.free_until if news is News.DECIDE else None,
        )
