"""The first minutes of a new rental: what was seen of it, what is told of it, and when to look again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.ids import BatchId, DraftId
from bot.domain.money import Money
from bot.domain.rental import FREE_OF_CREATION_FEE, Order, RentalState

ASK_AFTER: Final = timedelta(minutes=8)
"""From its creation: late enough to have tried it, and two minutes are left to cancel it free of the creation fee."""
STUCK_AFTER: Final = timedelta(minutes=10)
"""From when it got the machine: an image takes a minute or a few; what takes longer than this seldom comes."""
GONE_AFTER: Final = timedelta(seconds=30)
"""Between two lists without it, before it is said to be gone."""
FOLLOWED_WAITING: Final = timedelta(minutes=30)
"""A bid that waits longer waits for hours; the alerts go on watching it."""
FOLLOWED_HELD: Final = timedelta(minutes=30)
"""From when it got the machine, if it never runs: it was told at minute 10, and left alone since."""
FOLLOWED_RUNNING: Final = timedelta(minutes=12)
"""From when it was seen running, or got a machine that does not say: past the free minutes, and a while to try it."""
LOOK_SOON: Final = timedelta(seconds=15)
"""While something is about to change: a quarter of what a key may ask for with nobody else waiting."""
LOOK_LATER: Final = timedelta(seconds=30)
SHOWN_AGAIN: Final = timedelta(minutes=1)
"""Nothing happens, and the living message says anew that it was looked at: one silent edit."""
PROBE_AGAIN: Final = timedelta(seconds=60)
"""After a probe that failed: a server inside the container often begins later than the container."""
PROBE_BEFORE_ASKING: Final = timedelta(seconds=20)
"""So that the question of minute 8 says how it is then."""
MOST_PROBES: Final = 8
"""Of which the report tells; the newest ones."""


class Phase(StrEnum):
    """What is known of it, never more: only what CLORE.AI reports as running is `RUNNING`."""

    PLACED = "placed"  # ordered; nothing was read of it yet
    WAITING = "waiting"  # a bid that does not hold its machine
    RENTED = "rented"  # it has the machine; CLORE.AI does not report the container
    DEPLOYING = "deploying"
    RUNNING = "running"
    OFFLINE = "offline"  # it has the machine, and the host is not connected
    GONE = "gone"
    CANCELLED = "cancelled"


HAS_MACHINE: Final = frozenset({Phase.RENTED, Phase.DEPLOYING, Phase.RUNNING, Phase.OFFLINE})
OVER: Final = frozenset({Phase.GONE, Phase.CANCELLED})
_UNDER_WAY: Final = frozenset({Phase.PLACED, Phase.DEPLOYING})

_PHASES: Final = {
    RentalState.WAITING: Phase.WAITING,
    RentalState.RENTED: Phase.RENTED,
    RentalState.DEPLOYING: Phase.DEPLOYING,
    RentalState.RUNNING: Phase.RUNNING,
    RentalState.UNREACHABLE: Phase.OFFLINE,
    RentalState.EXPIRED: Phase.GONE,
}
"""A bid whose auction was not read, and an order past its length, say nothing new."""


class News(StrEnum):
    """What is told. Only `CHANGED` comes more than once: it edits the living message, the others are messages."""

    CHANGED = "changed"
    RUNNING = "running"
    DECIDE = "decide"
    STUCK = "stuck"


class Target(StrEnum):
    """What a probe tries."""

    SSH = "ssh"
    WEB = "web"


class Outcome(StrEnum):
    """How a probe ended. `UNRESOLVED` and `NOT_PUBLIC` say nothing of the machine: no connection was tried."""

    OK = "ok"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    CLOSED = "closed"  # it took the connection and said nothing
    NOT_SSH = "not ssh"  # something answers there, which is no SSH server
    NOT_WEB = "not web"  # and there, which is no web server
    BAD_CERTIFICATE = "bad certificate"
    UNREACHABLE = "unreachable"
    UNRESOLVED = "unresolved"
    NOT_PUBLIC = "not public"

    @property
    def tried(self) -> bool:
        return self not in {Outcome.UNRESOLVED, Outcome.NOT_PUBLIC}


@dataclass(frozen=True, slots=True)
class Probe:
    """One attempt. `milliseconds` to the answer; `status`: of the web server's answer, whatever it is."""

    target: Target
    outcome: Outcome
    at: datetime
    milliseconds: int | None = None
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """One complete list of orders. `order` is `None` where it is not in it. `active`: whether a bid holds its machine.

    `at`: when the list was read. `cancelled`: a cancellation of ours was sent for it.
    """

    order: Order | None
    at: datetime
    active: bool | None = None
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything that is remembered of it. `price` is per day, before the fee. `created_at`: CLORE.AI's own time of it.

    `held_since`: since when it is known to have the machine. `running_since`: when it was first seen running.
    `missing_since`: it is not in the list, which a second list has yet to confirm. `kept`: the person has decided.
    `changes` counts the edits, `shown_at` is the time of the last that came of a look. `probes`: oldest first.
    """

    title: str
    image: str
    spot: bool
    price: Money
    created_at: datetime
    draft: DraftId | None = None
    batch: BatchId | None = None
    phase: Phase = Phase.PLACED
    held_since: datetime | None = None
    running_since: datetime | None = None
    missing_since: datetime | None = None
    kept: bool = False
    ended: bool = False
    told: tuple[News, ...] = ()
    changes: int = 0
    probes: tuple[Probe, ...] = ()
    shown_at: datetime | None = None

    @property
    def asks_at(self) -> datetime:
        return self.created_at + ASK_AFTER

    @property
    def free_until(self) -> datetime:
        """Cancelled before, it does not pay its creation fee."""
        return self.created_at + FREE_OF_CREATION_FEE

    def last_probe(self, target: Target) -> Probe | None:
        return next((probe for probe in reversed(self.probes) if probe.target is target), None)

    @property
    def works(self) -> bool:
        """It is reported as running, and no probe says otherwise."""
        last = [probe for target in Target if (probe := self.last_probe(target))]
        return self.phase is Phase.RUNNING and all(
            probe.outcome is Outcome.OK or not probe.outcome.tried for probe in last
        )


def step(progress: Progress, sight: Sight, now: datetime) -> tuple[Progress, tuple[News, ...], datetime | None]:
    """What is known after this look, what is to be told, and when to look again (`None`: it is followed no more)."""
    seen = _seen(progress, sight)
    news = tuple(_one_time(seen, now))
    seen = replace(seen, told=(*seen.told, *news), ended=_is_over(seen, now))
    if _differs(progress, seen) or _looks_old(seen, now):
        seen = replace(seen, changes=seen.changes + 1, shown_at=now)
        news = (News.CHANGED, *news)
    return seen, news, None if seen.ended else _next_look(seen, now)


def keep(progress: Progress, now: datetime) -> Progress:
    """The person keeps it: not asked any more, and followed only until it runs."""
    kept = replace(progress, kept=True)
    return replace(kept, ended=kept.ended or _is_over(kept, now), changes=kept.changes + 1)


def noted(progress: Progress, probes: tuple[Probe, ...]) -> tuple[Progress, bool]:
    """With these probes; says whether the living message has something new to show."""
    known = {probe.target: _shape(progress.last_probe(probe.target)) for probe in probes}
    new = any(known[probe.target] != _shape(probe) for probe in probes)
    kept = (*progress.probes, *probes)[-MOST_PROBES:]
    return replace(progress, probes=kept, changes=progress.changes + new), new


def probe_due(progress: Progress, now: datetime) -> bool:
    """At once where it runs or may; after a failure again; and right before the question of minute 8."""
    if progress.phase not in {Phase.RUNNING, Phase.RENTED} or progress.ended:
        return False
    if not progress.probes:
        return True
    last = progress.probes[-1].at
    before_asking = progress.asks_at - PROBE_BEFORE_ASKING
    if last < before_asking <= now < progress.free_until:
        return True
    failed = any((probe := progress.last_probe(target)) and probe.outcome is not Outcome.OK for target in Target)
    return failed and now - last >= PROBE_AGAIN


def _seen(progress: Progress, sight: Sight) -> Progress:
    order = sight.order
    if order is None:
        return _not_listed(progress, sight)
    state = order.state(sight.at, bid_active=sight.active)
    phase = _PHASES.get(state, progress.phase)
    if phase is Phase.GONE and sight.cancelled:
        phase = Phase.CANCELLED
    held = phase in HAS_MACHINE
    since = sight.at if order.spot else min(order.created_at, sight.at)
    return replace(
        progress,
        price=order.price,
        created_at=order.created_at,
        phase=phase,
        missing_since=None,
        held_since=(progress.held_since or since) if held else None,
        running_since=(progress.running_since or (sight.at if phase is Phase.RUNNING else None)) if held else None,
    )


def _not_listed(progress: Progress, sight: Sight) -> Progress:
    if sight.cancelled:
        return replace(progress, phase=Phase.CANCELLED, missing_since=progress.missing_since or sight.at)
    if progress.missing_since is None:
        return replace(progress, missing_since=sight.at)
    if sight.at - progress.missing_since >= GONE_AFTER:
        return replace(progress, phase=Phase.GONE)
    return progress


def _one_time(seen: Progress, now: datetime) -> Iterator[News]:
    """Of what is in question nothing is told."""
    if seen.missing_since is not None or seen.phase not in HAS_MACHINE:
        return
    if News.RUNNING not in seen.told and seen.phase is Phase.RUNNING:
        yield News.RUNNING
    if News.DECIDE not in seen.told and not seen.kept and seen.asks_at <= now < seen.free_until:
        yield News.DECIDE
    if News.STUCK not in seen.told and (at := _stuck_at(seen)) is not None and at <= now:
        yield News.STUCK


def _stuck_at(seen: Progress) -> datetime | None:
    """When it counts as stuck; `None`: it has run, waits, or does not say what it does."""
    never_ran = seen.phase in {Phase.DEPLOYING, Phase.OFFLINE} and seen.running_since is None
    return seen.held_since + STUCK_AFTER if never_ran and seen.held_since is not None else None


def _is_over(seen: Progress, now: datetime) -> bool:
    if seen.phase in OVER:
        return True
    if seen.missing_since is not None:
        return False
    if seen.kept and seen.phase in {Phase.RUNNING, Phase.RENTED}:
        return True
    if seen.held_since is None:
        return now >= seen.created_at + FOLLOWED_WAITING
    quiet = seen.running_since or (seen.held_since if seen.phase is Phase.RENTED else None)
    return now >= (seen.held_since + FOLLOWED_HELD if quiet is None else quiet + FOLLOWED_RUNNING)


def _differs(before: Progress, after: Progress) -> bool:
    """Whether the living message looks different."""
    return _looks(before) != _looks(after)


def _looks(progress: Progress) -> tuple[object, ...]:
    stuck = News.STUCK in progress.told
    return (progress.phase, progress.missing_since is None, progress.ended, progress.price, stuck)


def _looks_old(seen: Progress, now: datetime) -> bool:
    """A reader's client counts on how old what it shows is: whoever waits for a container sees that it is looked at."""
    return seen.phase in _UNDER_WAY and not seen.ended and now - (seen.shown_at or seen.created_at) >= SHOWN_AGAIN


def _next_look(seen: Progress, now: datetime) -> datetime:
    soon = seen.phase in _UNDER_WAY or seen.missing_since is not None
    marks = [seen.asks_at - PROBE_BEFORE_ASKING, seen.asks_at, *filter(None, [_stuck_at(seen)])]
    return min([now + (LOOK_SOON if soon else LOOK_LATER), *(mark for mark in marks if mark > now)])


def _shape(probe: Probe | None) -> tuple[Outcome, int | None] | None:
    """What of a probe is news."""
    return None if probe is None else (probe.outcome, probe.status)
