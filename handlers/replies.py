"""What was asked and is answered by typing: each question is a row, so that a restart does not lose it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.domain.ids import AccountId, BatchId, DraftId, OrderId, ResultsId, TemplateId
from bot.domain.recipe import Step
from handlers.guest import Guest
from handlers.word import Word
from storage.codec import decode, encode
from storage.questions import Question

LIVES: Final = timedelta(minutes=10)
OVERDUE: Final = timedelta(minutes=10)
"""How long after its end a question still makes a secret of what is typed: an answer that came too late."""


@dataclass(frozen=True, slots=True)
class KeyWanted:
    """An API key: for a new account of this name (`None`: one is found), or in the place of the question's account's."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class NameWanted:
    """A new name for the question's account."""


@dataclass(frozen=True, slots=True)
class PriceWanted:
    """Another price for this bid."""

    order: OrderId


@dataclass(frozen=True, slots=True)
class ReportWanted:
    """What CLORE.AI is told with a cancellation."""

    order: OrderId


@dataclass(frozen=True, slots=True)
class SearchWanted:
    """The words of a search; `results`: the one to be changed, 0 for a new one."""

    results: ResultsId


@dataclass(frozen=True, slots=True)
class StepWanted:
    """What a step of the wizard asks for."""

    draft: DraftId
    step: Word


@dataclass(frozen=True, slots=True)
class TemplateWanted:
    """One field of a template, or its name.

    `template` is 0 for one that is still to be made: of `draft`, where that is given.
    """

    template: TemplateId
    step: Word
    draft: DraftId | None = None


@dataclass(frozen=True, slots=True)
class StopWanted:
    """A condition of this kind under which the order is to be ended."""

    order: OrderId
    kind: Word


@dataclass(frozen=True, slots=True)
class BatchWanted:
    """One field of several machines to be rented."""

    batch: BatchId
    step: Word


@dataclass(frozen=True, slots=True)
class GuardWanted:
    """One term of the guard of this bid."""

    order: OrderId
    term: Word


@dataclass(frozen=True, slots=True)
class ZoneWanted:
    """The name of this chat's time zone."""


Reply = (
    KeyWanted
    | NameWanted
    | PriceWanted
    | ReportWanted
    | SearchWanted
    | StepWanted
    | TemplateWanted
    | StopWanted
    | BatchWanted
    | GuardWanted
    | ZoneWanted
)

_KINDS: Final[dict[str, type[Reply]]] = {
    "key": KeyWanted,
    "name": NameWanted,
    "price": PriceWanted,
    "report": ReportWanted,
    "search": SearchWanted,
    "step": StepWanted,
    "template": TemplateWanted,
    "stop": StopWanted,
    "batch": BatchWanted,
    "guard": GuardWanted,
    "zone": ZoneWanted,
}
_STEPS: Final = frozenset(step.value for step in Step)
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}


def ask(guest: Guest, wanted: Reply, account: AccountId | None = None) -> None:
    """The next text of this person in this chat answers this; a question before it is given up.

    `NotFound` where the chat or the account is gone.
    """
    guest.stay(account)
    guest.house.store.questions.ask(
        guest.chat.id, guest.user, _NAMES[type(wanted)], encode(wanted), guest.house.clock(), LIVES, account=account
    )


def done(guest: Guest) -> bool:
    """What is typed from now on answers nothing. False: nothing was asked (any more)."""
    asked = question(guest) is not None
    guest.house.store.questions.answered(guest.chat.id, guest.user, guest.arrival.update)
    return asked


def question(guest: Guest) -> Question | None:
    """What this person was asked for here and has not answered before."""
    return guest.house.store.questions.find(guest.chat.id, guest.user, guest.now, guest.arrival.update)


def wanted(asked: Question) -> Reply:
    return decode(_KINDS[asked.kind], asked.body)


def step_asked(asked: Question) -> Step | None:
    """The field of an order that the wizard or a template asks for, if this is such a question."""
    match wanted(asked):
        case StepWanted(step=step) | TemplateWanted(step=step) if step in _STEPS:
            return Step(step)
        case _:
            return None
