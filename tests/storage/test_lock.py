"""One instance a database."""

import subprocess
import sys
from pathlib import Path

import pytest

from storage.errors import AlreadyRunning, DatabaseUnavailable
from storage.lock import InstanceLock, lock_file

_HOLD = """
import sys
from pathlib import Path
from storage.lock import InstanceLock
lock = InstanceLock.take(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_refused_at_once_and_told_who_runs(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning, match=f"process {other.pid}") as refused:
            InstanceLock.take(path)
        assert refused.value.pid == other.pid
        assert not path.exists(), "the lock comes before the database"
        other.kill()
        other.wait()
        InstanceLock.take(path).release()


def test_a_lock_that_was_given_back_can_be_taken_again(path: Path) -> None:
    with InstanceLock.take(path) as lock:
        with pytest.raises(AlreadyRunning):
            InstanceLock.take(path)
        lock.release()
        InstanceLock.take(path).release()
    assert lock_file(path).stat().st_mode & 0o777 == 0o600


def test_two_names_of_one_file_lead_to_one_lock(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    link = tmp_path / "link.db"
    link.symlink_to(path)
    with InstanceLock.take(path), pytest.raises(AlreadyRunning):
        InstanceLock.take(link)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseUnavailable, match="no file can be made"):
        InstanceLock.take(tmp_path / "file" / "bot.db")
