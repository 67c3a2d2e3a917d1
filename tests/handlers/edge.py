"""The real Telegram edge over the Telegram stand-in, in process and in virtual time; behind it a house of scripted answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from telegram import Update
from telegram.ext import Application, ApplicationBuilder, TypeHandler

from bot.domain.ids import ChatId, ChatKind, MessageId, TelegramChatId, UserId
from bot.sandbox.telegram.app import TelegramStandIn
from bot.sandbox.telegram.calls import Call
from handlers.actions import Action, Close, ShowAccounts, decode
from handlers.arrivals import ALLOWED_UPDATES
from handlers.commands import COMMANDS
from handlers.dispatch import Dispatch
from handlers.errors import Errors
from handlers.jobs import Delivery
from handlers.messages import Messages
from handlers.outgoing import Outgoing
from handlers.per_chat import PerChat
from handlers.polling import Polling, PollingRequest
from handlers.screen import Press, Screen, Toast
from handlers.updates import DurableQueue
from handlers.visit import Answer, Arrival, Command, Decision, Deletion, InlineAnswer, Secret
from storage.letters import Letter
from storage.store import Store

TOKEN = "700:" + "sandbox-token-of-nobody-at-all"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANNA, BORIS = 1001, 1002
GROUP = -2001
SECRET = "SECRET-OF-NOBODY"

MENU = Screen("the menu", ((Press("Accounts", ShowAccounts()), Press("Close", Close())),))

Json = dict[str, Any]


def seconds() -> float:
    return asyncio.get_running_loop().time()


def clock() -> datetime:
    return START + timedelta(seconds=seconds())


async def until(condition: Callable[[], object], within: float = 60.0) -> None:
    """Waits for it in virtual time, which costs nothing."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - of whatever kind the condition is
            await asyncio.sleep(0.01)


@dataclass
class House:
    """The other side of `Routes`: answers as the test says, and remembers what it was asked."""

    store: Store
    answers: dict[str, Answer] = field(default_factory=dict)
    pressed_answers: dict[type[Action], Answer] = field(default_factory=dict)
    takes: float = 0.0
    fails: Exception | None = None
    decision: Callable[[Arrival, Action], Decision] = lambda _arrival, action: Decision(Toast("got it"), action)
    asked: list[tuple[str, Arrival, str]] = field(default_factory=list)
    asks_secret: bool = False
    most_file: int | None = None
    deletions: list[bool | None] = field(default_factory=list)
    urgent: frozenset[str] = frozenset()
    screens: list[tuple[Arrival, Screen, MessageId]] = field(default_factory=list)
    gone: list[tuple[int, str]] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    inline_asked: list[tuple[int, str]] = field(default_factory=list)
    moves: list[tuple[int, int]] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return [text for _, _, text in self.asked]

    def secret_in(self, arrival: Arrival, text: str, *, answers: bool) -> Secret | None:
        if answers and arrival.private and self.asks_secret:
            return Secret.ANSWER
        return Secret.API_KEY if SECRET in text else None

    def takes_file(self, arrival: Arrival) -> int | None:
        return self.most_file if arrival.private else None

    def at_once(self, arrival: Arrival, name: str) -> bool:
        if name in self.urgent:
            self.asked.append(("at once", arrival, name))
        return name in self.urgent

    def decide(self, arrival: Arrival, data: str) -> Decision:
        self.asked.append(("decide", arrival, data))
        return self.decision(arrival, decode(data))

    async def pressed(self, arrival: Arrival, decision: Decision) -> Answer:
        self.asked.append(("pressed", arrival, type(decision.action).__name__))
        await self._work()
        return decision.answer if decision.action is None else self.pressed_answers.get(type(decision.action))

    async def command(self, arrival: Arrival, name: str, arguments: str, *, deleted: Deletion | None) -> Answer:
        self.asked.append(("command", arrival, f"{name} {arguments}".strip()))
        self.deletions.append(None if deleted is None else deleted.done)
        await self._work()
        return self.answers.get(name)

    async def inline(self, user: UserId, text: str) -> InlineAnswer:
        self.inline_asked.append((user, text))
        return InlineAnswer()

    async def typed(self, arrival: Arrival, text: str, *, deleted: Deletion | None) -> Answer:
        self.asked.append(("typed", arrival, text))
        self.deletions.append(None if deleted is None else deleted.done)
        await self._work()
        return self.answers.get(text)

    def shown(self, arrival: Arrival, screen: Screen, message: MessageId) -> None:
        self.screens.append((arrival, screen, message))

    def unreachable(self, chat: TelegramChatId, why: str) -> None:
        self.gone.append((chat, why))
        known = self.store.chats.find(chat)
        if known is not None:
            self.store.chats.pause(known.id, why, clock())

    def reachable(self, chat: TelegramChatId) -> None:
        self.back.append(chat)

    def migrated(self, old: TelegramChatId, new: TelegramChatId) -> None:
        self.moves.append((old, new))
        self.store.chats.migrate(old, new)

    def commands(self) -> tuple[Command, ...]:
        return COMMANDS

    async def _work(self) -> None:
        await asyncio.sleep(self.takes)
        if self.fails is not None:
            raise self.fails


