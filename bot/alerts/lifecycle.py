"""The life of an alert: from what the rules say now and what stood before, to what stands now and whom to tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import assert_never

from bot.alerts.alert import AlertState, AlertType, Condition, Edge, Facts, Fine, News, Notice, Outbid, Phase, Unknown
from bot.alerts.conditions import Findings, Level
from bot.alerts.settings import Settings, Stage, Timer
from bot.alerts.snapshot import Source
from bot.domain.ids import AccountId, UserId

Identity = tuple[AlertType, str]
Step = tuple[AlertState | None, tuple[Notice, ...]]
MUTING = (AlertType.API_DOWN, AlertType.KEY_INVALID)
"""While one of these fires, everything else of the account stands still; the first mutes the second too."""

EDGES = frozenset({AlertType.ORDER_ENDED, AlertType.ORDER_STARTED, AlertType.WALLET_DEPOSIT})
"""Types that have no later; their states only remember the last reading's news."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is stored, and what goes into the outbox with it. `again_at`: when a timer is due for another reading."""

    states: tuple[AlertState, ...]
    notices: tuple[Notice, ...] = ()
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of one account. `baseline`: its first complete snapshot. `after_gap`: what had not been read for long.

    `undelivered`: episodes of which something is still on its way to the chat.
    """

    account: AccountId
    settings: Settings
    now: datetime
    baseline: bool = False
    after_gap: frozenset[Source] = frozenset()
    undelivered: frozenset[str] = frozenset()


def step(
    states: Iterable[AlertState],
    findings: Findings,
    *,
    account: AccountId,
    settings: Settings,
    now: datetime,
    baseline: bool = False,
    after_gap: frozenset[Source] = frozenset(),
    undelivered: frozenset[str] = frozenset(),
) -> Outcome:
    """The next states of one account. `now` is the snapshot's `at`; the same snapshot again changes nothing."""
    moment = Moment(account, settings, now, baseline, after_gap, undelivered)
    before = {(state.type, state.subject): state for state in states}
    after, notices = _levels(before, findings, moment)
    if not _is_muted(AlertType.ORDER_ENDED, after):
        edges = {(edge.type, edge.subject): edge for edge in findings.edges}
        happened = [_happen(edge, before, moment) for edge in edges.values()]
        after |= {(state.type, state.subject): state for state, _ in happened}
        notices += [notice for _, told in happened for notice in told]
    left = tuple(after.values())
    return Outcome(left, tuple(notices), _due(left, moment))


def _levels(
    before: Mapping[Identity, AlertState], findings: Findings, moment: Moment
) -> tuple[dict[Identity, AlertState], list[Notice]]:
    said = {(level.type, level.subject): level for level in findings.levels}
    lasting = [identity for identity in before if identity[0] not in EDGES]
    after: dict[Identity, AlertState] = {}
    notices: list[Notice] = []
    for identity in sorted({*lasting, *said}, key=_muting_first):
        level = Unknown(*identity) if _is_muted(identity[0], after) else said.get(identity)
        complete = identity[0] in findings.complete or identity in findings.over
        state, told = _next(before.get(identity), level, complete, moment)
        after |= {identity: state} if state else {}
        notices += told
    return after, notices


def _muting_first(identity: Identity) -> tuple[int, str, str]:
    kind, subject = identity
    return (MUTING.index(kind) if kind in MUTING else len(MUTING), kind, subject)


def _is_muted(kind: AlertType, after: Mapping[Identity, AlertState]) -> bool:
    """`merge` brings no parts while a muting alert fires, so nothing that happened once is lost by this."""
    mutes = MUTING[: MUTING.index(kind)] if kind in MUTING else MUTING
    return any(state.type in mutes and state.phase is Phase.FIRING for state in after.values())


def _next(state: AlertState | None, level: Level | None, complete: bool, moment: Moment) -> Step:
    match level:
        case None:
            return _ended(state, moment) if complete else (_frozen(state, moment), ())
        case Unknown():
            return _frozen(state, moment), ()
        case Fine():
            return (None, ()) if state is None else _sample(state, _cleared(state, level), moment)
        case Condition():
            return _begin(level, moment) if state is None else _sample(state, level, moment)
    assert_never(level)


def _ended(state: AlertState | None, moment: Moment) -> Step:
    """The subject is no more. Whoever was told sees it in the message; it is no news to ring for."""
    if state is None or not state.told_stage:
        return None, ()
    return None, (_notice(News.ENDED, state, moment),)


def _frozen(state: AlertState | None, moment: Moment) -> AlertState | None:
    if state is None or state.unknown_since is not None:
        return state
    last = min(state.sampled_at or state.since, moment.now)
    return replace(state, unknown_since=last) if moment.now - last > moment.settings.stale_after else state


