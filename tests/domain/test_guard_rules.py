"""The guard against an auction that is held in full: what holds after any history of rivals, rates, prices and answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.domain.guard import FRESH, Action, Guard, Move, Sight, Terms, settled, step
from bot.domain.ids import OrderId
from bot.domain.ledger import Cause, Ending, Result
from bot.domain.money import BITCOIN, CLORE, USD, Money, unit
from bot.sandbox.clore.auction import Bid, winner
from storage.codec import decode, encode
from tests.spot_week.machine import MINE, Machine, moment

RATES = {BITCOIN: Decimal(60_000), CLORE: Decimal("0.0123"), USD: Decimal(1)}
DAY_S = 86_400
OTHER = MINE - 1

coins = st.sampled_from([BITCOIN, CLORE, USD])
cents = st.integers(50, 400).map(lambda count: Decimal(count) / 100)
"""Dollars, where auctions are near to each other."""


def coin_of(dollars: Decimal, coin: str) -> Decimal:
    return (dollars / RATES[coin]).quantize(unit(coin))


@st.composite
def machines(draw: st.DrawFn, mine: str | None = None) -> Machine:
    """Up to four rivals, the guarded bid, and whoever of them it is that holds."""
    machine = Machine(dict(RATES), {USD: draw(cents)})
    for number in range(1, draw(st.integers(1, 5))):
        coin = draw(coins)
        machine.put(number, coin_of(draw(cents), coin), coin)
    coin = mine or draw(coins)
    machine.put(MINE, coin_of(draw(cents), coin), coin)
    return machine


def moved(machine: Machine, terms: Terms, at: float = 1.0) -> tuple[Guard, Action]:
    return step(Guard(OrderId(MINE), terms), Sight(machine.reading(at)), moment(at))


@given(machines())
def test_a_raise_wins_and_one_unit_less_does_not(machine: Machine) -> None:
    _, action = moved(machine, Terms(Money(Decimal(100), USD)))
    assume(action.move is Move.RAISE)
    assert action.price is not None
    coin, held = action.price.currency, machine.holder

    def wins(amount: Decimal) -> bool:
        if Fraction(amount) * Fraction(RATES[coin]) < Fraction(machine.minimum[USD]):
            return False
        bids = [bid for bid in machine.bids.values() if bid.order != MINE]
        return winner([*bids, Bid(MINE, amount, coin)], held, RATES) == MINE

    assert held != MINE
    assert wins(action.price.amount)
    assert not wins(action.price.amount - unit(coin))


@given(machines())
def test_whoever_does_not_hold_is_raised_or_told_why_not(machine: Machine) -> None:
    _, action = moved(machine, Terms(Money(Decimal("2.5"), USD)))
    if machine.holder == MINE:
        assert action.move in {Move.REST, Move.LOWER}
    else:
        assert action.move is not Move.REST


@given(machines(), cents, st.integers(1, 100_000), st.sampled_from([BITCOIN, CLORE]))
def test_no_raise_is_over_the_ceiling_whatever_the_rates_become(
    machine: Machine, ceiling: Decimal, factor: int, coin: str
) -> None:
    machine.rates = {**RATES, coin: RATES[coin] * factor / 33_333}
    machine.contend()
    _, action = moved(machine, Terms(Money(ceiling, USD), margin_percent=Decimal(3)))
    if action.move is Move.RAISE:
        assert action.price is not None
        assert Fraction(action.price.amount) * Fraction(machine.rates[action.price.currency]) <= Fraction(ceiling)
    if action.move is Move.LOWER:
        assert action.price is not None
        assert action.was is not None
        assert action.price < action.was


@given(machines(), st.integers(-10_000, 10_000))
def test_nothing_is_done_by_what_is_too_old(machine: Machine, late: int) -> None:
    guard = Guard(OrderId(MINE), Terms(Money(Decimal(100), USD)))
    after, action = step(guard, Sight(machine.reading(0)), moment(late))
    if not timedelta(0) <= timedelta(seconds=late) <= FRESH:
        assert (after, action.move) == (guard, Move.REST)


@given(machines())
def test_nothing_is_done_twice_by_one_reading(machine: Machine) -> None:
    shown = machine.reading(0)
    guard, first = step(Guard(OrderId(MINE), Terms(Money(Decimal(100), USD))), Sight(shown), moment(0))
    assume(first.move in {Move.RAISE, Move.LOWER})
    assert step(guard, Sight(shown), moment(1))[1].move is Move.REST
    guard = settled(guard, Result(Ending.DONE, Cause.HOLDS), moment(2))
    assert step(guard, Sight(shown), moment(3))[1].move is Move.REST


# Histories

HISTORIES = settings(deadline=None)
"""A busy machine takes its time."""


@dataclass
class Watched:
    """A machine with one guarded bid, and what it cost. A turn is a reading, a step, and what becomes of it."""

    machine: Machine
    guard: Guard
    at: float = 0
    raises: list[tuple[float, Money, Money]] = field(default_factory=list)
    refusals: list[Cause] = field(default_factory=list)

    def turn(self, answer: str) -> Action:
        """`answer`: `heard`; `lost` on the way back; or `nothing` was carried out and nothing is known."""
        self.guard, action = step(self.guard, Sight(self.machine.reading(self.at)), moment(self.at))
        if action.price is None or action.was is None:
            return action
        result = Result(Ending.UNKNOWN, Cause.LOST)
        if answer != "nothing":
            said = self.machine.set_price(self.guard.order, action.price, self.at + 1)
            if said.ending is Ending.REFUSED:
                self.refusals.append(said.cause)
            elif action.move is Move.RAISE:
                self.raises.append((self.at, action.was, action.price))
            result = said if answer == "heard" else result
        self.guard = settled(self.guard, result, moment(self.at + 2))
        return action


turns = st.lists(
    st.tuples(
        st.integers(20, 900),
        st.integers(1, 4),
        coins,
        st.none() | cents,
        st.sampled_from(["heard"] * 6 + ["lost", "nothing"]),
    ),
    min_size=5,
    max_size=60,
)
"""Seconds until the next; which rival bids how much in which coin, or withdraws; what becomes of the guard's request."""


