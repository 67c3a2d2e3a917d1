"""What a draft needs to know of a machine: which coins can pay for it, which steps there are, what it changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import IntEnum
from typing import Final

from bot.domain.draft import MAX_PORTS, Draft, Problem
from bot.domain.market import Listing
from bot.domain.money import Money, Rates
from bot.domain.quote import Quote, by_dollars, can_pay, quotes
from bot.domain.recipe import Step
from bot.domain.rental import Order
from bot.domain.spending import Wallet, runway

_STEP_OF: Final[Mapping[str, Step]] = {
    "currency": Step.COIN,
    "required_price": Step.COIN,
    "spot_price": Step.PRICE,
    "image": Step.IMAGE,
    "ports": Step.PORTS,
    "env": Step.ENV,
    "ssh_key": Step.SSH,
    "ssh_password": Step.PASSWORD,
    "jupyter_token": Step.JUPYTER,
    "command": Step.COMMAND,
}


class Can(IntEnum):
    """Whether a coin can pay, the best first."""

    PAYS = 0
    UNKNOWN = 1  # its balance could not be read, or CLORE.AI gives none
    TOO_LITTLE = 2  # the balance does not reach for an hour
    NOT_HELD = 3


@dataclass(frozen=True, slots=True)
class Coin:
    """One coin that the host takes: the price in it, and what I hold of it (`None`: not known)."""

    quote: Quote
    can: Can
    balance: Money | None = None

    @property
    def name(self) -> str:
        return self.quote.price.currency


@dataclass(frozen=True, slots=True)
class Effect:
    """How long the coin lasts now and with the rental. `balance` is `None` where it is not known; `before`: nothing burns."""

    balance: Money | None
    before: timedelta | None
    after: timedelta | None


def coins(
    listing: Listing, wallets: Iterable[Wallet] | None, rates: Rates | None, *, spot: bool = False
) -> tuple[Coin, ...]:
    """The coins that the host takes: those that can pay first, and of these the cheapest by dollars."""
    held = None if wallets is None else tuple(wallets)
    found = [coin_of(quote, held) for quote in quotes(listing, spot=spot)]
    return tuple(sorted(found, key=lambda coin: (coin.can, *by_dollars(coin.quote, rates))))


def moved(setup: Draft, listing: Listing, offered: tuple[Coin, ...], *, spot: bool) -> Draft:
    """The same setup for this machine, in the coin that it had where that can pay, else in the best one."""
    able = [coin for coin in offered if coin.can is not Can.NOT_HELD]
    coin = next((coin for coin in able if coin.name == setup.currency and coin.can is not Can.TOO_LITTLE), None)
    return paid_in(replace(setup, server=listing.id, spot=spot), coin or next(iter(able), None))


def paid_in(draft: Draft, coin: Coin | None) -> Draft:
    """The price on demand is the one that is seen now; a bid in another coin is another bid."""
    if coin is None:
        return replace(draft, currency=None, spot_price=None, required_price=None)
    kept = draft.spot_price if draft.spot and draft.currency == coin.name else None
    price = None if draft.spot else coin.quote.price.amount
    return replace(draft, currency=coin.name, spot_price=kept, required_price=price)


def setup(draft: Draft) -> Draft:
    """What does not depend on the machine."""
    return replace(draft, server=None, currency=None, spot=False, spot_price=None, required_price=None)


def like(order: Order) -> Draft:
    """What CLORE.AI tells of an earlier rental: its image and its ports. The rest it does not give back."""
    ports = {forward.container: "tcp" for forward in order.tcp_ports}
    if order.http_port and order.http_port.isascii() and order.http_port.isdecimal():
        ports[int(order.http_port)] = "http"
    kept = [(port, kind) for port, kind in ports.items() if 1 <= port <= 65_535]
    return Draft(image=order.image, ports=dict(kept[:MAX_PORTS]))


def steps(*, spot: bool, accounts: int) -> tuple[Step, ...]:
    """Those that there are for such a draft, in their order."""
    left_out = {Step.PRICE} if not spot else set()
    if accounts < 2:
        left_out.add(Step.ACCOUNT)
    return tuple(step for step in Step if step not in left_out)


def step_of(problem: Problem) -> Step | None:
    """Where it is mended; `None`: nowhere in this draft (its server)."""
    return _STEP_OF.get(problem.where)


def effect(cost: Money, wallets: Iterable[Wallet] | None, burn: Mapping[str, Money]) -> Effect:
    """Of a cost per day, with the fee. `burn`: what runs already, per day, by coin."""
    balance = next((wallet.money for wallet in wallets or () if wallet.currency == cost.currency), None)
    if balance is None:
        return Effect(None, None, None)
    burns = burn.get(cost.currency)
    after = cost if burns is None else burns + cost
    return Effect(balance, runway(balance, burns), runway(balance, after))


def coin_of(quote: Quote, wallets: tuple[Wallet, ...] | None) -> Coin:
    """What I hold of the coin of this price, and whether that reaches for an hour; `wallets` is `None` where not known."""
    if wallets is None:
        return Coin(quote, Can.UNKNOWN)
    wallet = next((wallet for wallet in wallets if wallet.currency == quote.price.currency), None)
    if wallet is None:
        return Coin(quote, Can.NOT_HELD)
    balance = wallet.money
    if balance is None:
        return Coin(quote, Can.UNKNOWN)
    if balance.amount <= 0:
        return Coin(quote, Can.NOT_HELD, balance)
    return Coin(quote, Can.PAYS if can_pay(quote, wallets) else Can.TOO_LITTLE, balance)
