"""Making an order: sent once, and looked for in my_orders, since CLORE.AI does not say which number it got."""

from __future__ import annotations

from bot.clore.client import Leaving
from bot.domain.ledger import Creation, Result
from bot.services.desk import Desk


async def create(desk: Desk, change: Creation, leaving: Leaving, *, sent_before: bool, may_send: bool) -> Result:
    raise NotImplementedError
