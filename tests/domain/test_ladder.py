"""The ladder against the rules of the simulated marketplace, which knows the documents only."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.ids import OrderId, ServerId
from bot.domain.ladder import (
    Hold,
    could_pay_less,
    hold,
    ladder,
    on_demand_quote,
    saving,
    standing,
    to_win,
)
from bot.domain.market import Listing
from bot.domain.money import BITCOIN, CLORE, USD, Money, Rates, round_up, unit
from bot.domain.renting import Can
from bot.domain.spending import Wallet
from bot.domain.spot import NoAnswer, Offer, SpotMarket, Winning, minimum_bid
from bot.sandbox.clore.auction import Bid, winner
from bot.sandbox.clore.coins import RATES_IN_USD

AT = datetime(2026, 3, 1, tzinfo=UTC)
RATES = Rates(RATES_IN_USD, AT)
SERVER = ServerId(1)
NEWCOMER = 10**6

coins = st.sampled_from([BITCOIN, CLORE, USD])


@st.composite
def bids(draw: st.DrawFn, number: int) -> Offer:
    """Few different amounts, worth about the same in every coin, so that bids are often equal."""
    coin = draw(coins)
    dollars = Decimal(draw(st.integers(1, 4)))
    finer = draw(st.sampled_from([Decimal(0), unit(coin), unit(coin) * Decimal("0.3")]))
    amount = (dollars / RATES_IN_USD[coin]).quantize(unit(coin)) + finer
    return Offer(OrderId(number), Money(amount, coin), mine=draw(st.booleans()))


@st.composite
def auctions(draw: st.DrawFn, fewest: int = 0) -> SpotMarket:
    """Held as the rules say, from any holder before it."""
    offers = [draw(bids(number)) for number in range(1, draw(st.integers(fewest, 7)) + 1)]
    before = draw(st.none() | st.integers(1, 7))
    held = winner(_bids(offers), before, RATES_IN_USD)
    minimum = draw(st.dictionaries(coins, st.integers(0, 3).map(lambda each: Decimal(each) / 10**4), max_size=3))
    shown = tuple(replace(offer, active=offer.id == held) for offer in draw(st.permutations(offers)))
    return SpotMarket(SERVER, AT, offers=shown, minimum=minimum, rates=RATES)


def _bids(offers: list[Offer]) -> list[Bid]:
    return [Bid(offer.id, offer.bid.amount, offer.bid.currency) for offer in offers]


@given(auctions())
def test_the_ladder_is_the_order_in_which_bids_would_win_one_after_the_other(market: SpotMarket) -> None:
    left, holder, won = list(market.offers), market.holder.id if market.holder else None, []
    while left:
        next_one = winner(_bids(left), holder, RATES_IN_USD)
        won.append(next_one)
        left = [offer for offer in left if offer.id != next_one]
    found = ladder(market)
    assert [rung.offer.id for rung in found.rungs] == won
    assert [rung.place for rung in found.rungs] == list(range(1, len(won) + 1))
    assert not found.out_of_order
    assert found.apart == ()


@given(auctions())
def test_the_named_bid_wins_and_one_unit_less_does_not(market: SpotMarket) -> None:
    listing = Listing(SERVER, spot=dict.fromkeys((BITCOIN, CLORE, USD), Decimal(1)))
    holder = market.holder.id if market.holder else None
    for each in to_win(market, listing, None):
        if not isinstance(each.winning, Winning):
            assert not market.offers
            continue
        bid, coin = each.winning.bid, each.coin.name
        asked = Bid(NEWCOMER, bid.amount, coin)
        less = replace(asked, amount=asked.amount - unit(coin))
        rivals = _bids(list(market.offers))
        assert winner([*rivals, asked], holder, RATES_IN_USD) == NEWCOMER
        assert each.coin.quote.price == bid
        if each.winning.beats is not None:
            beaten = Bid(each.winning.beats.id, each.winning.beats.bid.amount, each.winning.beats.bid.currency)
            assert each.over is not None
            assert each.over.amount > 0
            over = each.over.amount * RATES_IN_USD[coin]
            gap = bid.amount * RATES_IN_USD[coin] - beaten.amount * RATES_IN_USD[beaten.coin]
            assert abs(over - gap) < Decimal("1e-12")
        least = minimum_bid(market, coin)
        if less.amount > 0 and (least is None or less.amount >= least.amount):
            assert winner([*rivals, less], holder, RATES_IN_USD) != NEWCOMER


@given(auctions(fewest=1))
def test_what_could_be_paid_less_still_holds_and_one_unit_less_would_not_win_it(market: SpotMarket) -> None:
    held = market.holder
    assert held is not None
    less = could_pay_less(market, held)
    rivals, coin = [offer for offer in market.offers if offer.id != held.id], held.bid.currency
    if less is not None:
        assert less < held.bid
        assert less.amount % unit(coin) == 0
        lowered = Bid(held.id, less.amount, coin)
        assert winner([*_bids(rivals), lowered], held.id, RATES_IN_USD) == held.id
    below = round_up(held.bid if less is None else less).amount - unit(coin)
    least = minimum_bid(market, coin)
    if not rivals and least is None:
        assert less is None, "nothing is known that a bid has to be above"
    elif below > 0 and (least is None or below >= least.amount):
        assert winner([*_bids(rivals), Bid(NEWCOMER, below, coin)], None, RATES_IN_USD) != NEWCOMER


@given(auctions(fewest=1))
def test_a_waiting_bid_could_not_pay_less(market: SpotMarket) -> None:
    for offer in market.offers:
        if not offer.active:
            assert could_pay_less(market, offer) is None


@given(auctions(fewest=1))
def test_every_bid_stands_somewhere_and_its_margins_are_those_to_its_neighbours(market: SpotMarket) -> None:
    rungs = ladder(market).rungs
    for rung in rungs:
        found = standing(market, rung.offer.id)
        assert found is not None
        assert (found.place, found.compared, found.apart) == (rung.place, len(rungs), 0)
        assert (found.above is None) is (rung.place == 1)
        assert (found.below is None) is (rung.place == len(rungs))
        for margin, other in ((found.above, rung.place - 2), (found.below, rung.place)):
            if margin is not None:
                assert margin.currency == rung.offer.bid.currency
                assert margin.amount >= 0
                dollars = margin.amount * RATES_IN_USD[margin.currency]
                assert abs(dollars - abs(rung.worth.amount - rungs[other].worth.amount)) < Decimal("1e-12")
    assert standing(market, OrderId(NEWCOMER)) is None


@given(auctions(fewest=1), st.integers(2, 10))
def test_at_most_so_many_rungs_are_shown_and_the_holder_is_among_them(market: SpotMarket, most: int) -> None:
    found = ladder(market)
    shown = found.shown(most)
    assert len(shown) == min(most, len(found.rungs))
    assert [rung.place for rung in shown] == sorted(rung.place for rung in shown)
    assert any(rung.offer.active for rung in shown)
    own = [rung for rung in found.rungs if rung.offer.mine]
    if own:
        assert any(rung.offer.mine for rung in shown) or most == 2
    if len(own) + 1 < most:
        assert set(own) <= set(shown)


def offer(number: int, amount: str, coin: str, *, active: bool = False, mine: bool = False) -> Offer:
    return Offer(OrderId(number), Money(Decimal(amount), coin), active=active, mine=mine)


def auction(*offers: Offer, rates: Rates | None = None) -> SpotMarket:
    return SpotMarket(SERVER, AT, offers=offers, minimum={BITCOIN: Decimal("0.00001")}, rates=rates)


def test_without_any_rate_the_coin_of_most_bids_is_compared_and_the_others_stand_apart() -> None:
    mixed = auction(
        offer(1, "0.00002", BITCOIN), offer(2, "3", "DOGE", active=True), offer(3, "0.00003", BITCOIN, mine=True)
    )
    found = ladder(mixed)
    assert found.coin == BITCOIN
    assert [rung.offer.id for rung in found.rungs] == [3, 1]
    assert [each.id for each in found.apart] == [2]
    mine = standing(mixed, OrderId(3))
    assert mine is not None
    assert (mine.place, mine.compared, mine.apart) == (1, 2, 1)
    assert mine.below == Money(Decimal("0.00001"), BITCOIN)
    apart = standing(mixed, OrderId(2))
    assert apart is not None
    assert (apart.place, apart.above, apart.below, apart.less) == (None, None, None, None)
    assert [each.winning for each in to_win(mixed, None, None)] == [NoAnswer(NoAnswer.NO_RATE)]


def test_the_rates_of_the_auction_itself_come_first() -> None:
    seen = auction(offer(1, "0.00002", BITCOIN), offer(2, "2", USD))
    cheap = Rates({BITCOIN: Decimal(50_000)}, AT)
    assert [rung.offer.id for rung in ladder(seen, RATES).rungs] == [2, 1]
    assert [rung.offer.id for rung in ladder(replace(seen, rates=cheap), RATES).rungs] == [2, 1]
    dear = Rates({BITCOIN: Decimal(500_000)}, AT)
    assert [rung.offer.id for rung in ladder(replace(seen, rates=dear), RATES).rungs] == [1, 2]


def test_a_holder_who_bids_less_at_known_rates_shows_that_others_are_used() -> None:
    assert ladder(auction(offer(1, "1", USD, active=True), offer(2, "2", USD))).out_of_order


def test_my_bid_is_the_one_that_holds_then_the_highest_then_one_apart() -> None:
    first, second = offer(1, "1", USD, mine=True), offer(2, "2", USD, mine=True)
    odd = offer(3, "9", "DOGE", mine=True)
    assert ladder(auction(first, second, odd)).own == second
    assert ladder(auction(replace(first, active=True), second, odd)).own == replace(first, active=True)
    assert ladder(auction(odd)).own == odd
    assert ladder(auction(replace(first, mine=False))).own is None


@pytest.mark.parametrize(
    ("changes", "rented", "holds"),
    [
        ({"exists": False}, True, Hold.NO_AUCTION),
        ({"offers": (offer(1, "1", USD, active=True, mine=True),)}, True, Hold.MINE),
        ({"offers": (offer(1, "1", USD, active=True),), "online": False}, None, Hold.RIVAL),
        ({"offers": (offer(1, "1", USD),), "online": False}, True, Hold.OFFLINE),
        ({"offers": (offer(1, "1", USD),)}, True, Hold.ON_DEMAND),
        ({}, True, Hold.ON_DEMAND),
        ({"public": False}, True, Hold.ON_DEMAND),
        ({"public": False, "offers": (offer(1, "1", USD),)}, None, Hold.HIDDEN),
        ({"offers": (offer(1, "1", USD),)}, None, Hold.NO_BID),
        ({"offers": (offer(1, "1", USD),)}, False, Hold.NO_BID),
        ({}, False, Hold.NOBODY),
    ],
)
def test_who_has_the_machine(changes: dict[str, object], rented: bool | None, holds: Hold) -> None:
    assert hold(replace(auction(), **changes), rented=rented) is holds  # type: ignore[arg-type]


def test_coins_that_pay_the_winning_bid_come_first() -> None:
    seen = auction(offer(1, "1", USD, active=True), rates=RATES)
    listing = Listing(SERVER, spot={BITCOIN: Decimal("0.00001"), USD: Decimal("0.5"), CLORE: Decimal(40)})
    wallets = (Wallet(BITCOIN, Decimal("0.0000001")), Wallet(USD, Decimal("0.1")), Wallet("DOGE", Decimal(5)))
    found = to_win(seen, listing, wallets)
    assert [(each.coin.name, each.coin.can) for each in found] == [
        (USD, Can.PAYS),
        (BITCOIN, Can.TOO_LITTLE),
        (CLORE, Can.NOT_HELD),
    ]
    assert found[0].winning == Winning(Money(Decimal("1.0001"), USD), seen.offers[0])
    assert found[0].over == Money(Decimal("0.0001"), USD)


def test_a_server_that_is_not_listed_takes_the_coins_of_its_minimum() -> None:
    (found,) = to_win(auction(), None, None)
    assert found.winning == Winning(Money(Decimal("0.00001"), BITCOIN), None)
    assert found.over is None
    assert found.coin.can is Can.UNKNOWN


def test_a_cost_is_held_against_the_price_on_demand_in_its_coin_or_another() -> None:
    listing = Listing(SERVER, on_demand={BITCOIN: Decimal("0.0001"), USD: Decimal(5)})
    same = on_demand_quote(listing, BITCOIN, RATES)
    assert same is not None
    assert same.price.currency == BITCOIN
    assert saving(Money(Decimal("0.000021"), BITCOIN), same, None) == 80
    other = on_demand_quote(listing, CLORE, RATES)
    assert other is not None
    assert other.price.currency == USD
    assert saving(Money(Decimal(1), CLORE), other, None) is None
    assert saving(Money(Decimal(1), USD), other, RATES) is not None
    assert on_demand_quote(None, USD, RATES) is None
    assert on_demand_quote(Listing(SERVER), USD, RATES) is None
    free = on_demand_quote(replace(listing, on_demand={USD: Decimal("1e-9")}), USD, RATES)
    assert free is not None
    found = saving(Money(Decimal(1), USD), free, RATES)
    assert found is not None
    assert found < 0


@given(auctions(fewest=1))
def test_my_holding_bid_is_mine_and_no_rate_claims_nothing(market: SpotMarket) -> None:
    assume(len({offer.bid.currency for offer in market.offers}) > 1)
    found = ladder(replace(market, rates=None))
    assert len({rung.offer.bid.currency for rung in found.rungs}) == 1
    assert len(found.rungs) + len(found.apart) == len(market.offers)
