"""Confirmations and questions: answered once, in time, by the one who was asked."""

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.domain.ids import MessageId
from storage.confirmations import Confirmation, Refusal
from storage.errors import DatabaseBusy, Unopenable
from storage.master_keys import MasterKeys
from storage.store import Store, open_store
from tests.storage.world import ANN, BOB, MINUTE, NOW, account, chat, undone

UPDATE = 100_000_001


def ask(store: Store, *, secret: bytes | None = None) -> str:
    return store.confirmations.ask(chat(store), ANN, None, "cancel", '{"order":38}', NOW, MINUTE, secret=secret)


def test_a_confirmation_is_claimed_once(store: Store) -> None:
    token, here = ask(store), chat(store)
    assert len(token) == 22
    claimed = store.confirmations.claim(token, here, ANN, NOW)
    assert isinstance(claimed, Confirmation)
    assert (claimed.body, claimed.kind, claimed.used_at) == ('{"order":38}', "cancel", NOW)
    assert store.confirmations.claim(token, here, ANN, NOW) is Refusal.USED
    assert store.confirmations.decline(token, here, ANN, NOW) is Refusal.USED


def test_a_declined_confirmation_cannot_be_claimed(store: Store) -> None:
    token, here = ask(store), chat(store)
    declined = store.confirmations.decline(token, here, ANN, NOW)
    assert isinstance(declined, Confirmation)
    assert store.confirmations.claim(token, here, ANN, NOW) is Refusal.DECLINED


def test_strangers_latecomers_and_guesses_are_refused(store: Store) -> None:
    token, here, elsewhere = ask(store), chat(store), chat(store, 2)
    claim = store.confirmations.claim
    assert claim("A" * 22, here, ANN, NOW) is Refusal.UNKNOWN
    assert claim(token, elsewhere, ANN, NOW) is Refusal.UNKNOWN
    assert claim(token, elsewhere, BOB, NOW) is Refusal.UNKNOWN
    assert claim(token, here, BOB, NOW) is Refusal.NOT_YOURS
    assert claim(token, here, ANN, NOW + MINUTE) is Refusal.EXPIRED
    assert isinstance(claim(token, here, ANN, NOW + MINUTE * 0.99), Confirmation)


def test_a_claim_that_is_undone_can_be_made_again(store: Store) -> None:
    token, here = ask(store), chat(store)
    with undone(store, durable=True):
        assert isinstance(store.confirmations.claim(token, here, ANN, NOW), Confirmation)
    assert isinstance(store.confirmations.claim(token, here, ANN, NOW), Confirmation)


def test_of_many_presses_at_once_exactly_one_wins(
    path: Path, master_keys: MasterKeys, opened: Callable[[], Store]
) -> None:
    store = opened()
    here, tokens = chat(store), [ask(store) for _ in range(10)]
    wins: list[str] = []
    start = threading.Barrier(4)

    def press() -> None:
        with closing(open_store(path, master_keys)) as own:
            start.wait()
            wins.extend(token for token in tokens if isinstance(claimed_in_the_end(own, token), Confirmation))

    def claimed_in_the_end(own: Store, token: str) -> Confirmation | Refusal:
        while True:
            try:
                return own.confirmations.claim(token, here, ANN, NOW)
            except DatabaseBusy:
                continue

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(wins) == sorted(tokens)


def test_the_secret_of_a_confirmation_is_sealed_with_it(store: Store) -> None:
    one, two = ask(store, secret=b"password"), ask(store, secret=b"other")
    plain, sealed = ask(store), store.confirmations.find(one)
    assert sealed is not None
    assert store.confirmations.secret(sealed) == b"password"
    assert "password" not in repr(sealed)
    without = store.confirmations.find(plain)
    assert without is not None
    assert store.confirmations.secret(without) is None
    store.db.execute(
        "UPDATE confirmations SET sealed = (SELECT sealed FROM confirmations WHERE token = ?) WHERE token = ?",
        (two, one),
    )
    with pytest.raises(Unopenable):
        store.confirmations.secret(sealed)


def test_the_message_is_remembered_and_old_ones_are_pruned(store: Store) -> None:
    token = ask(store)
    store.confirmations.set_message(token, MessageId(7))
    found = store.confirmations.find(token)
    assert found is not None
    assert found.message == 7
    assert store.confirmations.prune(NOW + MINUTE) == 0
    assert store.confirmations.prune(NOW + 2 * MINUTE) == 1
    assert store.confirmations.find(token) is None


def test_a_new_question_takes_the_place_of_the_old_one(store: Store) -> None:
    here = chat(store)
    store.questions.ask(here, ANN, "key", "{}", NOW, MINUTE)
    store.questions.set_message(here, ANN, MessageId(7))
    store.questions.ask(here, BOB, "key", "{}", NOW, MINUTE)
    store.questions.ask(here, ANN, "name", '{"a":1}', NOW, MINUTE)
    found = store.questions.find(here, ANN, NOW, UPDATE)
    assert found is not None
    assert (found.kind, found.body, found.message) == ("name", '{"a":1}', None)
    assert store.questions.find(here, BOB, NOW, UPDATE) is not None


def test_a_question_that_was_answered_is_open_for_its_own_answer_only(store: Store) -> None:
    """A restart may bring the same update once more."""
    here = chat(store)
    for user in (ANN, BOB):
        store.questions.ask(here, user, "key", "{}", NOW, MINUTE)
    store.questions.answered(here, ANN, UPDATE)
    store.questions.answered(here, ANN, UPDATE + 1)
    assert store.questions.find(here, ANN, NOW, UPDATE) is not None
    assert store.questions.find(here, ANN, NOW, UPDATE + 1) is None
    assert store.questions.find(here, BOB, NOW, UPDATE + 1) is not None
    store.questions.ask(here, ANN, "name", "{}", NOW, MINUTE)
    assert store.questions.find(here, ANN, NOW, UPDATE + 1) is not None


def test_a_question_expires_and_goes_with_its_account(store: Store) -> None:
    here = chat(store)
    mine = account(store, here)
    store.questions.ask(here, ANN, "name", "{}", NOW, MINUTE, account=mine.id)
    assert store.questions.find(here, ANN, NOW + MINUTE, UPDATE) is None
    assert store.questions.prune(NOW + MINUTE) == 0
    store.accounts.remove(here, mine.id)
    assert store.questions.find(here, ANN, NOW, UPDATE) is None
