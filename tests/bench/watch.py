"""The watch over many keys: an idle tick, the recording of one reading, and a whole poll of one key.

The account that is read is that of the demo: a rental, a bid that holds its machine, and one that waits. A poll of it
is four requests over HTTP, each of them recorded: snapshot, rules, alert states.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

import httpx

from bot.alerts.reading import merge
from bot.alerts.snapshot import Reading, Snapshot
from bot.app import App, World, assemble
from bot.clore.client import Clore, KeyedClient
from bot.clore.exchange import USER_AGENT
from bot.clore.transport import open_http
from bot.config import read_settings
from bot.domain.ids import KeyId
from bot.domain.rental import Order, Orders
from bot.sandbox.clore.demo import DEMO_KEY
from bot.services.house import House, build
from bot.services.record import Recorder
from storage.codec import encode
from storage.store import Store
from tests.bench.children import python
from tests.bench.clocks import MICRO, MILLI, cpu_of, cpu_while
from tests.bench.rooms import account, bare_room, invented_key, people, room
from tests.bench.sizes import Size
from tests.bench.stand_ins import TOKENS
from tests.bench.table import Goal, Row

POLL: Final = timedelta(seconds=60)
SHARE_POLLED: Final = 10
"""Every so many of the keys a poll is measured: with HTTP it takes longer than the rest."""
BARE_TABLE: Final = "CREATE TABLE keys (id TEXT PRIMARY KEY, snapshot TEXT, at INTEGER)"
UPDATE: Final = "UPDATE keys SET snapshot = ? WHERE id = ?"
TENTH_OF_A_CORE: Final = Goal(2.6, "ms")
"""What 1,000 keys may use, polled every 60 s: orders and wallets each, and three auctions for every tenth of them."""
PLAIN_POLL: Final = "stock httpx, json.loads, a bare UPDATE of the same JSON"


@dataclass(slots=True)
class Hand:
    """A clock that is moved by hand."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def turn(self) -> None:
        self.now += POLL


async def rows(size: Size, folder: Path) -> list[Row]:
    clock = Hand(datetime.now(UTC))
    with room(folder / "bot.db") as store, bare_room(folder / "bare.db", BARE_TABLE) as bare:
        chats = people(store, size.keys, clock.now)
        for chat in chats[1:]:
            account(store, chat, invented_key(chat), clock.now)
        demo = account(store, chats[0], DEMO_KEY, clock.now).key
        async with python(folder, "stand-ins", "-m", "tests.bench.stand_ins") as there, open_http() as http:
            root = f"http://127.0.0.1:{await there.port()}/clore/v1"
            clore = Clore(http, now=clock, base_url=root, gap_seconds=0)
            first = await whole_reading(clore.keyed(DEMO_KEY), clock.now)
            keys = store.keys.due(clock.now, size.keys)
            recorded = _recorded(size, clock, store, bare, keys, first)
            ticked = await _ticked(size, clock, store, bare)
            house = build(store, clore, clock, wake=lambda: None, poll_every=POLL)
            polled = await _polled(size, clock, house, bare, root, demo)
    named = f"{size.keys:,} keys"
    return [
        Row(f"watch: {named}, an idle tick", "us", ticked, "a bare SELECT and an UPDATE", Goal(1_000, "us")),
        Row("watch: a reading recorded", "us", recorded, "a bare UPDATE of the same JSON", Goal(1_000, "us")),
        Row("watch: a key polled, CPU of each request", "ms", polled, PLAIN_POLL, TENTH_OF_A_CORE),
    ]


async def whole_reading(client: KeyedClient, now: datetime) -> Reading:
    orders, wallets = await client.my_orders(), await client.wallets()
    servers = {order.server for order in orders.open if order.spot}
    markets = {server: await client.spot_marketplace(server) for server in servers}
    return Reading(at=now, orders=orders, wallets=wallets, markets=markets)


# A reading recorded


def _recorded(
    size: Size, clock: Hand, store: Store, bare: sqlite3.Connection, keys: list[KeyId], first: Reading
) -> list[tuple[float, float]]:
    recorder = Recorder(store, clock, lambda: None, POLL)
    known = {key: recorder.record(key, None, first) for key in keys}
    assert first.orders is not None
    orders, text = first.orders, encode(merge(None, first))
    bare.executemany("INSERT INTO keys VALUES (?, ?, 0)", [(key, text) for key in keys])
    pairs = []
    for _ in range(size.repetitions):
        clock.turn()
        orders = a_minute_later(orders)
        reading = Reading(at=clock.now, orders=orders)
        ours = cpu_of(record, recorder, known, reading)
        pairs.append((MICRO * ours / len(keys), MICRO * cpu_of(_update, bare, keys, text) / len(keys)))
    return pairs


