"""Conditions under which a rental is to be ended."""

from __future__ import annotations

from bot.domain.announcements import StopTold
from bot.services.house import House
from handlers.guest import Guest
from handlers.rent_actions import StopAction
from handlers.replies import StopWanted
from handlers.screen import Screen
from handlers.visit import Answer
from storage.accounts import Account


async def respond(guest: Guest, action: StopAction) -> Answer:
    raise NotImplementedError


async def typed(guest: Guest, wanted: StopWanted, text: str) -> Answer:
    raise NotImplementedError


def letter(house: House, account: Account, told: StopTold) -> Screen | None:
    """`None`: there is nothing left to tell."""
    raise NotImplementedError
