"""What all screens share: the title, the age of the data, folding, the pages and the navigation row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Generic, Protocol, TypeVar

from bot.domain.ids import AccountId
from bot.domain.money import Rates
from handlers.actions import Action, Close, Confirm, Decline, Nothing
from handlers.screen import Button, Copy, Link, Press, Row, Screen, Style
from handlers.views.html import Html, bold, deadline, folded, join, say, tidy, units, when

T = TypeVar("T")

MOST_UNITS: Final = 3_500
"""Of a message, tags counted too; Telegram takes 4,096 without them."""
PAGE_SIZE: Final = 6
MOST_COPIED: Final = 256
LABEL: Final = 40
TOGETHER: Final = timedelta(seconds=30)
"""Two readings so near each other have one age: that of the older one."""


class Failure(StrEnum):
    """Why the reading just made brought nothing, where what was known before is shown."""

    NO_ANSWER = "CLORE.AI did not answer just now"
    SLOW = "CLORE.AI takes long to answer"
    BUSY = "CLORE.AI takes no more requests with this key just now"
    REJECTED = "CLORE.AI does not take this account's key"


class Account(Protocol):
    """What a screen needs to know of an account."""

    @property
    def id(self) -> AccountId: ...

    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list. `number` starts at 0 and is within the list, whatever page was asked for."""

    items: tuple[T, ...]
    number: int
    count: int


def screen(visible: Iterable[Html | None], rows: Iterable[Row] = (), *, details: Iterable[Html | None] = ()) -> Screen:
    """A message of lines; the details are folded, and left out from their end where the message would get too long."""
    lines = [line for line in visible if line]
    below = [line for line in details if line]
    return Screen(_fitted(lines, below), tuple(row for row in rows if row))


def title(glyph: str, word: str, subject: object, account: Account | None = None) -> Html:
    """`🟢 Running · #12345 · acct main`: the state is a word too, and the account is always named."""
    state = say("{glyph} {word}", glyph=glyph, word=bold(word))
    owner = say("acct {name}", name=bold(tidy(account.name, 32))) if account else None
    return join((state, subject, owner))


def age(read_at: datetime | None, now: datetime, rates: Rates | None = None, *, failed: Failure | None = None) -> Html:
    """How old the data is, and the rate behind its dollars. `failed`: why it is not newer."""
    if read_at is None:
        return say("⚠️ CLORE.AI has not answered yet: nothing is known.")
    if rates is not None and abs(rates.at - read_at) <= TOGETHER:
        data, rate = say("Data and rate from {when}", when=when(min(read_at, rates.at), now)), None
    else:
        data = say("Data from {when}", when=when(read_at, now))
        rate = say("rate from {when}", when=when(rates.at, now)) if rates else None
    warning = say("⚠️ {failed}; this is the last known", failed=failed) if failed else None
    return join((warning, data, rate))


def paged(items: Sequence[T], page: int, size: int = PAGE_SIZE) -> Page[T]:
    count = max(1, -(-len(items) // size))
    number = min(max(page, 0), count - 1)
    return Page(tuple(items[number * size : (number + 1) * size]), number, count)


def pager(page: Page[T], turn: Callable[[int], Action]) -> Row:
    """`◀ 2/7 ▶`; nothing where there is one page. At an end the arrow stays in its place and does nothing."""
    if page.count == 1:
        return ()
    back = Press("◀", turn(page.number - 1)) if page.number else Press("·", Nothing())
    onward = Press("▶", turn(page.number + 1)) if page.number + 1 < page.count else Press("·", Nothing())
    return (back, Press(f"{page.number + 1}/{page.count}", Nothing()), onward)


def navigation(back: Action | None = None, refresh: Action | None = None) -> Row:
    """The last row of every screen."""
    here = [Press("◀ Back", back)] if back else []
    again = [Press("🔄 Refresh", refresh)] if refresh else []
    return (*here, *again, Press("✖ Close", Close()))


def label(value: object) -> str:
    """What stands on a button: one line, never empty, cut to a phone's width."""
    return tidy(value, LABEL) or "…"


def confirmation(token: str, does: str, style: Style, *, otherwise: str = "◀ Keep it") -> tuple[Row, Row]:
    """The button that does it, alone in its row, and below it, in place of the navigation, the one that gives it up."""
    return (Press(label(does), Confirm(token), style),), (Press(otherwise, Decline(token)),)


def valid_until(expires_at: datetime, now: datetime) -> Html:
    return say("This question ends {end}; then nothing happens.", end=deadline(expires_at, now))


def copying(name: str, text: str | None) -> tuple[Copy, ...]:
    """A copy button, where there is something that Telegram can copy."""
    return (Copy(label(name), text),) if text and len(text) <= MOST_COPIED else ()


def opening(name: str, url: str | None) -> tuple[Link, ...]:
    return (Link(label(name), url),) if url and len(url) <= MOST_COPIED else ()


def in_pairs(buttons: Sequence[Button]) -> tuple[Row, ...]:
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))


def in_threes(buttons: Sequence[Button]) -> tuple[Row, ...]:
    """For labels of at most 14 characters."""
    return tuple(tuple(buttons[start : start + 3]) for start in range(0, len(buttons), 3))


def _fitted(lines: list[Html], details: list[Html]) -> str:
    shown, cut = list(details), False
    while True:
        rest = [*shown, Html("…")] if cut else shown
        text = "\n".join([*lines, folded(rest)] if rest else lines)
        if units(text) <= MOST_UNITS or not shown:
            return text
        shown, cut = shown[:-1], True
