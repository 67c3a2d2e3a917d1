"""Money survives the wire digit by digit."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clore import calls, values, wire
from bot.clore.document import Document
from bot.domain.draft import Draft, NewOrder
from bot.domain.hosting import ServerSettings
from bot.domain.ids import OrderId, ServerId

prices = st.builds(lambda digits, places: Decimal(digits).scaleb(-places), st.integers(1, 10**18), st.integers(0, 16))


def back(call: calls.Call, name: str) -> Decimal | None:
    """A field as our own reader of replies would take it, text to `Decimal`."""
    assert call.body is not None
    return values.number(Document(call.body).get(name))


@given(prices)
def test_a_bid_survives_the_wire(price: Decimal) -> None:
    call = calls.set_spot_price(OrderId(1), price)
    assert back(call, "desired_price") == price
    assert call.body is not None
    assert b"E" not in call.body.upper().partition(b'PRICE":')[2]


@given(prices, st.booleans())
def test_an_orders_price_survives_the_wire(price: Decimal, spot: bool) -> None:
    order = Draft(
        server=ServerId(6), currency="bitcoin", image="ubuntu", spot=spot, spot_price=price, required_price=price
    ).ready()
    assert isinstance(order, NewOrder)
    call = calls.create_order(order)
    assert back(call, "spotprice") == (price if spot else None)
    assert back(call, "required_price") == (None if spot else price)


@given(prices, prices, st.integers(1, 10**5))
def test_a_hosts_settings_survive_the_wire(on_demand: Decimal, spot: Decimal, hours: int) -> None:
    call = calls.set_server_settings(ServerSettings("Jan", False, timedelta(hours=hours), on_demand, spot))
    assert [back(call, name) for name in ("on_demand", "spot", "mrl")] == [on_demand, spot, Decimal(hours)]


def test_a_price_leaves_as_it_is_written() -> None:
    call = calls.set_spot_price(OrderId(39), Decimal("0.0000032"))
    assert call.body == b'{"order_id":39,"desired_price":0.0000032}'
    assert calls.set_spot_price(OrderId(39), Decimal("3.2E-6")).body == call.body


@given(st.dictionaries(st.text(), st.text() | st.booleans() | st.integers()))
def test_everything_else_leaves_as_plain_json(value: dict[str, str | bool | int]) -> None:
    assert json.loads(wire.encode(value)) == value
    assert wire.encode(value).isascii()


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_cannot_leave(value: str) -> None:
    with pytest.raises(ValueError, match="not finite"):
        wire.encode(Decimal(value))


def test_a_calls_repr_holds_no_body() -> None:
    order = Draft(server=ServerId(6), currency="bitcoin", image="ubuntu", ssh_password="swordfish").ready()
    assert isinstance(order, NewOrder)
    assert "swordfish" not in repr(calls.create_order(order))


@given(st.text() | st.integers() | st.floats().map(str))
def test_a_number_is_read_exactly_or_not_at_all(value: str | int) -> None:
    found = values.number(value)
    assert found is None or (found.is_finite() and found == Decimal(value))
