"""The lock that keeps a second instance away from a database.

It is taken before the database is opened: two processes that migrate the same file at once fail both.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from storage.errors import AlreadyRunning, DatabaseUnavailable


class InstanceLock:
    """An advisory lock on `<database>.lock`. The kernel gives it back when the process ends, however it ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, database: Path) -> InstanceLock:
        """At once, or `AlreadyRunning`, or `DatabaseUnavailable` where no file can be made there.

        Two names of one file (a symbolic link) lead to one lock.
        """
        database = database.resolve()
        try:
            database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(lock_file(database), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DatabaseUnavailable(f"no file can be made beside {database}: {error.strerror}") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = _pid(descriptor)
            os.close(descriptor)
            raise AlreadyRunning(database, pid) from None
        except BaseException:
            os.close(descriptor)
            raise
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return cls(descriptor)

    def release(self) -> None:
        """The file stays: deleting it would let two processes each lock a file of that name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> InstanceLock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


def lock_file(database: Path) -> Path:
    return database.with_name(database.name + ".lock")


def _pid(descriptor: int) -> int | None:
    """Who holds the lock, as far as the file says; a message only, never a decision."""
    text = os.pread(descriptor, 20, 0).strip()
    return int(text) if text.isdigit() else None
