"""Trials of one kind: somebody confirms a rental, something fails, and in the end it was bought once or not at all.

Ten people rent at the same time in one simulated world; whatever stops the bot stops it for all of them. The oracle is
CLORE.AI's own log: what it carried out, against what each person was told in the end.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Final

from bot.domain.ledger import Cause, Ending, Result
from bot.sandbox.clore.journal import Entry
from storage.codec import decode
from storage.ledger import Entry as Row
from tests.journeys.hands import asks
from tests.journeys.renting import CREATE, account_of, asked, machine, wanted
from tests.journeys.stories import by_hand, coins, ends, guest
from tests.stage import ADA, Person, Stage, shown

PEOPLE: Final = 10
FIRST_MACHINE: Final = 6001
EXECUTED: Final = (None, "500_executed", "timeout_executed", "reset_executed", "html_executed", "truncated")
NOT_EXECUTED: Final = ("500", "timeout", "reset", "html", "empty", "null")
BLIND: Final = ("500", "html", "truncated", "reset")
"""How my_orders fails."""
TOO_SOON_AT_MOST: Final = 7
"""Refusals for the rate: the client asks five times in all."""
SETTLED_WITHIN: Final = 400.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done to one person's rental. `mode`: what becomes of the reply (`None`: nothing); `too_soon`: how often it
    is refused for its rate before; `blind`: the share of readings of my_orders that fail meanwhile.
    """

    spot: bool
    mode: str | None
    too_soon: int
    blind: float
    blind_mode: str
    presses: int
    replayed: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """One person's rental, from the press to the last word. `bought`: the orders that CLORE.AI made of it."""

    name: str
    plan: Plan
    stops: tuple[float, ...]
    sent: int
    bought: tuple[int, ...]
    ending: str
    cause: str
    order: int | None
    said: str

    @property
    def wrong(self) -> str | None:
        """What does not hold."""
        if len(self.bought) > 1:
            return f"bought {len(self.bought)} times"
        if self.order is not None and self.cause == Cause.RENTED and self.order not in self.bought:
            return "an order of somebody else was claimed"
        if (self.cause == Cause.RENTED) is not bool(self.bought):
            return "the last word is not what CLORE.AI has"
        if self.bought and f"#{self.bought[0]}" not in self.said:
            return "the person does not know the number"
        if not self.bought and not any(words in self.said for words in ("ot rented", "Not sent", "not placed")):
            return "the person does not know that nothing was rented"
        if self.wanted is not None and len(self.bought) != self.wanted:
            return f"bought {len(self.bought)}, wanted {self.wanted}"
        return None

    @property
    def wanted(self) -> int | None:
        """How many orders must come of it; `None` where a stop or a blind moment may have kept it from leaving in time."""
        if self.plan.mode not in EXECUTED:
            return 0
        return None if self.stops or self.plan.blind or self.plan.too_soon >= 5 else 1


@dataclass(slots=True)
class Tally:
    """What many trials came to."""

    trials: list[Trial] = field(default_factory=list)

    @property
    def wrong(self) -> list[Trial]:
        return [trial for trial in self.trials if trial.wrong]

    def __str__(self) -> str:
        causes = Counter(f"{trial.ending} ({trial.cause})" for trial in self.trials)
        lines = [
            f"trials, each one confirmed press   {len(self.trials)}",
            f"create_order sent                  {sum(trial.sent for trial in self.trials)}",
            f"orders bought                      {sum(len(trial.bought) for trial in self.trials)}",
            f"  of those certainly wanted        {sum(trial.wanted or 0 for trial in self.trials)}",
            f"told as rented                     {sum(trial.cause == Cause.RENTED for trial in self.trials)}",
            f"bought twice                       {sum(len(trial.bought) > 1 for trial in self.trials)}",
            f"in doubt, nothing bought           {sum(trial.ending == Ending.UNKNOWN for trial in self.trials)}",
            f"wrong                              {len(self.wrong)}",
            *(f"    {count:5}  {cause}" for cause, count in causes.most_common()),
            *(f"WRONG  {trial.wrong}: {trial}" for trial in self.wrong),
        ]
        return "\n".join(lines)


async def tried(folder: Path, seed: int, rounds: int) -> Tally:
    """So many rounds of ten trials in a world of their own. The same seed gives the same trials."""
    random = Random(f"creations {seed}")
    tally = Tally()
    async with by_hand(folder, seed=seed, settings={}) as stage:
        people = await _moved_in(stage)
        for turn in range(rounds):
            tally.trials += await _round(stage, people, random, f"{seed}.{turn}")
    return tally


@dataclass(frozen=True, slots=True)
class Renter:
    person: Person
    key: str
    machine: int
    message: int = 0
    """What they press on, and what is edited: another one each time, since a rental goes on to show its first minutes."""


async def _moved_in(stage: Stage) -> list[Renter]:
    numbers = range(FIRST_MACHINE, FIRST_MACHINE + PEOPLE)
    people = []
    for place, number in enumerate(numbers):
        key = stage.clore.add_key()
        stage.clore.load({"wallets": coins(50), "servers": [machine(each) for each in numbers]}, key=key)
        people.append(Renter(await guest(stage, key, ADA + place), key, number))
    return people


async def _with_a_screen(renter: Renter) -> Renter:
    screen = await asks(renter.person, "/status", "this bot")
    return replace(renter, message=screen["message_id"])


