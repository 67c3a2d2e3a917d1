"""One day of the week: twenty machines, five rivals each, a host that changes its mind, and an API that fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.domain.guard import Guard
from bot.domain.lowering import Known
from tests.spot_week.__main__ import HELD, PAID
from tests.spot_week.machine import moment
from tests.spot_week.trial import Faults, Outcome, Trial, tried


def test_a_guarded_day_is_nearly_as_good_as_hindsight_and_breaks_no_rule() -> None:
    day = Outcome()
    for machine in range(20):
        day.add(tried(machine, seed=1, days=1))
    assert day.broken.total() == 0, day
    assert day.held >= HELD, day
    assert day.cost <= PAID, day
    assert len(day.faults) == 4, day


def judged(change: Callable[[Guard], Guard]) -> Outcome:
    """The first machine's day with another guard."""
    trial = Trial(0, seed=1, days=1, margin_percent="0", faults=Faults())
    trial.guard = change(trial.guard)
    return trial.run()


def test_a_guard_that_takes_its_time_misses_the_hours() -> None:
    slow = judged(lambda guard: replace(guard, terms=replace(guard.terms, pause=timedelta(hours=1))))
    assert slow.held < HELD, slow


def test_a_guard_that_never_lowers_misses_the_money() -> None:
    high = judged(lambda guard: replace(guard, known=Known(free_at=moment(10**9))))
    assert high.cost > PAID, high
