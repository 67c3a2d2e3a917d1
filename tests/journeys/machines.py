"""Machines of a marketplace made by hand, with two RTX 4090, each as good as the next unless a story says otherwise."""

from __future__ import annotations

from typing import Any

from tests.journeys.stories import Row

DOLLARS = 20_000
"""Of a bitcoin, by the prices of these hosts."""

SPECS: dict[str, Any] = {
    "cpu": "AMD EPYC 7402",
    "cpus": "24/48",
    "ram": 64.0,
    "disk": "NVMe 500GB",
    "disk_speed": 900.0,
    "gpu": "2x NVIDIA GeForce RTX 4090",
    "gpuram": 24,
    "net": {"up": 300.0, "down": 500.0, "cc": "DE"},
}


def machine(number: int, price: float, *, reliability: float = 0.99, rented: bool = False, **more: Any) -> Row:
    """A row of marketplace that takes bitcoin only; `price` per day. `specs` and other fields replace the usual ones."""
    specs = {**SPECS, **more.pop("specs", {})}
    return {
        "id": number,
        "owner": 7_000_000 + number,
        "mrl": 168,
        "price": {
            "on_demand": {"bitcoin": price},
            "spot": {"bitcoin": price / 2},
            "usd": {"on_demand_btc": price * DOLLARS, "spot": 0},
        },
        "rented": rented,
        "reliability": reliability,
        "allowed_coins": ["bitcoin"],
        "cuda_version": "12.4",
        "specs": specs,
        "gpu_array": [" NVIDIA GeForce RTX 4090"] * 2,
        **more,
    }
