"""What a listed machine truly costs: in each coin that its host takes, with the renter's fee, and in dollars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from bot.domain.market import Listing
from bot.domain.money import HOURS_A_DAY, USD, Money, Rates, per_hour, with_fee
from bot.domain.rental import USUAL_FEE_PERCENT, USUAL_SPOT_FEE_PERCENT
from bot.domain.spending import Wallet

SUSPICIOUS_ABOVE: Final = Decimal("1.3")
"""The dearest of a listing's prices by its cheapest, in dollars."""
_FACTORS: Final = (1 + USUAL_FEE_PERCENT / 100, 1 + USUAL_SPOT_FEE_PERCENT / 100)


@dataclass(frozen=True, slots=True)
class Quote:
    """What one machine costs in one coin.

    `price` is per day and for the whole machine, before the fee: what create_order pins, or, for `spot`, the least bid.
    """

    price: Money
    fee_percent: Decimal
    spot: bool = False

    @property
    def per_day(self) -> Money:
        """With the fee."""
        return with_fee(self.price, self.fee_percent)

    @property
    def per_hour(self) -> Money:
        """With the fee."""
        return per_hour(self.per_day)

    def per_gpu(self, count: int) -> Money:
        """Per day, with the fee, of one of so many GPUs."""
        return self.per_day / count


def fee_of(*, spot: bool) -> Decimal:
    """Percent. The marketplace does not name the renter's fee, so it is the usual one."""
    return USUAL_SPOT_FEE_PERCENT if spot else USUAL_FEE_PERCENT


def fee_factor(*, spot: bool) -> Decimal:
    """What a price is multiplied by for the fee."""
    return _FACTORS[spot]


def rate_of(coin: str, rates: Rates | None) -> Decimal | None:
    """Dollars for one coin. A dollar is a dollar, whatever else is known."""
    if rates is None:
        return Decimal(1) if coin == USD else None
    return rates.of(coin)


def takes(listing: Listing, coin: str) -> bool:
    """A price in a coin is no promise: where the listing names its coins, these are all that the host takes."""
    return listing.allowed_coins is None or coin in listing.allowed_coins


def quotes(listing: Listing, *, spot: bool = False) -> tuple[Quote, ...]:
    """One for each coin that the host takes and asks something in, as the listing has them."""
    fee = fee_of(spot=spot)
    return tuple(Quote(price, fee, spot) for price in _prices(listing, listing.spot if spot else listing.on_demand))


def cheapest(listing: Listing, rates: Rates | None, *, spot: bool = False) -> Quote | None:
    """By dollars. A coin without a rate comes last; `None` where the machine cannot be had for any coin."""
    return min(quotes(listing, spot=spot), key=lambda quote: by_dollars(quote, rates), default=None)


def by_dollars(quote: Quote, rates: Rates | None) -> tuple[bool, Decimal, str]:
    """Sorts quotes of one machine: the cheapest first, those of unknown worth last, in the order of their coins."""
    dollars = dollars_per_day(quote, rates)
    return dollars is None, Decimal(0) if dollars is None else dollars, quote.price.currency


def dollars_per_day(quote: Quote, rates: Rates | None) -> Decimal | None:
    """With the fee."""
    rate = rate_of(quote.price.currency, rates)
    return None if rate is None else quote.per_day.amount * rate


def suspicious(listing: Listing, rates: Rates | None) -> bool:
    """Whether what the host asks on demand, or as the least bid, differs between coins by more than 30 % in dollars."""
    return any(_disagree(_prices(listing, prices), rates) for prices in (listing.on_demand, listing.spot))


def can_pay(quote: Quote, wallets: Iterable[Wallet]) -> bool | None:
    """Whether the wallet of that coin reaches for an hour with the fee; `None` where its balance is not known."""
    balance = next((wallet.balance for wallet in wallets if wallet.currency == quote.price.currency), None)
    return None if balance is None else balance * HOURS_A_DAY >= quote.per_day.amount


def _prices(listing: Listing, asked: Mapping[str, Decimal]) -> list[Money]:
    return [Money(amount, coin) for coin, amount in asked.items() if amount > 0 and takes(listing, coin)]


def _disagree(prices: list[Money], rates: Rates | None) -> bool:
    known = [(price, rate_of(price.currency, rates)) for price in prices]
    worth = [price.amount * rate for price, rate in known if rate is not None]
    return len(worth) > 1 and max(worth) > SUSPICIOUS_ABOVE * min(worth)
