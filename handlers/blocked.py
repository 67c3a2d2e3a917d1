"""What a chat does not want to be offered."""

from __future__ import annotations

from bot.domain.catalogue import Unwanted
from bot.domain.ids import OwnerId, ServerId
from handlers.guest import Guest
from storage.marks import MarkKind


def unwanted(guest: Guest) -> Unwanted:
    """The servers and owners that this chat has blocked."""
    marks = guest.house.store.marks.of_chat(guest.chat.id, MarkKind.BLOCKED, MarkKind.BLOCKED_OWNER)
    return Unwanted(
        servers=frozenset(ServerId(mark.number) for mark in marks if mark.kind is MarkKind.BLOCKED),
        owners=frozenset(OwnerId(mark.number) for mark in marks if mark.kind is MarkKind.BLOCKED_OWNER),
    )
