"""When requests leave: the client's gates in virtual time."""

from __future__ import annotations

import asyncio
import gc
import itertools
import random
from datetime import timedelta

import httpx
import pytest

from bot.clore.client import KeyedClient
from bot.clore.errors import CloreError, RateLimited
from bot.clore.gate import Priority
from bot.clore.governor import Governor
from bot.domain.draft import Draft, NewOrder
from bot.domain.ids import ServerId
from tests.clore.other_side import KEY, NO_ORDERS, NOW, OK, TOO_FAST, OtherSide, answer, loop_time

pytestmark = pytest.mark.looptime(idle_timeout=2)


def new_order() -> NewOrder:
    order = Draft(server=ServerId(6), currency="bitcoin", image="ubuntu").ready()
    assert isinstance(order, NewOrder)
    return order


async def test_the_gap_counts_from_the_end_of_the_reply() -> None:
    other = OtherSide(NO_ORDERS, seconds=0.9)
    client = other.client()
    for _ in range(3):
        await client.my_orders()
    assert other.beginnings == [0.0, 2.2, 4.4]


async def test_the_gap_can_be_set() -> None:
    other = OtherSide(NO_ORDERS)
    client = other.client(gap_seconds=2.0)
    await client.my_orders()
    await client.my_orders()
    assert other.beginnings == [0.0, 2.0]


async def test_two_create_orders_are_five_seconds_apart() -> None:
    other = OtherSide(OK, seconds=1.0)
    client = other.client()
    await client.create_order(new_order())
    await client.create_order(new_order())
    assert other.beginnings == [0.0, 6.0]


async def test_a_create_order_also_keeps_the_usual_gap() -> None:
    other = OtherSide(NO_ORDERS, OK, NO_ORDERS)
    client = other.client()
    await client.my_orders()
    await client.create_order(new_order())
    await client.my_orders()
    assert other.beginnings == [0.0, 1.3, 2.6]


async def test_a_waiting_create_order_lets_others_go() -> None:
    other = OtherSide(OK, NO_ORDERS)
    client = other.client()
    await client.create_order(new_order())
    second = asyncio.ensure_future(client.create_order(new_order()))
    await client.my_orders()
    await second
    assert list(zip(other.operations, other.beginnings, strict=True)) == [
        ("create_order", 0.0),
        ("my_orders", 1.3),
        ("create_order", 5.0),
    ]


async def test_a_tap_goes_before_the_polls() -> None:
    other = OtherSide(answer(code=0, orders=[], wallets=[]), seconds=0.5)
    client = other.client()
    polls = [asyncio.ensure_future(client.my_orders(priority=Priority.POLL)) for _ in range(3)]
    await asyncio.sleep(0.1)
    await client.wallets(Priority.USER)
    await asyncio.gather(*polls)
    assert other.operations == ["my_orders", "wallets", "my_orders", "my_orders"]


async def test_two_clients_of_one_key_share_its_pace_and_other_keys_do_not() -> None:
    other = OtherSide(NO_ORDERS)
    clore = other.clore()
    await clore.keyed(KEY).my_orders()
    gc.collect()  # the first client is gone; its gap is not
    await clore.keyed("another-key").my_orders()
    await clore.keyed(KEY).my_orders()
    assert other.beginnings == [0.0, 0.0, 1.3]


async def test_a_refusal_slows_down_and_is_repeated() -> None:
    other = OtherSide(TOO_FAST, NO_ORDERS)
    client = other.client()
    await client.my_orders()
    await client.my_orders()
    first, second, third = other.beginnings
    assert (first, second) == (0.0, 1.95)
    assert 1.94 < third - second < 1.95


@pytest.mark.parametrize("said", [TOO_FAST, answer(500, code=1)])
async def test_a_spare_turn_is_one_request(said: httpx.Response) -> None:
    other = OtherSide(said, NO_ORDERS)
    with pytest.raises(CloreError):
        await other.client().my_orders(priority=Priority.SPARE)
    assert len(other.seen) == 1


async def test_a_spare_turn_takes_no_place_among_many_requests() -> None:
    """Whoever waits for a place holds up the taps of its key."""
    other = OtherSide(NO_ORDERS, seconds=5)
    governor = Governor(in_flight=1)
    clore = other.clore(governor=governor)
    busy, key = clore.keyed("another-key"), other.client(governor=governor)
    poll = asyncio.ensure_future(busy.my_orders())
    await asyncio.sleep(1)
    assert key.crowded
    with pytest.raises(RateLimited):
        await key.my_orders(priority=Priority.SPARE)
    await poll
    assert not key.crowded
    assert len(other.seen) == 1


async def test_a_key_knows_whether_it_has_changed_anything_since() -> None:
    other = OtherSide(OK, seconds=1.0)
    client = other.client()
    later = NOW + timedelta(seconds=1)
    assert client.unchanged_since(NOW)
    order = asyncio.ensure_future(client.create_order(new_order()))
    await asyncio.sleep(0.5)
    assert not client.unchanged_since(later), "it is changing something"
    await order
    assert not client.unchanged_since(NOW)
    assert client.unchanged_since(later)


async def test_a_refused_create_order_is_repeated_for_it_was_not_executed() -> None:
    other = OtherSide(TOO_FAST, OK)
    await other.client().create_order(new_order())
    assert other.beginnings == [0.0, 7.5]


