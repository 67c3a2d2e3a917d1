"""A marketplace made by hand: rows as CLORE.AI lists them."""

from __future__ import annotations

import json
from typing import Any, Final

from tests.journeys.stories import Row, auction
from tests.stage import Json, Person, Stage, eventually, labels

BTC_IN_USD: Final = 100_000
BIDS: Final = "spot_marketplace"


def listed(number: int, gpu: str = "4x NVIDIA GeForce RTX 4090", usd: float = 8, **more: Any) -> Row:
    """A machine for so many dollars a day on demand, half of it on the spot market; the host takes bitcoin and dollars."""
    bitcoin = usd / BTC_IN_USD
    return {
        "id": number,
        "owner": 7_000 + number,
        "mrl": 168,
        "price": {
            "on_demand": {"bitcoin": bitcoin, "USD-Blockchain": usd},
            "spot": {"bitcoin": bitcoin / 2, "USD-Blockchain": usd / 2},
            "usd": {"on_demand_btc": usd, "on_demand_usd": usd, "spot": 0},
        },
        "specs": {
            "gpu": gpu,
            "gpuram": 24,
            "ram": 125.6,
            "cpu": "AMD EPYC 7302",
            "cpus": "32/16",
            "disk": "NVMe disk 930.5GB",
            "disk_speed": 2000,
            "net": {"up": 90, "down": 480, "cc": "DE"},
        },
        "reliability": 0.991,
        "allowed_coins": ["bitcoin", "USD-Blockchain"],
        "rating": {"avg": 4.8, "cnt": 12},
        "cuda_version": "12.4",
        **more,
    }


def fleet(count: int, first: int = 100, **more: Any) -> list[Row]:
    """Machines alike but for their price: the first is the cheapest."""
    return [listed(first + place, usd=8 + place, **more) for place in range(count)]


def restock(stage: Stage, *rows: Row) -> None:
    """From now on these are the whole marketplace; a row that says `rented` has a tenant on demand."""
    stage.clore.load({"servers": list(rows), "rates": {"bitcoin": BTC_IN_USD}}, key=key_of(stage))


def key_of(stage: Stage) -> str:
    """The first account that has a key: what it is asked with changes nothing of the marketplace."""
    return next(account.key for account in stage.clore.world.accounts.values() if account.key)


def answers(stage: Stage, *offers: Row, exists: bool = True, rates: Row | None = None, **server: Any) -> None:
    """Every auction is shown exactly so from now on."""
    told = auction(*offers)
    told["server"] |= server
    if rates is not None:
        told["currency_rates_in_usd"] = rates
    reply = {"market": told, "exists": True, "code": 0} if exists else {"exists": False, "code": 0}
    stage.clore.answer(BIDS, json.dumps(reply), times=None)


async def offered(person: Person, label: str) -> Json:
    """Waits until the newest message has a button that says this."""

    async def there() -> Json | None:
        last = await person.last()
        return last if any(label in each for each in labels(last)) else None

    found: Json = await eventually(there, f"a button {label!r}", person.screenful)
    return found


async def stranger(stage: Stage, *rows: Row) -> Person:
    """Ada without an account, before a marketplace of these machines."""
    stage.clore.add_key()
    restock(stage, *rows)
    return Person(stage)
