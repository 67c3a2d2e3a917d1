"""Conditions under which a rental is to be ended: set, moved, removed, and told of."""

from __future__ import annotations

from datetime import timedelta

from bot.alerts.snapshot import Snapshot
from bot.domain.announcements import StopTold
from bot.domain.ids import OrderId
from bot.domain.ledger import Result
from bot.domain.rental import Order
from bot.domain.stop_setting import StopProblem, Typed, preset, presets, problem, read_cost, read_runway, read_time
from bot.domain.stops import AtRunway, AtTime, Condition, extended, outlook, terms
from bot.services.desk import Desk
from bot.services.feeds import Orders, Wallets
from bot.services.house import House
from bot.services.stops import ACTING, FAILED, HELD, MISSED, WARNED, read_terms, seen_of
from handlers.guest import Guest
from handlers.looking import RECENT, Look, look_at_all, trouble
from handlers.orders import find_open
from handlers.rent_actions import AskStop, ChooseStop, DropStop, ExtendStop, ShowStops, StopAction
from handlers.replies import StopWanted, ask, done
from handlers.screen import Screen
from handlers.views import orders as order_views
from handlers.views import stops as views
from handlers.views import toasts
from handlers.views.errors import Untouched
from handlers.views.html import Html
from handlers.visit import Answer
from handlers.word import Word
from storage.accounts import Account
from storage.codec import decode, encode
from storage.stops import Stop, once

MOST_HOURS = 24
"""A forged button may carry any number."""

_DROPPED, _MOVED, _OVER, _FIXED = "dropped", "moved", "over", "fixed"
_NOTES = {
    _DROPPED: views.was_dropped,
    _MOVED: views.was_moved,
    _OVER: views.over_already,
    _FIXED: views.cannot_move,
}
"""What became of a condition, in words."""


async def respond(guest: Guest, action: StopAction) -> Answer:
    if isinstance(action, DropStop | ExtendStop):
        return await _change(guest, action)
    desk = guest.desk(action.account)
    if desk is None:
        return toasts.NO_SUCH_ACCOUNT
    match action:
        case ShowStops():
            return await _show(guest, desk, action.order)
        case ChooseStop():
            return await _choose(guest, desk, action)
        case AskStop():
            return await _ask(guest, desk, action.order, action.kind)


async def typed(guest: Guest, desk: Desk, wanted: StopWanted, text: str) -> Answer:
    """A typed condition: set, or what is wrong with it."""
    found, order = await _look(desk, wanted.order)
    if order is None:
        return _not_there(guest, desk, wanted.order, found)
    now, rates = guest.house.clock(), guest.house.rates
    match wanted.kind:
        case views.TIME:
            read = read_time(text, now)
        case views.COST:
            read = read_cost(text, order, rates)
        case _:
            read = read_runway(text, order)
    wrong = read if isinstance(read, StopProblem) else _problem(guest, found.snapshot, order, read.condition)
    if isinstance(read, StopProblem) or wrong is not None:
        return await _ask(guest, desk, order.id, wanted.kind, wrong)
    note = _set(guest, desk, order, read)
    done(guest)
    return _screen(guest, desk, order, found, note)


def letter(house: House, account: Account, told: StopTold) -> Screen | None:
    """`None`: there is nothing left to tell."""
    stop = house.store.stops.get(account.chat, told.stop)
    found = read_terms(stop) if stop is not None else None
    if stop is None or found is None:
        return None
    now, condition = house.clock(), found.condition
    seen = seen_of(house.feeds.of(account.key).last, stop.order, condition)
    match told.phase:
        case phase if phase == WARNED and stop.state == "warned":
            standing = views.Standing(stop.id, condition, outlook(condition, seen))
            return views.warned(account, stop.order, stop.server, standing, now)
        case phase if phase == MISSED and stop.state == "missed" and isinstance(condition, AtTime):
            return views.missed(account, stop.order, stop.server, stop.id, condition.at, now)
        case phase if phase == HELD and house.store.chats.get(account.chat).panic_at is not None:
            return views.held(account, stop.order, stop.server, condition, now)
        case phase if phase == ACTING:
            return views.acting(account, stop.order, stop.server, condition, now)
        case phase if phase == FAILED:
            return views.failed(account, stop.order, stop.server, condition, now, _result(house, stop))
        case _:
            return None


def _result(house: House, stop: Stop) -> Result | None:
    entry = house.store.ledger.of_once(once(stop.id))
    return decode(Result, entry.result) if entry is not None and entry.result is not None else None


async def _show(guest: Guest, desk: Desk, number: OrderId, note: Html | None = None) -> Screen:
    found, order = await _look(desk, number)
    return _not_there(guest, desk, number, found) if order is None else _screen(guest, desk, order, found, note)


