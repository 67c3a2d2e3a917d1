"""Numbers that look alike and must not be mixed: CLORE.AI calls them `id`, `si`, `offer_id` and `market`."""

from collections.abc import Callable
from typing import Final, Literal, NewType, TypeVar

T = TypeVar("T")

OrderId = NewType("OrderId", int)
"""An order or spot offer: `id` in my_orders, `offer_id` in spot_marketplace, `order_id` in set_spot_price."""

ServerId = NewType("ServerId", int)
"""A server: `id` in marketplace, `si` in my_orders, `market` in spot_marketplace, `renting_server` in create_order."""

NO_SERVER: Final = ServerId(0)
"""Stands for no server."""

OwnerId = NewType("OwnerId", int)
"""The host who owns a server: `owner` in marketplace."""

KeyId = NewType("KeyId", str)
"""The identity of one API key: a keyed hash of it. Says nothing about the key; the same key has the same id in every chat."""

ChatId = NewType("ChatId", int)
"""Our own number of a chat. It stays when Telegram changes its number (a group that becomes a supergroup)."""

AccountId = NewType("AccountId", int)
"""One chat's connection to one key, with a name."""

UserId = NewType("UserId", int)
"""A person, by Telegram's number."""

TelegramChatId = NewType("TelegramChatId", int)
"""A chat by Telegram's number; known only at the edge and in one column."""

MessageId = NewType("MessageId", int)
"""A message within one chat."""

DraftId = NewType("DraftId", int)
"""An order that is being put together in one chat."""

TemplateId = NewType("TemplateId", int)
"""A saved way to rent: image, ports, variables and the rest, without a server."""

ResultsId = NewType("ResultsId", int)
"""A list of search results as it was shown to one chat."""

NO_RESULTS: Final = ResultsId(0)
"""Stands for no list of results."""

SearchId = NewType("SearchId", int)
"""A search that a chat has saved."""

DeploymentId = NewType("DeploymentId", int)
"""The first minutes of one new rental, followed until it is kept or over."""

StopId = NewType("StopId", int)
"""A condition under which one rental is to be ended."""

LoweringId = NewType("LoweringId", int)
"""A bid's way down to a confirmed target, in steps as CLORE.AI allows them."""

GuardId = NewType("GuardId", int)
"""The guard of one spot bid: what its owner allows, and how it stands."""

BatchId = NewType("BatchId", int)
"""Several machines that are rented one after the other."""

ChatKind = Literal["private", "group", "supergroup", "channel"]
"""What sort of chat, in Telegram's words."""


def number_of(text: str, kind: Callable[[int], T]) -> T | None:
    """A number as a person writes it, `123` or `#123`; `None` where that is none, or one that no row could hold."""
    digits = text.strip().removeprefix("#")
    return kind(int(digits)) if digits.isascii() and digits.isdecimal() and len(digits) <= 18 else None