def _cleared(state: AlertState, fine: Fine) -> Condition:
    return Condition(
        state.type, state.subject, state.severity, state.facts, holds=False, clear=True, read_at=fine.read_at
    )


def _sample(state: AlertState, level: Condition, moment: Moment) -> Step:
    """One more reading; one that was counted already says nothing new."""
    read_at = level.read_at or moment.now
    if read_at == state.sampled_at:
        return _frozen(state, moment), ()
    state = _afresh(state, moment) if level.source in moment.after_gap else state
    state = replace(_thawed(state, moment), sampled_at=read_at)
    if state.phase is Phase.PENDING:
        return _pending(state, level, moment)
    return _clearing(state, level, moment) if level.clear else _still(state, level, moment)


def _afresh(state: AlertState, moment: Moment) -> AlertState:
    """After a gap every timer starts again."""
    if state.phase is Phase.PENDING:
        state = replace(state, since=moment.now, samples=0)
    clear_since = None if state.clear_since is None else moment.now
    return replace(state, clear_since=clear_since, clear_samples=0, unknown_since=None)


def _thawed(state: AlertState, moment: Moment) -> AlertState:
    """Timers go on where they stood; none of them begins in the future (a clock can be set back)."""
    stood = moment.now - state.unknown_since if state.unknown_since else timedelta(0)
    since = state.since + stood if state.phase is Phase.PENDING else state.since
    clear_since = None if state.clear_since is None else min(state.clear_since + stood, moment.now)
    return replace(state, since=min(since, moment.now), clear_since=clear_since, unknown_since=None)


def _begin(level: Condition, moment: Moment) -> Step:
    if not level.holds:
        return None, ()
    since = min(level.since or moment.now, moment.now)
    state = AlertState(
        type=level.type,
        subject=level.subject,
        phase=Phase.PENDING,
        severity=level.severity,
        stage=level.stage,
        since=since,
        episode=_episode(level, moment.account, since),
        facts=level.facts,
        samples=0,
        sampled_at=level.read_at or moment.now,
    )
    return _pending(state, level, moment)


def _episode(what: Condition | Edge, account: AccountId, since: datetime) -> str:
    """The same beginning of the same alert always has the same name."""
    return blake2b(f"{account}:{what.type}:{what.subject}:{since.isoformat()}".encode(), digest_size=8).hexdigest()


def _pending(state: AlertState, level: Condition, moment: Moment) -> Step:
    if not level.holds:
        return None, ()
    state = _at_stage(replace(state, samples=state.samples + 1, facts=_facts(state, level)), level.stage, moment)
    if not _ripe(state, level, moment):
        return state, ()
    return _tell(replace(state, phase=Phase.FIRING), moment)


def _ripe(state: AlertState, level: Condition, moment: Moment) -> bool:
    timer = _timer(state, moment)
    held = moment.now - state.since >= timer.hold and state.samples >= timer.samples
    return held or (level.urgent and level.source in moment.after_gap)


def _still(state: AlertState, level: Condition, moment: Moment) -> Step:
    """Not clear: it fires, or goes on firing, in the same episode; its stage rises at once and falls with hysteresis."""
    stage = max(level.stage if level.holds else 0, min(state.stage, level.keeps), 1)
    samples = state.samples + 1 if level.holds else state.samples
    facts = _facts(state, level)
    back = replace(state, phase=Phase.FIRING, clear_since=None, clear_samples=0, samples=samples, facts=facts)
    new = _at_stage(back, stage, moment)
    if stage > new.told_stage:
        return _tell(new, moment)
    if _wakes(new, moment):
        awake = replace(new, told_at=moment.now, snoozed_by=None, snoozed_until=None)
        return awake, (_notice(News.WOKEN, awake, moment),)
    again = _again(new, moment)
    if again.repeats > new.repeats:
        return again, (_notice(News.REPEATED, again, moment),)
    return again, (_notice(News.CHANGED, again, moment),) if stage != state.stage else ()


def _wakes(state: AlertState, moment: Moment) -> bool:
    ended = state.snoozed_until is not None and state.snoozed_until <= moment.now
    return ended and state.episode not in moment.undelivered


def _again(state: AlertState, moment: Moment) -> AlertState:
    """Told again, where its time has come. The time runs from when people could read it, and from no future."""
    repeat = moment.settings.repeat(state.type, state.severity)
    if state.told_at is None or repeat is None:
        return state
    if state.told_at > moment.now or state.episode in moment.undelivered:
        return replace(state, told_at=moment.now)
    due = moment.now - state.told_at >= repeat.every and state.repeats < repeat.most
    if state.acked_by is not None or state.snoozed_by is not None or not due:
        return state
    return replace(state, told_at=moment.now, repeats=state.repeats + 1)


def _facts(state: AlertState, level: Condition) -> Facts:
    """The facts of the newest reading; of a bid also what the readings before it have shown."""
    if isinstance(level.facts, Outbid) and isinstance(state.facts, Outbid):
        return level.facts.following(state.facts)
    return level.facts


