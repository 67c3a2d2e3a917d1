"""my_orders to `Orders`."""

from __future__ import annotations

import msgspec

from bot.clore import values
from bot.clore.document import Document, read_rows, row_fields
from bot.clore.errors import Unreadable
from bot.domain.ids import OrderId, OwnerId, ServerId
from bot.domain.money import Money
from bot.domain.rental import Container, Order, Orders, PortForward

_HIGHEST_PORT = 65_535


async def orders(document: Document) -> Orders:
    """A complete answer or `Unreadable`: an order that was silently left out would be reported as ended."""
    found = await read_rows(document.rows("orders"), order)
    return Orders(orders=found, limit=values.whole(document.get("limit")))


def order(raw: msgspec.Raw) -> Order:
    """One row. Needs `id`, `si`, `price`, `currency`, `ct` and `mrl` (seconds here); the rest may be missing."""
    row = row_fields(raw)
    number, server = values.whole(row.get("id")), values.whole(row.get("si"))
    price, coin = values.number(row.get("price")), values.text(row.get("currency"))
    created, length = values.moment(row.get("ct")), values.seconds(row.get("mrl"))
    if number is None or server is None or price is None or coin is None or created is None or length is None:
        raise Unreadable("CLORE.AI's answer holds an order without its number, server, price, coin, start or length")
    return Order(
        id=OrderId(number),
        server=ServerId(server),
        price=Money(price, coin),
        created_at=created,
        max_length=length,
        spot=values.flag(row.get("spot")) is True,
        expired=values.flag(row.get("expired")) is True,
        fee_percent=values.number(row.get("fee")),
        creation_fee=_money(row.get("creation_fee"), coin),
        spent=_money(row.get("spend"), coin),
        image=values.text(row.get("image")),
        specs=values.specs(row.get("specs")),
        hosts=values.texts(row.get("pub_cluster")),
        tcp_ports=tuple(port for line in values.texts(row.get("tcp_ports")) if (port := _forward(line)) is not None),
        http_port=values.label(row.get("http_port")),
        http_host=values.text(row.get("http_pub")),
        proxy_cluster=values.whole(row.get("p")),
        container=_container(row.get("mon_container")),
        online=values.flag(row.get("online")),
        owner=_owner(row.get("owner")),
    )


def _money(value: object, coin: str) -> Money | None:
    amount = values.number(value)
    return None if amount is None else Money(amount, coin)


def _forward(line: str) -> PortForward | None:
    """`"22:10000"`: the container's port and the public one."""
    inside, _, outside = line.partition(":")
    ports = values.whole(inside), values.whole(outside)
    match ports:
        case (int(container), int(public)) if 0 < container <= _HIGHEST_PORT and 0 < public <= _HIGHEST_PORT:
            return PortForward(container, public)
        case _:
            return None


def _container(value: object) -> Container | None:
    """A number that is not known says nothing, least of all that the container runs."""
    state = values.whole(value)
    return next((known for known in Container if known.value == state), None)


def _owner(value: object) -> OwnerId | None:
    owner = values.whole(value)
    return None if owner is None else OwnerId(owner)
