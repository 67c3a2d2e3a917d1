"""What a listed machine truly costs, in the coins that its host takes."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.domain.ids import ServerId
from bot.domain.market import Listing
from bot.domain.money import BITCOIN, CLORE, USD, Money, Rates
from bot.domain.quote import Quote, can_pay, cheapest, dollars_per_day, quotes, suspicious
from bot.domain.spending import Wallet

AT = datetime(2026, 3, 1, tzinfo=UTC)
RATES = Rates({BITCOIN: Decimal(50_000), CLORE: Decimal("0.01")}, AT)


def listing(
    on_demand: dict[str, str], *, spot: dict[str, str] | None = None, takes: tuple[str, ...] | None = None
) -> Listing:
    return Listing(
        ServerId(6),
        on_demand={coin: Decimal(price) for coin, price in on_demand.items()},
        spot={coin: Decimal(price) for coin, price in (spot or {}).items()},
        allowed_coins=takes,
    )


def test_the_fee_is_five_percent_on_demand_and_one_and_a_quarter_by_spot() -> None:
    machine = listing({BITCOIN: "0.0001"}, spot={BITCOIN: "0.00008"})
    (asked,), (least,) = quotes(machine), quotes(machine, spot=True)
    assert asked == Quote(Money(Decimal("0.0001"), BITCOIN), Decimal(5), spot=False)
    assert asked.per_day == Money(Decimal("0.000105"), BITCOIN)
    assert asked.per_hour == Money(Decimal("0.000004375"), BITCOIN)
    assert asked.per_gpu(4) == Money(Decimal("0.00002625"), BITCOIN)
    assert least.spot
    assert least.per_day == Money(Decimal("0.000081"), BITCOIN)
    assert dollars_per_day(asked, RATES) == Decimal("5.25")


def test_a_price_in_a_coin_is_no_promise() -> None:
    prices = {BITCOIN: "0.0001", CLORE: "500", "new-coin": "7", USD: "0"}
    assert [quote.price.currency for quote in quotes(listing(prices))] == [BITCOIN, CLORE, "new-coin"]
    assert [quote.price.currency for quote in quotes(listing(prices, takes=(CLORE, USD)))] == [CLORE]
    assert quotes(listing(prices, takes=())) == ()
    assert quotes(listing({})) == ()


def test_the_cheapest_coin_is_the_cheapest_in_dollars() -> None:
    machine = listing(
        {BITCOIN: "0.0001", CLORE: "400", USD: "4.5", "new-coin": "0.01"}
    )  # 5, 4, 4.5 dollars, and who knows
    best = cheapest(machine, RATES)
    assert best is not None
    assert best.price == Money(Decimal(400), CLORE)
    without = cheapest(machine, None)
    assert without is not None
    assert without.price.currency == USD, "a dollar is a dollar even where no rate is known"
    last = cheapest(listing({"new-coin": "1"}), RATES)
    assert last is not None
    assert dollars_per_day(last, RATES) is None
    assert cheapest(listing({}), RATES) is None


@pytest.mark.parametrize(
    ("prices", "odd"),
    [
        ({BITCOIN: "0.0001", CLORE: "650"}, False),  # 5 and 6.5 dollars: exactly 30 %
        ({BITCOIN: "0.0001", CLORE: "651"}, True),
        ({BITCOIN: "0.0001", USD: "3"}, True),
        ({BITCOIN: "0.0001", "new-coin": "1000"}, False),
        ({BITCOIN: "0.0001", USD: "0"}, False),
        ({BITCOIN: "0.0001"}, False),
        ({}, False),
    ],
)
def test_coins_that_disagree_by_more_than_thirty_percent_are_suspicious(prices: dict[str, str], odd: bool) -> None:
    assert suspicious(listing(prices), RATES) is odd
    assert suspicious(listing({}, spot=prices), RATES) is odd
    assert suspicious(listing(prices, takes=(BITCOIN,)), RATES) is False, "the other coin is not taken"
    assert suspicious(listing(prices), None) is False, "nothing is known of their worth"


def test_a_wallet_can_pay_where_it_reaches_for_an_hour_with_the_fee() -> None:
    (quote,) = quotes(listing({CLORE: "240"}))  # 10.5 an hour
    assert can_pay(quote, [Wallet(BITCOIN, Decimal(1)), Wallet(CLORE, Decimal("10.5"))]) is True
    assert can_pay(quote, [Wallet(CLORE, Decimal("10.4999"))]) is False
    assert can_pay(quote, [Wallet(CLORE, None)]) is None
    assert can_pay(quote, [Wallet(BITCOIN, Decimal(1))]) is None
    assert can_pay(quote, []) is None
