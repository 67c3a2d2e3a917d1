"""What the chat page and the tests look at: chats, messages, toasts, menus, calls, lint, state."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from bot.sandbox.telegram.asked import Wanted, chat_of, user_of
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.world import Chat, Json, Stored

_LONGEST_WAIT_S = 120.0


def chats(core: Core, asked: Wanted) -> list[Json]:
    """The chats of one person, the one with the newest message first."""
    user = asked.number("user")
    mine = [chat for chat in core.world.chats.values() if _is_in(chat, user)]
    return [_chat_row(chat, user) for chat in sorted(mine, key=_last_moment, reverse=True)]


def messages(core: Core, asked: Wanted) -> Json:
    chat = chat_of(core, asked.number("chat"))
    since, limit = asked.number("since", 0), asked.number("limit", 200)
    shown = [stored for stored in chat.messages.values() if stored.id > since]
    actions = [action for action, until in chat.actions.items() if until > core.time()]
    return {"messages": [_message(stored) for stored in shown[-limit:]], "actions": actions}


def toasts(core: Core, asked: Wanted) -> list[Json]:
    user, since = asked.number("user"), asked.number("since", 0)
    return [toast for toast in core.toasts if toast["user"] == user and toast["n"] > since]


def commands(core: Core, asked: Wanted) -> list[Json]:
    return core.commands.menu(chat_of(core, asked.number("chat")), user_of(core, asked.number("user")))


async def calls(core: Core, asked: Wanted) -> Json:
    """The log; with `min` and `wait` as soon as there are so many."""
    chat, since = asked.number("chat") if asked.get("chat") else None, asked.number("since", 0)
    wait = min(float(asked.get("wait") or 0), _LONGEST_WAIT_S)
    method = asked.get("method")
    found = await core.calls.wait(asked.number("min", 0), wait, method=method, chat=chat, since=since)
    return {"calls": [asdict(call) for call in found]}


def lint(core: Core, asked: Wanted) -> list[Json]:  # noqa: ARG001 - the shape of a look
    return core.lint


def state(core: Core, asked: Wanted) -> Json:  # noqa: ARG001 - the shape of a look
    return {
        "spec": core.spec.version,
        "bot": core.me(),
        "now": core.time(),
        "users": [user.wire() | {"blocked": user.blocked} for user in core.world.users.values() if not user.is_bot],
        "chats": [_chat_state(core, chat) for chat in core.world.chats.values()],
        "updates": {
            "pending": core.updates.pending,
            "allowed": core.updates.allowed,
            "webhook": core.updates.webhook_url,
        },
        "flood": asdict(core.flood.limits),
        "faults": [asdict(fault) for fault in core.faults.waiting],
        "commands": core.commands.shown(),
        "menu_buttons": [{"chat": chat, "button": button} for chat, button in core.menu_buttons.items()],
        "texts": [{"name": name, "language": code, "text": text} for (name, code), text in core.texts.items()],
    }


LOOKS: dict[str, Callable[[Core, Wanted], Any]] = {
    "chats": chats,
    "messages": messages,
    "toasts": toasts,
    "commands": commands,
    "calls": calls,
    "lint": lint,
    "state": state,
}


def _is_in(chat: Chat, user: int) -> bool:
    member = chat.member(user)
    return member is not None and member.present and chat.migrated_to is None


def _last_moment(chat: Chat) -> float:
    return max((stored.sent_at for stored in chat.messages.values()), default=0.0)


def _chat_row(chat: Chat, user: int) -> Json:
    there = [stored for stored in chat.messages.values() if not stored.deleted]
    unread = sum(stored.outgoing and stored.id > chat.seen.get(user, 0) for stored in there)
    row = chat.wire()
    title = row.get("title") or " ".join(row[name] for name in ("first_name", "last_name") if name in row)
    return {"id": chat.id, "type": chat.type, "title": title, "last": _preview(there), "unread": unread}


def _preview(there: list[Stored]) -> str:
    if not there:
        return ""
    message = there[-1].message
    what = next((name for name in ("photo", "document") if name in message), "service message")
    return str(message.get("text") or message.get("caption") or what).partition("\n")[0][:100]


def _message(stored: Stored) -> Json:
    message = stored.message
    return message | {
        "html": stored.html,
        "deleted": stored.deleted,
        "edited": "edit_date" in message,
        "silent": stored.silent,
        "protected": stored.protected,
        "outgoing": stored.outgoing,
        "keyboard": stored.keyboard,
        "reactions": stored.reactions,
        **_file_path(message),
    }


def _file_path(message: Json) -> Json:
    if "photo" in message:
        return {"file": f"/sim/file/{message['photo'][-1]['file_id']}"}
    return {"file": f"/sim/file/{message['document']['file_id']}"} if "document" in message else {}


def _chat_state(core: Core, chat: Chat) -> Json:
    return chat.wire() | {
        "members": [member.wire(chat.type) for member in chat.members.values()],
        "topics": [asdict(topic) for topic in chat.topics.values()],
        "pinned": chat.pinned,
        "migrated_to": chat.migrated_to,
        "menu": {user: core.commands.menu(chat, core.world.users[user]) for user in chat.members},
    }
