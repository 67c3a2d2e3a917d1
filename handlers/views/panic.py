"""Automation that a person has stopped: what that holds back, what runs on, and how it goes on."""

from __future__ import annotations

from datetime import datetime

from bot.domain.automation import Automation
from handlers.actions import AskLift, Home
from handlers.screen import Press, Screen, Style
from handlers.views.frame import confirmation, navigation, screen, title, valid_until
from handlers.views.html import Html, join, say, when
from handlers.views.words import counted


def stopped(found: Automation, now: datetime, *, anew: bool) -> Screen:
    """`anew`: by this very word; otherwise it stood already."""
    since = when(found.stopped_at, now) if found.stopped_at is not None and not anew else None
    return screen(
        (
            title("⏹", "Automation stopped", "this chat"),
            say("It was stopped before, {since}.", since=since) if since is not None else None,
            say("I send nothing by myself any more, also after a restart, until you lift this."),
            _held(found),
            say(
                "{steps} had left already and cannot be called back.",
                steps=counted(found.leaving, "step", "steps"),
            )
            if found.leaving
            else None,
            say("Open questions ended. What you press yourself still works."),
            say("⚠️ Your rentals and bids run on and cost money."),
            say("⚠️ Stop conditions end nothing now: I tell you when one would.") if found.stops else None,
        ),
        ((Press("▶️ Let it go on…", AskLift()),), navigation(Home())),
    )


def confirm(found: Automation, now: datetime, *, token: str, expires_at: datetime) -> Screen:
    return screen(
        (
            title("▶️", "Let automation go on?", "this chat"),
            say("Stopped {since}.", since=when(found.stopped_at, now)) if found.stopped_at is not None else None,
            _held(found) or say("Nothing waits for it."),
            say("Guards may raise bids at once, within their limits.") if found.guards else None,
            say("Stop conditions that are met end their rentals at once.") if found.stops else None,
            valid_until(expires_at, now),
        ),
        confirmation(token, "▶️ Let it go on", Style.SUCCESS, otherwise="⏹ Keep it stopped"),
    )


def goes_on(found: Automation) -> Screen:
    """Nothing is held back (any more)."""
    return screen(
        (
            title("▶️", "Automation goes on", "this chat"),
            _held(found, waits=False) or say("Nothing is set that I would do by myself."),
            say("/panic stops all of it at once."),
        ),
        (navigation(Home()),),
    )


def not_begun() -> Screen:
    """What would act by itself is not begun while automation is stopped."""
    return screen(
        (
            title("⛔", "Not begun", "this chat"),
            say("All automation of this chat is stopped by /panic, so this would do nothing."),
            say("Nothing was sent and nothing was set."),
            say("Let automation go on first, then ask again."),
        ),
        ((Press("▶️ Let it go on…", AskLift()),), navigation(Home())),
    )


def line(stopped_at: datetime, now: datetime) -> Html:
    """For other screens."""
    return say("⏹ Automation stopped by /panic {since}", since=when(stopped_at, now))


def _held(found: Automation, *, waits: bool = True) -> Html | None:
    parts = [
        counted(number, one, many)
        for number, one, many in (
            (found.guards, "guard", "guards"),
            (found.lowerings, "lowering", "lowerings"),
            (found.stops, "stop condition", "stop conditions"),
            (found.batches, "run of rentals", "runs of rentals"),
        )
        if number
    ]
    if not parts:
        return None
    return say("Held back: {what}." if waits else "At work: {what}.", what=join(parts, ", "))
