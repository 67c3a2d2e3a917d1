"""How a machine of the marketplace is named everywhere: what it is, what it costs, who may rent it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from bot.domain.hardware import Specs
from bot.domain.ids import OwnerId, ServerId
from bot.domain.market import Listing
from bot.domain.money import USD, Money, Rates, symbol
from bot.domain.quote import Quote, can_pay, quotes
from bot.domain.spending import Wallet
from handlers.views.html import Html, bold, code, join, say, text, tidy
from handlers.views.words import coin, dollars, duration, exact_coin, number, percent, usd, worth

MOST_COINS: Final = 4


@dataclass(frozen=True, slots=True)
class Reader:
    """What the chat that looks has to do with machines.

    `account`: the default one's name; `wallets`: its balances, `None` where not known. `holders`: machines on which a
    spot tenant was just seen, and when; of every other machine that is not known.
    """

    favourites: frozenset[ServerId] = frozenset()
    watched: frozenset[ServerId] = frozenset()
    blocked: frozenset[ServerId] = frozenset()
    blocked_owners: frozenset[OwnerId] = frozenset()
    own: frozenset[ServerId] = frozenset()
    account: str | None = None
    wallets: tuple[Wallet, ...] | None = None
    holders: Mapping[ServerId, datetime] = field(default_factory=dict)

    def blocks(self, listing: Listing) -> bool:
        return listing.id in self.blocked or listing.owner in self.blocked_owners


NOBODY: Final = Reader()
"""A reader of whom nothing is known."""


def named(listing: Listing) -> Html:
    """`4x RTX 4090 24 GB`."""
    ram = listing.specs.gpu_ram_gb
    return join((bold(tidy(listing.specs.title, 32)), say("{ram} GB", ram=number(ram)) if ram else None), " ")


def gpus(listing: Listing) -> int:
    """How many GPUs the price is divided by: one where CLORE.AI does not say."""
    return listing.specs.gpu_count or 1


def day_price(quote: Quote, rates: Rates | None) -> Html:
    """`0.0001 BTC (≈ $8.4) a day with fee`: for the whole machine."""
    least = Html("from " if quote.spot else "")
    return say("{least}{price} a day with fee", least=least, price=worth(quote.per_day, rates))


def smaller_prices(quote: Quote, count: int, rates: Rates | None) -> Html:
    """Per hour, and per GPU and day where there are several."""
    each = say("{price} a day per GPU", price=worth(quote.per_gpu(count), rates)) if count > 1 else None
    return join((say("{price} an hour", price=worth(quote.per_hour, rates)), each))


def short_price(money: Money, rates: Rates | None) -> str:
    """For a button or a column: dollars where there is a rate, else the coin."""
    value = money.amount if money.currency == USD else rates.dollars(money) if rates else None
    return usd(value) if value is not None else coin(money)


def marks(listing: Listing, reader: Reader, *, suspicious: bool = False) -> tuple[Html, ...]:
    """What must not be overlooked."""
    found = (
        ("★ favourite", listing.id in reader.favourites),
        ("yours: cannot be rented", listing.id in reader.own),
        ("rented on demand", listing.rented),
        ("held by a spot tenant", not listing.rented and listing.id in reader.holders),
        ("⚠️ suspicious price", suspicious),
        ("🚫 blocked", reader.blocks(listing)),
    )
    return tuple(say(words) for words, holds in found if holds)


def trust(listing: Listing) -> Html | None:
    """Reliability and rating, where CLORE.AI gives them."""
    rating = None
    if listing.rating is not None:
        votes = say(" ({count})", count=listing.rating_count) if listing.rating_count is not None else Html("")
        rating = say("rated {rating}{votes}", rating=number(listing.rating), votes=votes)
    reliable = None
    if listing.reliability is not None:
        reliable = say("reliability {share}", share=percent(listing.reliability * 100))
    return join((reliable, rating)) or None


def size(specs: Specs) -> Html | None:
    """RAM, disk and network."""
    ram = f"{number(specs.ram_gb)} GB RAM" if specs.ram_gb is not None else None
    disk = _disk(specs)
    speed = f"{number(specs.disk_mb_s)} MB/s" if specs.disk_mb_s else None
    down = f"↓ {number(specs.down_mbit)}" if specs.down_mbit is not None else None
    up = f"↑ {number(specs.up_mbit)} Mbit/s" if specs.up_mbit is not None else None
    return join((ram, join((disk, speed), " "), join((down, up), " "))) or None


def _disk(specs: Specs) -> str | None:
    """`NVMe disk 247 GB`, in place of CLORE.AI's own line with all its digits; that line where it names no size."""
    if specs.disk_gb is None:
        return f"disk {tidy(specs.disk, 28)}" if specs.disk else None
    kind = next((word for word in ("NVMe", "SSD", "HDD") if word.lower() in (specs.disk or "").lower()), None)
    return f"{f'{kind} ' if kind else ''}disk {number(specs.disk_gb)} GB"


