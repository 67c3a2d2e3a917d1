"""The report that goes to CLORE.AI with the cancellation of a machine that does not work: what was measured, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from bot.domain.deployment import Outcome, Phase, Probe, Progress, Target
from bot.domain.draft import MAX_ISSUE
from bot.domain.ids import OrderId, ServerId
from handlers.views.html import tidy
from handlers.views.words import duration

_STATES: Final = {
    Phase.PLACED: "its state was not read yet",
    Phase.WAITING: "the bid waits",
    Phase.RENTED: "the state of its container is not reported",
    Phase.DEPLOYING: "its container is reported as deploying",
    Phase.RUNNING: "its container is reported as running",
    Phase.OFFLINE: "its host is reported as not connected",
    Phase.GONE: "it is not listed any more",
    Phase.CANCELLED: "it was cancelled",
}
_NAMES: Final = {Target.SSH: "SSH port", Target.WEB: "web address"}
_RESULTS: Final = {
    Outcome.OK: "answered",
    Outcome.REFUSED: "connection refused",
    Outcome.TIMEOUT: "no answer within 5 s",
    Outcome.CLOSED: "connection closed without an answer",
    Outcome.NOT_SSH: "answered, but not as an SSH server",
    Outcome.NOT_WEB: "answered, but not as a web server",
    Outcome.BAD_CERTIFICATE: "certificate not valid",
    Outcome.UNREACHABLE: "could not be reached",
}


def report(progress: Progress, order: OrderId, server: ServerId, now: datetime) -> str:
    """At most `MAX_ISSUE` characters of plain text."""
    return "\n".join(_lines(progress, order, server, now))[:MAX_ISSUE]


def _lines(progress: Progress, order: OrderId, server: ServerId, now: datetime) -> Iterator[str]:
    yield f"Order #{order} on server {server} ({tidy(progress.title, 60)}), image {tidy(progress.image, 120)}."
    yield f"Created {_utc(progress.created_at)}; looked at {_utc(now)}: {_STATES[progress.phase]}."
    if progress.held_since is not None and progress.running_since is None:
        yield f"Not seen running {duration(now - progress.held_since)} after it got the machine."
    if progress.running_since is not None:
        yield f"First seen running {_utc(progress.running_since)}."
    tried = [probe for probe in progress.probes if probe.outcome.tried]
    if tried:
        yield "Tried from outside:"
    for probe in tried:
        yield f"- {_utc(probe.at)} {_NAMES[probe.target]}: {_result(probe)}"


def _result(probe: Probe) -> str:
    with_status = f" with HTTP {probe.status}" if probe.status is not None else ""
    took = f" in {probe.milliseconds} ms" if probe.outcome is Outcome.OK and probe.milliseconds is not None else ""
    return f"{_RESULTS[probe.outcome]}{with_status}{took}"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
