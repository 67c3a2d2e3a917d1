"""The servers that an account hosts."""

from __future__ import annotations

from bot.services.desk import Desk
from handlers.actions import ShowServers
from handlers.guest import Guest
from handlers.looking import PATIENCE_SECONDS, Look, failure, greatest_age, trouble
from handlers.screen import Screen
from handlers.views import servers as views
from handlers.views.errors import Untouched


async def show_servers(guest: Guest, desk: Desk, action: ShowServers) -> Screen:
    hosted = await guest.house.hosting.servers(desk, greatest_age(fresh=action.fresh), PATIENCE_SECONDS)
    if hosted.servers is None:
        return trouble(Look(desk.last, hosted.error, slow=hosted.slow), desk, untouched=Untouched.READ, again=action)
    return views.servers(
        desk.account,
        hosted.servers,
        hosted.read_at,
        guest.house.clock(),
        page=action.page,
        failed=failure(hosted.error, slow=hosted.slow),
    )
