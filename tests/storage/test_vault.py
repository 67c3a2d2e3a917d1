"""What is sealed opens in its own place only, and with the right master keys only."""

from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import ChatId
from storage.errors import DatabaseDamaged, Unopenable, WrongMasterKey
from storage.master_keys import MasterKey, MasterKeys
from storage.rotation import ACCOUNTS, reseal
from storage.store import Store, open_store
from storage.vault import Place, Vault, tag_of
from tests.storage.world import chat, content, fill, needle, sealed_values

OLD = MasterKey(bytes(range(32)))
NEW = MasterKey(bytes(range(32, 64)))
HERE = Place("accounts", "1", "sealed_key", ChatId(1))
CHATS = 4
SEALED_EACH = 8
"""Sealed values of one chat."""


def vault(*keys: MasterKey) -> Vault:
    return Vault(MasterKeys(keys or (OLD,)), b"s" * 32)


@pytest.fixture
def sealed_with_old(path: Path) -> Path:
    """A database with every kind of sealed row, closed."""
    with closing(open_store(path, MasterKeys((OLD,)))) as store:
        for number in range(1, CHATS + 1):
            fill(store, chat(store, number), number)
    return path


def opened(store: Store) -> list[bytes]:
    return [store.vault.open(place, sealed) for place, sealed in sealed_values(store)]


@given(st.binary(max_size=200))
def test_what_was_sealed_opens_again(plain: bytes) -> None:
    assert vault().open(HERE, vault().seal(HERE, plain)) == plain


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("ledger", "1", "sealed_key", ChatId(1)),
        Place("accounts", "2", "sealed_key", ChatId(1)),
        Place("accounts", "1", "sealed", ChatId(1)),
        Place("accounts", "1", "sealed_key", ChatId(2)),
        Place("accounts", "1", "sealed_key", None),
        Place("account", "s1", "sealed_key", ChatId(1)),
    ],
)
def test_a_moved_value_does_not_open(elsewhere: Place) -> None:
    with pytest.raises(Unopenable):
        vault().open(elsewhere, vault().seal(HERE, b"secret"))


def test_no_single_changed_byte_goes_unnoticed() -> None:
    sealed = vault().seal(HERE, b"secret")
    for at in range(len(sealed)):
        with pytest.raises(Unopenable):
            vault().open(HERE, sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :])
        with pytest.raises(Unopenable):
            vault().open(HERE, sealed[:at])


def test_the_first_key_seals_and_all_open() -> None:
    before = vault(OLD).seal(HERE, b"secret")
    both = vault(NEW, OLD)
    assert tag_of(both.seal(HERE, b"secret")) == NEW.tag
    assert both.open(HERE, before) == b"secret"
    with pytest.raises(Unopenable, match=OLD.tag.hex()):
        vault(NEW).open(HERE, before)


def test_the_same_key_has_the_same_identity_only_within_an_installation() -> None:
    assert vault(OLD).key_id("abc") == vault(NEW, OLD).key_id("abc")
    assert vault().key_id("abc") != vault().key_id("abd")
    assert vault().key_id("abc") != Vault(MasterKeys((OLD,)), b"t" * 32).key_id("abc")
    assert len(vault().key_id("abc")) == 22


def test_rows_swapped_within_the_database_do_not_open(sealed_with_old: Path) -> None:
    with closing(open_store(sealed_with_old, MasterKeys((OLD,)))) as store:
        (one, first), (two, second), *_ = [row for row in sealed_values(store) if row[0].table == ACCOUNTS.table]
        for place, sealed in ((one, second), (two, first)):
            with pytest.raises(Unopenable):
                store.vault.open(place, sealed)


def test_a_wrong_master_key_is_refused_at_the_start_and_changes_nothing(sealed_with_old: Path) -> None:
    before = content(sealed_with_old)
    with pytest.raises(WrongMasterKey, match=f"{OLD.tag.hex()}.*{NEW.tag.hex()}"):
        open_store(sealed_with_old, MasterKeys((NEW,)))
    assert content(sealed_with_old) == before
    with closing(open_store(sealed_with_old, MasterKeys((OLD,)))) as store:
        assert len(opened(store)) == SEALED_EACH * CHATS + 1


