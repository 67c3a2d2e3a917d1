"""Methods that put a message into a chat: text, pictures, documents, copies."""

from typing import Any

from bot.sandbox.telegram import access
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.files import File
from bot.sandbox.telegram.keyboards import Markup
from bot.sandbox.telegram.messages import (
    caption_of,
    deliver,
    link_preview_of,
    markup_of,
    place_of,
    post,
    text_of,
)
from bot.sandbox.telegram.query import Query
from bot.sandbox.telegram.refusal import NotServed, bad_request
from bot.sandbox.telegram.world import Json, Stored

_ACTION_SHOWN_S = 5.0
_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
_COPIED = ("text", "entities", "photo", "document", "caption", "caption_entities", "has_media_spoiler")


def send_message(core: Core, query: Query) -> Json:
    content = text_of(core, query) | link_preview_of(core, query)
    markup = markup_of(core, query)
    return deliver(core, query, access.speaking(core, query), content, markup).message


def send_photo(core: Core, query: Query) -> Json:
    caption = caption_of(core, query.params)
    markup = markup_of(core, query)
    chat = access.speaking(core, query, "photos")
    photo = picked(core, query, "photo", query.text("photo"))
    spoiler = {"has_media_spoiler": True} if query.flag("has_spoiler") else {}
    return deliver(core, query, chat, {"photo": photo.as_photo()} | caption | spoiler, markup).message


def send_document(core: Core, query: Query) -> Json:
    caption = caption_of(core, query.params)
    markup = markup_of(core, query)
    chat = access.speaking(core, query, "documents")
    document = picked(core, query, "document", query.text("document"))
    return deliver(core, query, chat, {"document": document.as_document()} | caption, markup).message


def send_media_group(core: Core, query: Query) -> list[Json]:
    media = query.get("media")
    if not isinstance(media, list) or not media:
        raise bad_request("there are no messages to send")
    if len(media) > 10:
        raise bad_request("too many messages to send as an album")
    if len(media) < 2:
        raise bad_request("albums must include 2-10 items")
    kinds = {one.get("type") for one in media}
    if len(kinds) > 1 and "document" in kinds:
        raise bad_request("document can't be mixed with other media types")
    contents = [media_content(core, query, one) for one in media]
    chat = access.speaking(core, query, f"{kinds.pop()}s")
    place = place_of(core, query, chat)
    access.pace(core, chat)
    album = {"media_group_id": f"{13_000_000_000_000_000 + len(chat.messages)}"}
    return [post(core, query, chat, content | album | place, Markup()).message for content in contents]


def media_content(core: Core, query: Query, media: Json) -> Json:
    """The content of an InputMedia: a photo or a document with its caption."""
    kind = media.get("type")
    if kind not in ("photo", "document"):
        raise NotServed(f"media of type {kind}")
    file = picked(core, query, kind, media.get("media", ""))
    shown: Any = file.as_photo() if kind == "photo" else file.as_document()
    return {kind: shown} | caption_of(core, media)


def picked(core: Core, query: Query, kind: str, reference: str) -> File:
    """The file that a parameter names: uploaded with this call, or known by its id."""
    upload = query.files.get(reference.removeprefix("attach://")) if reference.startswith("attach://") else None
    if upload is not None:
        return core.files.add_photo(upload) if kind == "photo" else core.files.add_document(upload)
    if not reference or reference.startswith("attach://"):
        raise bad_request(f"there is no {kind} in the request")
    if reference.startswith(("http://", "https://")):
        raise NotServed(f"{kind} by URL")
    known = core.files.by_id(reference)
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if (kind == "photo") != bool(known.width):
        raise bad_request(f"can't use file of type {'Photo' if known.width else 'Document'} as {kind.title()}")
    return known


def send_chat_action(core: Core, query: Query) -> bool:
    action = query.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = access.writable(core, query)
    if thread := query.integer("message_thread_id"):
        access.topic(core, chat, thread)
    chat.actions[action] = core.time() + _ACTION_SHOWN_S
    core.changed("action", chat, action=action)
    return True


def copy_message(core: Core, query: Query) -> Json:
    source = _source(core, query, "copy")
    content = {name: source.message[name] for name in _COPIED if name in source.message}
    if "caption" in query.params and "text" not in content:
        content.pop("caption", None)
        content.pop("caption_entities", None)
        content |= caption_of(core, query.params)
    markup = markup_of(core, query)
    stored = deliver(core, query, access.speaking(core, query), content, markup)
    return {"message_id": stored.id}


def forward_message(core: Core, query: Query) -> Json:
    source = _source(core, query, "forward")
    content = {name: source.message[name] for name in _COPIED if name in source.message}
    chat = access.speaking(core, query)
    return deliver(core, query, chat, content | {"forward_origin": _origin(source)}, Markup()).message


def _origin(source: Stored) -> Json:
    message = source.message
    if "forward_origin" in message:
        return dict(message["forward_origin"])
    if "from" in message:
        return {"type": "user", "date": message["date"], "sender_user": message["from"]}
    return {
        "type": "channel",
        "date": message["date"],
        "chat": message["chat"],
        "message_id": message["message_id"],
    }


def _source(core: Core, query: Query, verb: str) -> Stored:
    """The message to copy or forward; service messages have no content to take."""
    chat = access.readable(core, query, "from_chat_id")
    stored = access.message(chat, query, f"message to {verb} not found")
    past = {"copy": "copied", "forward": "forwarded"}[verb]
    if stored.protected or not any(name in stored.message for name in _COPIED):
        raise bad_request(f"message can't be {past}")
    return stored
