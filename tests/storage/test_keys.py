"""Keys and alert states: who is read next, and what the last reading left behind."""

import logging
from dataclasses import replace

import pytest

from bot.alerts.snapshot import Snapshot
from bot.domain.ids import ChatId, KeyId, OrderId, ServerId
from bot.domain.rental import Orders
from storage.store import Store
from tests.storage.world import ANN, MINUTE, NOW, account, chat, known, order, state, undone

SNAPSHOT = Snapshot(at=NOW, orders=Orders((order(),), limit=None), orders_at=NOW)


def key_of(store: Store, of: ChatId, number: int, name: str) -> KeyId:
    key = account(store, of, number, name).key
    store.keys.schedule(key, NOW + number * MINUTE)
    return key


def test_keys_are_due_in_the_order_of_their_times(store: Store) -> None:
    one = chat(store)
    keys = [key_of(store, one, number, f"n{number}") for number in (3, 1, 2)]
    assert store.keys.due(NOW, 10) == []
    assert store.keys.due(NOW + 2 * MINUTE, 10) == [keys[1], keys[2]]
    assert store.keys.due(NOW + 9 * MINUTE, 2) == [keys[1], keys[2]]


def test_a_key_of_paused_chats_only_is_not_due(store: Store) -> None:
    one, two = chat(store, 1), chat(store, 2)
    key = key_of(store, one, 1, "main")
    account(store, two, 1)
    store.chats.pause(one, "blocked", NOW)
    assert store.keys.due(NOW + MINUTE, 10) == [key]
    store.chats.pause(two, "blocked", NOW)
    assert store.keys.due(NOW + MINUTE, 10) == []
    store.chats.resume(one)
    assert store.keys.due(NOW + MINUTE, 10) == [key]


def test_a_key_with_a_stop_condition_is_watched_although_its_chat_is_paused(store: Store) -> None:
    one = chat(store)
    key = key_of(store, one, 1, "main")
    mine = store.accounts.default(one)
    assert mine is not None
    stop = store.stops.arm(one, mine.id, ANN, OrderId(38), ServerId(6), "{}", NOW)
    store.chats.pause(one, "blocked", NOW)
    assert store.keys.due(NOW + MINUTE, 10) == [key]
    assert store.stops.move(stop.id, "over", of=("armed",), now=NOW)
    assert store.keys.due(NOW + MINUTE, 10) == []


def test_a_key_with_a_bid_on_its_way_down_is_watched_although_its_chat_is_paused(store: Store) -> None:
    one = chat(store)
    key = key_of(store, one, 1, "main")
    mine = store.accounts.default(one)
    assert mine is not None
    lowering = store.lowerings.begin(one, mine.id, ANN, OrderId(38), ServerId(6), "{}", NOW)
    store.chats.pause(one, "blocked", NOW)
    assert store.keys.due(NOW + MINUTE, 10) == [key]
    assert store.lowerings.move(lowering.id, "reached", "{}", of=("waiting",), now=NOW)
    assert store.keys.due(NOW + MINUTE, 10) == []


def test_a_snapshot_comes_back(store: Store) -> None:
    key = account(store, chat(store)).key
    assert store.keys.snapshot(key) is None
    assert store.keys.record(key, SNAPSHOT)
    failed = replace(SNAPSHOT, at=NOW + MINUTE, failures=1, down_since=NOW + MINUTE)
    assert store.keys.record(key, failed)
    assert store.keys.snapshot(key) == failed


def test_a_reading_of_a_key_that_nobody_has_any_more_is_not_kept(store: Store) -> None:
    one = chat(store)
    mine = account(store, one)
    store.accounts.remove(one, mine.id)
    assert not store.keys.record(mine.key, SNAPSHOT)
    assert not known(store, mine.key)


def test_a_snapshot_of_another_shape_is_a_new_baseline(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    key = account(store, chat(store)).key
    store.db.execute("""UPDATE keys SET snapshot = '{"orders": 1}'""")
    with caplog.at_level(logging.WARNING):
        assert store.keys.snapshot(key) is None
    assert "new baseline" in caplog.text


def test_states_are_replaced_by_what_is_true_now(store: Store) -> None:
    mine = account(store, chat(store))
    store.alerts.replace(mine.id, [state(1), state(2)])
    assert store.alerts.states(mine.id) == (state(1), state(2))
    store.alerts.replace(mine.id, [state(2, stage=3), state(3)])
    assert store.alerts.states(mine.id) == (state(2, stage=3), state(3))
    store.alerts.replace(mine.id, [])
    assert store.alerts.states(mine.id) == ()


def test_equal_states_are_not_written_again(store: Store) -> None:
    mine = account(store, chat(store))
    store.alerts.replace(mine.id, [state(1), state(2)])
    before = store.db.conn.total_changes
    store.alerts.replace(mine.id, [state(2), state(1)])
    assert store.db.conn.total_changes == before


def test_snapshot_states_and_letters_are_stored_together_or_not_at_all(store: Store) -> None:
    mine = account(store, chat(store))
    with undone(store):
        store.keys.record(mine.key, SNAPSHOT)
        store.alerts.replace(mine.id, [state()])
        store.outbox.put(mine.chat, mine.id, "once", "plain", 3, "{}", NOW)
    assert store.keys.snapshot(mine.key) is None
    assert store.alerts.states(mine.id) == ()
    assert store.outbox.counts() == {}


def test_a_moment_without_a_time_zone_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="time zone"):
        store.installation.tick(NOW.replace(tzinfo=None))


def test_the_last_tick_is_remembered(store: Store) -> None:
    assert store.installation.last_tick() is None
    store.installation.tick(NOW)
    store.installation.tick(NOW + MINUTE)
    assert store.installation.last_tick() == NOW + MINUTE


def test_what_telegram_was_told_to_show_is_remembered(store: Store) -> None:
    assert store.installation.menu() is None
    store.installation.published("one")
    store.installation.published("two")
    assert store.installation.menu() == "two"
