"""The first minutes of a new rental: how it stands, keeping it, trying its ports, its password, cancelling with a report."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Final, assert_never

from bot.domain.announcements import Announcement, DeploymentTold
from bot.domain.deployment import HAS_MACHINE, OVER, News, Progress
from bot.domain.ids import DraftId, MessageId, OrderId
from bot.services.deployments import UNASKED_FOR, progress_of
from bot.services.desk import Desk
from bot.services.feeds import Auction, Orders, Wanted, within
from bot.services.house import House
from bot.services.stops import conditions
from handlers import orders
from handlers.actions import AskCancel
from handlers.guest import Guest
from handlers.looking import Look, look_at_all
from handlers.rent_actions import (
    CancelWithReport,
    DeploymentAction,
    KeepRental,
    ProbeNow,
    ShowDeployment,
    ShowSecrets,
    SwitchProbe,
)
from handlers.screen import Screen
from handlers.views import deployments as views
from handlers.views import toasts
from handlers.views.deployments import Minutes
from handlers.views.report import report
from handlers.visit import Answer
from storage.accounts import Account
from storage.deployments import Deployment
from storage.errors import NotFound, Unopenable

log = logging.getLogger(__name__)

JUST_READ: Final = timedelta(seconds=5)
PROBE_PATIENCE: Final = 12.0
"""An attempt takes five seconds at the most; behind those of others it may have to wait, and is given up then."""


async def respond(guest: Guest, action: DeploymentAction) -> Answer:
    row = guest.house.store.deployments.get(guest.chat.id, action.deployment)
    desk = guest.desk(row.account) if row is not None else None
    if row is None or desk is None:
        return toasts.UNKNOWN_BUTTON
    match action:
        case ShowDeployment():
            return await _shown(guest, desk, row)
        case KeepRental():
            return _kept(guest, desk, row)
        case ProbeNow():
            return await _probed(guest, desk, row)
        case SwitchProbe(on=on):
            guest.house.store.chats.probe(guest.chat.id, on=on)
            return _living(guest, desk, minutes(guest.house, row), Look(desk.last))
        case CancelWithReport():
            return await _ask_cancel(guest, desk, row)
        case ShowSecrets():
            return _secrets(guest, desk, row)
    assert_never(action)


def letter(house: House, account: Account, told: DeploymentTold) -> Screen | None:
    """`None`: there is nothing left to tell."""
    row = house.store.deployments.get(account.chat, told.deployment)
    if row is None:
        return None
    it, now = minutes(house, row), house.clock()
    match News(told.phase):
        case News.CHANGED:
            return views.living(account, it, now, rates=house.rates)
        case _ if it.progress.phase not in HAS_MACHINE:
            return None
        case News.RUNNING:
            return None if it.order is None else views.running(account, it, it.order, now, rates=house.rates)
        case News.DECIDE:
            late = it.progress.kept or now >= it.progress.free_until
            return None if late else views.decide(account, it, now)
        case News.STUCK:
            return None if it.progress.running_since is not None else views.stuck(account, it, now)


def follows(told: Announcement) -> bool:
    """Whether this letter edits the living message instead of making a message of its own."""
    return isinstance(told, DeploymentTold) and told.phase == News.CHANGED


def lives_in(house: House, guest: Guest, message: MessageId) -> bool:
    """Whether this message follows a new rental: another screen in it would be overwritten by the next news."""
    return house.store.deployments.living(guest.chat.id, message) is not None


def next_candidate(house: House, account: Account, order: OrderId) -> DraftId | None:
    """The draft that a rental was made from while it was new: what can be rented in its place."""
    row = house.store.deployments.of_order(account.id, order)
    return None if row is None else progress_of(row).draft


def minutes(house: House, row: Deployment, progress: Progress | None = None) -> Minutes:
    """What a screen shows of it now."""
    desk = house.desks.get(row.chat, row.account)
    last = desk.last if desk is not None else None
    return Minutes(
        id=row.id,
        number=row.order,
        server=row.server,
        progress=progress or progress_of(row),
        order=orders.find(last, row.order),
        snapshot=last,
        on_demand=house.market.on_demand(row.server),
        probes=house.store.chats.get(row.chat).probes,
        secrets_until=row.created_at + UNASKED_FOR if house.store.deployments.has_secrets(row.id) else None,
        stops=conditions(house.store, row.account, row.order),
    )


async def _read(desk: Desk, row: Deployment) -> Look:
    parts: tuple[Wanted, ...] = (Orders(), Auction(row.server)) if progress_of(row).spot else (Orders(),)
    return await look_at_all(desk, parts, JUST_READ)


def _see(guest: Guest, row: Deployment, found: Look) -> Progress:
    """What is known with what was just read. `NotFound` where it was forgotten meanwhile."""
    first_minutes = guest.house.first_minutes
    progress = first_minutes.see(row.id, row.chat, found.snapshot) if found.snapshot is not None else progress_of(row)
    if progress is None:
        raise NotFound("the rental was forgotten meanwhile")
    return progress


async def _shown(guest: Guest, desk: Desk, row: Deployment) -> Screen:
    found = await _read(desk, row)
    it = minutes(guest.house, row, _see(guest, row, found))
    return _living(guest, desk, it, found)


def _living(guest: Guest, desk: Desk, it: Minutes, found: Look) -> Screen:
    message, house = guest.arrival.message, guest.house
    lives = message is not None and lives_in(house, guest, message)
    return views.living(desk.account, it, house.clock(), rates=house.rates, failed=found.failed, lives=lives)


def _kept(guest: Guest, desk: Desk, row: Deployment) -> Screen:
    progress = progress_of(row)
    if progress.phase in OVER:
        return views.over(desk.account, minutes(guest.house, row), guest.now)
    progress = guest.house.first_minutes.keep(row.chat, row.id) or progress
    return views.kept(desk.account, minutes(guest.house, row, progress), guest.now)


async def _probed(guest: Guest, desk: Desk, row: Deployment) -> Screen:
    """Only what is listed now is connected to: its ports belong to somebody else afterwards."""
    found = await _read(desk, row)
    progress = _see(guest, row, found)
    order = orders.find_open(found.snapshot, row.order)
    if order is not None and progress.phase in HAS_MACHINE and guest.house.store.chats.get(row.chat).probes:
        await within(PROBE_PATIENCE, guest.house.first_minutes.probe(row.chat, row.id, order))
    row = guest.house.store.deployments.get(row.chat, row.id) or row
    return _living(guest, desk, minutes(guest.house, row), found)


async def _ask_cancel(guest: Guest, desk: Desk, row: Deployment) -> Screen:
    """The usual question; with a report of what was measured where it does not work as it should."""
    found = await _read(desk, row)
    progress = _see(guest, row, found)
    if progress.phase in OVER:
        return views.over(desk.account, minutes(guest.house, row, progress), guest.house.clock())
    in_order = progress.works or progress.phase not in HAS_MACHINE
    issue = None if in_order else report(progress, row.order, row.server, guest.house.clock())
    asked = await orders.ask_cancel(guest, desk, AskCancel(desk.account.id, row.order), issue)
    message = guest.arrival.message
    return replace(asked, apart=message is not None and lives_in(guest.house, guest, message))


def _secrets(guest: Guest, desk: Desk, row: Deployment) -> Screen:
    it = minutes(guest.house, row)
    try:
        secrets = guest.house.store.deployments.secrets(row)
    except Unopenable as error:
        log.warning("the password of order %d cannot be shown: %s", row.order, error)
        secrets = None
    return views.access_gone(desk.account, it) if secrets is None else views.access_once(desk.account, it, secrets)
