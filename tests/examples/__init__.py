"""Every request and reply that the API reference of CLORE.AI prints, for all tests to read.

`OPERATION_N.reply.json` and `OPERATION_N.request.json` (the body after `-d`) hold the Nth example of an operation, as
printed. Mended to valid JSON: the reply of my_orders (a comma after each `"down": 118.42`) and both requests of
create_order (a comma after the last variable of `env`). The API keys of the printed commands are left out; the tokens
and passwords in the bodies are the reference's own samples and open nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed request: `body` names its file, `None` where it has none."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None


REQUESTS: Mapping[str, Printed] = {
    "wallets_1": Printed("GET", "wallets"),
    "my_servers_1": Printed("GET", "my_servers"),
    "server_config_1": Printed("GET", "server_config", body="server_config_1.request"),
    "marketplace_1": Printed("GET", "marketplace"),
    "my_orders_1": Printed("GET", "my_orders", {"return_completed": "true"}),
    "spot_marketplace_1": Printed("GET", "spot_marketplace", {"market": "6"}),
    "set_server_settings_1": Printed("POST", "set_server_settings", body="set_server_settings_1.request"),
    "set_spot_price_1": Printed("POST", "set_spot_price", body="set_spot_price_1.request"),
    "set_spot_price_2": Printed("POST", "set_spot_price", body="set_spot_price_2.request"),
    "set_spot_price_3": Printed("POST", "set_spot_price", body="set_spot_price_3.request"),
    "cancel_order_1": Printed("POST", "cancel_order", body="cancel_order_1.request"),
    "create_order_1": Printed("POST", "create_order", body="create_order_1.request"),
    "create_order_2": Printed("POST", "create_order", body="create_order_2.request"),
}
"""The printed requests; `server_config` is printed without a method for its GET with a body."""


def load(name: str) -> bytes:
    """The bytes of an example: `load("my_orders_1.reply")`, `load("create_order_2.request")`."""
    return (_HERE / f"{name}.json").read_bytes()


def names(kind: str) -> list[str]:
    """All examples of a kind, `reply` or `request`, as `load` takes them."""
    return sorted(path.stem for path in _HERE.glob(f"*.{kind}.json"))
