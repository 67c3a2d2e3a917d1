"""The life cycle by itself: what it does with conditions of any origin."""

from datetime import datetime

import pytest

from bot.alerts.alert import (
    AlertState,
    AlertType,
    Condition,
    Edge,
    Ended,
    EndReason,
    Expiring,
    KeyInvalid,
    News,
    Phase,
    Severity,
)
from bot.alerts.conditions import Findings
from bot.alerts.lifecycle import Outcome, step
from bot.alerts.settings import DEFAULTS, STAGES, TIMERS
from tests.alerts.world import MAIN, START, World, order, seconds

SUBJECT = order(1)


def expiring(stage: int = 1, at: datetime = START) -> Condition:
    severity = STAGES[AlertType.ORDER_EXPIRING][stage - 1].severity
    return Condition(AlertType.ORDER_EXPIRING, "1", severity, Expiring(SUBJECT), stage, keeps=stage, read_at=at)


def ended() -> Edge:
    facts = Ended(SUBJECT, EndReason.UNKNOWN, START)
    return Edge(AlertType.ORDER_ENDED, "1", Severity.WARNING, facts, START)


def stepped(states: tuple[AlertState, ...], found: Findings, at: datetime = START) -> Outcome:
    return step(states, found, account=MAIN, settings=DEFAULTS, now=at)


@pytest.mark.parametrize("muting", [AlertType.API_DOWN, AlertType.KEY_INVALID])
@pytest.mark.parametrize(("phase", "notices"), [(Phase.PENDING, 2), (Phase.FIRING, 0), (Phase.RESOLVING, 2)])
def test_what_mutes_holds_everything_back_while_it_fires(muting: AlertType, phase: Phase, notices: int) -> None:
    mute = AlertState(
        muting, "x", phase, Severity.WARNING, 1, START, "e", KeyInvalid(START), sampled_at=START, told_stage=2
    )
    found = Findings((expiring(),), (ended(),), frozenset({AlertType.ORDER_EXPIRING}))
    outcome = stepped((mute,), found)
    assert len(outcome.notices) == notices
    assert outcome.states[0] == mute


def test_a_held_back_stage_is_told_when_the_mute_is_gone() -> None:
    mute = AlertState(
        AlertType.API_DOWN, "x", Phase.FIRING, Severity.WARNING, 1, START, "e", KeyInvalid(START), sampled_at=START
    )
    first = stepped((), Findings((expiring(1),)))
    held = stepped((mute, *first.states), Findings((expiring(3, START + seconds(60)),)), START + seconds(60))
    assert held.notices == ()
    later = stepped(held.states[1:], Findings((expiring(3, START + seconds(120)),)), START + seconds(120))
    assert [(notice.news, notice.stage) for notice in later.notices] == [(News.ESCALATED, 3)]


def test_the_next_timer_that_runs_out_is_named() -> None:
    world = World()
    mine = world.hold(7)
    world.look()
    assert world.last is not None
    assert world.last.again_at is None
    world.outbid(mine)
    world.look()
    assert world.last.again_at == world.now + TIMERS[AlertType.SPOT_OUTBID].hold
    world.look(7)
    assert world.last.again_at is None


def test_a_subject_that_is_not_named_ends_only_where_all_were_looked_at() -> None:
    (state,) = stepped((), Findings((expiring(),))).states
    assert stepped((state,), Findings(()), START + seconds(60)) == Outcome((state,))
    over = stepped((state,), Findings((), complete=frozenset({AlertType.ORDER_EXPIRING})), START + seconds(60))
    assert [(notice.news, notice.loud) for notice in over.notices] == [(News.ENDED, False)]
    assert over.states == ()


def test_a_state_that_nothing_is_known_of_for_long_is_marked_unknown_since_its_last_reading() -> None:
    (state,) = stepped((), Findings((expiring(),))).states
    (young,) = stepped((state,), Findings(()), START + seconds(180)).states
    assert young.unknown_since is None
    (still,) = stepped((state,), Findings(()), START + seconds(181)).states
    assert still.unknown_since == START
    (back,) = stepped((still,), Findings((expiring(1, START + seconds(600)),)), START + seconds(600)).states
    assert back.unknown_since is None
    assert back.since == START