class Wire(httpx.AsyncBaseTransport):
    """The way to Telegram. `lost` are the errors of the next calls of a method; `after`: once they were carried out."""

    def __init__(self, telegram: TelegramStandIn) -> None:
        self._way = httpx.ASGITransport(telegram.app)
        self._lost: list[tuple[str, httpx.TransportError, bool]] = []
        self.tries: list[tuple[float, str]] = []

    def lose(self, method: str, *errors: httpx.TransportError, after: bool = False) -> None:
        self._lost += [(method, error, after) for error in errors]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        method = request.url.path.rpartition("/")[2]
        self.tries.append((seconds(), method))
        lost = next((one for one in self._lost if one[0] == method), None)
        if lost is None:
            return await self._way.handle_async_request(request)
        self._lost.remove(lost)
        if lost[2]:
            await self._way.handle_async_request(request)
        raise lost[1]


class Edge:
    """One run of the bot. `with_telegram` starts another one on the same store and the same Telegram."""

    def __init__(self, store: Store, telegram: TelegramStandIn) -> None:
        self.store = store
        self.telegram = telegram
        self.house = House(store)
        self.wire = Wire(telegram)
        self.person = httpx.AsyncClient(
            transport=httpx.ASGITransport(telegram.app), base_url="http://telegram/sim", timeout=None
        )
        self.ended: list[str] = []
        self.reports: list[str] = []
        self.polling = Polling(
            lasting=lambda: self.ended.append("conflict"), rejected=lambda: self.ended.append("rejected")
        )
        self.queue = DurableQueue(store.inbox, clock)
        self.per_chat = PerChat()
        self.outgoing = Outgoing()
        self.app = self._application()
        self.messages = Messages(self.app.bot, store.vanishings, clock)
        self.dispatch = Dispatch(self.app.bot, self.house, self.messages, self.per_chat, self.queue.handled)
        self.queue.acts = self.dispatch.acts
        self.app.add_handler(TypeHandler(Update, self.dispatch))
        self.app.add_error_handler(Errors(self.messages, self.reports.append))
        self.delivery = Delivery(
            store.outbox,
            store.chats,
            self.messages,
            self.house,
            clock,
            render=self.render,
            target=self.target,
            answered=lambda letter: self.answered.get(letter.once),
        )
        self.render_as: Callable[[Letter], Screen | None] = lambda letter: Screen(letter.body)
        self.targets: dict[str, MessageId] = {}
        self.answered: dict[str, MessageId] = {}

    def render(self, letter: Letter) -> Screen | None:
        return self.render_as(letter)

    def target(self, letter: Letter) -> MessageId | None:
        return self.targets.get(letter.once)

    async def start(self) -> None:
        await self.app.initialize()
        self.queue.resume(self.app.bot)
        await self.app.start()

    async def run(self) -> None:
        await self.start()
        await self.poll()

    async def poll(self) -> None:
        assert self.app.updater is not None
        await self.app.updater.start_polling(
            allowed_updates=ALLOWED_UPDATES, bootstrap_retries=-1, error_callback=self.polling.failed
        )

    async def stop(self) -> None:
        assert self.app.updater is not None
        if self.app.updater.running:
            await self.app.updater.stop()
        await self.per_chat.stop(1)
        await self.delivery.stop(1)
        if self.app.running:
            await self.app.stop()
        await self.app.shutdown()

    async def does(self, act: str, **body: Any) -> Json:
        answer = await self.person.post(f"/{act}", json=body)
        assert answer.status_code == 200, answer.text
        done: Json = answer.json()
        return done

    async def says(
        self, text: str, *, user: int = ANNA, chat: int | None = None, identity: str | None = None, **more: Any
    ) -> int:
        """`identity`: `anonymous_admin` or `channel`."""
        message = await self.does("message", user=user, chat=chat or user, text=text, **{"as": identity}, **more)
        number: int = message["message_id"]
        return number

    async def presses(self, label: str, *, user: int = ANNA, chat: int | None = None, **more: Any) -> None:
        await self.does("press", user=user, chat=chat or user, label=label, **more)

    async def settled(self) -> None:
        """Waits until every update that Telegram has was taken and is over."""
        async with asyncio.timeout(300):
            while not await self._quiet():  # noqa: ASYNC110 - the condition is another program's
                await asyncio.sleep(0.05)

    async def _quiet(self) -> bool:
        if self.per_chat.waiting or not self.queue.empty():
            return False
        state = (await self.person.get("/state")).json()
        return not any((state["updates"]["pending"], self.per_chat.waiting, self.queue.qsize()))

    async def tick_for(self, seconds: int) -> None:
        """What the job queue does: a tick each second."""
        for _ in range(seconds):
            self.delivery.tick()
            await asyncio.sleep(1)

    def calls(self, method: str, chat: int | None = None) -> list[Call]:
        return self.telegram.calls.find(method, chat)

    async def chat(self, chat: int = ANNA) -> list[Json]:
        """The messages of a chat that are not deleted."""
        answer = await self.person.get("/messages", params={"chat": chat, "limit": 1000})
        return [message for message in answer.json()["messages"] if not message["deleted"]]

    async def texts(self, chat: int = ANNA) -> list[str]:
        return [message["text"] for message in await self.chat(chat) if "text" in message]

    async def toasts(self, user: int = ANNA) -> list[str]:
        answer = await self.person.get("/toasts", params={"user": user})
        return [toast["text"] for toast in answer.json()]

    def letter(self, text: str, once: str = "", chat: int = ANNA, **more: Any) -> ChatId:
        """Puts a letter into the outbox."""
        kind: ChatKind = "private" if chat > 0 else "supergroup"
        own = self.store.chats.of(TelegramChatId(chat), kind, "a chat", clock())
        options: Json = {"priority": 3} | more
        self.store.outbox.put(own.id, None, once or text, "plain", body=text, now=clock(), **options)
        return own.id

    def _application(self) -> Application[Any, Any, Any, Any, Any, Any]:
        options = {"httpx_kwargs": {"transport": self.wire}}
        return (
            ApplicationBuilder()
            .token(TOKEN)
            .base_url("http://telegram/bot")
            .base_file_url("http://telegram/file/bot")
            .request(PollingRequest(self.polling, **options))
            .get_updates_request(PollingRequest(self.polling, **options))
            .rate_limiter(self.outgoing)
            .concurrent_updates(self.per_chat)
            .update_queue(self.queue)
            .job_queue(None)
            .build()
        )
