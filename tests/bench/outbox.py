"""The outbox: what a letter costs from being put to being marked as sent, with one waiting for each of many chats."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from bot.alerts.alert import AlertType, Expiring, News, Notice, Severity
from bot.domain.ids import MessageId, OrderId, ServerId
from bot.domain.money import CLORE, Money
from bot.domain.rental import Order
from handlers.jobs import AT_ONCE
from storage.accounts import Account
from storage.codec import encode
from storage.store import Store
from tests.bench.clocks import MICRO, cpu_of
from tests.bench.rooms import account, bare_room, invented_key, people, room
from tests.bench.sizes import Size
from tests.bench.table import Goal, Row

BARE_TABLE: Final = "CREATE TABLE letters (id INTEGER PRIMARY KEY, state TEXT, body TEXT, message INTEGER)"
NOW: Final = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


async def rows(size: Size, folder: Path) -> list[Row]:
    with room(folder / "bot.db") as store, bare_room(folder / "bare.db", BARE_TABLE) as bare:
        chats = people(store, size.letters, NOW)
        accounts = [account(store, chat, invented_key(chat), NOW) for chat in chats]
        puts, goes = [], []
        for number in range(size.repetitions):
            now, told = NOW + timedelta(minutes=number), notice(number)
            puts.append((cpu_of(put, store, accounts, told, now), cpu_of(_put, bare, told, size.letters)))
            goes.append((cpu_of(deliver, store, now, size.letters), cpu_of(_deliver, bare, size.letters)))
    return [
        Row("outbox: a letter put", "us", each(puts, size), "a bare INSERT of the same text", Goal(10)),
        Row("outbox: a letter found, claimed, sent", "us", each(goes, size), "a bare SELECT and two UPDATEs", Goal(8)),
    ]


def each(pairs: list[tuple[float, float]], size: Size) -> list[tuple[float, float]]:
    return [(MICRO * ours / size.letters, MICRO * base / size.letters) for ours, base in pairs]


def notice(number: int) -> Notice:
    """An order that ends soon."""
    order = Order(
        id=OrderId(number),
        server=ServerId(6),
        price=Money(Decimal("12.5"), CLORE),
        created_at=NOW - timedelta(hours=72),
        max_length=timedelta(hours=73),
    )
    return Notice(
        news=News.FIRED,
        type=AlertType.ORDER_EXPIRING,
        subject=str(number),
        severity=Severity.WARNING,
        stage=1,
        episode=f"episode-{number}",
        since=NOW,
        at=NOW,
        facts=Expiring(order),
    )


def put(store: Store, accounts: list[Account], told: Notice, now: datetime) -> None:
    """In transactions of their own, as when many keys are read one after another."""
    for one in accounts:
        assert store.outbox.put_notice(one.chat, one.id, told, now)


def deliver(store: Store, now: datetime, count: int) -> None:
    """As the delivery does, without Telegram: so many at a time."""
    sent = 0
    while letters := store.outbox.due(now, AT_ONCE):
        for letter in letters:
            assert store.outbox.claim(letter.id, now)
        for letter in letters:
            assert store.outbox.sent(letter.id, MessageId(letter.id), now)
        sent += len(letters)
    assert sent == count


def _put(bare: sqlite3.Connection, told: Notice, count: int) -> None:
    body = encode(told)
    for _ in range(count):
        bare.execute("INSERT INTO letters (state, body) VALUES ('queued', ?)", (body,))


def _deliver(bare: sqlite3.Connection, count: int) -> None:
    newest = bare.execute("SELECT max(id) FROM letters").fetchone()[0]
    for number in range(newest - count + 1, newest + 1):
        bare.execute("SELECT * FROM letters WHERE id = ?", (number,)).fetchone()
        bare.execute("UPDATE letters SET state = 'sending' WHERE id = ?", (number,))
        bare.execute("UPDATE letters SET state = 'sent', message = ? WHERE id = ?", (number, number))
