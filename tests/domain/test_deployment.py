"""What is told of a new rental, and when: each piece of news once, and never more than is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.deployment import (
    HAS_MACHINE,
    LOOK_LATER,
    MOST_PROBES,
    PROBE_AGAIN,
    News,
    Outcome,
    Phase,
    Probe,
    Progress,
    Sight,
    Target,
    keep,
    noted,
    probe_due,
    step,
)
from bot.domain.ids import OrderId, ServerId
from bot.domain.money import BITCOIN, Money
from bot.domain.rental import Container, Order

BORN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PRICE = Money(Decimal("0.00001"), BITCOIN)
NEW = Progress(title="1x RTX 4090", image="cloreai/jupyter", spot=False, price=PRICE, created_at=BORN)
ORDER = Order(OrderId(7), ServerId(6), PRICE, BORN, timedelta(hours=73))
DEPLOYS = replace(ORDER, container=Container.DEPLOYING)
RUNS = replace(ORDER, container=Container.RUNNING)
DARK = replace(RUNS, online=False)
BID = replace(ORDER, spot=True)


def minute(count: float) -> datetime:
    return BORN + timedelta(minutes=count)


def sight(at: datetime, order: Order | None, *, active: bool | None = None, cancelled: bool = False) -> Sight:
    return Sight(order, at, active, cancelled)


def seen(*looks: tuple[float, Order | None], start: Progress = NEW) -> tuple[Progress, list[tuple[float, News]]]:
    """The progress after looks at these minutes, and what was told at which, the edits left out."""
    progress = start
    told: list[tuple[float, News]] = []
    for at, order in looks:
        progress, news, _ = step(progress, sight(minute(at), order, active=True), minute(at))
        told += [(at, each) for each in news if each is not News.CHANGED]
        if progress.ended:
            break
    return progress, told


@pytest.mark.parametrize(
    ("order", "active", "phase"),
    [
        (DEPLOYS, None, Phase.DEPLOYING),
        (RUNS, None, Phase.RUNNING),
        (ORDER, None, Phase.RENTED),
        (DARK, None, Phase.OFFLINE),
        (replace(DEPLOYS, online=False), None, Phase.OFFLINE),
        (BID, False, Phase.WAITING),
        (BID, None, Phase.PLACED),
        (BID, True, Phase.RENTED),
        (replace(RUNS, spot=True), False, Phase.WAITING),
        (replace(RUNS, spot=True), None, Phase.RUNNING),
        (replace(ORDER, expired=True), None, Phase.GONE),
    ],
)
def test_what_is_listed_is_what_is_known(order: Order, active: bool | None, phase: Phase) -> None:
    progress, _, _ = step(NEW, sight(minute(1), order, active=active), minute(1))
    assert progress.phase is phase


def test_a_machine_that_works_is_told_asked_about_and_left_alone() -> None:
    progress, told = seen((0.1, DEPLOYS), (1, RUNS), (7.9, RUNS), (8, RUNS), (9, RUNS), (13, RUNS), (14, RUNS))
    assert told == [(1, News.RUNNING), (8, News.DECIDE)]
    assert progress.ended


def test_a_machine_that_hangs_is_told_at_minute_eight_and_at_minute_ten() -> None:
    progress, told = seen(*((minutes, DEPLOYS) for minutes in (0.1, 7, 8, 9, 10, 11, 29)))
    assert told == [(8, News.DECIDE), (10, News.STUCK)]
    assert not progress.ended
    assert seen((30.2, DEPLOYS), start=progress)[0].ended


def test_while_it_is_set_up_its_message_is_never_older_than_a_minute_or_so() -> None:
    progress, edited = NEW, []
    for seconds in range(15, 200, 15):
        progress, news, _ = step(progress, sight(minute(seconds / 60), DEPLOYS), minute(seconds / 60))
        edited += [seconds] * (News.CHANGED in news)
    assert edited == [15, 75, 135, 195]
    for seconds in range(210, 300, 15):
        progress, news, _ = step(progress, sight(minute(seconds / 60), RUNS), minute(seconds / 60))
        edited += [seconds] * (News.CHANGED in news)
    assert edited[4:] == [210], "what runs is left alone"


def test_what_runs_after_the_alarm_is_told_too() -> None:
    _, told = seen((0.1, DEPLOYS), (10, DEPLOYS), (12, RUNS), (13, DEPLOYS), (14, RUNS))
    assert told == [(10, News.STUCK), (12, News.RUNNING)]


def test_minute_eight_that_passed_unseen_is_asked_about_until_minute_ten_and_then_not_at_all() -> None:
    assert (9.9, News.DECIDE) in seen((0.1, RUNS), (9.9, RUNS))[1]
    assert seen((0.1, RUNS), (10, RUNS))[1] == [(0.1, News.RUNNING)]


def test_a_container_that_is_not_reported_is_neither_running_nor_stuck() -> None:
    progress, told = seen(*((minutes, ORDER) for minutes in (0.1, 8, 10.5, 11, 12.5)))
    assert told == [(8, News.DECIDE)]
    assert progress.ended


def test_a_waiting_bid_is_not_asked_about_and_counts_from_when_it_gets_the_machine() -> None:
    waiting, news, _ = step(NEW, sight(minute(1), BID, active=False), minute(1))
    assert news == (News.CHANGED,)
    for at in (8, 9, 20):
        waiting, news, _ = step(waiting, sight(minute(at), BID, active=False), minute(at))
        assert news == ()
    deploys = replace(DEPLOYS, spot=True)
    progress, told = seen((21, deploys), (30.5, deploys), (31, deploys), start=waiting)
    assert told == [(31, News.STUCK)]
    assert not progress.ended
    assert step(waiting, sight(minute(30), BID, active=False), minute(30))[0].ended


def test_a_bid_whose_auction_could_not_be_read_stays_what_it_was() -> None:
    waiting, _, _ = step(NEW, sight(minute(1), BID, active=False), minute(1))
    assert step(waiting, sight(minute(2), BID), minute(2))[1] == ()


def test_an_order_that_is_missing_once_is_not_gone() -> None:
    running, _, _ = step(NEW, sight(minute(1), RUNS), minute(1))
    missing, news, next_at = step(running, sight(minute(2), None), minute(2))
    assert (missing.phase, news) == (Phase.RUNNING, (News.CHANGED,))
    assert next_at is not None
    same, news, _ = step(missing, sight(minute(2.3), None), minute(2.3))
    assert (same, news) == (missing, ())
    back, news, _ = step(missing, sight(minute(3), RUNS), minute(3))
    assert (back.phase, back.missing_since, news) == (Phase.RUNNING, None, (News.CHANGED,))
    gone, news, next_at = step(missing, sight(minute(2.5), None), minute(2.5))
    assert (gone.phase, gone.ended, news, next_at) == (Phase.GONE, True, (News.CHANGED,), None)


def test_what_is_in_question_is_not_asked_about() -> None:
    missing, _, _ = step(NEW, sight(minute(7.9), None), minute(7.9))
    assert News.DECIDE not in step(missing, sight(minute(8.1), None), minute(8.1))[1]


def test_our_own_cancellation_explains_why_it_is_gone() -> None:
    gone, news, _ = step(NEW, sight(minute(3), None, cancelled=True), minute(3))
    assert (gone.phase, gone.ended, news) == (Phase.CANCELLED, True, (News.CHANGED,))
    assert not step(NEW, sight(minute(3), RUNS, cancelled=True), minute(3))[0].ended, "it is still listed"


def test_what_is_kept_is_followed_until_it_runs() -> None:
    hanging, _ = seen((0.1, DEPLOYS), (8, DEPLOYS))
    kept = keep(hanging, minute(8.5))
    assert not kept.ended
    progress, told = seen((9, DEPLOYS), (10, DEPLOYS), (11, RUNS), start=kept)
    assert told == [(10, News.STUCK), (11, News.RUNNING)]
    assert progress.ended
    running, _ = seen((0.1, RUNS))
    assert keep(running, minute(1)).ended


def test_a_probe_comes_at_once_after_a_failure_and_before_the_question() -> None:
    running, _ = seen((1, RUNS))
    assert probe_due(running, minute(1))
    good = Probe(Target.SSH, Outcome.OK, minute(1), 80)
    probed, new = noted(running, (good,))
    assert new
    assert not probe_due(probed, minute(5))
    assert probe_due(probed, minute(7.9))
    assert not probe_due(noted(probed, (replace(good, at=minute(7.9)),))[0], minute(8.1))
    failed, _ = noted(running, (replace(good, outcome=Outcome.REFUSED),))
    assert not probe_due(failed, minute(1) + PROBE_AGAIN / 2)
    assert probe_due(failed, minute(1) + PROBE_AGAIN)
    assert not probe_due(seen((1, DEPLOYS))[0], minute(1))
    assert not probe_due(replace(running, ended=True), minute(1))


def test_the_same_result_again_is_no_news_and_the_newest_probes_are_kept() -> None:
    progress, _ = seen((1, RUNS))
    probes = [Probe(Target.SSH, Outcome.OK, minute(1 + count), 80 + count) for count in range(2 * MOST_PROBES)]
    for count, probe in enumerate(probes):
        progress, new = noted(progress, (probe,))
        assert new == (count == 0)
    assert len(progress.probes) == MOST_PROBES
    assert progress.last_probe(Target.SSH) == probes[-1]
    assert progress.last_probe(Target.WEB) is None


@pytest.mark.parametrize(
    ("outcome", "works"), [(Outcome.OK, True), (Outcome.UNRESOLVED, True), (Outcome.REFUSED, False)]
)
def test_it_works_where_nothing_says_otherwise(outcome: Outcome, works: bool) -> None:
    progress, _ = seen((1, RUNS))
    assert noted(progress, (Probe(Target.SSH, outcome, minute(1)),))[0].works == works
    assert not seen((1, ORDER))[0].works


orders = st.one_of(
    st.none(),
    st.builds(
        replace,
        st.just(ORDER),
        spot=st.booleans(),
        expired=st.sampled_from([False, False, False, True]),
        online=st.sampled_from([None, True, True, False]),
        container=st.sampled_from([None, Container.DEPLOYING, Container.RUNNING]),
    ),
)
looks = st.lists(
    st.tuples(
        st.timedeltas(timedelta(0), timedelta(minutes=4)), orders, st.sampled_from([None, True, False]), st.booleans()
    ),
    max_size=25,
)


@settings(deadline=None)
@given(looks)
def test_whatever_is_seen_nothing_is_told_twice_or_claimed_without_being_known(
    story: list[tuple[timedelta, Order | None, bool | None, bool]],
) -> None:
    progress, now, told = NEW, BORN, []
    for pause, order, active, presses_keep in story:
        now += pause
        before = progress
        progress, news, next_at = step(progress, Sight(order, now, active), now)
        told += [each for each in news if each is not News.CHANGED]
        assert (next_at is None) == progress.ended
        assert next_at is None or now < next_at <= now + LOOK_LATER
        assert (progress.changes == before.changes + 1) == (News.CHANGED in news)
        if progress.phase is Phase.RUNNING and progress.phase is not before.phase:
            assert order is not None
            assert order.container is Container.RUNNING
        if News.DECIDE in news:
            assert not before.kept
            assert minute(8) <= now < minute(10)
        if set(news) & {News.RUNNING, News.DECIDE, News.STUCK}:
            assert progress.phase in HAS_MACHINE
        if progress.ended:
            break
        if presses_keep:
            progress = keep(progress, now)
            if progress.ended:
                break
    assert len(told) == len(set(told))
    assert set(told) == set(progress.told)