async def _choose(guest: Guest, desk: Desk, action: ChooseStop) -> Answer:
    found, order = await _look(desk, action.order)
    if order is None:
        return _not_there(guest, desk, action.order, found)
    condition = preset(action.value, order, guest.house.clock())
    if condition is None:
        return toasts.UNKNOWN_BUTTON
    wrong = _problem(guest, found.snapshot, order, condition)
    note = views.not_set(wrong) if wrong is not None else _set(guest, desk, order, Typed(condition))
    return _screen(guest, desk, order, found, note)


async def _ask(guest: Guest, desk: Desk, number: OrderId, kind: Word, wrong: StopProblem | None = None) -> Answer:
    if kind not in {views.TIME, views.COST, views.RUNWAY}:
        return toasts.UNKNOWN_BUTTON
    found, order = await _look(desk, number)
    if order is None:
        return _not_there(guest, desk, number, found)
    ask(guest, StopWanted(order.id, kind), desk.account.id)
    return views.ask(
        desk.account,
        order,
        kind,
        guest.house.clock(),
        read_at=found.snapshot.orders_at if found.snapshot else None,
        rates=guest.house.rates,
        problem=wrong,
    )


async def _change(guest: Guest, action: DropStop | ExtendStop) -> Answer:
    """Of a condition that its row leads to; the order's screen shows what is set then."""
    stop = guest.house.store.stops.get(guest.chat.id, action.stop)
    desk = guest.desk(stop.account) if stop is not None else None
    if stop is None or desk is None:
        return toasts.UNKNOWN_BUTTON

    def change() -> str:
        return _drop(guest, stop) if isinstance(action, DropStop) else _extend(guest, desk, stop, action.hours)

    return await _show(guest, desk, stop.order, _NOTES[guest.once(change)]())


def _drop(guest: Guest, stop: Stop) -> str:
    now = guest.house.clock()
    moved = guest.house.store.stops.move(stop.id, "dropped", of=("armed", "warned", "missed"), now=now)
    return _DROPPED if moved else _OVER


def _extend(guest: Guest, desk: Desk, stop: Stop, hours: int) -> str:
    found, now = read_terms(stop), guest.house.clock()
    if found is None or not 1 <= hours <= MOST_HOURS:
        return _FIXED
    later = extended(found.condition, hours, find_open(desk.last, stop.order), now)
    if later is None:
        return _FIXED
    body = encode(terms(later, found.changes + 1))
    return _MOVED if guest.house.store.stops.change(stop.id, body, now) else _OVER


def _set(guest: Guest, desk: Desk, order: Order, read: Typed) -> Html:
    guest.stay(desk.account.id)
    stop = guest.house.stops.arm(desk.account, guest.user, order, read.condition)
    near = outlook(read.condition, seen_of(desk.last, order.id, read.condition))
    warned, dollars = stop.state == "warned", read.dollars
    return views.was_set(read.condition, near, guest.house.clock(), warned=warned, dollars=dollars)


def _problem(guest: Guest, snapshot: Snapshot | None, order: Order, condition: Condition) -> StopProblem | None:
    return problem(condition, order, seen_of(snapshot, order.id, condition), guest.house.clock())


async def _look(desk: Desk, number: OrderId) -> tuple[Look, Order | None]:
    found = await look_at_all(desk, (Orders(), Wallets()), RECENT)
    if find_open(found.snapshot, number) is None and not found.failed:  # one that was rented a moment ago
        found = await look_at_all(desk, (Orders(),), timedelta(seconds=10))
    return found, find_open(found.snapshot, number)


def _not_there(guest: Guest, desk: Desk, number: OrderId, found: Look) -> Screen:
    if found.failed or found.snapshot is None:
        return trouble(found, desk, untouched=Untouched.STOP, again=ShowStops(desk.account.id, number))
    return order_views.not_found(desk.account, number, found.snapshot.orders_at, guest.house.clock())


def _screen(guest: Guest, desk: Desk, order: Order, found: Look, note: Html | None) -> Screen:
    now, snapshot = guest.house.clock(), found.snapshot
    standing = []
    for stop in guest.house.store.stops.of_order(desk.account.id, order.id):
        if read := read_terms(stop):
            near = outlook(read.condition, seen_of(snapshot, order.id, read.condition))
            standing.append(views.Standing(stop.id, read.condition, near, missed=stop.state == "missed"))
    seen = seen_of(snapshot, order.id, AtRunway(order.price.currency, timedelta(0)))
    return views.stops(
        desk.account,
        order,
        standing,
        presets(order, seen, now),
        now,
        read_at=snapshot.orders_at if snapshot else None,
        rates=guest.house.rates,
        failed=found.failed,
        note=note,
    )
