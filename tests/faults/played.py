"""A story that is played with a bot that is killed, and what must hold whenever and however often that happened."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bot.sandbox.telegram.calls import Call
from handlers.actions import Confirm, Decline, NotAnAction, decode
from tests.faults.killing import Kills, Mortal
from tests.journeys.followed import Doors
from tests.stage import ADA, Json, Person, labels, shown

PATIENCE: Final = 900.0
ENDS: Final = ("Rented", "probably not rented", "Running", "Deploying")
LOOKS_EVERY: Final = 0.25
QUIET_SECONDS: Final = 100.0
"""At the end of a story: letters that wait for another try have had it by then."""


@dataclass
class Played:
    """Ada before a bot that dies. She repeats nothing; `twice`: she taps what confirms twice, as fingers do."""

    stage: Mortal
    ada: Person
    twice: bool = False
    at: int = 0
    in_doubt: int = 0
    """Presses that bought nothing because the bot could not know whether they had."""
    confirmed: int = 0
    """Presses that are to buy something, a second tap not counted."""

    async def says(self, text: str, *words: str) -> Json:
        said = await self.ada.says(text)
        return await self.sees(*words, after=said["message_id"])

    async def taps(self, label: str, *words: str) -> Json:
        """Where she looks at, if the button is there, and on the newest otherwise."""
        await self.ada.presses(label, await self._button(label))
        return await self.sees(*words)

    async def confirms(self, label: str, *words: str, buys: int = 0) -> Json:
        message = await self._button(label)
        for _ in range(1 + self.twice):
            await self.ada.presses(label, message)
        self.confirmed += buys
        return await self.sees(*words)

    async def rents(self) -> int:
        """Confirms, and asks again as long as it ends in doubt, which only a kill or a fault may lead to. The order."""
        while True:
            before = self.stage.bought()
            message = await self._button("Rent for")
            for _ in range(1 + self.twice):
                await self.ada.presses("Rent for", message)
            self.confirmed += 1
            told, self.at = await self._ends(message), message
            new = [order for order in self.stage.bought() if order not in before]
            if new:
                assert f"#{new[0]}" in shown(told), f"bought {new}, and told: {shown(told)}"
                return new[0]
            assert "probably not rented" in shown(told), shown(told)
            self.in_doubt += 1
            await self.taps("Ask again…", "Rent this machine?")

    async def _ends(self, message: int) -> Json:
        """What becomes of a rental, in the message that it was confirmed in."""

        def there(chat: list[Json]) -> Json | None:
            found = next(each for each in chat if each["message_id"] == message)
            return found if any(words in shown(found) for words in ENDS) else None

        return await self._waits(there, "an end of the rental")

    async def sees(self, *words: str, after: int = 0) -> Json:
        """The newest message with these words, once there is one; she looks at it from then on."""

        def there(chat: list[Json]) -> Json | None:
            for message in reversed(chat):
                if message["message_id"] > after and all(word in shown(message) for word in words):
                    return message
            return None

        found = await self._waits(there, f"a message with {words}")
        self.at = found["message_id"]
        return found

    async def sees_either(self, *words: str) -> Json:
        """The newest message with one of these, once there is one."""

        def there(chat: list[Json]) -> Json | None:
            found = [each for each in chat if any(word in shown(each) for word in words)]
            return found[-1] if found else None

        return await self._waits(there, f"a message with one of {words}")

    async def _waits(self, look: Callable[[list[Json]], Json | None], what: str) -> Json:
        """Looks again whenever the bot has asked the world for anything."""
        loop = asyncio.get_running_loop()
        end, heard = loop.time() + PATIENCE, -1
        while loop.time() < end:
            if heard != self.stage.requests:
                heard = self.stage.requests
                if (found := look(await self.ada.from_bot())) is not None:
                    return found
            await asyncio.sleep(LOOKS_EVERY)
        raise AssertionError(f"{what} did not come within {PATIENCE:g} s\n{await self.ada.screenful()}")

    async def _button(self, label: str) -> int:
        def there(chat: list[Json]) -> Json | None:
            found = [each for each in chat if any(label in text for text in labels(each))]
            here = [each for each in found if each["message_id"] == self.at]
            return (here or found)[-1] if found else None

        return int((await self._waits(there, f"a button {label!r}"))["message_id"])


@dataclass(frozen=True, slots=True)
class Story:
    """`exactly`: whether each confirmed press must buy; where somebody stops it in between, it must not buy more.

    `every`: points from one kill to the next. A start takes half a dozen, the first one of all, which sets up the menus,
    twenty: with less a story would not get on any more.
    """

    name: str
    play: Callable[[Played], Awaitable[None]]
    options: Mapping[str, Any] = field(default_factory=dict)
    exactly: bool = True
    every: int = 23


@dataclass(frozen=True, slots=True)
class Run:
    """What became of one story."""

    story: str
    kills: Kills | None
    points: int
    died_at: tuple[tuple[int, str, float], ...]
    wanted: int
    in_doubt: int
    bought: int
    told: Counter[str]
    wrong: tuple[str, ...]

    def repeated(self, undisturbed: Run | None = None) -> Counter[str]:
        """What was sent more often than in the same story without a kill; without that, more often than once."""
        return self.told - (Counter(set(self.told)) if undisturbed is None else undisturbed.told)

    def faults(self, undisturbed: Run | None = None) -> tuple[str, ...]:
        """What does not hold. Each kill may repeat one message at the most: the one that was on its way."""
        more = self.repeated(undisturbed)
        if more.total() > len(self.died_at):
            return (*self.wrong, f"{len(self.died_at)} kills, and told once more: {dict(more)}")
        return self.wrong


async def played(folder: Path, story: Story, kills: Kills | None = None, *, twice: bool = False) -> Run:
    """Plays it to its end in a folder of its own."""
    options = {
        "demo": False,
        "servers": 0,
        "settings": {"BOT_POLL_SECONDS": "120"},
        "connector": Doors(),
        **story.options,
    }
    stage = Mortal(folder, kills, replays=twice, **options)
    it = Played(stage, Person(stage), twice)
    wrong: list[str] = []
    try:
        await stage.post("user", id=ADA, first_name="Ada", language_code="en")
        lives = asyncio.create_task(stage.lives())
        telling = asyncio.create_task(_told(it, story))
        await asyncio.wait({lives, telling}, return_when=asyncio.FIRST_COMPLETED)
        try:
            if lives.done():
                lives.result()
            try:
                telling.result()
            except AssertionError as error:
                wrong.append(str(error))
            stage.kills = None
            await asyncio.sleep(QUIET_SECONDS)
            wrong += await _wrong(it, story)
        finally:
            for task in (lives, telling):
                task.cancel()
            await asyncio.gather(lives, telling, return_exceptions=True)
    finally:
        await stage.close()
    told = Counter(_head(call) for call in _accepted(stage, "sendMessage"))
    return Run(
        story.name,
        kills,
        stage.points,
        tuple(stage.died_at),
        it.confirmed,
        it.in_doubt,
        len(stage.bought()),
        told,
        tuple(wrong),
    )


async def _told(it: Played, story: Story) -> None:
    await story.play(it)
    await asyncio.sleep(QUIET_SECONDS)


async def _wrong(it: Played, story: Story) -> list[str]:
    stage, store = it.stage, it.stage.store
    assert store is not None
    found = [*stage.errors, *map(str, await stage.lint())]
    bought = len(stage.bought())
    if bought > it.confirmed or (story.exactly and bought < it.confirmed - it.in_doubt):
        found.append(f"bought {bought}, confirmed {it.confirmed}")
    answered = {call.params["callback_query_id"] for call in _accepted(stage, "answerCallbackQuery")}
    if unanswered := [press for press in stage.presses if press not in answered]:
        found.append(f"{len(unanswered)} of {len(stage.presses)} presses were never answered")
    if waiting := store.inbox.pending():
        found.append(f"updates wait: {waiting}")
    if letters := {state: n for state, n in store.outbox.counts().items() if state in ("queued", "sending", "dead")}:
        found.append(f"letters wait: {letters}")
    if (sound := store.db.fetch("PRAGMA integrity_check")[0][0]) != "ok":
        found.append(f"the database: {sound}")
    found += [f"a question that was decided stands: {text}" for text in await _standing(it)]
    stage.look_for_leaks()
    found += sorted(set(stage.leaks))
    told = [call for call in stage.telegram.calls.find() if any(secret in str(call.params) for secret in stage.secrets)]
    found += [f"told openly: {_head(call)}" for call in told if not _may_tell(call)]
    return found


async def _standing(it: Played) -> list[str]:
    assert it.stage.store is not None
    found = []
    for message in await it.ada.from_bot():
        for row in message.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                try:
                    action = decode(button.get("callback_data", ""))
                except NotAnAction:
                    continue
                if isinstance(action, Confirm | Decline):
                    asked = it.stage.store.confirmations.find(action.token)
                    if asked is None or asked.used_at or asked.declined_at:
                        found.append(shown(message).partition("\n")[0])
    return sorted(set(found))


def _accepted(stage: Mortal, method: str) -> list[Call]:
    return [call for call in stage.telegram.calls.find(method) if call.answer["ok"]]


def _may_tell(call: Call) -> bool:
    """The one message that has to show a secret: it cannot be forwarded."""
    return bool(call.params.get("protect_content")) and "Access" in _head(call)


def _head(call: Call) -> str:
    """Its first line, without what differs from one time to the next."""
    return re.sub(r"\d+", "9", str(call.params["text"]).partition("\n")[0])
