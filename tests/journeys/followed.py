"""A rental whose first minutes are followed: made by the stand-in itself, since the wizard has journeys of its own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Final

import httpx

from bot.domain.draft import NewOrder
from bot.domain.ids import DraftId, OrderId, ServerId, TelegramChatId, UserId
from bot.domain.ledger import Cause, Creation, Ending, Result
from bot.domain.secrets import NO_SECRETS, Secrets
from bot.sandbox.clore import rivals
from bot.sandbox.clore.jsontext import write
from bot.services.deployments import begin
from bot.services.feeds import NOW, Orders
from storage.codec import encode
from tests.journeys.stories import Row, by_hand, coins, renter
from tests.sandbox.clore.conftest import ON_DEMAND, SERVER_6, SPOT
from tests.stage import Person, Stage

MINUTE: Final = 60


@dataclass
class Doors:
    """What is found behind the ports of every rental; `tried` are the addresses."""

    ssh_line: bytes | OSError = b"SSH-2.0-OpenSSH_9.6\r\n"
    web_line: bytes | OSError = b"HTTP/1.1 302 Found\r\n"
    tried: list[str] = field(default_factory=list)

    async def ssh(self, host: str, port: int) -> bytes:
        return await self._behind(f"{host}:{port}", self.ssh_line)

    async def web(self, host: str) -> bytes:
        return await self._behind(host, self.web_line)

    async def _behind(self, address: str, found: bytes | OSError) -> bytes:
        self.tried.append(address)
        await asyncio.sleep(0.08)
        if isinstance(found, OSError):
            raise found
        return found


@dataclass
class Rental:
    """An order that the stand-in really has, and whose first minutes are followed."""

    stage: Stage
    ada: Person
    doors: Doors
    order: int
    began: float

    async def at(self, minutes: float) -> None:
        """Waits until it is so many minutes old."""
        await asyncio.sleep(max(0.0, self.began + minutes * MINUTE - self.stage.seconds()))


@contextlib.asynccontextmanager
async def rented(
    tmp_path: Path,
    *,
    deploys: bool = True,
    older: bool = False,
    rival: str | None = None,
    draft: DraftId | None = None,
    secrets: Secrets = NO_SECRETS,
    doors: Doors | None = None,
) -> AsyncIterator[Rental]:
    """Server 6, on demand; with a `rival`, who bids so much, it is bid for with less."""
    behind = doors or Doors()
    async with by_hand(tmp_path, lag=(0.0, 0.0), connector=behind) as stage:
        key, world = stage.clore.add_key(), stage.clore.world
        ada = await renter(stage, key=key, servers=[SERVER_6], wallets=coins())
        stage.clore.act("never_deploys", key=key, on=not deploys)
        world.put_server(replace(world.servers[6], older=older))
        if rival is not None:
            rivals.bid(world, Random(0), world.servers[6], Decimal(rival), "bitcoin")
        order = await _create(stage, key, SPOT if rival else ON_DEMAND)
        began = stage.seconds()
        await _follow(stage, ada, order, draft, secrets)
        yield Rental(stage, ada, behind, order, began)


async def _create(stage: Stage, key: str, body: Row) -> int:
    """Sends create_order beside the bot, until it is its turn."""
    transport = httpx.ASGITransport(stage.clore.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://clore") as http:
        while True:
            await asyncio.sleep(5.5)
            answer = await http.post(
                "/v1/create_order",
                content=write(body).encode(),
                headers={"auth": key, "user-agent": "tests", "content-type": "application/json"},
            )
            if answer.json()["code"] == 0:
                order = stage.clore.calls(operation="create_order")[-1].order
                assert order is not None
                return order
            assert answer.status_code == 429, answer.text


async def _follow(stage: Stage, ada: Person, order: int, draft: DraftId | None, secrets: Secrets) -> None:
    """What a creation leaves behind: an ended row of the ledger, and the row that is followed."""
    store = stage.store
    assert store is not None
    chat = store.chats.find(TelegramChatId(ada.chat))
    assert chat is not None
    (account,) = store.accounts.of_chat(chat.id)
    desk = stage.app.house.desks.get(chat.id, account.id) if stage.app else None
    assert desk is not None
    snapshot = await desk.feed.fresh(Orders(), NOW)
    found = snapshot.orders.find(OrderId(order)) if snapshot.orders else None
    assert found is not None
    new = NewOrder(server=ServerId(6), currency="bitcoin", image=found.image or "", required_price=found.price.amount)
    creation = Creation(new, "1x GTX 1080 Ti", draft=draft)
    now = stage.clock()
    with store.transaction(durable=True):
        entry = store.ledger.open(
            chat.id, account.id, account.key, UserId(ada.user), f"rent-{order}", "create_order", encode(creation), now
        )
        store.ledger.sent(entry.id, now)
        store.ledger.claim_order(entry.id, found.id)
        store.ledger.end(entry.id, "done", encode(Result(Ending.DONE, Cause.RENTED, order=found.id)), now)
        assert begin(store, entry, creation, found, secrets, now) is not None
