"""The ten operations of the API reference as requests: method, path, query, body. Nothing is sent from here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from bot.clore import wire
from bot.clore.errors import InvalidInput
from bot.domain.draft import NewOrder, Problem, issue_problems
from bot.domain.hosting import ServerSettings
from bot.domain.ids import OrderId, ServerId

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `changes`: it may spend or alter something, so that it is never repeated blindly."""

    operation: str
    method: str = "GET"
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)
    changes: bool = False
    creates: bool = False
    """create_order has a limit of its own beside that of all operations."""


def wallets() -> Call:
    return Call("wallets")


def my_servers() -> Call:
    return Call("my_servers")


def server_config(name: str) -> Call:
    """A GET with a JSON body (API reference)."""
    _check(_name_problems("server_name", name))
    return Call("server_config", body=wire.encode({"server_name": name}))


def marketplace() -> Call:
    return Call("marketplace")


def my_orders(*, completed: bool) -> Call:
    return Call("my_orders", query={"return_completed": "true"} if completed else {})


def spot_marketplace(server: ServerId) -> Call:
    return Call("spot_marketplace", query={"market": str(server)})


def set_server_settings(settings: ServerSettings) -> Call:
    problems = _name_problems("name", settings.name)
    problems += _price_problems("on_demand", settings.on_demand, zero=True)
    problems += _price_problems("spot", settings.spot_minimum, zero=True)
    if settings.max_length < _HOUR or settings.max_length % _HOUR:
        problems.append(Problem("mrl", "the longest rental is a whole number of hours"))
    _check(problems)
    return _change(
        "set_server_settings",
        {
            "name": settings.name,
            "availability": settings.available,
            "mrl": settings.max_length // _HOUR,
            "on_demand": settings.on_demand,
            "spot": settings.spot_minimum,
        },
    )


def set_spot_price(order: OrderId, price: Decimal) -> Call:
    _check(_price_problems("desired_price", price))
    return _change("set_spot_price", {"order_id": order, "desired_price": price})


def cancel_order(order: OrderId, issue: str | None = None) -> Call:
    _check(issue_problems(issue or ""))
    return _change("cancel_order", {"id": order, **({"issue": issue} if issue else {})})


def create_order(order: NewOrder) -> Call:
    """Within the limits by its type: a `NewOrder` is made by `Draft.ready`."""
    body: dict[str, wire.JsonValue] = {
        "currency": order.currency,
        "image": order.image,
        "renting_server": order.server,
        "type": "on-demand" if order.spot_price is None else "spot",
    }
    optional: dict[str, wire.JsonValue | None] = {
        "spotprice": order.spot_price,
        "ports": {str(port): kind for port, kind in order.ports.items()} or None,
        "env": dict(order.env) or None,
        "jupyter_token": order.jupyter_token,
        "ssh_key": order.ssh_key,
        "ssh_password": order.ssh_password,
        "command": order.command,
        "required_price": order.required_price,
        "autossh_entrypoint": order.autossh_entrypoint,
    }
    body |= {name: value for name, value in optional.items() if value is not None}
    return Call("create_order", "POST", body=wire.encode(body), changes=True, creates=True)


def _change(operation: str, body: Mapping[str, wire.JsonValue]) -> Call:
    return Call(operation, "POST", body=wire.encode(body), changes=True)


def _check(problems: tuple[Problem, ...] | list[Problem]) -> None:
    if problems:
        raise InvalidInput(problems)


def _name_problems(where: str, name: str) -> list[Problem]:
    return [] if name.strip() else [Problem(where, "a server's name is missing")]


def _price_problems(where: str, price: Decimal, *, zero: bool = False) -> list[Problem]:
    if price.is_finite() and (price > 0 or (zero and price == 0)):
        return []
    return [Problem(where, "a price is a number, zero or more" if zero else "a price is a number above zero")]
