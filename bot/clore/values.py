"""Single JSON values of CLORE.AI read tolerantly: what cannot be used is `None`, never an exception.

Ints, floats and exponents mix in recorded replies, numbers may be text, `[]` can stand for an empty object. Numbers are
`Decimal` from the JSON text on; absurd ones (not finite, beyond any amount of a coin) are no numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from bot.domain.hardware import Specs
from bot.domain.money import plain

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)
_LONGEST_NUMBER = 64
_LARGEST_EXPONENT = 20
_SMALLEST_EXPONENT = -40
_WHOLE_LIMIT = 2**63
_LONGEST_SPAN = timedelta(days=365_250)
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def decimal_text(text: str) -> Decimal | None:
    """A JSON number's text as it stands, exactly: `3e-7` keeps its one digit."""
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        return None
    try:
        return sane(Decimal(text))
    except InvalidOperation:  # an exponent of twenty digits
        return None


def sane(value: Decimal | None) -> Decimal | None:
    if value is None or not value.is_finite():
        return None
    if not value:
        return Decimal(0)  # 0E-400 would be written with 400 digits
    return value if _SMALLEST_EXPONENT <= value.adjusted() <= _LARGEST_EXPONENT else None


def number(value: object) -> Decimal | None:
    match value:
        case bool():
            return None
        case int():
            return Decimal(value) if abs(value) < _WHOLE_LIMIT else None
        case Decimal():
            return sane(value)
        case str():
            return decimal_text(value)
        case _:
            return None


def whole(value: object) -> int | None:
    if type(value) is int:
        return value if abs(value) < _WHOLE_LIMIT else None
    found = number(value)
    if found is None or found != found.to_integral_value():
        return None
    return whole(int(found))


def flag(value: object) -> bool | None:
    match value:
        case bool():
            return value
        case 0 | 1:
            return value == 1
        case _:
            return None


def text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def label(value: object) -> str | None:
    """Text that some replies give as a number: a port, a version."""
    if isinstance(value, bool):
        return None
    return plain(Decimal(value)) if isinstance(value, int | Decimal) else text(value)


def texts(value: object) -> tuple[str, ...]:
    """Trimmed texts; nested lists are laid flat (`gpu_array` of recorded replies has both blanks and nests)."""
    found: list[str] = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, str) and item.strip():
            found.append(item.strip())
    return tuple(found)


def fields(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def amounts(value: object) -> dict[str, Decimal]:
    """Amounts by coin. Coins that we do not know pass through; a coin without a usable amount is left out."""
    found = ((coin, number(amount)) for coin, amount in fields(value).items())
    return {coin: amount for coin, amount in found if amount is not None}


def span(value: object, unit: timedelta) -> timedelta | None:
    """So many units of time; `None` below zero or beyond a thousand years."""
    count = value if type(value) is int else number(value)
    if count is None or not 0 <= count <= _LONGEST_SPAN / unit:
        return None
    return unit * count if isinstance(count, int) else timedelta(microseconds=int(count * (unit // _MICROSECOND)))


def hours(value: object) -> timedelta | None:
    """`mrl` of marketplace, server_config and set_server_settings."""
    return span(value, timedelta(hours=1))


def seconds(value: object) -> timedelta | None:
    """`mrl` of my_orders and spot_marketplace, and every wait."""
    return span(value, timedelta(seconds=1))


def moment(value: object) -> datetime | None:
    """UNIX time."""
    since = seconds(value)
    return None if since is None else _EPOCH + since


def specs(value: object) -> Specs:
    found = fields(value)
    net = fields(found.get("net"))
    return Specs(
        gpu=text(found.get("gpu")),
        gpu_ram_gb=number(found.get("gpuram")),
        cpu=text(found.get("cpu")),
        cpus=label(found.get("cpus")),
        ram_gb=number(found.get("ram")),
        disk=text(found.get("disk")),
        disk_mb_s=number(found.get("disk_speed")),
        board=text(found.get("mb")),
        down_mbit=number(net.get("down")),
        up_mbit=number(net.get("up")),
        country=text(net.get("cc")),
    )
