"""What holds for any interleaving of readings, faults and time."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.alerts.alert import FACTS, AlertState, AlertType, News, Notice
from bot.alerts.conditions import Context, evaluate
from bot.alerts.lifecycle import EDGES, acknowledged, snoozed, step
from bot.alerts.reading import merge
from bot.alerts.settings import DEFAULTS
from bot.alerts.snapshot import Missing, Part, Reading, Snapshot, Source
from bot.alerts.wanted import wanted
from bot.domain.ids import OrderId, ServerId, UserId
from bot.domain.money import CLORE, USD, Money, Rates
from bot.domain.rental import Container, Order, Orders
from bot.domain.spending import Wallet
from bot.domain.spot import Offer, SpotMarket
from storage.codec import decode, encode
from tests.alerts.world import MAIN, World

QUIET = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])

coins = st.sampled_from([CLORE, USD, "bitcoin", "Coin-Nobody-Knows"])
amounts = st.decimals("-1E+12", "1E+18", allow_nan=False, allow_infinity=False)
order_ids = st.integers(1, 5).map(OrderId)
servers = st.integers(1, 3).map(ServerId)
times = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
near_times = st.integers(0, 100_000).map(lambda seconds: datetime(2026, 3, 1, tzinfo=UTC) + timedelta(seconds=seconds))
moments = times | near_times
flags = st.booleans()
monies = st.builds(Money, amounts, coins)
orders = st.builds(
    Order,
    order_ids,
    servers,
    monies,
    moments,
    st.timedeltas(timedelta(0)),
    flags,
    flags,
    fee_percent=st.none() | st.decimals(0, 100),
    container=st.none() | st.sampled_from(Container),
    online=st.none() | flags,
)
answers = st.none() | st.builds(lambda found: Orders(tuple(found)), st.lists(orders, max_size=4))
wallets = st.lists(st.builds(Wallet, coins, st.none() | amounts), max_size=3).map(tuple)
markets = st.builds(
    SpotMarket,
    servers,
    moments,
    offers=st.lists(st.builds(Offer, order_ids, monies, flags, flags), max_size=3).map(tuple),
    rates=st.none() | st.builds(Rates, st.dictionaries(coins, amounts), moments),
)
auctions = st.dictionaries(servers, markets, max_size=3)
missing = st.lists(st.builds(Missing, orders, moments, st.integers(1, 4), flags), max_size=2).map(tuple)
readings = st.builds(Reading, moments, answers, answers, st.none() | wallets, auctions, rejected=flags, failed=flags)
snapshots = st.builds(
    Snapshot,
    at=moments,
    orders=answers,
    orders_at=st.none() | moments,
    wallets=st.none() | wallets,
    wallets_at=st.none() | moments,
    markets=auctions,
    past_orders=answers,
    past_orders_at=st.none() | moments,
    held=st.frozensets(order_ids),
    missing=missing,
    gone=missing,
    renewed=st.frozensets(st.sampled_from(Part)),
    failures=st.integers(0, 5),
    down_since=st.none() | moments,
    rejections=st.integers(0, 3),
    rejected_since=st.none() | moments,
    in_doubt=st.frozensets(order_ids),
)
contexts = st.builds(Context, st.frozensets(order_ids), st.dictionaries(order_ids, st.just("Another chat")))


def told_of(
    states: tuple[AlertState, ...], snapshot: Snapshot, context: Context, *, after_gap: frozenset[Source] = frozenset()
) -> tuple[tuple[AlertState, ...], tuple[Notice, ...]]:
    outcome = step(
        states,
        evaluate(snapshot, DEFAULTS, context),
        account=MAIN,
        settings=DEFAULTS,
        now=snapshot.at,
        after_gap=after_gap,
    )
    assert outcome.again_at is None or outcome.again_at > snapshot.at
    return outcome.states, outcome.notices


@QUIET
@given(st.lists(snapshots, min_size=1, max_size=4), contexts, st.frozensets(st.sampled_from(Part) | servers))
def test_any_snapshots_have_an_answer_and_the_last_one_twice_has_no_news(
    seen: list[Snapshot], context: Context, gap: frozenset[Source]
) -> None:
    states: tuple[AlertState, ...] = ()
    for snapshot in seen:
        states, notices = told_of(states, snapshot, context, after_gap=gap)
        assert all(isinstance(notice.facts, FACTS[notice.type]) for notice in notices)
        again, repeated = told_of(states, snapshot, context)
        assert repeated == ()
        assert {state.episode for state in again} <= {state.episode for state in states}
        wanted(snapshot, snapshot.at)


@QUIET
@given(st.lists(readings, min_size=1, max_size=5))
def test_any_readings_make_a_snapshot_that_keeps_what_they_did_not_bring(seen: list[Reading]) -> None:
    snapshot: Snapshot | None = None
    for reading in seen:
        before, snapshot = snapshot, merge(snapshot, reading)
        if before is not None and reading.orders is None:
            assert (snapshot.orders, snapshot.orders_at, snapshot.gone) == (before.orders, before.orders_at, ())
        if before is not None and reading.wallets is None:
            assert (snapshot.wallets, snapshot.wallets_at) == (before.wallets, before.wallets_at)
        assert merge(snapshot, reading).gone == ()
        wanted(snapshot, reading.at)


class Life(RuleBasedStateMachine):
    """One account through any weather. Every notice is checked against all that was said before."""

    @initialize(split=flags)
    def begin(self, split: bool) -> None:
        self.world = World(split=split)
        self.mine = self.world.hold(7, price="24")
        self.other = self.world.rent(1, price="24", hours=60)
        self.world.wallets[CLORE] = Decimal(1000)
        self.stages: dict[str, list[int]] = {}
        self.over: set[str] = set()
        self.acked: set[str] = set()
        self.silent: dict[str, datetime | None] = {}
        self.repeats: dict[str, int] = {}
        self.world.look()
        self._judge(self.world.told)

    def _judge(self, notices: list[Notice]) -> None:
        for notice in notices:
            told = self.stages.setdefault(notice.episode, [])
            assert notice.episode not in self.over, "an episode that ended spoke again"
            match notice.news:
                case News.FIRED:
                    assert told == []
                case News.ESCALATED:
                    assert told
                    assert notice.stage > max(told)
                case News.EDGE:
                    assert told == []
                    assert notice.type in EDGES
                    self.over.add(notice.episode)
                case News.REPEATED:
                    assert told
                    self._is_told_again(notice)
                case News.WOKEN:
                    assert notice.episode in self.silent, "an end of a snooze that was not"
                    assert self.silent[notice.episode] is not None, "it was to be silent until it is over"
                case News.CHANGED:
                    assert told
                case News.RESOLVED | News.ENDED:
                    assert told, "an end of what was never told"
                    self.over.add(notice.episode)
            if notice.news in {News.FIRED, News.ESCALATED, News.EDGE}:
                told.append(notice.stage)
                self.repeats[notice.episode] = 0
                self.acked.discard(notice.episode)
            if notice.news in {News.ESCALATED, News.WOKEN}:
                self.silent.pop(notice.episode, None)

    def _is_told_again(self, notice: Notice) -> None:
        assert notice.episode not in self.acked
        assert notice.episode not in self.silent
        repeat = DEFAULTS.repeat(notice.type, notice.severity)
        self.repeats[notice.episode] += 1
        assert repeat is not None
        assert self.repeats[notice.episode] <= repeat.most

    def _told_now(self) -> list[AlertState]:
        return [state for state in self.world.states if state.told_stage and state.type not in EDGES]

    @rule(which=st.integers(0, 3))
    def acknowledge(self, which: int) -> None:
        for state in self._told_now()[which : which + 1]:
            changed = acknowledged(state, UserId(1), self.world.now)
            assert (changed is None) == (state.episode in self.acked)
            if changed is not None:
                self._becomes(state, *changed)
                self.acked.add(state.episode)

    @rule(which=st.integers(0, 3), minutes=st.none() | st.sampled_from([1, 60, 480]))
    def snooze(self, which: int, minutes: int | None) -> None:
        until = None if minutes is None else self.world.now + timedelta(minutes=minutes)
        for state in self._told_now()[which : which + 1]:
            changed = snoozed(state, UserId(1), until)
            if changed is not None:
                self._becomes(state, *changed)
                self.silent[state.episode] = until

    def _becomes(self, state: AlertState, new: AlertState, notice: Notice) -> None:
        assert (notice.news, notice.loud) == (News.CHANGED, False)
        self.world.states = tuple(new if each == state else each for each in self.world.states)

    @rule()
    def restart(self) -> None:
        self.world.states = tuple(decode(AlertState, encode(state)) for state in self.world.states)

    def _look(self, after: float, **parts: bool) -> list[Notice]:
        notices = self.world.look(after, **parts)
        self._judge(notices)
        return notices

    @rule(after=st.sampled_from([5.0, 7.0, 31.0, 60.0, 600.0, 7200.0]))
    def look(self, after: float) -> None:
        self._look(after)

    @rule(after=st.sampled_from([7.0, 60.0, 600.0]), orders=flags, wallets=flags, market=flags, past=flags)
    def look_at_parts(self, after: float, orders: bool, wallets: bool, market: bool, past: bool) -> None:
        gone = orders or past  # what is found gone ends every alert about it
        about = {AlertType.WALLET_RUNWAY: wallets, AlertType.ORDER_EXPIRING: gone, AlertType.ORDER_ENDED: gone}
        about[AlertType.SPOT_OUTBID] = gone or market
        for notice in self._look(after, orders=orders, wallets=wallets, markets=market, past=past):
            assert about.get(notice.type, True), "news from a part that was not read"

    @rule(after=st.sampled_from([10.0, 60.0, 3600.0]), count=st.integers(1, 4), refused=flags)
    def be_without_answers(self, after: float, count: int, refused: bool) -> None:
        for _ in range(count):
            notices = self.world.reject(after) if refused else self.world.fail(after)
            self._judge(notices)
            assert {notice.type for notice in notices} <= {AlertType.KEY_INVALID, AlertType.API_DOWN}

    @rule()
    def set_the_clock_back(self) -> None:
        self._look(-1800)

    @rule()
    def be_outbid(self) -> None:
        self.world.outbid(self.mine)

    @rule()
    def win_back(self) -> None:
        self.world.win_back(self.mine)

    @rule(rival=st.sampled_from([None, "0.1", "30"]))
    def lose_the_bid(self, rival: str | None) -> None:
        self.world.vanish(self.mine, rival)

    @rule()
    def bring_it_back(self) -> None:
        self.world.orders = [self.mine, self.other]

    @rule(hours=st.integers(1, 400))
    def extend(self, hours: int) -> None:
        self.other = self.world.change(self.other, max_length=timedelta(hours=hours))

    @rule(hours=st.sampled_from(["0", "0.5", "5", "7", "20", "28", "90"]))
    def have_money_for(self, hours: str) -> None:
        self.world.wallets[CLORE] = Decimal(hours) * 2

    @rule()
    def cancel_here(self) -> None:
        self.world.context = Context(cancelled_here=frozenset({self.mine.id}))

    @invariant()
    def the_same_snapshot_again_is_silent(self) -> None:
        assert self.world.judge() == []

    @invariant()
    def whoever_was_told_has_a_state_until_the_end(self) -> None:
        open_ = {episode for episode, told in self.stages.items() if told} - self.over
        assert open_ == {state.episode for state in self.world.states if state.told_stage and state.type not in EDGES}


TestLife = Life.TestCase
TestLife.settings = settings(deadline=None, max_examples=100, stateful_step_count=40)


def test_the_same_story_has_the_same_names() -> None:
    """A replay after a crash must make the rows that are there already."""

    def story() -> list[str]:
        world = World()
        mine = world.hold(7)
        world.look()
        world.outbid(mine)
        world.look()
        world.look(7)
        return [notice.once for notice in world.told]

    assert story() == story() != []


def test_states_that_were_stored_before_a_crash_say_nothing_twice() -> None:
    world = World()
    mine = world.hold(7)
    world.look()
    world.outbid(mine)
    world.look()
    again = deepcopy(world)
    assert [notice.once for notice in world.look(7)] == [notice.once for notice in again.look(7)]
