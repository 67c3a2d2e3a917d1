"""The coins run out: when that is told, how it gets worse, and when it is over."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.journeys.stories import (
    SERVER,
    auction,
    bid,
    coins,
    edited,
    offer,
    polled,
    rental,
    renter,
    sent,
    silent,
    told,
)
from tests.stage import Stage, staged

pytestmark = pytest.mark.looptime

BURN = Decimal("0.0001") * Decimal("1.05")
"""Of one rental, a day."""


async def test_it_is_told_after_two_samples_and_two_minutes(tmp_path: Path) -> None:
    async with staged(tmp_path, demo=False, servers=0) as stage:
        await renter(stage, rental(stage, 1, left=70))
        await polled(stage)
        _lasts(stage, hours=20)
        looks = await polled(stage)
        assert not sent(stage, "Funds for")
        alarm = await told(stage, "Funds for", "Warning")
        assert 120 <= alarm.at - looks[0].at <= 190
        assert not silent(alarm)
        await polled(stage, 2)
        assert len(sent(stage, "Funds for")) == 1


async def test_it_gets_worse_in_stages_and_ends_only_with_room_to_spare(tmp_path: Path) -> None:
    async with staged(tmp_path, demo=False, servers=0) as stage:
        await renter(stage, rental(stage, 1, left=70))
        _lasts(stage, hours=20)
        warning = await told(stage, "Funds for", "Warning")
        _lasts(stage, hours=5)
        worse = await told(stage, "Funds for", "Critical")
        assert worse.params["reply_parameters"]["message_id"] == warning.answer["result"]["message_id"]
        _lasts(stage, hours=0.5)
        await polled(stage, 2)
        assert len(sent(stage, "Funds for", "Critical")) == 2
        _lasts(stage, hours=25)
        await polled(stage, 7)
        assert not edited(stage, "Resolved"), "an hour above the bound is no end"
        _lasts(stage, hours=60)
        deposited = stage.seconds()
        await polled(stage, 8)
        (over,) = edited(stage, "Resolved")
        assert over.at - deposited >= 300
        assert len(sent(stage, "Funds for")) == 3


async def test_one_bad_reading_is_no_news(tmp_path: Path) -> None:
    async with staged(tmp_path, demo=False, servers=0) as stage:
        await renter(stage, rental(stage, 1, left=70))
        await polled(stage)
        for _ in range(2):
            _lasts(stage, hours=0.5)
            await polled(stage)
            _lasts(stage, hours=600)
            await polled(stage)
        await polled(stage, 2)
        assert not sent(stage, "Funds for")


async def test_waiting_bids_burn_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path, demo=False, servers=0) as stage:
        rival = offer(900, 0.0003, mine=False)
        market = {str(SERVER + 1): auction(offer(1, 0.0002, active=False), rival)}
        await renter(stage, bid(stage, 1, 0.0002), markets=market, wallets=coins("0.00001"))
        await polled(stage, 4)
        assert not sent(stage, "Funds for")


def _lasts(stage: Stage, hours: float) -> None:
    world, key = stage.clore.world, stage.clore.calls()[-1].key
    account = world.account_of(key)
    assert account is not None
    world.advance(stage.seconds())
    world.set_balance(account.id, "bitcoin", BURN * Decimal(str(hours)) / 24)
