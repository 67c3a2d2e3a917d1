"""Amounts and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.money import USD, Money
from bot.domain.spending import FOREVER
from handlers.views import html, words
from tests.handlers.views.world import NOW, RATES, btc


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=45), "45 s"),
        (timedelta(seconds=-45), "45 s"),
        (timedelta(minutes=12, seconds=59), "12 min"),
        (timedelta(hours=5), "5 h"),
        (timedelta(hours=72, minutes=3), "72 h 3 min"),
        (timedelta(days=11, hours=10), "11 days"),
        (timedelta(days=3650), "10 years"),
    ],
)
def test_a_span_of_time(span: timedelta, text: str) -> None:
    assert words.duration(span) == text


def test_lengths_are_in_hours() -> None:
    assert words.hours(timedelta(seconds=262_800)) == "73 hours"
    assert words.hours(timedelta(days=30)) == "30 days"
    assert words.hours(timedelta(hours=721)) == "721 hours (30 days)"
    assert words.hours(timedelta(hours=1)) == "1 hour"
    assert words.hours(timedelta(minutes=90)) == "1.5 hours"
    assert words.lasts(FOREVER) == "10 years or more"


def test_many_blanks_are_one_and_the_ends_have_none() -> None:
    assert html.tidy(" a \t b\N{NO-BREAK SPACE}c\N{NO-BREAK SPACE} d\N{NO-BREAK SPACE}") == "a b\N{NO-BREAK SPACE}c d"
    assert html.tidy("\N{NO-BREAK SPACE} ") == ""


def test_reading_is_rounded_and_sending_is_not() -> None:
    money = btc("0.000012345678")

    assert words.coin(money) == "0.0000123 BTC"
    assert words.exact_coin(money) == "0.000012345678 BTC"
    assert words.worth(money, RATES) == "0.0000123 BTC (≈\N{NO-BREAK SPACE}$0.252)"
    assert html.say("{price}", price=words.worth(money, RATES)) == words.worth(money, RATES), "no line ends within"
    assert words.worth(Money(Decimal("4.321"), USD), RATES) == "4.32 USD"


@given(st.decimals(allow_nan=True, allow_infinity=True))
def test_no_amount_ever_has_an_exponent_or_gets_endless(amount: Decimal) -> None:
    for text in (words.number(amount), words.exact(amount)):
        assert text == words.TOO_LONG or set(text) <= set("-0123456789.")
        assert len(text) < 70


@given(st.decimals(min_value=Decimal("1e-18"), max_value=Decimal("1e15"), places=18))
def test_exact_is_exact(amount: Decimal) -> None:
    assert Decimal(words.exact(amount)) == amount


def test_a_moment_has_a_full_fallback_in_utc() -> None:
    there = datetime(2022, 11, 14, 22, 13, 20, tzinfo=UTC)

    assert html.when(there, NOW) == (
        f'<tg-time unix="{int(there.timestamp())}" format="r">in 12 days (14 Nov 22:13 UTC)</tg-time>'
    )
    assert html.utc(there, NOW.replace(year=2023)) == "14 Nov 2022 22:13 UTC"
    assert html.utc(NOW - timedelta(seconds=5), NOW) == "2 Nov 15:59:55 UTC"


def test_a_deadline_names_the_day_only_where_it_is_not_near() -> None:
    assert 'format="r"' in html.deadline(NOW + timedelta(hours=11), NOW)
    assert 'format="t"' in html.deadline(NOW + timedelta(hours=11), NOW)
    assert 'format="Dt"' in html.deadline(NOW + timedelta(hours=13), NOW)


def test_dollars_have_two_digits_of_cents_or_none() -> None:
    shown = [words.usd(Decimal(amount)) for amount in ("0.06651", "0.2", "2.2", "8", "12.34", "105.6")]
    assert shown == ["$0.0665", "$0.20", "$2.20", "$8", "$12.3", "$106"]


def test_a_moment_that_telegram_cannot_hold_is_plain_text() -> None:
    far = datetime(2999, 1, 1, tzinfo=UTC)
    assert html.when(far, NOW) == "in 976 years (1 Jan 2999 00:00 UTC)"


def test_a_variable_is_one_escaped_line_of_bounded_length() -> None:
    shown = html.say("{name}!", name="<b>\n&\u202e\ud800 " + "x" * 500)

    assert shown.startswith("&lt;b&gt; &amp; xxx")
    assert len(shown) < 120
    assert shown.endswith("…!")


def test_what_is_html_already_is_not_escaped_again() -> None:
    assert html.say("{a} {b}", a=html.bold("<"), b="<") == "<b>&lt;</b> &lt;"
    assert html.join((html.code("a&b"), None, "", "c<d")) == "<code>a&amp;b</code> · c&lt;d"
