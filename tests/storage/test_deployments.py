"""The rows of new rentals: opened once, found by their message, their secrets shown once or forgotten after a day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.announcements import DeploymentTold
from bot.domain.ids import ChatId, MessageId, OrderId, ServerId
from bot.domain.secrets import Secrets
from storage.deployments import Deployment
from storage.store import Store
from tests.storage.world import ANN, MINUTE, NOW, account, chat, needle

SECRETS = Secrets(ssh_password=needle(1), jupyter_token=needle(2))
DAY = timedelta(days=1)


def opened(store: Store, of: ChatId, *, once: str = "rent") -> Deployment:
    known = store.accounts.of_chat(of)
    mine = known[0] if known else account(store, of)
    entry = store.ledger.open(of, mine.id, mine.key, ANN, once, "create_order", "{}", NOW)
    row = store.deployments.open(of, mine.id, ANN, entry.id, OrderId(38), ServerId(6), "{}", NOW, secrets=SECRETS)
    assert row is not None
    return row


def delivered(store: Store, row: Deployment, episode: str, message: int) -> None:
    told = DeploymentTold(row.id, "changed")
    store.outbox.announce(row.chat, row.account, told, f"{message}", NOW, episode=episode)
    (letter,) = store.outbox.waiting(row.chat, episode)
    assert store.outbox.claim(letter.id, NOW)
    assert store.outbox.sent(letter.id, MessageId(message), NOW)


def test_a_new_rental_is_looked_at_at_once_and_opened_once(store: Store) -> None:
    row = opened(store, chat(store))
    assert store.deployments.due(NOW, 10) == (row,)
    again = store.deployments.open(row.chat, row.account, ANN, row.entry, row.order, row.server, "{}", NOW)
    assert again is None


def test_what_was_seen_waits_for_its_next_time_and_is_over_once(store: Store) -> None:
    row = opened(store, chat(store))
    assert store.deployments.save(row.id, '{"a":1}', NOW + MINUTE)
    assert store.deployments.due(NOW, 10) == ()
    assert [each.body for each in store.deployments.due(NOW + MINUTE, 10)] == ['{"a":1}']
    assert store.deployments.end(row.id, "{}", NOW)
    assert store.deployments.due(NOW + DAY, 10) == ()
    assert not store.deployments.save(row.id, "{}", NOW)
    assert not store.deployments.end(row.id, "{}", NOW)
    store.deployments.note(row.id, '{"b":2}')
    found = store.deployments.get(row.chat, row.id)
    assert found is not None
    assert (found.body, found.ended_at) == ('{"b":2}', NOW)


def test_a_paused_chat_waits(store: Store) -> None:
    row = opened(store, chat(store))
    store.chats.pause(row.chat, "blocked", NOW)
    assert store.deployments.due(NOW, 10) == ()
    store.chats.resume(row.chat)
    assert store.deployments.due(NOW, 10) == (row,)


def test_it_is_found_by_the_message_that_follows_it_while_it_is_followed(store: Store) -> None:
    row = opened(store, chat(store))
    delivered(store, row, "rent", 5)
    delivered(store, row, "rent:question", 6)
    other = chat(store, 600)
    assert store.deployments.living(row.chat, MessageId(5)) == row.id
    assert store.deployments.living(row.chat, MessageId(6)) is None
    assert store.deployments.living(other, MessageId(5)) is None
    store.deployments.end(row.id, "{}", NOW)
    assert store.deployments.living(row.chat, MessageId(5)) is None


def test_its_secrets_are_there_until_they_are_forgotten(store: Store) -> None:
    row = opened(store, chat(store))
    assert store.deployments.has_secrets(row.id)
    assert store.deployments.secrets(row) == SECRETS
    assert store.deployments.forget_secrets(row.id)
    assert not store.deployments.forget_secrets(row.id)
    assert not store.deployments.has_secrets(row.id)
    assert store.deployments.secrets(row) is None


def test_secrets_that_nobody_asked_for_go_by_their_age(store: Store) -> None:
    row = opened(store, chat(store))
    assert store.deployments.forget_unasked(NOW) == 0
    assert store.deployments.forget_unasked(NOW + MINUTE) == 1
    assert store.deployments.secrets(row) is None


def test_only_what_is_over_is_pruned(store: Store) -> None:
    first, second = opened(store, chat(store)), opened(store, chat(store), once="again")
    store.deployments.end(first.id, "{}", NOW)
    assert store.deployments.prune(NOW + MINUTE) == 1
    assert store.deployments.get(first.chat, first.id) is None
    assert store.deployments.get(second.chat, second.id) is not None


@pytest.mark.parametrize("on", [True, False])
def test_a_chat_chooses_whether_ports_are_tried(store: Store, on: bool) -> None:
    of = chat(store)
    assert store.chats.get(of).probes
    store.chats.probe(of, on=on)
    assert store.chats.get(of).probes is on
