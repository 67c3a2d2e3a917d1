"""The spot auction: who holds the machine, who is displaced, how a bid may be changed."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.clore.auction import Bid, winner, worth
from bot.sandbox.clore.coins import COINS, RATES_IN_USD, above
from bot.sandbox.clore.jsontext import read
from tests.sandbox.clore.conftest import ON_DEMAND, SPOT, Visitor, rented

bids = st.lists(
    st.builds(
        Bid,
        order=st.integers(1, 1000),
        amount=st.decimals("0.00000001", "1000", places=8),
        coin=st.sampled_from(COINS),
    ),
    max_size=8,
    unique_by=lambda bid: bid.order,
)


def test_bids_in_different_coins_are_compared_in_usd() -> None:
    bitcoin, clore = Bid(1, Decimal("0.00001"), "bitcoin"), Bid(2, Decimal("59.9"), "CLORE-Blockchain")
    assert winner([bitcoin, clore], None, RATES_IN_USD) == 2
    assert winner([bitcoin, Bid(2, Decimal("59.8"), "CLORE-Blockchain")], None, RATES_IN_USD) == 1


def test_an_equal_bid_does_not_displace_the_holder() -> None:
    early, late = Bid(1, Decimal(5), "USD-Blockchain"), Bid(2, Decimal(5), "USD-Blockchain")
    assert winner([early, late], 2, RATES_IN_USD) == 2
    assert winner([late, early], None, RATES_IN_USD) == 1


@given(bids, st.integers(1, 1000))
def test_nobody_offers_more_than_the_winner(offers: list[Bid], holder: int) -> None:
    best = winner(offers, holder, RATES_IN_USD)
    assert (best is None) == (not offers)
    by_order = {bid.order: worth(bid, RATES_IN_USD) for bid in offers}
    assert all(by_order[best] >= usd for usd in by_order.values() if best is not None)


@given(st.decimals("0.0001", "100000", places=6), st.sampled_from(COINS))
def test_the_next_bid_above_an_amount_is_worth_more_by_at_most_a_unit(usd: Decimal, coin: str) -> None:
    amount = above(usd, coin, RATES_IN_USD)
    assert amount * RATES_IN_USD[coin] > usd
    assert above(usd, coin, RATES_IN_USD) - usd / RATES_IN_USD[coin] <= Decimal("0.0001")


@pytest.fixture
async def held(me: Visitor) -> int:
    """My offer of 0.0000042 bitcoin holds server 6, listed and deployed."""
    number = await rented(me, SPOT)
    me.clock.at += 120
    return number


async def other(me: Visitor, **change: Any) -> Visitor:
    """A second account that offers for the same machine."""
    key = me.stand_in.add_key()
    visitor = Visitor(me.stand_in, me.clock, me.http, key)
    await rented(visitor, SPOT | change)
    me.clock.at += 20
    return visitor


async def test_an_offer_that_holds_is_active_and_mine(me: Visitor, held: int) -> None:
    assert await me.offers(6) == {held: {"offer_id": held, "bid": Decimal("0.0000042"), "active": True, "my": True}}
    assert (await me.order(held))["spot"]


async def test_a_higher_bid_displaces_and_the_loser_waits(me: Visitor, held: int) -> None:
    rival = await other(me, spotprice=Decimal("0.0000043"))
    offers = await me.offers(6)
    assert [(offer["active"], offer["my"]) for offer in offers.values()] == [(False, True), (True, False)]
    assert [offer["my"] for offer in (await rival.offers(6)).values()] == [False, True]
    before = (await me.order(held))["spend"]
    me.clock.at += 3600
    row = await me.order(held)
    assert row["spend"] == before
    assert "expired" not in row
    assert "mon_container" not in row


async def test_with_the_switch_the_loser_vanishes(me: Visitor, held: int) -> None:
    me.stand_in.act("vanish_when_outbid", on=True)
    await other(me, spotprice=Decimal("0.0000043"))
    assert held not in await me.orders()
    assert held not in await me.offers(6)
    assert (await me.order(held))["expired"]


async def test_an_equal_bid_waits(me: Visitor, held: int) -> None:
    await other(me)
    assert (await me.offers(6))[held]["active"]


async def test_a_bid_in_another_coin_worth_more_displaces(me: Visitor, held: int) -> None:
    await other(me, currency="CLORE-Blockchain", spotprice=26)
    offers = list((await me.offers(6)).values())
    assert "currency" not in offers[0]
    assert (offers[1]["currency"], offers[1]["active"]) == ("CLORE-Blockchain", True)


async def test_an_order_on_demand_displaces_any_offer(me: Visitor, held: int) -> None:
    key = me.stand_in.add_key()
    tenant = Visitor(me.stand_in, me.clock, me.http, key)
    number = await rented(tenant, ON_DEMAND)
    assert not (await me.offers(6))[held]["active"]
    await tenant.ask("cancel_order", {"id": number})
    assert (await me.offers(6))[held]["active"]


async def test_the_next_best_takes_over_when_the_holder_cancels(me: Visitor, held: int) -> None:
    rival = await other(me, spotprice=Decimal("0.0000020"))
    await me.ask("cancel_order", {"id": held})
    assert [offer["active"] for offer in (await rival.offers(6)).values()] == [True]


async def test_raising_wins_the_machine_back(me: Visitor, held: int) -> None:
    await other(me, spotprice=Decimal("0.0000043"))
    assert await me.ask("set_spot_price", {"order_id": held, "desired_price": Decimal("0.00000431")}) == {"code": 0}
    assert (await me.offers(6))[held]["active"]
    assert (await me.order(held))["price"] == Decimal("0.00000431")


async def refused(me: Visitor, number: int, price: str) -> Any:
    return await me.ask("set_spot_price", {"order_id": number, "desired_price": Decimal(price)})


async def test_a_bid_is_lowered_by_at_most_a_step(me: Visitor, held: int) -> None:
    answer = await refused(me, held, "0.00000200")
    assert answer == {"error": "exceeded_max_step", "max_step": Decimal("0.0000032"), "code": 6}
    assert await refused(me, held, "0.00000320") == {"code": 0}


async def test_a_bid_is_lowered_once_in_600_seconds(me: Visitor, held: int) -> None:
    await refused(me, held, "0.00000320")
    me.clock.at += 85
    answer = await refused(me, held, "0.00000220")
    assert answer == {"error": "can_lower_every_600_seconds", "time_to_lowering": 513, "code": 6}
    me.clock.at += 511
    assert await refused(me, held, "0.00000220") == {"code": 0}


async def test_raising_has_no_limit_and_does_not_start_the_timer(me: Visitor, held: int) -> None:
    assert await refused(me, held, "0.00900000") == {"code": 0}
    assert await refused(me, held, "0.00899950") == {"code": 0}
    assert await refused(me, held, "0.01") == {"code": 0}


async def test_the_lowest_price_allowed_is_never_below_the_minimum(me: Visitor, held: int) -> None:
    me.stand_in.act("raise_minimum", key=me.key, factor=Decimal("3.5"))
    assert (await refused(me, held, "0.0000010"))["max_step"] == Decimal("0.0000035")
    answer = await refused(me, held, "0.0000033")
    assert answer == {"error": "too_low_price", "min_price": Decimal("0.0000035"), "code": 6}


@pytest.mark.parametrize("number", [1, 6])
async def test_only_an_own_live_offer_has_a_price_to_set(me: Visitor, demo: Visitor, number: int) -> None:
    assert await refused(me, number, "0.01") == {"code": 2}
    running, held, _ = sorted(await demo.orders())
    assert await refused(demo, running, "0.01") == {"code": 2}
    assert await refused(me, held, "0.01") == {"code": 2}


async def test_business_errors_are_json_under_both_statuses(me: Visitor, held: int) -> None:
    me.clock.at += 6
    low = await me.send("create_order", SPOT | {"spotprice": Decimal("1e-9")})
    me.clock.at += 6
    poor = await me.send("create_order", SPOT | {"spotprice": Decimal(4)})
    assert [low.status_code, poor.status_code] == [200, 500]
    assert [read(low.content)["code"], read(poor.content)["code"]] == [6, 6]  # type: ignore[index]
