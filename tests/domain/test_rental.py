"""Orders: their state, their end, their cost, and how to reach them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain.ids import OrderId, ServerId
from bot.domain.money import BITCOIN, CLORE, Money
from bot.domain.rental import Container, Order, Orders, PortForward, RentalState

START = datetime(2022, 11, 2, 15, 3, 16, tzinfo=UTC)
ORDER = Order(
    id=OrderId(38),
    server=ServerId(6),
    price=Money(Decimal("0.00001"), BITCOIN),
    created_at=START,
    max_length=timedelta(seconds=262_800),
    fee_percent=Decimal(5),
    hosts=("n1.c1.clorecloud.net", "n2.c1.clorecloud.net"),
    tcp_ports=(PortForward(8888, 10001), PortForward(22, 10000)),
)
LATE = START + timedelta(hours=73)


@pytest.mark.parametrize(
    ("changes", "bid_active", "state"),
    [
        ({}, None, RentalState.RENTED),
        ({"container": Container.RUNNING}, None, RentalState.RUNNING),
        ({"container": Container.DEPLOYING}, None, RentalState.DEPLOYING),
        ({"container": Container.RUNNING, "online": False}, None, RentalState.UNREACHABLE),
        ({"online": False}, None, RentalState.UNREACHABLE),
        ({"online": True}, None, RentalState.RENTED),
        ({"expired": True, "container": Container.RUNNING}, None, RentalState.EXPIRED),
        ({"spot": True}, None, RentalState.BID_UNKNOWN),
        ({"spot": True}, True, RentalState.RENTED),
        ({"spot": True}, False, RentalState.WAITING),
        ({"spot": True, "container": Container.RUNNING}, None, RentalState.RUNNING),
        ({"spot": True, "container": Container.RUNNING}, False, RentalState.WAITING),
        ({"spot": True, "expired": True}, False, RentalState.EXPIRED),
        ({"max_length": timedelta(minutes=5)}, None, RentalState.PAST_LENGTH),
        ({"max_length": timedelta(minutes=5), "expired": True}, None, RentalState.EXPIRED),
        ({"max_length": timedelta(minutes=5), "spot": True}, False, RentalState.WAITING),
    ],
)
def test_state(changes: dict[str, object], bid_active: bool | None, state: RentalState) -> None:
    order = replace(ORDER, **changes)  # type: ignore[arg-type]
    assert order.state(START + timedelta(minutes=6), bid_active=bid_active) is state


def test_an_order_that_nobody_saw_run_is_not_called_running() -> None:
    assert ORDER.container is None
    assert ORDER.state(START) is RentalState.RENTED


def test_it_ends_at_its_length_from_its_creation() -> None:
    assert ORDER.ends_at == LATE
    assert ORDER.left(LATE - timedelta(hours=1)) == timedelta(hours=1)
    assert ORDER.left(LATE + timedelta(hours=1)) == -timedelta(hours=1)
    assert ORDER.state(LATE - timedelta(seconds=1)) is RentalState.RENTED
    assert ORDER.state(LATE) is RentalState.PAST_LENGTH


def test_a_length_of_millennia_is_a_length() -> None:
    assert replace(ORDER, max_length=timedelta.max).left(START) > timedelta(days=365_000)


@pytest.mark.parametrize(
    ("changes", "command"),
    [
        ({}, "ssh root@n1.c1.clorecloud.net -p 10000"),
        ({"tcp_ports": (PortForward(8888, 10001),)}, None),
        ({"tcp_ports": (PortForward(10000, 22),)}, None),
        ({"tcp_ports": ()}, None),
        ({"hosts": ()}, None),
        ({"hosts": ("",)}, None),
        ({"hosts": ("x; rm -rf ~",)}, None),
        ({"hosts": ("-oProxyCommand=x",)}, None),
        ({"hosts": ("n1.example.org\n",)}, None),
        ({"hosts": ("10.0.0.7",)}, "ssh root@10.0.0.7 -p 10000"),
    ],
)
def test_ssh_command(changes: dict[str, object], command: str | None) -> None:
    assert replace(ORDER, **changes).ssh_command == command  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("host", "address"),
    [("a1.clorecloud.net", "https://a1.clorecloud.net"), (None, None), ("", None), ("x/../y", None), ("a b", None)],
)
def test_web_address(host: str | None, address: str | None) -> None:
    assert replace(ORDER, http_host=host, http_port="8888").web_address == address


def test_what_it_costs_with_the_fee() -> None:
    order = replace(ORDER, price=Money(Decimal(24), CLORE), spent=Money(Decimal(2), CLORE))
    assert order.cost_per_day == Money(Decimal("25.2"), CLORE)
    assert order.cost_per_hour == Money(Decimal("1.05"), CLORE)
    assert order.spent_with_fee == Money(Decimal("2.1"), CLORE)
    assert ORDER.spent_with_fee is None


@pytest.mark.parametrize(("spot", "fee"), [(False, "5"), (True, "1.25")])
def test_the_usual_fee_stands_in_for_a_missing_one_and_zero_does_not(spot: bool, fee: str) -> None:
    assert replace(ORDER, spot=spot, fee_percent=None).fee == Decimal(fee)
    assert replace(ORDER, spot=spot, fee_percent=Decimal(0)).fee == 0


@pytest.mark.parametrize(("age", "avoidable"), [(0, True), (599, True), (600, False)])
def test_the_creation_fee_can_be_avoided_for_ten_minutes(age: int, avoidable: bool) -> None:
    assert ORDER.creation_fee_avoidable(START + timedelta(seconds=age)) is avoidable


def test_open_orders_are_those_that_have_not_ended() -> None:
    past = replace(ORDER, id=OrderId(39), expired=True)
    orders = Orders((past, ORDER))
    assert orders.open == (ORDER,)
    assert orders.find(OrderId(39)) is past
    assert orders.find(OrderId(40)) is None
