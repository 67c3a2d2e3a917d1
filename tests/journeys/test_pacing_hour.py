"""An hour of watching and tapping: CLORE.AI never has to refuse a request, and a tap never waits behind the watch."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from tests.stage import Person, Stage, connected, shown, staged

pytestmark = pytest.mark.looptime

KEYS = 3
BIDS = 5
TAPS = 40
LATENCY = 0.9
GAP = 1.3


async def test_an_hour_of_polls_and_taps_is_never_refused(tmp_path: Path) -> None:
    async with staged(tmp_path, demo=False, latency=LATENCY) as stage:
        chance = random.Random(7)
        people = [await _renter(stage, 201 + number) for number in range(KEYS)]
        end = asyncio.get_running_loop().time() + 3600
        await asyncio.gather(*(_tapping(person, chance, end) for person in people))
        answered = stage.clore.calls()
        assert len(answered) > KEYS * 60 * (2 + BIDS) * 0.9, "the watch kept its pace"
        assert [entry for entry in answered if entry.status != 200] == []


async def test_a_tap_waits_for_one_request_and_one_gap_at_most(tmp_path: Path) -> None:
    async with staged(tmp_path, demo=False, latency=LATENCY) as stage:
        person = await _renter(stage, 201)
        loop = asyncio.get_running_loop()
        for wait in (61.0, 62.1, 63.7, 64.9):
            await asyncio.sleep(wait)
            shown_before = (await person.last())["message_id"]
            asked = loop.time()
            await person.presses("Refresh")
            await _changed(person, shown_before, asked)
            assert loop.time() - asked <= LATENCY + GAP + LATENCY + 0.5, "one in flight, one gap, its own answer"


async def _changed(person: Person, message: int, asked: float) -> None:
    """Until the list says that it was read after this moment."""
    before = shown(await person.last())
    while shown(await person.last()) == before:
        await asyncio.sleep(0.05)
        assert asyncio.get_running_loop().time() - asked < 60


async def _renter(stage: Stage, user: int) -> Person:
    await stage.post("user", id=user, first_name=f"Renter {user}", language_code="en")
    key = stage.clore.add_key()
    orders, markets = _bids(user * 100, stage.seconds())
    stage.clore.load(
        {
            "servers": [_server(each) for number in range(KEYS) for each in _ids((201 + number) * 100)],
            "wallets": [{"name": "bitcoin", "balance": 0.5, "deposit": "bc1qexample", "withdrawal_fee": 0.0001}],
            "orders": orders,
            "markets": markets,
        },
        key=key,
    )
    person = await connected(stage, key, Person(stage, user))
    await person.says("/orders")
    await person.sees("Rentals", "5 of")
    return person


async def _tapping(person: Person, chance: random.Random, end: float) -> None:
    loop = asyncio.get_running_loop()
    while loop.time() < end:
        await asyncio.sleep(chance.uniform(20, 180))
        await person.says(chance.choice(("/orders", "/wallets", f"/order {person.user * 100}", "/status")))


def _ids(first: int) -> list[int]:
    return [first + number for number in range(BIDS)]


def _server(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "owner": 5,
        "mrl": 72,
        "price": {"on_demand": {"bitcoin": 0.00005}, "spot": {"bitcoin": 0.00001}},
        "rented": False,
        "specs": {
            "gpu": "2x NVIDIA GeForce RTX 3090",
            "gpuram": 24,
            "ram": 64,
            "net": {"up": 100, "down": 100, "cc": "DE"},
        },
    }


def _bids(first: int, now: float) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    orders = [
        {
            "id": number,
            "si": number,
            "price": 0.00002,
            "currency": "bitcoin",
            "mrl": 72 * 3600,
            "ct": int(now) - 600,
            "spot": True,
            "fee": 1.25,
            "spend": 0,
            "image": "cloreai/ubuntu20.04-jupyter",
        }
        for number in _ids(first)
    ]
    markets = {
        str(number): {
            "offers": [{"offer_id": number, "bid": 0.00002, "active": True, "my": True}],
            "server": {"min_pricing": {"bitcoin": 0.00001}, "mrl": 72 * 3600, "visibility": "public", "online": True},
        }
        for number in _ids(first)
    }
    return orders, markets
