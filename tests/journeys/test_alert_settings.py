"""`/alerts`: what is open, how loudly each type is told, a mute, and a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.hands import asks, forges, taps
from tests.journeys.stories import by_hand, polled, rental, renter, sent, silent, told
from tests.stage import Person, Stage, eventually, labels

pytestmark = pytest.mark.looptime

HOUR = 3600


async def test_what_is_open_is_listed_with_its_severity_and_age(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 1, left=25))
        await polled(stage)
        await asks(ada, "/alerts", "none open", "Quiet hours: none")
        _age(stage, 24.3)
        await told(stage, "ends soon")
        await asks(ada, "/alerts", "1 open", "Critical", "Order expiring", "#1", "main", "began", "Data from")


async def test_a_type_is_silent_then_off_by_one_press_each(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 1, left=25))
        await polled(stage)
        await asks(ada, "/alerts", "none open")
        await taps(ada, "Loudness", "A press changes one")
        await _becomes(ada, "Order expiring: on", "Order expiring: silent")
        _age(stage, 19.5)
        assert silent(await told(stage, "ends soon", "Warning"))
        await _becomes(ada, "Order expiring: silent", "Order expiring: off")
        _age(stage, 4.8)
        await polled(stage, 3)
        assert len(sent(stage, "ends soon")) == 1
        await asks(ada, "/alerts", "1 open", "Critical")
        await _is_refused(ada, "1:qL:NO_SUCH:on:0")
        await _is_refused(ada, "1:qL:SPOT_OUTBID:loud:0")


async def test_all_is_muted_and_the_end_of_it_tells_what_was_held(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 1, left=25))
        await polled(stage)
        await asks(ada, "/alerts", "none open")
        await taps(ada, "🔕 8 h", "Muted; it ends")
        _age(stage, 19.5)
        await polled(stage, 2)
        assert not sent(stage, "ends soon")
        await taps(ada, "End mute", "Quiet hours: none")
        await ada.sees("While it was quiet", "1 still open")
        assert silent(await told(stage, "ends soon", "#1"))


async def test_a_test_alert_looks_and_sounds_like_one_and_says_what_it_is(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await renter(stage, rental(stage, 1, left=25))
        await asks(ada, "/alerts", "none open")
        await taps(ada, "Send a test alert", "🧪 Test", "Warning", "Funds for", "made up")
        assert not silent(sent(stage, "made up")[0])
        await taps(ada, "🔕 1 h", "Muted")
        await ada.presses("Send a test alert")

        async def two() -> bool | None:
            return len(sent(stage, "made up")) == 2 or None

        await eventually(two, "a second test", ada.screenful)
        assert silent(sent(stage, "made up")[1])


async def _becomes(ada: Person, before: str, after: str) -> None:
    await ada.presses(before)

    async def there() -> bool | None:
        return any(after in each for message in await ada.messages() for each in labels(message)) or None

    await eventually(there, after, ada.screenful)


def _age(stage: Stage, hours: float) -> None:
    stage.clore.act("age", key=stage.clore.calls()[-1].key, seconds=int(hours * HOUR))


async def _is_refused(ada: Person, data: str) -> None:
    before = (await ada.last())["message_id"]
    await forges(ada, data)
    await ada.sees("does not work", after=before)
