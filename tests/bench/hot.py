"""Hot auctions: how soon after a rival's move the bot knows of it, and what knowing that nothing moved costs.

The whole bot between the two stand-ins in virtual time, with one key that has so many bids, all of them hot: rivals come
and go below them. CLORE.AI answers after 0.4 s with what stood when it was asked.

The goal is about the order of turns: from a move to the request whose answer shows it, half a round of the key's hot
auctions. The answer's own way comes on top of it, and an alarm also waits for its second reading, at least five seconds
after the first: these are rows of their own, beside the watch with its base interval alone.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any, Final, TypeVar

import looptime

from bot.alerts.snapshot import Reading, Snapshot
from bot.clore.gate import GAP_SECONDS
from bot.domain.ids import KeyId, OrderId, ServerId
from bot.domain.money import BITCOIN, Money
from bot.domain.rental import Order, Orders
from bot.domain.spot import Offer, SpotMarket
from bot.sandbox.clore import rivals
from bot.sandbox.clore.model import Ending
from bot.sandbox.telegram.calls import Call
from bot.services.record import SETTLED_AFTER, Recorder
from tests.bench.clocks import MICRO, cpu_of
from tests.bench.rooms import account, invented_key, people, room
from tests.bench.sizes import Size
from tests.bench.table import Goal, Row
from tests.bench.watch import Hand
from tests.journeys.stories import SERVER, bid, by_hand, renter
from tests.stage import Stage

T = TypeVar("T")

HOT: Final = (1, 5, 10)
ANSWER_SECONDS: Final = 0.4
TURN_SECONDS: Final = GAP_SECONDS + ANSWER_SECONDS
STIR_SECONDS: Final = 240.0
REFUSE_SECONDS: Final = 400.0
PATIENCE_SECONDS: Final = 600.0
MOVES_FOR_ONE_ALONE: Final = 5
"""The baseline is a long wait, known well enough by fewer."""
MOVES_FOR_AN_ALARM: Final = 4
"""Every so many moves that are measured an alarm is, which takes longer."""
PRICE, LOW_PRICE = "0.000015", "0.000012"
"""Less than the own bids, which hold their machines."""
FOREVER: Final = datetime(9000, 1, 1, tzinfo=UTC)
ALONE: Final = "the watch alone, as after a refusal"


@dataclass(slots=True)
class Delays:
    """Seconds from a move, each the mean of one repetition."""

    asked: list[float] = field(default_factory=list)
    known: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)


async def rows(size: Size, folder: Path) -> list[Row]:
    found: list[Row] = []
    for hot in HOT:
        close = await asyncio.to_thread(in_virtual_time, size, folder / f"hot-{hot}", hot, stirred)
        fewer = replace(size, moves=max(1, size.moves // MOVES_FOR_ONE_ALONE))
        alone = await asyncio.to_thread(in_virtual_time, fewer, folder / f"alone-{hot}", hot, refused)
        half = hot / 2 * TURN_SECONDS
        name, round_ = f"hot: {hot} of one key, a move until it", f"half a round, {hot}/2 x (gap + answer)"
        found += [
            Row(f"{name} is asked for", "s", [(asked, half) for asked in close.asked], round_, Goal(1.1)),
            Row(f"{name} is known", "s", list(zip(close.known, alone.known, strict=True)), ALONE, Goal(0.5)),
            Row(f"{name}, a loss, is told", "s", list(zip(close.told, alone.told, strict=True)), ALONE, Goal(0.7)),
        ]
    return [*found, repeated(size, folder)]


# How soon

Surroundings = Callable[[Stage, tuple[int, ...]], Coroutine[Any, Any, None]]


def in_virtual_time(size: Size, folder: Path, bids: int, surroundings: Surroundings) -> Delays:
    """In a thread that has no event loop yet."""
    folder.mkdir()
    loop = looptime.new_event_loop(start=0, noop_cycles=1)
    try:
        return loop.run_until_complete(delays(size, folder, bids, surroundings))
    finally:
        loop.close()


async def delays(size: Size, folder: Path, bids: int, surroundings: Surroundings) -> Delays:
    numbers, chance, found = tuple(range(1, bids + 1)), Random(bids), Delays()
    async with by_hand(folder, settings={}, latency=ANSWER_SECONDS) as stage:
        await renter(stage, *[bid(stage, number) for number in numbers])
        key = stage.clore.calls()[-1].key
        async with beside(surroundings(stage, numbers)):
            await asyncio.sleep(2 * STIR_SECONDS)  # the first reading knows of no move
            for _ in range(size.repetitions):
                moves = [await moved(stage, number, chance) for number in drawn(chance, numbers, size.moves)]
                found.asked.append(mean(asked for asked, _ in moves))
                found.known.append(mean(known for _, known in moves))
                alarms = drawn(chance, numbers, max(1, size.moves // MOVES_FOR_AN_ALARM))
                found.told.append(mean([await lost(stage, key, number, chance) for number in alarms]))
    return found


def drawn(chance: Random, numbers: tuple[int, ...], count: int) -> Iterator[int]:
    """Any of them, each as often as the others."""
    pack: list[int] = []
    for _ in range(count):
        pack = pack or chance.sample(numbers, len(numbers))
        yield pack.pop()


async def moved(stage: Stage, number: int, chance: Random) -> tuple[float, float]:
    """A rival comes, at any moment of a round: the seconds until the request that shows it, and until that is recorded."""
    await asyncio.sleep(chance.uniform(1, 61))
    at, before = stage.seconds(), len(stage.clore.journal.entries)
    rival = comes(stage, number, PRICE)
    known = await becomes(lambda: _known(stage, number, rival))
    later = stage.clore.journal.entries[before:]
    asked = next(call.at for call in later if call.query == f"market={SERVER + number}")
    goes(stage, rival)
    return asked - at, known.timestamp() - at


async def lost(stage: Stage, key: str, number: int, chance: Random) -> float:
    """A rival takes the machine, and leaves it: the seconds until Telegram has accepted the alarm."""
    await asyncio.sleep(chance.uniform(1, 60))
    at, newest = stage.seconds(), stage.telegram.calls.find()[-1].n
    stage.clore.act("outbid", key=key, order=number)
    alarm = await becomes(lambda: _said(stage, "sendMessage", "Outbid", newest))
    stage.clore.act("holder_leaves", key=key, order=number)
    await becomes(lambda: _said(stage, "editMessageText", "Won back", alarm.n))
    return alarm.at - at


def comes(stage: Stage, number: int, price: str) -> OrderId:
    """Somebody bids less than the bid of this number."""
    world = stage.clore.world
    world.advance(stage.seconds())
    return OrderId(
        rivals.bid(world, stage.clore.service.random, world.servers[SERVER + number], Decimal(price), BITCOIN).id
    )


def goes(stage: Stage, rival: OrderId) -> None:
    stage.clore.world.advance(stage.seconds())
    stage.clore.world.end(rival, Ending.CANCELLED)


async def becomes(look: Callable[[], T | None]) -> T:
    """What there is to be seen at last."""
    end = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while (found := look()) is None:
        assert asyncio.get_running_loop().time() < end, "it was never seen"
        await asyncio.sleep(0.25)
    return found


def _known(stage: Stage, number: int, rival: OrderId) -> datetime | None:
    """When it was read, once it shows this rival."""
    last = _last(stage)
    market = None if last is None else last.markets.get(ServerId(SERVER + number))
    return None if market is None or market.find(rival) is None else market.read_at


def _last(stage: Stage) -> Snapshot | None:
    assert stage.app is not None
    (key,) = stage.app.house.store.keys.due(FOREVER, 2)
    return stage.app.house.feeds.of(key).last


def _said(stage: Stage, method: str, word: str, since: int) -> Call | None:
    calls = stage.telegram.calls.find(method, since=since)
    return next((call for call in calls if call.answer["ok"] and word in str(call.params["text"])), None)


async def stirred(stage: Stage, numbers: tuple[int, ...]) -> None:
    """Now and then a rival comes to each, or goes: all of them stay hot."""
    here: dict[int, OrderId] = {}
    while True:
        for number in numbers:
            if number in here:
                goes(stage, here.pop(number))
            else:
                here[number] = comes(stage, number, LOW_PRICE)
        await asyncio.sleep(STIR_SECONDS)


async def refused(stage: Stage, numbers: tuple[int, ...]) -> None:
    """CLORE.AI refuses a request now and then: no spare turn is taken."""
    while True:
        stage.clore.fault("429", operation="my_orders")
        await asyncio.sleep(REFUSE_SECONDS)


@contextlib.asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


# What it costs


def repeated(size: Size, folder: Path) -> Row:
    """A reading of an auction in which nothing moved, beside one that has to be looked at and stored."""
    clock = Hand(datetime.now(UTC))
    pairs = []
    with room(folder / "bot.db") as store:
        (chat,) = people(store, 1, clock.now)
        key = account(store, chat, invented_key(chat), clock.now).key
        recorder = Recorder(store, clock, lambda: None, timedelta(minutes=1))
        for _ in range(size.repetitions):
            last = recorder.record(
                key, None, Reading(at=clock.now, orders=_orders(clock.now), markets=_auction(clock.now))
            )
            clock.now += SETTLED_AFTER
            still = cpu_of(_read, recorder, clock, key, last, size.keys, moves=False)
            clock.now += SETTLED_AFTER
            moving = cpu_of(_read, recorder, clock, key, last, size.keys, moves=True)
            pairs.append((MICRO * still / size.keys, MICRO * moving / size.keys))
    return Row("hot: a reading in which nothing moved", "us", pairs, "one with a move in it", Goal(0.5))


def _read(recorder: Recorder, clock: Hand, key: KeyId, last: Snapshot, count: int, *, moves: bool) -> None:
    for number in range(count):
        clock.now += timedelta(milliseconds=1)
        auction = _auction(clock.now, "0.5" if moves and number % 2 else "0.4")
        last = recorder.record(key, last, Reading(at=clock.now, markets=auction))


def _orders(now: datetime) -> Orders:
    price = Money(Decimal(1), BITCOIN)
    mine = Order(OrderId(1), ServerId(6), price, created_at=now, max_length=timedelta(days=30), spot=True)
    return Orders((mine,))


def _auction(now: datetime, rival: str = "0.4") -> dict[ServerId, SpotMarket]:
    prices = {1: "1", 2: rival, 3: "0.3", 4: "0.2"}
    offers = [
        Offer(OrderId(number), Money(Decimal(price), BITCOIN), active=number == 1, mine=number == 1)
        for number, price in prices.items()
    ]
    return {ServerId(6): SpotMarket(ServerId(6), now, offers=tuple(offers), online=True)}
