"""What is said of a file that cannot be used."""

from __future__ import annotations

from dataclasses import replace

from handlers.actions import Home
from handlers.screen import Screen
from handlers.views.errors import three_parts
from handlers.views.frame import navigation, screen, title
from handlers.views.html import Html, say
from handlers.views.steps import gone


def unwanted() -> Screen:
    return screen((say("I take files only where I ask for one."),), (navigation(Home()),))


def too_large(most: int) -> Screen:
    """`most` in bytes."""
    return _refused(
        "too large",
        say("I take text files of at most {most} KB.", most=most // 1_024),
        say("Send a smaller one, or paste the text."),
    )


def no_text() -> Screen:
    return _refused(
        "not a text", say("It is not plain text in UTF-8."), say("Save it as plain text, or paste the text here.")
    )


def unreachable() -> Screen:
    return _refused(
        "not received",
        say("Telegram did not hand me the file."),
        say("Send it again, or paste the text."),
    )


def cut() -> Screen:
    """A long text came in a message: Telegram's apps make several of it, of which this may be one."""
    return three_parts(
        title("⚠️", "Too long for a message", "it may have been cut up"),
        say("Telegram makes several messages of a long text, and I cannot tell whether this is all of it."),
        say("Nothing was changed; my question stands."),
        say("Send it as a text file."),
        (navigation(Home()),),
    )


def with_deletion(shown: Screen, *, deleted: bool | None) -> Screen:
    """The screen with what became of the message that the file came with."""
    line = gone(deleted=deleted)
    return shown if line is None else replace(shown, text=Html(f"{shown.text}\n{line}"))


def _refused(what: str, happened: Html, advice: Html) -> Screen:
    return three_parts(
        title("⚠️", "File not used", what),
        happened,
        say("Nothing was changed; my question stands."),
        advice,
        (navigation(Home()),),
    )
