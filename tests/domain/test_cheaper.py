"""Which machines could stand in for a rental and cost less."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.cheaper import Cheaper, Worse, cheaper, keeps_up
from bot.domain.hardware import Specs
from bot.domain.ids import OrderId, ServerId
from bot.domain.market import Listing
from bot.domain.money import BITCOIN, CLORE, Money, Rates
from bot.domain.rental import Order
from bot.domain.spending import Wallet

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SPECS = Specs(
    gpu="2x NVIDIA GeForce RTX 4090",
    gpu_ram_gb=Decimal(24),
    ram_gb=Decimal(64),
    down_mbit=Decimal(500),
    up_mbit=Decimal(300),
    country="DE",
)
ORDER = Order(
    OrderId(7),
    ServerId(1),
    Money(Decimal("0.0002"), BITCOIN),
    NOW - timedelta(hours=2),
    timedelta(hours=72),
    fee_percent=Decimal(5),
    specs=SPECS,
)
RATES = Rates({BITCOIN: Decimal(20_000), CLORE: Decimal("0.01")}, NOW)
WALLETS = (Wallet(BITCOIN, Decimal(1)), Wallet(CLORE, Decimal(10_000)))


def listing(number: int, bitcoin: str | None = "0.0001", clore: str | None = None, **more: object) -> Listing:
    prices = {coin: Decimal(price) for coin, price in ((BITCOIN, bitcoin), (CLORE, clore)) if price is not None}
    usual = Listing(
        ServerId(number), on_demand=prices, specs=SPECS, reliability=Decimal("0.99"), max_length=timedelta(hours=168)
    )
    return replace(usual, **more)  # type: ignore[arg-type]


OWN = listing(1, "0.0002", rented=True)


def found(*listings: Listing, own: Listing | None = OWN, rates: Rates | None = RATES) -> tuple[Cheaper, ...]:
    return cheaper(ORDER, own, listings, WALLETS, rates, NOW)


def test_the_cheapest_comes_first_with_its_saving() -> None:
    best, second = found(listing(5, "0.00015"), listing(6, "0.0001"), listing(7, "0.0003"))
    assert [best.listing.id, second.listing.id] == [6, 5]
    assert best.saving_in_coin == Money(Decimal("0.000105"), BITCOIN)
    assert best.saving == Decimal("2.1")


def test_coins_are_compared_in_dollars() -> None:
    (only,) = found(listing(5, "0.00019", clore="200"))
    assert only.quote.price == Money(Decimal(200), CLORE)
    assert only.saving == Decimal("2.1")
    assert only.saving_in_coin is None


def test_without_rates_only_the_same_coin_can_be_compared() -> None:
    assert [each.listing.id for each in found(listing(5), listing(6, None, clore="1"), rates=None)] == [5]


def test_a_coin_that_the_wallet_does_not_reach_for_is_left_out() -> None:
    poor = (Wallet(BITCOIN, Decimal(0)), Wallet(CLORE, None))
    assert cheaper(ORDER, OWN, [listing(5, clore="1")], poor, RATES, NOW) == ()


def test_the_same_price_saves_nothing() -> None:
    assert found(listing(5, "0.0002")) == ()


@pytest.mark.parametrize(
    ("other", "good"),
    [
        (listing(5), True),
        (listing(5, rented=True), False),
        (listing(1), False),
        (listing(5, specs=replace(SPECS, ram_gb=Decimal("57.6"))), True),
        (listing(5, specs=replace(SPECS, ram_gb=Decimal("57.5"))), False),
        (listing(5, specs=replace(SPECS, ram_gb=None)), False),
        (listing(5, specs=replace(SPECS, gpu_ram_gb=Decimal(23))), False),
        (listing(5, reliability=Decimal("0.98")), True),
        (listing(5, reliability=Decimal("0.979")), False),
        (listing(5, reliability=None), False),
    ],
)
def test_what_keeps_up(other: Listing, good: bool) -> None:
    assert keeps_up(ORDER, OWN, other) is good


def test_what_is_not_known_of_the_rental_is_not_asked_of_others() -> None:
    bare = replace(ORDER, specs=Specs(gpu=SPECS.gpu))
    assert keeps_up(bare, None, listing(5, reliability=None, specs=Specs(gpu=SPECS.gpu)))


def test_in_what_it_is_worse_is_named() -> None:
    weak = replace(SPECS, ram_gb=Decimal(60), country="US", down_mbit=Decimal(100), up_mbit=Decimal(299))
    (only,) = found(listing(5, specs=weak, reliability=Decimal("0.985"), max_length=timedelta(hours=24)))
    assert only.worse == (Worse.RELIABILITY, Worse.COUNTRY, Worse.DOWN, Worse.RAM, Worse.LENGTH)
    (equal,) = found(listing(6))
    assert equal.worse == ()


@given(
    st.lists(
        st.builds(
            listing,
            st.integers(1, 30),
            st.none() | st.decimals("0.00001", "0.0004", places=6).map(str),
            st.none() | st.integers(1, 900).map(str),
            rented=st.booleans(),
            reliability=st.none() | st.decimals(0, 1, places=3),
        ),
        max_size=12,
    )
)
def test_whatever_is_offered_keeps_up_is_cheaper_and_can_be_paid(listings: list[Listing]) -> None:
    offered = found(*listings)
    costs = [each.usd_per_day for each in offered if each.usd_per_day is not None]
    assert costs == sorted(costs)
    for each in offered:
        assert keeps_up(ORDER, OWN, each.listing)
        assert each.saving is not None
        assert each.saving > 0
