"""What is said of a lost bid is what the readings show: against invented readings, and the rules of the simulated marketplace."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.displacement import NO_BID_HELPS, Loss, Regain, displacement, won_back
from bot.domain.ids import GuardId, OrderId, ServerId
from bot.domain.ledger import BidChange
from bot.domain.market import OnDemand
from bot.domain.money import BITCOIN, CLORE, USD, Money, Rates
from bot.domain.rental import Order
from bot.domain.spending import Wallet, about_empty
from bot.domain.spot import Offer, SpotMarket, in_coin
from bot.sandbox.clore.auction import Bid, winner
from bot.sandbox.clore.coins import RATES_IN_USD

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINE = OrderId(1)
coins = st.sampled_from([BITCOIN, CLORE, USD])
rates = st.sampled_from([None, Rates({}, AT), Rates({BITCOIN: Decimal(2)}, AT), Rates(RATES_IN_USD, AT)])
moments = st.integers(-3, 3).map(lambda minutes: AT + timedelta(minutes=minutes))
amounts = st.integers(1, 4).map(Decimal)


@st.composite
def orders(draw: st.DrawFn) -> Order:
    return Order(MINE, ServerId(5), Money(draw(amounts), draw(coins)), AT, timedelta(days=1), spot=True)


@st.composite
def auctions(draw: st.DrawFn, order: Order, *, held: bool | None = None) -> SpotMarket:
    """With the bid of the order or without it, and at most one active. `held`: whether it is that one, if that is to be so."""
    numbers = draw(st.lists(st.integers(2, 6), unique=True, max_size=4))
    listed = held or draw(st.booleans())
    active = MINE if held else draw(st.sampled_from([None, *numbers, *([MINE] if listed and held is None else [])]))
    offers = [
        Offer(OrderId(number), Money(draw(amounts), draw(coins)), number == active, draw(st.booleans()))
        for number in numbers
    ]
    own = Money(draw(amounts), order.price.currency)
    return SpotMarket(
        order.server,
        draw(moments),
        exists=draw(st.booleans()),
        offers=(*offers, *([Offer(MINE, own, active == MINE, mine=True)] if listed else [])),
        minimum=draw(st.dictionaries(coins, amounts, max_size=2)),
        public=draw(st.booleans()),
        online=draw(st.sampled_from([True, False, None])),
        rates=draw(rates),
    )


@given(st.data())
def test_nothing_is_claimed_that_the_readings_do_not_show(data: st.DataObject) -> None:
    order = data.draw(orders())
    market = data.draw(auctions(order, held=False))
    before = data.draw(st.none() | auctions(order, held=True))
    rented = data.draw(st.none() | st.builds(OnDemand, st.booleans(), moments))
    wallets = data.draw(st.none() | st.lists(st.builds(Wallet, coins, st.none() | amounts.map(lambda n: n / 10**3))))
    elsewhere = data.draw(rates)
    said = displacement(order, market, before=before, on_demand=rented, wallets=wallets, rates=elsewhere)

    known, rival = market.rates or elsewhere, said.rival
    assert said.decides not in said.also
    assert len(set(said.also)) == len(said.also)
    if rival is not None:
        assert rival in market.offers
        assert not rival.mine
        worth = in_coin(rival.bid, said.own.currency, known)
        assert said.above == (worth - said.own if worth is not None and worth > said.own else None)
        assert rival.active or said.above is not None
    shown = {
        Loss.NO_AUCTION: not market.exists,
        Loss.HIGHER_BID: rival is not None and said.above is not None,
        Loss.OTHER_BID: rival is not None and rival.active and said.above is None,
        Loss.OFFLINE: market.online is False,
        Loss.HIDDEN: not market.public,
        Loss.ON_DEMAND: rented is not None and rented.rented and market.holder is None,
        Loss.MINIMUM: market.minimum.get(said.own.currency, Decimal(0)) > said.own.amount,
        Loss.NO_FUNDS: wallets is not None and about_empty(wallets, order.cost_per_day),
        Loss.UNKNOWN: True,
    }
    assert all(shown[loss] for loss in said.reasons)
    if before is not None:
        assert Loss.ON_DEMAND not in said.reasons or (rented is not None and rented.read_at > before.read_at)
        assert said.decides is not Loss.OFFLINE or before.online is not False
        assert said.decides is not Loss.HIDDEN or before.public
        assert said.minimum_before is None or (said.minimum is not None and said.minimum_before < said.minimum)
    assert not (said.raise_helps and said.reasons & NO_BID_HELPS)
    assert not said.raise_helps or said.decides in {Loss.HIGHER_BID, Loss.OTHER_BID, Loss.MINIMUM}


@given(st.lists(st.tuples(amounts, coins), min_size=2, max_size=6), st.none() | st.integers(1, 6))
def test_the_bid_that_took_it_by_the_rules_is_the_one_named(
    bids: list[tuple[Decimal, str]], before: int | None
) -> None:
    offers = [
        Offer(OrderId(number), Money(amount / RATES_IN_USD[coin], coin))
        for number, (amount, coin) in enumerate(bids, 1)
    ]
    held = winner([Bid(each.id, each.bid.amount, each.bid.currency) for each in offers], before, RATES_IN_USD)
    market = SpotMarket(
        ServerId(5),
        AT,
        offers=tuple(replace(each, active=each.id == held, mine=each.id == MINE) for each in offers),
        rates=Rates(RATES_IN_USD, AT),
    )
    order = Order(MINE, ServerId(5), offers[0].bid, AT, timedelta(days=1), spot=True)
    if held == MINE:
        return
    said = displacement(order, market)
    assert said.rival is not None
    assert said.rival.id == held
    assert said.decides in {Loss.HIGHER_BID, Loss.OTHER_BID}
    assert said.raise_helps


@given(st.data())
def test_a_win_is_put_down_to_what_is_seen(data: st.DataObject) -> None:
    order = data.draw(orders())
    market = data.draw(auctions(order, held=True))
    lost = data.draw(st.none() | auctions(order, held=False))
    price = Money(data.draw(amounts), order.price.currency)
    change = BidChange(MINE, order.server, price, guard=data.draw(st.sampled_from([None, GuardId(1)])))
    changes = data.draw(st.sampled_from([(), (change,)]))
    tenant = data.draw(st.none() | st.builds(OnDemand, st.booleans(), moments))
    found = won_back(order, market, lost=lost, changes=changes, tenant=tenant)

    rival = lost.holder if lost else None
    left = rival is not None and market.find(rival.id) is None
    holds = {
        Regain.RAISED: bool(changes) and change.price == found.bid and change.guard is None,
        Regain.GUARD: bool(changes) and change.price == found.bid and change.guard is not None,
        Regain.RAISED_ELSEWHERE: not (changes and change.price == found.bid),
        Regain.RIVAL_LEFT: left and found.was == (rival.bid if rival else None),
        Regain.RIVAL_LOWERED: rival is not None and not left and found.now is not None,
        Regain.TENANT_LEFT: rival is None and tenant is not None and tenant.rented and tenant.read_at <= market.read_at,
        Regain.MINIMUM_LOWERED: lost is not None and market.minimum != lost.minimum,
        Regain.ONLINE: lost is not None and lost.online is False and market.online is True,
        Regain.SHOWN: lost is not None and not lost.public and market.public,
        Regain.UNKNOWN: True,
    }
    assert holds[found.by]
    if found.by in {Regain.RAISED, Regain.GUARD, Regain.RAISED_ELSEWHERE}:
        assert found.was is not None
        assert found.bid > found.was


def test_a_raise_that_is_still_below_the_rival_did_not_win_it_back() -> None:
    order = Order(MINE, ServerId(5), Money(Decimal(2), USD), AT, timedelta(days=1), spot=True)
    rival = Offer(OrderId(2), Money(Decimal(9), USD), active=True)
    lost = SpotMarket(order.server, AT, offers=(Offer(MINE, order.price, mine=True), rival))
    higher = Money(Decimal(3), USD)
    now = SpotMarket(order.server, AT, offers=(Offer(MINE, higher, active=True, mine=True),))
    change = BidChange(MINE, order.server, higher, order.price)
    assert won_back(order, now, lost=lost, changes=(change,)).by is Regain.RIVAL_LEFT
