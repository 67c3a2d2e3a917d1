"""Which subject answers which button: every action has its one place here."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import assert_never

from bot.services.desk import Desk
from handlers import (
    accounts,
    attention,
    batches,
    bids,
    cheaper,
    deployments,
    forget,
    guard_terms,
    guards,
    lowering,
    market,
    orders,
    panic,
    rent,
    servers,
    settings,
    status,
    stops,
    templates,
    wallet,
)
from handlers.actions import (
    AccountAction,
    Action,
    AskCancel,
    AskForget,
    AskLift,
    AskLowering,
    AskPrice,
    AskRaise,
    AskReport,
    Close,
    Confirm,
    Connect,
    Decline,
    DropLowering,
    Home,
    Nothing,
    RemoveAccount,
    RenameAccount,
    ReplaceKey,
    ShowAccount,
    ShowAccounts,
    ShowDeposits,
    ShowOrder,
    ShowOrders,
    ShowPastOrders,
    ShowServers,
    ShowStatus,
    ShowWallets,
    StopAutomation,
    TestKey,
    UseAccount,
)
from handlers.alert_actions import Acknowledge, AskSnooze, SnoozeAlert
from handlers.commands import COMMANDS
from handlers.guard_actions import AskGuardOn, AskGuardTerm, ChooseGuardTerm, ShowGuard, SwitchGuardOff
from handlers.guest import Guest
from handlers.market_actions import (
    MarketAction,
    ShowCheaper,
)
from handlers.rent_actions import (
    BatchAction,
    DeploymentAction,
    RentAction,
    StopAction,
    TemplateAction,
)
from handlers.screen import Screen
from handlers.setting_actions import SettingAction
from handlers.views import start as start_views
from handlers.views import toasts
from handlers.visit import Answer, Leave


async def respond(guest: Guest, action: Action) -> Answer:
    """Searching and renting answer for themselves: they are not about one account, or find it in their row."""
    if isinstance(action, ShowCheaper):
        return await cheaper.respond(guest, action)
    if isinstance(action, MarketAction):
        return await market.respond(guest, action)
    if isinstance(action, RentAction):
        return await rent.respond(guest, action)
    if isinstance(action, TemplateAction):
        return await templates.respond(guest, action)
    if isinstance(action, DeploymentAction):
        return await deployments.respond(guest, action)
    if isinstance(action, StopAction):
        return await stops.respond(guest, action)
    if isinstance(action, BatchAction):
        return await batches.respond(guest, action)
    if isinstance(action, SettingAction):
        return await settings.respond(guest, action)
    match action:
        case Home():
            return help_(guest)
        case Close():
            return Leave()
        case Connect():
            return accounts.ask_key(guest)
        case ShowAccounts(page=page):
            return accounts.show_accounts(guest, page)
        case ShowStatus():
            return status.show_status(guest)
        case AskForget():
            return forget.ask_forget(guest)
        case StopAutomation():
            return panic.stop(guest)
        case AskLift():
            return panic.ask_lift(guest)
        case DropLowering():
            return lowering.drop(guest, action)
        case SwitchGuardOff():
            return guards.switch_off(guest, action)
        case Nothing() | Confirm() | Decline() | Acknowledge():
            return None  # `decide` has done all there is to do
        case _:
            desk = guest.desk(action.account)
            return toasts.NO_SUCH_ACCOUNT if desk is None else await at(guest, desk, action)


async def at(guest: Guest, desk: Desk, action: AccountAction) -> Answer:
    return await of(guest, desk, _answer_at(guest, desk, action))


async def _answer_at(guest: Guest, desk: Desk, action: AccountAction) -> Answer:
    match action:
        case ShowAccount():
            return accounts.show_account(guest, desk)
        case UseAccount():
            return accounts.use_account(guest, desk)
        case RenameAccount():
            return accounts.ask_name(guest, desk)
        case ReplaceKey():
            return accounts.ask_replacement(guest, desk)
        case TestKey():
            return await accounts.test_key(desk)
        case RemoveAccount():
            return accounts.ask_removal(guest, desk)
        case ShowWallets():
            return await wallet.show_wallets(guest, desk, action)
        case ShowDeposits():
            return await wallet.show_deposits(guest, desk, action)
        case ShowOrders():
            return await orders.show_orders(guest, desk, action)
        case ShowPastOrders():
            return await orders.show_past_orders(guest, desk, action)
        case ShowOrder():
            return await orders.show_order(guest, desk, action)
        case AskCancel():
            return await orders.ask_cancel(guest, desk, action)
        case AskReport():
            return await orders.ask_report(guest, desk, action)
        case AskRaise():
            return await bids.ask_raise(guest, desk, action)
        case AskPrice():
            return await bids.ask_price(guest, desk, action)
        case AskLowering():
            return await bids.ask_lowering(guest, desk, action)
        case ShowGuard() | AskGuardTerm() | ChooseGuardTerm() | AskGuardOn():
            return await guard_terms.respond(guest, desk, action)
        case AskSnooze():
            return attention.ask_snooze(guest, desk, action)
        case SnoozeAlert():
            return attention.snooze(guest, desk, action)
        case ShowServers():
            return await servers.show_servers(guest, desk, action)
    assert_never(action)


async def of(guest: Guest, desk: Desk, answering: Awaitable[Answer]) -> Answer:
    """The answer; of an account that was removed while CLORE.AI was asked nothing is shown."""
    answer = await answering
    return answer if guest.desk(desk.account.id) else toasts.NO_SUCH_ACCOUNT


def help_(guest: Guest) -> Screen:
    desk = guest.default_desk()
    return start_views.welcome() if desk is None else start_views.help_(COMMANDS, desk.account)
