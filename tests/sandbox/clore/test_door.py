"""Who is let in, how fast, and what everybody else is told."""

import pytest

from bot.sandbox.clore.app import CloreStandIn
from bot.sandbox.clore.jsontext import read
from tests.sandbox.clore.conftest import ON_DEMAND, SPOT, Clock, Visitor

READS = ("wallets", "my_servers", "my_orders")


@pytest.mark.parametrize(
    "agent", ["python-httpx/0.28.1", "python-requests/2.32", "Python-urllib/3.11", "Python/3.11 aiohttp/3.14"]
)
async def test_a_default_python_user_agent_meets_a_page_instead_of_json(demo: Visitor, agent: str) -> None:
    reply = await demo.send("wallets", headers={"user-agent": agent})
    assert reply.status_code == 403
    assert "1010" in reply.text
    assert reply.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("operation", READS)
@pytest.mark.parametrize("key", [None, "unknown_key_unknown_key_unknown_"])
async def test_without_a_known_key_one_gets_401_and_code_3(demo: Visitor, operation: str, key: str | None) -> None:
    demo.key = key
    reply = await demo.send(operation)
    assert (reply.status_code, reply.json()) == (401, {"code": 3})


async def test_the_marketplace_needs_no_key_and_then_names_no_own_servers(demo: Visitor) -> None:
    assert (await demo.ask("marketplace"))["my_servers"] == [811, 902, 1077]
    demo.key = None
    answer = await demo.ask("marketplace")
    assert "my_servers" not in answer
    assert len(answer["servers"]) > 280


async def test_a_request_within_the_gap_after_a_reply_is_refused(demo: Visitor, clock: Clock) -> None:
    await demo.ask("wallets")
    clock.at += 1.19
    early = await demo.send("wallets")
    assert (early.status_code, early.json()) == (429, {"code": 5})
    clock.at += 1.2
    assert (await demo.send("wallets")).status_code == 200


async def test_the_gap_is_counted_from_the_end_of_the_refusal_too(demo: Visitor, clock: Clock) -> None:
    await demo.ask("wallets")
    for _ in range(3):
        clock.at += 0.7
        assert (await demo.send("wallets")).status_code == 429


async def test_sometimes_a_refusal_says_how_long_to_wait(demo: Visitor, clock: Clock) -> None:
    clock.at += 2
    replies = [await demo.send("wallets") for _ in range(20)]
    waits = [reply.headers.get("retry-after") for reply in replies[1:]]
    assert {"2", None} == set(waits)


async def test_every_key_has_a_pace_of_its_own(demo: Visitor, me: Visitor, clock: Clock) -> None:
    clock.at += 2
    assert (await demo.send("wallets")).status_code == 200
    assert (await me.send("wallets")).status_code == 200


async def test_two_create_orders_need_five_seconds_between_them(me: Visitor, clock: Clock) -> None:
    await me.ask("create_order", SPOT)
    clock.at += 4.9
    assert (await me.send("create_order", SPOT)).status_code == 429
    assert (await me.send("wallets")).status_code == 429
    clock.at += 1.2
    assert (await me.send("create_order", SPOT)).json() == {"code": 0}
    assert [call.executed for call in me.stand_in.calls(operation="create_order")] == [True, False, True]


async def test_a_create_order_right_after_a_read_is_refused(me: Visitor, clock: Clock) -> None:
    await me.ask("my_orders")
    clock.at += 1
    assert (await me.send("create_order", ON_DEMAND)).status_code == 429


async def test_all_keys_can_be_made_to_share_one_pace(clock: Clock) -> None:
    stand_in = CloreStandIn(now=clock, shared_pacing=True, servers=5)
    other = stand_in.add_key()
    pacing = stand_in.service.pacing
    assert pacing is not None
    assert pacing.begin(stand_in.key, creates=False, now=clock()) == 0
    pacing.finish(stand_in.key, created=False, now=clock())
    assert pacing.begin(other, creates=False, now=clock() + 1) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "renter_fees"), ("POST", "wallets"), ("GET", "create_order"), ("GET", "a/b")]
)
async def test_an_unknown_endpoint_is_code_4(demo: Visitor, method: str, path: str) -> None:
    reply = await demo.http.request(method, f"/v1/{path}", headers={"auth": demo.stand_in.key})
    assert reply.json() == {"code": 4}


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"server_name":', b'{"server_name": NaN}', b"\xff"])
async def test_a_body_that_is_no_json_object_is_code_2(demo: Visitor, body: bytes) -> None:
    assert await demo.ask("server_config", body) == {"code": 2}


async def test_a_body_needs_its_content_type(demo: Visitor, clock: Clock) -> None:
    clock.at += 2
    reply = await demo.send("cancel_order", {"id": 1}, headers={"content-type": "text/plain"})
    assert reply.json() == {"code": 2}


async def test_server_config_is_a_get_with_a_body(demo: Visitor) -> None:
    assert (await demo.ask("server_config", {"server_name": "Attic"}))["config"]["id"] == 902
    assert await demo.ask("server_config", {"server_name": "of somebody else"}) == {"code": 2}


async def test_the_log_has_every_request_and_no_foreign_key(demo: Visitor, clock: Clock) -> None:
    await demo.ask("cancel_order", {"id": 77})
    demo.key = "a_real_key_typed_by_mistake_1234"
    await demo.ask("wallets")
    first, second = demo.stand_in.calls()
    assert (first.n, first.operation, first.key, first.executed) == (1, "cancel_order", demo.stand_in.key, True)
    assert (first.body, first.answer) == ({"id": 77}, '{"code":0}')
    assert (second.key, second.status, second.executed) == ("...1234", 401, False)


async def test_the_log_can_be_asked_for_over_http(demo: Visitor) -> None:
    await demo.ask("wallets")
    await demo.ask("my_orders")
    calls = read((await demo.sim("calls", operation="my_orders", min=1, wait=5)).content)
    assert [(call["n"], call["operation"]) for call in calls["calls"]] == [(2, "my_orders")]  # type: ignore[index]
    assert read((await demo.sim("calls", since=2)).content) == {"calls": []}
