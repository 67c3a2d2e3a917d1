"""When an auction has moved, and what another account's reading of it is good for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain.heat import as_seen_by, moved
from bot.domain.ids import OrderId, ServerId
from bot.domain.money import BITCOIN, Money, Rates
from bot.domain.spot import Offer, SpotMarket

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = AT + timedelta(seconds=2)


def offer(number: int, price: str, *, active: bool = False, mine: bool = False) -> Offer:
    return Offer(OrderId(number), Money(Decimal(price), BITCOIN), active=active, mine=mine)


def auction(*offers: Offer, at: datetime = AT) -> SpotMarket:
    minimum = {BITCOIN: Decimal("0.00001")}
    return SpotMarket(ServerId(6), at, offers=offers, minimum=minimum, online=True)


MINE, RIVAL, THIRD = offer(1, "0.00003", active=True, mine=True), offer(2, "0.00002"), offer(3, "0.000015")
BEFORE = auction(MINE, RIVAL)


@pytest.mark.parametrize(
    "after",
    [
        auction(MINE, RIVAL, THIRD),
        auction(MINE),
        auction(MINE, offer(2, "0.000021")),
        auction(replace(MINE, active=False), replace(RIVAL, active=True)),
        auction(replace(MINE, active=False), RIVAL),
        replace(BEFORE, minimum={BITCOIN: Decimal("0.00002")}),
        replace(BEFORE, online=False),
        replace(BEFORE, public=False),
        SpotMarket(ServerId(6), LATER, exists=False),
    ],
)
def test_what_others_do_is_a_move(after: SpotMarket) -> None:
    assert moved(BEFORE, after)


@pytest.mark.parametrize(
    "after",
    [
        replace(BEFORE, read_at=LATER, rates=Rates({BITCOIN: Decimal(67_000)}, LATER)),
        auction(RIVAL, MINE),
        auction(replace(MINE, bid=Money(Decimal("0.00004"), BITCOIN)), RIVAL),
        auction(MINE, RIVAL, offer(4, "0.00001", mine=True)),
        replace(BEFORE, online=None),
        auction(MINE, offer(2, "0.0000200")),
    ],
)
def test_time_rates_and_own_bids_that_change_nothing_are_none(after: SpotMarket) -> None:
    assert not moved(BEFORE, after)


def test_whose_bids_are_mine_is_the_readers_own() -> None:
    read = auction(replace(MINE, mine=False), replace(RIVAL, mine=True), THIRD, at=LATER)
    seen = as_seen_by(read, BEFORE, {OrderId(1)})
    assert seen == auction(MINE, RIVAL, THIRD, at=LATER)


def test_an_own_bid_that_the_list_of_orders_does_not_show_yet_stays_mine() -> None:
    last = auction(MINE, offer(4, "0.00001", mine=True))
    seen = as_seen_by(auction(MINE, offer(4, "0.00001"), at=LATER), last, {OrderId(1)})
    assert seen is not None
    assert [each.id for each in seen.offers if each.mine] == [1, 4]


@pytest.mark.parametrize(
    ("read", "last"),
    [
        (auction(RIVAL, THIRD, at=LATER), BEFORE),
        (auction(replace(MINE, active=False), replace(RIVAL, active=True), at=LATER), BEFORE),
        (auction(replace(MINE, active=False), RIVAL, at=LATER), auction(RIVAL)),
        (SpotMarket(ServerId(6), LATER, exists=False), BEFORE),
        (auction(MINE, RIVAL, at=LATER), None),
    ],
)
def test_bad_news_is_not_believed_on_the_word_of_anothers_reading(read: SpotMarket, last: SpotMarket | None) -> None:
    assert as_seen_by(read, last, {OrderId(1)}) is None


def test_a_bid_that_waits_as_before_and_one_that_wins_are_believed() -> None:
    waiting = replace(MINE, active=False)
    for now in (waiting, MINE):
        seen = as_seen_by(auction(now, RIVAL, THIRD, at=LATER), auction(waiting, RIVAL), {OrderId(1)})
        assert seen == auction(now, RIVAL, THIRD, at=LATER)


def test_who_bids_nothing_there_is_served_by_nobody() -> None:
    assert as_seen_by(BEFORE, BEFORE, ()) is None
