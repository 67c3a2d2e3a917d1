"""The one table of commands: menus, help, the README and the dispatch of typed commands are made from it."""

from __future__ import annotations

from typing import Final

from handlers.visit import Command

CONNECT: Final = Command("connect", "Connect a CLORE.AI API key", arguments="[name]", group=True)

COMMANDS: Final = (
    Command("start", "Welcome, and how to begin", group=True),
    Command("help", "What this bot can do for you here", group=True),
    CONNECT,
    Command("accounts", "Your accounts: default, rename, replace key, test, remove"),
    Command("wallets", "Balances, burn and runway of every coin"),
    Command("orders", "Rentals and waiting bids"),
    Command("order", "The card of one order", arguments="ID", menu=False),
    Command("cancel", "Leave the step under way, or cancel an order", arguments="[ID]"),
    Command("bid", "Change the price of a spot bid", arguments="ORDER PRICE", menu=False),
    Command("market", "Search the marketplace", arguments="[query]"),
    Command("server", "The card of one listed server", arguments="ID", menu=False),
    Command("spot", "The auction of a server: who bids what, and what wins it", arguments="SERVER"),
    Command("rent", "Rent a server, or go on with a draft", arguments="[SERVER]"),
    Command("templates", "Your templates for renting"),
    Command("servers", "Servers that you provide"),
    Command("alerts", "What is open, how loudly you are told, and a test"),
    Command("settings", "Time zone and quiet hours"),
    Command("panic", "Stop at once whatever I do by myself"),
    Command("status", "Health of the bot and age of its data"),
    Command("forget", "Delete everything this bot keeps of this chat"),
)

ALIASES: Final = {"balance": "wallets", "wallet": "wallets", "account": "accounts", "o": "orders", "m": "market"}
"""Other words that people try; they stand in no menu."""

WRITES: Final = frozenset({"cancel", "bid", "forget", "rent"})
"""Commands that lead to a change: one that was typed more than a minute ago is not acted on."""


def find(name: str) -> Command | None:
    wanted = ALIASES.get(name, name)
    return next((command for command in COMMANDS if command.name == wanted), None)
