"""Values of the alerts and the domain as JSON text for a row, and back: money as text, moments with their zone."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, TypeVar, get_type_hints

import msgspec

from bot.alerts.alert import FACTS, AlertType
from storage.errors import Unreadable, Unwritable

T = TypeVar("T")

_ENCODER = msgspec.json.Encoder(decimal_format="string")
_RAW = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TYPE = msgspec.json.Decoder(AlertType)


def encode(value: object) -> str:
    """A dataclass of `bot.domain` or `bot.alerts` as JSON. What it holds is plain text: seal what is secret.

    `Unwritable` for text with half a character (a lone surrogate).
    """
    try:
        return _ENCODER.encode(value).decode()
    except UnicodeEncodeError as error:
        raise Unwritable(f"a {type(value).__name__} cannot be stored: {type(error).__name__}") from None


def decode(as_: type[T], body: str | bytes) -> T:
    """The value again. Fields that the type no longer has are passed over; `Unreadable` where one is missing or wrong."""
    kind: Any = as_
    try:
        value: T = _with_facts(kind, body) if _has_facts(kind) else _decoder(kind).decode(body)
    except (msgspec.MsgspecError, TypeError, ValueError, KeyError) as error:
        raise Unreadable(f"a stored {as_.__name__} cannot be read: {type(error).__name__}") from error
    return value


def _with_facts(as_: Any, body: str | bytes) -> Any:
    """An alert's facts have the type that belongs to the alert's own type."""
    raw = _RAW.decode(body)
    facts: Any = FACTS[_TYPE.decode(raw["type"])]
    decoders = {**_field_decoders(as_), "facts": _decoder(facts)}
    return as_(**{name: decoder.decode(raw[name]) for name, decoder in decoders.items() if name in raw})


@functools.cache
def _has_facts(as_: type[Any]) -> bool:
    return dataclasses.is_dataclass(as_) and any(field.name == "facts" for field in dataclasses.fields(as_))


@functools.cache
def _field_decoders(as_: type[Any]) -> dict[str, msgspec.json.Decoder[Any]]:
    hints = get_type_hints(as_)
    return {field.name: _decoder(hints[field.name]) for field in dataclasses.fields(as_) if field.name != "facts"}


@functools.cache
def _decoder(as_: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(as_)