def test_a_key_that_still_seals_a_single_row_is_missed(sealed_with_old: Path) -> None:
    with closing(open_store(sealed_with_old, MasterKeys((NEW, OLD)))) as store:
        steps = reseal(store.db, store.vault, batch=1)
        for _ in range(SEALED_EACH * CHATS):
            next(steps)
    with pytest.raises(WrongMasterKey, match=OLD.tag.hex()):
        open_store(sealed_with_old, MasterKeys((NEW,)))


@pytest.mark.parametrize("steps_done", [*range(SEALED_EACH * CHATS + 2)])
def test_a_rotation_that_stops_at_any_row_leaves_everything_open_and_can_be_ended(
    sealed_with_old: Path, steps_done: int
) -> None:
    both = MasterKeys((NEW, OLD))
    with closing(open_store(sealed_with_old, both)) as store:
        before = opened(store)
        steps = reseal(store.db, store.vault, batch=1)
        for _ in range(steps_done):
            next(steps, None)
    with closing(open_store(sealed_with_old, both)) as store:
        assert opened(store) == before
        left = SEALED_EACH * CHATS + 1 - steps_done
        assert store.rotate().resealed == max(left, 0)
        assert store.rotate().resealed == 0
    with closing(open_store(sealed_with_old, MasterKeys((NEW,)))) as store:
        assert opened(store) == before
        assert {tag_of(sealed) for _, sealed in sealed_values(store)} == {NEW.tag}
        assert store.vault.key_id(needle(1)) == store.accounts.of_chat(ChatId(1))[0].key


def test_no_value_of_the_old_key_stays_in_the_file_after_a_rotation(sealed_with_old: Path) -> None:
    with closing(open_store(sealed_with_old, MasterKeys((NEW, OLD)))) as store:
        before = [sealed for _, sealed in sealed_values(store)]
        store.rotate()
        left = content(sealed_with_old)
        assert [sealed for sealed in before if sealed[9:] in left] == []


def damaged_account(path: Path, at: int) -> None:
    with closing(open_store(path, MasterKeys((OLD,)))) as store:
        sealed = bytearray(dict(sealed_values(store))[Place("accounts", "1", "sealed_key", ChatId(1))])
        sealed[at] ^= 1
        store.db.execute("UPDATE accounts SET sealed_key = ? WHERE id = 1", (bytes(sealed),))


@pytest.mark.parametrize("at", [0, 3, 12, 40])
def test_a_damaged_value_costs_its_own_account_only(sealed_with_old: Path, at: int) -> None:
    damaged_account(sealed_with_old, at)
    with closing(open_store(sealed_with_old, MasterKeys((NEW, OLD)))) as store:
        with pytest.raises(Unopenable, match="row 1"):
            store.accounts.api_key(store.accounts.of_chat(ChatId(1))[0])
        assert store.accounts.api_key(store.accounts.of_chat(ChatId(2))[0]) == needle(2)
        rotation = store.rotate()
        assert [str(place) for place in rotation.unopenable] == ["accounts.sealed_key of row 1"]
        assert rotation.resealed == SEALED_EACH * CHATS


def test_the_secret_of_the_installation_is_not_made_anew_when_it_was_changed(sealed_with_old: Path) -> None:
    with closing(open_store(sealed_with_old, MasterKeys((OLD,)))) as store:
        store.db.execute("UPDATE installation SET sealed = zeroblob(69) WHERE sealed IS NOT NULL")
    before = content(sealed_with_old)
    with pytest.raises(DatabaseDamaged, match="changed from outside"):
        open_store(sealed_with_old, MasterKeys((OLD,)))
    assert content(sealed_with_old) == before
