"""A reply's JSON object, split into the text of its parts before any of them is read.

Splitting goes at about a gigabyte a second and checks the syntax of the whole; reading the parts is the slow half, and
can be done a slice at a time.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from bot.clore import values
from bot.clore.errors import Unreadable

ROWS_A_SLICE = 64
BYTES_A_SLICE = 128 * 1024
"""One to two milliseconds of reading: what the event loop may be held up by one slice."""
MAX_ROW_BYTES = 512 * 1024
"""No order or server is larger; one such row alone would hold up the event loop."""

_parts = msgspec.json.Decoder(dict[str, msgspec.Raw])
_rows = msgspec.json.Decoder(list[msgspec.Raw])
_value: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=values.decimal_text)

_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
"""Any escape of JSON; the group is half a character without its other half."""

Row = TypeVar("Row")


class Document:
    """The top level of one reply. Unknown parts are kept unread."""

    __slots__ = ("_parts",)

    def __init__(self, body: bytes) -> None:
        """Raises `Unreadable` for anything that is not one JSON object."""
        try:
            self._parts = _parts.decode(body)
        except (ValueError, RecursionError):
            self._parts = _mended(body)

    def get(self, name: str) -> object:
        """One value, read; `None` where it is missing."""
        return None if name not in self._parts else read_value(self._parts[name])

    def rows(self, name: str) -> list[msgspec.Raw]:
        """The rows of a list that must be there, unread."""
        try:
            return _rows.decode(self._parts[name])
        except (KeyError, ValueError, RecursionError):
            raise Unreadable(f"CLORE.AI's answer has no list of {name}") from None


def read_value(raw: msgspec.Raw) -> object:
    """JSON to plain values, numbers with a point or an exponent to `Decimal` (absurd ones to `None`)."""
    try:
        return _value.decode(raw)
    except (ValueError, RecursionError):
        raise Unreadable("CLORE.AI's answer holds a value that is not JSON") from None


def _mended(body: bytes) -> dict[str, msgspec.Raw]:
    """Half a character (a lone surrogate) becomes U+FFFD: a name with one must not hide all that stands beside it."""
    if not _HALF.search(body):
        raise Unreadable("CLORE.AI's answer is not a JSON object")
    try:
        return _parts.decode(_ESCAPE.sub(lambda found: found[0] if found[1] is None else b"\\ufffd", body))
    except (ValueError, RecursionError):
        raise Unreadable("CLORE.AI's answer is not a JSON object") from None


def row_fields(raw: msgspec.Raw) -> dict[str, object]:
    """One row as an object; raises `Unreadable` for anything else."""
    if memoryview(raw).nbytes > MAX_ROW_BYTES:
        raise Unreadable("CLORE.AI's answer holds a row of absurd size")
    found = read_value(raw)
    if not isinstance(found, dict):
        raise Unreadable("CLORE.AI's answer holds a row that is not an object")
    return found


def slices(rows: Sequence[msgspec.Raw]) -> Iterator[Sequence[msgspec.Raw]]:
    """The rows in order, at most `ROWS_A_SLICE` and about `BYTES_A_SLICE` at a time."""
    begin = size = 0
    for end, row in enumerate(rows, 1):
        size += memoryview(row).nbytes
        if size >= BYTES_A_SLICE or end - begin >= ROWS_A_SLICE:
            yield rows[begin:end]
            begin, size = end, 0
    if begin < len(rows):
        yield rows[begin:]


async def read_rows(rows: Sequence[msgspec.Raw], read: Callable[[msgspec.Raw], Row | None]) -> tuple[Row, ...]:
    """Every row that `read` makes something of, with a breath for the event loop after each slice."""
    found: list[Row] = []
    for part in slices(rows):
        found += [row for raw in part if (row := read(raw)) is not None]
        await asyncio.sleep(0)
    return tuple(found)
