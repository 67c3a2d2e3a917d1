"""The rules about wallets, the key and CLORE.AI itself: when each fires, when it does not, and when it is clear."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.alerts.alert import AlertType, KeyInvalid, News, Phase, Severity, ShortRunway
from bot.domain.money import BITCOIN, CLORE, Money
from tests.alerts.world import START, World, news, seconds

EXPIRING = AlertType.ORDER_EXPIRING
RUNWAY = AlertType.WALLET_RUNWAY
KEY = AlertType.KEY_INVALID
DOWN = AlertType.API_DOWN
HOUR = 3600.0


# wallet.runway


def burning(hours: float, per_day: str = "24") -> World:
    """One order that leaves so many hours of its coin."""
    world = World()
    world.rent(1, price=per_day)
    world.wallets[CLORE] = Decimal(str(hours)) * Decimal(per_day) / 24
    return world


@pytest.mark.parametrize(
    ("hours", "stage", "severity"),
    [
        (24.1, None, None),
        (24, 1, Severity.WARNING),
        (6.1, 1, Severity.WARNING),
        (6, 2, Severity.CRITICAL),
        (1, 3, Severity.CRITICAL),
        (0, 3, Severity.CRITICAL),
    ],
)
def test_runway_by_the_hours_left(hours: float, stage: int | None, severity: Severity | None) -> None:
    world = burning(hours)
    assert [world.look(), world.look()] == [[], []]
    told = world.look()
    assert [(notice.stage, notice.severity) for notice in told] == ([] if stage is None else [(stage, severity)])
    assert [world.look() for _ in range(3)] == [[]] * 3


def test_runway_says_what_to_add() -> None:
    world = burning(12)
    (told,) = world.look() + world.look() + world.look()
    assert told.facts == ShortRunway(
        balance=Money(Decimal(12), CLORE),
        burn_per_day=Money(Decimal(24), CLORE),
        runway=timedelta(hours=12),
        top_up_day=Money(Decimal(12), CLORE),
        top_up_week=Money(Decimal(156), CLORE),
    )


def test_one_low_balance_is_a_misreading() -> None:
    world = burning(100)
    world.look()
    world.wallets[CLORE], good = Decimal(0), world.wallets[CLORE]
    world.look()
    world.wallets[CLORE] = good
    assert [world.look() for _ in range(5)] == [[]] * 5


def test_two_minutes_in_one_reading_are_not_enough() -> None:
    world = burning(5)
    assert [world.look(), *(world.look(wallets=False) for _ in range(10))] == [[]] * 11


def test_a_balance_that_is_not_given_is_not_zero() -> None:
    world = burning(5)
    world.wallets[CLORE] = None
    assert [world.look() for _ in range(5)] == [[]] * 5
    assert world.states == ()


def test_runway_rises_by_stages_in_one_episode_and_falls_in_silence() -> None:
    world = burning(20)
    for hours in (20, 20, 20, 6, 6.5, 1, 7.4, 7.6, 20):
        world.wallets[CLORE] = Decimal(str(hours))
        world.look()
    assert [(notice.news, notice.stage) for notice in world.told] == [
        (News.FIRED, 1),
        (News.ESCALATED, 2),
        (News.ESCALATED, 3),
        (News.CHANGED, 2),
        (News.CHANGED, 1),
    ]
    assert len({notice.episode for notice in world.told}) == 1


@pytest.mark.parametrize(("hours", "stage"), [(1.2, 3), (1.9, 3), (2.1, 2), (7.4, 2), (7.6, 1), (29, 1)])
def test_a_stage_of_the_runway_falls_well_above_its_bound(hours: float, stage: int) -> None:
    world = burning(1)
    for _ in range(3):
        world.look()
    world.wallets[CLORE] = Decimal(str(hours))
    assert [notice.stage for notice in world.look()] == ([] if stage == 3 else [stage])


def test_a_clock_that_is_set_back_does_not_hold_an_alert_back() -> None:
    world = burning(5)
    world.look(3600)
    assert [world.look(-3600), world.look()] == [[], []]
    assert news(world.look()) == [(RUNWAY, News.FIRED)]


@pytest.mark.parametrize(("hours", "ends"), [(24.5, False), (29.9, False), (30.1, True)])
def test_runway_ends_well_above_its_bound_and_after_five_minutes(hours: float, ends: bool) -> None:
    world = burning(20)
    for _ in range(3):
        world.look()
    world.wallets[CLORE] = Decimal(str(hours))
    assert [world.look() for _ in range(5)] == [[]] * 5
    told = world.look()
    assert [notice.news for notice in told] == ([News.RESOLVED] if ends else [])


def test_a_dip_while_it_resolves_is_the_same_episode() -> None:
    world = burning(20)
    for hours in (20, 20, 20, 40, 40, 20, 40, 40, 40, 40, 40):
        world.wallets[CLORE] = Decimal(hours)
        world.look()
    assert news(world.told) == [(RUNWAY, News.FIRED)]
    assert news(world.look()) == [(RUNWAY, News.RESOLVED)]


def test_when_nothing_burns_any_more_the_alert_ends() -> None:
    world = burning(20)
    for _ in range(3):
        world.look()
    world.orders[0] = replace(world.orders[0], price=Money(Decimal(0), CLORE))
    told = [notice for _ in range(6) for notice in world.look()]
    assert news(told) == [(RUNWAY, News.RESOLVED)]


def test_a_bid_of_which_nobody_knows_whether_it_runs_decides_nothing() -> None:
    world = World()
    world.hold(7, price="24")
    world.wallets[CLORE] = Decimal(3)
    assert [world.look(markets=False) for _ in range(5)] == [[]] * 5
    world.look()
    world.look()
    assert news(world.look()) == [(RUNWAY, News.FIRED)]


def test_a_waiting_bid_burns_nothing() -> None:
    world = World()
    world.outbid(world.rent(7, spot=True, price="24"))
    world.wallets[CLORE] = Decimal(3)
    assert [world.look() for _ in range(5)] == [[]] * 5


def test_coins_are_alerts_of_their_own() -> None:
    world = burning(5)
    world.rent(2, price="0.024", coin=BITCOIN)
    world.wallets[BITCOIN] = Decimal("0.005")
    told = [notice for _ in range(3) for notice in world.look()]
    assert [notice.subject for notice in told] == [CLORE, BITCOIN]


def test_a_short_runway_after_a_gap_is_told_at_once_and_a_mild_one_is_not() -> None:
    for hours, expected in ((5, [News.FIRED]), (20, [])):
        world = burning(1000)
        world.look()
        world.wallets[CLORE] = Decimal(hours)
        assert [notice.news for notice in world.look(3 * HOUR)] == expected


def test_a_first_sample_from_before_a_gap_does_not_count() -> None:
    world = burning(20)
    world.look()
    assert [world.look(3 * HOUR), world.look()] == [[], []]
    assert news(world.look()) == [(RUNWAY, News.FIRED)]


def test_the_timers_stand_still_while_wallets_cannot_be_read() -> None:
    world = burning(20)
    world.look()
    for _ in range(5):
        world.look(wallets=False)
    assert [world.look(), world.look()] == [[], []]
    assert news(world.look()) == [(RUNWAY, News.FIRED)]


# key.invalid


def test_a_rejected_key_is_told_after_the_second_rejection() -> None:
    world = World()
    world.look()
    assert world.reject() == []
    (told,) = world.reject(10)
    assert (told.type, told.news, told.severity) == (KEY, News.FIRED, Severity.CRITICAL)
    assert told.facts == KeyInvalid(START + seconds(120))
    assert [world.reject(HOUR) for _ in range(5)] == [[]] * 5
    (back,) = world.look(HOUR)
    assert (back.news, back.episode) == (News.RESOLVED, told.episode)
    assert world.states == ()


def test_one_rejection_is_a_misreading() -> None:
    world = World()
    world.look()
    told = [world.reject(), world.look(10), world.reject(), world.look(10)]
    assert told == [[]] * 4


def test_two_rejections_at_once_are_not_enough() -> None:
    world = World()
    assert [world.reject(), world.reject(1)] == [[], []]
    assert news(world.reject(9)) == [(KEY, News.FIRED)]


def test_a_failed_reading_says_nothing_of_the_key() -> None:
    world = World()
    world.reject()
    assert world.fail(10) == []
    assert news(world.reject(60)) == [(KEY, News.FIRED)]


def test_a_new_key_that_could_not_be_tried_is_not_a_good_one() -> None:
    world = World()
    world.reject()
    world.reject(10)
    world.snapshot = None  # the account has another key now
    assert world.fail() == []
    assert news(world.look()) == [(KEY, News.RESOLVED)]


# api.down


def test_an_outage_is_told_once_at_fifteen_minutes_and_once_when_it_is_over() -> None:
    world = World()
    world.look()
    told = [(minute, notice) for minute in range(60) for notice in world.fail()]
    ((minute, down),) = told
    assert minute == 15
    assert (down.type, down.news, down.severity, down.loud) == (DOWN, News.FIRED, Severity.WARNING, False)
    assert down.since == START + seconds(120)
    assert world.look() == []
    (back,) = world.look()
    assert (back.news, back.lasted, back.loud) == (News.RESOLVED, timedelta(minutes=61), False)
    assert world.states == ()


def test_an_outage_of_ten_minutes_is_told_to_nobody_but_stands() -> None:
    world = World()
    world.look()
    assert [world.fail() for _ in range(10)] == [[]] * 10
    state = world.state(DOWN)
    assert state is not None
    assert (state.phase, state.stage, state.told_stage) == (Phase.FIRING, 1, 0)
    assert [world.look(), world.look()] == [[], []]
    assert world.states == ()


def test_one_answer_in_between_does_not_end_an_outage() -> None:
    world = World()
    for _ in range(20):
        world.fail()
    world.look()
    assert [world.fail() for _ in range(5)] == [[]] * 5
    world.look()
    assert news(world.look()) == [(DOWN, News.RESOLVED)]


@pytest.mark.parametrize(
    ("failures", "apart", "stands"), [(2, 600, False), (4, 10, False), (3, 90, True), (4, 60, True)]
)
def test_an_outage_takes_three_failures_and_three_minutes(failures: int, apart: float, stands: bool) -> None:
    world = World()
    for _ in range(failures):
        world.fail(apart)
    assert (world.state(DOWN) is not None) == stands


def test_a_refused_key_is_an_answer() -> None:
    world = World()
    for _ in range(20):
        world.fail()
    world.reject()
    assert news(world.reject(10)) == [(DOWN, News.RESOLVED), (KEY, News.FIRED)]


def test_while_clore_is_down_nothing_else_is_said() -> None:
    world = World()
    world.rent(1, hours=30)
    world.look()
    told = [world.fail() for _ in range(29 * 60)]
    assert [notice.type for notices in told for notice in notices] == [DOWN]
    assert news(world.look()) == [(EXPIRING, News.FIRED)]
    assert world.told[-1].stage == 3
