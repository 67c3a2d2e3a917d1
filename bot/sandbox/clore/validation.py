"""The documented limits of every request; what breaks one is answered with code 2."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from bot.sandbox.clore.coins import COINS
from bot.sandbox.clore.jsontext import write

MOST_PORTS: Final = 5
LONGEST_ENV: Final = 12_000
LONGEST_ENV_NAME: Final = 128
LONGEST_ENV_VALUE: Final = 1_536
LONGEST_TOKEN: Final = 32
LONGEST_PASSWORD: Final = 32
LONGEST_SSH_KEY: Final = 3_072
LONGEST_ISSUE: Final = 2_048

_STARRED = re.compile(r"[A-Za-z0-9\s\-=.@+/]+", re.ASCII)
_IMAGE = re.compile(r"(?:[a-z0-9]+(?:[._-]+[a-z0-9]+)*/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?", re.ASCII)  # fmt: skip


class InvalidError(Exception):
    """Code 2. The text is for the log of the stand-in; the API itself gives none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """A valid create_order. `spot_price` is set for an offer only."""

    server: int
    coin: str
    image: str
    spot_price: Decimal | None
    required_price: Decimal | None
    ports: Mapping[str, str]
    breaks_the_service: bool
    """An `&` in a value of env: the service answers HTTP 500, code 1."""

    @property
    def spot(self) -> bool:
        return self.spot_price is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSettings:
    """A valid set_server_settings: the whole record. Prices by coin, per day."""

    name: str
    available: bool
    mrl_hours: int
    on_demand: Mapping[str, Decimal]
    spot: Mapping[str, Decimal]
    refused: frozenset[str]
    """Coins switched off by `enabled-<coin>`."""


def new_order(body: Mapping[str, object]) -> NewOrder:
    """Raises InvalidError."""
    kind = _text(body, "type")
    _require(kind in {"on-demand", "spot"}, "type")
    env = _env(body.get("env", {}))
    _starred(body, "jupyter_token", LONGEST_TOKEN)
    _starred(body, "ssh_password", LONGEST_PASSWORD)
    _starred(body, "ssh_key", LONGEST_SSH_KEY)
    _require(isinstance(body.get("command", ""), str), "command")
    _require(isinstance(body.get("autossh_entrypoint", False), bool), "autossh_entrypoint")
    return NewOrder(
        server=_whole(body, "renting_server"),
        coin=_coin(body),
        image=_image(body),
        spot_price=_price(body, "spotprice") if kind == "spot" else None,
        required_price=_price(body, "required_price") if "required_price" in body and kind == "on-demand" else None,
        ports=_ports(body.get("ports", {})),
        breaks_the_service=any("&" in value for value in env.values()),
    )


def new_settings(body: Mapping[str, object]) -> NewSettings:
    """Raises InvalidError. Beyond the reference: `<coin>_on_demand`, `<coin>_spot`, `enabled-<coin>`."""
    hours = _whole(body, "mrl")
    _require(hours > 0, "mrl")
    available = body.get("availability")
    _require(isinstance(available, bool), "availability")
    pairs = {
        "on_demand": {COINS[0]: _price(body, "on_demand", zero=True)},
        "spot": {COINS[0]: _price(body, "spot", zero=True)},
    }
    for kind, prices in pairs.items():
        prices |= {coin: _price(body, f"{coin}_{kind}", zero=True) for coin in COINS if f"{coin}_{kind}" in body}
    return NewSettings(
        name=_text(body, "name"),
        available=bool(available),
        mrl_hours=hours,
        on_demand=pairs["on_demand"],
        spot=pairs["spot"],
        refused=frozenset(coin for coin in COINS if body.get(f"enabled-{coin}") is False),
    )


def new_price(body: Mapping[str, object]) -> tuple[int, Decimal]:
    """Order and desired price of set_spot_price. Raises InvalidError."""
    return _whole(body, "order_id"), _price(body, "desired_price")


def cancellation(body: Mapping[str, object]) -> int:
    """The order of cancel_order. Raises InvalidError."""
    issue = body.get("issue", "")
    _require(isinstance(issue, str) and len(issue) <= LONGEST_ISSUE, "issue")
    return _whole(body, "id")


def server_name(body: Mapping[str, object]) -> str:
    """Raises InvalidError."""
    return _text(body, "server_name")


def market_number(query: Mapping[str, str]) -> int:
    """`market` of spot_marketplace. Raises InvalidError."""
    text = query.get("market", "")
    _require(text.isascii() and text.isdecimal() and len(text) < 16, "market")
    return int(text)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise InvalidError(what)


def _text(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidError(name)
    return value


def _whole(body: Mapping[str, object], name: str) -> int:
    """An integer, also one written 6.0."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise InvalidError(name)
    _require(-(2**53) <= value <= 2**53 and value == int(value), name)
    return int(value)


def _price(body: Mapping[str, object], name: str, *, zero: bool = False) -> Decimal:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not (value > 0 or (zero and value == 0)):
        raise InvalidError(name)
    _require(value < 10**12, name)
    return Decimal(value)


def _coin(body: Mapping[str, object]) -> str:
    coin = _text(body, "currency")
    _require(coin in COINS, "currency")
    return coin


def _image(body: Mapping[str, object]) -> str:
    """A name from Docker Hub: nothing that names another registry."""
    image = _text(body, "image")
    _require(_IMAGE.fullmatch(image) is not None, "image")
    host, slash, _ = image.partition("/")
    _require(not slash or ("." not in host and host != "localhost"), "image")
    return image


def _starred(body: Mapping[str, object], name: str, longest: int) -> None:
    if name in body:
        value = _text(body, name)
        _require(len(value) <= longest and _STARRED.fullmatch(value) is not None, name)


def _ports(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > MOST_PORTS:
        raise InvalidError("ports")
    for port, protocol in value.items():
        _require(
            port.isascii()
            and port.isdecimal()
            and len(port) < 6
            and 0 < int(port) < 65536
            and protocol in ("tcp", "http"),
            "ports",
        )
    return value


def _env(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or len(write(value)) > LONGEST_ENV:
        raise InvalidError("env")
    for name, text in value.items():
        _require(0 < len(name) <= LONGEST_ENV_NAME and isinstance(text, str) and len(text) <= LONGEST_ENV_VALUE, "env")
    return value
