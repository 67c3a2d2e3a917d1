"""Fifty of the trials of `make soak`: whatever fails, what was confirmed once is bought once at most, and told rightly."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.trials import PEOPLE, tried

pytestmark = pytest.mark.looptime

ROUNDS = {1: 3, 2: 2}
"""By seed."""


@pytest.mark.parametrize("seed", ROUNDS)
async def test_what_was_confirmed_is_bought_once_whatever_fails(tmp_path: Path, seed: int) -> None:
    tally = await tried(tmp_path, seed, ROUNDS[seed])
    assert len(tally.trials) == PEOPLE * ROUNDS[seed]
    assert tally.wrong == [], str(tally)
    assert any(trial.bought for trial in tally.trials)
    assert any(trial.stops for trial in tally.trials)
