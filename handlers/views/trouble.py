"""What a person reads when something stands in the way that belongs to no subject."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.domain.ids import UserId
from handlers.actions import Home
from handlers.screen import Press, Screen, Toast
from handlers.views.html import Html, code, say, text

TOO_FAST: Final = Toast("You are sending faster than I can answer. Please wait a minute.")
BUSY: Final = Toast("Too much is waiting in this chat, so I left this out. Please wait a moment.")
OLD_BUTTON: Final = Toast("This button is no longer in use. /help opens the menu.")
FAILED: Final = Toast("Something went wrong on my side.")


def unknown_command(name: str) -> Screen:
    return Screen(
        say("I do not know the command {name}. /help shows what I can do.", name=code(f"/{name}")),
        ((Press("Help", Home()),),),
    )


def failed(reference: str) -> Screen:
    """After an error that nobody foresaw; the reference stands in the log."""
    return Screen(
        say(
            "⚠️ Something went wrong on my side, so I may not have finished this."
            " Look at the present state before you repeat it. Reference: {reference}",
            reference=code(reference),
        )
    )


def said(toast: Toast) -> Screen:
    """A line where no press is open that it could answer."""
    return Screen(text(toast.text, 200))


def named(screen: Screen, user: UserId, name: str) -> Screen:
    """A question in a group with the name of the person asked: only who is named is invited to answer."""
    mention = say('<a href="tg://user?id={user}">{name}</a>: ', user=user, name=name or "You")
    return replace(screen, text=mention + screen.text)


def repeated(screen: Screen) -> Screen:
    """An alarm that may have arrived before: it is better told twice than never."""
    return replace(screen, text=Html(f"{screen.text}\n(repeat)"))
