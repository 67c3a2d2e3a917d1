"""What a chat has marked: favourites, watched servers, what is blocked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from handlers.actions import Action
from handlers.market_actions import ShowMarket, ShowMarks, ShowServer
from handlers.screen import Press, Row, Screen, Toast
from handlers.views.frame import navigation, paged, pager, screen, title
from handlers.views.html import bold, join, say, tidy
from handlers.views.results import SHORT
from handlers.views.words import counted

MOST_MARKS: Final = 50
"""Of each kind and chat."""

TOO_MANY: Final = Toast(f"There are {MOST_MARKS} of these already: take one away first.", alert=True)
FAVOURITE: Final = Toast("A favourite: you are told when it becomes free.")
NO_FAVOURITE: Final = Toast("No favourite any more.")
WATCHED: Final = Toast("Watched: told once, when it is free or 5 % cheaper.")
NOT_WATCHED: Final = Toast("Not watched any more.")
BLOCKED: Final = Toast("Blocked: new searches leave it out. Tap again to undo.")
UNBLOCKED: Final = Toast("Not blocked any more.")


@dataclass(frozen=True, slots=True)
class Marked:
    """One mark in words. `drops` takes it away; `opens` is there for a server."""

    kind: str
    subject: str
    drops: Action
    opens: ShowServer | None = None


def marks(
    found: Sequence[Marked], *, page: int = 0, dropped: Marked | None = None, undo: Action | None = None
) -> Screen:
    """`dropped`: what was just taken away; `undo` puts it back."""
    shown = paged(found, page)
    return screen(
        (
            title("★", "Marked servers", counted(len(found), "mark", "marks")),
            *(join((bold(mark.kind), mark.subject)) for mark in shown.items),
            None if found else say("Nothing is marked. The card of a server has the buttons for it."),
            say("Taken away: {kind}, {subject}", kind=dropped.kind, subject=dropped.subject) if dropped else None,
        ),
        (
            *(_row(mark) for mark in shown.items),
            (Press("↩ Undo", undo),) if undo else (),
            pager(shown, ShowMarks),
            navigation(ShowMarket()),
        ),
    )


def _row(mark: Marked) -> Row:
    opens = (Press(tidy(mark.subject, SHORT), mark.opens),) if mark.opens else ()
    return (*opens, Press("✖ Take away", mark.drops))
