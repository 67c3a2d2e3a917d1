"""Methods that change or remove a message."""

from bot.sandbox.telegram import access
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.keyboards import Markup
from bot.sandbox.telegram.messages import caption_of, link_preview_of, markup_of, text_of
from bot.sandbox.telegram.methods.send import media_content
from bot.sandbox.telegram.query import Query
from bot.sandbox.telegram.refusal import bad_request
from bot.sandbox.telegram.world import Chat, Json, Stored

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
_DELETABLE_S = 48 * 3600
_CONTENT = [
    "text",
    "entities",
    "photo",
    "document",
    "caption",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
    "link_preview_options",
    "reply_markup",
]
_MEDIA = ("photo", "document")
_CAPTION = ("caption", "caption_entities", "show_caption_above_media")
_EVERYTHING = (*_MEDIA, *_CAPTION, "text", "entities", "link_preview_options")
_UNDELETABLE = ("supergroup_chat_created", "channel_chat_created", "forum_topic_created")


def edit_message_text(core: Core, query: Query) -> Json:
    content = text_of(core, query) | link_preview_of(core, query)
    markup = markup_of(core, query, edit=True)
    chat, stored = _editable(core, query)
    if "text" not in stored.message:
        raise bad_request("there is no text in the message to edit")
    return _edit(core, chat, stored, content, markup, replaced=("text", "entities", "link_preview_options"))


def edit_message_caption(core: Core, query: Query) -> Json:
    content = caption_of(core, query.params)
    markup = markup_of(core, query, edit=True)
    chat, stored = _editable(core, query)
    if not any(name in stored.message for name in _MEDIA):
        raise bad_request("there is no caption in the message to edit")
    return _edit(core, chat, stored, content, markup, replaced=_CAPTION)


def edit_message_media(core: Core, query: Query) -> Json:
    media = query.get("media")
    if not isinstance(media, dict):
        raise bad_request("media is empty" if not media else "input media must be an Object")
    markup = markup_of(core, query, edit=True)
    chat, stored = _editable(core, query)
    content = media_content(core, query, media)
    return _edit(core, chat, stored, content, markup, replaced=_EVERYTHING)


def edit_message_reply_markup(core: Core, query: Query) -> Json:
    markup = markup_of(core, query, edit=True)
    chat, stored = _editable(core, query)
    return _edit(core, chat, stored, {}, markup, replaced=())


def delete_message(core: Core, query: Query) -> bool:
    chat = access.reachable(core, query)
    stored = access.message(chat, query, "message to delete not found")
    if why := _keeps(core, chat, stored):
        raise bad_request(why)
    _remove(core, chat, stored)
    return True


def delete_messages(core: Core, query: Query) -> bool:
    """Those that are not there are skipped; one that may not be deleted refuses the call."""
    numbers = query.get("message_ids")
    if not isinstance(numbers, list) or not numbers:
        raise bad_request("message identifiers are not specified")
    if len(numbers) > 100:
        raise bad_request("too many message identifiers specified")
    chat = access.reachable(core, query)
    found = [stored for number in numbers if (stored := chat.live(number)) is not None]
    for stored in found:
        if why := _keeps(core, chat, stored):
            raise bad_request(why)
    for stored in found:
        _remove(core, chat, stored)
    return True


def _editable(core: Core, query: Query) -> tuple[Chat, Stored]:
    if not query.get("chat_id") and query.integer("message_id") == 0:
        raise bad_request("message identifier is not specified")
    chat = access.writable(core, query)
    stored = access.message(chat, query, "message to edit not found")
    if not stored.outgoing or not any(name in stored.message for name in ("text", *_MEDIA)):
        raise bad_request("message can't be edited")
    if stored.keyboard is not None and "remove_keyboard" not in stored.keyboard:
        raise bad_request("message can't be edited")
    if "forward_origin" in stored.message:
        raise bad_request("message can't be edited")
    return chat, stored


def _edit(core: Core, chat: Chat, stored: Stored, content: Json, markup: Markup, *, replaced: tuple[str, ...]) -> Json:
    """Replaces these fields; a reply_markup that is not given takes the keyboard away, as in Telegram."""
    message = {name: value for name, value in stored.message.items() if name not in (*replaced, "reply_markup")}
    message |= content
    if markup.inline is not None:
        message["reply_markup"] = markup.inline
    if _shown(message) == _shown(stored.message):
        raise bad_request(_NOT_MODIFIED)
    access.pace(core, chat)
    stored.message = message | {"edit_date": int(core.time())}
    core.changed("edit", chat, message_id=stored.id)
    return stored.message


def _shown(message: Json) -> Json:
    return {name: message[name] for name in _CONTENT if name in message}


def _keeps(core: Core, chat: Chat, stored: Stored) -> str | None:
    """Why the bot may not delete the message."""
    if core.time() - stored.sent_at >= _DELETABLE_S:
        return "message can't be deleted for everyone"
    if any(name in stored.message for name in _UNDELETABLE):
        return "message can't be deleted"
    member = access.own(core, chat)
    mine = stored.outgoing and (chat.type != "channel" or member.may("can_post_messages"))
    if mine or chat.type == "private" or member.may("can_delete_messages"):
        return None
    return "message can't be deleted"


def _remove(core: Core, chat: Chat, stored: Stored) -> None:
    stored.deleted = True
    chat.pinned = [number for number in chat.pinned if number != stored.id]
    core.changed("delete", chat, message_id=stored.id)
