"""Messages of the bot: their text as Telegram keeps it, their place in the chat, and their delivery."""

from typing import Any

from bot.sandbox.telegram import access, keyboards
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.entities import from_wire, is_blank, tidy, to_wire
from bot.sandbox.telegram.html import ParseError, parse
from bot.sandbox.telegram.query import Query
from bot.sandbox.telegram.refusal import NotServed, bad_request
from bot.sandbox.telegram.world import Chat, Json, Stored

_RAW_BYTES = 32 * 1024
_TEXT_MOST, _CAPTION_MOST = 4096, 1024  # code points after parsing


def text_of(core: Core, query: Query) -> Json:
    """`text` and `entities` of a message, after all of Telegram's checks."""
    raw = query.text("text")
    if not raw:
        raise bad_request("message text is empty")
    text, entities = formatted(core, raw, query.text("parse_mode"), query.get("entities"))
    if is_blank(text):
        raise bad_request("text must be non-empty")
    if len(text) > _TEXT_MOST:
        raise bad_request("message is too long")
    return _with_entities({"text": text}, "entities", entities)


def caption_of(core: Core, given: Json) -> Json:
    """`caption` and `caption_entities`; empty when there is no caption. `given` is a query's parameters or a media."""
    raw = given.get("caption") or ""
    text, entities = formatted(core, raw, given.get("parse_mode") or "", given.get("caption_entities"))
    if len(text) > _CAPTION_MOST:
        raise bad_request("message caption is too long")
    if is_blank(text):
        return {}
    above = {"show_caption_above_media": True} if given.get("show_caption_above_media") else {}
    return _with_entities({"caption": text}, "caption_entities", entities) | above


def formatted(core: Core, raw: str, parse_mode: str, entities: list[Json] | None) -> tuple[str, list[Json]]:
    """Text with its entities on the wire, from markup or from given entities."""
    if len(raw.encode("utf-8", "surrogatepass")) > _RAW_BYTES:
        raise bad_request("text is too long")
    match parse_mode.lower():
        case "html":
            text, spans = _parsed(core, raw)
        case "markdown" | "markdownv2":
            raise NotServed(f"parse_mode {parse_mode}")
        case "":
            text, spans = raw, from_wire(raw, entities or [])
        case _:
            raise bad_request("unsupported parse_mode")
    text, spans = tidy(text, spans)
    return text, to_wire(text, spans)


def markup_of(core: Core, query: Query, chat: Chat | None = None, *, edit: bool = False) -> keyboards.Markup:
    """The reply_markup; its lint goes to the query."""
    reference = query.get("chat_id")
    chat = chat or core.world.chat(reference or 0)
    read = keyboards.read_inline if edit else keyboards.read
    markup = read(query.get("reply_markup"), private=chat is None or chat.type == "private")
    query.lint += markup.lint
    return markup


def deliver(core: Core, query: Query, chat: Chat, content: Json, markup: keyboards.Markup) -> Stored:
    """Puts a message of the bot into the chat."""
    place = place_of(core, query, chat)
    access.pace(core, chat)
    return post(core, query, chat, content | place, markup)


def post(core: Core, query: Query, chat: Chat, content: Json, markup: keyboards.Markup) -> Stored:
    """Stores a message whose place has been found and whose pace was counted."""
    message = new_message(core, chat) | sender_of(core, chat) | content
    if markup.inline is not None:
        message["reply_markup"] = markup.inline
    if query.flag("protect_content"):
        message["has_protected_content"] = True
    stored = Stored(
        message,
        outgoing=True,
        sent_at=core.time(),
        silent=query.flag("disable_notification"),
        protected=query.flag("protect_content"),
        keyboard=markup.other,
    )
    chat.actions.clear()
    keep(core, chat, stored)
    return stored


def new_message(core: Core, chat: Chat) -> Json:
    return {"message_id": core.world.next_message_id(chat), "date": int(core.time()), "chat": chat.wire()}


def keep(core: Core, chat: Chat, stored: Stored) -> None:
    """Stores a message and tells the pages."""
    chat.messages[stored.id] = stored
    core.changed("message", chat, message_id=stored.id)


def sender_of(core: Core, chat: Chat) -> Json:
    return {"sender_chat": chat.wire()} if chat.type == "channel" else {"from": core.bot.wire()}


def place_of(core: Core, query: Query, chat: Chat) -> Json:
    """The topic and the message that is replied to."""
    replied = _replied(query, chat)
    thread = query.integer("message_thread_id")
    if thread:
        access.topic(core, chat, thread)
    elif replied is not None and chat.is_forum and replied.message.get("is_topic_message"):
        thread = access.topic(core, chat, replied.thread or 0).id
    return in_topic(thread) | reply_to(chat, replied)


def in_topic(thread: int | None) -> Json:
    return {"message_thread_id": thread, "is_topic_message": True} if thread else {}


def reply_to(chat: Chat, replied: Stored | None) -> Json:
    """Fields of a reply. In a supergroup without topics a reply has a thread too, the message where it began."""
    if replied is None:
        return {}
    shown = {name: value for name, value in replied.message.items() if name not in ("reply_to_message", "reply_markup")}
    thread: Json = {}
    if chat.type == "supergroup" and not chat.is_forum:
        thread = {"message_thread_id": replied.thread or replied.id}
    return {"reply_to_message": shown} | thread


def link_preview_of(core: Core, query: Query) -> Json:
    options = query.get("link_preview_options")
    if not isinstance(options, dict):
        return {}
    known = core.spec.fields("LinkPreviewOptions")
    kept = {name: value for name, value in options.items() if name in known}
    return {"link_preview_options": kept} if kept else {}


def _replied(query: Query, chat: Chat) -> Stored | None:
    wanted: Any = query.get("reply_parameters")
    if not isinstance(wanted, dict):
        return None
    if wanted.get("quote") or wanted.get("chat_id", chat.id) != chat.id or not wanted.get("message_id"):
        raise NotServed("a reply with a quote, to another chat, or to no message")
    replied = chat.live(wanted["message_id"])
    if replied is None and not wanted.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return replied


def _parsed(core: Core, raw: str) -> tuple[str, Any]:
    try:
        return parse(raw, core.known_user)
    except ParseError as why:
        raise bad_request(f"can't parse entities: {why}") from None


def _with_entities(content: Json, name: str, entities: list[Json]) -> Json:
    return content | ({name: entities} if entities else {})
