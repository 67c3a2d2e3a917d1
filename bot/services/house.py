"""Everything that the handlers work with, put together once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.alerts.snapshot import Reading, Snapshot
from bot.clore.client import Clore, KeyedClient
from bot.clore.errors import Unavailable
from bot.domain.ids import ChatId, KeyId, UserId
from bot.domain.ledger import Creation
from bot.domain.money import Rates
from bot.domain.rental import Order
from bot.domain.secrets import Secrets
from bot.logs import keep_out_of_logs
from bot.services.attention import Attention
from bot.services.auctions import Auctions
from bot.services.batches import BatchRunner
from bot.services.clock import Clock
from bot.services.connect import Connections
from bot.services.deployments import FirstMinutes, begin
from bot.services.desk import Desks
from bot.services.favourites import Favourites
from bot.services.feeds import Feed, Feeds, KeyUnopenable
from bot.services.guards import GuardWatch
from bot.services.hosting import Hosting
from bot.services.hot import HotMarkets
from bot.services.lookout import Lookout
from bot.services.lowerings import LoweringWatch
from bot.services.market import MarketCopy
from bot.services.panic import Panic
from bot.services.probe import NOWHERE, Connector, Prober
from bot.services.quiet import QuietWatch
from bot.services.record import Recorder
from bot.services.results import Findings
from bot.services.stops import StopWatch, arm_wish
from bot.services.tasks import Tasks
from bot.services.watch import Watch
from bot.services.writes import Writes
from storage.accounts import Account
from storage.errors import NotFound, Unopenable
from storage.ledger import Entry
from storage.store import Store


@dataclass(frozen=True, slots=True)
class House:
    """The services of one process. `allowed`: who may use it (empty: everybody); `operators`: who runs it."""

    store: Store
    clock: Clock
    tasks: Tasks
    market: MarketCopy
    findings: Findings
    attention: Attention
    auctions: Auctions
    favourites: Favourites
    feeds: Feeds
    hot: HotMarkets
    hosting: Hosting
    desks: Desks
    connections: Connections
    writes: Writes
    stops: StopWatch
    lowerings: LoweringWatch
    guards: GuardWatch
    batches: BatchRunner
    panic: Panic
    quiet: QuietWatch
    lookout: Lookout
    watch: Watch
    first_minutes: FirstMinutes
    allowed: frozenset[UserId]
    operators: frozenset[UserId]

    def leave_key(self, key: KeyId) -> None:
        """After an account left a key: where no account uses it any more, nothing more is asked or recorded with it."""
        if not self.store.accounts.of_key(key):
            self.tasks.cancel(("poll", key))
            self.hot.forget(key)
            self.feeds.forget(key)
            self.hosting.forget(key)
            self.auctions.forget(key)

    def remove_account(self, account: Account) -> None:
        """Takes an account out of its chat. Nothing is cancelled on CLORE.AI. Then `store.scrub()`."""
        with self.store.transaction(durable=True):
            self.store.accounts.remove(account.chat, account.id)
            self.store.installation.owe_scrub(owed=True)
        self.leave_key(account.key)

    def delete_chat(self, chat: ChatId) -> None:
        """Deletes the rows of a chat, and ends what is asked with keys that nobody else has. Then `store.scrub()`."""
        keys = {account.key for account in self.store.accounts.of_chat(chat)}
        self.store.delete_chat(chat)
        for key in keys:
            self.leave_key(key)

    @property
    def rates(self) -> Rates | None:
        """Dollars for a coin, as last read."""
        return self.market.rates


def build(
    store: Store,
    clore: Clore,
    clock: Clock,
    *,
    wake: Callable[[], None],
    poll_every: timedelta,
    connector: Connector = NOWHERE,
    allowed: frozenset[UserId] = frozenset(),
    operators: frozenset[UserId] = frozenset(),
) -> House:
    """`wake` is called when the outbox has something new. `connector`: how new rentals are tried."""
    tasks = Tasks()
    market = MarketCopy(clore, clock)

    def see_tenants() -> None:
        """Whether a tenant on demand has the machine, only the marketplace tells: by the time that the loss is confirmed."""
        tasks.start("tenants", market.renew(), expendable=True)

    recorder = Recorder(store, clock, wake, poll_every, unheld=see_tenants)

    def client(key: KeyId) -> KeyedClient:
        try:
            api_key = store.accounts.any_api_key(key)
        except Unopenable as error:
            raise KeyUnopenable from error
        except NotFound as error:
            raise Unavailable("no account has this key any more") from error
        keep_out_of_logs(api_key)
        return clore.keyed(api_key)

    def record(key: KeyId, before: Snapshot | None, reading: Reading) -> Snapshot:
        snapshot = recorder.record(key, before, reading)
        hot.noticed(key, before, snapshot)
        return snapshot

    def make(key: KeyId) -> Feed:
        return Feed(key, lambda: client(key), record, clock, store.keys.snapshot(key))

    feeds = Feeds(make)
    hot = HotMarkets(feeds, market, tasks, clock, store.guards.servers_of, poll_every)
    desks = Desks(store, feeds)

    def on_rented(entry: Entry, creation: Creation, order: Order, secrets: Secrets) -> None:
        begin(store, entry, creation, order, secrets, clock())
        arm_wish(store, entry, creation, order, clock())

    writes = Writes(store, desks, market, tasks, clock, wake, on_rented)
    batches = BatchRunner(store, market, writes, tasks, clock, wake)
    return House(
        store=store,
        clock=clock,
        tasks=tasks,
        market=market,
        findings=Findings(),
        attention=Attention(store, clock, wake),
        auctions=Auctions(market, clock),
        favourites=Favourites(store, market, clock, wake),
        feeds=feeds,
        hot=hot,
        hosting=Hosting(clock),
        desks=desks,
        connections=Connections(store, clore, clock),
        writes=writes,
        batches=batches,
        panic=Panic(store, writes, batches, clock, wake),
        quiet=QuietWatch(store, clock, wake),
        stops=StopWatch(store, feeds, writes, clock, wake, poll_every),
        lowerings=LoweringWatch(store, feeds, market, writes, clock, wake, poll_every),
        guards=GuardWatch(store, feeds, market, writes, tasks, clock, wake, hot.consider),
        lookout=Lookout(store, feeds, writes, tasks, clock),
        watch=Watch(store, feeds, market, tasks, clock, hot, every=poll_every),
        first_minutes=FirstMinutes(store, feeds, tasks, Prober(connector, clock), clock, wake),
        allowed=allowed,
        operators=operators,
    )
