"""A seeded market: believable machines of hosts that own one or many."""

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import TypeVar

from bot.sandbox.clore import catalogue
from bot.sandbox.clore.catalogue import Gpu
from bot.sandbox.clore.coins import BITCOIN, CLORE, COINS, RATES_IN_USD, USD, from_usd
from bot.sandbox.clore.model import Row, Server

FIRST_SERVER = 1200
FIRST_OWNER = 2000
REFUSES_A_COIN = 0.07
SUSPICIOUS_PRICE = 0.02

T = TypeVar("T")


def market(seed: int, size: int) -> list[Server]:
    """`size` servers, the same ones for the same seed."""
    random = Random(f"market {seed}")
    number, servers, owner, left = FIRST_SERVER, list[Server](), FIRST_OWNER, 0
    for _ in range(size):
        if left == 0:
            owner, left = owner + random.randint(1, 9), _farm_size(random)
        number += random.choice((1, 1, 1, 2, 3, 7, 12))
        servers.append(machine(random, number, owner))
        left -= 1
    return servers


def machine(random: Random, number: int, owner: int) -> Server:
    gpu = random.choices(catalogue.GPUS, [each.weight for each in catalogue.GPUS])[0]
    cards = min(weighted(random, catalogue.CARDS), 8 if gpu.memory > 24 else 12)
    mixed = cards > 2 and random.random() < 0.05
    usd = Decimal(f"{gpu.usd_per_day * cards * random.uniform(0.72, 1.5):.2f}")
    usd_spot = (usd * random.choice((Decimal("0.4"), Decimal("0.5"), Decimal("0.6"), Decimal("0.75")))).quantize(
        Decimal("0.01")
    )
    on_demand, spot = _prices(random, usd), _prices(random, usd_spot)
    return Server(
        id=number,
        owner=owner,
        mrl_hours=random.choice(catalogue.LENGTHS_HOURS),
        on_demand=on_demand,
        spot={} if random.random() < 0.04 else spot,
        specs=specs(random, gpu, cards, mixed=mixed),
        extras=_extras(random, gpu, cards, mixed, on_demand),
        older=random.random() < 0.06,
        usd=_usd_prices(on_demand) if random.random() < 0.9 else None,
    )


def specs(random: Random, gpu: Gpu, cards: int, *, mixed: bool = False) -> Row:
    """`specs` of a marketplace row, with the odd values that real machines report."""
    big = gpu.memory > 24 or cards > 6
    cpu, cores, board = random.choice(
        [each for each in catalogue.CPUS if not big or each[2] in catalogue.SERVER_BOARDS]
    )
    disk_gb = random.choice((120, 240, 500, 1000, 2000, 4000)) * random.uniform(0.86, 0.98)
    row: Row = {
        "mb": board,
        "cpu": cpu,
        "cpus": cores,
        "ram": _digits(random.choice(catalogue.MEMORY_GB) * random.uniform(0.965, 0.998), 14),
        "disk": f"{random.choice(catalogue.DISKS)} disk {disk_gb:.10f}GB",
        "disk_speed": random.choice((0, 420, 550, 1800, 2000, 3400, Decimal("6512.5"))),
        "gpu": f"{cards}x {'Mixed GPUs' if mixed else gpu.name}",
        "gpuram": gpu.memory,
        "net": {
            "up": _digits(random.lognormvariate(4.6, 1.0), 2),
            "down": _digits(random.lognormvariate(5.3, 0.9), 2),
            "cc": weighted(random, catalogue.COUNTRIES),
        },
    }
    if random.random() < 0.05:
        del row["disk_speed"]
    return row


def weighted(random: Random, table: Sequence[tuple[T, int]]) -> T:
    """One of a table of (value, weight)."""
    return random.choices([value for value, _ in table], [weight for _, weight in table])[0]


def _farm_size(random: Random) -> int:
    return random.choice((1, 1, 1, 1, 2, 2, 3, 5, 8, 14, 25))


def _prices(random: Random, usd: Decimal) -> dict[str, Decimal]:
    """The same price in every coin; some hosts leave a coin out or forget to change one."""
    prices = {coin: from_usd(usd, coin, RATES_IN_USD) for coin in COINS}
    prices[USD] = usd
    if random.random() < SUSPICIOUS_PRICE:
        prices[CLORE] = (prices[CLORE] * Decimal("0.45")).quantize(Decimal("0.01"))
    luck, coin = random.random(), random.choice((CLORE, USD))
    if luck < 0.07:
        del prices[coin]
    elif luck < 0.1:
        prices[coin] = Decimal(0)
    return prices


def _usd_prices(on_demand: dict[str, Decimal]) -> Row:
    names = {BITCOIN: "on_demand_btc", CLORE: "on_demand_clore", USD: "on_demand_usd"}
    row: Row = {
        names[coin]: (price * RATES_IN_USD[coin]).quantize(Decimal("0.0001")) for coin, price in on_demand.items()
    }
    return {**row, "spot": 0}


def _extras(random: Random, gpu: Gpu, cards: int, mixed: bool, on_demand: dict[str, Decimal]) -> Row:
    refused = random.choice(sorted(on_demand)) if random.random() < REFUSES_A_COIN else None
    row: Row = {
        "reliability": _digits(min(1.0, random.betavariate(40, 1)), 4),
        "allowed_coins": [coin for coin in on_demand if coin != refused],
        "rating": {"avg": _digits(random.triangular(2.5, 5, 4.8), 2), "cnt": int(random.expovariate(1 / 12))},
        "gpu_array": _gpu_array(random, gpu, cards, mixed),
        "cuda_version": random.choice(catalogue.CUDA_VERSIONS),
        "autoprice": random.random() < 0.3,
        "gigaspot": random.choice((False, False, False, True, {"enabled": True, "discount": Decimal("0.25")})),
    }
    if cards > 1 and random.random() < 0.2:
        free = sorted(random.sample(range(cards), random.randint(1, cards)))
        row["partial_gpu_rental"] = {"total_gpus": cards, "available_gpus": len(free), "free_indices": free}
    for name in ("reliability", "rating", "gpu_array", "cuda_version", "autoprice", "gigaspot"):
        if random.random() < 0.06:
            del row[name]
    return row


def _gpu_array(random: Random, gpu: Gpu, cards: int, mixed: bool) -> list[object]:
    names = [gpu.name, *(random.choice(catalogue.GPUS).name if mixed else gpu.name for _ in range(cards - 1))]
    array: list[object] = [f" {name}" if place else name for place, name in enumerate(names)]
    return [array] if random.random() < 0.05 else array


def _digits(value: float, places: int) -> Decimal:
    return Decimal(f"{value:.{places}f}")
