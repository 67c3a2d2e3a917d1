"""Who and what there is: people, chats, members, topics, and every message that was sent."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bot.sandbox.telegram.render import to_html

Json = dict[str, Any]

GROUP_ANONYMOUS_BOT = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
CHANNEL_BOT = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}

ADMINISTRATOR_RIGHTS = [
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
]
GROUP_RIGHTS = ("can_pin_messages", "can_manage_topics", "can_manage_tags")
CHANNEL_RIGHTS = ("can_post_messages", "can_edit_messages", "can_manage_direct_messages")
RESTRICTIONS = [
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
]
PRESENT = ("creator", "administrator", "member", "restricted")


@dataclass(slots=True)
class User:
    """A person, or the bot; `language_code` is what their application is set to."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False
    blocked: bool = False
    deactivated: bool = False

    def wire(self) -> Json:
        """The User object."""
        shown: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        more = {"last_name": self.last_name, "username": self.username, "language_code": self.language_code}
        return shown | {name: value for name, value in more.items() if value is not None}


@dataclass(slots=True)
class Member:
    """What a user is in a chat; `rights` overrides the rights that the status brings along."""

    user: User
    status: str = "member"
    rights: dict[str, bool] = field(default_factory=dict)

    @property
    def present(self) -> bool:
        return self.status in PRESENT and self.rights.get("is_member", True)

    @property
    def administers(self) -> bool:
        return self.status in ("creator", "administrator")

    def may(self, right: str) -> bool:
        """Whether an administrator has this right; the owner has all of them."""
        return self.status == "creator" or (self.status == "administrator" and self.rights.get(right, True))

    def wire(self, chat_type: str) -> Json:
        """The ChatMember object of this status."""
        shown: Json = {"status": self.status, "user": self.user.wire()}
        match self.status:
            case "creator":
                return shown | {"is_anonymous": self.rights.get("is_anonymous", False)}
            case "administrator":
                extra = CHANNEL_RIGHTS if chat_type == "channel" else GROUP_RIGHTS
                rights = {right: self.rights.get(right, True) for right in (*ADMINISTRATOR_RIGHTS, *extra)}
                return shown | {"can_be_edited": False, "is_anonymous": self.rights.get("is_anonymous", False)} | rights
            case "restricted":
                rights = {right: self.rights.get(right, False) for right in RESTRICTIONS}
                return shown | {"is_member": self.rights.get("is_member", True), "until_date": 0} | rights
            case "kicked":
                return shown | {"until_date": 0}
            case _:
                return shown


@dataclass(slots=True)
class Topic:
    """A forum topic; its id is the message that created it."""

    id: int
    name: str
    icon_color: int = 0x6FB9F0
    closed: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Stored:
    """A message as it stands in a chat: what the bot would be shown, and what only the stand-in knows."""

    message: Json
    outgoing: bool
    sent_at: float
    silent: bool = False
    protected: bool = False
    keyboard: Json | None = None  # a reply keyboard or a forced reply, which no Message shows
    deleted: bool = False
    reactions: list[Json] = field(default_factory=list)
    _rendered: tuple[Json, str] | None = None

    @property
    def html(self) -> str:
        """Its text, for a page in the browser; rendered once until an edit puts another message in its place."""
        message = self.message
        if self._rendered is None or self._rendered[0] is not message:
            text, entities = message.get("text"), message.get("entities", [])
            if text is None:
                text, entities = message.get("caption", ""), message.get("caption_entities", [])
            self._rendered = message, to_html(text, entities)
        return self._rendered[1]

    @property
    def id(self) -> int:
        return int(self.message["message_id"])

    @property
    def thread(self) -> int | None:
        return self.message.get("message_thread_id")


@dataclass(slots=True)
class Chat:
    """A conversation with its members and messages; in a private one the chat's id is the person's."""

    id: int
    type: str
    title: str | None = None
    username: str | None = None
    is_forum: bool = False
    person: User | None = None
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Stored] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    actions: dict[str, float] = field(default_factory=dict)  # chat action -> when it stops being shown
    migrated_to: int | None = None
    seen: dict[int, int] = field(default_factory=dict)  # user -> the last message they have looked at
    numbers: Any = None

    @property
    def kind(self) -> str:
        """What the error texts call it."""
        return f"{self.type} chat"

    def wire(self) -> Json:
        """The Chat object."""
        shown: Json = {"id": self.id, "type": self.type}
        if self.person is not None:
            person = self.person.wire()
            return shown | {name: person[name] for name in ("first_name", "last_name", "username") if name in person}
        more = {"title": self.title, "username": self.username, "is_forum": self.is_forum or None}
        return shown | {name: value for name, value in more.items() if value is not None}

    def member(self, user: int) -> Member | None:
        return self.members.get(user)

    def live(self, message: int) -> Stored | None:
        """The message if it is still there."""
        stored = self.messages.get(message)
        return stored if stored is not None and not stored.deleted else None


class World:
    """Everything that Telegram remembers about people and chats."""

    def __init__(self, bot: User) -> None:
        self.bot = bot
        self.users: dict[int, User] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self._user_ids = count(1001)
        self._chat_ids = count(2001)
        self._shared_numbers = count(1)  # private chats and basic groups of one bot count their messages together

    def add_user(self, facts: Json) -> User:
        """A person and the private chat with the bot; the same id again changes the person."""
        number = facts.get("id") or next(number for number in self._user_ids if number not in self.users)
        user = self.users.get(number)
        if user is None:
            user = self.users[number] = User(number, facts["first_name"])
            members = {person.id: Member(person) for person in (user, self.bot)}
            self._add(Chat(number, "private", person=user, members=members))
        user.first_name, user.last_name = facts["first_name"], facts.get("last_name")
        user.username, user.language_code = facts.get("username"), facts.get("language_code")
        return user

    def add_chat(self, kind: str, title: str, number: int | None = None, *, is_forum: bool = False) -> Chat:
        """An empty group, supergroup or channel."""
        number = number or self._chat_number(kind)
        return self._add(Chat(number, kind, title, is_forum=is_forum))

    def migrate(self, chat: Chat) -> Chat:
        """The supergroup that takes a basic group's place, with its members and none of its message numbers."""
        successor = self.add_chat("supergroup", chat.title or "")
        successor.members = chat.members
        chat.migrated_to = successor.id
        return successor

    def chat(self, reference: int | str) -> Chat | None:
        """A chat by its id or @username."""
        if isinstance(reference, int):
            return self.chats.get(reference)
        name = reference.removeprefix("@").lower()
        public = (chat for chat in self.chats.values() if chat.username and chat.type != "private")
        return next((chat for chat in public if (chat.username or "").lower() == name), None)

    def next_message_id(self, chat: Chat) -> int:
        return int(next(chat.numbers))

    def _add(self, chat: Chat) -> Chat:
        chat.numbers = self._shared_numbers if chat.type in ("private", "group") else count(1)
        self.chats[chat.id] = chat
        return chat

    def _chat_number(self, kind: str) -> int:
        number = next(self._chat_ids)
        return -number if kind == "group" else -1_000_000_000_000 - number
