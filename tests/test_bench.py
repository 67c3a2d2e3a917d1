"""The benches at their smallest, so that they cannot rot. What they measure is nobody's promise here."""

from __future__ import annotations

import pytest

from tests.bench.__main__ import BENCHES, main, measured
from tests.bench.sizes import SMALLEST
from tests.bench.table import Goal, Row, table


@pytest.mark.process
@pytest.mark.parametrize("name", BENCHES)
def test_every_row_can_be_measured(name: str) -> None:
    rows = measured(name, SMALLEST)
    assert rows
    for row in rows:
        assert row.name.startswith(f"{name}: ")
        assert row.goal is not None
        assert row.figure > 0 or "CPU" in row.name, "the processor time of so little may be under a tick of its clock"


def test_a_row_shows_medians_and_the_median_of_the_ratios() -> None:
    row = Row("a row", "ms", [(1.0, 1.0), (3.0, 2.0), (8.0, 4.0)], "the plain way", Goal(1.2))
    assert (row.figure, row.baseline, row.ratio) == (3.0, 2.0, 1.5)
    assert "1.00-2.00" in table([row])


@pytest.mark.parametrize(
    ("goal", "missed"),
    [
        (Goal(0.6), False),
        (Goal(0.4), True),
        (Goal(0.4, least=True), False),
        (Goal(0.6, least=True), True),
        (Goal(10, "ms"), False),
        (Goal(9, "ms"), True),
    ],
)
def test_a_missed_goal_is_a_mark(goal: Goal, missed: bool) -> None:
    row = Row("a row", "ms", [(10.0, 20.0)], "the plain way", goal)
    assert row.is_missed is missed
    assert ("MISSED" in table([row])) is missed


def test_a_baseline_too_small_to_be_seen_has_no_ratio() -> None:
    row = Row("a row", "ms", [(10.0, 0.0)], "the plain way", Goal(1.0))
    assert row.ratio is None
    assert row.is_missed, "what was not measured is not met"


def test_a_name_that_no_row_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["speed"])
    assert stopped.value.code == 2
    assert "market, search, transport, updates, watch, hot, outbox, start" in capsys.readouterr().err