def _plan(random: Random, *, slowed: bool) -> Plan:
    """`slowed`: whether this one may be refused for its rate; several at once slow down every key, as they should."""
    return Plan(
        spot=random.random() < 0.4,
        mode=random.choice((*EXECUTED, *NOT_EXECUTED)),
        too_soon=random.randint(1, TOO_SOON_AT_MOST) if slowed and random.random() < 0.7 else 0,
        blind=random.choice((0, 0, 0, 0.3, 0.6)),
        blind_mode=random.choice(BLIND),
        presses=random.choice((1, 1, 2, 4)),
        replayed=random.random() < 0.3,
    )


def _stops(random: Random) -> tuple[float, ...]:
    """Seconds from one stop to the next: many of them while the requests leave, some while they are looked for."""
    moments = (random.uniform(0, 4), random.uniform(0, 12), random.uniform(10, 70))
    return tuple(random.choice(moments) for _ in range(random.choice((0, 0, 1, 1, 2))))


async def _round(stage: Stage, people: Sequence[Renter], random: Random, name: str) -> list[Trial]:
    people = await asyncio.gather(*map(_with_a_screen, people))
    plans = [_plan(random, slowed=place < 2) for place in range(len(people))]
    stops = _stops(random)
    since = stage.clore.journal.next_number - 1
    for renter, plan in zip(people, plans, strict=True):
        _break(stage, renter, plan)
    tokens = await asyncio.gather(*(_press(stage, renter, plan) for renter, plan in zip(people, plans, strict=True)))
    for seconds in stops:
        await asyncio.sleep(seconds)
        await _stop_and_start(stage, hard=random.random() < 0.6)
    rows = await _settled(stage, tokens, people, since)
    calls = stage.clore.calls(operation=CREATE, since=since)
    trials = [
        _trial(
            f"{name}.{place}", plan, stops, row, [call for call in calls if call.key == renter.key], await _said(renter)
        )
        for place, (renter, plan, row) in enumerate(zip(people, plans, rows, strict=True))
    ]
    await _cleared(stage, trials)
    return trials


def _break(stage: Stage, renter: Renter, plan: Plan) -> None:
    if plan.too_soon:
        stage.clore.fault("429", operation=CREATE, key=renter.key, times=plan.too_soon)
    if plan.mode is not None:
        stage.clore.fault(plan.mode, operation=CREATE, key=renter.key)
    if plan.blind:
        stage.clore.fault(plan.blind_mode, operation="my_orders", key=renter.key, times=None, probability=plan.blind)


async def _press(stage: Stage, renter: Renter, plan: Plan) -> str:
    """So many times at once; some of them come once more by a fault of Telegram's. Returns the token."""
    person = renter.person
    bid = {"spot_price": Decimal("0.00002")} if plan.spot else {}
    data = asked(stage, person, wanted(renter.machine, **bid))
    press = {"chat": person.chat, "user": person.user, "data": data, "message": renter.message, "forged": True}
    pressed = await asyncio.gather(*(stage.post("press", **press) for _ in range(plan.presses)))
    if plan.replayed:
        await stage.post("replay", update_id=pressed[0]["update_id"])
    return data.rpartition(":")[2]


async def _stop_and_start(stage: Stage, *, hard: bool) -> None:
    """`hard`: as by kill -9, what is under way is cut off at once."""
    assert stage.app is not None
    if hard:
        await stage.app.house.tasks.close(0)
    await stage.stop()
    await stage.start()


async def _settled(stage: Stage, tokens: Sequence[str], people: Sequence[Renter], since: int) -> list[Row]:
    """Until each row has its end, and what was bought was found. CLORE.AI is whole again after two minutes."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while True:
        assert stage.store is not None
        found = [stage.store.ledger.of_chat(account_of(stage, renter.person).chat, 1) for renter in people]
        rows = [row for (row, *_) in (each or (None,) for each in found) if row is not None]
        by_token = {row.once: row for row in rows}
        ended = [by_token[token] for token in tokens if token in by_token and by_token[token].result is not None]
        bought = {call.key for call in stage.clore.calls(operation=CREATE, since=since) if call.executed}
        doubt = [
            row for row, renter in zip(ended, people, strict=False) if row.state == "unknown" and renter.key in bought
        ]
        if len(ended) == len(tokens) and not doubt:
            await asyncio.sleep(5)  # the last words reach their chats
            return ended
        assert loop.time() - began < SETTLED_WITHIN, (
            f"not settled: {[row for row in rows if row.result is None]} {doubt}"
        )
        if loop.time() - began > 120:
            stage.clore.heal()
        await asyncio.sleep(1)


async def _said(renter: Renter) -> str:
    return next(shown(each) for each in await renter.person.messages() if each["message_id"] == renter.message)


def _trial(name: str, plan: Plan, stops: tuple[float, ...], row: Row, calls: Sequence[Entry], said: str) -> Trial:
    assert row.result is not None
    result = decode(Result, row.result)
    bought = tuple(call.order for call in calls if call.executed and call.order is not None)
    return Trial(name, plan, stops, len(calls), bought, result.ending, result.cause, result.order, said)


async def _cleared(stage: Stage, trials: Sequence[Trial]) -> None:
    """The machines are free again, and CLORE.AI is whole."""
    stage.clore.heal()
    for trial in trials:
        for order in trial.bought:
            ends(stage, order)
    await asyncio.sleep(30)
