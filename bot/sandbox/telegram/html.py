"""Telegram's HTML as its server reads it: text with marked spans, or the reason why it cannot be parsed."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from bot.sandbox.telegram.entities import Span

_KINDS = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    **dict.fromkeys(("tg-spoiler", "span"), "spoiler"),
}
_TAGS = {*_KINDS, "a", "code", "pre", "blockquote", "tg-emoji", "tg-time"}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]+));?")
_NAME_TOKEN = re.compile(r"[a-zA-Z0-9.-]*")
_SPACE = " \t\r\n\0\x0b"
_TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")
_HOST = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}|\[[0-9a-fA-F:.]+\]")

KnownUser = Callable[[int], dict[str, Any] | None]


class ParseError(Exception):
    """Why the HTML was refused, worded as the server words it."""


@dataclass(slots=True)
class _Open:
    tag: str
    arguments: dict[str, str]
    start: int


def parse(html: str, known_user: KnownUser = lambda _: None) -> tuple[str, list[Span]]:
    """The text and its spans in the order in which their tags close; `known_user` resolves tg://user links.

    Raises ParseError.
    """
    return _Parser(html, known_user).run()


def checked_link(url: str) -> str | None:
    """The address as Telegram keeps it, or None when it takes it for no link at all."""
    url = url.strip()
    if url.startswith(("tg://", "ton://", "mailto:", "tel:")):
        return url
    parts = _split_url(url if "://" in url else f"http://{url}")
    if parts is None or parts.scheme not in ("http", "https", "ftp", "tonsite"):
        return None
    if parts.hostname is None or not _HOST.fullmatch(parts.hostname if ":" not in parts.hostname else "[::]"):
        return None
    rest = parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower(), path=parts.path or "/")
    return rest.geturl()


def _split_url(url: str) -> SplitResult | None:
    try:
        return urlsplit(url) if not re.search(r"\s", url) and urlsplit(url).port != 0 else None
    except ValueError:
        return None


def unescape(text: str) -> str:
    """Decodes the references that Telegram knows, leaving all others as they stand."""
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return _NAMED.get(name, match[0])
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code < 0x10FFFF and len(match[0].rstrip(";")) < 10 else match[0]


class _Parser:
    def __init__(self, html: str, known_user: KnownUser) -> None:
        self._html = html
        self._known_user = known_user
        self._pieces: list[str] = []
        self._length = 0
        self._open: list[_Open] = []
        self._spans: list[Span] = []

    def run(self) -> tuple[str, list[Span]]:
        position = 0
        while (begin := self._html.find("<", position)) >= 0:
            self._text(self._html[position:begin])
            closes = self._html.startswith("/", begin + 1)
            position = self._end(begin) if closes else self._start(begin)
        self._text(self._html[position:])
        if self._open:
            raise ParseError(f'Can\'t find end tag corresponding to start tag "{self._open[-1].tag}"')
        for span in self._spans:
            span.extra.pop("_language", None)
        return _whole("".join(self._pieces)), self._spans

    def _text(self, escaped: str) -> None:
        text = unescape(escaped)
        self._pieces.append(text)
        self._length += len(text)

    def _start(self, begin: int) -> int:
        position = self._skip_to(begin + 1, _SPACE + ">")
        if position == len(self._html):
            raise self._error("Unclosed start tag", begin)
        tag = self._html[begin + 1 : position].lower()
        if tag not in _TAGS:
            raise self._error(f'Unsupported start tag "{tag}"', begin)
        arguments: dict[str, str] = {}
        while self._at(position) != ">":
            position = self._attribute(tag, begin, position, arguments)
        if tag == "span" and arguments.get("class") != "tg-spoiler":
            raise self._error('Tag "span" must have class "tg-spoiler"', begin)
        self._open.append(_Open(tag, arguments, self._length))
        return position + 1

    def _attribute(self, tag: str, begin: int, position: int, arguments: dict[str, str]) -> int:
        position = self._skip_space(position)
        if self._at(position) == ">":
            return position
        end = self._skip_to(position, _SPACE + "=>")
        name = self._html[position:end]
        if not name:
            raise self._error(f'Empty attribute name in the tag "{tag}"', begin)
        position = self._skip_space(end)
        if self._at(position) != "=":
            return self._bare(tag, name, begin, position, arguments)
        value, position = self._value(tag, begin, self._skip_space(position + 1))
        arguments[name] = value
        return position

    def _bare(self, tag: str, name: str, begin: int, position: int, arguments: dict[str, str]) -> int:
        """An attribute without a value: only `<blockquote expandable>` may have one."""
        if position == len(self._html):
            raise self._error(f'Unclosed start tag "{tag}"', begin)
        if (tag, name) != ("blockquote", "expandable"):
            raise self._error(f'Expected equal sign in declaration of an attribute of the tag "{tag}"', begin)
        arguments[name] = ""
        return position

    def _value(self, tag: str, begin: int, position: int) -> tuple[str, int]:
        if position == len(self._html):
            raise self._error(f'Unclosed start tag "{tag}"', begin)
        quote = self._html[position]
        if quote not in "'\"":
            return self._token(position)
        end = self._html.find(quote, position + 1)
        if end < 0 or end + 1 == len(self._html):
            raise self._error("Unclosed start tag", begin)
        return unescape(self._html[position + 1 : end]), end + 1

    def _token(self, position: int) -> tuple[str, int]:
        match = _NAME_TOKEN.match(self._html, position)
        end = match.end() if match else position
        if self._at(end) not in _SPACE + ">":
            raise self._error("Unexpected end of name token", position)
        return self._html[position:end].lower(), end

    def _end(self, begin: int) -> int:
        if not self._open:
            raise self._error("Unexpected end tag", begin)
        end = self._skip_to(begin + 2, _SPACE + ">")
        found = self._html[begin + 2 : end].lower()
        end = self._skip_space(end)
        if self._at(end) != ">":
            raise self._error("Unclosed end tag", begin)
        opened = self._open.pop()
        if found and found != opened.tag:
            raise self._error("Unmatched end tag", begin, f', expected "</{opened.tag}>", found "</{found}>"')
        if self._length > opened.start:
            self._close(opened)
        return end + 1

    def _close(self, opened: _Open) -> None:
        tag, arguments = opened.tag, opened.arguments
        if tag in _KINDS:
            self._mark(opened, _KINDS[tag])
        elif tag == "a":
            self._link(opened)
        elif tag == "blockquote":
            self._mark(opened, "expandable_blockquote" if "expandable" in arguments else "blockquote")
        elif tag == "tg-emoji":
            self._emoji(opened)
        elif tag == "tg-time":
            self._time(opened)
        else:
            self._verbatim(opened)

    def _mark(self, opened: _Open, kind: str, **extra: Any) -> None:
        self._spans.append(Span(opened.start, self._length, kind, extra))

    def _link(self, opened: _Open) -> None:
        url = opened.arguments.get("href") or "".join(self._pieces)[opened.start :]
        mention = re.fullmatch(r"tg://user/?\?id=(\d+)", url)
        user = self._known_user(int(mention[1])) if mention else None
        if user is not None:
            self._mark(opened, "text_mention", user=user)
        elif mention is None and (link := checked_link(url)) is not None:
            self._mark(opened, "text_link", url=link)

    def _emoji(self, opened: _Open) -> None:
        identifier = opened.arguments.get("emoji-id", "")
        if not re.fullmatch(r"-?\d{1,19}", identifier) or int(identifier) == 0:
            raise ParseError("Invalid custom emoji identifier specified")
        self._mark(opened, "custom_emoji", custom_emoji_id=identifier)

    def _time(self, opened: _Open) -> None:
        unix, shape = opened.arguments.get("unix", ""), opened.arguments.get("format", "")
        if not re.fullmatch(r"\d{1,11}", unix):
            raise ParseError("Invalid Unix time specified")
        if not _TIME_FORMAT.fullmatch(shape):
            raise ParseError("Invalid date-time format specified")
        self._mark(opened, "date_time", unix_time=int(unix), **({"date_time_format": shape} if shape else {}))

    def _verbatim(self, opened: _Open) -> None:
        """`<pre><code class="language-x">`, in either order, is one block of code with a language."""
        named = re.fullmatch("language-(.*)", opened.arguments.get("class", "")) if opened.tag == "code" else None
        language = named[1] if named else ""
        inner = self._spans[-1] if self._spans else None
        if (
            inner is None
            or inner.kind not in ("pre", "code")
            or (inner.start, inner.end) != (opened.start, self._length)
        ):
            self._mark(opened, opened.tag, **({"_language": language} if language else {}))
            return
        language = language or inner.extra.get("_language", "")
        if language and inner.kind != opened.tag:
            self._spans[-1] = Span(opened.start, self._length, "pre", {"language": language})
        else:
            self._mark(opened, opened.tag)

    def _at(self, position: int) -> str:
        return self._html[position] if position < len(self._html) else ""

    def _skip_to(self, position: int, stops: str) -> int:
        while position < len(self._html) and self._html[position] not in stops:
            position += 1
        return position

    def _skip_space(self, position: int) -> int:
        while position < len(self._html) and self._html[position] in _SPACE:
            position += 1
        return position

    def _error(self, what: str, begin: int, more: str = "") -> ParseError:
        offset = len(self._html[:begin].encode("utf-8", "surrogatepass"))
        return ParseError(f"{what} at byte offset {offset}{more}")


def _whole(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ParseError(
            "Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        ) from None
    return text
