"""Reads an update of Telegram: who came, from where, and with what, in our own words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from telegram import (
    CallbackQuery,
    Chat,
    ChatMember,
    ChatMemberRestricted,
    ChatMemberUpdated,
    InlineQuery,
    Message,
    MessageEntity,
    Update,
    User,
)

from bot.domain.ids import ChatKind, MessageId, TelegramChatId, UserId
from handlers.visit import Arrival

ALLOWED_UPDATES: Final = ("message", "callback_query", "my_chat_member", "inline_query")
"""What is asked of Telegram: never edited messages, whose commands would run a second time."""

ANONYMOUS_ADMIN: Final = 1087968824
_NO_PERSON: Final = {ANONYMOUS_ADMIN, 777000, 136817688}
"""Stand-ins of Telegram for a group's anonymous admin, for a linked channel, and for who writes as a channel."""

_COMMAND: Final = re.compile(r"/(?P<name>[A-Za-z0-9_]{1,32})(?:@(?P<bot>\w+))?(?:\s+(?P<arguments>.*))?", re.DOTALL)

_KINDS: Final[dict[str, ChatKind]] = {"private": "private", "group": "group", "supergroup": "supergroup"}


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that Telegram keeps; `size` in bytes, where Telegram tells it."""

    id: str
    size: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """A text, or a file with the text below it.

    `command` is in lower case and without its slash. `addressed`: it is meant for us, as all is in private.
    """

    arrival: Arrival
    text: str
    command: str | None = None
    arguments: str = ""
    addressed: bool = True
    file: Attached | None = None


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button; `query` is what Telegram wants answered. `protected`: its message cannot be forwarded."""

    arrival: Arrival
    query: str
    data: str
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody writes after our name in any chat; nobody waits for its answer after a restart."""

    update: int
    user: UserId
    query: str
    text: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A group became a supergroup; Telegram says so in both of them."""

    update: int
    old: TelegramChatId
    new: TelegramChatId


@dataclass(frozen=True, slots=True)
class Standing:
    """Our own place in a chat changed; `gone` says why nothing can be sent there any more."""

    update: int
    chat: TelegramChatId
    gone: str | None


Incoming = Said | Pressed | Asked | Moved | Standing


def read(update: Update, me: User) -> Incoming | None:
    """What this update means to us; `None` for edits, channel posts and all else that nothing follows from."""
    if update.callback_query:
        return _pressed(update.update_id, update.callback_query, me)
    if update.inline_query:
        return _asked(update.update_id, update.inline_query)
    if update.my_chat_member:
        return _standing(update.update_id, update.my_chat_member)
    if update.message:
        return _moved(update.update_id, update.message) or _said(update.update_id, update.message, me)
    return None


def _said(update: int, message: Message, me: User) -> Said | None:
    text = message.text if message.text is not None else message.caption
    file = None if message.document is None else Attached(message.document.file_id, message.document.file_size)
    if text is None and file is None:
        return None
    sender = message.from_user
    arrival = replace(
        _arrival(update, message.chat, sender),
        anonymous_admin=sender is not None and sender.id == ANONYMOUS_ADMIN,
        thread=_thread(message),
        message=MessageId(message.message_id),
        reply_to=_replied(message),
        sent_at=message.date,
    )
    said = Said(arrival, text or "", addressed=arrival.private or _replies_to(message, me), file=file)
    by_bot = sender is not None and sender.is_bot and sender.id != ANONYMOUS_ADMIN
    ours = message.via_bot is not None and message.via_bot.id == me.id  # chosen among the results of a search
    if message.is_automatic_forward or by_bot or ours:
        return replace(said, addressed=False)
    return _with_command(said, message, me)


def _with_command(said: Said, message: Message, me: User) -> Said:
    if not any(one.type == MessageEntity.BOT_COMMAND and one.offset == 0 for one in message.entities):
        return said
    command = _COMMAND.fullmatch(said.text)
    if command is None:
        return said
    if command["bot"] and command["bot"].lower() != (me.username or "").lower():
        return replace(said, addressed=False)
    return replace(
        said, command=command["name"].lower(), arguments=(command["arguments"] or "").strip(), addressed=True
    )


def _pressed(update: int, query: CallbackQuery, me: User) -> Pressed:
    """An inaccessible message has a place, but nothing to edit; a press in inline mode has no message at all."""
    message, user = query.message, query.from_user
    if message is None:
        return Pressed(_arrival(update, Chat(user.id, Chat.PRIVATE), user), query.id, "")
    arrival = replace(_arrival(update, message.chat, user), message=MessageId(message.message_id))
    if not isinstance(message, Message):
        return Pressed(arrival, query.id, query.data or "")
    ours = message.from_user is not None and message.from_user.id == me.id
    arrival = replace(arrival, editable=ours and message.text is not None, thread=_thread(message))
    return Pressed(arrival, query.id, query.data or "", protected=bool(message.has_protected_content))


def _asked(update: int, query: InlineQuery) -> Asked:
    return Asked(update, UserId(query.from_user.id), query.id, query.query)


def _moved(update: int, message: Message) -> Moved | None:
    here = TelegramChatId(message.chat.id)
    if message.migrate_to_chat_id:
        return Moved(update, here, TelegramChatId(message.migrate_to_chat_id))
    if message.migrate_from_chat_id:
        return Moved(update, TelegramChatId(message.migrate_from_chat_id), here)
    return None


def _standing(update: int, change: ChatMemberUpdated) -> Standing:
    return Standing(update, TelegramChatId(change.chat.id), _gone(change.new_chat_member, change.chat))


def _gone(member: ChatMember, chat: Chat) -> str | None:
    if member.status == ChatMember.BANNED:
        return "the bot was blocked" if chat.type == Chat.PRIVATE else "the bot was removed from the group"
    if member.status == ChatMember.LEFT or (isinstance(member, ChatMemberRestricted) and not member.is_member):
        return "the bot is not in the group"
    if isinstance(member, ChatMemberRestricted) and not member.can_send_messages:
        return "the bot may not write in the group"
    return None


def _arrival(update: int, chat: Chat, sender: User | None) -> Arrival:
    person = sender if sender is not None and sender.id not in _NO_PERSON and not sender.is_bot else None
    return Arrival(
        update=update,
        chat=TelegramChatId(chat.id),
        kind=_KINDS.get(chat.type, "channel"),
        title=chat.effective_name or "",
        user=UserId(person.id) if person else None,
        user_name=person.full_name if person else "",
    )


def _thread(message: Message) -> int | None:
    """Only a topic: a chain of replies has a thread number too, which must not be passed back."""
    return message.message_thread_id if message.is_topic_message else None


def _replied(message: Message) -> MessageId | None:
    """In a topic every message formally replies to the one that opened it."""
    replied = message.reply_to_message
    if replied is None or replied.forum_topic_created or replied.message_id == _thread(message):
        return None
    return MessageId(replied.message_id)


def _replies_to(message: Message, me: User) -> bool:
    replied = message.reply_to_message
    author = replied.from_user if replied is not None and _replied(message) is not None else None
    return author is not None and author.id == me.id
