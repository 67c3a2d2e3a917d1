"""Balances, what burns them, how long they last, and where to send more."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.journeys.hands import asks, small_market, taps
from tests.journeys.stories import rental, renter
from tests.stage import connected, labels, shown

pytestmark = pytest.mark.looptime


async def test_each_coin_stands_for_itself_with_burn_and_runway(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/orders", "3 of at most 13")
        text = shown(await asks(ada, "/balance", "Wallets · by coin"))
        assert "0.00153 BTC ≈ $103 · burns 0.0000837 BTC (≈ $5.61) a day · lasts 18 days" in text
        assert "38.4 USD · burns nothing" in text
        assert "BTC: enough for 7 days" in text
        assert "withdrawal fee 0.0001 BTC" in text


async def test_a_balance_that_clore_leaves_out_is_not_called_zero(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        ada = await connected(stage, stage.clore.add_key())
        text = shown(await asks(ada, "/wallets", "Wallets"))
        assert "USD: CLORE.AI gave no balance" in text
        assert "0 USD" not in text


async def test_a_coin_that_nobody_has_a_rate_for_is_shown_alone(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        wallets = [
            {"name": "Doge<&>Coin", "balance": 3e-7, "deposit": "D<&>address"},
            {"name": "bitcoin", "balance": 0.001},
        ]
        ada = await renter(stage, rental(stage, 7, currency="Doge<&>Coin", price=1e-7), wallets=wallets)
        text = shown(await asks(ada, "/wallets", "0.0000003 Doge<&>Coin · burns 0.000000105 Doge<&>Coin a day"))
        assert "0.001 BTC" in text
        deposit = await taps(ada, "Deposit", "Send only the coin", "D<&>address")
        assert [label for label in labels(deposit) if "address" in label] == ["📋 Doge<&>Coin address"]


async def test_without_any_rate_no_dollar_is_claimed(tmp_path: Path) -> None:
    async with small_market(tmp_path, demo=False) as stage:
        stage.clore.fault("500", operation="marketplace", times=None)
        ada = await renter(stage, rental(stage, 7))
        for screen in ("/wallets", "/orders", "/order 7"):
            assert "$" not in shown(await asks(ada, screen, "BTC"))


async def test_deposit_addresses_stand_only_behind_their_button(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        assert "tb1q" not in shown(await asks(ada, "/wallets", "Wallets"))
        deposit = await taps(ada, "Deposit", "addresses by coin", "anything else is lost")
        assert "tb1q" in shown(deposit)
        assert "📋 BTC address" in labels(deposit)


async def test_an_outage_shows_the_last_balances_as_such(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        await asks(ada, "/wallets", "38.4 USD")
        stage.clore.act("down", on=True)
        await asyncio.sleep(300)
        await asks(ada, "/wallets", "38.4 USD", "did not answer just now; this is the last known", "5 min ago")
        await taps(ada, "Deposit", "addresses by coin", "this is the last known")


async def test_balances_that_were_never_read_are_unknown(tmp_path: Path) -> None:
    async with small_market(tmp_path) as stage:
        ada = await connected(stage)
        stage.clore.fault("500", operation="wallets", times=None)
        answer = await asks(ada, "/wallets", "CLORE.AI", "only a look")
        assert "Wallets" not in shown(answer)
