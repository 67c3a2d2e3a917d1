"""marketplace, thousands of servers and megabytes of JSON, to `Market` without holding up the event loop.

The reply is split into rows first (milliseconds, all syntax checked), then rows are read a slice at a time: each by a
typed decoder that skips what we do not keep, or, where a field is not of the usual type, by the tolerant way. A row whose
text is that of the reading before is not read again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated

import msgspec

from bot.clore import values
from bot.clore.document import MAX_ROW_BYTES, Document, row_fields, slices
from bot.clore.errors import Unreadable
from bot.domain.hardware import Specs
from bot.domain.ids import OwnerId, ServerId
from bot.domain.market import Listing, Market
from bot.domain.money import BITCOIN, CLORE, USD

_USD_FIELDS = {"on_demand_btc": BITCOIN, "on_demand_clore": CLORE, "on_demand_usd": USD}


_Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class _Net(msgspec.Struct, gc=False):
    down: Decimal | None = None
    up: Decimal | None = None
    cc: str | None = None


class _Specs(msgspec.Struct, gc=False):
    mb: str | None = None
    cpu: str | None = None
    cpus: str | None = None
    ram: Decimal | None = None
    disk: str | None = None
    disk_speed: Decimal | None = None
    gpu: str | None = None
    gpuram: Decimal | None = None
    net: _Net | None = None


class _Price(msgspec.Struct, gc=False):
    on_demand: dict[str, Decimal | None] | None = None
    spot: dict[str, Decimal | None] | None = None
    usd: dict[str, Decimal | None] | None = None


class _Rating(msgspec.Struct, gc=False):
    avg: Decimal | None = None
    cnt: _Whole | None = None


class _Server(msgspec.Struct, gc=False):
    """One row with the usual types."""

    id: _Whole
    owner: _Whole | None = None
    mrl: _Whole | None = None
    price: _Price | None = None
    rented: bool | None = None
    specs: _Specs | None = None
    gpu_array: list[str] | None = None
    reliability: Decimal | None = None
    rating: _Rating | None = None
    allowed_coins: list[str] | None = None
    cuda_version: str | None = None


_usual = msgspec.json.Decoder(_Server)
_NET, _SPECS, _PRICE, _RATING = _Net(), _Specs(), _Price(), _Rating()


class Rows:
    """The rows of the last reading by their whole text, each with its listing, which stands for the same text again.

    Most of a marketplace is as it was a minute ago: what stays costs a look into a table, and nothing is made that the
    garbage collector has to look at, or to take away with the market before.
    """

    def __init__(self) -> None:
        self._known: Mapping[bytes, Listing] = {}

    async def read(self, rows: Sequence[msgspec.Raw]) -> tuple[Listing, ...]:
        """In their order, those without a number left out, with a breath for the event loop after each slice."""
        known, kept, found = self._known, {}, []
        for part in slices(rows):
            for raw in part:
                if memoryview(raw).nbytes > MAX_ROW_BYTES:
                    continue
                text = bytes(raw)
                one = known.get(text) or listing(raw)
                if one is not None:
                    kept[text] = one
                    found.append(one)
            await asyncio.sleep(0)
        self._known = kept
        return tuple(found)


async def market(document: Document, read_at: datetime, known: Rows | None = None) -> Market:
    """The marketplace as it was at `read_at`. `known`: the rows of the reading before, which become those of this one.

    A row without an `id` is left out, for nobody could name it; where no row at all can be used, the answer is
    `Unreadable` and not an empty market.
    """
    await asyncio.sleep(0)  # splitting the rows takes as long as splitting the document just did
    rows = document.rows("servers")
    await asyncio.sleep(0)
    listings = await (known or Rows()).read(rows)
    if rows and not listings:
        raise Unreadable("CLORE.AI's answer holds servers, but none with a number")
    return Market(listings=listings, read_at=read_at, own=_own(document.get("my_servers")))


def listing(raw: msgspec.Raw) -> Listing | None:
    """One row; `None` where it is no server with an `id`."""
    try:
        return _usual_listing(_usual.decode(raw))
    except (ValueError, RecursionError):
        return _unusual_listing(raw)


def _usual_listing(server: _Server) -> Listing:
    price, rating = server.price or _PRICE, server.rating or _RATING
    return Listing(
        id=ServerId(server.id),
        owner=None if server.owner is None else OwnerId(server.owner),
        max_length=values.hours(server.mrl),
        on_demand=_sane(price.on_demand),
        spot=_sane(price.spot),
        usd_on_demand=_dollars(_sane(price.usd)),
        rented=server.rented is True,
        specs=_specs(server.specs or _SPECS),
        gpus=_trimmed(server.gpu_array or ()),
        reliability=values.sane(server.reliability),
        rating=values.sane(rating.avg),
        rating_count=rating.cnt,
        allowed_coins=None if server.allowed_coins is None else _trimmed(server.allowed_coins),
        cuda=server.cuda_version,
    )


def _unusual_listing(raw: msgspec.Raw) -> Listing | None:
    """The same from a row in which at least one field has another type than usual: that field alone is lost."""
    try:
        row = row_fields(raw)
    except Unreadable:
        return None
    server, owner = values.whole(row.get("id")), values.whole(row.get("owner"))
    if server is None:
        return None
    price, rating, coins = values.fields(row.get("price")), values.fields(row.get("rating")), row.get("allowed_coins")
    return Listing(
        id=ServerId(server),
        owner=None if owner is None else OwnerId(owner),
        max_length=values.hours(row.get("mrl")),
        on_demand=values.amounts(price.get("on_demand")),
        spot=values.amounts(price.get("spot")),
        usd_on_demand=_dollars(values.amounts(price.get("usd"))),
        rented=values.flag(row.get("rented")) is True,
        specs=values.specs(row.get("specs")),
        gpus=values.texts(row.get("gpu_array")),
        reliability=values.number(row.get("reliability")),
        rating=values.number(rating.get("avg")),
        rating_count=values.whole(rating.get("cnt")),
        allowed_coins=values.texts(coins) if isinstance(coins, list) else None,
        cuda=values.label(row.get("cuda_version")),
    )


def _trimmed(names: Iterable[str]) -> tuple[str, ...]:
    return tuple([trimmed for name in names if (trimmed := name.strip())])


def _sane(prices: Mapping[str, Decimal | None] | None) -> dict[str, Decimal]:
    return {coin: sane for coin, price in (prices or {}).items() if (sane := values.sane(price)) is not None}


def _dollars(usd: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """`price.usd.on_demand_btc` and its like, by coin. Its `spot` is 0 in recorded replies and is not kept."""
    return {coin: usd[field] for field, coin in _USD_FIELDS.items() if usd.get(field)}


def _specs(specs: _Specs) -> Specs:
    net = specs.net or _NET
    return Specs(
        gpu=specs.gpu,
        gpu_ram_gb=values.sane(specs.gpuram),
        cpu=specs.cpu,
        cpus=specs.cpus,
        ram_gb=values.sane(specs.ram),
        disk=specs.disk,
        disk_mb_s=values.sane(specs.disk_speed),
        board=specs.mb,
        down_mbit=values.sane(net.down),
        up_mbit=values.sane(net.up),
        country=net.cc,
    )


def _own(value: object) -> frozenset[ServerId]:
    numbers = (values.whole(one) for one in value) if isinstance(value, list) else ()
    return frozenset(ServerId(number) for number in numbers if number is not None)
