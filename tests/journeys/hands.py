"""What a person's hands do in the stories: write and wait for the answer, find a button and tap it, forge one."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from tests.stage import Json, Person, Stage, eventually, labels, staged


def small_market(folder: Path, **options: Any) -> AbstractAsyncContextManager[Stage]:
    """A stage whose marketplace has a dozen servers, which is made quickly.

    Of the demo's orders, 400019 is rented on demand, 400020 a bid that holds its machine with 0.00008265 BTC, and
    400024 a bid that waits.
    """
    return staged(folder, servers=12, **options)


async def asks(person: Person, text: str, *words: str) -> Json:
    """Writes, and waits for an answer below it that holds these words."""
    said = await person.says(text)
    return await person.sees(*words, after=said["message_id"])


async def taps(person: Person, label: str, *words: str) -> Json:
    """Waits for a button whose label holds this, taps the newest one, and waits for a message with these words."""

    async def there() -> bool | None:
        return any(label in each for message in await person.messages() for each in labels(message)) or None

    await eventually(there, f"a button {label!r}", person.screenful)
    await person.presses(label)
    return await person.sees(*words)


async def data_of(person: Person, label: str) -> str:
    """What the newest button whose label holds this would send."""
    for message in reversed(await person.from_bot()):
        for row in message.get("reply_markup", {}).get("inline_keyboard", []):
            for button in row:
                if label in button["text"]:
                    return str(button["callback_data"])
    raise AssertionError(f"no button says {label!r}")


async def forges(person: Person, data: str, message: int | None = None) -> str:
    """Presses a button that may stand nowhere, as a modified client can, and returns the line that answers it."""
    more = {} if message is None else {"message": message}
    press = await person.stage.post("press", chat=person.chat, user=person.user, data=data, forged=True, **more)
    return await answer_of(person, press)


async def answer_of(person: Person, press: Json) -> str:
    """The line that Telegram was given for a press; the empty one stops the spinning only."""

    assert isinstance(person.stage, Stage)
    calls = person.stage.telegram.calls

    async def answered() -> str | None:
        for call in calls.find("answerCallbackQuery"):
            if call.params.get("callback_query_id") == press["callback_id"]:
                return str(call.params.get("text") or "")
        return None

    found: str = await eventually(answered, f"an answer to the press {press['callback_id']}")
    return found


async def taps_at_once(person: Person, label: str, times: int) -> list[str]:
    """Taps one button so many times before the first answer can come; what each press was answered."""
    data = await data_of(person, label)
    presses = [person.stage.post("press", chat=person.chat, user=person.user, data=data) for _ in range(times)]
    return await asyncio.gather(*(answer_of(person, press) for press in await asyncio.gather(*presses)))
