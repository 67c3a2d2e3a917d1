"""Values of any of our types, invented by lot from their annotations: fast, and the same again for the same seed."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from random import Random
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

_TEXTS = ("", "CLORE-Blockchain", "8x RTX 3090", 'quote " and \\', "\u0000 \u2028 \U0001f5a5\ufe0f", "кириллица")
_AMOUNTS = ("0", "0.00000030", "3E-7", "1E+3", "-0.1", "123456789.123456789123456789")

_SCALARS: dict[type, Callable[[Random], Any]] = {
    str: lambda lot: lot.choice(_TEXTS),
    bool: lambda lot: lot.random() < 0.5,
    int: lambda lot: lot.choice((0, 1, -1, 38, (1 << 63) - 1, -(1 << 63))),
    Decimal: lambda lot: Decimal(lot.choice(_AMOUNTS)),
    datetime: lambda lot: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=lot.randrange(10**16)),
    timedelta: lambda lot: timedelta(microseconds=lot.randrange(-(10**15), 10**15)),
    types.NoneType: lambda _: None,
}


def invent(kind: Any, lot: Random) -> Any:
    """A value of this type; containers have up to three members."""
    if isinstance(kind, NewType):
        return invent(kind.__supertype__, lot)
    if kind in _SCALARS:
        return _SCALARS[kind](lot)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return kind(**{name: invent(hint, lot) for name, hint in _hints(kind).items()})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return lot.choice(list(kind))
    return _container(get_origin(kind), get_args(kind), lot)


def _container(origin: Any, of: tuple[Any, ...], lot: Random) -> Any:
    if origin in (Union, types.UnionType):
        return invent(lot.choice(of), lot)
    if origin is tuple:
        return tuple(invent(of[0], lot) for _ in range(lot.randrange(4)))
    if origin is frozenset:
        return frozenset(invent(of[0], lot) for _ in range(lot.randrange(4)))
    assert origin is Mapping, origin
    return {invent(of[0], lot): invent(of[1], lot) for _ in range(lot.randrange(4))}


def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}
