"""The saved searches of a chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain.ids import ResultsId, SearchId
from handlers.market_actions import AskSearch, DeleteSearch, RunSearch, SaveSearch, ShowMarket
from handlers.screen import Press, Screen
from handlers.views.frame import label, navigation, screen, title
from handlers.views.html import say, text
from handlers.views.words import counted

MOST_SAVED: Final = 8


@dataclass(frozen=True, slots=True)
class Saved:
    """`words`: its conditions as the chips say them."""

    id: SearchId
    words: str


def searches(
    saved: Sequence[Saved], *, undo: ResultsId | None = None, deleted: str | None = None, note: str | None = None
) -> Screen:
    """Each with a button that runs it and one that deletes it; `undo`: a list from which the deleted one is saved again."""
    return screen(
        (
            title("💾", "Saved searches", counted(len(saved), "search", "searches")),
            text(note, 160) if note else None,
            say("Deleted: {words}", words=deleted or "every machine") if deleted is not None else None,
            say("Tap one to run it.") if saved else say("None yet: tap “Save” below what a search found."),
        ),
        (
            *(
                (Press(label(each.words or "every machine"), RunSearch(each.id)), Press("✖", DeleteSearch(each.id)))
                for each in saved[:MOST_SAVED]
            ),
            (Press("↩ Save it again", SaveSearch(undo, listed=True)),) if undo else (),
            (Press("🔎 Search…", AskSearch()),),
            navigation(ShowMarket()),
        ),
    )