def told(watched: Watched, history: list[tuple[int, int, str, Decimal | None, str]]) -> list[Action]:
    actions = []
    for pause, rival, coin, dollars, answer in history:
        watched.at += pause
        if dollars is None:
            watched.machine.withdraw(rival)
        else:
            watched.machine.put(rival, coin_of(dollars, coin), coin)
        actions.append(watched.turn(answer))
    return actions


@HISTORIES
@given(machines(), turns, st.booleans())
def test_lowering_breaks_neither_floor_nor_timer(
    machine: Machine, history: list[tuple[int, int, str, Decimal | None, str]], running: bool
) -> None:
    """Once each is refused at most: when nobody had said yet that the timer runs, or where the floor is."""
    if running:
        machine.lowered[MINE] = -100
    watched = Watched(machine, Guard(OrderId(MINE), Terms(Money(Decimal(3), USD))))
    told(watched, history)
    answers = [answer for *_, answer in history]
    unheard = answers.count("lost")  # a refusal that was lost on its way teaches nothing
    assert watched.refusals.count(Cause.TOO_SOON) <= 1 + unheard
    assert watched.refusals.count(Cause.STEP_TOO_BIG) <= 1 + unheard + _floors_at_the_minimum(watched)
    assert Cause.TOO_LOW not in watched.refusals


def _floors_at_the_minimum(watched: Watched) -> int:
    """Such a floor is named for one bid only; where the next bid's is, is asked again."""
    return watched.refusals.count(Cause.STEP_TOO_BIG) if watched.guard.known.step is None else 0


