"""Methods that ask about chats and their members, pin, react and leave."""

from bot.sandbox.telegram import access, members
from bot.sandbox.telegram.core import Core
from bot.sandbox.telegram.messages import keep, new_message, sender_of
from bot.sandbox.telegram.query import Query
from bot.sandbox.telegram.refusal import bad_request
from bot.sandbox.telegram.world import Chat, Json, Stored

_FREE_REACTIONS = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 "
    "👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡"
)
_EMOJI = frozenset(_FREE_REACTIONS.split())


def get_chat(core: Core, query: Query) -> Json:
    chat = access.readable(core, query)
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
    )
    full = chat.wire() | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}
    if chat.pinned and (pinned := chat.live(chat.pinned[-1])) is not None:
        full["pinned_message"] = pinned.message
    return full


def get_chat_member(core: Core, query: Query) -> Json:
    chat = access.readable(core, query)
    number = query.integer("user_id")
    user = core.world.users.get(number)
    if user is None:
        raise bad_request("invalid user_id specified" if number <= 0 else "user not found")
    member = chat.member(number)
    if member is None:
        return {"status": "left", "user": user.wire()}
    return member.wire(chat.type)


def get_chat_administrators(core: Core, query: Query) -> list[Json]:
    chat = access.readable(core, query)
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    others = query.flag("return_bots")
    return [
        member.wire(chat.type)
        for member in chat.members.values()
        if member.administers and (others or not member.user.is_bot or member.user.id == core.bot.id)
    ]


def get_chat_member_count(core: Core, query: Query) -> int:
    chat = access.readable(core, query)
    return sum(member.present for member in chat.members.values())


def leave_chat(core: Core, query: Query) -> bool:
    chat = access.readable(core, query)
    if chat.type == "private":
        raise bad_request("chat member status can't be changed in private chats")
    members.change(core, chat, core.bot, status="left", by=core.bot)
    return True


def pin_chat_message(core: Core, query: Query) -> bool:
    chat = access.writable(core, query)
    _refuse_pinning(core, chat)
    stored = access.message(chat, query, "message to pin not found")
    chat.pinned = [number for number in chat.pinned if number != stored.id] + [stored.id]
    shown = {name: value for name, value in stored.message.items() if name != "reply_to_message"}
    notice = new_message(core, chat) | sender_of(core, chat) | {"pinned_message": shown}
    keep(core, chat, Stored(notice, outgoing=True, sent_at=core.time(), silent=query.flag("disable_notification")))
    return True


def unpin_chat_message(core: Core, query: Query) -> bool:
    """Without a message the newest pinned one is taken."""
    chat = access.writable(core, query)
    _refuse_pinning(core, chat)
    number = query.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if number not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(number)
    core.changed("edit", chat, message_id=number)
    return True


def set_message_reaction(core: Core, query: Query) -> bool:
    chat = access.writable(core, query)
    stored = access.message(chat, query, "message to react not found")
    reactions = query.get("reaction") or []
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if any(reaction.get("emoji", "").replace("\ufe0f", "") not in _EMOJI for reaction in reactions):
        raise bad_request("REACTION_INVALID")
    stored.reactions = reactions
    core.changed("edit", chat, message_id=stored.id)
    return True


def _refuse_pinning(core: Core, chat: Chat) -> None:
    right = "can_edit_messages" if chat.type == "channel" else "can_pin_messages"
    if chat.type != "private" and not access.own(core, chat).may(right):
        raise bad_request("not enough rights to manage pinned messages in the chat")
