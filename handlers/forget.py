"""Deleting everything of a chat."""

from __future__ import annotations

from bot.services.writes import CONFIRMED_FOR
from handlers.guest import Guest
from handlers.screen import Screen
from handlers.views import forget as views

FORGET = "forget"
"""The kind of a confirmation that deletes a chat."""


def ask_forget(guest: Guest) -> Screen:
    token = guest.house.store.confirmations.ask(guest.chat.id, guest.user, None, FORGET, "{}", guest.now, CONFIRMED_FOR)
    names = [account.name for account in guest.house.store.accounts.of_chat(guest.chat.id)]
    return views.confirm(names, guest.now, token=token, expires_at=guest.now + CONFIRMED_FOR)
