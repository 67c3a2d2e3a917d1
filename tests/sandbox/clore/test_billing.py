"""Money and time: the minute, the free ten of them, the end of a rental, the end of the funds."""

from decimal import Decimal

import pytest

from tests.sandbox.clore.conftest import ON_DEMAND, SERVER_6, SPOT, Visitor, rented

START_BALANCE = Decimal("0.001")
PRICE = Decimal("0.0000144")
MINUTE = Decimal("1e-8")
MINUTE_WITH_FEE = Decimal("1.05e-8")
CREATION_FEE = Decimal("4.32e-7")


@pytest.fixture(autouse=True)
def a_price_that_divides(me: Visitor) -> None:
    price = {"on_demand": {"bitcoin": PRICE}, "spot": {"bitcoin": Decimal("0.000001")}}
    me.stand_in.load({"servers": [SERVER_6 | {"price": price}]}, key=me.key)


async def started(me: Visitor) -> tuple[int, float]:
    number = await rented(me)
    return number, me.clock.at


async def test_the_spend_grows_by_the_minute_and_leaves_out_fees(me: Visitor) -> None:
    number, start = await started(me)
    me.clock.at = start + 57
    assert (await me.order(number))["spend"] == 0
    me.clock.at = start + 59
    assert (await me.order(number))["spend"] == MINUTE
    me.clock.at = start + 86_399
    assert (await me.order(number))["spend"] == PRICE


async def test_the_wallet_pays_the_fee_too(me: Visitor) -> None:
    _, start = await started(me)
    me.clock.at = start + 5 * 60
    assert await me.balance() == START_BALANCE - 5 * MINUTE_WITH_FEE


async def test_cancelled_within_ten_minutes_there_is_no_creation_fee(me: Visitor) -> None:
    number, start = await started(me)
    me.clock.at = start + 9 * 60 + 50
    await me.ask("cancel_order", {"id": number})
    me.clock.at += 3600
    assert START_BALANCE - await me.balance() == 9 * MINUTE_WITH_FEE


async def test_after_ten_minutes_the_creation_fee_is_charged_once(me: Visitor) -> None:
    number, start = await started(me)
    me.clock.at = start + 10 * 60
    assert START_BALANCE - await me.balance() == 10 * MINUTE_WITH_FEE + CREATION_FEE
    me.clock.at = start + 60 * 60
    await me.ask("cancel_order", {"id": number})
    assert START_BALANCE - await me.balance() == 60 * MINUTE_WITH_FEE + CREATION_FEE


async def test_an_order_ends_at_its_length_and_moves_to_the_completed_ones(me: Visitor) -> None:
    number, start = await started(me)
    me.clock.at = start + 262_800 - 3
    row = await me.order(number)
    assert "expired" not in row
    me.clock.at = row["ct"] + row["mrl"] - 1
    assert number not in await me.orders()
    past = await me.order(number)
    assert past["expired"]
    assert past["spend"] == 73 * 60 * MINUTE
    spent = START_BALANCE - await me.balance()
    me.clock.at += 86_400
    assert START_BALANCE - await me.balance() == spent


async def test_a_spend_has_the_digits_of_a_double(me: Visitor) -> None:
    me.stand_in.load({"servers": [SERVER_6]}, key=me.key)
    number, start = await started(me)
    me.clock.at = start + 59
    assert (await me.order(number))["spend"] == Decimal("6.9444444444444444e-9")


async def test_an_offer_that_waits_pays_nothing_and_ends_at_its_length(me: Visitor) -> None:
    await rented(me)
    waiting = await rented(me, SPOT)
    start = me.clock.at
    me.clock.at = start + 3600
    assert (await me.order(waiting))["spend"] == 0
    me.clock.at = start + 262_800
    assert waiting not in await me.orders()
    assert (await me.order(waiting))["spend"] == 0


async def test_without_funds_the_rentals_in_that_coin_end(me: Visitor) -> None:
    number, start = await started(me)
    hour = 60 * MINUTE_WITH_FEE
    me.stand_in.load(
        {"wallets": [{"name": "bitcoin", "balance": hour}, {"name": "CLORE-Blockchain", "balance": 9}]}, key=me.key
    )
    me.clock.at = start + 8 * 60
    assert number in await me.orders()
    me.clock.at = start + 61 * 60
    assert number not in await me.orders()
    assert await me.balance() == 0
    assert await me.balance("CLORE-Blockchain") == 9
    assert me.stand_in.world.orders[number].ending == "the funds ran out"


async def test_a_new_price_counts_from_the_minute_under_way(me: Visitor) -> None:
    number = await rented(me, SPOT | {"spotprice": Decimal("0.00000144")})
    start = me.clock.at
    me.clock.at = start + 10 * 60 + 28
    await me.ask("set_spot_price", {"order_id": number, "desired_price": Decimal("0.00000288")})
    me.clock.at = start + 11 * 60 - 1
    assert (await me.order(number))["spend"] == Decimal("1e-9") * 10 + Decimal("2e-9")


async def test_a_host_that_is_offline_is_not_paid(me: Visitor) -> None:
    number, start = await started(me)
    me.clock.at = start + 600
    me.stand_in.act("host_offline", key=me.key)
    me.clock.at += 3600
    row = await me.order(number)
    assert (row["online"], row["spend"]) == (False, 10 * MINUTE)
    me.stand_in.act("host_online", key=me.key)
    me.clock.at += 600
    assert (await me.order(number))["spend"] == 20 * MINUTE


async def test_one_hour_later_everything_is_an_hour_older_and_billed(me: Visitor) -> None:
    number, _ = await started(me)
    me.clock.at += 25
    before = await me.order(number)
    answer = await me.sim("act", {"act": "age", "key": me.key, "seconds": 3600})
    assert answer.status_code == 200
    after = await me.order(number)
    assert before["ct"] - after["ct"] == 3600
    assert after["spend"] - before["spend"] == 60 * MINUTE
    assert after["mon_container"] == 2
    await me.sim("act", {"act": "age", "key": me.key, "seconds": 72 * 3600})
    assert number not in await me.orders()


async def test_a_rental_can_be_rented_again_by_somebody_else_after_its_end(me: Visitor) -> None:
    _, start = await started(me)
    me.clock.at = start + 262_801
    assert await me.ask("create_order", ON_DEMAND) == {"code": 0}


async def test_a_clock_that_jumps_back_bills_nothing_twice(me: Visitor) -> None:
    number, start = await started(me)
    me.clock.at = start + 1200
    spend = (await me.order(number))["spend"]
    me.clock.at = start + 60
    assert (await me.order(number))["spend"] == spend
