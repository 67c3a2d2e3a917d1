"""The words of a search line: flags, coins, units and what stands for a sign, with everything that people call them."""

from __future__ import annotations

import difflib
import re
from decimal import Decimal
from typing import Final

from bot.domain.money import BITCOIN, CLORE, USD
from bot.domain.query.conditions import SortKey
from bot.domain.query.limits import FIGURES, Figure, Sign
from bot.domain.query.places import NAMES, REGIONS

COINS: Final = {
    **dict.fromkeys(("btc", "bitcoin", "bitcoins", "xbt", "₿"), BITCOIN),
    **dict.fromkeys(("clore", "clore-blockchain", "clores"), CLORE),
    **dict.fromkeys(("usd", "usd-blockchain", "dollar", "dollars", "usdt", "$"), USD),
}

SIGNS: Final = {
    **{"<": Sign.UNDER, "<=": Sign.AT_MOST, "=<": Sign.AT_MOST, "≤": Sign.AT_MOST},
    **{">": Sign.OVER, ">=": Sign.AT_LEAST, "=>": Sign.AT_LEAST, "≥": Sign.AT_LEAST},
    **{"=": Sign.IS, "==": Sign.IS},
    **dict.fromkeys(("under", "below", "less than", "cheaper than"), Sign.UNDER),
    **dict.fromkeys(("over", "above", "more than"), Sign.OVER),
    **dict.fromkeys(("at most", "max", "maximum", "up to", "upto"), Sign.AT_MOST),
    **dict.fromkeys(("at least", "min", "minimum"), Sign.AT_LEAST),
}

FREE: Final = frozenset(("free", "available", "unrented", "idle", "not rented", "notrented"))
RENTED: Final = frozenset(("rented", "taken", "occupied", "busy"))
ALL: Final = frozenset(("all", "everything", "any"))
SPOT: Final = frozenset(("spot", "bid", "bids", "auction", "interruptible"))
ON_DEMAND: Final = frozenset(("ondemand", "on-demand", "on demand", "demand", "od", "not spot", "notspot"))
FILLING: Final = frozenset(
    [
        "and",
        "or",
        "with",
        "the",
        "a",
        "an",
        "for",
        "of",
        "gpu",
        "gpus",
        "card",
        "cards",
        "machine",
        "machines",
        "server",
        "servers",
        "please",
        "only",
        "want",
        "need",
        "has",
        "have",
        "rent",
    ]
)
"""Words that people put between those that count."""
NOT: Final = ("not", "without", "except", "excluding", "exclude")
LEADS_PLACE: Final = ("in", "from", "country", "region", "location", "place", "cc", "geo")
LEADS_COIN: Final = ("coin", "coins", "currency", "takes", "accepts", "pay")
LEADS_GPU: Final = ("gpu", "gpus", "model", "card")
LEADS_PRICE: Final = ("price", "cost", "usd/day", "budget", "costs")
SERVER: Final = ("id", "server", "machine", "srv")
OWNER: Final = ("owner", "host", "provider")

SORTS: Final = {
    **{name: SortKey(figure.value) for name, figure in FIGURES.items() if figure.value in set(SortKey)},
    **{key.value: key for key in SortKey},
    **{"cost": SortKey.PRICE, "cheap": SortKey.PRICE, "usd": SortKey.PRICE},
    **{"gpuprice": SortKey.GPU, "price/gpu": SortKey.GPU, "pergpu": SortKey.GPU},
}
DOWNWARD: Final = frozenset(("-", "desc", "descending", "reverse", "↓"))
UPWARD: Final = frozenset(("+", "asc", "ascending", "↑"))

_GB: Final = {"gb": 1, "g": 1, "gib": 1, "gig": 1, "tb": 1000, "tib": 1000, "t": 1000}
_MBIT: Final = {
    **dict.fromkeys(("mbit", "mbits", "mbps", "mb", "m", "mbit/s", "mb/s"), 1),
    **dict.fromkeys(("gbit", "gbits", "gbps", "gb", "g", "gbit/s", "gb/s"), 1000),
}
HOURS: Final = {
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 1),
    **dict.fromkeys(("d", "day", "days"), 24),
    **dict.fromkeys(("w", "week", "weeks"), 168),
    **dict.fromkeys(("month", "months"), 720),
}
UNITS: Final = {
    **dict.fromkeys((Figure.RAM, Figure.VRAM, Figure.DISK), _GB),
    **dict.fromkeys((Figure.DOWN, Figure.UP), _MBIT),
    Figure.LENGTH: HOURS,
    Figure.RELIABILITY: {"%": 1, "percent": 1},
    Figure.COUNT: {"gpu": 1, "gpus": 1},
    Figure.RATING: {"stars": 1, "star": 1},
}
"""What may stand behind a figure, and how many of our units it is."""
PER_GPU: Final = frozenset(("gpu", "gpus", "card", "cards"))
PER_HOUR: Final = frozenset(("h", "hr", "hour"))
PER_DAY: Final = frozenset(("d", "day"))
PER_MACHINE: Final = frozenset(("machine", "server", "rig"))

KEYS: Final = {
    **FIGURES,
    **{"gpu ram": Figure.VRAM, "gpu memory": Figure.VRAM, "video ram": Figure.VRAM, "gpu count": Figure.COUNT},
    **{
        "cpu cores": Figure.CORES,
        "cpu threads": Figure.THREADS,
        "disk space": Figure.DISK,
        "cuda version": Figure.CUDA,
    },
    **{"max length": Figure.LENGTH, "rental length": Figure.LENGTH},
}
EXAMPLES: Final = {
    Figure.COUNT: "x4",
    Figure.VRAM: "vram>=24",
    Figure.RELIABILITY: "rel>98",
    Figure.RATING: "rating>=4",
    Figure.RAM: "ram>=64",
    Figure.CORES: "cores>=16",
    Figure.THREADS: "threads>=32",
    Figure.DISK: "disk>=200",
    Figure.DOWN: "down>=500",
    Figure.UP: "up>=100",
    Figure.CUDA: "cuda>=12",
    Figure.LENGTH: "mrl>=72",
}

_KNOWN: Final = sorted(
    {
        *FIGURES,
        *COINS,
        *FREE,
        *RENTED,
        *ALL,
        *SPOT,
        *ON_DEMAND,
        *REGIONS,
        "sort",
        "price",
        "owner",
        "server",
        "id",
        "mixed",
    }
    | {name for name in NAMES if " " not in name}
)


def nearest(word: str) -> str | None:
    """The known word that was probably meant."""
    found = difflib.get_close_matches(word[:24], _KNOWN, n=1, cutoff=0.7)
    return found[0] if found else None


def joined(text: str) -> str:
    """`on-demand`, `on demand`, `ondemand`: one word."""
    return text.replace(" ", "").replace("-", "")


_JOINED_SIGNS: Final = {joined(word): sign for word, sign in SIGNS.items()}
_JOINED_KEYS: Final = {joined(word): figure for word, figure in KEYS.items()}


def sign(text: str) -> Sign:
    return _JOINED_SIGNS[joined(text)]


def key(text: str) -> Figure:
    return _JOINED_KEYS[joined(text)]


def alternatives(*words: str) -> str:
    """For a regular expression, the longest first."""
    return "|".join(re.escape(word).replace(r"\ ", r"[ -]?") for word in sorted(words, key=len, reverse=True))


def number(text: str) -> Decimal | None:
    """A typed number; `None` for one that can be read in two ways or is absurd."""
    whole, _, part = text.partition(".")
    if "," in text or "." in part or len(whole) > 12 or len(part) > 18:
        return None
    return Decimal(text)
