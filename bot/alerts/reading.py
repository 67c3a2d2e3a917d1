"""How one look at CLORE.AI changes what is known of a key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.alerts.snapshot import Appeared, Missing, Part, Reading, Rise, Snapshot, Source
from bot.domain.ids import OrderId, ServerId
from bot.domain.money import Money
from bot.domain.rental import Order
from bot.domain.spending import Wallet
from bot.domain.spot import SpotMarket

GONE_AFTER = timedelta(seconds=30)
"""The least time between the two complete answers that show an order to be gone."""
GAP_IN_POLLS = 3


def merge(previous: Snapshot | None, reading: Reading) -> Snapshot:
    """What is known after this reading. A part that it did not bring stays as it was, with its age."""
    before = (
        replace(previous, at=reading.at, renewed=frozenset(), gone=(), rises=())
        if previous
        else Snapshot(at=reading.at)
    )
    if reading.rejected:
        return _rejected(before)
    if not _parts(reading):
        return _failed(before) if reading.failed else before
    return _renewed(before, reading)


def repeats(previous: Snapshot | None, reading: Reading, poll: timedelta) -> bool:
    """Whether this reading brings auctions only, each as it was known and with nothing in question: it tells that they
    are still so, and nothing else. The rates that come with each of them do not count, nor the order of the bids.
    """
    if previous is None or _parts(reading) != {Part.MARKETS} or reading.rejected or reading.failed:
        return False
    if previous.failures or previous.rejections or previous.missing or previous.in_doubt or previous.gone:
        return False
    late = gaps(previous, reading.at, poll)
    known = {server: previous.markets.get(server) for server in reading.markets}
    return not late.intersection(known) and all(
        before is not None and _alike(before, reading.markets[server]) for server, before in known.items()
    )


def _alike(before: SpotMarket, after: SpotMarket) -> bool:
    if before.offers != after.offers and frozenset(before.offers) != frozenset(after.offers):
        return False
    return replace(after, read_at=before.read_at, rates=before.rates, offers=before.offers) == before


def gaps(previous: Snapshot | None, now: datetime, poll: timedelta) -> frozenset[Source]:
    """What had last been read so long ago that a new reading of it cannot tell what happened since."""
    if previous is None:
        return frozenset()
    ages: dict[Source, datetime | None] = {
        Part.ORDERS: previous.orders_at,
        Part.PAST_ORDERS: previous.past_orders_at,
        Part.WALLETS: previous.wallets_at,
    }
    ages |= {server: market.read_at for server, market in previous.markets.items()}
    return frozenset(source for source, at in ages.items() if at is not None and now - at > GAP_IN_POLLS * poll)


def _parts(reading: Reading) -> frozenset[Part]:
    brought = {
        Part.ORDERS: reading.orders is not None,
        Part.PAST_ORDERS: reading.past_orders is not None,
        Part.WALLETS: reading.wallets is not None,
        Part.MARKETS: bool(reading.markets),
    }
    return frozenset(part for part, there in brought.items() if there)


def _earlier(known: datetime | None, now: datetime) -> datetime:
    """Since when: as known, but never in the future (a clock can be set back)."""
    return now if known is None else min(known, now)


def _rejected(before: Snapshot) -> Snapshot:
    """The key was refused. CLORE.AI did answer; what came before the refusal in the same look is not used."""
    return replace(
        before,
        failures=0,
        down_since=None,
        rejections=before.rejections + 1,
        rejected_since=_earlier(before.rejected_since, before.at),
    )


def _failed(before: Snapshot) -> Snapshot:
    return replace(before, failures=before.failures + 1, down_since=_earlier(before.down_since, before.at))


def _renewed(before: Snapshot, reading: Reading) -> Snapshot:
    now = replace(before, renewed=_parts(reading), failures=0, down_since=None, rejections=0, rejected_since=None)
    if reading.orders is not None:
        now = replace(now, orders=reading.orders, orders_at=reading.at, appeared=_appeared(before, reading))
    if reading.past_orders is not None:
        now = replace(now, past_orders=reading.past_orders, past_orders_at=reading.at)
    if reading.wallets is not None:
        now = replace(now, wallets=reading.wallets, wallets_at=reading.at, rises=_rises(before, reading.wallets))
        now = replace(now, wallets_before=before.wallets)
    in_question = before.missing if reading.orders is None else _in_question(before, now)
    return _with_markets(before, _sorted_out(now, in_question), reading.markets)


def _appeared(before: Snapshot, reading: Reading) -> tuple[Appeared, ...]:
    """Counted to two answers: a third one would say nothing more."""
    if before.orders is None or reading.orders is None:
        return ()
    known = {order.id for order in before.orders.orders} | {lost.order.id for lost in before.missing}
    earlier = {each.order.id: each for each in before.appeared if each.answers == 1}
    found = []
    for order in reading.orders.open:
        if order.id in earlier:
            found.append(replace(earlier[order.id], order=order, answers=2))
        elif order.id not in known:
            found.append(Appeared(order, reading.at))
    return tuple(found)


def _rises(before: Snapshot, wallets: tuple[Wallet, ...]) -> tuple[Rise, ...]:
    was: dict[str, Money] = {}
    for wallet in (*(before.wallets_before or ()), *(before.wallets or ())):
        if wallet.money is not None:
            was[wallet.currency] = max(wallet.money, was.get(wallet.currency, wallet.money))
    pairs = [(was.get(wallet.currency), wallet.money) for wallet in wallets]
    return tuple(Rise(old, new) for old, new in pairs if old is not None and new is not None and new > old)


def _in_question(before: Snapshot, now: Snapshot) -> tuple[Missing, ...]:
    """The orders that were listed as open and are not in this complete answer: absent, or listed as ended."""
    listed = {order.id: order for order in now.orders.orders} if now.orders else {}
    counted = [replace(lost, answers=lost.answers + 1, since=_earlier(lost.since, now.at)) for lost in before.missing]
    known = {lost.order.id for lost in counted}
    earlier = {order.id: order for order in _open(before) if order.id not in known}  # a reply may list a row twice
    counted += [_newly_missing(before, order) for order in earlier.values()]
    rows = [(lost, listed.get(lost.order.id)) for lost in counted]
    return tuple(replace(lost, order=row or lost.order) for lost, row in rows if row is None or row.expired)


def _newly_missing(before: Snapshot, order: Order) -> Missing:
    return Missing(order, since=before.at, held=before.bid_active(order) is True or order.id in before.unlisted)


def _sorted_out(now: Snapshot, in_question: tuple[Missing, ...]) -> Snapshot:
    gone = tuple(lost for lost in in_question if _is_gone(lost, now))
    return replace(now, missing=tuple(lost for lost in in_question if lost not in gone), gone=gone)


def _is_gone(lost: Missing, now: Snapshot) -> bool:
    """By a complete answer long enough after the first one, which was at `since`."""
    if now.orders_at is None or now.orders_at - lost.since < GONE_AFTER:
        return False
    return lost.order.expired or _past_agrees(lost, now)


def _past_agrees(lost: Missing, now: Snapshot) -> bool:
    """An answer with return_completed, later than the first sign, that does not show the order active."""
    if now.past_orders is None or now.past_orders_at is None or now.past_orders_at <= lost.since:
        return False
    row = now.past_orders.find(lost.order.id)
    return row is None or row.expired


def _open(snapshot: Snapshot) -> tuple[Order, ...]:
    return snapshot.orders.open if snapshot.orders else ()


def _with_markets(before: Snapshot, now: Snapshot, read: Mapping[ServerId, SpotMarket]) -> Snapshot:
    spot = [order for order in (*_open(now), *_unlisted(now)) if order.spot]
    servers = {order.server for order in spot}
    markets = {server: market for server, market in before.markets.items() if server in servers}
    markets |= {server: market for server, market in read.items() if server in servers}
    now = replace(now, markets=markets)
    held = frozenset(order.id for order in spot if order.id in before.held or now.bid_active(order))
    now = replace(now, held=held, held_in=_held_in(before, now, spot))
    now = replace(now, unlisted=_without_offer(before, now, read))
    return replace(now, in_doubt=_in_doubt(before, now, read))


def _held_in(before: Snapshot, now: Snapshot, spot: Iterable[Order]) -> dict[OrderId, SpotMarket]:
    lost = [order for order in spot if not now.bid_active(order)]
    known = {order.id: before.held_in[order.id] for order in lost if order.id in before.held_in}
    return known | {order.id: before.markets[order.server] for order in lost if before.bid_active(order)}


def _without_offer(before: Snapshot, now: Snapshot, read: Mapping[ServerId, SpotMarket]) -> frozenset[OrderId]:
    """Bids that held their machine until a reading of their auction did not list them, and none has listed them since."""

    def is_missing(order: Order) -> bool:
        market = read.get(order.server)
        return order.id in before.unlisted if market is None else market.find(order.id) is None

    held = [order for order in _open(now) if before.bid_active(order) or order.id in before.unlisted]
    return frozenset(order.id for order in held if is_missing(order))


def _unlisted(now: Snapshot) -> tuple[Order, ...]:
    return tuple(lost.order for lost in (*now.missing, *now.gone))


def _in_doubt(before: Snapshot, now: Snapshot, read: Mapping[ServerId, SpotMarket]) -> frozenset[OrderId]:
    lost = [order for order in _open(now) if order.id in now.held and now.bid_active(order) is False]
    return frozenset(
        order.id
        for order in lost
        if (before.bid_active(order) is not False if order.server in read else order.id in before.in_doubt)
    )
