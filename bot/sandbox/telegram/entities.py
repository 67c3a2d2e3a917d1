"""Formatted text: spans over code points, the order Telegram brings them into, and their wire form in UTF-16 units."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

_SPLITTABLE = ("bold", "italic", "underline", "strikethrough", "spoiler")
_QUOTES = {"blockquote", "expandable_blockquote"}
_VERBATIM = {"code", "pre"}
_LINKS = {"text_link", "text_mention"}
_PRIORITY = {"blockquote": 0, "expandable_blockquote": 0, "pre": 10, "code": 20, "text_link": 49, "text_mention": 49}
_PRIORITY |= {"bold": 90, "italic": 91, "underline": 92, "strikethrough": 93, "spoiler": 94, "custom_emoji": 99}

_DROPPED = re.compile("[\r\u2028-\u202e]")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_BLANK = re.compile(
    "[\\s\u00ad\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202f\u2060-\u206f\u2800\u3164\ufeff\uffa0]*"
)

_TWO_UNITS = re.compile("[\U00010000-\U0010ffff]")

_COMMAND = re.compile(r"(?<![\w/<>])/([a-zA-Z0-9_]{1,64})(?:@[a-zA-Z0-9_]{3,32})?(?![\w/<>])")
_MENTION = re.compile(r"(?<![\w@])@[a-zA-Z0-9_]{4,32}(?!\w)")
_HASHTAG = re.compile(r"(?<![\w#])#(?=\d*[^\W\d])\w{1,256}(?![\w#])")
_CASHTAG = re.compile(r"(?<![\w$])\$[A-Z]{1,8}(?![\w$])")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@(?:[\w-]+\.)+[a-zA-Z]{2,}(?![\w-])")
_URL = re.compile(
    r"(?<![\w@./-])(?:(?:https?|ftp|tg)://[^\s<>\"'«»`{}|^]+"
    r"|(?:[a-zA-Z0-9-]+\.)+(?:com|org|net|io|ai|me|dev|app|cloud|gg|info)(?:[/?#:][^\s<>\"'«»`]*)?(?![\w@-]))"
)
_FOUND = (
    ("url", _URL),
    ("email", _EMAIL),
    ("bot_command", _COMMAND),
    ("mention", _MENTION),
    ("hashtag", _HASHTAG),
    ("cashtag", _CASHTAG),
)


@dataclass(frozen=True, slots=True)
class Span:
    """One entity over `text[start:end]`, counted in code points; `extra` holds fields such as url or language."""

    start: int
    end: int
    kind: str
    extra: dict[str, Any] = field(default_factory=dict)


def utf16_length(text: str) -> int:
    """The length in UTF-16 code units, in which Telegram counts offsets."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_blank(text: str) -> bool:
    """Whether nothing of the text can be seen, as Telegram judges it."""
    return _BLANK.fullmatch(text) is not None


def tidy(text: str, spans: Iterable[Span]) -> tuple[str, list[Span]]:
    """The text and entities as Telegram keeps them: cleaned, found entities added, nested properly, trimmed."""
    text, given = _clean(text, list(spans))
    merged = _nest(given + _find(text, given), text)
    return _trim(text, merged)


def to_wire(text: str, spans: Iterable[Span]) -> list[dict[str, Any]]:
    """MessageEntity objects with offsets in UTF-16 units."""
    at = _utf16_offsets(text)
    return [
        {"offset": at(span.start), "length": at(span.end) - at(span.start), "type": span.kind, **span.extra}
        for span in spans
    ]


def from_wire(text: str, entities: Iterable[dict[str, Any]]) -> list[Span]:
    """The spans of MessageEntity objects; those outside the text are clipped."""
    at = _code_points(text)
    spans = []
    for entity in entities:
        extra = {name: value for name, value in entity.items() if name not in ("type", "offset", "length")}
        start = min(at(entity["offset"]), len(text))
        end = min(at(entity["offset"] + entity["length"]), len(text))
        spans.append(Span(start, end, entity["type"], extra))
    return [span for span in spans if span.start < span.end]


def _utf16_offsets(text: str) -> Callable[[int], int]:
    wide = _wide(text)
    return lambda position: position + bisect_left(wide, position)


def _code_points(text: str) -> Callable[[int], int]:
    """From an offset in UTF-16 units to a position; from between the two units of a character to behind it."""
    second = [index + before + 1 for before, index in enumerate(_wide(text))]
    return lambda offset: offset - bisect_left(second, offset)


