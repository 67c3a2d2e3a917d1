"""The door of the simulated API: who is let in, how fast, with which fault (no HTTP and no waiting in here)."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from urllib.parse import parse_qsl

from bot.sandbox.clore.faults import Canned, Fault, Faults
from bot.sandbox.clore.journal import LONGEST_ANSWER, Entry, Journal
from bot.sandbox.clore.jsontext import read, write
from bot.sandbox.clore.model import Account, Row
from bot.sandbox.clore.operations import OPERATIONS, Call, Operation, Reply, answer
from bot.sandbox.clore.pacing import Pacing
from bot.sandbox.clore.world import World

LONGEST_BODY = 1_000_000
BLOCKED_PAGE = b"""<!DOCTYPE html><html><head><title>Access denied</title></head>
<body><h1>Error 1010</h1><p>The owner of this website has banned your access based on your browser's signature.</p>
</body></html>"""
BAD_GATEWAY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it came in."""

    operation: str
    method: str
    key: str = field(repr=False)
    user_agent: str
    content_type: str
    query: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the caller gets: a reply, after `delay`; or silence, or a cut connection (`lost`)."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    lost: str | None = None
    """`timeout` or `reset`."""
    executed: bool = False
    order: int | None = None
    fault: str | None = None
    counted: bool = False
    """Its end starts the gap of its key."""


class Service:
    """Answers requests from a world; everything it needs to know about time comes from `now`."""

    def __init__(
        self,
        world: World,
        *,
        now: Callable[[], float],
        random: Random,
        journal: Journal,
        pacing: Pacing | None,
        lag: tuple[float, float],
        deploys: tuple[float, float],
        latency: float,
    ) -> None:
        self.world = world
        self.now = now
        self.random = random
        self.journal = journal
        self.pacing = pacing
        self.lag = lag
        self.deploys = deploys
        self.latency = latency
        self.faults = Faults(random)

    def begin(self, asked: Asked) -> Outcome:
        """Takes a request; `finish` must follow when its reply has ended."""
        counted = self._counts(asked)
        outcome = replace(self._door(asked, self._early(asked) if counted else 0.0), counted=counted)
        self._note(asked, outcome)
        return outcome

    def finish(self, asked: Asked, outcome: Outcome) -> None:
        """The reply has ended: the next gap starts here."""
        if self.pacing is not None and outcome.counted:
            created = asked.operation == "create_order" and outcome.status != 429
            self.pacing.finish(asked.key, created=created, now=self.now())

    def _door(self, asked: Asked, early: float) -> Outcome:
        if asked.user_agent.lower().startswith("python"):
            return Outcome(status=403, body=BLOCKED_PAGE, content_type="text/html")
        if self.faults.down is not None:
            return self._broken(Fault(mode=self.faults.down, times=None), None)
        operation = OPERATIONS.get(asked.operation)
        if operation is None or operation.method != asked.method:
            return _json({"code": 4})
        account = self.world.account_of(asked.key)
        if (account is None or asked.key in self.world.revoked) and (operation.needs_key or asked.key):
            return _json({"code": 3}, status=401)
        if early:
            return self._too_fast(early)
        return self._let_in(asked, operation, account)

    def _let_in(self, asked: Asked, operation: Operation, account: Account | None) -> Outcome:
        fault = self.faults.pick(asked.operation, asked.key)
        if fault is not None and not fault.executes:
            return self._broken(fault, None)
        canned = self.faults.canned_for(asked.operation)
        if canned is not None:
            return _canned(canned)
        reply = self._run(asked, operation, account)
        if fault is not None:
            return self._broken(fault, reply)
        return _outcome(reply, delay=self.latency)

    def _run(self, asked: Asked, operation: Operation, account: Account | None) -> Reply:
        self.world.advance(self.now())
        body = _body(asked) if operation.method == "POST" or asked.operation == "server_config" else {}
        if body is None:
            return Reply({"code": 2})
        query = dict(parse_qsl(asked.query))
        return answer(operation, Call(self.world, account, query, body, self.random, self.lag, self.deploys))

    def _early(self, asked: Asked) -> float:
        """Seconds by which it is too early. Also starts the turn."""
        if self.pacing is None:
            return 0.0
        return self.pacing.begin(asked.key, creates=asked.operation == "create_order", now=self.now())

    def _counts(self, asked: Asked) -> bool:
        return asked.operation in OPERATIONS and (not asked.key or self.world.account_of(asked.key) is not None)

    def _too_fast(self, early: float) -> Outcome:
        """HTTP 429 and code 5, sometimes with the time to wait."""
        headers = {"Retry-After": str(math.ceil(early))} if self.random.random() < 0.5 else {}
        return _json({"code": 5}, status=429, headers=headers)

    def _broken(self, fault: Fault, reply: Reply | None) -> Outcome:
        """The answer that a fault leaves of a reply; without one nothing was executed."""
        whole = _outcome(reply, delay=0.0) if reply is not None else Outcome()
        return replace(_remains(fault, whole), executed=whole.executed, order=whole.order, fault=fault.mode)

    def _note(self, asked: Asked, outcome: Outcome) -> None:
        size = len(outcome.body)
        known = self.world.account_of(asked.key) is not None
        self.journal.append(
            Entry(
                n=self.journal.next_number,
                at=self.now(),
                key=asked.key if known else asked.key and f"...{asked.key[-4:]}",
                operation=asked.operation,
                query=asked.query,
                body=_shown_body(asked.body),
                status=None if outcome.lost else outcome.status,
                answer=outcome.body.decode("utf-8", "replace") if size <= LONGEST_ANSWER else f"{size} bytes",
                executed=outcome.executed,
                order=outcome.order,
                fault=outcome.fault,
            )
        )


def _body(asked: Asked) -> dict[str, object] | None:
    """The JSON object of a request; None if it is none."""
    if len(asked.body) > LONGEST_BODY or asked.content_type.partition(";")[0].strip().lower() != "application/json":
        return None
    try:
        body = read(asked.body)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _shown_body(body: bytes) -> object:
    try:
        return read(body[:LONGEST_BODY]) if body else None
    except ValueError:
        return body[:2000].decode("utf-8", "replace")


def _outcome(reply: Reply, *, delay: float) -> Outcome:
    code = reply.row.get("code") if isinstance(reply.row, dict) else 0
    body = write(reply.row).encode()
    return Outcome(status=reply.status, body=body, delay=delay, executed=code == 0, order=reply.order)


def _remains(fault: Fault, whole: Outcome) -> Outcome:
    match fault.base:
        case "500":
            return _json({"code": 1}, status=500)
        case "429":
            return _json({"code": 5}, status=429)
        case "timeout" | "reset":
            return Outcome(lost=fault.base)
        case "html":
            return Outcome(status=502, body=BAD_GATEWAY_PAGE, content_type="text/html")
        case "truncated":
            return replace(whole, body=whole.body[: len(whole.body) // 2])
        case "empty":
            return Outcome(body=b"")
        case "null":
            return Outcome(body=b"null")
        case _:
            return replace(whole, delay=fault.seconds)


def _canned(reply: Canned) -> Outcome:
    return Outcome(
        status=reply.status,
        body=reply.body,
        content_type=reply.content_type,
        headers=reply.headers,
        fault="canned",
    )


def _json(row: Row, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Outcome:
    return Outcome(status=status, body=write(row).encode(), headers=headers or {})
