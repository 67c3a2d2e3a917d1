"""The health of the bot, as this chat may see it."""

from __future__ import annotations

from bot.services.desk import Desk
from bot.services.version import VERSION
from handlers.guest import Guest
from handlers.screen import Screen
from handlers.views import status as views
from handlers.views.status import Watched


def show_status(guest: Guest) -> Screen:
    house = guest.house
    return views.status(
        [_watched(desk) for desk in house.desks.all(guest.chat.id)],
        house.clock(),
        version=VERSION,
        waiting_messages=house.store.outbox.waiting_count(guest.chat.id),
        stopped_at=guest.chat.panic_at,
        last_tick=house.store.installation.last_tick(),
    )


def _watched(desk: Desk) -> Watched:
    last = desk.last
    return Watched(
        id=desk.account.id,
        name=desk.account.name,
        read_at=last.orders_at if last else None,
        failing_since=last.down_since if last else None,
        rejected_since=last.rejected_since if last else None,
    )
