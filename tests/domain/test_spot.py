"""The winning bid against an auction that is held in full."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.ids import OrderId, ServerId
from bot.domain.money import BITCOIN, CLORE, USD, Money, Rates, unit
from bot.domain.spot import NoAnswer, Offer, SpotMarket, Winning, minimum_bid, winning_bid

AT = datetime(2026, 3, 1, tzinfo=UTC)
MINE = OrderId(99)
RATES = Rates({BITCOIN: Decimal(60_000), CLORE: Decimal("0.013")}, AT)

coins = st.sampled_from([BITCOIN, CLORE, USD])


@st.composite
def bids(draw: st.DrawFn, number: int) -> Offer:
    coin = draw(coins)
    finer = draw(st.sampled_from([Decimal(1), Decimal("0.3")]))  # others may bid between our units
    return Offer(OrderId(number), Money(draw(st.integers(1, 10**6)) * unit(coin) * finer, coin))


@st.composite
def auctions(draw: st.DrawFn) -> SpotMarket:
    rivals = tuple(draw(bids(number)) for number in range(draw(st.integers(0, 5))))
    minimum = draw(st.dictionaries(coins, st.integers(0, 10**6).map(lambda count: Decimal(count) / 10**5), max_size=3))
    return SpotMarket(ServerId(1), AT, offers=rivals, minimum=minimum, rates=RATES)


def dollars(money: Money) -> Fraction:
    rate = RATES.of(money.currency)
    assert rate is not None
    return Fraction(money.amount) * Fraction(rate)


def wins(bid: Money, market: SpotMarket) -> bool:
    """Held in full, with exact fractions: over every rival (an equal bid does not displace), and not below the minimum."""
    if any(dollars(bid) <= dollars(rival.bid) for rival in market.offers if rival.id != MINE):
        return False
    if bid.currency in market.minimum:
        return bid.amount >= market.minimum[bid.currency]
    least = min((dollars(Money(amount, coin)) for coin, amount in market.minimum.items()), default=Fraction(0))
    return dollars(bid) >= least


@given(auctions(), coins)
def test_the_winning_bid_wins_and_one_unit_less_does_not(market: SpotMarket, coin: str) -> None:
    found = winning_bid(market, coin)
    assume(isinstance(found, Winning))
    assert isinstance(found, Winning)
    assert found.bid.currency == coin
    assert found.bid.amount % unit(coin) == 0
    assert wins(found.bid, market)
    assert not wins(found.bid - Money(unit(coin), coin), market) or found.bid.amount == 0


@given(auctions(), coins, st.integers(0, 10**7))
def test_my_own_bid_is_no_rival(market: SpotMarket, coin: str, mine: int) -> None:
    own = Offer(MINE, Money(mine * unit(coin), coin), active=True, mine=True)
    assert winning_bid(replace(market, offers=(*market.offers, own)), coin, own=MINE) == winning_bid(market, coin)


@given(auctions(), coins)
def test_another_bid_of_the_same_account_is_a_rival(market: SpotMarket, coin: str) -> None:
    assume(market.offers)
    mine = replace(market, offers=tuple(replace(offer, mine=True) for offer in market.offers))
    found, strangers = winning_bid(mine, coin, own=MINE), winning_bid(market, coin, own=MINE)
    assert isinstance(found, Winning)
    assert isinstance(strangers, Winning)
    assert found.bid == strangers.bid


def test_an_equal_bid_does_not_displace() -> None:
    market = SpotMarket(ServerId(1), AT, offers=(Offer(OrderId(1), Money(Decimal("0.5"), CLORE), active=True),))
    found = winning_bid(market, CLORE)
    assert isinstance(found, Winning)
    assert found == Winning(Money(Decimal("0.5001"), CLORE), market.offers[0])


def test_a_rival_of_any_size_is_beaten() -> None:
    rival = Offer(OrderId(1), Money(Decimal("1E+19"), CLORE))
    found = winning_bid(SpotMarket(ServerId(1), AT, offers=(rival,)), CLORE)
    assert isinstance(found, Winning)
    assert found.bid > rival.bid


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"exists": False}, NoAnswer.NO_MARKET),
        ({"public": False}, NoAnswer.HIDDEN),
        ({"online": False}, NoAnswer.OFFLINE),
        ({"rates": None}, NoAnswer.NO_RATE),
        ({"offers": (), "minimum": {}}, NoAnswer.NO_RATE),
    ],
)
def test_where_no_bid_can_be_named_the_reason_is(changes: dict[str, object], reason: str) -> None:
    rival = Offer(OrderId(1), Money(Decimal("0.00001"), BITCOIN), active=True)
    market = SpotMarket(ServerId(1), AT, offers=(rival,), minimum={CLORE: Decimal(1)}, rates=RATES)
    assert winning_bid(replace(market, **changes), CLORE) == NoAnswer(reason)  # type: ignore[arg-type]


def test_rates_from_elsewhere_compare_where_the_reply_brought_none() -> None:
    rival = Offer(OrderId(1), Money(Decimal("0.00001"), BITCOIN), active=True)
    market = SpotMarket(ServerId(1), AT, offers=(rival,))
    found = winning_bid(market, USD, rates=RATES)
    assert isinstance(found, Winning)
    assert found.bid == Money(Decimal("0.6001"), USD)


def test_the_minimum_of_a_coin_is_its_own_or_the_worth_of_another() -> None:
    market = SpotMarket(ServerId(1), AT, minimum={BITCOIN: Decimal("0.00001"), USD: Decimal("0.70001")}, rates=RATES)
    assert minimum_bid(market, BITCOIN) == Money(Decimal("0.00001"), BITCOIN)
    assert minimum_bid(market, USD) == Money(Decimal("0.7001"), USD)
    assert minimum_bid(market, CLORE) == Money(Decimal("46.1539"), CLORE)
    assert minimum_bid(replace(market, rates=None), CLORE) is None


def test_holder_and_offers_are_found() -> None:
    first, second = (Offer(OrderId(n), Money(Decimal(n), CLORE), active=n == 2) for n in (1, 2))
    market = SpotMarket(ServerId(1), AT, offers=(first, second))
    assert (market.holder, market.find(OrderId(1)), market.find(OrderId(3))) == (second, first, None)
