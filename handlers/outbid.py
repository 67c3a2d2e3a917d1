"""What stands beside a bid that lost its machine, or an order that ended, when its message leaves; and that order itself."""

from __future__ import annotations

from datetime import datetime

from bot.alerts.alert import AlertType, Ended, Notice, Outbid
from bot.domain.ids import KeyId, OrderId
from bot.domain.ledger import BidChange
from bot.domain.rental import Order
from bot.services.house import House
from bot.services.record import OWN_CANCELLATIONS, title_of
from bot.services.writes import change_of
from handlers.views.outbid import Beside
from storage.accounts import Account
from storage.ledger import Entry


def beside(house: House, account: Account, notice: Notice, told: Order) -> Beside:
    """As the last readings and the ledger have it; nothing is asked of CLORE.AI."""
    market, order = house.market.last, told.id
    cancelled = _cancelled(house, account.key, order, notice.since)
    elsewhere = cancelled is not None and cancelled.chat != account.chat
    return Beside(
        snapshot=house.feeds.of(account.key).last,
        listing=market.listed({told.server}).get(told.server) if market else None,
        listed_at=market.read_at if market else None,
        rates=house.rates,
        changes=_changes(house, account.key, order, notice.since),
        cancelled=cancelled is not None,
        cancelled_in=title_of(house.store, cancelled.chat) if cancelled and elsewhere else None,
    )


def order_told_of(house: House, account: Account, order: OrderId) -> Order | None:
    """The order as the last alert of its loss or its end shows it: CLORE.AI may list it nowhere any more."""
    for kind in (AlertType.ORDER_ENDED, AlertType.SPOT_OUTBID):
        for letter in reversed(house.store.outbox.notices_of(account.chat, account.id, kind, str(order))):
            facts = letter.notice().facts
            if isinstance(facts, Ended | Outbid):
                return facts.order
    return None


def _changes(house: House, key: KeyId, order: OrderId, since: datetime) -> tuple[BidChange, ...]:
    """Those that were carried out, or may have been: whether one was, the bid itself shows."""
    done = [
        change_of(entry)
        for entry in house.store.ledger.bids(key, order)
        if entry.state in {"done", "unknown"} and entry.ended_at is not None and entry.ended_at >= since
    ]
    return tuple(change for change in done if isinstance(change, BidChange))


def _cancelled(house: House, key: KeyId, order: OrderId, since: datetime) -> Entry | None:
    entries = house.store.ledger.cancelled(key, since - OWN_CANCELLATIONS)
    return next((entry for entry in entries if entry.order == order), None)
