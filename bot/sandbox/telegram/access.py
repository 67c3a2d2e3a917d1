"""Whether the bot may do something in a chat, and the refusal if it may not."""

from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.query import Query
from bot.sandbox.telegram.refusal import bad_request, forbidden, too_many_requests
from bot.sandbox.telegram.world import Chat, Member, Stored, Topic

_UPGRADED = "group chat was upgraded to a supergroup chat"


def find(core: Core, query: Query, name: str = "chat_id") -> Chat:
    """The chat that a parameter names, wherever the bot stands in it."""
    reference = query.get(name)
    if reference in (None, "", 0):
        raise bad_request(f"{name} is empty")
    chat = core.world.chat(reference)
    if chat is None:
        raise bad_request("chat not found")
    return chat


def readable(core: Core, query: Query, name: str = "chat_id") -> Chat:
    """A chat the bot can look at: of supergroups and channels it must be a member."""
    chat = find(core, query, name)
    if chat.type in ("supergroup", "channel"):
        _refuse_outsider(core, chat)
    return chat


def reachable(core: Core, query: Query) -> Chat:
    """A chat in which the bot can still do something about its messages."""
    chat = find(core, query)
    if chat.migrated_to is not None:
        raise bad_request(_UPGRADED, migrate_to_chat_id=chat.migrated_to)
    if chat.person is None:
        _refuse_outsider(core, chat)
    elif chat.person.deactivated:
        raise forbidden("user is deactivated")
    return chat


def writable(core: Core, query: Query) -> Chat:
    """A chat that takes messages and edits from the bot."""
    chat = reachable(core, query)
    if chat.person is not None and chat.person.blocked:
        raise forbidden("bot was blocked by the user")
    if chat.type == "channel" and not own(core, chat).may("can_post_messages"):
        raise bad_request("need administrator rights in the channel chat")
    return chat


def speaking(core: Core, query: Query, kind: str = "text messages") -> Chat:
    """A chat in which the bot may send this kind of message."""
    chat = writable(core, query)
    member = own(core, chat)
    right = "can_send_messages" if kind == "text messages" else f"can_send_{kind}"
    if member.status == "restricted" and not member.rights.get(right, False):
        raise bad_request(f"not enough rights to send {kind} to the chat")
    return chat


def pace(core: Core, chat: Chat) -> None:
    """Counts one send or edit; 429 when it is one too many."""
    wait = core.flood.take(chat.id, group=chat.type != "private", now=core.time())
    if wait is not None:
        raise too_many_requests(wait)


def own(core: Core, chat: Chat) -> Member:
    """What the bot is in the chat."""
    return chat.member(core.bot.id) or Member(core.bot, "left")


def topic(core: Core, chat: Chat, thread: int) -> Topic:
    """The topic to write to. General has no number of its own here, as in Telegram."""
    found = chat.topics.get(thread)
    if found is None or found.deleted:
        raise bad_request("message thread not found")
    if found.closed and not own(core, chat).may("can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    return found


def message(chat: Chat, query: Query, missing: str) -> Stored:
    """The message that `message_id` names, `missing` being the words for its absence."""
    number = query.integer("message_id")
    if number == 0:
        raise bad_request("message identifier is not specified")
    stored = chat.live(number)
    if stored is None:
        raise bad_request(missing)
    return stored


def _refuse_outsider(core: Core, chat: Chat) -> None:
    member = own(core, chat)
    if member.status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind}")
    if not member.present:
        raise forbidden(f"bot is not a member of the {chat.kind}")
