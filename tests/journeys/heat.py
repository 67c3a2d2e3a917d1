"""What the stories of hot auctions share: rivals who move, guards, and what was asked of CLORE.AI when."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from bot.alerts.snapshot import Snapshot
from bot.domain.guard import Terms
from bot.domain.ids import KeyId, OrderId, ServerId, TelegramChatId, UserId
from bot.domain.money import BITCOIN, Money
from bot.domain.spot import SpotMarket
from bot.sandbox.clore import rivals
from bot.sandbox.clore.journal import Entry
from bot.services.guards import Refused
from storage.accounts import Account
from tests.journeys.stories import SERVER, happens
from tests.stage import ADA, Stage

LATENCY = 0.4
GAP = 1.3
TURN = LATENCY + GAP
USUAL: dict[str, str] = {}
"""The base interval is a minute, as people have it."""


def reads(stage: Stage, number: int = 1, *, since: float = 0, key: str | None = None) -> list[Entry]:
    """The readings of the auction of this order."""
    calls = stage.clore.calls(operation="spot_marketplace", key=key)
    return [call for call in calls if call.query == f"market={SERVER + number}" and call.at >= since]


def rival(stage: Stage, number: int = 1, price: str = "0.000015") -> None:
    """Somebody bids less there than the bid of this order."""
    stage.clore.world.advance(stage.seconds())
    server = stage.clore.world.servers[SERVER + number]
    rivals.bid(stage.clore.world, stage.clore.service.random, server, Decimal(price), BITCOIN)


async def heated(stage: Stage, *numbers: int) -> None:
    """Until the watch has seen that somebody moved there."""
    at = stage.seconds()
    for number in numbers:
        rival(stage, number)
    for number in numbers:
        await happens(lambda number=number: len(reads(stage, number, since=at)) >= 3, "it is read again and again")  # type: ignore[misc]


def guarded(stage: Stage, number: int = 1, chat: int = ADA) -> None:
    """A guard that may pay no more than the bid is already holds the bid of this order."""
    assert stage.store is not None
    assert stage.app is not None
    account = account_of(stage, chat)
    terms = Terms(Money(Decimal("0.00002"), BITCOIN))
    guards, order, server = stage.app.house.guards, OrderId(number), ServerId(SERVER + number)
    with stage.store.transaction(durable=True):
        assert not isinstance(guards.switch_on(account, UserId(chat), order, server, terms), Refused)


def account_of(stage: Stage, chat: int = ADA) -> Account:
    assert stage.store is not None
    of = stage.store.chats.find(TelegramChatId(chat))
    account = None if of is None else stage.store.accounts.default(of.id)
    assert account is not None
    return account


def key_of(stage: Stage) -> KeyId:
    return account_of(stage).key


def last_of(stage: Stage, chat: int = ADA) -> Snapshot:
    """What the bot knows of this person's account."""
    assert stage.app is not None
    last = stage.app.house.feeds.of(account_of(stage, chat).key).last
    assert last is not None
    return last


def age_of(stage: Stage, market: SpotMarket) -> float:
    return (stage.clock() - market.read_at).total_seconds()


def gaps(calls: Sequence[Entry]) -> list[float]:
    return [later.at - earlier.at for earlier, later in pairwise(calls)]


def all_answered(stage: Stage) -> bool:
    return all(call.status == 200 for call in stage.clore.calls())
