"""The accounts of a chat: the list, the card, and what leads from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.domain.ids import AccountId
from handlers.actions import (
    Connect,
    Home,
    RemoveAccount,
    RenameAccount,
    ReplaceKey,
    ShowAccount,
    ShowAccounts,
    ShowOrders,
    ShowWallets,
    TestKey,
    UseAccount,
)
from handlers.screen import Press, Row, Screen, Style
from handlers.views.frame import Account, confirmation, label, navigation, paged, pager, screen, title, valid_until
from handlers.views.html import Html, bold, code, join, say, text, tidy, utc, when
from handlers.views.words import counted

MOST_NAME: Final = 32


class NameProblem(StrEnum):
    """Why a typed name is not taken."""

    TAKEN = "Another account of this chat has this name."
    EMPTY = "A name needs a letter or a digit."
    TOO_LONG = f"A name has at most {MOST_NAME} characters."
    LOOKS_LIKE_A_KEY = "That looks like an API key. A name is not a secret; write another one."


@dataclass(frozen=True, slots=True)
class AccountCard:
    """An account with what its screens show. `last4`: the end of its key. `other_chats`: how many more use the same key."""

    id: AccountId
    name: str
    last4: str
    connected_at: datetime
    default: bool = False
    read_at: datetime | None = None
    rejected_since: datetime | None = None
    other_chats: int = 0


def accounts(cards: Sequence[AccountCard], now: datetime, *, page: int = 0) -> Screen:
    """The accounts of this chat."""
    if not cards:
        return screen(
            (title("👤", "Accounts", "none yet"), say("Connect a CLORE.AI key to begin.")),
            ((Press("🔑 Connect", Connect()),), navigation(Home())),
        )
    shown = paged(cards, page)
    return screen(
        (
            title("👤", "Accounts", counted(len(cards), "account", "accounts")),
            *[_line(card, now) for card in shown.items],
        ),
        (
            *[(Press(label(card.name), ShowAccount(card.id)),) for card in shown.items],
            pager(shown, ShowAccounts),
            (Press("🔑 Connect another", Connect()),),
            navigation(Home(), ShowAccounts(shown.number)),
        ),
    )


def account(card: AccountCard, now: datetime) -> Screen:
    """One account and what can be done with it."""
    glyph, word = _state(card)
    use: Row = () if card.default else (Press("⭐ Make default", UseAccount(card.id)),)
    return screen(
        (
            title(glyph, word, say("account {name}", name=bold(tidy(card.name, MOST_NAME)))),
            say("Key ending in {last4}", last4=code(card.last4)),
            say("Default account of this chat.") if card.default else None,
            _data(card, now),
            say("Connected {at}", at=utc(card.connected_at, now)),
            say(
                "The same key is connected in {count} too.",
                count=counted(card.other_chats, "other chat", "other chats"),
            )
            if card.other_chats
            else None,
        ),
        (
            (Press("📋 Rentals", ShowOrders(card.id)), Press("💰 Wallets", ShowWallets(card.id))),
            use,
            (Press("🗑 Remove…", RemoveAccount(card.id)),),
            (Press("🔑 Replace key", ReplaceKey(card.id)), Press("✏️ Rename", RenameAccount(card.id))),
            (Press("🧪 Test key", TestKey(card.id)),),
            navigation(ShowAccounts(), ShowAccount(card.id)),
        ),
    )


def ask_name(asked: Account, *, problem: NameProblem | None = None) -> Screen:
    screen_ = screen(
        (
            title("✏️", "New name", "for this account", asked),
            say("⚠️ {problem}", problem=say(problem)) if problem else None,
            say("Write a short name; people of this chat see it. /cancel leaves."),
        ),
        (navigation(ShowAccount(asked.id)),),
    )
    return Screen(screen_.text, screen_.rows, asks=True)


def renamed(renamed_account: Account, before: str) -> Screen:
    return screen(
        (title("✅", "Renamed", say("it was {before}", before=tidy(before, MOST_NAME)), renamed_account),),
        ((Press("Open account", ShowAccount(renamed_account.id)),), navigation(ShowAccounts())),
    )


def confirm_removal(card: AccountCard, now: datetime, *, token: str, expires_at: datetime) -> Screen:
    """The question before an account leaves this chat."""
    return screen(
        (
            title("🗑", "Remove this account?", "from this chat", card),
            say("Goes: its key, settings, alerts and open questions. Older backups keep them, sealed."),
            say("Its rentals run on and cost money; nobody here is told about them any more."),
            say("Its guards, lowerings and stop conditions end with it."),
            say("The key stays valid on CLORE.AI until you delete it there."),
            valid_until(expires_at, now),
        ),
        confirmation(token, f"🗑 Remove {tidy(card.name, 24)}", Style.DANGER),
    )


def removed(name: str, *, clean: bool = True) -> Screen:
    """`clean`: nothing of its key is left in the file; else that is tried again until it succeeds."""
    return screen(
        (
            title("✅", "Removed", say("account {name}", name=bold(tidy(name, MOST_NAME)))),
            say("Its key is gone from the database; older backups may still hold it, sealed."),
            None if clean else say("Sealed traces are left in its file; I clear them as soon as it is free."),
        ),
        ((Press("👤 Accounts", ShowAccounts()),), navigation(Home())),
    )


def _state(card: AccountCard) -> tuple[str, str]:
    if card.rejected_since:
        return "🔴", "Key rejected"
    return ("🟢", "Connected") if card.read_at else ("⚪", "Not read yet")


def _data(card: AccountCard, now: datetime) -> Html:
    if card.rejected_since:
        return say("CLORE.AI stopped taking the key {when}", when=when(card.rejected_since, now))
    return (
        say("Data from {when}", when=when(card.read_at, now)) if card.read_at else say("Nothing was read with it yet.")
    )


def _line(card: AccountCard, now: datetime) -> Html:
    glyph, word = _state(card)
    return join(
        (
            say("{glyph} {word}", glyph=glyph, word=word),
            bold(tidy(card.name, MOST_NAME)),
            say("key …{last4}", last4=text(card.last4, 4)),
            "default" if card.default else None,
            say("data from {when}", when=when(card.read_at, now)) if card.read_at else None,
        )
    )
