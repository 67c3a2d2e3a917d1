"""What the stories of several machines at once share: a market of five for Ada, and what was bought in it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from bot.sandbox.clore.journal import Entry
from bot.services.stops import read_terms
from tests.journeys.hands import asks, taps
from tests.journeys.machines import DOLLARS, machine
from tests.journeys.stories import Row, by_hand, polled, rental, renter
from tests.stage import Person, Stage

CREATE = "create_order"
PRICES = [0.0001, 0.00011, 0.00012, 0.00013, 0.00014]
"""Of machines 1 to 5, in BTC a day: 2 to 2.8 USD before the fee."""
MACHINES = [machine(number, price) for number, price in enumerate(PRICES, 1)]
OTHERS: list[Row] = [machine(number, 0.0009, specs={"gpu": "2x NVIDIA GeForce RTX 3090"}) for number in range(900, 906)]


def key(stage: Stage) -> str:
    return next(account.key for account in reversed(stage.clore.world.accounts.values()) if account.key)


def taken(stage: Stage, number: int) -> None:
    """Somebody else rents this machine on demand."""
    lists(stage, [{**row, "rented": row["id"] == number} for row in MACHINES])


def created(stage: Stage) -> list[Entry]:
    """Requests that were not refused for their pace."""
    return [
        call for call in stage.clore.calls(operation=CREATE) if '"code":5' not in (call.answer or "").replace(" ", "")
    ]


def sent_in(call: Entry) -> dict[str, Any]:
    assert isinstance(call.body, dict)
    return call.body


def bought(stage: Stage) -> list[int]:
    """The servers of the orders that Ada's account has beside the one that was there before, in order."""
    orders = stage.clore.world.orders
    return [
        order.server for number, order in sorted(orders.items()) if number > 7 and order.account == orders[7].account
    ]


def armed(stage: Stage) -> dict[int, Any]:
    """The stop conditions that stand, by server."""
    assert stage.store is not None
    found = {int(stop.server): read_terms(stop) for stop in stage.store.stops.standing()}
    return {server: terms.condition for server, terms in sorted(found.items()) if terms is not None}


def lists(stage: Stage, machines: list[Row]) -> None:
    """The marketplace as it is from now on."""
    stage.clore.load({"servers": [*machines, *OTHERS]}, key=key(stage))


@contextlib.asynccontextmanager
async def market(
    folder: Path, *, lag: tuple[float, float] = (2.0, 20.0), **more: Any
) -> AsyncIterator[tuple[Stage, Person]]:
    """Ada with one rental, in a market of five machines for her, and others that are dearer."""
    async with by_hand(folder, lag=lag) as stage:
        ada = await renter(stage, rental(stage, 7), servers=[*MACHINES, *OTHERS], **more)
        await polled(stage)
        yield stage, ada


@contextlib.asynccontextmanager
async def listed(folder: Path, **more: Any) -> AsyncIterator[tuple[Stage, Person]]:
    """Ada before the five machines of a search, which are to be rented together."""
    async with market(folder, **more) as (stage, ada):
        await asks(ada, "/market 4090 x2 sort:price", "RTX 4090")
        await taps(ada, "🛒 Rent several…", "Rent 2 at once", f"${0.00021 * 1.05 * DOLLARS:g}")
        yield stage, ada
