"""Methods about the bot itself: who it is, its commands, its texts, its files."""

from collections.abc import Callable

from bot.sandbox.telegram import access
from bot.sandbox.telegram.commands import DEFAULT, Scope
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.query import Query
from bot.sandbox.telegram.refusal import NotServed, bad_request
from bot.sandbox.telegram.world import Json

_OF_A_CHAT = {"chat", "chat_administrators", "chat_member"}


def get_me(core: Core, query: Query) -> Json:  # noqa: ARG001 - the shape of a method
    return core.me()


def set_my_commands(core: Core, query: Query) -> bool:
    commands = query.get("commands")
    if not isinstance(commands, list):
        raise bad_request("can't parse commands JSON object" if commands else "parameter commands is empty")
    core.commands.put(_scope(core, query), query.text("language_code"), commands)
    core.events.publish("commands", None)
    return True


def get_my_commands(core: Core, query: Query) -> list[Json]:
    return core.commands.get(_scope(core, query), query.text("language_code"))


def delete_my_commands(core: Core, query: Query) -> bool:
    core.commands.delete(_scope(core, query), query.text("language_code"))
    core.events.publish("commands", None)
    return True


def set_chat_menu_button(core: Core, query: Query) -> bool:
    button = query.get("menu_button") or {"type": "default"}
    if button.get("type") not in ("default", "commands"):
        raise NotServed(f"menu button of type {button.get('type')}")
    number = query.integer("chat_id") or None
    if number is not None and access.find(core, query).type != "private":
        raise bad_request("chat not found")
    core.menu_buttons[number] = button
    return True


def set_text(name: str, most: int) -> Callable[[Core, Query], bool]:
    """A method that sets the bot's name or one of its descriptions, for one language or for all others."""

    def method(core: Core, query: Query) -> bool:
        text = query.text(name)
        if len(text) > most:
            raise bad_request(f"BOT_{'TITLE' if name == 'name' else 'INFO'}_INVALID")
        core.texts[name, query.text("language_code")] = text
        if name == "name" and not query.text("language_code") and text:
            core.bot.first_name = text
        return True

    return method


def get_file(core: Core, query: Query) -> Json:
    file_id = query.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    file = core.files.by_id(file_id)
    if file is None:
        raise bad_request("invalid file_id")
    return file.as_file()


def _scope(core: Core, query: Query) -> Scope:
    scope = query.get("scope")
    if not scope:
        return DEFAULT
    kind = scope.get("type") if isinstance(scope, dict) else None
    if not isinstance(kind, str):
        raise bad_request("can't parse BotCommandScope: expected an Object with a type")
    if kind not in _OF_A_CHAT:
        if kind not in ("default", "all_private_chats", "all_group_chats", "all_chat_administrators"):
            raise bad_request("can't parse BotCommandScope: unsupported type specified")
        return kind, None, None
    return _scope_of_chat(core, kind, scope)


def _scope_of_chat(core: Core, kind: str, scope: Json) -> Scope:
    chat = core.world.chat(scope.get("chat_id") or 0)
    if chat is None:
        raise bad_request("chat not found")
    if chat.type == "channel":
        raise bad_request("can't change commands in channel chats")
    if kind != "chat" and chat.type == "private":
        raise bad_request("can't use specified scope in private chats")
    if kind == "chat_member" and scope.get("user_id") not in core.world.users:
        raise bad_request("user not found")
    return kind, chat.id, scope["user_id"] if kind == "chat_member" else None
