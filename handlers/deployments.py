"""The first minutes of a new rental."""

from __future__ import annotations

from bot.domain.announcements import DeploymentTold
from bot.services.house import House
from handlers.guest import Guest
from handlers.rent_actions import DeploymentAction
from handlers.screen import Screen
from handlers.visit import Answer
from storage.accounts import Account


async def respond(guest: Guest, action: DeploymentAction) -> Answer:
    raise NotImplementedError


def letter(house: House, account: Account, told: DeploymentTold) -> Screen | None:
    """`None`: there is nothing left to tell."""
    raise NotImplementedError
