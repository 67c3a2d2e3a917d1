"""What an error of Telegram means for a message: one reading of it, for answers and for alerts alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError, TimedOut

from bot.domain.ids import TelegramChatId


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing was sent; this chat takes nothing for so long."""

    time: timedelta


@dataclass(frozen=True, slots=True)
class Migrated:
    """Nothing was sent; the group has another number now."""

    new: TelegramChatId


@dataclass(frozen=True, slots=True)
class Gone:
    """Nothing can be sent to this chat until a person changes that."""

    why: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Telegram finds the message itself wrong: to send it again is no use."""

    text: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer in time: the message may have been delivered."""


@dataclass(frozen=True, slots=True)
class Lost:
    """It did not reach Telegram, or Telegram could not take it: to be sent again."""


Trouble = Wait | Migrated | Gone | Rejected | Unknown | Lost

_GONE: Final = (
    "chat not found",
    "peer_id_invalid",
    "channel_private",
    "group chat was deactivated",
    "chat_write_forbidden",
    "chat_restricted",
    "not enough rights to send",
    "have no rights to send a message",
    "need administrator rights",
)
_TOPIC: Final = ("message thread not found", "topic_closed", "topic_deleted", "topic_id_invalid")
_UNEDITABLE: Final = (
    "message to edit not found",
    "message can't be edited",
    "there is no text in the message to edit",
    "message_id_invalid",
)
_NEVER_LEFT: Final = {"PoolTimeout", "ConnectTimeout"}


def trouble(error: TelegramError) -> Trouble:
    """The classes in the order that their inheritance demands: `BadRequest` and `TimedOut` are network errors too."""
    match error:
        case RetryAfter():
            after = error.retry_after
            return Wait(after if isinstance(after, timedelta) else timedelta(seconds=after))
        case ChatMigrated():
            return Migrated(TelegramChatId(error.new_chat_id))
        case Forbidden():
            return Gone(error.message)
        case BadRequest():
            return Gone(error.message) if _says(error, _GONE) else Rejected(error.message)
        case TimedOut():
            return Lost() if type(error.__cause__).__name__ in _NEVER_LEFT else Unknown()
        case _:
            return Lost()


def topic_is_gone(error: BadRequest) -> bool:
    return _says(error, _TOPIC)


def cannot_be_edited(error: BadRequest) -> bool:
    """The message is not there, not ours, or no text any more: a new one has to be sent."""
    return _says(error, _UNEDITABLE)


def is_not_modified(error: BadRequest) -> bool:
    return _says(error, ("message is not modified",))


def cannot_be_parsed(error: BadRequest) -> bool:
    return _says(error, ("can't parse entities",))


def is_deleted_already(error: BadRequest) -> bool:
    return _says(error, ("message to delete not found",))


def _says(error: BadRequest, texts: tuple[str, ...]) -> bool:
    return any(text in error.message.lower() for text in texts)
