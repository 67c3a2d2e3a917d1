"""What stands in the way, in three parts: what happened, what was not done, what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from handlers.actions import Action, Connect, Home, ReplaceKey, ShowAccounts, TestKey
from handlers.screen import Press, Row, Screen
from handlers.views.frame import Account, navigation, screen, title
from handlers.views.html import Html, code, say, text
from handlers.views.words import duration
from handlers.visit import Command


class Untouched(StrEnum):
    """What was not done, by what was wanted."""

    READ = "Nothing was changed; this was only a look."
    CANCEL = "Nothing was cancelled."
    BID = "No bid was changed."
    CONNECT = "The key was not stored."
    COMMAND = "Nothing was done."
    STOP = "No stop condition was set or changed."
    RENT = "Nothing was rented."


def three_parts(
    head: Html, happened: Html, not_done: Html, advice: Html, rows: Iterable[Row] = (), *, read: Html | None = None
) -> Screen:
    return screen((head, happened, not_done, advice, read), rows)


def unavailable(not_done: Untouched, again: Action | None, *, account: Account | None = None) -> Screen:
    """CLORE.AI does not answer."""
    return three_parts(
        title("⚠️", "CLORE.AI does not answer", "no connection or a server error", account),
        say("I asked several times and got no usable answer."),
        say(not_done),
        say("Your rentals run on without the bot. Try again in a minute."),
        (_ways(again),),
    )


def slow(not_done: Untouched, again: Action | None, *, account: Account | None = None) -> Screen:
    """CLORE.AI takes long, and nothing older can be shown."""
    return three_parts(
        title("⏳", "CLORE.AI takes long", "no answer yet", account),
        say("I am still waiting for its answer."),
        say(not_done),
        say("Try again in a few seconds; what has come by then is shown at once."),
        (_ways(again),),
    )


def rate_limited(
    not_done: Untouched, wait: timedelta, again: Action | None, *, account: Account | None = None
) -> Screen:
    """CLORE.AI refuses because too much was asked with this key."""
    return three_parts(
        title("⏳", "Too many requests", "CLORE.AI slows this key down", account),
        say("CLORE.AI takes about one request a second for each key; other programs that use the key count too."),
        say(not_done),
        say("Try again in {wait}.", wait=duration(wait)),
        (_ways(again),),
    )


def key_rejected(account: Account, not_done: Untouched) -> Screen:
    """The key was probably revoked."""
    return three_parts(
        title("🔑", "Key rejected", "CLORE.AI does not take this account's key", account),
        say("It was probably deleted or replaced on CLORE.AI."),
        say("{not_done} Watching this account is paused; the key is tried again every hour.", not_done=say(not_done)),
        say("Give the account a new key, or test the old one again."),
        (
            (Press("🔑 Replace key", ReplaceKey(account.id)), Press("🧪 Test key", TestKey(account.id))),
            navigation(ShowAccounts()),
        ),
    )


def no_account() -> Screen:
    """Something was asked that needs an account, and this chat has none."""
    return three_parts(
        title("🔑", "No account yet", "this chat has no CLORE.AI key"),
        say("There is nothing to show before a key is connected."),
        say(Untouched.COMMAND),
        say("Connect a key: it takes a minute, and the message that holds it is deleted."),
        ((Press("🔑 Connect", Connect()),), navigation(Home())),
    )


def bad_arguments(command: Command, problem: str, ways: Row = ()) -> Screen:
    """The words after a command do not fit. `ways`: buttons that lead to what was probably wanted."""
    usage = f"/{command.name} {command.arguments}".strip()
    return three_parts(
        title("❔", "I did not understand that", code(f"/{command.name}")),
        text(problem, 200),
        say(Untouched.COMMAND),
        say("It goes like this: {usage}", usage=code(usage)),
        (ways, navigation(Home())),
    )


def sent_while_away(command: str, sent_at: datetime, now: datetime) -> Screen:
    """A command that would change something, and that is too old to be still meant."""
    return three_parts(
        title("⏳", "Too late", code(f"/{command}")),
        say("You sent this {span} ago, while I was offline.", span=duration(now - sent_at)),
        say(Untouched.COMMAND),
        say("If you still want it, send it again."),
        (navigation(Home()),),
    )


def not_allowed() -> Screen:
    """A person whom this installation does not serve."""
    return screen((say("This bot is private. You can run your own: its code is open."),))


def _ways(again: Action | None) -> Row:
    """In the last row: what is tried again may be a question, whose answer stands in the row above that."""
    back, close = navigation(Home())
    return (back, Press("🔄 Try again", again), close) if again else (back, close)
