"""Every documented limit of a request: at the limit it passes, beyond it is code 2."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.clore.validation import (
    InvalidError,
    cancellation,
    market_number,
    new_order,
    new_price,
    new_settings,
    server_name,
)
from tests.sandbox.clore.conftest import ON_DEMAND, SPOT, Visitor

SETTINGS: dict[str, Any] = {
    "name": "Attic",
    "availability": True,
    "mrl": 96,
    "on_demand": Decimal("0.0001"),
    "spot": Decimal("0.00000113"),
}

AT_THE_LIMIT: list[dict[str, Any]] = [
    {"ports": {str(port): "tcp" for port in range(1, 6)}},
    {"ports": {}},
    {"env": {"A" * 128: "b" * 1536}},
    {"env": {f"V{n}": "x" * 1491 for n in range(8)}},
    {"jupyter_token": "a" * 32},
    {"ssh_password": "-=.@+/ 7" * 4},
    {"ssh_key": "s" * 3072},
    {"ssh_key": "ssh-ed25519 AAAAC3Nz+/ me@host.example"},
    {"command": "anything & at all; _ { }\n" * 500},
    {"autossh_entrypoint": True},
    {"required_price": Decimal("0.00001")},
    {"image": "ubuntu"},
    {"image": "pytorch/pytorch:2.4.0-cuda12.4-cudnn9-runtime"},
    {"renting_server": Decimal("6.0")},
]
BEYOND: list[dict[str, Any]] = [
    {"ports": {str(port): "tcp" for port in range(1, 7)}},
    {"ports": {"22": "udp"}},
    {"ports": {"0": "tcp"}},
    {"ports": {"65536": "tcp"}},
    {"ports": {"ssh": "tcp"}},
    {"ports": [22]},
    {"env": {"A" * 129: "b"}},
    {"env": {"A": "b" * 1537}},
    {"env": {f"V{n}": "x" * 1493 for n in range(8)}},
    {"env": {"": "b"}},
    {"env": {"A": 1}},
    {"env": "A=b"},
    {"jupyter_token": "a" * 33},
    {"jupyter_token": "under_score"},
    {"jupyter_token": ""},
    {"ssh_password": "a" * 33},
    {"ssh_password": "no!"},
    {"ssh_password": "ümlaut"},
    {"ssh_key": "s" * 3073},
    {"ssh_key": "ssh-ed25519 AAAA me@my_host"},
    {"command": ["sh"]},
    {"autossh_entrypoint": "yes"},
    {"required_price": "0.1"},
    {"required_price": 0},
    {"image": ""},
    {"image": "ghcr.io/owner/image"},
    {"image": "localhost/image"},
    {"image": "registry:5000/image"},
    {"image": "Not An Image"},
    {"renting_server": "6"},
    {"renting_server": Decimal("6.5")},
    {"renting_server": True},
    {"renting_server": Decimal("1e400")},
    {"currency": "usd"},
    {"currency": 1},
    {"type": "on_demand"},
    {"type": None},
]
MANDATORY = ["currency", "image", "renting_server", "type"]


@pytest.mark.parametrize("change", AT_THE_LIMIT)
def test_an_order_at_a_limit_is_valid(change: dict[str, Any]) -> None:
    assert new_order(ON_DEMAND | change).server == 6


@pytest.mark.parametrize("change", BEYOND)
def test_an_order_beyond_a_limit_is_not(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidError):
        new_order(ON_DEMAND | change)


@pytest.mark.parametrize("field", [*MANDATORY, "spotprice"])
def test_an_offer_lacks_nothing(field: str) -> None:
    with pytest.raises(InvalidError):
        new_order({name: value for name, value in SPOT.items() if name != field})


@pytest.mark.parametrize("price", [0, -1, "1", None, True])
def test_an_offer_needs_a_price_above_zero(price: object) -> None:
    with pytest.raises(InvalidError):
        new_order(SPOT | {"spotprice": price})


def test_the_price_of_an_order_on_demand_is_not_asked_for() -> None:
    order = new_order(ON_DEMAND | {"spotprice": 3})
    assert order.spot_price is None


@pytest.mark.parametrize(
    ("change", "fine"),
    [
        ({}, True),
        ({"on_demand": 0, "spot": 0}, True),
        ({"CLORE-Blockchain_spot": 4, "CLORE-Blockchain_on_demand": 9, "enabled-bitcoin": False}, True),
        ({"mrl": 0}, False),
        ({"mrl": Decimal("7.5")}, False),
        ({"availability": 1}, False),
        ({"spot": -1}, False),
        ({"name": 4}, False),
        ({"CLORE-Blockchain_spot": "4"}, False),
    ],
)
def test_settings_are_checked(change: dict[str, Any], fine: bool) -> None:
    if fine:
        assert new_settings(SETTINGS | change).name == "Attic"
    else:
        with pytest.raises(InvalidError):
            new_settings(SETTINGS | change)


@pytest.mark.parametrize("field", list(SETTINGS))
def test_settings_are_a_whole_record(field: str) -> None:
    with pytest.raises(InvalidError):
        new_settings({name: value for name, value in SETTINGS.items() if name != field})


def test_an_issue_has_at_most_2048_characters() -> None:
    assert cancellation({"id": 39, "issue": "x" * 2048}) == 39
    for wrong in ({"id": 39, "issue": "x" * 2049}, {"id": 39, "issue": 1}, {"issue": "x"}, {"id": "39"}):
        with pytest.raises(InvalidError):
            cancellation(wrong)


def test_a_new_price_needs_order_and_price() -> None:
    assert new_price({"order_id": 39, "desired_price": Decimal("3.2e-6")}) == (39, Decimal("0.0000032"))
    for wrong in ({"order_id": 39}, {"desired_price": 1}, {"order_id": 39, "desired_price": 0}):
        with pytest.raises(InvalidError):
            new_price(wrong)


@given(
    st.dictionaries(
        st.sampled_from([*ON_DEMAND, "spotprice", "ssh_key", "required_price", "autossh_entrypoint"]),
        st.none()
        | st.booleans()
        | st.integers()
        | st.decimals(allow_nan=False)
        | st.text()
        | st.just([])
        | st.just({}),
    )
)
def test_any_body_is_valid_or_refused_and_nothing_else(body: dict[str, Any]) -> None:
    for check in (new_order, new_settings, new_price, cancellation, server_name):
        try:
            check(ON_DEMAND | body)
        except InvalidError:
            continue


@given(st.text())
def test_any_market_is_a_number_or_refused(text: str) -> None:
    try:
        assert market_number({"market": text}) >= 0
    except InvalidError:
        assert not (text.isascii() and text.isdigit() and len(text) < 16)


async def test_over_http_invalid_input_is_code_2_and_nothing_happens(me: Visitor) -> None:
    for change in BEYOND[:5]:
        assert await me.ask("create_order", ON_DEMAND | change) == {"code": 2}
    assert await me.orders(past_too=True) == {}
    assert not any(call.executed for call in me.stand_in.calls(operation="create_order"))


async def test_an_ampersand_in_a_value_of_env_breaks_the_service(me: Visitor) -> None:
    me.clock.at += 6
    reply = await me.send("create_order", ON_DEMAND | {"env": {"URL": "a?b=1&c=2"}})
    assert (reply.status_code, reply.json()) == (500, {"code": 1})
    me.clock.at += 30
    assert await me.orders() == {}
