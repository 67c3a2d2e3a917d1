"""Who came, from where, and with what: one update of Telegram in our own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Protocol

from bot.domain.ids import ChatKind, MessageId, TelegramChatId, UserId
from handlers.actions import Action
from handlers.screen import Screen, Toast


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message or press, without Telegram's types.

    `user` is `None` for posts of channels and for anonymous admins (`anonymous_admin` tells them apart: only a press
    carries the person). `message`: the incoming message, or the one whose button was pressed; `editable`: that one is
    ours and can still be edited. `sent_at` is `None` for a press, which carries no time. `file`: the text came in one.
    """

    update: int
    chat: TelegramChatId
    kind: ChatKind
    title: str
    user: UserId | None
    user_name: str = ""
    anonymous_admin: bool = False
    thread: int | None = None
    message: MessageId | None = None
    editable: bool = False
    reply_to: MessageId | None = None
    sent_at: datetime | None = None
    file: bool = False

    @property
    def private(self) -> bool:
        return self.kind == "private"


@dataclass(frozen=True, slots=True)
class Leave:
    """The answer that takes the pressed screen away."""


@dataclass(frozen=True, slots=True)
class Strip:
    """The answer that takes the buttons of the pressed message away."""


Answer = Screen | Toast | Leave | Strip | None
"""What comes back: a screen to show (a press edits its message, a command gets a new one), a line, or silence."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the database says of a press, before any network read.

    `toast` answers the press at once. `action` is what to go on with (`None`: nothing more). `answer`: what to show for
    it where the decision was all there was to do.
    """

    toast: Toast
    action: Action | None = None
    answer: Answer = None


class Secret(Enum):
    """What a message holds that may not stand in the chat."""

    API_KEY = auto()
    PRIVATE_KEY = auto()
    ANSWER = auto()


@dataclass(frozen=True, slots=True)
class Deletion:
    """A message held a secret; `done`: it could be deleted."""

    of: Secret
    done: bool


@dataclass(frozen=True, slots=True)
class Article:
    """One result of an inline query. `title` and `description` are plain text; `message` is what choosing it sends."""

    id: str
    title: str
    description: str
    message: Screen


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    """At most 50 articles. `personal`: only for who asked; others who write the same must not get it."""

    articles: tuple[Article, ...] = ()
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the table of commands: menus, help and README are made from it."""

    name: str
    help: str
    private: bool = True
    group: bool = False
    arguments: str = ""
    menu: bool = True


class Routes(Protocol):
    """What the Telegram edge asks of the house. Everything synchronous reads and writes the database only."""

    def secret_in(self, arrival: Arrival, text: str, *, answers: bool) -> Secret | None:
        """What in this text is a secret: its message is deleted before it is answered.

        `answers`: it is no command, so that it is secret too where this person was asked for something secret.
        """

    def takes_file(self, arrival: Arrival) -> int | None:
        """The most bytes of a text file that this person was asked for; `None`: a file answers nothing here."""

    def at_once(self, arrival: Arrival, name: str) -> bool:
        """Carries out a command that may wait for no turn; its answer, which waits, says what was done. False: any other."""

    def decide(self, arrival: Arrival, data: str) -> Decision:
        """Authorises a press, claims what it claims, and marks the update as handled in the same transaction where it spends."""

    async def pressed(self, arrival: Arrival, decision: Decision) -> Answer:
        """Goes on with a decided press; may read over the network for a few seconds."""

    async def command(self, arrival: Arrival, name: str, arguments: str, *, deleted: Deletion | None) -> Answer:
        """Answers a command addressed to us; `deleted`: what became of its message, where that held a secret."""

    async def typed(self, arrival: Arrival, text: str, *, deleted: Deletion | None) -> Answer:
        """Answers a text, or the text of a file, that is no command; silence where nothing was asked."""

    async def inline(self, user: UserId, text: str) -> InlineAnswer:
        """Answers what somebody writes after the bot's name in any chat; public data only."""

    def shown(self, arrival: Arrival, screen: Screen, message: MessageId) -> None:
        """Told after Telegram took a screen: remembers the message of a question or a confirmation."""

    def unreachable(self, chat: TelegramChatId, why: str) -> None:
        """The bot was blocked, kicked, or the chat is gone: pauses the chat."""

    def reachable(self, chat: TelegramChatId) -> None:
        """The bot was unblocked or added again."""

    def migrated(self, old: TelegramChatId, new: TelegramChatId) -> None:
        """A group became a supergroup: every row of it moves; idempotent, in either order of Telegram's two messages."""

    def commands(self) -> tuple[Command, ...]: ...
