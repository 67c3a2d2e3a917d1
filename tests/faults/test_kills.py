"""Two of the runs that `make soak` makes of each story: with kills, and with every confirmation tapped twice beside that."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.killing import Kills
from tests.faults.played import played
from tests.faults.stories import STORIES

pytestmark = pytest.mark.looptime

LONG = "rent"
"""An hour and a half: once is enough here."""
TAPPED_TWICE = ("tidy up", "guards", "several", "lost: timeout_executed")
"""What spends, changes or deletes in each way; `make soak` taps all of them twice."""


@pytest.mark.parametrize("name", STORIES)
async def test_a_story_comes_to_its_end_through_kills_at_any_point(tmp_path: Path, name: str) -> None:
    run = await played(tmp_path, STORIES[name], Kills(STORIES[name].every, 5), twice=name == LONG)
    assert run.faults() == (), run.died_at
    assert len(run.died_at) >= 3


@pytest.mark.parametrize("name", TAPPED_TWICE)
async def test_double_taps_and_replayed_updates_change_nothing_of_that(tmp_path: Path, name: str) -> None:
    run = await played(tmp_path, STORIES[name], Kills(STORIES[name].every, 16), twice=True)
    assert run.faults() == (), run.died_at
    assert len(run.died_at) >= 3
