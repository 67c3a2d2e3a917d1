"""The rules: what a snapshot says of everything that people are alerted about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from bot.alerts.alert import (
    AlertType,
    ApiDown,
    Condition,
    Deposited,
    Edge,
    Ended,
    EndReason,
    Expiring,
    Fine,
    KeyInvalid,
    Outbid,
    Severity,
    ShortRunway,
    Started,
    Unknown,
)
from bot.alerts.endings import displaced_by, end_reason, past_row, reached_its_length
from bot.alerts.settings import Settings, Stage
from bot.alerts.snapshot import Missing, Part, Snapshot
from bot.domain.ids import OrderId, ServerId
from bot.domain.money import BITCOIN, CLORE, USD, Money
from bot.domain.rental import Order
from bot.domain.spending import FOREVER, Wallet, burn_per_day, runway, top_up

CONFIRMED = 2
"""Complete answers."""
LEAST_DEPOSIT = Decimal("0.01")
"""Of the balance: what a host earns in a minute is less."""
DUST: Mapping[str, Decimal] = {BITCOIN: Decimal("0.000001"), CLORE: Decimal(5), USD: Decimal("0.05")}
"""Some cents: a rise of less is no news."""

API = "api"
KEY = "key"
"""The subjects of the alerts that are about no order and no coin."""


@dataclass(frozen=True, slots=True)
class Context:
    """What this installation did itself: orders that were cancelled in the last minutes, until they are gone.

    `cancelled_here`: by the chat of the account. `cancelled_elsewhere`: by another chat of ours, with its name.
    `created`: the orders that it made. `awaited`: the servers on which a creation of its own is not settled yet.
    """

    cancelled_here: frozenset[OrderId] = frozenset()
    cancelled_elsewhere: Mapping[OrderId, str] = field(default_factory=dict)
    created: frozenset[OrderId] = frozenset()
    awaited: frozenset[ServerId] = frozenset()

    def cancelled(self, order: OrderId) -> bool:
        return order in self.cancelled_here or order in self.cancelled_elsewhere


Level = Condition | Fine | Unknown
Rule = Callable[[Snapshot, Settings, Context], Iterable[Level | Edge]]


@dataclass(frozen=True, slots=True)
class Findings:
    """What all rules say. `complete`: the types of which every subject was looked at, so that one not named has ended.

    `over`: subjects that have ended by other evidence: orders that were found gone.
    """

    levels: tuple[Level, ...]
    edges: tuple[Edge, ...] = ()
    complete: frozenset[AlertType] = frozenset()
    over: frozenset[tuple[AlertType, str]] = frozenset()


def evaluate(snapshot: Snapshot, settings: Settings, context: Context) -> Findings:
    said = [word for rule in RULES for word in rule(snapshot, settings, context)]
    return Findings(
        levels=tuple(word for word in said if not isinstance(word, Edge)),
        edges=tuple(word for word in said if isinstance(word, Edge)),
        complete=frozenset(kind for kind, part in COMPLETE_WITH.items() if part in snapshot.renewed),
        over=frozenset((kind, str(lost.order.id)) for lost in snapshot.gone for kind in OF_AN_ORDER),
    )


def api_down(snapshot: Snapshot, settings: Settings, _context: Context) -> Iterator[Level]:
    """Failures in a row, long enough. One answer, even a refusal of the key, shows that CLORE.AI is there."""
    kind = AlertType.API_DOWN
    if not snapshot.failures:
        yield Fine(kind, API, snapshot.at)
        return
    since = snapshot.down_since or snapshot.at
    stages = settings.stages[kind] if snapshot.failures >= settings.failures else ()
    stage = sum(snapshot.at - since >= stage.bound for stage in stages)
    severity = settings.stage(kind, stage).severity
    keeps = len(settings.stages[kind])
    yield Condition(
        kind, API, severity, ApiDown(since), max(stage, 1), stage > 0, keeps=keeps, read_at=snapshot.at, since=since
    )


def key_invalid(snapshot: Snapshot, settings: Settings, _context: Context) -> Iterator[Level]:
    """A rejection. A reading that failed says nothing about the key."""
    kind = AlertType.KEY_INVALID
    if snapshot.rejections:
        since = snapshot.rejected_since or snapshot.at
        known = Condition(
            kind, KEY, settings.stage(kind, 1).severity, KeyInvalid(since), read_at=snapshot.at, since=since
        )
        yield known if not snapshot.failures else Unknown(kind, KEY)
    else:
        yield Fine(kind, KEY, snapshot.at) if snapshot.renewed else Unknown(kind, KEY)


def order_ended(snapshot: Snapshot, settings: Settings, context: Context) -> Iterator[Edge]:
    """Orders that this very reading found gone; a cancellation of the chat's own is its own news."""
    for lost in snapshot.gone:
        if lost.order.id not in context.cancelled_here:
            yield _ended(snapshot, settings, lost, context.cancelled_elsewhere.get(lost.order.id))


