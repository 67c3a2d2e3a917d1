"""The screens of what a chat wants to be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.domain.announcements import QuietTold
from handlers.screen import Screen
from handlers.views import quiet
from tests.handlers.views.worlds import World


def preference_screens(world: World) -> Iterator[tuple[Callable[..., Screen], Screen]]:
    at = world.moment
    for count in (0, world.number):
        yield quiet.summary, quiet.summary(QuietTold(at, 1, count, count), at)
