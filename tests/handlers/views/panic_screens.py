"""The screens of automation that a person has stopped, each made of one invented world, with the view that made it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.domain.automation import Automation
from bot.domain.stops import AtTime
from handlers.screen import Screen
from handlers.views import panic, stops
from tests.handlers.views.world import ENDS_AT, TOKEN
from tests.handlers.views.worlds import World


def panic_screens(world: World) -> Iterator[tuple[Callable[..., Screen], Screen]]:
    at, many = world.moment, world.number
    for found in (Automation(0, 0, 0, 0, 0), Automation(many, many, many, many, many, at)):
        yield panic.stopped, panic.stopped(found, at, anew=world.flag)
        yield panic.confirm, panic.confirm(found, at, token=TOKEN, expires_at=ENDS_AT)
        yield panic.goes_on, panic.goes_on(found)
    yield panic.not_begun, panic.not_begun()

    one, order = world.account, world.order
    yield stops.held, stops.held(one, order.id, order.server, AtTime(at), at)
