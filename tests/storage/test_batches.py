"""Several machines as one row: put together, begun once, ended without its secrets."""

from __future__ import annotations

from bot.domain.ids import MessageId
from bot.domain.secrets import NO_SECRETS, Secrets
from storage.batches import Batch
from storage.store import Store
from tests.storage.world import ANN, MINUTE, NOW, account, chat, needle

SECRETS = Secrets(env={"TOKEN": needle(1)})


def opened(store: Store) -> Batch:
    mine = account(store, chat(store))
    return store.batches.open(mine.chat, ANN, mine.id, "{}", NOW)


def found(store: Store, batch: Batch) -> Batch:
    there = store.batches.get(batch.chat, batch.id)
    assert there is not None
    return there


def test_what_it_holds_is_kept_and_its_secrets_are_sealed(store: Store) -> None:
    batch = opened(store)
    assert store.batches.save(batch, '{"wanted":3}', secrets=SECRETS)
    assert (found(store, batch).body, found(store, batch).secrets) == ('{"wanted":3}', SECRETS)
    assert store.batches.save(batch, "{}"), "without new ones they stay"
    assert found(store, batch).secrets == SECRETS
    (row,) = store.db.fetch("SELECT * FROM batches")
    assert needle(1) not in str(dict(row))


def test_it_begins_once_and_is_taken_up_until_it_has_ended(store: Store) -> None:
    batch = opened(store)
    assert store.batches.running() == ()
    assert store.batches.move(batch.id, "running", of=("open",), now=NOW)
    assert not store.batches.move(batch.id, "running", of=("open",), now=NOW)
    store.batches.set_message(batch.id, MessageId(7))
    assert [each.message for each in store.batches.running()] == [7]
    assert store.batches.move(batch.id, "stopping", of=("running",), now=NOW)
    assert [each.state for each in store.batches.running()] == ["stopping"]


def test_what_has_ended_has_no_secrets_and_is_not_changed(store: Store) -> None:
    batch = opened(store)
    store.batches.save(batch, "{}", secrets=SECRETS)
    assert store.batches.move(batch.id, "ended", of=("open",), now=NOW + MINUTE)
    assert (found(store, batch).secrets, found(store, batch).ended_at) == (NO_SECRETS, NOW + MINUTE)
    assert not store.batches.save(batch, '{"more":1}')


def test_who_read_it_before_it_was_begun_overwrites_nothing(store: Store) -> None:
    batch = opened(store)
    assert store.batches.move(batch.id, "running", of=("open",), now=NOW)
    assert not store.batches.save(batch, '{"old":1}', secrets=SECRETS)
    running = found(store, batch)
    assert (running.body, running.secrets) == ("{}", NO_SECRETS)
    assert store.batches.move(batch.id, "stopping", of=("running",), now=NOW)
    assert store.batches.save(running, '{"new":1}'), "what carries it out goes on while it is being stopped"


def test_it_is_seen_in_its_own_chat_only(store: Store) -> None:
    assert store.batches.get(chat(store, 501), opened(store).id) is None


def test_only_what_does_not_run_is_deleted_in_the_end(store: Store) -> None:
    batch = opened(store)
    store.batches.move(batch.id, "running", of=("open",), now=NOW)
    assert store.batches.prune(NOW + MINUTE) == 0
    store.batches.move(batch.id, "ended", of=("running",), now=NOW)
    assert store.batches.prune(NOW) == 0
    assert store.batches.prune(NOW + MINUTE) == 1
