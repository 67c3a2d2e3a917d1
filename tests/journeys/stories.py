"""What the stories of the watch share: a market made by hand, a renter in it, and what Telegram was asked to show."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from bot.sandbox.clore.journal import Entry
from bot.sandbox.clore.model import Ending
from bot.sandbox.telegram.calls import Call
from tests.stage import ADA, Person, Stage, connected, staged

BOB: Final = 102
SERVER: Final = 5000
"""The order with number n is at server 5000 + n."""

QUICK: Final = {"BOT_POLL_SECONDS": "20"}
"""For stories in which the watch's own pace does not matter."""

Row = dict[str, Any]


def rental(stage: Stage, number: int, *, hours: float = 72, left: float | None = None, **more: Any) -> Row:
    """A row of my_orders: an order on demand of so many hours, which ends in `left` hours (just begun otherwise)."""
    length = int(hours * 3600)
    ends = stage.seconds() + (hours if left is None else left) * 3600
    return {
        "id": number,
        "si": SERVER + number,
        "price": 0.0001,
        "currency": "bitcoin",
        "mrl": length,
        "ct": int(ends) - length,
        "spend": 0,
        "fee": 5,
        "image": "cloreai/ubuntu20.04-jupyter",
        "tcp_ports": ["22:10000"],
        "pub_cluster": ["n1.c1.clorecloud.net"],
        **more,
    }


def bid(stage: Stage, number: int, price: float = 0.00002, **more: Any) -> Row:
    """A row of my_orders: an own spot order. Its market says whether it holds the machine."""
    return rental(stage, number, **{"price": price, "spot": True, "fee": 1.25, **more})


def auction(*offers: Row) -> Row:
    return {
        "offers": list(offers),
        "server": {"min_pricing": {"bitcoin": 0.00001}, "mrl": 72 * 3600, "visibility": "public", "online": True},
    }


def offer(number: int, price: float = 0.00002, *, active: bool = True, mine: bool = True) -> Row:
    return {"offer_id": number, "bid": price, "active": active, "my": mine}


def coins(bitcoin: float | str = 0.5) -> list[Row]:
    return [{"name": "bitcoin", "balance": Decimal(str(bitcoin)), "deposit": "bc1qexample", "withdrawal_fee": 0.0001}]


def by_hand(folder: Path, **options: Any) -> AbstractAsyncContextManager[Stage]:
    """A stage with an empty market, which a story fills with exactly what it needs."""
    return staged(folder, **{"demo": False, "servers": 0, "settings": QUICK, **options})


def in_the_demo(folder: Path, **options: Any) -> AbstractAsyncContextManager[Stage]:
    """A stage with the demo account in a small market."""
    return staged(folder, **{"servers": 20, "settings": QUICK, **options})


async def renter(stage: Stage, *orders: Row, user: int = ADA, key: str | None = None, **raw: Any) -> Person:
    """Somebody whose account has exactly these orders; each spot order holds its machine alone unless `markets` says more."""
    key = key or stage.clore.add_key()
    held = {str(row["si"]): auction(offer(row["id"], row["price"])) for row in orders if row.get("spot")}
    world = {"wallets": coins(), **raw, "orders": list(orders), "markets": held | raw.get("markets", {})}
    stage.clore.load(world, key=key)
    return await guest(stage, key, user)


async def guest(stage: Stage, key: str, user: int) -> Person:
    """A person who has connected this key; whoever is not Ada comes from somewhere first."""
    if user != ADA:
        await stage.post("user", id=user, first_name="Bob", language_code="en")
    return await connected(stage, key, Person(stage, user))


async def polled(stage: Stage, times: int = 1, *, operation: str = "wallets") -> list[Entry]:
    """Until CLORE.AI has answered so many more requests of this kind, and what follows from them is stored."""
    before = len(stage.clore.calls(operation=operation))
    await happens(lambda: len(stage.clore.calls(operation=operation)) >= before + times, operation, 100 + 70 * times)
    await asyncio.sleep(1.0)
    return stage.clore.calls(operation=operation)[before:]


async def happens(holds: Callable[[], object], what: str, patience: float = 400.0) -> None:
    """Waits in virtual time for a condition of the world."""
    loop = asyncio.get_running_loop()
    end = loop.time() + patience
    while not holds():
        assert loop.time() < end, f"{what}: not within {patience:g} s"
        await asyncio.sleep(0.5)


async def told(stage: Stage, *words: str, chat: int = ADA, patience: float = 400.0) -> Call:
    """Waits until Telegram has accepted a message with all these words; the newest."""
    await happens(lambda: sent(stage, *words, chat=chat), f"a message with {words}", patience)
    return sent(stage, *words, chat=chat)[-1]


def ends(stage: Stage, order: int) -> None:
    """Somebody cancels the order on CLORE.AI's own pages."""
    stage.clore.world.advance(stage.seconds())
    stage.clore.world.end(order, Ending.CANCELLED)


def sent(stage: Stage, *words: str, chat: int = ADA) -> list[Call]:
    """The messages that Telegram accepted for this chat and that hold all these words, in order."""
    return _accepted(stage, "sendMessage", words, chat)


def edited(stage: Stage, *words: str, chat: int = ADA) -> list[Call]:
    return _accepted(stage, "editMessageText", words, chat)


def _accepted(stage: Stage, method: str, words: tuple[str, ...], chat: int) -> list[Call]:
    calls = stage.telegram.calls.find(method, chat)
    return [call for call in calls if call.answer["ok"] and all(word in str(call.params["text"]) for word in words)]


def silent(call: Call) -> bool:
    return bool(call.params.get("disable_notification"))
