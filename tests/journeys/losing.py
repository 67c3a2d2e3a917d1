"""What the stories of lost bids begin with: Ada's bid 5 of 0.00002 BTC a day, which holds its machine alone."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final

from tests.journeys.markets import BTC_IN_USD, key_of, listed
from tests.journeys.stories import SERVER, Row, auction, bid, by_hand, coins, offer, polled, renter
from tests.stage import Json, Person, Stage, shown

MINE: Final = 5
MACHINE: Final = SERVER + MINE
BID: Final = 0.00002
RIVAL: Final = 9001
SPECS: Final = {"gpu": "4x NVIDIA GeForce RTX 4090"}


@contextlib.asynccontextmanager
async def holding(
    folder: Path, *, before: Callable[[Stage], object] = lambda _: None, **raw: Any
) -> AsyncIterator[tuple[Stage, Person]]:
    """The watch has seen the bid hold its machine, which is 8.40 USD a day on demand with fee. `before`: right at the start."""
    async with by_hand(folder) as stage:
        before(stage)
        world = {"rates": {"bitcoin": BTC_IN_USD}, "servers": [listed(MACHINE, usd=8)], "wallets": coins()}
        ada = await renter(
            stage, bid(stage, MINE, BID, image="me/mine:2", http_port="8080", specs=SPECS), **{**world, **raw}
        )
        await polled(stage)
        yield stage, ada


def queue(stage: Stage, *offers: Row, **server: Any) -> None:
    """The auction is so from now on."""
    told = auction(*offers)
    told["server"] |= server
    stage.clore.load({"markets": {str(MACHINE): told}}, key=key_of(stage))


def mine(price: float = BID, *, active: bool = False) -> Row:
    return offer(MINE, price, active=active)


def rival(price: float = 0.00003, *, active: bool = True, **more: Any) -> Row:
    return {**offer(RIVAL, price, active=active, mine=False), **more}


async def at(person: Person, message: Json) -> Json:
    """The same message as it stands now."""
    (found,) = [each for each in await person.from_bot() if each["message_id"] == message["message_id"]]
    return found


async def text_of(person: Person, message: Json) -> str:
    return shown(await at(person, message))
