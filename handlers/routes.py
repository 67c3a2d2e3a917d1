"""The front door behind Telegram's edge: who may come in, what is claimed at once, and what is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.domain.ids import MessageId, TelegramChatId, UserId
from bot.services.connect import find_key
from bot.services.house import House
from handlers import (
    accounts,
    answers,
    asked,
    attention,
    deployments,
    inline,
    marks,
    panic,
    replies,
    said,
)
from handlers.actions import (
    Action,
    AskCancel,
    AskPrice,
    AskRaise,
    Close,
    Confirm,
    Connect,
    Decline,
    Home,
    Nothing,
    StopAutomation,
    TestKey,
    decode,
)
from handlers.alert_actions import Acknowledge
from handlers.commands import COMMANDS, WRITES
from handlers.confirming import Confirming
from handlers.guard_actions import AskGuardOn
from handlers.guest import Guest
from handlers.market_actions import (
    BlockOwner,
    BlockServer,
    MarkFavourite,
    WatchServer,
)
from handlers.rent_actions import (
    AskRent,
    CancelWithReport,
    DeploymentAction,
    NextCandidate,
    ProbeNow,
    RentAgain,
    StartRent,
)
from handlers.screen import Press, Screen, Toast
from handlers.views import errors as error_views
from handlers.views import keys as key_views
from handlers.views import start as start_views
from handlers.views import toasts
from handlers.visit import Answer, Arrival, Command, Decision, Deletion, InlineAnswer, Secret
from storage.errors import NotFound

STALE_AFTER: Final = timedelta(seconds=60)
"""A command that leads to a change is not acted on when it is older: its sender has long looked elsewhere."""

LINE_SECONDS: Final = 120
"""How long a line of ours stands in a group."""

_GROUP_LINES: Final[dict[str, Callable[[str | None], Screen]]] = {
    "start": start_views.group_start,
    "help": start_views.group_help,
    "connect": start_views.group_connect,
}

_ANYWHERE: Final = (Home, Connect, Close, Nothing)
"""What may be pressed in a chat that nothing is known of (any more)."""


class FrontDoor:
    """Implements `Routes`. `bot_link`: the address that opens the private chat; `bot_address`: the bot's own."""

    def __init__(self, house: House, bot_link: str | None = None) -> None:
        self._house = house
        self._confirming = Confirming(house)
        self.bot_link = bot_link
        self.bot_address: str | None = None

    # What Telegram's edge asks without waiting

    def secret_in(self, arrival: Arrival, text: str, *, answers: bool) -> Secret | None:
        return asked.secret_in(self._house, arrival, text, answers=answers)

    def takes_file(self, arrival: Arrival) -> int | None:
        return asked.takes_file(self._house, arrival)

    def at_once(self, arrival: Arrival, name: str) -> bool:
        if name != "panic" or not arrival.private or arrival.user is None or not self._may(arrival.user):
            return False
        panic.stop(self._guest(arrival, arrival.user))
        return True

    def decide(self, arrival: Arrival, data: str) -> Decision:
        action = decode(data)
        if not self._may(arrival.user) or arrival.user is None:
            return Decision(toasts.NOT_ALLOWED)
        if not arrival.private:
            return Decision(toasts.PRIVATE_ONLY)
        if self._house.store.chats.find(arrival.chat) is None and not isinstance(action, _ANYWHERE):
            return Decision(toasts.UNKNOWN_BUTTON)
        guest = self._guest(arrival, arrival.user)
        account = getattr(action, "account", None)
        desk = guest.desk(account) if account is not None else None
        if account is not None and desk is None:
            return Decision(toasts.NO_SUCH_ACCOUNT)
        match action:
            case Nothing():
                return Decision(toasts.PAGE)
            case Confirm():
                return self._confirming.confirm(guest, action)
            case Decline():
                return self._confirming.decline(guest, action)
            case Acknowledge() if desk is not None:
                return attention.acknowledge(guest, desk, action)
            case StopAutomation():
                return Decision(toasts.STOPPED, action, panic.stop(guest))
            case MarkFavourite() | WatchServer() | BlockServer() | BlockOwner():
                return Decision(marks.toast(guest, action), action)
            case (
                AskCancel()
                | AskGuardOn()
                | AskRaise()
                | AskPrice()
                | TestKey()
                | CancelWithReport()
                | ProbeNow()
                | StartRent()
                | AskRent()
                | NextCandidate()
                | RentAgain()
            ):
                return Decision(toasts.READING, action)
            case _:
                return Decision(toasts.READING if getattr(action, "fresh", False) else Toast(), action)

    def shown(self, arrival: Arrival, screen: Screen, message: MessageId) -> None:
        store = self._house.store
        chat = store.chats.find(arrival.chat)
        if chat is None or arrival.user is None:
            return
        if screen.reveals is not None:
            store.deployments.forget_secrets(screen.reveals)
        if screen.asks:
            store.questions.set_message(chat.id, arrival.user, message)
        for action in _actions(screen):
            if isinstance(action, Confirm):
                store.confirmations.set_message(action.token, message)

    def unreachable(self, chat: TelegramChatId, why: str) -> None:
        if found := self._house.store.chats.find(chat):
            self._house.store.chats.pause(found.id, why, self._house.clock())

    def reachable(self, chat: TelegramChatId) -> None:
        if found := self._house.store.chats.find(chat):
            self._house.store.chats.resume(found.id)

    def migrated(self, old: TelegramChatId, new: TelegramChatId) -> None:
        self._house.store.chats.migrate(old, new)

    def commands(self) -> tuple[Command, ...]:
        return COMMANDS

    # What may take a few seconds

    async def pressed(self, arrival: Arrival, decision: Decision) -> Answer:
        if decision.answer is not None or decision.action is None or arrival.user is None:
            return decision.answer
        guest = self._guest(arrival, arrival.user)
        self._leave_question(guest)
        answer = await self._answered(guest, answers.respond(guest, decision.action))
        if isinstance(answer, Screen) and (self._is_alert(guest) or self._lives_on(guest, decision.action)):
            return replace(answer, apart=True)
        return answer

    async def command(self, arrival: Arrival, name: str, arguments: str, *, deleted: Deletion | None) -> Answer:
        if not arrival.private:
            return self._in_group(arrival, name, deleted)
        if arrival.user is None or not self._may(arrival.user):
            return error_views.not_allowed()
        guest = self._guest(arrival, arrival.user)
        if name != "cancel" and said.step_of_draft(guest) is not None:
            replies.done(guest)  # another command leaves the step; /rent goes on with the draft
        if name in WRITES and arrival.sent_at is not None and guest.now - arrival.sent_at > STALE_AFTER:
            return error_views.sent_while_away(name, arrival.sent_at, guest.now)
        if deleted is not None and deleted.of is Secret.PRIVATE_KEY:
            return key_views.private_key(deleted=deleted.done)
        if deleted is not None:
            return await self._answered(guest, self._key_in(guest, name, arguments, deleted=deleted.done))
        return await self._answered(guest, said.command(guest, name, arguments.strip()))

    async def typed(self, arrival: Arrival, text: str, *, deleted: Deletion | None) -> Answer:
        if not arrival.private:
            return None if deleted is None else self._secret_in_group(deleted)
        if arrival.user is None or not self._may(arrival.user):
            return error_views.not_allowed()
        guest = replace(self._guest(arrival, arrival.user), deleted=None if deleted is None else deleted.done)
        return await self._answered(guest, said.typed(guest, text, secret=None if deleted is None else deleted.of))

    async def inline(self, user: UserId, text: str) -> InlineAnswer:
        """Where only some people are served, what one of them is answered must not be given to others."""
        personal = bool(self._house.allowed)
        if not self._may(user):
            return InlineAnswer(personal=personal)
        return await inline.inline(self._house, text, link=self.bot_address, personal=personal)

    async def _answered(self, guest: Guest, answering: Awaitable[Answer]) -> Answer:
        """The answer; silence where the chat was forgotten meanwhile, a line where the account was removed."""
        try:
            answer = await answering
        except NotFound:
            answer = toasts.NO_SUCH_ACCOUNT
        here = self._house.store.chats.find(guest.arrival.chat)
        return answer if here is not None and here.id == guest.chat.id else None

    def _leave_question(self, guest: Guest) -> None:
        """A press on the screen that asks takes that screen away, and its question with it."""
        question = replies.question(guest)
        if question is not None and question.message == guest.arrival.message:
            replies.done(guest)

    async def _key_in(self, guest: Guest, name: str, arguments: str, *, deleted: bool) -> Answer:
        """A command with a key in it: only `/connect` may bring one; any other is answered as if the key had been typed."""
        key = find_key(arguments) or ""
        words = [word for word in arguments.split() if word != key]
        account_name = " ".join(words) if name == "connect" and words else None
        return await accounts.key_typed(guest, key or arguments, deleted=deleted, name=account_name, replaces=None)

    def _secret_in_group(self, deleted: Deletion) -> Screen:
        if deleted.of is Secret.PRIVATE_KEY:
            return key_views.private_key(deleted=deleted.done)
        return key_views.in_group(deleted=deleted.done, link=self.bot_link)

    def _in_group(self, arrival: Arrival, name: str, deleted: Deletion | None) -> Answer:
        """No account is bound to a group in this version: one line, which goes by itself."""
        if deleted is not None:
            return self._secret_in_group(deleted)
        line = _GROUP_LINES.get(name)
        if line is None:
            return None
        # Its row: what is to vanish stands in a table, so that a restart forgets none.
        self._house.store.chats.of(arrival.chat, arrival.kind, arrival.title, self._house.clock())
        return replace(line(self.bot_link), vanishes_after=LINE_SECONDS)

    def _may(self, user: UserId | None) -> bool:
        return asked.may(self._house, user)

    def _guest(self, arrival: Arrival, user: UserId) -> Guest:
        """Who writes or presses can be reached, whatever was thought before."""
        now = self._house.clock()
        chat = self._house.store.chats.of(arrival.chat, "private", arrival.title, now)
        if chat.state == "paused":
            self._house.store.chats.resume(chat.id)
        return Guest(arrival, chat, user, now, self._house)

    def _lives_on(self, guest: Guest, action: Action) -> bool:
        """A message that follows a new rental goes on doing so, unless the press was about that."""
        message = guest.arrival.message
        if message is None or isinstance(action, DeploymentAction):
            return False
        return deployments.lives_in(self._house, guest, message)

    def _is_alert(self, guest: Guest) -> bool:
        message = guest.arrival.message
        return message is not None and self._house.store.outbox.is_notice(guest.chat.id, message)


def _actions(screen: Screen) -> list[Action]:
    return [button.action for row in screen.rows for button in row if isinstance(button, Press)]
