"""A store on a real file, and a few things to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.master_keys import MasterKeys
from storage.store import Store, open_store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "bot.db"


@pytest.fixture(scope="session")
def master_keys() -> MasterKeys:
    return MasterKeys.generate()


@pytest.fixture
def opened(path: Path, master_keys: MasterKeys) -> Iterator[Callable[[], Store]]:
    """Opens the store again, as after a restart."""
    stores: list[Store] = []

    def open_again() -> Store:
        for store in stores:
            store.close()
        stores.append(open_store(path, master_keys))
        return stores[-1]

    yield open_again
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Callable[[], Store]) -> Store:
    return opened()
