"""`/panic`: stops at once whatever is done for this chat without a press; lifted by a confirmed press."""

from __future__ import annotations

from typing import Final

from bot.services.writes import CONFIRMED_FOR
from handlers.guest import Guest
from handlers.screen import Screen
from handlers.views import panic as views

LIFT: Final = "lift"
"""The kind of a confirmation that lets the automation of a chat go on."""

_STOPPED, _STOOD = "stopped", "stood"


def stop(guest: Guest) -> Screen:
    """Acts before it is this person's turn to be answered, and once: the answer asks again, and is told what was done."""
    did = guest.once(lambda: _STOPPED if guest.house.panic.declare(guest.chat.id, guest.user) else _STOOD)
    return views.stopped(guest.house.panic.automation(guest.chat.id), guest.house.clock(), anew=did == _STOPPED)


def ask_lift(guest: Guest) -> Screen:
    """The question before it all goes on."""
    found, now = guest.house.panic.automation(guest.chat.id), guest.house.clock()
    if found.stopped_at is None:
        return views.goes_on(found)
    token = guest.house.store.confirmations.ask(guest.chat.id, guest.user, None, LIFT, "{}", now, CONFIRMED_FOR)
    return views.confirm(found, now, token=token, expires_at=now + CONFIRMED_FOR)


def lift(guest: Guest) -> None:
    """In the transaction of the press."""
    guest.house.panic.lift(guest.chat.id)


def lifted(guest: Guest) -> Screen:
    return views.goes_on(guest.house.panic.automation(guest.chat.id))
