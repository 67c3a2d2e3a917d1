"""Amounts of coins: exact on every way, and never with an exponent."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.money import (
    BITCOIN,
    CLORE,
    USD,
    CurrencyMismatch,
    Money,
    Rates,
    per_hour,
    plain,
    round_down,
    round_up,
    rounded,
    symbol,
    unit,
    with_fee,
)

coins = st.sampled_from([BITCOIN, CLORE, USD, "Another-Coin"])
amounts = st.decimals("-1E+20", "1E+20", allow_nan=False, allow_infinity=False)
tiny = st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent), st.integers(-(10**9), 10**9), st.integers(-40, 20)
)
AT = datetime(2026, 3, 1, tzinfo=UTC)


@given(amounts | tiny)
def test_plain_keeps_every_digit_and_has_no_exponent(amount: Decimal) -> None:
    text = plain(amount)
    assert Decimal(text) == amount
    assert set(text) <= set("-0123456789.")
    assert text != "-0"
    assert not text.endswith(".")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("3E-7", "0.0000003"),
        ("1E+5", "100000"),
        ("0.10", "0.1"),
        ("100", "100"),
        ("-0.00", "0"),
        ("6.944444444444445E-9", "0.000000006944444444444445"),
    ],
)
def test_plain_as_people_write_it(amount: str, text: str) -> None:
    assert plain(Decimal(amount)) == text


@given(amounts | tiny, st.integers(1, 8))
def test_rounded_is_near_and_has_no_exponent(amount: Decimal, digits: int) -> None:
    text = rounded(amount, digits)
    assert "E" not in text
    assert abs(Decimal(text) - amount) <= abs(amount) * Decimal(10) ** (1 - digits)
    whole, _, part = text.lstrip("-").partition(".")
    shown = (whole + part).lstrip("0")
    assert len(shown) <= max(digits, len(whole))


@pytest.mark.parametrize(
    ("amount", "text"), [("123456.7", "123457"), ("0.00012345", "0.000123"), ("9.999", "10"), ("0", "0")]
)
def test_rounded_never_cuts_whole_digits(amount: str, text: str) -> None:
    assert rounded(Decimal(amount)) == text


@given(st.decimals("-1E+15", "1E+15", places=12), coins)
def test_rounding_to_units_goes_the_right_way_by_less_than_one_unit(amount: Decimal, coin: str) -> None:
    money, step = Money(amount, coin), Money(unit(coin), coin)
    down, up = round_down(money), round_up(money)
    assert down <= money <= up
    assert up - money < step
    assert money - down < step
    assert (round_up(up), round_down(down)) == (up, down)
    assert up.amount % unit(coin) == down.amount % unit(coin) == 0


@given(amounts | tiny, coins)
def test_an_amount_of_any_size_can_be_rounded(amount: Decimal, coin: str) -> None:
    money = Money(amount, coin)
    assert round_down(money) <= money <= round_up(money)


@given(st.decimals("-1E+12", "1E+12", places=8), st.decimals("-1E+12", "1E+12", places=8), coins)
def test_sums_come_back_and_the_order_is_that_of_numbers(first: Decimal, second: Decimal, coin: str) -> None:
    one, other = Money(first, coin), Money(second, coin)
    assert one + other - other == one
    orders = (one < other, one <= other, one > other, one >= other)
    assert orders == (first < second, first <= second, first > second, first >= second)


@given(st.decimals("-1E+12", "1E+12", places=8), coins)
def test_money_survives_its_text(amount: Decimal, coin: str) -> None:
    assert Money(Decimal(plain(amount)), coin) == Money(amount, coin)


@pytest.mark.parametrize("mix", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
def test_coins_do_not_mix(mix: str) -> None:
    with pytest.raises(CurrencyMismatch):
        getattr(Money(Decimal(1), BITCOIN), mix)(Money(Decimal(1), CLORE))
    with pytest.raises(TypeError):
        getattr(Money(Decimal(1), BITCOIN), mix)(1)


def test_money_is_neither_true_nor_false() -> None:
    with pytest.raises(TypeError):
        bool(Money(Decimal(0), BITCOIN))


def test_money_reads_with_the_usual_name_of_its_coin() -> None:
    assert str(Money(Decimal("3E-7"), BITCOIN)) == "0.0000003 BTC"
    assert symbol("Another-Coin") == "Another-Coin"


def test_fees_and_hours() -> None:
    day = with_fee(Money(Decimal("2.4"), USD), Decimal(5))
    assert day == Money(Decimal("2.52"), USD)
    assert per_hour(day) == Money(Decimal("0.105"), USD)


def test_a_coin_without_a_rate_has_no_dollar_value() -> None:
    rates = Rates({BITCOIN: Decimal(60_000), CLORE: Decimal(0)}, AT)
    assert rates.dollars(Money(Decimal("0.5"), BITCOIN)) == 30_000
    assert rates.dollars(Money(Decimal(7), USD)) == 7
    assert rates.dollars(Money(Decimal(1), CLORE)) is None
    assert rates.dollars(Money(Decimal(1), "Another-Coin")) is None
    assert rates.convert(Money(Decimal(30), USD), BITCOIN) == Money(Decimal("0.0005"), BITCOIN)
    assert rates.convert(Money(Decimal(30), CLORE), BITCOIN) is None
    assert rates.convert(Money(Decimal(30), BITCOIN), CLORE) is None
    assert rates.convert(Money(Decimal(30), CLORE), CLORE) == Money(Decimal(30), CLORE)
