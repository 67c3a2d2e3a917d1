"""What goes wrong on purpose: planned faults, outages, canned replies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final, TypeVar

AFTERWARDS: Final = "_executed"
"""The suffix of a mode in which the operation is carried out and only its answer is lost."""

MODES: Final = frozenset({"500", "429", "timeout", "reset", "html", "truncated", "empty", "null", "slow"})
ALWAYS_EXECUTED: Final = frozenset({"truncated", "slow"})
NEVER_EXECUTED: Final = frozenset({"429"})


@dataclass(slots=True, kw_only=True)
class Fault:
    """One plan: which requests, how many of them, what becomes of them."""

    mode: str
    operation: str | None = None
    key: str | None = field(default=None, repr=False)
    times: int | None = 1
    """None: until it is taken back."""
    probability: float = 1.0
    seconds: float = 2.0
    """Delay of the mode `slow`."""

    def __post_init__(self) -> None:
        if self.base not in MODES or (self.executes and self.base in NEVER_EXECUTED):
            raise ValueError(f"unknown fault mode {self.mode!r}")

    @property
    def base(self) -> str:
        return self.mode.removesuffix(AFTERWARDS)

    @property
    def executes(self) -> bool:
        return self.mode.endswith(AFTERWARDS) or self.base in ALWAYS_EXECUTED


@dataclass(slots=True, kw_only=True)
class Canned:
    """A reply served as it is, instead of the operation."""

    operation: str
    body: bytes
    status: int = 200
    times: int | None = 1
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


Plan = TypeVar("Plan", Fault, Canned)


class Faults:
    """The plans that are in force, in the order in which they were made."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.down: str | None = None
        """Mode of an outage that hits every request, before anything is executed."""
        self.plans: list[Fault] = []
        self.canned: list[Canned] = []

    def pick(self, operation: str, key: str) -> Fault | None:
        """The fault that this request meets; it is used up by that."""
        for plan in self.plans:
            matches = plan.operation in {None, operation} and plan.key in {None, key}
            if matches and self.random.random() < plan.probability:
                _use(plan, self.plans)
                return plan
        return None

    def canned_for(self, operation: str) -> Canned | None:
        for reply in self.canned:
            if reply.operation == operation:
                _use(reply, self.canned)
                return reply
        return None

    def clear(self) -> None:
        self.down = None
        self.plans.clear()
        self.canned.clear()


def _use(plan: Plan, plans: list[Plan]) -> None:
    if plan.times is None:
        return
    plan.times -= 1
    if plan.times <= 0:
        plans.remove(plan)
