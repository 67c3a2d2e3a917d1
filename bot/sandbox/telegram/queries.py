"""Callback and inline queries that wait for the bot's answer."""

import asyncio
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

Json = dict[str, Any]

MOST_SHOWN: Final = 100
"""Answers to inline queries from which a person can still choose."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button press; `at` is its time in seconds of the stand-in's clock."""

    id: str
    chat: int
    user: int
    at: float


class Queries:
    """Each query can be answered once, and a press only while its life lasts."""

    def __init__(self) -> None:
        self._presses: dict[str, Pressed] = {}
        self._inline: dict[str, asyncio.Future[Json]] = {}
        self._shown: dict[str, list[Json]] = {}
        self._numbers = count(4_382_000_000_000_000_001)

    def press(self, chat: int, user: int, at: float) -> Pressed:
        pressed = Pressed(str(next(self._numbers)), chat, user, at)
        self._presses[pressed.id] = pressed
        return pressed

    def answer_press(self, number: str, *, not_before: float) -> Pressed | None:
        """Takes the press away; None when it is unknown, was answered, or happened before `not_before`."""
        pressed = self._presses.pop(number, None)
        return pressed if pressed is not None and pressed.at >= not_before else None

    def shown(self, number: str, result: str) -> Json | None:
        """One of the results that the bot gave to an inline query not long ago."""
        return next((each for each in self._shown.get(number, ()) if each["id"] == result), None)

    def ask_inline(self) -> tuple[str, asyncio.Future[Json]]:
        """A new inline query and the future of its answer."""
        number = str(next(self._numbers))
        self._inline[number] = asyncio.get_running_loop().create_future()
        return number, self._inline[number]

    def answer_inline(self, number: str, answer: Json) -> bool:
        future = self._inline.pop(number, None)
        if future is None or future.done():
            return False
        future.set_result({"query": number, **answer})
        self._shown[number] = answer["results"]
        if len(self._shown) > MOST_SHOWN:
            del self._shown[next(iter(self._shown))]
        return True
