"""Updates: taken once, kept until handled, whatever happens to the process."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.domain.ids import TelegramChatId
from storage.errors import WrongMasterKey
from storage.master_keys import MasterKeys
from storage.store import Store, open_store
from tests.storage.world import MINUTE, NOW, content, everything, needle

CHAT = TelegramChatId(5)

_TAKE = """
import sys
from pathlib import Path
from storage.master_keys import MasterKeys
from storage.store import open_store
from tests.storage.world import NOW
store = open_store(Path(sys.argv[1]), MasterKeys.parse(sys.argv[2]))
for number in range(10_000):
    store.inbox.take(number, 5, b"update %d" % number, NOW)
    if number % 2 == 0:
        store.inbox.handled(number, NOW)
    print(number, flush=True)
"""


def test_an_update_is_taken_once_and_kept_until_it_is_handled(store: Store) -> None:
    assert store.inbox.take(8, CHAT, b"second", NOW)
    assert store.inbox.take(7, CHAT, b"first", NOW)
    assert not store.inbox.take(8, CHAT, b"again", NOW)
    assert store.inbox.pending() == [(7, b"first"), (8, b"second")]
    store.inbox.handled(7, NOW)
    assert store.inbox.pending() == [(8, b"second")]
    assert not store.inbox.take(7, CHAT, b"replayed", NOW)
    assert store.inbox.pending() == [(8, b"second")]


def test_only_handled_updates_are_pruned(store: Store) -> None:
    for number in (1, 2, 3):
        store.inbox.take(number, CHAT, b"{}", NOW)
    store.inbox.handled(1, NOW)
    store.inbox.handled(2, NOW + 2 * MINUTE)
    assert store.inbox.prune(NOW + MINUTE) == 1
    assert [row["update_id"] for row in store.db.fetch("SELECT update_id FROM inbox ORDER BY update_id")] == [2, 3]


def test_a_typed_key_is_never_in_the_file(store: Store, path: Path) -> None:
    store.inbox.take(1, CHAT, needle(1).encode(), NOW)
    assert needle(1).encode() not in everything(path)
    store.inbox.handled(1, NOW)
    assert needle(1).encode() not in everything(path)


def test_a_forgotten_chats_updates_are_known_by_their_bare_number(store: Store) -> None:
    store.inbox.take(1, CHAT, b"{}", NOW)
    store.inbox.take(2, TelegramChatId(6), b"other", NOW)
    assert store.inbox.delete_of_chat(CHAT) == 1
    assert store.inbox.pending() == [(2, b"other")]
    assert not store.inbox.take(1, CHAT, b"replayed", NOW)


def test_a_damaged_update_does_not_hold_up_the_others(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    for number in (1, 2):
        store.inbox.take(number, CHAT, b"{}", NOW)
    store.db.execute("UPDATE inbox SET sealed = zeroblob(60) WHERE update_id = 1")
    with caplog.at_level(logging.ERROR):
        assert store.inbox.pending() == [(2, b"{}")]
    assert "update 1" in caplog.text


def killed_while_taking(path: Path, keys: MasterKeys) -> int:
    """The number of the last update that a process was heard to have taken before it was killed."""
    command = [sys.executable, "-c", _TAKE, str(path), keys.first.text]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        last = [process.stdout.readline() for _ in range(21)][-1]
        os.kill(process.pid, signal.SIGKILL)
    return int(last)


def test_what_was_taken_survives_a_kill(path: Path, master_keys: MasterKeys, opened: Callable[[], Store]) -> None:
    last = killed_while_taking(path, master_keys)
    pending = dict(opened().inbox.pending())
    assert {number: pending.get(number) for number in range(1, last + 1, 2)} == {
        number: b"update %d" % number for number in range(1, last + 1, 2)
    }
    assert [number for number in pending if number < last and number % 2 == 0] == []


def test_a_wrong_key_after_a_kill_leaves_the_journal_as_it_is(path: Path, master_keys: MasterKeys) -> None:
    killed_while_taking(path, master_keys)
    before = content(path)
    with pytest.raises(WrongMasterKey):
        open_store(path, MasterKeys.generate())
    assert content(path) == before
    with closing(open_store(path, master_keys)) as store:
        assert store.inbox.pending()
