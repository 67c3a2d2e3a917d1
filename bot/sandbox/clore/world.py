"""The state of the simulated marketplace, moved forward to a moment when somebody asks.

Nothing runs in the background. What must happen between two requests (an order reaches its length, a wallet is empty,
a rival bids) waits in a calendar and happens in order, each at its own time, when the world is advanced. The world has
a clock of its own: the caller's plus what it was aged by; only the rows that go out are in the caller's time.
"""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import count

from bot.sandbox.clore import billing
from bot.sandbox.clore.auction import Bid, winner
from bot.sandbox.clore.coins import RATES_IN_USD
from bot.sandbox.clore.model import Account, Ending, Order, Server, Wallet


class World:
    """Accounts, wallets, servers and orders at the moment `at` (seconds of the world's clock)."""

    def __init__(self, at: float) -> None:
        self.at = at
        self.aged_by = 0.0
        self.rates: dict[str, Decimal] = dict(RATES_IN_USD)
        self.accounts: dict[int, Account] = {}
        self.wallets: dict[int, dict[str, Wallet]] = {}
        self.servers: dict[int, Server] = {}
        self.orders: dict[int, Order] = {}
        self.revoked: set[str] = set()
        self.outbid_vanishes = False
        """A displaced spot order ends instead of falling back to waiting."""
        self.never_deploys = False
        """Containers that do not run yet never will."""
        self._keys: dict[str, int] = {}
        self._live_at: dict[int, dict[int, None]] = {}
        self._owned_by: dict[int, list[int]] = {}
        self._calendar: list[tuple[float, int, Callable[[], None]]] = []
        self._entries = count()
        self._funds_checks: dict[tuple[int, str], float] = {}
        self._last_order_id = 400_000

    # Time

    def advance(self, moment: float) -> None:
        """Lets everything happen that is due up to the caller's `moment`. Time never runs backwards."""
        target = max(self.at, moment + self.aged_by)
        while self._calendar and self._calendar[0][0] <= target:
            when, _, happen = heapq.heappop(self._calendar)
            self.at = max(self.at, when)
            happen()
        self.at = target

    def at_time(self, when: float, happen: Callable[[], None]) -> None:
        """Puts something into the calendar; `when` in the world's clock."""
        heapq.heappush(self._calendar, (when, next(self._entries), happen))

    def shown_time(self, when: float) -> float:
        """A moment of the world's clock in the caller's time."""
        return when - self.aged_by

    # Accounts and money

    def add_account(self, account: Account, wallets: Mapping[str, Wallet]) -> None:
        self.accounts[account.id] = account
        self.wallets[account.id] = dict(wallets)
        if account.key is not None:
            self._keys[account.key] = account.id

    def account_of(self, key: str) -> Account | None:
        """The account of a key, also of a revoked one."""
        number = self._keys.get(key)
        return None if number is None else self.accounts[number]

    def balance(self, account: int, coin: str) -> Decimal | None:
        """What is left now, the minutes since the last settlement taken off; None for a wallet never opened."""
        wallet = self.wallets[account].get(coin)
        if wallet is None or wallet.balance is None:
            return None
        return max(Decimal(0), wallet.balance - self._owed(account, coin))

    def set_balance(self, account: int, coin: str, balance: Decimal) -> None:
        wallet = self.wallets[account].get(coin, Wallet(coin, None))
        self.wallets[account][coin] = replace(wallet, balance=balance + self._owed(account, coin))
        self._plan_funds_check(account, coin)

    def burn_per_minute(self, account: int, coin: str) -> Decimal:
        orders = (order for order in self.orders_of(account) if order.currency == coin)
        return sum(map(billing.burn_per_minute, orders), Decimal(0))

    # Servers

    def put_server(self, server: Server) -> None:
        """Adds a server or changes it; orders on a machine that goes offline are not billed until it is back."""
        before = self.servers.get(server.id)
        self.servers[server.id] = server
        if before is not None and before.online != server.online:
            for order in self.live_at(server.id):
                self._switch_billing(order)

    def remove_server(self, number: int) -> None:
        """The host goes away; every order there ends."""
        for order in self.live_at(number):
            self._close(order, Ending.HOST_GONE)
        self.servers.pop(number, None)

    def live_at(self, server: int) -> list[Order]:
        """Every order that is not over at a server, the waiting ones too, oldest first."""
        return [self.orders[number] for number in self._live_at.get(server, ())]

    def holder(self, server: int) -> Order | None:
        """Who has the machine now."""
        return next((order for order in self.live_at(server) if order.active), None)

    def rented_on_demand(self, server: int) -> bool:
        return any(not order.spot for order in self.live_at(server))

    # Orders

    def next_order_id(self) -> int:
        return self._last_order_id + 1

    def orders_of(self, account: int) -> list[Order]:
        """All of an account, past ones too, oldest first."""
        return [self.orders[number] for number in self._owned_by.get(account, ())]

    def put_order(self, order: Order) -> None:
        """Registers an order as it is. `contend` decides afterwards who holds the machine."""
        if order.id not in self.orders:
            self._owned_by.setdefault(order.account, []).append(order.id)
        self.orders[order.id] = order
        self._last_order_id = max(self._last_order_id, order.id)
        if not order.live:
            return
        self._live_at.setdefault(order.server, {})[order.id] = None
        if order.ends >= self.at:
            self.at_time(order.ends, lambda: self._end_at_length(order.id))
        self._plan_funds_check(order.account, order.currency)

    def forget_order(self, number: int) -> None:
        """Takes an order out of the world as if it had never been."""
        order = self.orders.pop(number, None)
        if order is not None:
            self._owned_by[order.account].remove(number)
            self._live_at.get(order.server, {}).pop(number, None)

    def reprice(self, number: int, price: Decimal) -> None:
        """Changes an offer's price and lets the auction decide again."""
        order = self._settle(self.orders[number])
        lowered = self.at if price < order.price else order.lowered
        self.orders[number] = replace(order, price=price, lowered=lowered)
        self.contend(order.server)
        self._plan_funds_check(order.account, order.currency)

    def end(self, number: int, why: Ending) -> None:
        """Ends a live order; the machine goes to whoever is next."""
        order = self.orders[number]
        self._close(order, why)
        self.contend(order.server)

    def contend(self, server: int) -> None:
        """Gives the machine to whom it belongs: an order on demand before any offer, then the best offer."""
        live = self.live_at(server)
        on_demand = next((order.id for order in live if not order.spot), None)
        bids = [Bid(order.id, order.price, order.currency) for order in live]
        held = self.holder(server)
        best = winner(bids, held.id if held else None, self.rates) if on_demand is None else on_demand
        for order in live:
            if order.active and order.id != best:
                self._displace(order)
        for order in live:
            if order.id == best and not order.active:
                self._start(order)

    # Inside

    def _owed(self, account: int, coin: str) -> Decimal:
        orders = (
            order for order in self.orders_of(account) if order.currency == coin and order.billed_from is not None
        )
        return sum((billing.due(order, self.at) for order in orders), Decimal(0))

    def _settle(self, order: Order) -> Order:
        """Takes what an order owes off its wallet."""
        wallet = self.wallets.get(order.account, {}).get(order.currency)
        if wallet is not None and wallet.balance is not None:
            left = max(Decimal(0), wallet.balance - billing.due(order, self.at))
            self.wallets[order.account][order.currency] = replace(wallet, balance=left)
        self.orders[order.id] = billing.settled(order, self.at)
        return self.orders[order.id]

    def _start(self, order: Order) -> None:
        online = self._online(order.server)
        self.orders[order.id] = replace(order, active=True, started=self.at, billed_from=self.at if online else None)
        self._plan_funds_check(order.account, order.currency)

    def _displace(self, order: Order) -> None:
        if self.outbid_vanishes and order.spot:
            self._close(order, Ending.OUTBID)
            return
        settled = self._settle(order)
        self.orders[order.id] = replace(settled, active=False, started=None, billed_from=None)

    def _close(self, order: Order, why: Ending) -> None:
        settled = self._settle(order)
        self.orders[order.id] = replace(settled, active=False, billed_from=None, ended=self.at, ending=why)
        self._live_at[order.server].pop(order.id, None)

    def _switch_billing(self, order: Order) -> None:
        settled = self._settle(order)
        runs = order.active and self._online(order.server)
        self.orders[order.id] = replace(settled, billed_from=self.at if runs else None)
        self._plan_funds_check(order.account, order.currency)

    def _online(self, server: int) -> bool:
        return server not in self.servers or self.servers[server].online

    def _end_at_length(self, number: int) -> None:
        order = self.orders.get(number)
        if order is not None and order.live and order.ends <= self.at:
            self.end(number, Ending.LENGTH)

    def _plan_funds_check(self, account: int, coin: str) -> None:
        """Looks at a wallet again at the minute in which it can be empty."""
        burn = self.burn_per_minute(account, coin) if account in self.wallets else Decimal(0)
        left = self.balance(account, coin) if burn else None
        if left is None:
            self._funds_checks.pop((account, coin), None)
            return
        when = self.at + 60 * max(1, int(left / burn))
        self._funds_checks[account, coin] = when
        self.at_time(when, lambda: self._check_funds(account, coin, when))

    def _check_funds(self, account: int, coin: str, planned: float) -> None:
        if self._funds_checks.get((account, coin)) != planned:
            return
        left = self.balance(account, coin)
        if left is not None and left <= 0:
            for order in self.orders_of(account):
                if order.currency == coin and order.active:
                    self.end(order.id, Ending.FUNDS)
        self._plan_funds_check(account, coin)
