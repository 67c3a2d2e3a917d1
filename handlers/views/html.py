"""Telegram HTML in which every variable is escaped: by type, not by habit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape
from typing import Final

from handlers.views.words import duration

_LONGEST: Final = 80
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNSHOWN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")
"""Control characters, line breaks, marks that turn the direction of writing, halves of a character: none is a word."""
_BLANKS: Final = re.compile(r"\s+")
_LAST_SECOND: Final = 2**31 - 1
_SOON_SECONDS: Final = 12 * 3_600
"""The time of day alone says when."""


class Html(str):
    """Text that can be sent as it is: whole tags, and every variable in it escaped."""

    __slots__ = ()


def tidy(value: object, most: int = _LONGEST) -> str:
    """A variable as one line of at most so many characters, not yet escaped."""
    text = _BLANKS.sub(_one_blank, _UNSHOWN.sub(" ", str(value))).strip()
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _one_blank(blanks: re.Match[str]) -> str:
    """One blank for many; one that no line ends at stays what it is."""
    return blanks[0] if blanks[0] == "\N{NO-BREAK SPACE}" else " "


def text(value: object, most: int = _LONGEST) -> Html:
    """A variable, escaped."""
    return Html(escape(tidy(value, most), quote=False))


def say(template: str, /, **values: object) -> Html:
    """The sentence with its variables put in; what is not `Html` yet is cut to a length and escaped."""
    return Html(template.format_map({name: _shown(value) for name, value in values.items()}))


def bold(value: object) -> Html:
    return Html(f"<b>{_shown(value)}</b>")


def code(value: object, most: int = _LONGEST) -> Html:
    return Html(f"<code>{text(value, most)}</code>")


def join(parts: Iterable[object], separator: str = " · ") -> Html:
    """The parts that are there, with the separator of ours between them."""
    return Html(separator.join(_shown(part) for part in parts if part))


def folded(lines: Iterable[Html]) -> Html:
    """A block that shows its first lines and opens at a tap."""
    inside = "\n".join(lines)
    return Html(f"<blockquote expandable>{inside}</blockquote>") if inside else Html("")


def when(moment: datetime, now: datetime) -> Html:
    """`12 seconds ago`, kept up to date by the reader's client; older ones show our words, with the time in UTC."""
    return _time(moment, "r", f"{_relative(moment, now)} ({utc(moment, now)})")


def deadline(moment: datetime, now: datetime, *, absolute_first: bool = False) -> Html:
    """`in 3 hours, 22:13` or `in 6 days, 14 November 22:13`: as the reader's client writes them, in the reader's zone."""
    soon = abs((moment - now).total_seconds()) < _SOON_SECONDS
    return say(
        "{absolute}, {relative}" if absolute_first else "{relative}, {absolute}",
        relative=_time(moment, "r", _relative(moment, now)),
        absolute=_time(moment, "t" if soon else "Dt", utc(moment, now)),
    )


def utc(moment: datetime, now: datetime) -> str:
    """`2 Nov 16:00:05 UTC`; with the year where it is another one, with the seconds where it is less than an hour away."""
    there = moment.astimezone(UTC)
    year = "" if there.year == now.astimezone(UTC).year else f" {there.year}"
    seconds = f":{there.second:02}" if abs((now - moment).total_seconds()) < 3_600 else ""
    return f"{there.day} {_MONTHS[there.month - 1]}{year} {there.hour:02}:{there.minute:02}{seconds} UTC"


def units(message: str) -> int:
    """UTF-16 units: what Telegram counts."""
    return len(message.encode("utf-16-le", "surrogatepass")) // 2


def _shown(value: object) -> str:
    return value if isinstance(value, Html) else text(value)


def _relative(moment: datetime, now: datetime) -> str:
    span = duration(moment - now)
    if span == "0 s":
        return "just now"
    return f"in {span}" if moment > now else f"{span} ago"


def _time(moment: datetime, form: str, fallback: str) -> Html:
    unix = int(moment.timestamp())
    if not 0 < unix <= _LAST_SECOND:
        return text(fallback)
    return Html(f'<tg-time unix="{unix}" format="{form}">{text(fallback)}</tg-time>')
