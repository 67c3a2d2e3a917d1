"""Whose turn it is, in virtual time: equalities, not tolerances."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from bot.clore.gate import EASE_SECONDS, LONGEST_HOLD_SECONDS, Gate, Priority
from bot.clore.governor import Governor
from tests.clore.other_side import loop_time

pytestmark = pytest.mark.looptime(idle_timeout=2)  # a gate that stays shut fails, it does not hang

USER, POLL = Priority.USER, Priority.POLL


class Log:
    """Who entered, and when."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.entered: list[tuple[str, float]] = []

    async def visit(self, name: str, priority: Priority = POLL, seconds: float = 1.0, *, refused: bool = False) -> None:
        async with self.gate.turn(priority):
            self.entered.append((name, loop_time()))
            await asyncio.sleep(seconds)
            if refused:
                self.gate.refused()

    def begin(self, name: str, priority: Priority = POLL, seconds: float = 1.0) -> asyncio.Task[None]:
        return asyncio.ensure_future(self.visit(name, priority, seconds))


async def test_the_first_goes_at_once_and_the_second_a_gap_after_its_end() -> None:
    log = Log(Gate(1.3))
    await log.visit("first", seconds=0.9)
    await log.visit("second")
    assert log.entered == [("first", 0.0), ("second", 2.2)]


async def test_a_spare_turn_lets_taps_and_polls_pass() -> None:
    log = Log(Gate(1.3))
    tasks = [log.begin("first"), log.begin("spare", Priority.SPARE), log.begin("poll"), log.begin("tap", USER)]
    await asyncio.gather(*tasks)
    assert [name for name, _ in log.entered] == ["first", "tap", "poll", "spare"]


async def test_a_gate_tells_how_long_ago_a_person_had_a_turn_and_how_slow_it_is() -> None:
    gate = Gate(1.3, slowdown=lambda: 2.0)
    assert (gate.untapped_seconds, gate.slowness) == (float("inf"), 2.0)
    async with gate.turn(USER):
        gate.refused()
    await asyncio.sleep(5)
    async with gate.turn(POLL):
        pass
    assert gate.untapped_seconds == 5
    assert 2.9 < gate.slowness < 3.0


async def test_after_a_pause_nobody_waits() -> None:
    log = Log(Gate(1.3))
    await log.visit("first")
    await asyncio.sleep(60)
    await log.visit("second")
    assert log.entered == [("first", 0.0), ("second", 61.0)]


async def test_a_tap_overtakes_every_waiting_poll() -> None:
    log = Log(Gate(1.3))
    tasks = [log.begin(name) for name in ("poll 1", "poll 2", "poll 3")]
    await asyncio.sleep(1.5)  # the first is done, its gap not yet
    tasks.append(log.begin("tap", USER))
    await asyncio.gather(*tasks)
    assert log.entered == [("poll 1", 0.0), ("tap", 2.3), ("poll 2", 4.6), ("poll 3", 6.9)]


async def test_equal_priorities_keep_their_order_of_arrival() -> None:
    log = Log(Gate(1.3))
    names = [f"poll {number}" for number in range(20)]
    await asyncio.gather(*(log.begin(name, seconds=0) for name in names))
    assert [name for name, _ in log.entered] == names


async def test_a_cancelled_waiter_blocks_nobody() -> None:
    log = Log(Gate(1.3))
    first, second, third = (log.begin(name) for name in ("first", "second", "third"))
    await asyncio.sleep(1.5)
    second.cancel()
    await asyncio.gather(first, third)
    assert log.entered == [("first", 0.0), ("third", 2.3)]


async def test_who_is_cancelled_in_the_moment_of_the_call_passes_it_on() -> None:
    log = Log(Gate(1.3))
    first, second, third = (log.begin(name) for name in ("first", "second", "third"))
    await first  # the timer that will call the second is set
    asyncio.get_running_loop().call_at(2.3, second.cancel)  # runs right after it, before the second wakes up
    await third
    assert second.cancelled()
    assert log.entered == [("first", 0.0), ("third", 2.3)]


async def test_who_is_cancelled_while_its_request_runs_leaves_the_usual_gap() -> None:
    log = Log(Gate(1.3))
    first, second = log.begin("first", seconds=9), log.begin("second")
    await asyncio.sleep(2)
    first.cancel()
    await second
    assert log.entered == [("first", 0.0), ("second", 3.3)]


async def test_a_failure_inside_leaves_the_usual_gap() -> None:
    gate = Gate(1.3)
    with pytest.raises(ZeroDivisionError):
        async with gate.turn(USER):
            raise ZeroDivisionError
    async with gate.turn(USER):
        assert loop_time() == 1.3


