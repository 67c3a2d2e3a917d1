"""What the stories of a guarded bid share: the demo's bid that holds its machine, and its guard switched on by hand."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from bot.domain.ledger import BidChange
from bot.sandbox.clore.journal import Entry
from bot.sandbox.clore.model import Ending
from bot.services.writes import change_of
from tests.journeys.hands import asks, small_market, taps
from tests.journeys.stories import QUICK, happens, polled
from tests.stage import Person, Stage, connected

SET: Final = "set_spot_price"
HELD: Final = 400020
"""It holds its machine with 0.00008265 BTC, and may go down by 0.000001 BTC at once; 426 CLORE, as much as 0.00007122
BTC, is next. On demand the machine costs what a bid of 0.00008792 BTC does."""
FIRST: Final = Decimal("0.00008165")
"""After the first step down."""
MINUTE: Final = 60
PAUSE: Final = 10 * MINUTE


@contextlib.asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[tuple[Stage, Person]]:
    async with small_market(folder, settings=QUICK) as stage:
        ada = await connected(stage)
        await polled(stage)
        yield stage, ada


@contextlib.asynccontextmanager
async def guarded(folder: Path, **terms: str) -> AsyncIterator[tuple[Stage, Person]]:
    """Its guard is on, and has made its first step down."""
    async with desk(folder) as (stage, ada):
        await chooses(ada, **terms)
        await switches_on(ada)
        await happens(lambda: prices(stage) == [FIRST], "the first step down")
        await polled(stage)
        yield stage, ada


async def opens(person: Person, *words: str) -> dict[str, Any]:
    card = await asks(person, f"/order {HELD}", f"#{HELD}")
    await person.presses("🛡 Guard…", card["message_id"])
    return await person.sees("Guard", "Ceiling", *words, after=card["message_id"] - 1)


async def types(person: Person, term: str, text: str, *words: str) -> dict[str, Any]:
    """One term of the guard whose screen is open."""
    await taps(person, f"{term}…", "Nothing is in force before you confirm it")
    said = await person.says(text)
    return await person.sees(*words, after=said["message_id"])


async def chooses(person: Person, **terms: str) -> None:
    await opens(person)
    for term, text in terms.items():
        await types(person, term.capitalize(), text, "✅ Chosen")


async def switches_on(person: Person, *words: str) -> dict[str, Any]:
    await taps(person, "🛡 Switch on…", "Switch the guard on?", *words)
    return await taps(person, "🛡 Switch on: up to", "Guard on", "judges every new reading")


def calls(stage: Stage) -> list[Entry]:
    return stage.clore.calls(operation=SET)


def prices(stage: Stage) -> list[Any]:
    """What CLORE.AI was asked for and set, to the digit."""
    return [call.body["desired_price"] for call in calls(stage) if call.executed]  # type: ignore[index]


def outbids(stage: Stage, price: str) -> int:
    """A rival takes the machine with this many bitcoin a day."""
    offer: Any = stage.clore.act("outbid", order=HELD, bid=Decimal(price))["offer"]
    assert isinstance(offer, int)
    return offer


def leaves(stage: Stage, order: int) -> None:
    stage.clore.world.advance(stage.seconds())
    stage.clore.world.end(order, Ending.CANCELLED)


def reasons(stage: Stage) -> list[str]:
    """Of the automatic steps in the ledger, the oldest first."""
    assert stage.store is not None
    chat = next(iter(stage.store.guards.posts())).chat
    entries = stage.store.ledger.of_chat(chat, 100)
    changes = [change_of(entry) for entry in reversed(entries)]
    return [
        change.reason.why.value
        for change in changes
        if isinstance(change, BidChange) and change.guard and change.reason is not None
    ]
