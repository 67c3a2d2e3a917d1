"""Numbers that look alike and must not be mixed: CLORE.AI calls them `id`, `si`, `offer_id` and `market`."""

from typing import Literal, NewType

OrderId = NewType("OrderId", int)
"""An order or spot offer: `id` in my_orders, `offer_id` in spot_marketplace, `order_id` in set_spot_price."""

ServerId = NewType("ServerId", int)
"""A server: `id` in marketplace, `si` in my_orders, `market` in spot_marketplace, `renting_server` in create_order."""

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

ChatKind = Literal["private", "group", "supergroup", "channel"]
"""What sort of chat, in Telegram's words."""
