"""The search in inline mode: the same language, the public marketplace, nothing of any account."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.domain.catalogue import NOTHING_UNWANTED
from bot.domain.found import find
from bot.domain.search import Misread, parse
from bot.services.house import House
from handlers.looking import look_at_market
from handlers.views import inline as views
from handlers.visit import InlineAnswer

RECENT: Final = timedelta(minutes=5)
PATIENCE: Final = 4.0
"""Whoever writes has long written on after this."""
MOST_TYPED: Final = 256


async def inline(house: House, text: str, *, link: str | None, personal: bool) -> InlineAnswer:
    search = parse(" ".join(text.split())[:MOST_TYPED])
    if isinstance(search, Misread):
        return InlineAnswer((views.misread(search),), personal)
    look = await look_at_market(house, RECENT, PATIENCE)
    if look.catalogue is None:
        return InlineAnswer((views.unavailable(),), personal)
    found, now = find(look.catalogue, search, NOTHING_UNWANTED), house.clock()
    articles = views.articles(found, now, link=link) or (views.nothing(found, now),)
    return InlineAnswer(articles, personal)
