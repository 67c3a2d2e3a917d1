"""JSON text whose numbers are `Decimal`, written the way a JavaScript service writes them.

The service behind the API reference prints 0.0000042, 3e-7, 5 and 2.5: no exponent from a millionth up, one below it,
no point in whole numbers. No digit is lost or added on the way.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import NoReturn


class Written(str):
    """A value that is JSON text already, so that a market of thousands is not written anew at every request."""

    __slots__ = ()


def read(text: str | bytes) -> object:
    """Any JSON value, its fractions as `Decimal`. Raises ValueError for anything that is not JSON, NaN included."""
    try:
        value: object = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


def write(value: object) -> str:
    """The JSON text of plain values, `Decimal` and `Written`. Raises TypeError for anything else."""
    match value:
        case Written():
            return str(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case int():
            return str(value)
        case Decimal():
            return number(value)
        case float():
            return number(Decimal(repr(value)))
        case Mapping():
            return "{" + ",".join(f"{write(str(key))}:{write(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(write, value)) + "]"
        case _:
            raise TypeError(f"not a JSON value: {type(value).__name__}")


def number(value: Decimal) -> str:
    """A number as JavaScript prints it; null for what is not finite, as JSON.stringify does."""
    if not value.is_finite():
        return "null"
    if not value:
        return "0"
    sign, digits, _ = value.as_tuple()
    significant = "".join(map(str, digits)).rstrip("0")
    magnitude = value.adjusted()
    minus = "-" if sign else ""
    if -7 < magnitude < 21:
        return minus + _plain(significant, magnitude)
    fraction = f".{significant[1:]}" if significant[1:] else ""
    return f"{minus}{significant[0]}{fraction}e{magnitude:+d}"


def _plain(significant: str, magnitude: int) -> str:
    if magnitude < 0:
        return "0." + "0" * (-magnitude - 1) + significant
    whole = significant[: magnitude + 1].ljust(magnitude + 1, "0")
    fraction = significant[magnitude + 1 :]
    return f"{whole}.{fraction}" if fraction else whole


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
