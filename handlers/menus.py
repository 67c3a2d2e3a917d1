"""What Telegram shows of the bot: the command menu for each kind of chat, and the description."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from typing import Any, Final

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError
from telegram.ext import ExtBot

from handlers.visit import Command

log = logging.getLogger(__name__)

MOST_COMMANDS: Final = 100
MOST_DESCRIPTION: Final = 512
MOST_SHORT: Final = 120


@dataclass(frozen=True, slots=True)
class Profile:
    """`description` greets who opens the chat for the first time; `short` stands on the bot's page."""

    commands: tuple[Command, ...]
    description: str
    short: str

    def __post_init__(self) -> None:
        assert len(self.description) <= MOST_DESCRIPTION
        assert len(self.short) <= MOST_SHORT

    def menu(self, *, group: bool) -> list[BotCommand]:
        """A menu only points the way: what is allowed is asked when a command comes."""
        chosen = [one for one in self.commands if one.menu and (one.group if group else one.private)]
        return [BotCommand(one.name, one.help) for one in chosen[:MOST_COMMANDS]]

    def fingerprint(self) -> str:
        """Changes when anything that Telegram is told would change."""
        told = [[[one.command, one.description] for one in self.menu(group=group)] for group in (False, True)]
        return hashlib.sha256(json.dumps([told, self.description, self.short]).encode()).hexdigest()


_SCOPES: Final[tuple[tuple[BotCommandScope, bool], ...]] = (
    (BotCommandScopeDefault(), False),
    (BotCommandScopeAllPrivateChats(), False),
    (BotCommandScopeAllGroupChats(), True),
    (BotCommandScopeAllChatAdministrators(), True),
)


async def publish(bot: ExtBot[Any], profile: Profile, known: str | None) -> str | None:
    """Tells Telegram what has changed since the fingerprint `known`; the fingerprint to remember from now on.

    Telegram limits these calls strictly, so nothing is sent without need. If it cannot take them now, the bot works
    all the same, and `known` comes back: the next start tries again.
    """
    wanted = profile.fingerprint()
    if wanted == known:
        return known
    try:
        for scope, group in _SCOPES:
            await bot.set_my_commands(profile.menu(group=group), scope=scope)
        await bot.set_my_description(profile.description)
        await bot.set_my_short_description(profile.short)
    except TelegramError as error:
        log.warning("the command menu is not up to date: %s", error.message)
        return known
    return wanted
