"""The judgement in hindsight is the best there is: against every policy that could be tried, and by hand."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.spot_week.hindsight import LOWERING_S, Moment, Poll, Turn, cheapest, turns


def every_cost(path: list[Turn], bid: int, step: int, most: int, lowered: float = -LOWERING_S) -> float:
    """The least cost by trying each bid at each poll."""
    if not path:
        return 0.0
    turn, rest = path[0], path[1:]
    costs = [float("inf")]
    for price in range(turn.least, most + 1):
        if price >= bid:
            then = lowered
        elif bid - price <= step and turn.at >= lowered + LOWERING_S:
            then = turn.at
        else:
            continue
        costs.append(price * turn.seconds + every_cost(rest, price, step, most, then))
    return min(costs)


needs = st.lists(st.tuples(st.integers(100, 700), st.integers(0, 5), st.integers(0, 9)), min_size=1, max_size=5)
"""Seconds since the poll before, the least bid, the seconds to be paid."""


@settings(deadline=None)
@given(needs, st.integers(0, 5), st.integers(1, 3))
def test_no_policy_holds_all_of_it_for_less(rows: list[tuple[int, int, int]], bid: int, step: int) -> None:
    at, path = 0.0, []
    for pause, least, seconds in rows:
        path.append(Turn(at, least, float(seconds), 0, 0))
        at += pause
    assert cheapest(path, bid, step) == every_cost(path, bid, step, most=5)


def test_a_lowering_is_kept_for_when_it_takes_off_more() -> None:
    """Whoever lowers by one at once cannot lower by three a minute later."""
    path = [Turn(0, 5, 1, 0, 0), Turn(60, 1, 500, 0, 0)]
    assert cheapest(path, 6, 3) == 6 * 1 + 3 * 500


def test_what_can_be_held_is_what_is_within_the_ceiling_at_the_poll_before() -> None:
    moments = [
        Moment(0, 10, 12, holds=True),
        Moment(30, 15, 12, holds=False),
        Moment(70, 25, 16, holds=False),
        Moment(90, None, 16, holds=False),
        Moment(100, 11, 16, holds=True),
    ]
    polls = [Poll(0, 20), Poll(60, 20), Poll(120, 10)]
    assert turns(moments, polls, 150) == [
        Turn(0, 15, 60, guard_held=30, guard_paid=360),
        Turn(60, 15, 30, guard_held=20, guard_paid=320),
        Turn(120, 0, 0, guard_held=0, guard_paid=480),
    ]
