"""Methods about the topics of a forum."""

from bot.sandbox.telegram import access
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.messages import in_topic, keep, new_message, sender_of
from bot.sandbox.telegram.query import Query
from bot.sandbox.telegram.refusal import bad_request
from bot.sandbox.telegram.world import Chat, Json, Stored, Topic

_COLOURS = {0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F}


def create_forum_topic(core: Core, query: Query) -> Json:
    name = query.text("name")
    if not 1 <= len(name) <= 128:
        raise bad_request("TOPIC_TITLE_EMPTY" if not name else "TOPIC_TITLE_TOO_LONG")
    colour = query.integer("icon_color") or 0x6FB9F0
    if colour not in _COLOURS:
        raise bad_request("TOPIC_ICON_COLOR_INVALID")
    chat = _forum(core, query)
    if not access.own(core, chat).may("can_manage_topics"):
        raise bad_request("not enough rights to create a topic")
    topic = open_topic(core, chat, name, sender_of(core, chat), outgoing=True)
    topic.icon_color = colour
    return {"message_thread_id": topic.id, "name": name, "icon_color": colour}


def edit_forum_topic(core: Core, query: Query) -> bool:
    chat, topic = _managed(core, query)
    name = query.text("name")
    if len(name) > 128:
        raise bad_request("TOPIC_TITLE_TOO_LONG")
    if name in ("", topic.name):
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.name = name
    _tell(core, chat, topic, {"forum_topic_edited": {"name": name}})
    return True


def close_forum_topic(core: Core, query: Query) -> bool:
    chat, topic = _managed(core, query)
    if topic.closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    topic.closed = True
    _tell(core, chat, topic, {"forum_topic_closed": {}})
    return True


def open_topic(core: Core, chat: Chat, name: str, sender: Json, *, outgoing: bool) -> Topic:
    """A new topic; the service message that creates it gives it its id."""
    message = new_message(core, chat) | sender
    topic = Topic(message["message_id"], name)
    message |= in_topic(topic.id) | {"forum_topic_created": {"name": name, "icon_color": topic.icon_color}}
    chat.topics[topic.id] = topic
    keep(core, chat, Stored(message, outgoing=outgoing, sent_at=core.time()))
    return topic


def _forum(core: Core, query: Query) -> Chat:
    chat = access.writable(core, query)
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    return chat


def _managed(core: Core, query: Query) -> tuple[Chat, Topic]:
    chat = _forum(core, query)
    topic = chat.topics.get(query.integer("message_thread_id"))
    if topic is None or topic.deleted:
        raise bad_request("message thread not found")
    if not access.own(core, chat).may("can_manage_topics"):
        raise bad_request("not enough rights to manage the topic")
    return chat, topic


def _tell(core: Core, chat: Chat, topic: Topic, content: Json) -> None:
    message = new_message(core, chat) | sender_of(core, chat) | in_topic(topic.id) | content
    keep(core, chat, Stored(message, outgoing=True, sent_at=core.time()))
