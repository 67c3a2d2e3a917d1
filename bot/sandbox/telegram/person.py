"""What people do in the chats: write, edit, press, share, ask inline, open topics."""

from base64 import b64decode
from typing import Any

from bot.sandbox.telegram import members
from bot.sandbox.telegram.asked import Impossible
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.entities import tidy, to_wire
from bot.sandbox.telegram.files import SMALL_PICTURE, Upload
from bot.sandbox.telegram.keyboards import buttons
from bot.sandbox.telegram.messages import in_topic, keep, new_message, reply_to
from bot.sandbox.telegram.methods import topics
from bot.sandbox.telegram.world import CHANNEL_BOT, GROUP_ANONYMOUS_BOT, Chat, Json, Stored, User


def write(core: Core, chat: Chat, user: User, wanted: Json) -> Stored:
    """Sends text, a photo or a document, perhaps as a reply, in a topic, or under another identity."""
    _refuse_outsider(chat, user)
    content = _content(core, wanted)
    place = _place(chat, wanted.get("reply_to"), wanted.get("topic"))
    return _say(core, chat, _sender(core, chat, user, wanted.get("as")), content | place)


def edit(core: Core, chat: Chat, number: int, user: User, text: str) -> Stored:
    """Changes the text of a message that this person wrote."""
    stored = chat.live(number)
    if stored is None or stored.message.get("from", {}).get("id", user.id) != user.id or stored.outgoing:
        raise Impossible("this person wrote no such message", 404)
    message = {name: value for name, value in stored.message.items() if name != "entities"}
    stored.message = message | _text(text) | {"edit_date": int(core.time())}
    core.changed("edit", chat, message_id=number)
    if members.sees(core, chat, stored.message):
        core.emit("edited_channel_post" if chat.type == "channel" else "edited_message", stored.message)
    return stored


def choose(core: Core, chat: Chat, user: User, result: Json) -> Stored:
    """Sends what stands behind an inline result, with its buttons, as a message of this person."""
    _refuse_outsider(chat, user)
    content = {name: result[name] for name in ("text", "entities", "reply_markup") if result.get(name)}
    return _say(core, chat, _sender(core, chat, user, None), content | {"via_bot": core.bot.wire()})


def start(core: Core, user: User, payload: str, chat: Chat | None) -> Stored:
    """Follows a deep link; with a group, adds the bot there first, as `startgroup` does."""
    if chat is None:
        chat = core.world.chats[user.id]
        members.block(core, chat, blocked=False)
        return write(core, chat, user, {"text": f"/start {payload}".strip()})
    bot = chat.member(core.bot.id)
    if bot is None or not bot.present:
        members.change(core, chat, core.bot, status="member", by=user)
    return write(core, chat, user, {"text": f"/start@{core.bot.username} {payload}".strip()})


def press(core: Core, chat: Chat, user: User, wanted: Json) -> Json:
    """Presses an inline button; one that only opens, copies or inserts something calls nobody."""
    _refuse_outsider(chat, user)
    if wanted.get("forged"):
        stored = _forged_under(chat, wanted.get("message"))
        button = {"callback_data": wanted["data"]}
    else:
        stored, button = _button(chat, wanted)
    if "callback_data" not in button:
        return {"ok": True, "callback_id": None} | {name: value for name, value in button.items() if name != "text"}
    pressed = core.queries.press(chat.id, user.id, core.time())
    update = core.emit(
        "callback_query",
        {
            "id": pressed.id,
            "from": user.wire(),
            "message": _as_pressed(stored, wanted),
            "chat_instance": str(-4_000_000_000_000_000_000 - chat.id),
            "data": button["callback_data"],
        },
    )
    return {"ok": True, "callback_id": pressed.id, "update_id": update}


def share(core: Core, chat: Chat, user: User, request: int, shared: Chat) -> Stored:
    """Answers a request_chat button with a chat, which must be one that the button allows."""
    wanted = _request(chat, request)
    member = shared.member(user.id)
    if member is None or not member.present or shared.type == "private":
        raise Impossible("this person cannot see that chat")
    if wanted.get("chat_is_channel", False) != (shared.type == "channel"):
        raise Impossible("the button asks for another type of chat")
    if "user_administrator_rights" in wanted and not member.administers:
        raise Impossible("the button asks for a chat that this person administers")
    bot = shared.member(core.bot.id)
    if "bot_administrator_rights" in wanted and (bot is None or not bot.administers):
        members.change(core, shared, core.bot, status="administrator", by=user)
    elif wanted.get("bot_is_member") and (bot is None or not bot.present):
        raise Impossible("the button asks for a chat with the bot in it")
    told: Json = {"request_id": request, "chat_id": shared.id}
    if wanted.get("request_title"):
        told["title"] = shared.title
    if wanted.get("request_username") and shared.username:
        told["username"] = shared.username
    return _say(core, chat, {"from": user.wire()}, {"chat_shared": told})


def open_topic(core: Core, chat: Chat, name: str, by: Json) -> int:
    """A person opens a topic in a forum."""
    if not chat.is_forum:
        raise Impossible("this chat is not a forum")
    topic = topics.open_topic(core, chat, name, by, outgoing=False)
    core.emit("message", chat.messages[topic.id].message)
    return topic.id


def close_topic(core: Core, chat: Chat, number: int, by: Json) -> None:
    topic = _topic(chat, number)
    topic.closed = True
    _say(core, chat, by, in_topic(number) | {"forum_topic_closed": {}})


def delete_topic(core: Core, chat: Chat, number: int) -> None:
    """A topic goes with all its messages; the bot is not told."""
    _topic(chat, number).deleted = True
    for stored in chat.messages.values():
        if stored.thread == number:
            stored.deleted = True
            core.changed("delete", chat, message_id=stored.id)


