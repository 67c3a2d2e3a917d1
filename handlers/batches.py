"""Several machines rented one after the other."""

from __future__ import annotations

from bot.domain.announcements import BatchTold
from bot.services.house import House
from handlers.guest import Guest
from handlers.rent_actions import BatchAction
from handlers.replies import BatchWanted
from handlers.screen import Screen
from handlers.visit import Answer
from storage.accounts import Account


async def respond(guest: Guest, action: BatchAction) -> Answer:
    raise NotImplementedError


async def typed(guest: Guest, wanted: BatchWanted, text: str) -> Answer:
    raise NotImplementedError


def letter(house: House, account: Account, told: BatchTold) -> Screen | None:
    """`None`: there is nothing left to tell."""
    raise NotImplementedError