async def test_an_arrival_in_the_tick_of_the_timer_does_not_let_two_in() -> None:
    gate, inside, most = Gate(1.3), 0, 0

    async def visit() -> None:
        nonlocal inside, most
        async with gate.turn(POLL):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await visit()
    visits = []
    asyncio.get_running_loop().call_at(1.3, lambda: visits.append(asyncio.ensure_future(visit())))
    visits.append(asyncio.ensure_future(visit()))
    await asyncio.sleep(1.3)
    visits.append(asyncio.ensure_future(visit()))
    await asyncio.sleep(5)
    await asyncio.gather(*visits)
    assert most == 1
    assert loop_time() == 6.3


async def test_of_two_who_come_before_a_timer_that_is_due_one_waits() -> None:
    """After a stall of the loop, those who come are served before the timer of the gap has run."""
    gate, coming = Gate(1.3), []

    def after_a_stall() -> None:
        for _ in range(2):
            entering = gate._enter(POLL)
            coming.append(entering)
            with suppress(StopIteration):
                entering.send(None)

    asyncio.get_running_loop().call_at(1.3, after_a_stall)
    async with gate.turn(POLL):
        pass
    await asyncio.sleep(60)
    assert gate._line, "the second was called in while the first was inside"
    for entering in coming:
        entering.close()


async def test_each_refusal_slows_by_half_up_to_a_cap() -> None:
    gate = Gate(1.3, cap_seconds=5)
    gaps = []
    for _ in range(5):
        gate.refused()
        gaps.append(round(gate.gap_seconds, 6))
    assert gaps == [1.95, 2.925, 4.3875, 5.0, 5.0]


async def test_the_request_after_a_refusal_waits_for_the_longer_gap() -> None:
    log = Log(Gate(1.3))
    await log.visit("too early", seconds=0.5, refused=True)
    await log.visit("again", seconds=0)
    assert log.entered == [("too early", 0.0), ("again", 2.45)]


async def test_a_slow_down_is_taken_back_by_half_in_its_time() -> None:
    gate = Gate(1.3)
    gate.refused()
    await asyncio.sleep(EASE_SECONDS)
    assert round(gate.gap_seconds, 6) == 1.625
    await asyncio.sleep(EASE_SECONDS)
    assert round(gate.gap_seconds, 6) == 1.4625


async def test_nothing_leaves_before_retry_after() -> None:
    gate = Gate(1.3)
    async with gate.turn(POLL):
        gate.refused(retry_after_seconds=30)
    assert gate.held_seconds == 30
    async with gate.turn(USER):
        assert loop_time() == 30


async def test_an_absurd_retry_after_does_not_close_the_gate_for_ever() -> None:
    gate = Gate(1.3)
    async with gate.turn(POLL):
        gate.refused(retry_after_seconds=10**9)
    async with gate.turn(USER):
        assert loop_time() == LONGEST_HOLD_SECONDS


async def test_three_keys_refused_together_slow_everybody() -> None:
    governor = Governor()
    bystander = Gate(1.3, slowdown=governor.slowdown)
    for who in ("a", "b"):
        governor.refused(who)
    assert governor.slowdown() == 1
    governor.refused("c")
    assert governor.slowdown() == 1.5
    async with bystander.turn(USER):
        pass
    async with bystander.turn(USER):
        assert loop_time() == 1.95


async def test_one_key_refused_often_slows_nobody_else() -> None:
    governor = Governor()
    for _ in range(10):
        governor.refused("a")
    assert governor.slowdown() == 1


async def test_refusals_far_apart_are_not_together() -> None:
    governor = Governor()
    for who in ("a", "b", "c"):
        governor.refused(who)
        await asyncio.sleep(6)
    assert governor.slowdown() == 1


async def test_the_common_slow_down_eases_too() -> None:
    governor = Governor()
    for who in ("a", "b", "c"):
        governor.refused(who)
    await asyncio.sleep(EASE_SECONDS)
    assert governor.slowdown() == 1.25


async def test_in_flight_is_capped_and_taps_go_first() -> None:
    governor, entered = Governor(in_flight=2), []

    async def visit(name: str, priority: Priority) -> None:
        async with governor.slot(priority):
            entered.append((name, loop_time()))
            await asyncio.sleep(1)

    polls = [asyncio.ensure_future(visit(f"poll {number}", POLL)) for number in range(4)]
    await asyncio.sleep(0.5)
    polls[2].cancel()
    await asyncio.gather(visit("tap", USER), polls[3], return_exceptions=True)
    assert entered == [("poll 0", 0.0), ("poll 1", 0.0), ("tap", 1.0), ("poll 3", 1.0)]


async def test_a_slot_of_a_cancelled_waiter_is_not_lost() -> None:
    governor = Governor(in_flight=1)

    async def visit() -> None:
        async with governor.slot(POLL):
            await asyncio.sleep(1)

    async def visit_and_cancel_the_next() -> None:
        await visit()
        second.cancel()  # called already, not yet awake

    first = asyncio.ensure_future(visit_and_cancel_the_next())
    await asyncio.sleep(0)
    second, third = asyncio.ensure_future(visit()), asyncio.ensure_future(visit())
    await asyncio.wait([first, second, third], timeout=10)
    assert second.cancelled()
    assert third.done()
    assert loop_time() == 2