def migrate(core: Core, chat: Chat) -> Chat:
    """A basic group becomes a supergroup: two service messages, and a new number."""
    if chat.type != "group" or chat.migrated_to is not None:
        raise Impossible("only a basic group can become a supergroup, once")
    successor = core.world.migrate(chat)
    _say(core, chat, {"from": GROUP_ANONYMOUS_BOT}, {"migrate_to_chat_id": successor.id})
    sender = {"from": GROUP_ANONYMOUS_BOT, "sender_chat": successor.wire()}
    _say(core, successor, sender, {"migrate_from_chat_id": chat.id})
    return successor


def labels(chat: Chat) -> list[str]:
    """Every button that stands under a message of the bot, newest message first."""
    return [button["text"] for stored in _newest_first(chat) for button in buttons(stored.message.get("reply_markup"))]


def _say(core: Core, chat: Chat, sender: Json, content: Json) -> Stored:
    stored = Stored(new_message(core, chat) | sender | content, outgoing=False, sent_at=core.time())
    keep(core, chat, stored)
    if members.sees(core, chat, stored.message):
        core.emit("channel_post" if chat.type == "channel" else "message", stored.message)
    return stored


def _refuse_outsider(chat: Chat, user: User) -> None:
    member = chat.member(user.id)
    if member is None or not member.present:
        raise Impossible("this person is not in the chat")
    if chat.type == "private" and user.blocked:
        raise Impossible("this person has blocked the bot")
    if chat.migrated_to is not None:
        raise Impossible("this group became a supergroup", id=chat.migrated_to)


def _sender(core: Core, chat: Chat, user: User, identity: str | None) -> Json:
    if chat.type == "channel":
        return {"sender_chat": chat.wire()}
    match identity:
        case None:
            return {"from": user.wire()}
        case "anonymous_admin":
            return {"from": GROUP_ANONYMOUS_BOT, "sender_chat": chat.wire()}
        case "channel":
            channel = next((one for one in core.world.chats.values() if one.type == "channel"), None)
            channel = channel or core.world.add_chat("channel", f"{user.first_name}'s channel")
            return {"from": CHANNEL_BOT, "sender_chat": channel.wire()}
        case _:
            raise Impossible(f"nobody writes as {identity}")


def _content(core: Core, wanted: Json) -> Json:
    """Text alone, or a file with the text as its caption."""
    text = wanted.get("text") or ""
    if wanted.get("photo"):
        given = wanted["photo"]
        picture = b64decode(given) if isinstance(given, str) else SMALL_PICTURE
        return {"photo": core.files.add_photo(Upload("photo.png", picture)).as_photo()} | _text(text, "caption")
    if wanted.get("document"):
        document = wanted["document"]
        content = b64decode(document["base64"]) if "base64" in document else document.get("text", "").encode()
        kept = core.files.add_document(Upload(document["name"], content))
        return {"document": kept.as_document()} | _text(text, "caption")
    if not text.strip():
        raise Impossible("nobody sends an empty message")
    return _text(text)


def _text(raw: str, name: str = "text") -> Json:
    text, spans = tidy(raw, [])
    if not text:
        return {}
    entities = to_wire(text, spans)
    return {name: text} | ({"entities" if name == "text" else "caption_entities": entities} if entities else {})


def _place(chat: Chat, number: int | None, thread: int | None) -> Json:
    """In a topic, a message that is no reply still names the topic's first message as the one replied to."""
    replied = chat.live(number) if number else None
    if number and replied is None:
        raise Impossible("the message to reply to is not there", 404)
    if replied is not None and thread is None and chat.is_forum:
        thread = replied.thread
    if thread and _topic(chat, thread).closed:
        raise Impossible("this topic is closed")
    return in_topic(thread) | reply_to(chat, replied or (chat.live(thread) if thread else None))


def _topic(chat: Chat, number: int) -> Any:
    topic = chat.topics.get(number)
    if topic is None or topic.deleted:
        raise Impossible("there is no such topic", 404)
    return topic


def _newest_first(chat: Chat) -> list[Stored]:
    return [stored for stored in reversed(chat.messages.values()) if stored.outgoing and not stored.deleted]


def _button(chat: Chat, wanted: Json) -> tuple[Stored, Json]:
    number = wanted.get("message")
    if number is not None and number in chat.messages:
        found = [chat.messages[number]]  # even a deleted one: the tap may have been on its way
    else:
        found = _newest_first(chat) if number is None else []
    for stored in found:
        for button in buttons(stored.message.get("reply_markup")):
            if _is_meant(button, wanted):
                return stored, button
    raise Impossible("there is no such button", 404, labels=labels(chat))


def _is_meant(button: Json, wanted: Json) -> bool:
    if "data" in wanted:
        return bool(button.get("callback_data") == wanted["data"])
    return bool(button["text"] == wanted.get("label"))


def _forged_under(chat: Chat, number: int | None) -> Stored:
    stored = chat.messages.get(number) if number is not None else next(iter(_newest_first(chat)), None)
    if stored is None:
        raise Impossible("there is no message of the bot to press under", 404)
    return stored


def _as_pressed(stored: Stored, wanted: Json) -> Json:
    if stored.deleted or wanted.get("inaccessible"):
        return {"chat": stored.message["chat"], "message_id": stored.id, "date": 0}
    return stored.message


def _request(chat: Chat, number: int) -> Json:
    """The newest request_chat button with this request_id."""
    for stored in _newest_first(chat):
        for row in (stored.keyboard or {}).get("keyboard", []):
            for button in row:
                if button.get("request_chat", {}).get("request_id") == number:
                    return dict(button["request_chat"])
    raise Impossible("no button asks for a chat with this request_id", 404)