def _ended(snapshot: Snapshot, settings: Settings, lost: Missing, by: str | None) -> Edge:
    kind = AlertType.ORDER_ENDED
    reason = end_reason(snapshot, lost, cancelled_elsewhere=by is not None)
    severity = Severity.INFO if reason is EndReason.CANCELLED_ELSEWHERE else settings.stage(kind, 1).severity
    order = past_row(snapshot, lost) or lost.order
    return Edge(kind, str(lost.order.id), severity, Ended(order, reason, lost.since, by), lost.since)


def order_started(snapshot: Snapshot, settings: Settings, context: Context) -> Iterator[Edge]:
    """Orders that two complete answers list and that this installation did not make."""
    if Part.ORDERS not in snapshot.renewed:
        return
    kind = AlertType.ORDER_STARTED
    for new in snapshot.appeared:
        ours = new.order.id in context.created or new.order.server in context.awaited
        if new.answers == CONFIRMED and not ours:
            yield Edge(kind, str(new.order.id), settings.stage(kind, 1).severity, Started(new.order), new.since)


def wallet_deposit(snapshot: Snapshot, settings: Settings, _context: Context) -> Iterator[Edge]:
    """A balance that rose by more than a hundredth, and by more than what a host earns in between."""
    if Part.WALLETS not in snapshot.renewed or snapshot.wallets_at is None:
        return
    kind = AlertType.WALLET_DEPOSIT
    for rise in snapshot.rises:
        more = rise.now - rise.was
        if more.amount > max(rise.was.amount * LEAST_DEPOSIT, DUST.get(rise.now.currency, Decimal(0))):
            facts, severity = Deposited(rise.was, rise.now), settings.stage(kind, 1).severity
            yield Edge(kind, rise.now.currency, severity, facts, snapshot.wallets_at)


def order_expiring(snapshot: Snapshot, settings: Settings, _context: Context) -> Iterator[Level]:
    """Time left, in stages; of orders that are in question nothing is known."""
    if snapshot.orders is None or Part.ORDERS not in snapshot.renewed:
        return
    for lost in snapshot.missing:
        yield Unknown(AlertType.ORDER_EXPIRING, str(lost.order.id))
    for order in snapshot.orders.open:
        unsure = order.spot and order.server not in snapshot.markets  # its auction is read after the list
        yield Unknown(AlertType.ORDER_EXPIRING, str(order.id)) if unsure else _expiring(snapshot, settings, order)


def _expiring(snapshot: Snapshot, settings: Settings, order: Order) -> Condition:
    kind, left = AlertType.ORDER_EXPIRING, order.left(snapshot.at)
    numbered = [
        (number, stage)
        for number, stage in enumerate(settings.stages[kind], 1)
        if stage.bound * 2 <= order.max_length  # a day's warning of a rental of a day would come with its start
    ]
    stage = max((number for number, stage in numbered if left <= stage.bound), default=0)
    keeps = max((number for number, stage in numbered if left <= stage.bound * 11 / 10), default=0)
    waits = snapshot.bid_active(order) is False  # nothing runs that could end
    return Condition(
        kind,
        str(order.id),
        settings.stage(kind, stage).severity,
        Expiring(order),
        max(stage, 1),
        holds=stage > 0 and left > timedelta(0) and not waits,
        clear=keeps == 0,
        keeps=keeps,
        read_at=snapshot.orders_at,
        source=Part.ORDERS,
        urgent=stage >= 3,
    )


def spot_outbid(snapshot: Snapshot, settings: Settings, context: Context) -> Iterator[Level]:
    """Bids that held their machine and do not any more, listed or vanished."""
    if snapshot.orders is None or _stale(snapshot, settings):
        return
    for order in snapshot.orders.open:
        if order.spot:
            yield _listed_bid(snapshot, settings, context, order)
    for lost in snapshot.missing:
        yield _vanished_bid(snapshot, settings, context, lost)


