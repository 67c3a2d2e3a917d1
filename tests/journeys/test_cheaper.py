"""Cheaper equivalents of a running rental, from its card to the wizard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.hands import asks, data_of, forges, taps
from tests.journeys.machines import DOLLARS, SPECS, machine
from tests.journeys.stories import SERVER, Row, by_hand, ends, polled, rental, renter
from tests.stage import Person, Stage, labels, shown

pytestmark = pytest.mark.looptime

OWN = SERVER + 7
OTHERS = [machine(number, 0.0009) for number in range(900, 906)]
"""So many that a bitcoin has a rate, and all of them dearer."""


async def test_the_cheaper_ones_are_listed_with_saving_and_shortcomings(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        poor = {"ram": 60.0, "net": {"up": 300.0, "down": 50.0, "cc": "US"}}
        ada = await _with(stage, machine(31, 0.0001), machine(32, 0.00005, specs=poor, reliability=0.985))
        screen = await taps(ada, "💡 Cheaper?", "Cheaper equivalents", "#7", "Moving means a new machine")
        text = shown(screen)
        assert "no data moves with you" in text
        assert f"≈ ${0.00105 / 10 * DOLLARS:g}" in text, "0.0002 less 0.0001 a day, with 5 % fee"
        assert "but: reliability 98.5 %, in US, 50 Mbit/s down, 60 GB RAM" in text
        assert [each for each in labels(screen) if "Rent" in each] == [
            "🛒 Rent 32 · 0.0000525 BTC",
            "🛒 Rent 31 · 0.000105 BTC",
        ]
        assert (await data_of(ada, "Rent 32")).split(":")[:3] == ["1", "rS", "32"]


async def test_what_is_worse_than_the_rule_allows_is_no_equivalent(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await _with(
            stage,
            machine(31, 0.0001, reliability=0.9),
            machine(32, 0.0001, specs={"ram": 32.0}),
            machine(33, 0.0001, rented=True),
            machine(34, 0.0001, specs={"gpu": "2x NVIDIA GeForce RTX 3090"}),
            machine(35, 0.0001, specs={"gpu": "4x NVIDIA GeForce RTX 4090"}),
        )
        screen = await taps(ada, "💡 Cheaper?", "Cheaper equivalents", "none is as good")
        assert not [each for each in labels(screen) if "Rent" in each]


async def test_a_marketplace_that_does_not_answer_is_no_empty_one(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        stage.clore.fault("500", operation="marketplace", times=None)
        ada = await _with(stage, machine(31, 0.0001))
        await taps(ada, "💡 Cheaper?", "CLORE.AI does not answer")
        stage.clore.heal()
        await taps(ada, "Try again", "Cheaper equivalents", "0.000105 BTC")


async def test_cards_that_are_not_known_have_no_equal(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await _with(stage, machine(31, 0.0001), specs={"gpu": "6x Mixed GPUs"})
        await taps(ada, "💡 Cheaper?", "Nothing to compare", "#7")


async def test_a_rental_that_is_gone_has_nothing_to_compare(tmp_path: Path) -> None:
    async with by_hand(tmp_path) as stage:
        ada = await _with(stage, machine(31, 0.0001))
        data = await data_of(ada, "💡 Cheaper?")
        ends(stage, 7)
        await polled(stage, 3)
        await forges(ada, data)
        await ada.sees("Not found", "#7")


async def _with(stage: Stage, *machines: Row, **more: Any) -> Person:
    """Ada with rental 7 of 0.0002 BTC a day, on whose card these machines are offered beside dearer ones."""
    own = machine(OWN, 0.0002)
    order = rental(stage, 7, price=0.0002, **{"specs": SPECS, **more})
    ada = await renter(stage, order, servers=[own, *OTHERS, *machines])
    await polled(stage)
    await asks(ada, "/order 7", "#7")
    return ada
