"""The end of a chat's quiet: what was held back."""

from __future__ import annotations

from datetime import datetime

from bot.domain.announcements import QuietTold
from handlers.screen import Screen
from handlers.views.frame import navigation, screen, title
from handlers.views.html import join, say, when


def summary(told: QuietTold, now: datetime) -> Screen:
    parts = (
        say("{count} fired and resolved", count=told.over) if told.over else None,
        say("{count} still open", count=told.standing) if told.standing else None,
        say("{count} happened", count=told.happened) if told.happened else None,
    )
    return screen(
        (
            title("🌙", "While it was quiet", "this chat"),
            say("{parts}, since {since}.", parts=join(parts, ", "), since=when(told.since, now)),
            say("What matters still comes below, without a sound.") if told.standing or told.happened else None,
        ),
        (navigation(),),
    )
