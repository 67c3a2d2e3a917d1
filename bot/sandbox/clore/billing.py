"""What an order costs: by the minute, the creation fee after ten of them (pure)."""

from dataclasses import replace
from decimal import Context, Decimal
from typing import Final

from bot.sandbox.clore.model import Order

FREE_MINUTES: Final = 10
"""An order cancelled before pays no creation fee."""
MINUTES_A_DAY: Final = 1440
FEE_PERCENT: Final = {"on-demand": Decimal(5), "spot": Decimal("1.25")}
CREATION_FEE_SHARE: Final = {"on-demand": Decimal("0.03"), "spot": Decimal("0.01")}
"""Of a day's price, as in the example replies of the API reference."""

_ROUNDING = 1e-3
_SEVENTEEN_DIGITS = Context(prec=17)


def minutes_running(order: Order, at: float) -> int:
    """Whole minutes that are not settled yet."""
    return 0 if order.billed_from is None else max(0, int((at - order.billed_from + _ROUNDING) // 60))


def accrued(order: Order, at: float) -> Decimal:
    """Price of the minutes that are not settled yet, without fees."""
    return order.price * minutes_running(order, at) / MINUTES_A_DAY


def spend(order: Order, at: float) -> Decimal:
    """The whole price so far, without fees."""
    return order.spend + accrued(order, at)


def shown(amount: Decimal) -> Decimal:
    """As many digits as a double has: no reply shows more."""
    return _SEVENTEEN_DIGITS.plus(amount)


def due(order: Order, at: float) -> Decimal:
    """What its wallet owes since the last settlement: price, fee, and the creation fee once the free minutes are over."""
    total_minutes = order.minutes + minutes_running(order, at)
    creation = order.creation_fee if order.minutes < FREE_MINUTES <= total_minutes else Decimal(0)
    return accrued(order, at) * (1 + order.fee / 100) + creation


def settled(order: Order, at: float) -> Order:
    """The same order with its whole minutes moved to the settled part; a minute under way goes on."""
    if order.billed_from is None:
        return order
    minutes = minutes_running(order, at)
    return replace(
        order,
        spend=order.spend + accrued(order, at),
        minutes=order.minutes + minutes,
        billed_from=order.billed_from + 60 * minutes,
    )


def burn_per_minute(order: Order) -> Decimal:
    """With the fee; nothing while it is not billed."""
    if order.billed_from is None:
        return Decimal(0)
    return order.price * (1 + order.fee / 100) / MINUTES_A_DAY
