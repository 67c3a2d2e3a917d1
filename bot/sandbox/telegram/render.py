"""Formatted text as safe HTML for a page in the browser."""

from datetime import UTC, datetime
from html import escape
from typing import Any

from bot.sandbox.telegram.entities import Span, from_wire

_TAGS = {"bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code"}
_SAFE = ("http://", "https://", "tg://", "mailto:", "ton://")


def to_html(text: str, entities: list[dict[str, Any]]) -> str:
    """Nested elements for nested entities; nothing of the text itself is taken for markup.

    Spoilers, mentions, commands and the like are spans with the entity's type as their class; a date_time is a `time`
    element with `data-unix` and `data-format`.
    """
    return _range(text, from_wire(text, entities), 0, len(text))


def _range(text: str, spans: list[Span], start: int, end: int) -> str:
    pieces: list[str] = []
    index = 0
    while index < len(spans):
        span = spans[index]
        inside = [other for other in spans[index + 1 :] if other.start < span.end]
        pieces += [escape(text[start : span.start]), _element(text, span, inside)]
        start, index = span.end, index + 1 + len(inside)
    return "".join([*pieces, escape(text[start:end])])


def _element(text: str, span: Span, inside: list[Span]) -> str:
    content = _range(text, inside, span.start, span.end)
    plain = text[span.start : span.end]
    match span.kind:
        case "bold" | "italic" | "underline" | "strikethrough" | "code":
            return f"<{_TAGS[span.kind]}>{content}</{_TAGS[span.kind]}>"
        case "pre":
            language = escape(span.extra.get("language", ""))
            return f'<pre data-language="{language}">{content}</pre>'
        case "blockquote":
            return f"<blockquote>{content}</blockquote>"
        case "expandable_blockquote":
            return f'<blockquote class="expandable">{content}</blockquote>'
        case "text_link":
            return _anchor(span.extra["url"], content)
        case "url":
            return _anchor(plain if "://" in plain else f"https://{plain}", content)
        case "email":
            return _anchor(f"mailto:{plain}", content)
        case "date_time":
            return _time(span, content)
        case _:
            return f'<span class="{escape(span.kind)}">{content}</span>'


def _anchor(url: str, content: str) -> str:
    if not url.startswith(_SAFE):
        return content
    return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{content}</a>'


def _time(span: Span, content: str) -> str:
    unix = span.extra["unix_time"]
    moment = datetime.fromtimestamp(unix, UTC).isoformat()
    shape = escape(span.extra.get("date_time_format", ""))
    return f'<time class="date_time" datetime="{moment}" data-unix="{unix}" data-format="{shape}">{content}</time>'
