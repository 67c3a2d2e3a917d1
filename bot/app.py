"""Puts the parts together, in the order in which they start, and takes them apart in the order in which they stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import httpx
from telegram import Update
from telegram.error import InvalidToken, NetworkError
from telegram.ext import Application, ApplicationBuilder, TypeHandler
from telegram.request import HTTPXRequest

from bot.clore.client import Clore
from bot.config import Settings
from bot.services.clock import Clock, wall_clock
from bot.services.house import House, build
from bot.services.housekeeping import Housekeeping
from bot.services.probe import NOWHERE, Connector, Network
from handlers.arrivals import ALLOWED_UPDATES
from handlers.dispatch import Dispatch
from handlers.errors import Errors, Reports
from handlers.jobs import Delivery
from handlers.letters import Letters
from handlers.menus import Profile, publish
from handlers.messages import Messages
from handlers.outgoing import Outgoing
from handlers.per_chat import PerChat
from handlers.polling import Polling, PollingRequest
from handlers.routes import FrontDoor
from handlers.ticker import Ticker
from handlers.updates import DurableQueue
from handlers.views.start import DESCRIPTION, SHORT_DESCRIPTION
from storage.store import Store

log = logging.getLogger(__name__)

WRITES_SECONDS: Final = 8.0
"""What a stop gives to requests under way, of the ten seconds in which it must be over."""
ANSWERS_SECONDS: Final = 1.0
POLL_TIMEOUT: Final = timedelta(seconds=10)
READ_SECONDS: Final = 20.0
POOL_SECONDS: Final = 10.0
FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class World:
    """How the process reaches everything outside itself; tests put their own in its place."""

    clore: httpx.AsyncClient
    telegram: Callable[[], httpx.AsyncBaseTransport]
    """A transport for Bot API calls; asked for twice, since polling has a connection of its own."""
    clock: Clock = wall_clock
    connector: Connector | None = None
    """How new rentals are tried; `None`: over the internet, unless CLORE.AI itself is a simulation on this machine."""
    heartbeat: bool = True
    """Whether the job queue calls the tick. Its scheduler reads the wall clock, so under virtual time a test calls it."""


@dataclass(slots=True)
class App:
    """One running bot. `ended` is set with the exit code once it should stop by itself."""

    store: Store
    house: House
    application: Application[Any, Any, Any, Any, Any, Any]
    queue: DurableQueue
    per_chat: PerChat
    delivery: Delivery
    ticker: Ticker
    door: FrontDoor
    polling: Polling
    heartbeat: bool
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    exit_code: int = 0

    async def start(self) -> None:
        """Comes up in the order in which things need each other. Raises `telegram.error.InvalidToken`."""
        await self._meet_telegram()
        me = self.application.bot.bot
        self.door.bot_link = f"https://t.me/{me.username}?start=private"
        self.door.bot_address = f"https://t.me/{me.username}"
        self.delivery.recover()
        resumed = self.house.writes.resume(), self.queue.resume(self.application.bot)
        if any(resumed):
            log.info("taking up %d changes and %d updates of the last run", *resumed)
        self.house.batches.resume()
        await self.application.start()
        assert self.application.updater is not None
        await self.application.updater.start_polling(
            poll_interval=0.0,
            timeout=POLL_TIMEOUT,
            bootstrap_retries=-1,
            allowed_updates=list(ALLOWED_UPDATES),
            error_callback=self.polling.failed,
        )
        if self.heartbeat and self.application.job_queue is not None:
            self.ticker.schedule(self.application.job_queue)
        self.ticker.tick()
        self.house.tasks.start("menus", self._publish())
        log.info("ready")

    async def _meet_telegram(self) -> None:
        """The first call of all. A start without network waits for it."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                await self.application.initialize()
                return
            except InvalidToken:
                raise
            except NetworkError as error:
                self.polling.failed(error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _publish(self) -> None:
        installation = self.store.installation
        known = installation.menu()
        profile = Profile(self.door.commands(), DESCRIPTION, SHORT_DESCRIPTION)
        published = await publish(self.application.bot, profile, known)
        if published is not None and published != known:
            installation.published(published)

    async def stop(self) -> None:
        """Takes nothing new, finishes or leaves recorded what is under way, within ten seconds."""
        updater = self.application.updater
        closing = asyncio.create_task(updater.stop()) if updater is not None and updater.running else None
        answered, written = await asyncio.gather(
            self.per_chat.stop(ANSWERS_SECONDS), self.house.tasks.close(WRITES_SECONDS)
        )
        await self.ticker.stop(ANSWERS_SECONDS)
        await self.delivery.stop(ANSWERS_SECONDS)
        if answered or written:
            log.info("left for the next start: %d updates, %d requests under way", answered, written)
        if closing is not None:
            with contextlib.suppress(InvalidToken):  # polling died of it, and has said so
                await closing
        if self.application.running:
            await self.application.stop()
        await self.application.shutdown()
        await self.application.bot.shutdown()  # where Telegram was never met, the application leaves its clients open
        log.info("stopped")

    def tick(self) -> None:
        """One beat of the clock, without the job queue: what a test calls."""
        self.ticker.tick()

    def end(self, code: int) -> None:
        self.exit_code = code
        self.ended.set()


def assemble(settings: Settings, store: Store, world: World) -> App:
    """The parts, connected and not yet started."""
    clore = Clore(
        world.clore,
        now=world.clock,
        base_url=settings.clore_api_url,
        gap_seconds=settings.clore_gap.total_seconds(),
        create_gap_seconds=settings.clore_create_gap.total_seconds(),
    )
    wakes: list[Callable[[], None]] = []

    def wake() -> None:
        for each in wakes:
            each()

    house = build(
        store,
        clore,
        world.clock,
        wake=wake,
        poll_every=settings.poll_every,
        connector=world.connector or (NOWHERE if settings.clore_is_here else Network()),
        allowed=settings.allowed_users,
        operators=settings.operators,
    )
    app_slot: list[App] = []
    polling = Polling(lasting=lambda: app_slot[0].end(3), rejected=lambda: app_slot[0].end(2))
    queue, per_chat, door = DurableQueue(store.inbox, world.clock), PerChat(), FrontDoor(house)
    application = _application(settings, world, queue, per_chat, polling)
    messages = Messages(application.bot, store.vanishings, world.clock)
    letters = Letters(house)
    delivery = Delivery(
        store.outbox,
        store.chats,
        messages,
        door,
        world.clock,
        render=letters.render,
        target=letters.target,
        answered=letters.answered,
        replaced=letters.replaced,
    )
    wakes.append(delivery.wake)
    dispatch = Dispatch(application.bot, door, messages, per_chat, queue.handled)
    queue.acts = dispatch.acts
    application.add_handler(TypeHandler(Update, dispatch))
    application.add_error_handler(Errors(messages, report=Reports(house, messages)))
    housekeeping = Housekeeping(store, world.clock)
    ticker = Ticker(
        {
            "watch": house.watch.tick,
            "stops": house.stops.tick,
            "lowerings": house.lowerings.tick,
            "guards": house.guards.tick,
            "lookout": house.lookout.tick,
            "first minutes": house.first_minutes.tick,
            "favourites": house.favourites.tick,
            "quiet": house.quiet.tick,
            "letters": delivery.tick,
            "updates": queue.tick,
            "vanishing": messages.take_away_due,
            "housekeeping": housekeeping.tick,
        }
    )
    app = App(
        store=store,
        house=house,
        application=application,
        queue=queue,
        per_chat=per_chat,
        delivery=delivery,
        ticker=ticker,
        door=door,
        polling=polling,
        heartbeat=world.heartbeat,
    )
    app_slot.append(app)
    return app


def _application(
    settings: Settings, world: World, queue: DurableQueue, per_chat: PerChat, polling: Polling
) -> Application[Any, Any, Any, Any, Any, Any]:
    times: dict[str, Any] = {"read_timeout": READ_SECONDS, "pool_timeout": POOL_SECONDS}
    builder = (
        ApplicationBuilder()
        .token(settings.telegram_token)
        .base_url(f"{settings.telegram_api_url}/bot")
        .base_file_url(f"{settings.telegram_api_url}/file/bot")
        .request(HTTPXRequest(httpx_kwargs={"transport": world.telegram()}, **times))
        .get_updates_request(PollingRequest(polling, httpx_kwargs={"transport": world.telegram()}, **times))
        .rate_limiter(Outgoing())
        .update_queue(queue)
        .concurrent_updates(per_chat)
    )
    return builder.build() if world.heartbeat else builder.job_queue(None).build()
