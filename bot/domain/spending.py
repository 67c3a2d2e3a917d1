"""Wallets, burn and runway: how long the money lasts, coin by coin."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from bot.domain.ids import OrderId
from bot.domain.money import HOURS_A_DAY, Money, round_up
from bot.domain.rental import Order

FOREVER = timedelta(days=3650)
"""A runway beyond this is "years": more digits would claim what nobody knows."""
ABOUT_EMPTY = timedelta(minutes=15)
"""A wallet that pays for less than this of an order is called empty."""


@dataclass(frozen=True, slots=True)
class Wallet:
    """One coin of an account. `balance` is `None` where CLORE.AI gave none: unknown, which is not zero."""

    currency: str
    balance: Decimal | None
    deposit: str | None = None
    withdrawal_fee: Decimal | None = None

    @property
    def money(self) -> Money | None:
        return None if self.balance is None else Money(self.balance, self.currency)


def burn_per_day(orders: Iterable[Order], waiting: Collection[OrderId]) -> dict[str, Money]:
    """What the open orders cost per day, with the fee, by coin. Bids that wait burn nothing.

    Coins without a running order are absent.
    """
    burn: dict[str, Money] = {}
    for order in orders:
        if order.expired or order.id in waiting:
            continue
        cost, coin = order.cost_per_day, order.price.currency
        burn[coin] = burn[coin] + cost if coin in burn else cost
    return burn


def runway(balance: Money, burn: Money | None) -> timedelta | None:
    """How long the balance lasts at this burn; `None` where nothing burns; at most `FOREVER`."""
    if burn is None or burn.amount <= 0:
        return None
    days = max(balance.amount, Decimal(0)) / burn.amount
    return FOREVER if days >= FOREVER.days else timedelta(seconds=int(days * 86_400))


def about_empty(wallets: Iterable[Wallet], cost_per_day: Money) -> bool:
    """Whether the wallet of that coin pays for less than a quarter of an hour; a balance that is not known is not empty."""
    balance = next((wallet.money for wallet in wallets if wallet.currency == cost_per_day.currency), None)
    return balance is not None and balance < cost_per_day * (Decimal(ABOUT_EMPTY // timedelta(seconds=1)) / 86_400)


def top_up(balance: Money, burn: Money, hours: int) -> Money:
    """What must be added so that the balance lasts so many hours, rounded up to a whole unit; zero where it already does."""
    missing = burn * (Decimal(hours) / HOURS_A_DAY) - balance
    return round_up(missing) if missing.amount > 0 else Money(Decimal(0), balance.currency)


def runway_with(
    orders: Iterable[Order], waiting: Collection[OrderId], wallets: Iterable[Wallet], order: OrderId, price: Money
) -> timedelta | None:
    """How long the coin of `price` lasts once this order runs at it; `None` where the balance or the burn is not known."""
    changed = [replace(each, price=price) if each.id == order else each for each in orders]
    burn = burn_per_day(changed, set(waiting) - {order}).get(price.currency)
    balance = next((wallet.money for wallet in wallets if wallet.currency == price.currency), None)
    return None if balance is None else runway(balance, burn)
