"""Deleting everything of a chat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from handlers.actions import Connect, Home
from handlers.screen import Press, Screen, Style
from handlers.views.frame import confirmation, screen, title, valid_until
from handlers.views.html import join, say, text
from handlers.views.words import counted


def confirm(account_names: Sequence[str], now: datetime, *, token: str, expires_at: datetime) -> Screen:
    """The question that lists what goes, and where it stays."""
    names = [text(name, 24) for name in account_names[:8]]
    more = [say("and {count} more", count=len(account_names) - 8)] if len(account_names) > 8 else []
    return screen(
        (
            title("🗑", "Delete everything?", "of this chat"),
            say("Goes: {accounts} with their keys", accounts=counted(len(account_names), "account", "accounts")),
            say("Goes: settings, open alerts, waiting messages, questions and the record of what was done."),
            say("Ends: guards, lowerings and stop conditions. Nothing is done for this chat by itself any more."),
            say("Your rentals run on and cost money: nothing is cancelled on CLORE.AI, and the keys stay valid there."),
            say("Backups that the operator made before still hold it, the keys sealed, until they are deleted."),
            say("This cannot be undone."),
            valid_until(expires_at, now),
        ),
        confirmation(token, "🗑 Delete everything", Style.DANGER),
        details=[say("Accounts: {names}", names=join([*names, *more], ", "))] if names else (),
    )


def forgotten(*, clean: bool = True) -> Screen:
    """`clean`: nothing of it is left in the file; else that is tried again until it succeeds."""
    return screen(
        (
            title("✅", "Deleted", "everything of this chat"),
            say(
                "Keys, settings and records are gone from the database. Older backups may still hold them, the keys sealed."
            ),
            None if clean else say("Sealed traces are left in its file; I clear them as soon as it is free."),
            say("To make the keys worthless everywhere, delete them on CLORE.AI too."),
        ),
        ((Press("🔑 Connect", Connect()),), (Press("Help", Home()),)),
    )
