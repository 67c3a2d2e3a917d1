"""The first screen and the help, made from the table of commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from handlers.actions import Connect, ShowAccounts, ShowOrders, ShowServers, ShowStatus, ShowWallets
from handlers.market_actions import ShowMarket
from handlers.rent_actions import ShowTemplates
from handlers.screen import Link, Press, Row, Screen
from handlers.views.frame import Account, navigation, screen, title
from handlers.views.html import Html, say, text
from handlers.visit import Command

DESCRIPTION: Final = (
    "Find and rent CLORE.AI machines in a chat: the true price before, what runs and what it costs after, how long the "
    "money lasts, SSH access to copy, cancelling, and spot bids won back with two taps. You are told when you are outbid, when a rental ends, and when "
    "a balance runs low. Nothing is spent or cancelled before you confirm it.\n\nBegin with START."
)
SHORT_DESCRIPTION: Final = "Watch and run CLORE.AI rentals and spot bids from your phone."


def welcome() -> Screen:
    """To somebody who has no account here yet."""
    return screen(
        (
            title("👋", "Welcome", "your CLORE.AI rentals in a chat"),
            say(
                "Find a machine, see what it really costs, and rent it; see what runs, how to reach it; cancel; win a bid back."
            ),
            say("Be told in time: outbid, ending soon, ended, money running out."),
            say("First connect an API key. It is tried out, sealed, and its message is deleted."),
            say("Nothing is spent or cancelled before you confirm it."),
        ),
        ((Press("🔑 Connect", Connect()),), (Press("🛒 Market", ShowMarket()),), navigation()),
    )


def help_(commands: Sequence[Command], account: Account | None, *, private: bool = True) -> Screen:
    """What this chat may use, and the ways to the main screens. `commands`: what this person may use."""
    here = [command for command in commands if (command.private if private else command.group)]
    return screen(
        (
            title("🧭", "Help", "what you can do here", account),
            say("Tap a button, or write a command from the list below."),
            None if account else say("Connect an account first: the rest needs it."),
        ),
        _menu(account),
        details=[_command(command) for command in here if command.menu],
    )


def group_start(link: str | None = None) -> Screen:
    """`/start` in a group that no account is bound to."""
    return _one_line(say("I run CLORE.AI rentals; no account is bound to this group, so I stay quiet here."), link)


def group_help(link: str | None = None) -> Screen:
    return _one_line(say("Nothing to do in this group yet: no account is bound to it. Write to me in private."), link)


def group_connect(link: str | None = None) -> Screen:
    """`/connect` without a key in a group."""
    return _one_line(say("Never send an API key to a group. Connect it in the private chat with me."), link)


def _one_line(line: Html, link: str | None) -> Screen:
    return screen((line,), ((Link("Open private chat", link),) if link else (),))


def _command(command: Command) -> Html:
    usage = f"/{command.name} {command.arguments}".strip()
    return say("{usage} – {help}", usage=text(usage), help=text(command.help, 160))


def _menu(account: Account | None) -> tuple[Row, ...]:
    below: tuple[Row, ...] = ((Press("👤 Accounts", ShowAccounts()), Press("🩺 Status", ShowStatus())), navigation())
    if account is None:
        return ((Press("🔑 Connect", Connect()),), (Press("🛒 Market", ShowMarket()),), *below)
    return (
        (Press("📋 Rentals", ShowOrders(account.id)), Press("💰 Wallets", ShowWallets(account.id))),
        (Press("🛒 Market", ShowMarket()), Press("📝 Templates", ShowTemplates())),
        (Press("🖥 Servers", ShowServers(account.id)),),
        *below,
    )
