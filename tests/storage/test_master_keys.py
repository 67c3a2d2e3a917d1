"""Master keys: what can be read, what is refused and why, and when a key file is made."""

import stat
from contextlib import closing
from pathlib import Path

import pytest

from storage.errors import BadMasterKey, WrongMasterKey
from storage.master_keys import MasterKey, MasterKeys, load_master_keys
from storage.store import holds_sealed, open_store

ONE = MasterKey(bytes(range(32)))
TWO = MasterKey(bytes(range(32, 64)))


@pytest.mark.parametrize(
    "text",
    [
        f"{ONE.text},{TWO.text}",
        f" {ONE.text}=,\n{TWO.text}=\n",
        f"{ONE.text}\n{TWO.text}\n",
        f"{ONE.text},,{TWO.text},",
    ],
)
def test_keys_are_read_newest_first(text: str) -> None:
    assert MasterKeys.parse(text).keys == (ONE, TWO)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"{ONE.text},short", "key 2 of BOT_MASTER_KEYS.*5 characters, and 43"),
        (ONE.text[:-1] + "+", "only letters, digits"),
        ("é" * 43, "only letters, digits"),
        (f"{ONE.text},{TWO.text},{ONE.text}", "key 3 of BOT_MASTER_KEYS is the same as key 1"),
        ("A" * 43, "one byte repeated"),
        (",", "holds no master key"),
    ],
)
def test_a_key_that_cannot_be_used_is_named_and_not_shown(text: str, says: str) -> None:
    with pytest.raises(BadMasterKey, match=says) as refused:
        MasterKeys.parse(text)
    assert ONE.text not in str(refused.value)


def test_a_key_is_not_shown_by_its_repr() -> None:
    assert ONE.text not in repr(MasterKeys((ONE,)))
    assert str(ONE.secret) not in repr(ONE)


def test_the_settings_come_before_the_key_file(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    file.write_text(TWO.text)
    assert load_master_keys(ONE.text, file, holds_sealed=True).keys == (ONE,)
    assert load_master_keys(" ", file, holds_sealed=True).keys == (TWO,)


def test_a_key_file_is_made_once_and_private(tmp_path: Path) -> None:
    file = tmp_path / "data" / "master.key"
    made = load_master_keys("", file, holds_sealed=False)
    assert made.created == file
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [entry.name for entry in file.parent.iterdir()] == ["master.key"]
    again = load_master_keys("", file, holds_sealed=False)
    assert (again.keys, again.created) == (made.keys, None)


def test_a_missing_key_file_is_not_made_while_something_is_sealed(path: Path) -> None:
    file = path.with_name("master.key")
    assert not holds_sealed(path)
    open_store(path, load_master_keys("", file, holds_sealed=False)).close()
    assert holds_sealed(path)
    file.unlink()
    with pytest.raises(WrongMasterKey, match=r"master\.key is missing"):
        load_master_keys("", file, holds_sealed=holds_sealed(path))
    assert not file.exists()


def test_a_key_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(BadMasterKey, match=r"master\.key cannot be read: it is not text"):
        load_master_keys("", file, holds_sealed=False)
    file.write_text("")
    with pytest.raises(BadMasterKey, match=r"master\.key holds no master key"):
        load_master_keys("", file, holds_sealed=False)
    file.unlink()
    file.mkdir()
    with pytest.raises(BadMasterKey, match="Is a directory"):
        load_master_keys("", file, holds_sealed=False)
    with pytest.raises(BadMasterKey, match="cannot be made"):
        load_master_keys("", Path("/proc/none/master.key"), holds_sealed=False)


def test_a_key_file_that_appears_meanwhile_is_never_overwritten(path: Path) -> None:
    """Its first start died between the key file and the database: the next takes the key that is there."""
    file = path.with_name("master.key")
    first = load_master_keys("", file, holds_sealed=holds_sealed(path))
    second = load_master_keys("", file, holds_sealed=holds_sealed(path))
    with closing(open_store(path, second)):
        assert second.keys == first.keys