def _at_stage(state: AlertState, number: int, moment: Moment) -> AlertState:
    return replace(state, stage=number, severity=moment.settings.stage(state.type, number).severity)


def _tell(state: AlertState, moment: Moment) -> Step:
    if state.stage < _timer(state, moment).told_from:
        return state, ()
    told = replace(
        state,
        told_stage=state.stage,
        told_at=moment.now,
        acked_by=None,
        acked_at=None,
        repeats=0,
        snoozed_by=None,
        snoozed_until=None,
    )
    return told, (_notice(News.ESCALATED if state.told_stage else News.FIRED, told, moment),)


def _clearing(state: AlertState, level: Condition, moment: Moment) -> Step:
    timer, since = _timer(state, moment), state.clear_since or moment.now
    samples = state.clear_samples + 1
    state = replace(state, phase=Phase.RESOLVING, clear_since=since, clear_samples=samples, facts=_facts(state, level))
    if samples < timer.clear_samples or moment.now - since < timer.clear_hold:
        return state, ()
    return None, (_notice(News.RESOLVED, state, moment),) if state.told_stage else ()


def _happen(edge: Edge, before: Mapping[Identity, AlertState], moment: Moment) -> tuple[AlertState, tuple[Notice, ...]]:
    """An edge is told once; not at all on the baseline, or where an outbid message already tells of the same end."""
    episode = _episode(edge, moment.account, edge.since)
    known = before.get((edge.type, edge.subject))
    if known is not None and known.episode == episode:
        return known, ()
    happened = AlertState(edge.type, edge.subject, Phase.RESOLVING, edge.severity, 1, edge.since, episode, edge.facts)
    if moment.baseline or _is_told(before.get((AlertType.SPOT_OUTBID, edge.subject))):
        return happened, ()
    told = replace(happened, told_stage=1, told_at=moment.now)
    return told, (_notice(News.EDGE, told, moment),)


def _is_told(outbid: AlertState | None) -> bool:
    return outbid is not None and outbid.phase is Phase.FIRING and outbid.told_stage > 0


def acknowledged(state: AlertState, by: UserId, now: datetime) -> tuple[AlertState, Notice] | None:
    """Somebody has seen it: the message says so, and nothing is repeated until it gets worse. `None`: that was said before."""
    if state.acked_by is not None:
        return None
    acked = replace(state, acked_by=by, acked_at=now)
    return acked, _changed(acked, now)


def snoozed(state: AlertState, by: UserId, until: datetime | None) -> tuple[AlertState, Notice] | None:
    """Silent until then, `None`: until it is over; what gets worse is told all the same. `None`: it is so already."""
    if state.snoozed_by is not None and state.snoozed_until == until:
        return None
    silent = replace(state, snoozed_by=by, snoozed_until=until)
    return silent, _changed(silent, state.sampled_at or state.since)


def _changed(state: AlertState, now: datetime) -> Notice:
    """What a person did to it, over what was read last."""
    return _said(News.CHANGED, state, state.sampled_at or now, loud=False)


def _notice(news: News, state: AlertState, moment: Moment) -> Notice:
    loud = news in {News.FIRED, News.ESCALATED, News.REPEATED, News.WOKEN, News.EDGE} and _stage(state, moment).loud
    return _said(news, state, moment.now, loud=loud)


def _said(news: News, state: AlertState, at: datetime, *, loud: bool) -> Notice:
    over = news in {News.RESOLVED, News.ENDED}
    return Notice(
        news=news,
        type=state.type,
        subject=state.subject,
        severity=state.severity,
        stage=state.stage,
        episode=state.episode,
        since=state.since,
        at=at,
        facts=state.facts,
        loud=loud,
        lasted=at - state.since if over else None,
        acked_by=state.acked_by,
        acked_at=state.acked_at,
        repeats=state.repeats,
        snoozed_by=state.snoozed_by,
        snoozed_until=state.snoozed_until,
    )


def _stage(state: AlertState, moment: Moment) -> Stage:
    return moment.settings.stage(state.type, state.stage)


def _timer(state: AlertState, moment: Moment) -> Timer:
    return moment.settings.timers[state.type]


def _due(states: Iterable[AlertState], moment: Moment) -> datetime | None:
    """When the first running timer ends; a reading then can fire or resolve. Frozen ones are not waited for."""
    return min((at for state in states if not state.unknown_since and (at := _ends(state, moment))), default=None)


def _ends(state: AlertState, moment: Moment) -> datetime | None:
    match state.phase:
        case Phase.PENDING:
            due = state.since + _timer(state, moment).hold
        case Phase.RESOLVING if state.clear_since:
            due = state.clear_since + _timer(state, moment).clear_hold
        case _:
            return None
    return due if due > moment.now else None
