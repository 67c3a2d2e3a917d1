"""The wizard of renting: each step a screen, each draft a row."""

from __future__ import annotations

from handlers.guest import Guest
from handlers.rent_actions import RentAction
from handlers.replies import StepWanted
from handlers.visit import Answer


async def respond(guest: Guest, action: RentAction) -> Answer:
    raise NotImplementedError


async def typed(guest: Guest, wanted: StepWanted, text: str) -> Answer:
    raise NotImplementedError


async def command(guest: Guest, arguments: str) -> Answer:
    """`/rent [SERVER]`."""
    raise NotImplementedError
