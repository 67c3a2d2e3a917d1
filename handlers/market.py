"""Searching the marketplace: results, filters, saved searches, one listed server."""

from __future__ import annotations

from bot.domain.announcements import ServerTold
from bot.domain.ids import ChatId
from bot.services.house import House
from handlers.guest import Guest
from handlers.market_actions import MarketAction
from handlers.replies import SearchWanted
from handlers.screen import Screen
from handlers.visit import Answer


async def respond(guest: Guest, action: MarketAction) -> Answer:
    raise NotImplementedError


async def typed(guest: Guest, wanted: SearchWanted, text: str) -> Answer:
    raise NotImplementedError


async def command(guest: Guest, arguments: str) -> Answer:
    """`/market [query]`."""
    raise NotImplementedError


async def server_command(guest: Guest, arguments: str) -> Answer:
    """`/server ID`."""
    raise NotImplementedError


def letter(house: House, chat: ChatId, told: ServerTold) -> Screen | None:
    """`None`: there is nothing left to tell."""
    raise NotImplementedError
