"""JSON as it leaves: amounts stand there digit by digit, as exact as the `Decimal` they come from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

JsonValue = str | bool | int | Decimal | Mapping[str, "JsonValue"]


def encode(value: JsonValue) -> bytes:
    """Compact ASCII JSON. `Decimal("3.2E-6")` leaves as `0.0000032`; a number that is not finite is a `ValueError`."""
    return _text(value).encode("ascii")


def _text(value: JsonValue) -> str:
    match value:
        case bool() | int() | str():
            return json.dumps(value)
        case Decimal():
            if not value.is_finite():
                raise ValueError("JSON has no number that is not finite")
            return format(value, "f")
        case _:
            return "{" + ",".join(f"{json.dumps(name)}:{_text(part)}" for name, part in value.items()) + "}"