@pytest.mark.parametrize("refusal", [answer(200, code=5), answer(429), answer(429, code=5, error="slow")])
async def test_every_form_of_too_many_requests_is_repeated(refusal: httpx.Response) -> None:
    other = OtherSide(refusal, NO_ORDERS)
    await other.client().my_orders()
    assert len(other.seen) == 2


async def test_retry_after_is_honoured() -> None:
    refusal = answer(429, code=5)
    refusal.headers["Retry-After"] = "7"
    other = OtherSide(refusal, NO_ORDERS)
    await other.client().my_orders()
    assert other.beginnings == [0.0, 7.0]


@pytest.mark.parametrize("said", ["120", "Wed, 02 Nov 2022 16:02:00 GMT"])
async def test_a_long_retry_after_is_told_and_kept_by_everybody(said: str) -> None:
    refusal = answer(429, code=5)
    refusal.headers["Retry-After"] = said
    other = OtherSide(refusal, NO_ORDERS)
    client = other.client()
    with pytest.raises(RateLimited) as told:
        await client.my_orders()
    assert told.value.retry_after is not None
    assert told.value.retry_after.total_seconds() == 120
    await asyncio.sleep(60)
    with pytest.raises(RateLimited) as told:
        await client.wallets()
    assert told.value.retry_after is not None
    assert told.value.retry_after.total_seconds() == 60
    await asyncio.sleep(60)
    await client.my_orders()
    assert other.beginnings == [0.0, 120.0]


@pytest.mark.parametrize(
    "said", ["soon", "-1", "1e9", "Wed, 99 Nov 2022", "Wed, 02 Nov 2022 16:00:00 +9999999999999", "\u0663"]
)
async def test_a_strange_retry_after_is_no_retry_after(said: str) -> None:
    refusal = httpx.Response(429, headers=[(b"Retry-After", said.encode())], json={"code": 5})
    other = OtherSide(refusal, NO_ORDERS)
    await other.client().my_orders()
    assert other.beginnings == [0.0, 1.95]


async def test_endless_refusals_end_as_rate_limited() -> None:
    other = OtherSide(TOO_FAST)
    with pytest.raises(RateLimited):
        await other.client().create_order(new_order())
    assert len(other.seen) == 5


async def test_several_keys_refused_together_slow_a_bystander() -> None:
    other = OtherSide(TOO_FAST, TOO_FAST, TOO_FAST, NO_ORDERS)
    clore = other.clore()
    await asyncio.gather(*(clore.keyed(f"key-{number}").my_orders() for number in range(3)))
    bystander = clore.keyed("bystander")
    await bystander.my_orders()
    await bystander.my_orders()
    between = other.beginnings[-1] - other.beginnings[-2]
    assert 1.3 * 1.49 < between < 1.3 * 1.5


async def test_in_flight_is_capped_over_all_keys() -> None:
    other = OtherSide(NO_ORDERS, seconds=2.0)
    clore = other.clore(governor=Governor(in_flight=4))
    await asyncio.gather(*(clore.keyed(f"key-{number}").my_orders() for number in range(12)))
    assert other.most_at_once == 4
    assert loop_time() == 6.0


async def test_an_hour_of_polls_and_taps_on_three_keys_is_never_too_fast() -> None:
    """The other side refuses what comes less than 1.2 s after the end of its last reply to that key."""
    other = OtherSide(answer(code=0, orders=[], wallets=[]), seconds=0.9)
    clore, chance, waits = other.clore(), random.Random(1), []
    end = 3600.0

    async def poll(client: KeyedClient) -> None:
        while loop_time() < end:
            for _ in range(6):
                await client.my_orders(priority=Priority.POLL)
            await asyncio.sleep(60)

    async def tap(client: KeyedClient) -> None:
        while loop_time() < end:
            await asyncio.sleep(chance.uniform(5, 90))
            asked = loop_time()
            await client.wallets()
            waits.append(loop_time() - asked)

    clients = [clore.keyed(f"key-{number}") for number in range(3)]
    await asyncio.gather(*(job(client) for client in clients for job in (poll, tap)))
    for client_key in (f"key-{number}" for number in range(3)):
        mine = [seen for seen in other.seen if seen.request.headers["auth"] == client_key]
        gaps = [later.began - (earlier.ended or 0) for earlier, later in itertools.pairwise(mine)]
        assert min(gaps) >= 1.299
    assert max(waits) <= 0.9 + 1.3 + 0.9 + 0.001  # one in flight, one gap, its own answer
    assert len(waits) > 150


async def test_a_cancelled_request_makes_room_for_the_next() -> None:
    other = OtherSide(NO_ORDERS, seconds=5.0)
    client = other.client()
    doomed, waiting = (asyncio.ensure_future(client.my_orders()) for _ in range(2))
    await asyncio.sleep(1)
    doomed.cancel()
    await waiting
    assert other.beginnings == [0.0, 2.3]


async def test_an_answer_that_never_ends_frees_the_gate_in_the_end() -> None:
    other = OtherSide(NO_ORDERS, seconds=10_000)
    client = other.client(jitter=[0.0], request_seconds=30.0)
    with pytest.raises(CloreError):
        await client.my_orders()
    assert [round(at, 1) for at in other.beginnings] == [0.0, 31.3, 62.6]