wars = st.lists(
    st.tuples(
        st.sampled_from([1_200, 60, 7_200]),
        st.sampled_from([60, 5, 20, 40, None]),
        st.sampled_from([True, True, False]),
    ),
    min_size=10,
    max_size=60,
)
"""Seconds until the next; by how many cents a rival goes over the guarded bid, or that it withdraws; whether the guard looks."""


@HISTORIES
@given(machines(USD), wars, st.integers(5, 150))
def test_the_raises_of_a_day_never_pass_the_budget(
    machine: Machine, history: list[tuple[int, int | None, bool]], budget_cents: int
) -> None:
    budget = Decimal(budget_cents) / 100
    terms = Terms(Money(Decimal(100), USD), margin_percent=Decimal(5), budget=Money(budget, USD))
    watched = Watched(machine, Guard(OrderId(MINE), terms), at=DAY_S / 4)
    paths: dict[int, list[tuple[float, Decimal]]] = {}
    for pause, over, looks in history:
        watched.at += pause
        if over is None:
            machine.withdraw(1)
        else:
            machine.put(1, machine.bids[MINE].amount + Decimal(over) / 100, USD)
        if looks:
            watched.turn("heard")
        paths.setdefault(int(watched.at // DAY_S), []).append((watched.at, machine.bids[MINE].amount))
    for day, path in paths.items():
        ends = [at for at, _ in path[1:]] + [(day + 1) * DAY_S]
        for begin, (_, base) in enumerate(path):  # from whatever moment of the day it is counted
            days = zip(path[begin:], ends[begin:], strict=True)
            added = sum(((bid - base) * Decimal(end - at) for (at, bid), end in days), Decimal(0)) / DAY_S
            assert added <= budget
            assert base % unit(USD) == 0


@HISTORIES
@given(machines(USD), turns, cents, cents, st.lists(st.sampled_from(["one", "two", "both"]), min_size=60, max_size=60))
def test_two_guarded_bids_never_bid_each_other_up(
    machine: Machine,
    history: list[tuple[int, int, str, Decimal | None, str]],
    other: Decimal,
    ceiling: Decimal,
    order: list[str],
) -> None:
    """Whoever of them looks, and though both look at the same moment: they pay for strangers and never for each other."""
    machine.put(OTHER, other, USD)
    ours = frozenset({OrderId(MINE), OrderId(OTHER)})
    guards = {number: Guard(number, Terms(Money(ceiling + other, USD))) for number in ours}
    at = 0.0
    most = max(machine.bids[number].amount for number in ours)
    for (pause, rival, coin, dollars, _), who in zip(history, order, strict=False):
        at += pause
        if dollars is None:
            machine.withdraw(rival)
        else:
            machine.put(rival, coin_of(dollars, coin), coin)
        strangers = max(
            (bid.amount * RATES[bid.coin] for bid in machine.bids.values() if bid.order not in ours), default=Decimal(0)
        )
        most = max(most, strangers + unit(USD), machine.least(USD))
        looking = ours if who == "both" else {OrderId(MINE if who == "one" else OTHER)}
        shown = {number: machine.reading(at, number) for number in looking}
        for number in sorted(looking):
            guards[number], action = step(guards[number], Sight(shown[number], guarded=ours), moment(at))
            if action.price is not None:
                guards[number] = settled(
                    guards[number], machine.set_price(number, action.price, at + 1), moment(at + 2)
                )
        assert max(machine.bids[number].amount for number in ours) <= most


@HISTORIES
@given(machines(), turns)
def test_a_guard_that_goes_through_a_row_at_every_turn_does_the_same(
    machine: Machine, history: list[tuple[int, int, str, Decimal | None, str]]
) -> None:
    twin = Machine(machine.rates, dict(machine.minimum), dict(machine.bids), machine.holder)
    kept, stored = (Watched(each, Guard(OrderId(MINE), Terms(Money(Decimal(3), USD)))) for each in (machine, twin))
    for turn in history:
        stored.guard = decode(Guard, encode(stored.guard))
        assert told(stored, [turn]) == told(kept, [turn])
        assert stored.guard == kept.guard
