"""How people and the bot come into chats and leave them, and what the bot is told of it."""

from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.messages import keep, new_message
from bot.sandbox.telegram.world import Chat, Json, Member, Stored, User

STATUSES = ("creator", "administrator", "member", "restricted", "left", "kicked")


def change(
    core: Core, chat: Chat, user: User, *, status: str | None = None, rights: dict[str, bool] | None = None, by: User
) -> None:
    """Gives a user (or the bot) a new status or other rights, `by` being who does it."""
    member = chat.members.setdefault(user.id, Member(user, "left"))
    before, was_there = member.wire(chat.type), member.present
    member.rights = rights if rights is not None else ({} if status != member.status else member.rights)
    member.status = status or member.status
    after = member.wire(chat.type)
    if before != after:
        _tell_status(core, chat, user, by, (before, after))
    if was_there != member.present and chat.type in ("group", "supergroup"):
        _tell_coming_or_going(core, chat, member, by, was_bot_there=was_there)


def block(core: Core, chat: Chat, *, blocked: bool) -> None:
    """The person of a private chat blocks the bot, or takes it back."""
    person = chat.person
    if person is None or person.blocked == blocked:
        return
    person.blocked = blocked
    statuses = ("member", "kicked") if blocked else ("kicked", "member")
    before, after = (Member(core.bot, status).wire(chat.type) for status in statuses)
    _tell_status(core, chat, core.bot, person, (before, after))


def sees(core: Core, chat: Chat, message: Json) -> bool:
    """Whether the bot is sent this message of somebody else, given privacy mode."""
    if chat.type == "private":
        return True
    member = chat.member(core.bot.id)
    if member is None or not member.present:
        return False
    if member.administers or not core.privacy or chat.type == "channel" or _is_service(message):
        return True
    by_it = message.get("via_bot", {}).get("id") == core.bot.id
    return by_it or _is_command(core, message) or _is_reply_to_bot(core, message)


def _tell_status(core: Core, chat: Chat, user: User, by: User, change: tuple[Json, Json]) -> None:
    update = {
        "chat": chat.wire(),
        "from": by.wire(),
        "date": int(core.time()),
        "old_chat_member": change[0],
        "new_chat_member": change[1],
    }
    if user.id == core.bot.id:
        core.emit("my_chat_member", update)
    elif (bot := chat.member(core.bot.id)) is not None and bot.administers:
        core.emit("chat_member", update)


def _tell_coming_or_going(core: Core, chat: Chat, member: Member, by: User, *, was_bot_there: bool) -> None:
    shown = member.user.wire()
    what: Json = {"new_chat_members": [shown]} if member.present else {"left_chat_member": shown}
    message = new_message(core, chat) | {"from": by.wire()} | what
    keep(core, chat, Stored(message, outgoing=False, sent_at=core.time()))
    goes = member.user.id == core.bot.id and was_bot_there
    if goes or sees(core, chat, message):
        core.emit("message", message)


def _is_service(message: Json) -> bool:
    return not any(name in message for name in ("text", "caption", "photo", "document"))


def _is_command(core: Core, message: Json) -> bool:
    text = message.get("text") or message.get("caption") or ""
    entities = message.get("entities") or message.get("caption_entities") or []
    if not any(entity["type"] == "bot_command" and entity["offset"] == 0 for entity in entities):
        return False
    _, _, addressee = str(text).split(maxsplit=1)[0].partition("@")
    return not addressee or addressee.lower() == (core.bot.username or "").lower()


def _is_reply_to_bot(core: Core, message: Json) -> bool:
    replied = message.get("reply_to_message", {})
    return bool(replied.get("from", {}).get("id") == core.bot.id and "forum_topic_created" not in replied)
