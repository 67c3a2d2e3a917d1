"""Money: balances with burn and runway, and where to send more."""

from __future__ import annotations

from bot.services.desk import Desk
from bot.services.feeds import Orders, Wallets
from handlers.actions import ShowDeposits, ShowWallets
from handlers.guest import Guest
from handlers.looking import RECENT, greatest_age, look, look_at_all, trouble
from handlers.screen import Screen
from handlers.views import wallet as views
from handlers.views.errors import Untouched


async def show_wallets(guest: Guest, desk: Desk, action: ShowWallets) -> Screen:
    """Burn comes from the rentals, so both are looked at."""
    found = await look_at_all(desk, (Wallets(), Orders()), greatest_age(fresh=action.fresh))
    if found.snapshot is None or found.snapshot.wallets is None:
        return trouble(found, desk, untouched=Untouched.READ, again=action)
    return views.wallets(
        desk.account, found.snapshot, guest.house.clock(), rates=guest.house.rates, failed=found.failed
    )


async def show_deposits(guest: Guest, desk: Desk, action: ShowDeposits) -> Screen:
    found = await look(desk, Wallets(), RECENT)
    if found.snapshot is None or found.snapshot.wallets is None:
        return trouble(found, desk, untouched=Untouched.READ, again=action)
    return views.deposits(desk.account, found.snapshot, guest.house.clock(), failed=found.failed)
