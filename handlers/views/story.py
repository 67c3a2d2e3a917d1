"""What one alert has to say in each turn of its life."""

from __future__ import annotations

from dataclasses import dataclass

from bot.alerts.alert import Notice
from handlers.screen import Row
from handlers.views.html import Html, say
from handlers.views.words import duration

Lines = tuple[Html | None, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """While it fires `lines`, the last one on what the bot does, with `rows` below; at its end `resolved` or `ended`."""

    name: str
    subject: Html | None
    lines: Lines
    resolved: Lines
    ended: Lines
    rows: tuple[Row, ...]
    details: Lines = ()
    ended_rows: tuple[Row, ...] = ()


def after(notice: Notice) -> Html:
    """` after 3 min`, where it is over."""
    return say(" after {span}", span=duration(notice.lasted)) if notice.lasted is not None else Html("")
