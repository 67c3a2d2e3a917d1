"""Templates for renting: saved, named, changed, used."""

from __future__ import annotations

from handlers.guest import Guest
from handlers.rent_actions import TemplateAction
from handlers.replies import TemplateWanted
from handlers.visit import Answer


async def respond(guest: Guest, action: TemplateAction) -> Answer:
    raise NotImplementedError


async def typed(guest: Guest, wanted: TemplateWanted, text: str) -> Answer:
    raise NotImplementedError


async def command(guest: Guest) -> Answer:
    """`/templates`."""
    raise NotImplementedError