def _listed_bid(snapshot: Snapshot, settings: Settings, context: Context, order: Order) -> Level:
    kind, active, market = AlertType.SPOT_OUTBID, snapshot.bid_active(order), snapshot.markets.get(order.server)
    if active is None or market is None or context.cancelled(order.id):
        return Unknown(kind, str(order.id))
    if snapshot.at - market.read_at > settings.stale_after:
        return Unknown(kind, str(order.id))
    facts = Outbid(order, market, before=snapshot.held_in.get(order.id))
    return Condition(
        kind,
        str(order.id),
        settings.stage(kind, 1).severity,
        facts,
        holds=not facts.held and order.id in snapshot.held,
        clear=facts.held,
        read_at=market.read_at,
        source=order.server,
        urgent=True,
    )


def _vanished_bid(snapshot: Snapshot, settings: Settings, context: Context, lost: Missing) -> Level:
    """A sample is a complete answer without the order. What else may have ended it is for `order.ended` to say."""
    kind, market = AlertType.SPOT_OUTBID, snapshot.markets.get(lost.order.server)
    quiet = context.cancelled(lost.order.id) or reached_its_length(lost) or displaced_by(snapshot, lost) is None
    if quiet or market is None or snapshot.at - market.read_at > settings.stale_after:
        return Unknown(kind, str(lost.order.id))
    facts = Outbid(lost.order, market, vanished=True, before=snapshot.held_in.get(lost.order.id))
    severity, read_at = settings.stage(kind, 1).severity, snapshot.orders_at
    return Condition(kind, str(lost.order.id), severity, facts, read_at=read_at, source=Part.ORDERS, since=lost.since)


def wallet_runway(snapshot: Snapshot, settings: Settings, _context: Context) -> Iterator[Level]:
    """How long each coin lasts at the present burn."""
    if snapshot.wallets is None or Part.WALLETS not in snapshot.renewed:
        return
    for wallet in snapshot.wallets:
        yield _runway(snapshot, settings, wallet)


def _runway(snapshot: Snapshot, settings: Settings, wallet: Wallet) -> Level:
    """Where the answer hangs on bids that may or may not run, none is given."""
    kind, balance = AlertType.WALLET_RUNWAY, wallet.money
    if balance is None or snapshot.orders is None or _stale(snapshot, settings):
        return Unknown(kind, wallet.currency)
    orders = snapshot.orders.open
    unsure = {order.id for order in orders if order.spot and snapshot.bid_active(order) is None}
    burns = [
        burn_per_day(orders, waiting).get(wallet.currency, Money(Decimal(0), wallet.currency))
        for waiting in (snapshot.waiting, snapshot.waiting | unsure)
    ]
    worst, surely = (_lasting(snapshot, settings, balance, burn) for burn in burns)
    alike = (worst.holds, worst.clear, worst.stage) == (surely.holds, surely.clear, surely.stage)
    return worst if alike else Unknown(kind, wallet.currency)


def _lasting(snapshot: Snapshot, settings: Settings, balance: Money, burn: Money) -> Condition:
    kind, lasts = AlertType.WALLET_RUNWAY, runway(balance, burn)
    left = FOREVER if lasts is None else lasts
    stages = settings.stages[kind]
    stage, keeps = sum(left <= stage.bound for stage in stages), sum(not _long_enough(left, stage) for stage in stages)
    return Condition(
        kind,
        balance.currency,
        settings.stage(kind, stage).severity,
        ShortRunway(balance, burn, left, top_up(balance, burn, 24), top_up(balance, burn, 7 * 24)),
        max(stage, 1),
        holds=stage > 0,
        clear=keeps == 0,
        keeps=keeps,
        read_at=snapshot.wallets_at,
        source=Part.WALLETS,
        urgent=stage >= 2,
    )


def _long_enough(left: timedelta, stage: Stage) -> bool:
    return left > stage.bound * 5 / 4 and left > stage.bound + timedelta(hours=1)


def _stale(snapshot: Snapshot, settings: Settings) -> bool:
    return snapshot.orders_at is None or snapshot.at - snapshot.orders_at > settings.stale_after


RULES: tuple[Rule, ...] = (
    api_down,
    key_invalid,
    order_ended,
    order_started,
    order_expiring,
    spot_outbid,
    wallet_runway,
    wallet_deposit,
)

COMPLETE_WITH: Mapping[AlertType, Part] = {
    AlertType.ORDER_EXPIRING: Part.ORDERS,
    AlertType.SPOT_OUTBID: Part.ORDERS,
    AlertType.WALLET_RUNWAY: Part.WALLETS,
}
"""The part that names every subject of a type."""

OF_AN_ORDER = (AlertType.ORDER_EXPIRING, AlertType.SPOT_OUTBID)
"""The types that end with their order."""