def _wide(text: str) -> list[int]:
    """Where characters of two units stand."""
    return [] if text.isascii() else [match.start() for match in _TWO_UNITS.finditer(text)]


def _clean(text: str, spans: list[Span]) -> tuple[str, list[Span]]:
    dropped = [match.start() for match in _DROPPED.finditer(text)]
    if dropped:
        text = _DROPPED.sub("", text)
        spans = [_moved(span, dropped) for span in spans]
    return _CONTROL.sub(" ", text), spans


def _moved(span: Span, dropped: list[int]) -> Span:
    return replace(
        span, start=span.start - bisect_left(dropped, span.start), end=span.end - bisect_left(dropped, span.end)
    )


def _find(text: str, given: list[Span]) -> list[Span]:
    """Commands, links and names in plain text; never inside code or a link that was given."""
    taken = [span for span in given if span.kind in _VERBATIM | _LINKS | {"custom_emoji", "date_time"}]
    found: list[Span] = []
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text):
            end = match.end() - _tail(match[0]) if kind == "url" else match.end()
            if all(end <= other.start or match.start() >= other.end for other in taken):
                found.append(Span(match.start(), end, kind))
                taken.append(found[-1])
    return found


def _tail(url: str) -> int:
    """How many characters at the end are punctuation of the sentence around the link."""
    kept = url.rstrip(".,:;!?'…")
    if kept.endswith(")") and "(" not in kept:
        kept = kept.rstrip(").,")
    return len(url) - len(kept)


def _nest(spans: list[Span], text: str) -> list[Span]:
    quotes = _apart([span for span in spans if span.kind in _QUOTES])
    whole = _apart([span for span in spans if span.kind not in _QUOTES and span.kind not in _SPLITTABLE])
    fixed = quotes + [span for span in whole if not any(_cross(span, quote) for quote in quotes)]
    verbatim = [span for span in fixed if span.kind in _VERBATIM]
    for kind in _SPLITTABLE:
        pieces = _without(_union([span for span in spans if span.kind == kind]), verbatim)
        fixed += [piece for span in pieces for piece in _split(span, fixed)]
    return sorted((span for span in fixed if _is_seen(span, text)), key=_order)


def _order(span: Span) -> tuple[int, int, int]:
    return span.start, -span.end, _PRIORITY.get(span.kind, 50)


def _apart(spans: list[Span]) -> list[Span]:
    """Entities of these kinds cannot contain each other: the outer one stays."""
    kept: list[Span] = []
    for span in sorted(spans, key=_order):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _union(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans, key=_order):
        if merged and span.start <= merged[-1].end:
            merged[-1] = replace(merged[-1], end=max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def _without(spans: list[Span], holes: list[Span]) -> list[Span]:
    for hole in holes:
        spans = [piece for span in spans for piece in _cut(span, hole)]
    return spans


def _cut(span: Span, hole: Span) -> list[Span]:
    if span.end <= hole.start or span.start >= hole.end:
        return [span]
    pieces = [replace(span, end=hole.start), replace(span, start=hole.end)]
    return [piece for piece in pieces if piece.start < piece.end]


def _cross(one: Span, other: Span) -> bool:
    return one.start < other.start < one.end < other.end or other.start < one.start < other.end < one.end


def _split(span: Span, fixed: list[Span]) -> list[Span]:
    """The span in pieces that each contain or are contained in every fixed one."""
    for other in fixed:
        if _cross(span, other):
            at = other.start if span.start < other.start else other.end
            return _split(replace(span, end=at), fixed) + _split(replace(span, start=at), fixed)
    return [span]


def _is_seen(span: Span, text: str) -> bool:
    content = text[span.start : span.end]
    return bool(content.strip(" \n")) or (span.kind in _LINKS and bool(content))


def _trim(text: str, spans: list[Span]) -> tuple[str, list[Span]]:
    text = text.rstrip(" \n")
    clipped = [replace(span, end=min(span.end, len(text))) for span in spans if span.start < len(text)]
    first = min((span.start for span in clipped), default=len(text))
    lead = min(len(text) - len(text.lstrip(" \n")), first)
    return text[lead:], [replace(span, start=span.start - lead, end=span.end - lead) for span in clipped]
