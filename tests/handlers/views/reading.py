"""Reading a screen as Telegram and a person do."""

from __future__ import annotations

import re
from html import unescape

from handlers.actions import Action, Close, Confirm, Decline, decode, encode
from handlers.screen import Copy, Link, Press, Screen, Style

TAG = re.compile(r"<(/?)([a-z-]+)((?: [a-z]+(?:=\"[^\"<>]*\")?)*)>")
ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#\d+);")
ATTRIBUTES = {"blockquote": re.compile(r" expandable"), "tg-time": re.compile(r' unix="\d+" format="(?:r|t|Dt)"')}
PLAIN_TAGS = {"b", "code", "pre"}


def well_formed(text: str) -> bool:
    """Whether Telegram would take it: known tags, closed in order, nothing unescaped."""
    opened: list[str] = []
    rest = 0
    for tag in TAG.finditer(text):
        if not _escaped(text[rest : tag.start()]):
            return False
        rest = tag.end()
        closing, name, attributes = tag.groups()
        if closing:
            if not opened or opened.pop() != name:
                return False
        elif not _known(name, attributes) or (name == "blockquote" and opened):
            return False
        else:
            opened.append(name)
    return not opened and _escaped(text[rest:])


def _escaped(text: str) -> bool:
    return not re.search(r"[<>&]", ENTITY.sub("", text))


def _known(name: str, attributes: str) -> bool:
    return bool(ATTRIBUTES[name].fullmatch(attributes)) if name in ATTRIBUTES else name in PLAIN_TAGS and not attributes


def plain(screen: Screen) -> str:
    """What a person reads, with the words that an older client shows for times."""
    return unescape(TAG.sub("", screen.text)).replace("\N{NO-BREAK SPACE}", " ")


def visible(screen: Screen) -> list[str]:
    """The lines above the fold. A table is one: it has its own rule, at most ten rows of thirty columns."""
    table = re.compile("<pre>.*?</pre>", re.DOTALL)
    return table.sub("table", screen.text.split("<blockquote")[0]).rstrip("\n").split("\n")


def actions(screen: Screen) -> list[Action]:
    return [button.action for row in screen.rows for button in row if isinstance(button, Press)]


def copies(screen: Screen) -> dict[str, str]:
    return {button.label: button.text for row in screen.rows for button in row if isinstance(button, Copy)}


def labels(screen: Screen) -> list[str]:
    return [button.label for row in screen.rows for button in row]


def row_from_below(screen: Screen, kind: type[Action]) -> int:
    """In which row, counted from the last one, a button of this action stands."""
    for number, row in enumerate(reversed(screen.rows), start=1):
        if any(isinstance(button, Press) and isinstance(button.action, kind) for button in row):
            return number
    raise AssertionError(f"no button for {kind.__name__} in {labels(screen)}")


def complaints(screen: Screen) -> list[str]:
    """Everything in this screen that breaks a rule of Telegram, or of ours."""
    found = []
    if not well_formed(screen.text):
        found.append("HTML is not well-formed")
    if not plain(screen).strip():
        found.append("empty")
    if len(screen.text.encode("utf-16-le")) // 2 > 3_500:
        found.append("too long")
    if len(visible(screen)) > 8:
        found.append(f"{len(visible(screen))} lines above the fold")
    if len(screen.rows) > 12 or any(not 1 <= len(row) <= 8 for row in screen.rows):
        found.append("rows")
    return [*found, *_button_complaints(screen)]


def _button_complaints(screen: Screen) -> list[str]:
    found = []
    for number, row in enumerate(screen.rows):
        for button in row:
            if not button.label.strip() or len(button.label) > 64 or "\n" in button.label:
                found.append(f"label {button.label!r}")
            if len(row) == 2 and len(button.label) > 14:
                found.append(f"{button.label!r} is long for a row of two")
            if isinstance(button, Copy) and not 1 <= len(button.text) <= 256:
                found.append("copied text")
            if isinstance(button, Link) and len(button.url) > 256:
                found.append("address")
            if isinstance(button, Press) and (
                len(encode(button.action).encode()) > 64 or decode(encode(button.action)) != button.action
            ):
                found.append("callback data")
            if _spends(button) and (len(row) > 1 or number != len(screen.rows) - 2):
                found.append(f"{button.label!r} is not alone above the last row")
    if any(_spends(button) for row in screen.rows for button in row) and not any(
        isinstance(action, Decline) for action in actions(screen)
    ):
        found.append("no way to decline")
    return found


def _spends(button: object) -> bool:
    return isinstance(button, Press) and (isinstance(button.action, Confirm) or button.style is Style.DANGER)


def closes(screen: Screen) -> bool:
    """Whether the last row is the navigation, or the way out of a question."""
    last = [button.action for button in screen.rows[-1] if isinstance(button, Press)]
    return isinstance(last[-1], Close | Decline)