def longest(listing: Listing) -> Html | None:
    return say("at most {span}", span=duration(listing.max_length)) if listing.max_length is not None else None


def coins(listing: Listing, reader: Reader, *, spot: bool) -> Html:
    """Which coins the host takes, and which of the reader's wallets reach for an hour of it; nothing where not known."""
    offered = quotes(listing, spot=spot)[:MOST_COINS]
    if not offered:
        return say("no price in a coin that the host takes")
    taken = join((tidy(symbol(quote.price.currency), 16) for quote in offered), ", ")
    return join((say("takes {coins}", coins=taken), _payable(offered, reader)))


def _payable(offered: Iterable[Quote], reader: Reader) -> Html | None:
    if reader.wallets is None:
        return None
    known = {quote.price.currency: can_pay(quote, reader.wallets) for quote in offered}
    able = [tidy(symbol(currency), 16) for currency, can in known.items() if can]
    if len(able) == len(known) > 1:
        return say("you can pay with each")
    if able:
        return say("you can pay with {coins}", coins=join(able, ", "))
    return None if None in known.values() else say("your wallets do not reach for an hour")


def prices(listing: Listing, rates: Rates | None, *, spot: bool) -> Iterator[Html]:
    """Every price to the digit, as `create_order` would be told it."""
    for quote in quotes(listing, spot=spot)[:MOST_COINS]:
        yield say(
            "{kind} {price} a day before {fee} fee{value}",
            kind="Spot from" if spot else "On demand",
            price=exact_coin(quote.price),
            fee=percent(quote.fee_percent),
            value=f", {dollars(quote.per_day, rates)} with it" if dollars(quote.per_day, rates) else "",
        )


def specs(parts: Specs) -> Iterator[Html]:
    """Everything that a machine is made of, one line for each kind of thing."""
    gpu_ram = f"{number(parts.gpu_ram_gb)} GB each" if parts.gpu_ram_gb is not None else None
    ram = f"{number(parts.ram_gb)} GB" if parts.ram_gb is not None else None
    disk_speed = f"{number(parts.disk_mb_s)} MB/s" if parts.disk_mb_s else None
    down = f"{number(parts.down_mbit)} Mbit/s down" if parts.down_mbit is not None else None
    up = f"{number(parts.up_mbit)} Mbit/s up" if parts.up_mbit is not None else None
    for label, known in (
        ("GPU", (parts.gpu, gpu_ram)),
        ("CPU", (parts.cpu, parts.cpus)),
        ("RAM", (ram,)),
        ("Disk", (parts.disk, disk_speed)),
        ("Board", (parts.board,)),
        ("Net", (down, up, parts.country)),
    ):
        there = [part for part in known if part is not None]
        if there:
            yield say("{label} {parts}", label=label, parts=join(there))


def owner(listing: Listing) -> Html | None:
    return say("Owner {owner}", owner=code(listing.owner)) if listing.owner is not None else None


def gpu_list(listing: Listing) -> Html | None:
    """The GPUs one by one, where they are not all the same."""
    names = list(dict.fromkeys(name.strip() for name in listing.gpus if name.strip()))
    return say("GPUs {names}", names=text(", ".join(names), 160)) if len(names) > 1 else None


def share(part: Decimal | None) -> str:
    """Two or three signs of a reliability, for a column."""
    return "" if part is None else f"{int(part * 100)}"
