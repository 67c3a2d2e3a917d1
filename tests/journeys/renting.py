"""What the stories of renting begin with: a market, a draft, and the button of a confirmation without the wizard."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import fields, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from bot.domain.draft import Draft, NewOrder
from bot.domain.ids import DraftId, ServerId, TelegramChatId, UserId
from bot.domain.ledger import Creation, Operation
from bot.domain.money import BITCOIN
from bot.domain.secrets import secrets_of, without_secrets
from bot.sandbox.clore.journal import Entry
from bot.services.writes import CONFIRMED_FOR
from handlers.actions import Confirm
from handlers.actions import encode as button
from handlers.asking import CHANGE
from storage.accounts import Account
from storage.codec import encode
from storage.drafts import StoredDraft
from storage.sealing import packed
from storage.store import Store
from tests.journeys.hands import forges
from tests.journeys.markets import key_of
from tests.journeys.stories import by_hand, happens, renter
from tests.stage import Json, Person, Stage

CREATE: Final = "create_order"
MACHINE: Final = 6001
OTHER: Final = MACHINE + 1
PRICE: Final = Decimal("0.0001")
TITLE: Final = "2x RTX 4090"
PASSWORD: Final = "correct-horse-battery"
SECRET: Final = "hunter2-hunter2"


def machine(number: int = MACHINE, price: Decimal = PRICE, **more: Any) -> dict[str, Any]:
    """A row of marketplace: free, with a spot market."""
    return {
        "id": number,
        "owner": 77,
        "mrl": 72,
        "price": {"on_demand": {BITCOIN: price}, "spot": {BITCOIN: Decimal("0.00001")}},
        "rented": False,
        "specs": {"gpu": "2x NVIDIA GeForce RTX 4090", "gpuram": 24},
        **more,
    }


def wanted(number: int = MACHINE, **more: Any) -> NewOrder:
    """On demand at the price of `machine`, unless `spot_price` makes it a bid."""
    terms: dict[str, Any] = {} if "spot_price" in more else {"required_price": PRICE}
    draft = Draft(
        server=ServerId(number),
        currency=BITCOIN,
        image="cloreai/ubuntu20.04-jupyter",
        spot="spot_price" in more,
        ports={22: "tcp"},
        ssh_password=PASSWORD,
    )
    ready = replace(draft, **terms, **more).ready()
    assert isinstance(ready, NewOrder), ready
    return ready


def account_in(store: Store, person: Person) -> Account:
    """The account that this person's chat uses."""
    chat = store.chats.find(TelegramChatId(person.chat))
    assert chat is not None
    account = store.accounts.default(chat.id)
    assert account is not None
    return account


def account_of(stage: Stage, person: Person) -> Account:
    assert stage.store is not None
    return account_in(stage.store, person)


def drafted(stage: Stage, person: Person, new: NewOrder) -> StoredDraft:
    """The open draft that this very order is made of: the press marks it as sent."""
    assert stage.store is not None
    account = account_of(stage, person)
    draft = Draft(
        **{field.name: getattr(new, field.name) for field in fields(NewOrder)}, spot=new.spot_price is not None
    )
    return stage.store.drafts.open(account.chat, UserId(person.user), account.id, draft, stage.clock())


def asked(stage: Stage, person: Person, new: NewOrder, *, draft: DraftId | None = None) -> str:
    """The data of the button that rents this."""
    assert stage.store is not None
    return asked_in(stage.store, stage.clock(), person, new, draft=draft)


def asked_in(store: Store, now: datetime, person: Person, new: NewOrder, *, draft: DraftId | None = None) -> str:
    account = account_in(store, person)
    token = store.confirmations.ask(
        account.chat,
        UserId(person.user),
        account.id,
        CHANGE,
        f"{Operation.CREATE_ORDER} {encode(Creation(without_secrets(new), TITLE, draft))}",
        now,
        CONFIRMED_FOR,
        secret=packed(secrets_of(new)),
    )
    return button(Confirm(token))


async def rents(stage: Stage, person: Person, new: NewOrder, *, draft: DraftId | None = None) -> int:
    """Presses the button once, on the last message of the bot, which shows from then on how it goes: its number."""
    shows = (await person.last())["message_id"]
    assert await forges(person, asked(stage, person, new, draft=draft), shows) == "Confirmed. Asking CLORE.AI …"
    return int(shows)


def bought(stage: Stage) -> list[int]:
    """The orders that CLORE.AI has made, by its own log."""
    return [call.order for call in creations(stage) if call.executed and call.order is not None]


def creations(stage: Stage) -> list[Entry]:
    return stage.clore.calls(operation=CREATE)


@contextlib.asynccontextmanager
async def market(folder: Path, *servers: dict[str, Any], **raw: Any) -> AsyncIterator[tuple[Stage, Person]]:
    """Ada with half a bitcoin, in a market of these machines only."""
    async with by_hand(folder) as stage:
        yield stage, await renter(stage, servers=list(servers or (machine(),)), **raw)


def lists(stage: Stage, *servers: dict[str, Any]) -> None:
    """The marketplace as it is from now on."""
    stage.clore.load({"servers": list(servers)}, key=key_of(stage))


async def made(stage: Stage) -> int:
    """The number of the order that was made, once there is one."""
    await happens(lambda: bought(stage), "CLORE.AI made an order")
    return bought(stage)[0]


def state_of(stage: Stage, person: Person, draft: object) -> str:
    assert stage.store is not None
    found = stage.store.drafts.get(account_of(stage, person).chat, draft)  # type: ignore[arg-type]
    assert found is not None
    return found.state


def draft_of(stage: Stage, person: Person) -> Draft:
    assert stage.store is not None
    chat = account_of(stage, person).chat
    found = stage.store.drafts.open_of(chat, person.user)  # type: ignore[arg-type]
    assert found is not None
    return found.draft


def body(stage: Stage) -> Json:
    """What the one create_order of this story has sent."""
    (call,) = creations(stage)
    assert isinstance(call.body, dict)
    return call.body
