"""The bot's command lists by scope and language, and which of them a person's menu shows."""

import re
from collections.abc import Iterator
from typing import Any

from bot.sandbox.telegram.refusal import bad_request
from bot.sandbox.telegram.world import Chat, User

Json = dict[str, Any]
Scope = tuple[str, int | None, int | None]

DEFAULT: Scope = ("default", None, None)
_NAME = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"|[a-z]{2}")


class Commands:
    """Lists of BotCommand objects; a scope is its type with the chat and the user it names."""

    def __init__(self) -> None:
        self._lists: dict[tuple[Scope, str], list[Json]] = {}

    def put(self, scope: Scope, language: str, commands: list[Json]) -> None:
        """Replaces a list after Telegram's checks; an empty list is the same as none."""
        checked = [_checked(command) for command in commands]
        if len(checked) > 100:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        if checked:
            self._lists[scope, _language(language)] = checked
        else:
            self.delete(scope, language)

    def get(self, scope: Scope, language: str) -> list[Json]:
        return self._lists.get((scope, _language(language)), [])

    def delete(self, scope: Scope, language: str) -> None:
        self._lists.pop((scope, _language(language)), None)

    def menu(self, chat: Chat, user: User) -> list[Json]:
        """What the menu offers this person here: the narrowest scope, their language first in each."""
        language = (user.language_code or "")[:2]
        for scope in _scopes(chat, user):
            for spoken in (language, ""):
                if found := self._lists.get((scope, spoken)):
                    return found
        return []

    def shown(self) -> list[Json]:
        return [
            {"scope": scope, "language": language, "commands": found}
            for (scope, language), found in self._lists.items()
        ]


def _scopes(chat: Chat, user: User) -> Iterator[Scope]:
    if chat.type == "private":
        yield from (("chat", chat.id, None), ("all_private_chats", None, None), DEFAULT)
        return
    member = chat.member(user.id)
    administers = member is not None and member.administers
    yield "chat_member", chat.id, user.id
    if administers:
        yield "chat_administrators", chat.id, None
    yield "chat", chat.id, None
    if administers:
        yield "all_chat_administrators", None, None
    yield from (("all_group_chats", None, None), DEFAULT)


def _language(code: str) -> str:
    if not _LANGUAGE.fullmatch(code):
        raise bad_request("LANG_CODE_INVALID")
    return code


def _checked(command: Any) -> Json:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    name = str(command.get("command", "")).strip().removeprefix("/")
    description = str(command.get("description", "")).strip()
    if not name:
        raise bad_request("Command must be non-empty")
    if len(name) > 32:
        raise bad_request("Command length must not exceed 32")
    if not _NAME.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not description:
        raise bad_request("Command description must be non-empty")
    if len(description) > 256:
        raise bad_request("Command description length must not exceed 256")
    return {"command": name, "description": description}
