"""Which subject answers what a person writes: every command and every typed text has its one place here."""

from __future__ import annotations

from bot.domain.ids import DraftId, OrderId, ServerId, number_of
from bot.services.desk import Desk
from handlers import (
    accounts,
    alert_settings,
    answers,
    asked,
    batches,
    bids,
    forget,
    guard_terms,
    listing,
    market,
    orders,
    panic,
    rent,
    replies,
    settings,
    spot,
    status,
    stops,
    templates,
)
from handlers.actions import (
    AskCancel,
    AskPrice,
    ShowOrder,
    ShowOrders,
    ShowServers,
    ShowWallets,
)
from handlers.commands import find
from handlers.guest import Guest
from handlers.market_actions import (
    ShowServer,
)
from handlers.replies import (
    BatchWanted,
    GuardWanted,
    KeyWanted,
    NameWanted,
    PriceWanted,
    ReportWanted,
    SearchWanted,
    StepWanted,
    StopWanted,
    TemplateWanted,
    ZoneWanted,
)
from handlers.screen import Press, Screen
from handlers.views import cancel as cancel_views
from handlers.views import draft as draft_views
from handlers.views import errors as error_views
from handlers.views import files as file_views
from handlers.views import keys as key_views
from handlers.views import steps as step_views
from handlers.visit import Answer, Secret


async def typed(guest: Guest, text: str, *, secret: Secret | None) -> Answer:
    """The open question says what a text answers; what looks like a key is one. `secret`: why the text was deleted."""
    question = replies.question(guest)
    wanted = replies.wanted(question) if question else None
    desk = guest.desk(question.account) if question and question.account is not None else None
    if secret in {Secret.PRIVATE_KEY, Secret.ANSWER} and not isinstance(wanted, StepWanted | TemplateWanted):
        late = secret is Secret.ANSWER
        return step_views.too_late(deleted=guest.deleted) if late else key_views.private_key(deleted=guest.deleted)
    if secret is Secret.API_KEY or isinstance(wanted, KeyWanted):
        name = wanted.name if isinstance(wanted, KeyWanted) else None
        replaces = desk if isinstance(wanted, KeyWanted) else None
        return await accounts.key_typed(guest, text, deleted=guest.deleted, name=name, replaces=replaces)
    if asked.is_cut(guest.house, guest.arrival, text):
        return file_views.with_deletion(file_views.cut(), deleted=guest.deleted)
    match wanted:
        case NameWanted() if desk is not None:
            return accounts.name_typed(guest, desk, text)
        case PriceWanted(order=order) if desk is not None:
            return await answers.of(guest, desk, bids.price_typed(guest, desk, order, text))
        case ReportWanted(order=order) if desk is not None:
            return await answers.of(guest, desk, orders.report_typed(guest, desk, order, text))
        case SearchWanted():
            return await market.typed(guest, wanted, text)
        case StepWanted():
            return await rent.typed(guest, wanted, text)
        case TemplateWanted():
            return await templates.typed(guest, wanted, text)
        case StopWanted() if desk is not None:
            return await answers.of(guest, desk, stops.typed(guest, desk, wanted, text))
        case GuardWanted() if desk is not None:
            return await answers.of(guest, desk, guard_terms.typed(guest, desk, wanted, text))
        case ZoneWanted():
            return settings.zone_typed(guest, text)
        case BatchWanted():
            return await batches.typed(guest, wanted, text)
        case _:
            return answers.help_(guest)


def _left(guest: Guest) -> Screen:
    """`/cancel` without a number."""
    draft = step_of_draft(guest)
    if not replies.done(guest):
        return cancel_views.nothing_to_leave()
    return cancel_views.left() if draft is None else draft_views.parked(draft)


def step_of_draft(guest: Guest) -> DraftId | None:
    """The draft of which a step is asked for."""
    question = replies.question(guest)
    wanted = replies.wanted(question) if question else None
    return wanted.draft if isinstance(wanted, StepWanted) else None


async def command(guest: Guest, name: str, arguments: str) -> Answer:
    """A command of the table, by its full name."""
    match name:
        case "start" if server := _linked_server(arguments):
            return await listing.show_server(guest, ShowServer(server))
        case "start" | "help":
            return answers.help_(guest)
        case "connect":
            return accounts.ask_key(guest, arguments or None)
        case "accounts":
            return accounts.show_accounts(guest)
        case "status":
            return status.show_status(guest)
        case "alerts":
            return alert_settings.show(guest)
        case "settings":
            return settings.show(guest)
        case "forget":
            return forget.ask_forget(guest)
        case "panic":
            return panic.stop(guest)
        case "market":
            return await market.command(guest, arguments)
        case "server":
            return await listing.command(guest, arguments)
        case "spot":
            return await spot.command(guest, arguments)
        case "rent":
            return await rent.command(guest, arguments)
        case "templates":
            return await templates.command(guest)
        case "cancel" if not arguments:
            return _left(guest)
        case _:
            pass
    desk = guest.default_desk()
    if desk is None:
        return error_views.no_account()
    return await _command_at(guest, desk, name, arguments)


async def _command_at(guest: Guest, desk: Desk, name: str, arguments: str) -> Answer:
    account = desk.account.id
    match name:
        case "wallets":
            return await answers.at(guest, desk, ShowWallets(account))
        case "orders":
            return await answers.at(guest, desk, ShowOrders(account))
        case "servers":
            return await answers.at(guest, desk, ShowServers(account))
        case "order" | "cancel" | "bid":
            return await _command_on_order(guest, desk, name, arguments)
        case _:
            raise ValueError(f"the command {name} is in the table and nothing answers it")


async def _command_on_order(guest: Guest, desk: Desk, name: str, arguments: str) -> Answer:
    number, _, rest = " ".join(arguments.split()).partition(" ")
    order = number_of(number, OrderId)
    usage = find(name)
    assert usage is not None
    rentals = (Press("📋 Rentals", ShowOrders(desk.account.id)),)
    if order is None:
        problem = f"{number[:20]} is no order number" if number else "An order's number is missing"
        return error_views.bad_arguments(usage, f"{problem}: digits, as the list of rentals shows them.", rentals)
    if rest and name != "bid":
        return error_views.bad_arguments(usage, "There is more after the number than I understand.", rentals)
    desk = await orders.desk_of(guest, order, desk)
    match name:
        case "order":
            return await answers.at(guest, desk, ShowOrder(desk.account.id, order))
        case "cancel":
            return await answers.at(guest, desk, AskCancel(desk.account.id, order))
        case _ if rest:
            return await answers.of(guest, desk, bids.price_typed(guest, desk, order, rest))
        case _:
            return await answers.at(guest, desk, AskPrice(desk.account.id, order))


def _linked_server(payload: str) -> ServerId | None:
    """The server that a link of the inline mode opens: `/start s123`."""
    return number_of(payload[1:], ServerId) if payload.startswith("s") else None
