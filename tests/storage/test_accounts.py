"""Accounts: one chat's own, under names of its own, with a key that is seen nowhere else."""

import pytest

from bot.domain.ids import AccountId, ChatId, KeyId
from storage.accounts import KeyAlreadyHere, NameTaken
from storage.errors import NotFound, Unopenable
from storage.store import Store
from tests.storage.world import ANN, MINUTE, NOW, account, chat, fill, known, needle, notice


@pytest.fixture
def ann(store: Store) -> ChatId:
    return chat(store, 1)


@pytest.fixture
def bob(store: Store) -> ChatId:
    return chat(store, 2)


def test_a_connected_key_comes_back_for_its_own_account_only(store: Store, ann: ChatId, bob: ChatId) -> None:
    mine = account(store, ann)
    assert (mine.chat, mine.name, mine.last4, mine.owner, mine.created_at) == (ann, "main", needle(1)[-4:], ANN, NOW)
    assert store.accounts.api_key(mine) == needle(1)
    assert store.accounts.get(ann, mine.id) == mine
    assert store.accounts.get(bob, mine.id) is None
    assert needle(1) not in repr(mine)


def test_the_same_key_in_two_chats_is_one_key_and_two_accounts(store: Store, ann: ChatId, bob: ChatId) -> None:
    mine, theirs = account(store, ann), account(store, bob)
    assert mine.key == theirs.key
    assert store.accounts.of_key(mine.key) == (mine, theirs)
    assert store.accounts.chats_of_key(mine.key) == (ann, bob)
    assert store.keys.due(NOW, 10) == [mine.key]


def test_names_and_keys_are_taken_within_a_chat_only(store: Store, ann: ChatId, bob: ChatId) -> None:
    mine = account(store, ann)
    with pytest.raises(NameTaken, match="main"):
        account(store, ann, 2, "MAIN")
    with pytest.raises(KeyAlreadyHere) as refused:
        account(store, ann, 1, "other")
    assert refused.value.account == mine
    assert needle(1) not in str(refused.value)
    account(store, bob, 2, "main")
    assert len(store.accounts.of_chat(ann)) == 1
    assert known(store, store.vault.key_id(needle(2))), "only through the other chat"


def test_a_refused_account_leaves_no_key_behind(store: Store, ann: ChatId) -> None:
    account(store, ann)
    with pytest.raises(NameTaken):
        account(store, ann, 2, "main")
    assert not known(store, store.vault.key_id(needle(2)))


def test_the_default_is_the_chosen_one_else_the_oldest(store: Store, ann: ChatId) -> None:
    assert store.accounts.default(ann) is None
    first, second = account(store, ann, 1), account(store, ann, 2, "second")
    assert store.accounts.default(ann) == first
    store.chats.use(ann, second.id)
    assert store.accounts.default(ann) == second
    store.accounts.remove(ann, second.id)
    assert store.accounts.default(ann) == first
    assert store.chats.get(ann).default_account is None


def test_an_account_is_renamed_within_its_chat(store: Store, ann: ChatId, bob: ChatId) -> None:
    mine = account(store, ann)
    account(store, ann, 2, "second")
    assert store.accounts.rename(ann, mine.id, "Main").name == "Main"
    with pytest.raises(NameTaken):
        store.accounts.rename(ann, mine.id, "SECOND")
    with pytest.raises(NotFound):
        store.accounts.rename(bob, mine.id, "stolen")
    assert [each.name for each in store.accounts.of_chat(ann)] == ["Main", "second"]


def test_a_replaced_key_takes_the_old_ones_place(store: Store, ann: ChatId, bob: ChatId) -> None:
    mine = fill(store, ann, 1)
    new = store.accounts.replace_key(ann, mine.id, needle(2), NOW)
    assert (new.id, new.name, new.last4) == (mine.id, mine.name, needle(2)[-4:])
    assert store.accounts.api_key(new) == needle(2)
    assert not known(store, mine.key)
    assert store.keys.due(NOW, 10) == [new.key]
    assert store.db.table("confirmations").count == store.db.table("questions").count == 0
    assert len(store.alerts.states(mine.id)) == 1
    account(store, ann, 3, "third")
    with pytest.raises(KeyAlreadyHere):
        store.accounts.replace_key(ann, mine.id, needle(3), NOW)
    with pytest.raises(NotFound):
        store.accounts.replace_key(bob, mine.id, needle(4), NOW)
    assert store.accounts.replace_key(ann, mine.id, needle(2), NOW) == new, "the same key once more is no mistake"


def test_nothing_goes_out_for_an_account_that_was_removed(store: Store, ann: ChatId, bob: ChatId) -> None:
    mine = fill(store, ann, 1)
    assert not store.accounts.remove(bob, mine.id)
    assert store.accounts.remove(ann, mine.id)
    assert not store.accounts.remove(ann, mine.id)
    assert store.outbox.due(NOW, 10) == ()
    assert store.keys.due(NOW, 10) == []
    for table in ("accounts", "keys", "alert_states", "outbox", "confirmations", "questions"):
        assert store.db.table(table).count == 0, table
    (entry,) = store.ledger.of_chat(ann, 10)
    assert entry.account is None
    assert store.ledger.secret(entry) is None
    with pytest.raises(NotFound):
        store.accounts.api_key(mine)


def test_a_number_is_never_given_again(store: Store, ann: ChatId) -> None:
    first = account(store, ann)
    store.accounts.remove(ann, first.id)
    assert account(store, ann).id > first.id
    forgotten = store.chats.get(ann).id
    store.forget(ann)
    assert chat(store, 1) > forgotten


def test_any_chats_copy_of_a_key_will_do(store: Store, ann: ChatId, bob: ChatId) -> None:
    mine, theirs = account(store, ann), account(store, bob)
    store.db.execute("UPDATE accounts SET sealed_key = x'01' WHERE id = ?", (mine.id,))
    assert store.accounts.any_api_key(mine.key) == needle(1)
    store.accounts.remove(bob, theirs.id)
    with pytest.raises(Unopenable):
        store.accounts.any_api_key(mine.key)
    with pytest.raises(NotFound):
        store.accounts.any_api_key(KeyId("none"))


def test_a_key_that_is_given_again_is_looked_at_without_delay(store: Store, ann: ChatId, bob: ChatId) -> None:
    mine = account(store, ann)
    store.keys.schedule(mine.key, NOW + 60 * MINUTE)
    store.accounts.add(bob, "main", needle(1), ANN, NOW + MINUTE)
    assert store.keys.due(NOW, 10) == []
    assert store.keys.due(NOW + MINUTE, 10) == [mine.key]


def test_no_account_means_no_letter(store: Store, ann: ChatId) -> None:
    with pytest.raises(Exception, match="FOREIGN KEY"):
        store.outbox.put_notice(ann, AccountId(99), notice(), NOW)
