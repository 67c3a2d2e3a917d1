"""Dollar rates from what hosts ask."""

from datetime import UTC, datetime
from decimal import Decimal

from bot.domain.ids import ServerId
from bot.domain.market import Listing, Market
from bot.domain.money import BITCOIN, CLORE
from bot.domain.rates import ENOUGH_LISTINGS, rates_of

AT = datetime(2026, 3, 1, tzinfo=UTC)


def listing(number: int, coin: str, price: str, dollars: str) -> Listing:
    return Listing(ServerId(number), on_demand={coin: Decimal(price)}, usd_on_demand={coin: Decimal(dollars)})


def test_the_rate_is_the_median_so_that_one_wrong_price_changes_nothing() -> None:
    honest = [listing(number, BITCOIN, "0.0001", "6") for number in range(ENOUGH_LISTINGS)]
    wrong = listing(99, BITCOIN, "0.0001", "6000000")
    assert rates_of(Market((*honest, wrong), AT)).usd == {BITCOIN: Decimal(60_000)}


def test_a_few_prices_make_no_rate() -> None:
    few = [listing(number, CLORE, "100", "1") for number in range(ENOUGH_LISTINGS - 1)]
    assert rates_of(Market(tuple(few), AT)).usd == {}


def test_prices_of_nothing_are_passed_over() -> None:
    nothing = [listing(number, CLORE, "0", "1") for number in range(9)]
    free = [listing(number, CLORE, "1", "0") for number in range(9)]
    rates = rates_of(Market((*nothing, *free), AT))
    assert (rates.usd, rates.at) == ({}, AT)
