"""Which order a creation has made, among all that are listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.creation import made_by
from bot.domain.draft import NewOrder
from bot.domain.ids import OrderId, ServerId
from bot.domain.ledger import Creation
from bot.domain.money import BITCOIN, CLORE, Money
from bot.domain.rental import Order

SENT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SERVER = ServerId(6001)


def order(number: int, *, server: int = SERVER, spot: bool = False, price: str = "0.0001", late: float = 1) -> Order:
    return Order(
        id=OrderId(number),
        server=ServerId(server),
        price=Money(Decimal(price), BITCOIN),
        created_at=SENT + timedelta(seconds=late),
        max_length=timedelta(hours=72),
        spot=spot,
    )


ON_DEMAND = Creation(NewOrder(SERVER, BITCOIN, "image", required_price=Decimal("0.0001")), "1x GPU")
BID = Creation(NewOrder(SERVER, BITCOIN, "image", spot_price=Decimal("0.0001")), "1x GPU")


def made(
    creation: Creation, *listed: Order, before: set[int] | None = None, claimed: set[int] | None = None
) -> int | None:
    known = frozenset(OrderId(number) for number in before or ())
    taken = frozenset(OrderId(number) for number in claimed or ())
    found = made_by(creation, listed, before=known, claimed=taken, sent_at=SENT)
    return None if found is None else found.id


def test_it_is_new_of_this_server_of_this_kind_and_nobody_elses() -> None:
    assert made(ON_DEMAND, order(1), order(2), before={1}) == 2
    assert made(ON_DEMAND, order(1, server=7)) is None
    assert made(ON_DEMAND, order(1, spot=True)) is None
    assert made(BID, order(1), order(2, spot=True)) == 2
    assert made(ON_DEMAND, order(1), claimed={1}) is None
    assert made(ON_DEMAND) is None


def test_the_clocks_differ_so_the_time_alone_excludes_nothing() -> None:
    assert made(ON_DEMAND, order(1, late=-3_600)) == 1
    assert made(ON_DEMAND, order(1, late=86_400)) == 1


def test_of_several_the_one_of_this_price_is_taken_then_the_nearest_in_time() -> None:
    assert made(BID, order(1, spot=True, price="0.0002", late=0), order(2, spot=True, late=30)) == 2
    assert made(BID, order(1, spot=True, late=30), order(2, spot=True, late=-2)) == 2
    other_coin = replace(order(3, spot=True), price=Money(Decimal("0.0001"), CLORE))
    assert made(BID, other_coin, order(4, spot=True, late=99)) == 4


@given(st.sets(st.integers(1, 30)), st.sets(st.integers(1, 30)), st.sets(st.integers(1, 30)))
def test_what_was_there_before_or_is_claimed_is_never_taken(
    listed: set[int], before: set[int], claimed: set[int]
) -> None:
    found = made(ON_DEMAND, *(order(number) for number in sorted(listed)), before=before, claimed=claimed)
    free = listed - before - claimed
    assert found in free if free else found is None
