"""Delivers the letters of the outbox: told is what Telegram accepted, and nothing before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from telegram.error import TelegramError

from bot.domain.ids import ChatId, MessageId
from bot.services.clock import Clock
from handlers.allowance import Urgency
from handlers.messages import Messages, Place
from handlers.screen import Screen
from handlers.troubles import Gone, Lost, Migrated, Rejected, Unknown, Wait, trouble
from handlers.views.trouble import repeated
from handlers.visit import Routes
from storage.chats import Chat, Chats
from storage.errors import NotFound, StorageError
from storage.letters import UNANSWERED, Letter, Rank
from storage.outbox import Outbox

log = logging.getLogger(__name__)

AT_ONCE: Final = 64
"""Chats that are told something at the same time: enough to fill 28 a second while each answer takes two seconds."""

SECOND_TRY_AFTER: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(seconds=60)
MOST_CRASHES: Final = 5
EXPIRE_EVERY: Final = timedelta(minutes=1)

Render = Callable[[Letter], Screen | None]
"""A letter as a screen; `None`: it is no news any more."""

Target = Callable[[Letter], MessageId | None]
"""A message that a letter is about; `None`: it stands for itself."""


class Delivery:
    """One letter a chat at a time, in the order of the outbox; chats side by side.

    `target`: the message that a letter changes instead of making a new one. `answered`: the one that it is a reply to.
    `replaced`: the one whose buttons go after it was sent.
    """

    def __init__(
        self,
        outbox: Outbox,
        chats: Chats,
        messages: Messages,
        routes: Routes,
        clock: Clock,
        *,
        render: Render,
        target: Target = lambda _letter: None,
        answered: Target = lambda _letter: None,
        replaced: Target = lambda _letter: None,
        at_once: int = AT_ONCE,
    ) -> None:
        self._outbox = outbox
        self._chats = chats
        self._messages = messages
        self._routes = routes
        self._clock = clock
        self._render = render
        self._target = target
        self._answered = answered
        self._replaced = replaced
        self._at_once = at_once
        self._tasks: dict[ChatId, asyncio.Task[None]] = {}
        self._unmarked: list[Callable[[], object]] = []
        self._expired_until: datetime | None = None
        self._held_up = False
        self._closed = False

    def recover(self) -> int:
        """At the start: letters that the last run was sending may have arrived, so they go once more as such."""
        stuck = self._outbox.stuck()
        for letter in stuck:
            self._outbox.again(letter.id, self._second_try(letter), f"{UNANSWERED}: the process ended meanwhile")
        return len(stuck)

    def wake(self) -> None:
        """There are new letters. May be called inside the transaction that writes them."""
        asyncio.get_running_loop().call_soon(self.tick)

    def tick(self) -> None:
        """Begins what is due. To be called every second as well: that is what finds a letter whose time has come."""
        if self._closed:
            return
        try:
            self._write_marks()
            self._expire()
            self._begin_due()
        except StorageError as error:
            if not self._held_up:
                log.warning("letters wait for the database: %s", error)
            self._held_up = True
        else:
            self._held_up = False

    async def stop(self, patience: float) -> int:
        """Begins nothing more and gives what is under way so many seconds. What is then cut off may have arrived."""
        self._closed = True
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=patience)
        late = list(self._tasks.values())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)

    def _begin_due(self) -> None:
        now = self._clock()
        for letter in self._outbox.due(now, self._at_once):
            if letter.chat in self._tasks or len(self._tasks) >= self._at_once:
                continue
            screen = self._rendered(letter)
            if screen is None:
                self._outbox.drop(letter.id, "no news any more")
                self.wake()  # for the letter behind it
            elif self._outbox.claim(letter.id, now):
                self._begin(letter, screen)

    def _begin(self, letter: Letter, screen: Screen) -> None:
        task = asyncio.create_task(self._deliver(letter, screen))
        self._tasks[letter.chat] = task
        task.add_done_callback(lambda _done: self._ended(letter.chat))

    def _ended(self, chat: ChatId) -> None:
        """Looks for more when half of the places are free: with thousands waiting, each look costs milliseconds."""
        self._tasks.pop(chat, None)
        if len(self._tasks) <= self._at_once // 2:
            self.tick()

    def _rendered(self, letter: Letter) -> Screen | None:
        """A letter that cannot be shown must not hold up those behind it."""
        try:
            return self._render(letter)
        except Exception:
            log.exception("letter %d cannot be shown and is given up", letter.id)
            return None

    async def _deliver(self, letter: Letter, screen: Screen) -> None:
        try:
            await self._send(letter, screen)
        except NotFound:
            log.info("letter %d went with its chat", letter.id)
        except Exception as error:
            log.exception("letter %d failed", letter.id)
            self._after_a_crash(letter, type(error).__name__)

    async def _send(self, letter: Letter, screen: Screen) -> None:
        chat = self._chats.get(letter.chat)
        place = Place(
            chat.telegram_id,
            reply_to=self._answered(letter),
            silent=letter.silent,
            urgency=Urgency(letter.priority),
        )
        target, replaced = letter.edits or self._target(letter), self._replaced(letter)
        try:
            if target is not None:
                message = await self._messages.edit(place, target, screen)
            else:
                again = letter.priority is Rank.CRITICAL and letter.unanswered
                message = await self._messages.send(place, repeated(screen) if again else screen)
        except TelegramError as error:
            self._failed(letter, chat, error, edits=target is not None)
        else:
            self._mark(lambda: self._outbox.sent(letter.id, message, self._clock()))
            if replaced is not None and replaced != message:
                await self._strip(place, replaced)

    async def _strip(self, place: Place, message: MessageId) -> None:
        """Buttons that stay after all still do what they say."""
        try:
            await self._messages.strip(place.chat, message)
        except TelegramError as error:
            log.info("the buttons of message %d stay: %s", message, error.message)

    def _failed(self, letter: Letter, chat: Chat, error: TelegramError, *, edits: bool) -> None:
        now = self._clock()
        match trouble(error):
            case Wait(time):
                self._again(letter, now + time, error.message)
            case Migrated(new):
                self._routes.migrated(chat.telegram_id, new)
                self._again(letter, now + (_pause(letter) if letter.attempts else timedelta()), error.message)
            case Gone(why):
                self._routes.unreachable(chat.telegram_id, why)
                self._again(letter, now, why)  # a paused chat gets nothing; back again, it is told while it is news
            case Rejected(text):
                log.error("Telegram rejects letter %d: %s", letter.id, text)
                self._mark(lambda: self._outbox.dead(letter.id, text))
            case Unknown() if not edits:
                self._unanswered(letter)
            case Unknown() | Lost():
                self._again(letter, now + _pause(letter), error.message)

    def _unanswered(self, letter: Letter) -> None:
        """It may have arrived. One more attempt; only what is critical goes on until an answer comes."""
        if not letter.unanswered:
            self._again(letter, self._second_try(letter), UNANSWERED)
        elif letter.priority is Rank.CRITICAL:
            self._again(letter, self._clock() + LONGEST_PAUSE, UNANSWERED)
        else:
            self._mark(lambda: self._outbox.dead(letter.id, f"{UNANSWERED}, twice"))

    def _second_try(self, letter: Letter) -> datetime:
        at_once = letter.priority <= Rank.CRITICAL or letter.edits is not None
        return self._clock() + (timedelta() if at_once else SECOND_TRY_AFTER)

    def _again(self, letter: Letter, at: datetime, why: str) -> None:
        if letter.unanswered and not why.startswith(UNANSWERED):
            why = f"{UNANSWERED}; {why}"
        self._mark(lambda: self._outbox.again(letter.id, at, why))

    def _after_a_crash(self, letter: Letter, what: str) -> None:
        if letter.attempts < MOST_CRASHES:
            self._again(letter, self._clock() + LONGEST_PAUSE, what)
        else:
            self._mark(lambda: self._outbox.dead(letter.id, what))

    def _mark(self, mark: Callable[[], object]) -> None:
        """Until it is written the letter counts as being sent, so that nothing is sent twice."""
        self._unmarked.append(mark)
        try:
            self._write_marks()
        except StorageError as error:
            log.warning("the fate of a letter cannot be written yet: %s", error)

    def _write_marks(self) -> None:
        while self._unmarked:
            self._unmarked[0]()
            del self._unmarked[0]

    def _expire(self) -> None:
        now = self._clock()
        if self._expired_until is None or now - self._expired_until >= EXPIRE_EVERY:
            self._outbox.expire(now)
            self._expired_until = now


def _pause(letter: Letter) -> timedelta:
    """1, 2, 4 … 60 seconds; `attempts` is the count before this one."""
    return min(LONGEST_PAUSE, timedelta(seconds=2 ** min(letter.attempts, 6)))
