"""When a server that somebody looks out for is news."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.favourites import SHORTLY, News, Seen, first_seen, news
from bot.domain.ids import ServerId
from bot.domain.market import Listing
from bot.domain.money import BITCOIN, USD, Money

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FREE = Listing(ServerId(1), on_demand={BITCOIN: Decimal("0.0001")})
TAKEN = replace(FREE, rented=True)


def after(*looks: Listing | None, watched: bool = False, every: timedelta = timedelta(minutes=2)) -> list[str]:
    """The news of a mark made at the first look, by the looks after it."""
    seen, words = first_seen(looks[0], NOW, None), []
    for number, listing in enumerate(looks[1:], start=1):
        seen, found = news(seen, listing, NOW + number * every, watched=watched)
        words.append(found.word if found else "")
    return words


def test_rented_and_then_free_is_news_once() -> None:
    assert after(TAKEN, TAKEN, FREE, FREE) == ["", "free", ""]
    assert after(FREE, FREE) == [""]


def test_missing_for_a_moment_is_no_news() -> None:
    assert after(FREE, None, FREE) == ["", ""]
    assert after(FREE, None, FREE, every=SHORTLY) == ["", "free"]


def test_rented_then_missing_then_free_is_news() -> None:
    assert after(TAKEN, None, FREE) == ["", "free"]
    assert after(FREE, TAKEN, None, FREE) == ["", "", "free"]


def test_only_a_watched_server_is_news_when_it_gets_cheaper() -> None:
    cheaper = replace(FREE, on_demand={BITCOIN: Decimal("0.000095")})
    hardly = replace(FREE, on_demand={BITCOIN: Decimal("0.0000951")})
    assert after(FREE, cheaper, watched=True) == ["cheaper"]
    assert after(FREE, hardly, watched=True) == [""]
    assert after(FREE, cheaper) == [""]


def test_a_cheaper_price_of_a_rented_machine_waits_until_it_is_free() -> None:
    cheaper = replace(FREE, on_demand={BITCOIN: Decimal("0.00005")})
    assert after(FREE, replace(cheaper, rented=True), cheaper, watched=True) == ["", "free"]


def test_prices_are_compared_within_one_coin() -> None:
    other = replace(FREE, on_demand={USD: Decimal("0.00001")})
    assert after(FREE, other, watched=True) == [""]


def test_what_is_told_carries_both_prices() -> None:
    before = Seen(NOW, taken_since=NOW, rented=True, price=Money(Decimal("0.0001"), BITCOIN))
    cheaper = replace(FREE, on_demand={BITCOIN: Decimal("0.00009")})
    _, found = news(before, cheaper, NOW + SHORTLY, watched=False)
    assert found == News("free", Money(Decimal("0.00009"), BITCOIN), Money(Decimal("0.0001"), BITCOIN))


@given(st.lists(st.sampled_from((FREE, TAKEN, None)), min_size=1, max_size=12))
def test_free_is_told_at_most_once_for_each_time_that_it_was_taken(looks: list[Listing | None]) -> None:
    words = after(*looks)
    taken = sum(1 for before, now in zip([FREE, *looks], looks, strict=False) if before is FREE and now is not FREE)
    assert words.count("free") <= taken
    assert not [word for word, now in zip(words, looks[1:], strict=True) if word and now is not FREE]
