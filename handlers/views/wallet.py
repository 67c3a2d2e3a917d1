"""The money of an account: balances coin by coin, how long each lasts, and where to send more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.alerts.snapshot import Snapshot
from bot.domain.money import Money, Rates, symbol
from bot.domain.spending import Wallet, burn_per_day, runway, top_up
from handlers.actions import Home, ShowDeposits, ShowOrders, ShowWallets
from handlers.screen import Press, Screen
from handlers.views.frame import Account, Failure, age, copying, navigation, screen, title
from handlers.views.html import Html, bold, code, join, say, tidy, when
from handlers.views.words import coin, dollars, exact_coin, lasts, worth

MOST_SHOWN: Final = 5
MOST_COPIED: Final = 8


def wallets(
    account: Account,
    snapshot: Snapshot,
    now: datetime,
    *,
    rates: Rates | None = None,
    private: bool = True,
    failed: Failure | None = None,
) -> Screen:
    """Balance, burn and runway of each coin; coins are never added up. Deposit addresses are one tap away, in private."""
    below = navigation(Home(), ShowWallets(account.id, fresh=True))
    if snapshot.wallets is None:
        head = title("❔", "Wallets unknown", "no answer from CLORE.AI yet", account)
        return screen((head, say("Nothing is known of your balances."), age(None, now)), (below,))
    ranked = sorted(snapshot.wallets, key=lambda wallet: not wallet.balance)
    burn = burn_per_day(snapshot.orders.open, snapshot.waiting) if snapshot.orders else None
    return screen(
        (
            title("💰", "Wallets", "by coin", account),
            *([_line(wallet, burn, rates) for wallet in ranked[:MOST_SHOWN]] or [say("CLORE.AI lists no wallet.")]),
            _burn_unknown(snapshot),
            age(snapshot.wallets_at, now, rates, failed=failed),
        ),
        (
            (Press("📥 Deposit", ShowDeposits(account.id)),) if private else (),
            (Press("📋 Rentals", ShowOrders(account.id)),),
            below,
        ),
        details=[
            *_details(ranked, burn, rates),
            say("Burn by the rentals read {when}", when=when(snapshot.orders_at, now)) if snapshot.orders_at else None,
        ],
    )


def deposits(account: Account, snapshot: Snapshot, now: datetime, *, failed: Failure | None = None) -> Screen:
    """Where to send coins; for private chats only."""
    known = [wallet for wallet in snapshot.wallets or () if wallet.deposit]
    shown = known[:MOST_COPIED]
    lines = [_address(wallet) for wallet in shown]
    return screen(
        (
            title("📥", "Deposit", "addresses by coin", account),
            say("Send only the coin that an address is for: anything else is lost."),
            None if lines else say("CLORE.AI gave no deposit address. Its web site shows them."),
            age(snapshot.wallets_at, now, failed=failed),
        ),
        (
            *(copying(f"📋 {tidy(symbol(wallet.currency), 20)} address", wallet.deposit) for wallet in shown),
            navigation(ShowWallets(account.id)),
        ),
        details=lines,
    )


def _line(wallet: Wallet, burn: Mapping[str, Money] | None, rates: Rates | None) -> Html:
    money = wallet.money
    if money is None:
        return say("{name}: CLORE.AI gave no balance", name=bold(tidy(symbol(wallet.currency), 24)))
    used = burn.get(wallet.currency) if burn is not None else None
    left = runway(money, used)
    return join(
        (
            join((bold(coin(money)), dollars(money, rates)), " "),
            say("burns {burn} a day", burn=worth(used, rates)) if used is not None else None,
            say("lasts {span}", span=lasts(left)) if left is not None else None,
            "burns nothing" if burn is not None and left is None else None,
        )
    )


def _burn_unknown(snapshot: Snapshot) -> Html | None:
    if snapshot.orders is None:
        return say("Burn unknown: your rentals were not read yet.")
    unread = [order for order in snapshot.orders.open if order.spot and snapshot.bid_active(order) is None]
    return say("Bids of unknown state count as running: {count}.", count=len(unread)) if unread else None


def _details(wallets: Sequence[Wallet], burn: Mapping[str, Money] | None, rates: Rates | None) -> Iterator[Html | None]:
    for wallet in wallets[MOST_SHOWN:]:
        yield _line(wallet, burn, rates)
    for wallet in wallets:
        money, name = wallet.money, tidy(symbol(wallet.currency), 24)
        if money is not None:
            yield say("{name}: balance {balance}", name=name, balance=exact_coin(money))
        if wallet.withdrawal_fee is not None:
            fee = Money(wallet.withdrawal_fee, wallet.currency)
            yield say("{name}: withdrawal fee {fee}", name=name, fee=exact_coin(fee))
        used = burn.get(wallet.currency) if burn is not None else None
        if money is not None and used is not None:
            yield _top_up(name, money, used)


def _top_up(name: str, money: Money, used: Money) -> Html:
    day, week = top_up(money, used, 24), top_up(money, used, 7 * 24)
    if not week.amount:
        return say("{name}: enough for 7 days", name=name)
    if not day.amount:
        return say("{name}: enough for 24 h; top up {week} for 7 days", name=name, week=exact_coin(week))
    return say(
        "{name}: top up {day} for 24 h, {week} for 7 days", name=name, day=exact_coin(day), week=exact_coin(week)
    )


def _address(wallet: Wallet) -> Html:
    return say("{name} {address}", name=tidy(symbol(wallet.currency), 24), address=code(wallet.deposit, 256))
