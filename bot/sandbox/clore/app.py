"""The simulated CLORE.AI as one object: the API under `/v1`, the hands that move its world under `/sim`."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from random import Random

from starlette.applications import Starlette
from starlette.routing import Route

from bot.sandbox.clore import acts, demo, loader, rivals, rows
from bot.sandbox.clore.acts import ImpossibleError, Stage
from bot.sandbox.clore.control import Control
from bot.sandbox.clore.demo import DEMO_KEY
from bot.sandbox.clore.door import Door
from bot.sandbox.clore.faults import Canned, Fault
from bot.sandbox.clore.generate import market
from bot.sandbox.clore.journal import Entry, Journal
from bot.sandbox.clore.model import Account, Row
from bot.sandbox.clore.pacing import Pacing
from bot.sandbox.clore.rivals import Rivals
from bot.sandbox.clore.service import Service
from bot.sandbox.clore.world import World

FIRST_NEW_ACCOUNT = 100
KEY_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"


class CloreStandIn:
    """A marketplace of its own; the same seed and the same `now` give the same world.

    `now` gives Unix seconds; `sleep` is awaited for slow answers only. `servers`: size of the market. `demo`: with the
    demo account. `rivals`: strangers act now and then. `lag`: seconds until a new order is listed, from and to;
    `deploys`: until its container runs.
    `paced` False: never 429 for speed; `shared_pacing`: one gap for all keys together. `latency`: seconds before every
    answer. `hang_seconds`: how long a request without an answer is held. `log_file`: every request as a line of JSON;
    it holds whole requests, the simulated keys and passwords too.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        servers: int = 300,
        demo: bool = True,
        rivals: bool = False,
        lag: tuple[float, float] = (2.0, 20.0),
        deploys: tuple[float, float] = (25.0, 90.0),
        paced: bool = True,
        shared_pacing: bool = False,
        latency: float = 0.0,
        hang_seconds: float = 60.0,
        log_file: Path | None = None,
    ) -> None:
        self.seed = seed
        self.now = now
        self._servers = servers
        self._demo = demo
        self._rivals_on = rivals
        self._lag = lag
        self._deploys = deploys
        self._paced = paced
        self._shared_pacing = shared_pacing
        self._latency = latency
        self.journal = Journal(log_file)
        self.reset()
        door = Door(lambda: self.service, sleep=sleep, hang_seconds=hang_seconds)
        self.app = Starlette(routes=[Route("/v1/{operation:path}", door), *Control(self).routes()])

    def __repr__(self) -> str:
        return f"CloreStandIn(seed={self.seed}, servers={len(self.world.servers)}, orders={len(self.world.orders)})"

    @property
    def key(self) -> str:
        """The API key of the demo account."""
        return DEMO_KEY

    @property
    def world(self) -> World:
        return self.service.world

    def reset(self) -> None:
        """The world as it was made from the seed, at the present time; the log in memory is empty again."""
        self._random = Random(f"world {self.seed}")
        world = World(self.now())
        servers = market(self.seed, self._servers)
        for server in servers:
            world.put_server(server)
        rivals.move_in(world, self._random, servers)
        if self._demo:
            demo.settle_in(world, self._random)
        self.journal.entries.clear()
        self.rivals = Rivals(world, Random(f"rivals {self.seed}"), on=self._rivals_on)
        self.service = Service(
            world,
            now=self.now,
            random=Random(f"service {self.seed}"),
            journal=self.journal,
            pacing=Pacing(shared=self._shared_pacing) if self._paced else None,
            lag=self._lag,
            deploys=self._deploys,
            latency=self._latency,
        )

    def add_key(self, key: str | None = None) -> str:
        """A new account with some coins of two kinds, the third wallet never opened. Raises ValueError for a key in use."""
        key = key or "SIM_" + "".join(self._random.choices(KEY_LETTERS, k=28))
        if len(key) != 32 or not set(key) <= set(KEY_LETTERS):
            raise ValueError("a key has 32 characters of A-Z, a-z, 0-9, _ and -")
        if self.world.account_of(key) is not None:
            raise ValueError("that key exists")
        number = max([FIRST_NEW_ACCOUNT, *self.world.accounts]) + 1
        self.world.add_account(Account(number, key), demo.wallets(self._random, "0.0021", "5000", None))
        return key

    def act(self, name: str, *, key: str | None = None, **facts: object) -> Row:
        """One of the verbs of GET /sim/acts. Raises ImpossibleError."""
        return acts.perform(name, Stage(self.service, self.rivals, self._account(key), facts))

    def fault(
        self,
        mode: str,
        *,
        operation: str | None = None,
        times: int | None = 1,
        probability: float = 1.0,
        key: str | None = None,
        seconds: float = 2.0,
    ) -> None:
        """Plans a fault for coming requests. Raises ValueError for an unknown mode."""
        plan = Fault(mode=mode, operation=operation, key=key, times=times, probability=probability, seconds=seconds)
        self.service.faults.plans.append(plan)

    def answer(
        self,
        operation: str,
        body: bytes | str,
        *,
        status: int = 200,
        times: int | None = 1,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Serves a raw body for an operation, `times` times (None: always), instead of carrying it out."""
        raw = body.encode() if isinstance(body, str) else body
        self.service.faults.canned.append(
            Canned(
                operation=operation,
                body=raw,
                status=status,
                times=times,
                content_type=content_type,
                headers=headers or {},
            )
        )

    def heal(self) -> None:
        """Takes back every planned fault, outage and canned reply."""
        self.service.faults.clear()

    def load(self, raw: Mapping[str, object], *, key: str | None = None) -> None:
        """An exact world from raw rows: see `loader.load`."""
        self.world.advance(self.now())
        loader.load(self.world, self._account(key), raw)

    def calls(self, *, operation: str | None = None, key: str | None = None, since: int = 0) -> list[Entry]:
        """Requests so far, oldest first."""
        return self.journal.calls(operation=operation, key=key, since=since)

    def state(self, key: str | None = None) -> Row:
        """The truth about an account and its world, for checkers: nothing of it lags."""
        self.world.advance(self.now())
        account = self._account(key)
        return {
            "now": self.now(),
            "aged_by": self.world.aged_by,
            "account": {"id": account.id, "limit": account.limit, "revoked": account.key in self.world.revoked},
            "wallets": [rows.wallet(self.world, account.id, each) for each in self.world.wallets[account.id].values()],
            "orders": [_order_state(self.world, number.id) for number in self.world.orders_of(account.id)],
            "hosted": [each.id for each in self.world.servers.values() if each.owner == account.id],
            "servers": len(self.world.servers),
            "rates": dict(self.world.rates),
            "down": self.service.faults.down,
            "rivals": self.rivals.on,
            "vanish_when_outbid": self.world.outbid_vanishes,
            "never_deploys": self.world.never_deploys,
            "calls": len(self.journal.entries),
        }

    def _account(self, key: str | None) -> Account:
        account = self.world.account_of(key or DEMO_KEY)
        if account is None:
            raise ImpossibleError("no account has this key")
        return account


def _order_state(world: World, number: int) -> Row:
    order = world.orders[number]
    return {
        "id": order.id,
        "server": order.server,
        "spot": order.spot,
        "price": order.price,
        "currency": order.currency,
        "live": order.live,
        "active": order.active,
        "listed": order.visible_from <= world.at,
        "ct": int(world.shown_time(order.created)),
        "ending": order.ending,
    }
