"""/forget leaves no byte of a chat, and no API key is ever in the file."""

import contextlib
import sqlite3
from pathlib import Path
from random import Random

import pytest

from bot.domain.ids import ChatId, TelegramChatId
from storage.errors import NotFound
from storage.store import Store
from tests.storage.world import (
    ANN,
    MINUTE,
    NEEDLE,
    NOW,
    account,
    chat,
    content,
    everything,
    fill,
    needle,
    sealed_values,
)


def test_everything_of_a_chat_goes_and_nothing_of_another(store: Store) -> None:
    mine, theirs = chat(store, 1), chat(store, 2)
    fill(store, mine, 1)
    other = fill(store, theirs, 2)
    shared = account(store, theirs, 1, "shared")
    assert store.forget(mine)
    left = {name: store.db.table(name).count for name in store.db.table_names() if not name.startswith(("_", "sqlite"))}
    assert left.pop("installation") == 3
    assert left.pop("inbox") == 2, "one of them a bare number"
    assert left.pop("accounts") == left.pop("keys") == 2
    assert set(left.values()) == {1}, left
    assert store.accounts.of_chat(theirs) == (other, shared)
    assert store.chats.find(TelegramChatId(1)) is None
    with pytest.raises(NotFound):
        store.forget(mine)


def test_no_api_key_is_ever_in_a_file(store: Store, path: Path) -> None:
    chats = [chat(store, number) for number in range(1, 20)]
    for number, of in enumerate(chats, start=1):
        mine = fill(store, of, number)
        store.accounts.replace_key(of, mine.id, needle(100 + number), NOW)
        assert NEEDLE.findall(everything(path)) == []
    store.forget(chats[0])
    store.rotate()
    assert NEEDLE.findall(everything(path)) == []


def live(store: Store, of: ChatId, lot: Random, serial: int) -> None:
    """Fills a chat with rows of uneven size, whose bodies hold its number as a needle; some are changed or removed again."""
    mark = f"needle-{of:08d};"
    for step in range(lot.randrange(1, 6)):
        number = serial * 10 + step
        mine = account(store, of, number, f"{mark}{number}")
        store.inbox.take(number, store.chats.get(of).telegram_id, b"x" * lot.choice((10, 900, 9000)), NOW)
        secret = b"x" * lot.choice((10, 500))
        body = mark * lot.choice((1, 5, 50, 400))
        token = store.confirmations.ask(of, ANN, mine.id, "cancel", body, NOW, MINUTE, secret=secret)
        store.ledger.open(of, mine.id, mine.key, ANN, token, "cancel_order", body, NOW, secret=secret)
        store.outbox.put(of, mine.id, f"{mark}{number}", "plain", 3, mark * lot.choice((1, 30)), NOW)
        what = lot.randrange(4)
        if what == 0:
            store.accounts.replace_key(of, mine.id, needle(number + 500_000), NOW)
        elif what == 1:
            store.inbox.handled(number, NOW)
        elif what == 2:
            store.accounts.remove(of, mine.id)


@pytest.mark.parametrize("seed", [3, 11, 26])  # without the rewriting of the file, each of these leaves some
def test_no_byte_of_a_forgotten_chat_stays_in_the_file_or_its_journal(store: Store, path: Path, seed: int) -> None:
    """`secure_delete` alone does not do it: pages that SQLite rebuilds keep copies of the rows that moved."""
    lot = Random(seed)
    chats = [chat(store, 1000 + number, f"needle-{number + 1:08d};") for number in range(60)]
    ever: dict[ChatId, set[bytes]] = {of: set() for of in chats}
    for serial in range(120):
        of = lot.choice(chats)
        live(store, of, lot, serial)
        for place, sealed in sealed_values(store) if serial % 10 == 0 else ():
            if place.chat is not None:
                ever[place.chat].add(sealed)
    forgotten = lot.sample(chats, 25)
    for of in forgotten:
        for place, sealed in sealed_values(store):
            if place.chat == of:
                ever[of].add(sealed)
        assert store.forget(of)
    left = content(path)
    assert {int(found[7:]) for found in NEEDLE.findall(left)}.isdisjoint(forgotten)
    assert [sealed for of in forgotten for sealed in ever[of] if sealed[9:21] in left] == []
    assert any(sealed in left for of in chats if of not in forgotten for sealed in ever[of]), "or the scan sees nothing"


def test_a_reader_in_the_way_is_told_and_the_file_is_cleaned_later(store: Store, path: Path) -> None:
    mine = chat(store, 1)
    fill(store, mine, 1)
    store.scrub()
    sealed = [value for place, value in sealed_values(store) if place.chat == mine]
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM chats").fetchone()
    assert not store.forget(mine)
    assert store.chats.find(TelegramChatId(1)) is None, "deleted all the same"
    assert all(value in content(path) for value in sealed)
    reader.execute("ROLLBACK")
    reader.close()
    assert store.scrub()
    assert not any(value in content(path) for value in sealed)


def test_a_writer_in_the_way_is_told_too(store: Store, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert not store.scrub()
    other.execute("ROLLBACK")
    other.close()
    assert store.scrub()


def test_what_could_not_be_scrubbed_stays_owed(store: Store, path: Path) -> None:
    mine = chat(store, 1)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM chats").fetchone()
        assert not store.forget(mine)
        assert store.installation.owes_scrub
    assert store.scrub()
    assert not store.installation.owes_scrub
