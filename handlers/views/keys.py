"""Connecting: asking for an API key, and what became of it."""

from __future__ import annotations

from handlers.actions import Connect, Home, ReplaceKey, ShowAccount, ShowAccounts, ShowOrders, ShowWallets, TestKey
from handlers.screen import Link, Press, Row, Screen
from handlers.views.errors import Untouched, three_parts
from handlers.views.frame import Account, Failure, navigation, screen, title
from handlers.views.html import Html, bold, code, join, say, text, tidy


def ask_key(*, name: str | None = None, replaces: Account | None = None, malformed: bool = False) -> Screen:
    """Asks for a key. `name`: what the new account will be called; `replaces`: the account that gets a new key."""
    subject = say("for a new account") if name is None else say("for account {name}", name=bold(tidy(name, 32)))
    asked = screen(
        (
            title("🔑", "Send your API key", say("a new one") if replaces else subject, replaces),
            say(
                "⚠️ That is no API key: it has 32 letters, digits, - or _. If it was a part of one, delete your message."
            )
            if malformed
            else None,
            say("On clore.ai: Account, API Keys, Generate New Key (at most three). Copy it and send it here."),
            say("I try it out by reading your wallets, seal it, and delete your message at once."),
            say("A notification on a device may have shown it: mute previews, or replace the key if in doubt."),
            say("A key can rent and cancel, but not withdraw. Nothing is done without your confirmation."),
            say("/cancel leaves."),
        ),
        (navigation(ShowAccount(replaces.id) if replaces else Home()),),
    )
    return Screen(asked.text, asked.rows, asks=True)


def proven(account: Account, last4: str, *, deleted: bool | None, replaced: bool = False) -> Screen:
    """The key works and is stored. `deleted`: whether its message could be deleted; `None` where there was none."""
    return screen(
        (
            title(
                "✅", "Key replaced" if replaced else "Connected", say("key ending in {end}", end=code(last4)), account
            ),
            say("CLORE.AI took it. It is stored sealed; from now on this account is watched."),
            _message(deleted=deleted),
        ),
        (
            (Press("📋 Rentals", ShowOrders(account.id)), Press("💰 Wallets", ShowWallets(account.id))),
            navigation(ShowAccount(account.id)),
        ),
    )


def rejected(*, deleted: bool | None, replaces: Account | None = None) -> Screen:
    """CLORE.AI does not know this key."""
    again = ReplaceKey(replaces.id) if replaces else Connect()
    told = three_parts(
        title("⛔", "Key rejected", "by CLORE.AI", replaces),
        say("CLORE.AI says that this key is not valid."),
        join((say(Untouched.CONNECT), "The old key stays." if replaces else None), " "),
        say("Check that you copied all 32 characters, or make a new key, and send it here."),
        ((Press("🔑 Try another", again),), navigation(ShowAccounts())),
        read=_message(deleted=deleted),
    )
    return Screen(told.text, told.rows, asks=True)


def unproven(*, deleted: bool | None, replaces: Account | None = None, busy: bool = False) -> Screen:
    """CLORE.AI did not answer, so the key could not be tried. `busy`: it asked for fewer requests with this key."""
    again = ReplaceKey(replaces.id) if replaces else Connect()
    why = "CLORE.AI slows this key down" if busy else "CLORE.AI does not answer"
    told = three_parts(
        title("⚠️", "Could not try the key", why, replaces),
        say("Other programs that use this key count too.")
        if busy
        else say("I asked several times and got no usable answer."),
        join((say(Untouched.CONNECT), "The old key stays." if replaces else None), " "),
        say("Send it again in a few minutes."),
        ((Press("🔑 Try again", again),), navigation(ShowAccounts())),
        read=_message(deleted=deleted),
    )
    return Screen(told.text, told.rows, asks=True)


def name_refused(problem: str, *, deleted: bool | None) -> Screen:
    """The key came with a name that the account cannot have."""
    told = three_parts(
        title("⛔", "Not connected", "the name cannot be used"),
        text(problem, 200),
        say(Untouched.CONNECT),
        say("Send it again with another name, like {usage}, or without one.", usage=code("/connect NAME KEY")),
        ((Press("🔑 Connect", Connect()),), navigation(ShowAccounts())),
        read=_message(deleted=deleted),
    )
    return Screen(told.text, told.rows, asks=True)


def already_here(account: Account, *, deleted: bool | None) -> Screen:
    """The same key is connected in this chat."""
    return screen(
        (
            title("👤", "Already connected", "this key is in this chat", account),
            say("Nothing was changed."),
            _message(deleted=deleted),
        ),
        ((Press("Open account", ShowAccount(account.id)),), navigation(ShowAccounts())),
    )


def works(account: Account) -> Screen:
    """The answer to a test of the key."""
    return screen(
        (title("✅", "Key works", "CLORE.AI took it just now", account),),
        ((Press("📋 Rentals", ShowOrders(account.id)),), navigation(ShowAccount(account.id))),
    )


def test_failed(account: Account, failed: Failure) -> Screen:
    """CLORE.AI did not answer the test."""
    return three_parts(
        title("⚠️", "Not tested", "no answer", account),
        say("{failed}: whether the key works is not known.", failed=failed),
        say(Untouched.READ),
        say("Test it again in a minute."),
        ((Press("🧪 Test again", TestKey(account.id)),), navigation(ShowAccount(account.id))),
    )


def in_group(*, deleted: bool, link: str | None = None) -> Screen:
    """A key was typed where others read it."""
    gone = (
        "I deleted the message, but others may have seen it."
        if deleted
        else "I could not delete the message: delete it."
    )
    row: Row = (Link("Open private chat", link),) if link else ()
    return screen(
        (
            title("⛔", "Key in a group", "not used, not stored"),
            say(gone),
            say("Treat the key as known to others: delete it on clore.ai (Account, API Keys), make a new one,"),
            say("and send that only in the private chat with me."),
        ),
        (row,),
    )


def private_key(*, deleted: bool | None) -> Screen:
    """A private SSH key was typed, where nothing or something else was asked."""
    gone = (
        "I deleted the message, but take the key as known to others."
        if deleted
        else "I could not delete the message: delete it."
    )
    return screen(
        (
            title("⛔", "That is a PRIVATE key", "not used, not stored"),
            say(gone),
            say("Replace it wherever it opens something. I only ever need the public one, which ends in .pub."),
        ),
        (navigation(Home()),),
    )


def _message(*, deleted: bool | None) -> Html | None:
    match deleted:
        case None:
            return None
        case True:
            return say("Your message with the key was deleted.")
        case False:
            return say(
                "⚠️ I could not delete your message: delete it yourself, and replace the key if others could read it."
            )