def record(recorder: Recorder, known: dict[KeyId, Snapshot], reading: Reading) -> None:
    for key, before in known.items():
        known[key] = recorder.record(key, before, reading)


def _update(bare: sqlite3.Connection, keys: Iterable[KeyId], text: str) -> None:
    for key in keys:
        bare.execute(UPDATE, (text, key))


def a_minute_later(orders: Orders) -> Orders:
    """What runs has cost a little more."""
    return replace(orders, orders=tuple(_billed(order) for order in orders.orders))


def _billed(order: Order) -> Order:
    return order if order.spent is None else replace(order, spent=order.spent * Decimal("1.01"))


# An idle tick


async def _ticked(size: Size, clock: Hand, store: Store, bare: sqlite3.Connection) -> list[tuple[float, float]]:
    for key in store.keys.due(clock.now, size.keys):
        store.keys.schedule(key, clock.now + timedelta(days=1))
    app = _app(clock, store)
    await ticks(app, clock, 1)  # which takes away what is over, as once an hour
    count = max(1, size.keys // SHARE_POLLED)
    pairs = []
    for _ in range(size.repetitions):
        ours = await cpu_while(ticks(app, clock, count))
        pairs.append((MICRO * ours / count, MICRO * cpu_of(_bare_ticks, bare, count) / count))
    return pairs


async def ticks(app: App, clock: Hand, count: int) -> None:
    for _ in range(count):
        clock.now += timedelta(seconds=1)
        app.tick()
        for _ in range(3):  # every part of it is over by then
            await asyncio.sleep(0)


def _bare_ticks(bare: sqlite3.Connection, count: int) -> None:
    for _ in range(count):
        bare.execute("SELECT at FROM keys WHERE rowid = 1").fetchall()
        bare.execute("UPDATE keys SET at = 0 WHERE rowid = 1")


def _app(clock: Hand, store: Store) -> App:
    """All the parts, never started: nothing is sent anywhere."""
    settings = read_settings({"TELEGRAM_BOT_TOKEN": TOKENS["ours"]})
    nowhere = httpx.MockTransport(lambda _: httpx.Response(500))
    world = World(clore=httpx.AsyncClient(transport=nowhere), telegram=lambda: nowhere, clock=clock, heartbeat=False)
    return assemble(settings, store, world)


# A key polled


async def _polled(
    size: Size, clock: Hand, house: House, bare: sqlite3.Connection, root: str, demo: KeyId
) -> list[tuple[float, float]]:
    count = max(1, size.keys // SHARE_POLLED)
    await polls(house, clock, demo, 1)
    last = house.feeds.of(demo).last
    assert last is not None
    text, urls = encode(last), [f"{root}/{path}" for path in paths(last)]
    pairs = []
    async with httpx.AsyncClient(headers={"User-Agent": USER_AGENT, "auth": DEMO_KEY}, trust_env=False) as stock:
        for _ in range(size.repetitions):
            ours = await cpu_while(polls(house, clock, demo, count))
            plain = await cpu_while(_plain_polls(stock, urls, bare, text, demo, count))
            requests = count * len(urls)
            pairs.append((MILLI * ours / requests, MILLI * plain / requests))
    return pairs


async def polls(house: House, clock: Hand, key: KeyId, count: int) -> None:
    for _ in range(count):
        clock.turn()
        await house.watch.poll(key)
    last = house.feeds.of(key).last
    assert last is not None
    assert last.at == clock.now
    assert not last.failures


def paths(snapshot: Snapshot) -> tuple[str, ...]:
    """What a poll of this key asks for."""
    return ("my_orders", *(f"spot_marketplace?market={server}" for server in snapshot.markets), "wallets")


async def _plain_polls(
    stock: httpx.AsyncClient, urls: list[str], bare: sqlite3.Connection, text: str, key: KeyId, count: int
) -> None:
    for _ in range(count):
        for url in urls:
            assert json.loads((await stock.get(url)).content)["code"] == 0
        bare.execute(UPDATE, (text, key))
